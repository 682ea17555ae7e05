"""`mock-server ctl faults`: what it asks the mock for, and what it prints."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mock_server.cli.commands.ctl import command
from mock_server.cli.ctl.faults import add, clear, list_
from tests.cli.fake import Fake
from tests.mock import Mock
from tests.worlds import World

FAULT = {"id": "fault-1", "status": 503, "matched": 3, "applied": 2, "exhausted": False}


def faults(fake: Fake, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["--url", fake.url, "--namespace", "shop-7", "faults", *arguments])


def asked(fake: Fake, arguments: str) -> Any:
    """The fault that `add` asks for."""
    fake.answers(201, FAULT)
    result = faults(fake, "add", *shlex.split(arguments))
    assert result.exit_code == 0, result.output
    assert (fake.last.method, fake.last.target) == ("POST", "/_mock/faults")
    assert fake.last.headers["x-mock-namespace"] == "shop-7"
    return json.loads(fake.last.body)


STATED = [
    ("--status 503", {"status": 503}),
    ("--operation getInvoice --reset", {"match": {"operations": ["getInvoice"]}, "reset": True}),
    ("--operation getInvoice --operation listInvoices --close",
     {"match": {"operations": ["getInvoice", "listInvoices"]}, "close": True}),
    ("--method put --path '/_s3/*' --stale", {"match": {"method": "PUT", "path": "/_s3/*"}, "stale": True}),
    ("--header a=b=c --with-header d --without-header e --malformed-json",
     {"match": {"headers": {"a": "b=c", "d": {"present": True}, "e": {"present": False}}}, "malformedJson": True}),
    ("--body /a=1 --body '/b=\"x=y\"' --body '/c={\"d\": null}' --truncate half",
     {"match": {"body": {"/a": 1, "/b": "x=y", "/c": {"d": None}}}, "truncate": {}}),
    ("--truncate 0", {"truncate": {"keepBytes": 0}}),
    ("--slow 10", {"slow": {"bytesPerSecond": 10}}),
    ("--delay-ms 20", {"delayMs": 20}),
    ("--times 2 --skip 0 --probability 0.5 --seed 0 --reset",
     {"times": 2, "skip": 0, "probability": 0.5, "seed": 0, "reset": True}),
    ("--status 200 --answer-json null", {"status": 200, "body": None}),
    ("--status 200 --answer-json '{\"a\": []}'", {"status": 200, "body": {"a": []}}),
    ("--status 429 --answer-text '' --answer-header retry-after=1",
     {"status": 429, "text": "", "headers": {"retry-after": "1"}}),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "stated"), STATED, ids=[each[0] for each in STATED])
def test_every_option_states_its_part_of_a_fault_that_the_mock_takes(
    fake: Fake, shared_mock: Mock, arguments: str, stated: dict[str, Any]
) -> None:
    assert asked(fake, arguments) == stated
    World(shared_mock).fault(**stated)


def test_every_option_is_tried_here() -> None:
    tried = {option for arguments, _ in STATED for option in re.findall(r"--[a-z-]+", arguments)}

    assert {name for option in add.params for name in option.opts} == tried


def test_the_examples_in_the_help_are_faults_that_the_mock_takes(fake: Fake, shared_mock: Mock) -> None:
    examples = re.findall(r"mock-server ctl faults add (.*)", faults(fake, "add", "--help").output)

    assert len(examples) > 3
    for example in examples:
        World(shared_mock).fault(**asked(fake, example))


@pytest.mark.parametrize(
    "arguments",
    [
        "--header a",
        "--header =b",
        "--answer-header a",
        "--body /a=x",
        "--answer-json {",
        "--truncate most",
        "--times x",
    ],
)
def test_what_cannot_be_read_is_wrong_use_and_asks_nothing(fake: Fake, arguments: str) -> None:
    result = faults(fake, "add", *shlex.split(arguments))

    assert result.exit_code == 2
    assert fake.asked == []


def test_a_refusal_is_told_in_one_line(fake: Fake) -> None:
    fake.refuses(400, "The fault would do nothing; possible: one of status, reset.", "CTL-FAULT-EFFECT")

    result = faults(fake, "add")

    assert result.exit_code == 1
    assert result.stderr == "mock-server: The fault would do nothing; possible: one of status, reset.\n"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (FAULT, "fault-1  status 503  on every call; matched 3, applied 2, until cleared"),
        ({**FAULT, "match": {"method": "PUT"}, "remaining": 1},
         'fault-1  status 503  on {"method": "PUT"}; matched 3, applied 2, 1 left'),
        ({**FAULT, "exhausted": True, "remaining": 0}, "matched 3, applied 2, 0 left"),
        ({**FAULT, "delayMs": 5}, "status 503, 5 ms late  on"),
        ({"truncate": {}}, "truncate to half"),
        ({"truncate": {"keepBytes": 7}}, "truncate to 7 bytes"),
        ({"slow": {"bytesPerSecond": 7}}, "slow, 7 bytes/s"),
        ({"reset": True}, "fault-1  reset  on"),
        ({"close": True}, "fault-1  close  on"),
        ({"malformedJson": True}, "malformed JSON"),
        ({"stale": True}, "stale reads"),
    ],
)  # fmt: skip
def test_a_fault_is_listed_in_one_line(fake: Fake, fault: dict[str, Any], says: str) -> None:
    counts = {"id": "fault-1", "matched": 0, "applied": 0, "exhausted": False}
    fake.answers(200, {"faults": [{**counts, **fault}, FAULT]})

    result = faults(fake, "list")

    assert (fake.last.method, fake.last.target) == ("GET", "/_mock/faults")
    assert says in result.stdout.splitlines()[0]
    assert len(result.stdout.splitlines()) == 2


def test_no_faults_are_told_as_such(fake: Fake) -> None:
    fake.answers(200, {"faults": []})

    assert faults(fake, "list").stdout == "no faults\n"


def test_json_prints_the_answer_itself(fake: Fake) -> None:
    fake.answers(200, {"faults": [FAULT]})

    result = CliRunner().invoke(command, ["--url", fake.url, "--json", "faults", "list"])

    assert json.loads(result.stdout) == {"faults": [FAULT]}


def test_all_faults_are_cleared_unless_some_are_named(fake: Fake) -> None:
    fake.answers(200, None)

    everything, some = faults(fake, "clear"), faults(fake, "clear", "fault-1", "fault-3")

    assert [(each.method, each.target) for each in fake.asked] == [
        ("DELETE", "/_mock/faults"),
        ("DELETE", "/_mock/faults/fault-1"),
        ("DELETE", "/_mock/faults/fault-3"),
    ]
    assert everything.stdout == "cleared: all faults\n"
    assert some.stdout == "cleared: fault-1, fault-3\n"


def test_each_command_shows_an_example(fake: Fake) -> None:
    for each in (add, list_, clear):
        assert "mock-server ctl" in (each.help or "")
