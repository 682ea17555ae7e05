"""Whether a document is OpenAPI at all: by the schemas that openapi-spec-validator ships."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.sources.validity import complaints

LONGEST = 200


@check(
    "openapi",
    Weight.ESSENTIAL,
    "the document is valid OpenAPI",
    "write it as the OpenAPI specification has it: https://spec.openapis.org/oas/",
)
def is_openapi(subject: Subject) -> Iterator[Found]:
    """What these schemas can't say, such as ids that stand twice and parameters of paths, has checks of its own."""
    for pointer, message in complaints(subject.root, subject.specification.dialect):
        line = " ".join(message.split())
        says = line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
        yield Found(subject.nearest(pointer), says)
