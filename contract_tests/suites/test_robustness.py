"""Hostile input: refused in the group's envelope, or taken as it is; nothing fails, and nothing is changed."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import bodies, hostile
from contract_tests.attacking import Attack, unchanged
from contract_tests.boundaries import places, resolved
from contract_tests.envelopes import named
from contract_tests.examiner import Examiner, contract
from contract_tests.properties import examples
from contract_tests.suites.attacks import (
    ODD_METHOD,
    damaged,
    file_name,
    fresh,
    is_free_text,
    is_json,
    kept,
    leaked,
    leaks,
    odd_methods,
    odd_path,
    padded,
    sent_too_long,
    taking_bodies,
    typed,
    with_headers,
)
from contract_tests.tally import require_none
from contract_tests.wire import chunked
from contract_tests.workshop import Invoices


@pytest.mark.priority(20)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("BODY-JSON", "INTERNAL", "REFUSAL-CHANGES-NOTHING"))
def test_bodies_that_are_no_json(examiner: Examiner, group: str, operation_id: str) -> None:
    attack = Attack(examiner, group, operation_id)
    rule = named(contract(group), "BODY-JSON")
    sent = {what: attack.good_but_for(content) for what, content in hostile.NOT_JSON.items()}
    require_none(unchanged(attack, [partial(attack.body, what, content, rule) for what, content in sent.items()]))


@pytest.mark.priority(20)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("BODY-JSON", "BODY-EMPTY"))
def test_a_body_that_is_empty(examiner: Examiner, group: str, operation_id: str) -> None:
    attack = Attack(examiner, group, operation_id)
    rules = [named(contract(group), name) for name in ("BODY-EMPTY", "BODY-JSON")]
    rule = next(each for each in rules if each in contract(group).rules)
    require_none(unchanged(attack, [partial(attack.body, "an empty body", b"", rule)]))


@pytest.mark.priority(30)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("INTERNAL", "RESPONSE"))
def test_json_that_is_odd(examiner: Examiner, group: str, operation_id: str) -> None:
    attack = Attack(examiner, group, operation_id)
    require_none(
        broken
        for what, content in hostile.ODD_JSON.items()
        for broken in attack.survived(what, partial(attack.ask, content))
    )


@pytest.mark.priority(20)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("MEDIA-TYPE", "REFUSAL-CHANGES-NOTHING"))
def test_media_types(examiner: Examiner, group: str, operation_id: str) -> None:
    """Others are refused, the right one is known however it is written, and none makes the server fail."""
    attack = Attack(examiner, group, operation_id)
    rule = named(contract(group), "MEDIA-TYPE")
    require_none(unchanged(attack, (partial(attack.typed, each, rule) for each in (None, *hostile.OTHER_TYPES))))
    require_none(
        broken
        for each in hostile.SAME_TYPES
        for broken in attack.taken_as(f"a body of type {each}", partial(typed, attack, each))
    )
    require_none(
        broken
        for each in hostile.ODD_TYPES
        for broken in attack.survived(f"a body of type {each}", partial(typed, attack, each))
    )


@pytest.mark.priority(25)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("BODY-SIZE", "REFUSAL-CHANGES-NOTHING"))
def test_the_size_of_bodies(examiner: Examiner, group: str, operation_id: str) -> None:
    """As many bytes as the rule allows are taken; one more is not, counted before or while it comes."""
    attack = Attack(examiner, group, operation_id)
    rule = contract(group).rules[named(contract(group), "BODY-SIZE")]
    most = rule.limits["maximumBytes"]
    too_long = padded(attack, most + 1)
    asks = [partial(attack.refused_by, what, ask, rule.id) for what, ask in sent_too_long(attack, too_long)]
    require_none(unchanged(attack, asks))
    require_none(attack.taken_as(f"a body of {most} bytes", lambda: attack.ask(padded(attack, most))))


@pytest.mark.priority(25)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("INTERNAL"))
def test_bodies_in_chunks(examiner: Examiner, group: str, operation_id: str) -> None:
    """A good body is taken in chunks, too, and by whoever waits for a word before it sends it."""
    attack = Attack(examiner, group, operation_id)
    headers = [("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")]
    require_none(attack.taken_as("a body in chunks", lambda: attack.ask_bytes(headers, chunked(fresh(attack)))))

    def waiting() -> Any:
        body = fresh(attack)
        expecting = [
            ("Expect", "100-continue"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ]
        return attack.ask_bytes(expecting, body)

    require_none(attack.taken_as("a body after Expect", waiting))


@pytest.mark.priority(25)
@pytest.mark.proves("INV-INTERNAL")
@pytest.mark.about("createInvoice", "getInvoice", "listInvoices")
def test_texts_are_kept_as_they_are(examiner: Examiner) -> None:
    """Every text of an invoice, with every hostile one in it."""
    found = contract("invoices")
    operation = found.operations["createInvoice"]
    assert operation.body is not None
    shown = {place for place, _ in places(found, found.operations["getInvoice"].answers["200"].contents[0].schema)}
    fields = [
        place
        for place, inner in places(found, operation.body.contents[0].schema)
        if place in shown and is_free_text(resolved(found, inner))
    ]
    require_none(broken for what, text in hostile.TEXTS.items() for broken in kept(examiner, fields, what, text))


@pytest.mark.priority(30)
@pytest.mark.proves("INV-INTERNAL")
@pytest.mark.about("publishInvoice", "downloadInvoicePdf", "listInvoices", "sendInvoiceSms")
def test_texts_harm_nothing_that_shows_them(examiner: Examiner) -> None:
    """Lists, searches and documents of invoices with hostile texts."""
    invoices = Invoices(examiner)
    line = [bodies.line(name=text) for text in hostile.TEXTS.values()]
    notes = " ".join(hostile.TEXTS.values())
    customer = {"firstName": hostile.TEXTS["HTML"], "lastName": hostile.TEXTS["right to left"], "companyName": notes}
    examiner.begin()
    invoice_id = invoices.create(lineItems=line, additionalNotes=f"{examiner.tag} {notes}", customer=customer)
    invoices.take("publishInvoice", invoice_id)
    for operation_id in ("downloadInvoicePdf", "getInvoiceCalculations"):
        attack = Attack(examiner, "invoices", operation_id)
        url = attack.url({"invoiceId": invoice_id})
        require_none(attack.taken_as("an invoice with hostile texts", partial(attack.ask_url, url)))
    attack = Attack(examiner, "invoices", "listInvoices")
    require_none(
        broken
        for what, text in hostile.TEXTS.items()
        for broken in attack.taken_as(f"a search for {what}", partial(attack.call_query, {"search": text}))
    )


@pytest.mark.priority(25)
@pytest.mark.proves("UPL-INTERNAL")
@pytest.mark.about("presignUpload")
def test_file_names(examiner: Examiner) -> None:
    """Hostile file names are taken or refused, put nothing into the headers, and lead out of no folder."""
    attack = Attack(examiner, "invoice_uploads", "presignUpload")
    require_none(broken for what, text in hostile.TEXTS.items() for broken in file_name(attack, what, text[:255]))


@pytest.mark.priority(25)
@pytest.mark.proves("INV-ROUTE", "INV-INTERNAL", "UPL-ROUTE", "UPL-INTERNAL")
@pytest.mark.parametrize(
    ("group", "operation_id"), [("invoices", "getInvoice"), ("invoice_uploads", "getUploadPreviewUrl")]
)
def test_paths_that_are_odd(examiner: Examiner, group: str, operation_id: str) -> None:
    """A path that is written in another way leads to the record, or to nothing."""
    attack = Attack(examiner, group, operation_id)
    require_none(broken for what, pattern in hostile.PATHS.items() for broken in odd_path(attack, what, pattern))


@pytest.mark.priority(25)
@pytest.mark.proves("INV-INTERNAL")
@pytest.mark.about("listInvoices")
def test_queries_that_are_odd(examiner: Examiner) -> None:
    attack = Attack(examiner, "invoices", "listInvoices")
    url = attack.url({})
    require_none(
        broken
        for what, query in hostile.QUERIES.items()
        for broken in attack.survived(what, partial(attack.ask_url, f"{url}?{query}"), fine=(414, 431))
    )
    require_none(attack.taken_as("a parameter that is not known", partial(attack.ask_url, f"{url}?no-such-thing=1")))


@pytest.mark.priority(25)
@pytest.mark.proves("INV-INTERNAL", "UPL-INTERNAL")
@pytest.mark.parametrize(
    ("group", "operation_id"), [("invoices", "getInvoice"), ("invoice_uploads", "getUploadPreviewUrl")]
)
def test_headers_that_are_odd(examiner: Examiner, group: str, operation_id: str) -> None:
    attack = Attack(examiner, group, operation_id)
    require_none(
        broken
        for what, headers in hostile.HEADERS.items()
        for broken in attack.survived(
            what,
            partial(with_headers, attack, headers),
            fine=(206, 304, 406, 412, 415, 416, 417, 431),
        )
    )


@pytest.mark.priority(25)
@pytest.mark.proves("INV-METHOD", "UPL-METHOD")
@pytest.mark.parametrize(
    ("group", "operation_id"), [("invoices", "deleteInvoice"), ("invoice_uploads", "deleteUpload")]
)
def test_methods_that_are_odd(examiner: Examiner, group: str, operation_id: str) -> None:
    """Other methods delete nothing, whatever a header says they are."""
    attack = Attack(examiner, group, operation_id)
    url = attack.url(attack.path())
    before = attack.look()
    for what, method, headers in odd_methods(attack.operation.method):
        require_none(attack.survived(what, partial(attack.ask_url, url, method, headers), fine=ODD_METHOD))
        require_none(attack.changed(what, before))


@pytest.mark.priority(30)
@pytest.mark.proves("INV-PARAMETER")
@pytest.mark.about("createInvoice")
def test_keys_that_are_huge(examiner: Examiner) -> None:
    attack = Attack(examiner, "invoices", "createInvoice")
    content = attack.good()
    rule = named(attack.contract, "PARAMETER")
    require_none(
        attack.refused_by("a key of 256 characters", lambda: attack.ask(content, idempotency_key="k" * 256), rule)
    )
    require_none(
        attack.survived("a key of 20000 characters", lambda: attack.ask(content, idempotency_key="k" * 20_000), (431,))
    )


@pytest.mark.priority(20)
@pytest.mark.proves("INV-RESPONSE", "INV-INTERNAL")
@pytest.mark.about("submitInvoice", "submitInvoiceAch")
@pytest.mark.parametrize("operation_id", ["submitInvoice", "submitInvoiceAch"])
def test_errors_repeat_no_secrets(examiner: Examiner, operation_id: str) -> None:
    """Numbers of cards and accounts, security codes and tokens are in no error, however the request is broken."""
    attack = Attack(examiner, "invoices", operation_id)
    require_none(
        broken for content, kind, secrets in leaks(operation_id) for broken in leaked(attack, content, kind, secrets)
    )


@pytest.mark.priority(50)
@pytest.mark.parametrize(("group", "operation_id"), taking_bodies("BODY-JSON", "INTERNAL"))
@examples(10)
@given(data=st.data())
def test_bytes_that_were_changed(examiner: Examiner, group: str, operation_id: str, data: st.DataObject) -> None:
    """A good body with some of its bytes replaced, left out or doubled."""
    examiner.begin()
    attack = Attack(examiner, group, operation_id)
    content = damaged(attack.good(), data)
    if is_json(content):
        require_none(attack.survived("damaged bytes that are still JSON", partial(attack.ask, content)))
    elif content.strip():
        require_none(attack.body("damaged bytes", content, named(attack.contract, "BODY-JSON")))
