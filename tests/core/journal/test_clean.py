"""What was found clean is recognized again, and nothing that is not clean ever is."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.core.journal import clean
from mock_server.core.journal.clean import (
    LARGEST_BODY_BYTES,
    LARGEST_HEAD_BYTES,
    AnswerHeads,
    Bodies,
    Lines,
    shown_head,
)
from openapi import contract_file, contract_names, read_contract
from openapi.redaction.names import Names, Sensitive
from tests.core.journal.builders import entry, headers, message

SENSITIVE = Sensitive([read_contract(contract_file(name)) for name in contract_names()])
NAMES: Names = SENSITIVE.names("invoices")
ID = "00000000-0000-4000-8000-00000000000a"
CARD = "4111111111111111"
BODY = b'{"number":"INV-1","notes":"' + b"rope " * 60 + b'"}'


def test_the_head_of_answers_is_kept_once() -> None:
    heads, head = AnswerHeads(), headers(("Content-Type", "text/plain"), ("x-note", "one"))

    first = heads.shown(ID, head, NAMES)

    assert first == (("content-type", "text/plain"), ("x-note", "one"))
    assert first is not None
    again = heads.shown(ID, headers(("Content-Type", "text/plain"), ("x-note", "one")), NAMES)
    assert again is not None
    assert [one is other for one, other in zip(first, again, strict=True)] == [True, True]


def test_heads_that_differ_in_anything_are_kept_apart() -> None:
    heads = AnswerHeads()
    alike = [
        headers(("x-a", "1"), ("x-b", "2")),
        headers(("x-b", "2"), ("x-a", "1")),
        headers(("x-a", "1\nx-b\n2")),
        headers(("x-a", "1"), ("x-b2", "")),
        headers(("x-a1", ""), ("x-b", "2")),
        headers(("x-a", "1")),
        headers(),
    ]

    shown = [heads.shown(ID, each, NAMES) for each in alike * 2]

    assert shown == [tuple((name.decode(), value.decode()) for name, value in each) for each in alike * 2]


def test_a_secret_in_a_head_asks_for_a_closer_look_each_time() -> None:
    heads = AnswerHeads()

    assert [heads.shown(ID, headers(("x-note", f"card {CARD}")), NAMES) for _ in range(2)] == [None, None]
    assert [shown_head(headers(("x-note", f"card {CARD}")), NAMES) for _ in range(2)] == [None, None]


def test_secrets_known_by_their_names_are_hidden_and_nowhere_in_what_is_remembered() -> None:
    heads = AnswerHeads()
    for secret in ("Bearer abc-one", "Bearer abc-two"):
        assert heads.shown(ID, headers(("authorization", secret)), NAMES) == (("authorization", "Bearer ***"),)

    assert "abc" not in repr(vars(heads))


def test_the_exchanges_own_id_stands_where_it_stood() -> None:
    heads = AnswerHeads()
    head = headers(("x-request-id", ID), ("content-type", "text/plain"), ("X-Trace", ID), ("x-note", "one"))

    shown = heads.shown(ID, head, NAMES)

    assert shown == (("x-request-id", ID), ("content-type", "text/plain"), ("x-trace", ID), ("x-note", "one"))
    assert heads.shown("another", headers(("x-request-id", "another")), NAMES) == (("x-request-id", "another"),)
    assert heads.shown(ID, headers(("x-request-id", ID), ("x-note", CARD)), NAMES) is None


def test_heads_are_remembered_up_to_a_limit() -> None:
    heads = AnswerHeads()
    for number in range(clean.MOST_HEADS + 5):
        heads.shown(ID, headers(("x-note", str(number))), NAMES)
    heads.shown(ID, headers(("x-note", "long " * LARGEST_HEAD_BYTES)), NAMES)

    assert len(heads._shown) == clean.MOST_HEADS


def test_what_is_clean_for_one_api_is_looked_at_for_another() -> None:
    """`code` may be seen in an invoice; for the authorization server it is a secret."""
    bodies, others = Bodies(), SENSITIVE.names("oauth")
    body = BODY[:-1] + b',"code":"abc"}'

    assert (bodies.is_plain(body, NAMES), bodies.is_plain(body, others)) == (True, False)
    assert (bodies.is_plain(body, NAMES), bodies.is_plain(body, others)) == (True, False)


def test_a_body_that_differs_in_a_digit_is_looked_at() -> None:
    bodies = Bodies()
    near = CARD[:-1] + "2"  # no card has this check digit

    for body in (BODY, BODY[:-2] + b" " * LARGEST_BODY_BYTES + BODY[-2:]):
        assert [bodies.is_plain(body.replace(b"INV-1", near.encode()), NAMES) for _ in range(2)] == [True, True]
        assert [bodies.is_plain(body.replace(b"INV-1", CARD.encode()), NAMES) for _ in range(2)] == [False, False]


def test_a_secret_is_hidden_after_any_number_of_clean_exchanges() -> None:
    """Through the redactor, with the head and the body of before but for the secret."""
    clean_one = [entry(request=message(BODY, "application/json", ("x-note", "one"))) for _ in range(3)]
    secret = entry(request=message(BODY.replace(b"INV-1", CARD.encode()), "application/json", ("x-note", "one")))
    shown = entry(request=message(BODY, "application/json", ("x-note", CARD)))

    assert {each.request for each in clean_one} == {clean_one[0].request}
    assert CARD.encode() not in secret.request.body
    assert CARD not in repr(shown)


def test_an_id_in_a_path_hides_nothing_and_a_card_number_does() -> None:
    lines = Lines()

    assert all(lines.is_clean(f"GET\n/pay-int-api/invoices/{uuid.uuid4()}\n\nmock.test", NAMES) for _ in range(20))
    assert len(lines._clean) == 1
    for path in (f"/invoices/{CARD}", f"/invoices/{ID}/{CARD}", f"/invoices/{ID}?x={CARD}", f"/invoices/{CARD}-{ID}"):
        assert [lines.is_clean(f"GET\n{path}\n\nmock.test", NAMES) for _ in range(2)] == [False, False], path
    spanning = f"/invoices/{ID[:24]}{CARD}"  # its first digits look like the end of an id
    behind = f"/pay-int-api/invoices/{ID}/calculations/of/it?x="
    assert lines.is_clean(f"GET\n{behind}1\n\nmock.test", NAMES)
    for path in (spanning, f"{behind}{CARD}"):
        assert not lines.is_clean(f"GET\n{path}\n\nmock.test", NAMES), path
    assert CARD not in repr(vars(lines))


def test_short_answers_that_differ_in_an_id_are_one_to_remember() -> None:
    bodies = Bodies()

    assert all(bodies.is_plain(f'{{"id":"{uuid.uuid4()}"}}'.encode(), NAMES) for _ in range(20))
    assert len(bodies._plain) == 1


SPANNING = ID[:24] + CARD  # its beginning looks like an id
VALUES = st.sampled_from([ID, f"{ID}1111", SPANNING, CARD, f"{CARD}-{ID[17:]}", "", "rope"])
MEMBERS = st.tuples(st.sampled_from(["id", "securityCode"]), VALUES).map(lambda pair: f'"{pair[0]}":"{pair[1]}"')


@example(['"id":""', f'"id":"{CARD}"'])
@example([f'"id":"{ID}1111"', f'"id":"{SPANNING}"'])
@given(st.lists(st.lists(MEMBERS, max_size=2).map(",".join), min_size=2, max_size=8))
def test_what_is_remembered_of_short_bodies_lets_no_secret_pass(texts: list[str]) -> None:
    bodies = Bodies()
    for text in texts:
        body = f"{{{text}}}".encode()
        assert bodies.is_plain(body, NAMES) == Bodies().is_plain(body, NAMES)


@pytest.mark.parametrize("word", ["rope", "Seil für Zoë 漢"])
def test_a_body_that_was_found_clean_is_not_looked_at_again(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = message(f'{{"notes":"{word * 60}"}}'.encode())
    known = entry(request=sent).request
    monkeypatch.setattr("openapi.redaction.bodies.signs_in", None)

    assert entry(request=sent).request == known


@pytest.mark.parametrize("rest", [b"\0", b"\xff"], ids=["NUL", "no UTF-8"])
def test_what_is_no_text_is_not_kept_however_clean(rest: bytes) -> None:
    sent = message(BODY + rest)

    assert [entry(request=sent).request.body for _ in range(2)] == [b"", b""]
