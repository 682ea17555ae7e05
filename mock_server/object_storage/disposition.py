"""The Content-Disposition of a file shown in place, for any file name.

RFC 6266: `filename` for old readers, in plain ASCII, and `filename*` (RFC 8187) with the name as it is.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

FALLBACK_NAME = "file"
# RFC 8187's attr-char, as far as `quote` would encode them.
PLAIN_IN_EXTENDED = "!#$&+^`|"
# In the quoted form: what ends or escapes it, and the percent sign some readers decode (RFC 6266, appendix D).
SPECIAL_IN_QUOTED = '"\\%'
# Control characters, line and paragraph separators, lone surrogates.
UNNAMEABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def inline(filename: str) -> str:
    """A header value that shows the file and names it `filename`; path separators and control characters become `_`."""
    name = safe_name(filename)
    plain = "".join(c if c.isascii() and c not in SPECIAL_IN_QUOTED else "_" for c in name)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=PLAIN_IN_EXTENDED)}"


def safe_name(filename: str) -> str:
    """The name without what would lead out of a folder or break a line; never empty."""
    name = "".join("_" if c in "/\\" or unicodedata.category(c) in UNNAMEABLE else c for c in filename).strip()
    return name if name.strip(".") else FALLBACK_NAME
