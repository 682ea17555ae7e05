"""Secrets in texts whose form nobody promises: messages, paths, headers, values inside of values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from openapi.redaction.digits import SHORTEST, UUID, has_card, without_cards
from openapi.redaction.names import DIGITS, HIDDEN, MASKS, Names, folded

MOST_LAYERS = 3
"""How often a text may be encoded before nobody looks any deeper."""

_SIGNED = re.compile(
    r"(X-Amz-(?:Signature|Credential|Security-Token)[\"'\\]{0,4}\s{0,4}[=:]\s{0,4}[\"'\\]{0,4})[^&\s\"'<>\\]+", re.I
)
_BEARER = re.compile(r"\b(Bearer\s{1,4})[A-Za-z0-9\-._~+/]{8,}=*", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){0,4}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_ID = re.compile(UUID.encode())
_BREAKS = bytes(ord('"') if each in b"\n,:/{}[]&=?" else each for each in range(256))
_HAS_DIGITS = re.compile(r"\d{3}")
_KEPT_IN_PATHS = "/:@!$&'()*+,;=-._~"


def is_clean(content: bytes, names: Names) -> bool:
    """Whether a quick look finds nothing that could be a secret, or could hide one. Most bodies pass it."""
    return not signs_in(content, names.signs)


def signs_in(content: bytes, signs: Sequence[bytes]) -> list[bytes]:
    """Which of these signs of secrets a text shows. Many ids have as many digits as cards: those get a second look."""
    short = folded(content)
    find = short.find  # `in` first asks whether a byte is looked for, and that takes longer than to look
    found = [sign for sign in signs if find(sign) >= 0]
    if found and found[0] == DIGITS and not _has_card(content):
        del found[0]
    return found


def _has_card(content: bytes) -> bool:
    """Whether a word that is no id has a card number. No card number goes on behind one of the breaks."""
    words = content.translate(_BREAKS).split(b'"')
    long = (each for each in words if len(each) >= SHORTEST and DIGITS in folded(each) and not _ID.fullmatch(each))
    return any(has_card(each.decode("utf-8", "replace")) for each in long)


def without_secrets(text: str, names: Names, *, is_answer: bool) -> str:
    """The text without what can be seen to be secret, also below percent and backslash escapes.

    It is returned as it came where there is nothing to hide, otherwise decoded.
    """
    layer, has_changed = text, False
    for _ in range(MOST_LAYERS):
        cleaned = _cleaned(layer, names, is_answer)
        has_changed = has_changed or cleaned != layer
        layer = _decoded(cleaned)
        if layer == cleaned:
            return cleaned if has_changed else text
    return HIDDEN


def clean_path(path: str, names: Names) -> str:
    """A path as it was sent, without secrets, and still a path."""
    if is_clean(path.encode(), names):
        return path
    decoded = unquote(path)
    cleaned = without_secrets(decoded, names, is_answer=False)
    return path if cleaned == decoded else quote(cleaned, safe=_KEPT_IN_PATHS)


def clean_pairs(text: str, names: Names, clean: Callable[[str], str]) -> str:
    """A query or a form as it was sent, without secrets, and still one. `clean`: what cleans a decoded part of it."""
    return "&".join(_clean_pair(each, names, clean) for each in text.split("&"))


def hides_nothing(sentence: str) -> bool:
    """Whether what the mock itself says under a sensitive name is a message about it: words without a number."""
    return " " in sentence.strip() and not _HAS_DIGITS.search(sentence)


def _clean_pair(pair: str, names: Names, clean: Callable[[str], str]) -> str:
    name, equals, value = pair.partition("=")
    mark = names.mark(_unquoted(name)) or ("hidden" if _is_signed(_unquoted(name)) else None)
    if mark is not None and equals:
        return f"{_clean_part(name, clean)}={MASKS[mark](unquote_plus(value))}"
    return f"{_clean_part(name, clean)}{equals}{_clean_part(value, clean)}"


def _is_signed(name: str) -> bool:
    return _SIGNED.match(f"{name}=x") is not None


def _clean_part(part: str, clean: Callable[[str], str]) -> str:
    decoded = unquote_plus(part)
    cleaned = clean(decoded)
    return part if cleaned == decoded else quote_plus(cleaned, safe="*")


def _unquoted(text: str) -> str:
    for _ in range(MOST_LAYERS):
        text = unquote_plus(text)
    return text


def _cleaned(text: str, names: Names, is_answer: bool) -> str:
    def masked(found: re.Match[str]) -> str:
        if is_answer and not any(each.isdigit() for each in found["value"]):
            return found[0]  # a message of the mock's own about the member of that name
        return found["name"] + MASKS[_mark(found["name"], names)](found["value"])

    text = names.pairs.sub(masked, text)
    for pattern, replacement in _REPLACED:
        text = pattern.sub(replacement, text)
    return without_cards(text)


_REPLACED: list[tuple[re.Pattern[str], str]] = [
    (_SIGNED, rf"\g<1>{HIDDEN}"),
    (_BEARER, rf"\g<1>{HIDDEN}"),
    (_JWT, HIDDEN),
]
_DECODERS: list[tuple[str, Callable[[str], str]]] = [
    ("%", unquote),
    ("\\", lambda text: _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)),
]


def _mark(name: str, names: Names) -> str:
    return names.mark(re.sub(r"[\"'\\:=\s]+$", "", name)) or "hidden"


def _decoded(text: str) -> str:
    for sign, decode in _DECODERS:
        if sign in text:
            text = decode(text)
    return text
