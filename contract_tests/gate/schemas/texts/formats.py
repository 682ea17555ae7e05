"""Formats: which are held to, and what is known of the texts they allow.

A format counts as an assertion where OpenAPI or JSON Schema says what it means and validators check it: those in
`FORMATS`. `int32`, `int64`, `float` and `double` speak of numbers (see `dialect`); the other ones in `HINTS` say how a
text is to be shown or carried. Any other format is a name that somebody may hold to or not: a difference between such
can't be decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HINTS = frozenset({"binary", "byte", "password", "float", "double", "int32", "int64"})
"""Formats that refuse no text."""


@dataclass(frozen=True)
class Format:
    """`pattern`: found in every text of the format. `is_exact`: found in no other text.

    `within`: formats that allow all of its texts. `samples`: some of its texts, the most usual first.
    `near`: texts in which the pattern is found, but not of the format.
    """

    samples: tuple[str, ...]
    pattern: str = ""
    is_exact: bool = False
    within: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])"
_DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "[0-2][0-9]:[0-5][0-9]:[0-6][0-9]([.][0-9]+)?([zZ]|[+-][0-2][0-9]:[0-5][0-9])"

FORMATS: Mapping[str, Format] = {
    "date": Format(("2024-02-29", "1999-12-31"), f"^{_DATE}$", near=("2023-02-29", "2023-02-30")),
    "date-time": Format(
        ("2024-02-29T12:00:00Z", "1999-12-31T23:59:59.5+01:00"), f"^{_DATE}[tT]{_TIME}$", near=("2023-02-30T12:00:00Z",)
    ),
    "time": Format(("12:00:00Z", "23:59:59.5+01:00"), f"^{_TIME}$", near=("29:00:00Z",)),
    "duration": Format(("P1D", "PT1H", "P1Y2M"), "^P[0-9YMWDTHS]+$", near=("P1",)),
    "email": Format(
        ("a@example.com", "b.c@example.org"), "^[^\\u0080-\\u{10FFFF}]+@.+$", within=("idn-email",), near=("@@a",)
    ),
    "idn-email": Format(("a@example.com", "ä@example.org"), "@"),
    "hostname": Format(
        ("example.com", "a", "localhost"), "^[A-Za-z0-9.-]+$", within=("idn-hostname",), near=("-", ".")
    ),
    "idn-hostname": Format(("example.com", "a", "bücher.example"), "^[^\\u0000-\\u0020]+$"),
    "ipv4": Format(("192.0.2.1", "127.0.0.1"), f"^{_BYTE}([.]{_BYTE}){{3}}$", is_exact=True),
    "ipv6": Format(("::1", "2001:db8::1"), "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$", near=(":", ":::")),
    "uri": Format(
        ("https://example.com/a", "urn:a"),
        "^[A-Za-z][!-~]*:[!-~]*$",
        within=("uri-reference", "iri", "iri-reference"),
        near=("a:%",),
    ),
    "uri-reference": Format(("/a", "https://example.com/a"), "^[!-~]*$", within=("iri-reference",)),
    "iri": Format(("https://example.com/ä", "urn:a"), "^[A-Za-z][^\\u0000-\\u0020]*:", within=("iri-reference",)),
    "iri-reference": Format(("/ä", "https://example.com/ä"), "^[^\\u0000-\\u0020]*$"),
    "uri-template": Format(("/{a}", "/a"), ""),
    "uuid": Format(
        ("2eb8aa08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"),
        "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        is_exact=True,
    ),
    "json-pointer": Format(("/a", ""), "^(/.*)?$"),
    "relative-json-pointer": Format(("0", "1/a"), "^[0-9]", near=("0a",)),
    "regex": Format(("^a$", "a"), ""),
}
"""The formats that are held to. Tested against the validator that confirms what is found."""
