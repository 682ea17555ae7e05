"""Whether an answer is as the contract has it, for whoever has made the call: `python -m contract_tests.conforms`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.answers import AnswerCheck
from contract_tests.exchange import Exchange, Sent
from openapi import contract_file, read_contract

WRONG_USE = 2


def problems(group: str, operation_id: str, status: int, headers: Mapping[str, str], content: bytes) -> Iterator[str]:
    """What about an answer is not documented, a sentence each."""
    contract = read_contract(contract_file(group))
    lower = {name.lower(): value for name, value in headers.items()}
    exchange = Exchange(Sent("", "", {}), status, lower, content, operation_id)
    for broken in AnswerCheck(contract).problems(operation_id, exchange):
        yield broken.message
        yield from (f"  {each.pointer or '/'}: {each.expected}" for each in broken.differences)


def main(arguments: list[str]) -> int:
    """`GROUP OPERATION HEAD-FILE BODY-FILE`, as `curl -D HEAD-FILE -o BODY-FILE` writes them."""
    if len(arguments) != 4:
        print(main.__doc__, file=sys.stderr)  # noqa: T201
        return WRONG_USE
    group, operation_id, head, body = arguments
    status, headers = _head(Path(head).read_text(encoding="latin-1"))
    found = list(problems(group, operation_id, status, headers, Path(body).read_bytes()))
    for line in found:
        print(line)  # noqa: T201
    return 1 if found else 0


def _head(text: str) -> tuple[int, dict[str, str]]:
    """Status and headers of the last head in a file: one of `100 Continue` may stand before it."""
    lines = text.replace("\r\n", "\n").strip().rpartition("\n\n")[2].splitlines()
    pairs = (line.partition(":") for line in lines[1:])
    return int(lines[0].split()[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
