"""Texts that would be markup, a command or the end of something in one format or another."""

from __future__ import annotations

import re

from hypothesis import strategies as st

HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [
                "<script>alert(1)</script>",
                '"><img src=x onerror=alert(1)>',
                "' onload='x",
                "]]>",
                "<!--",
                "-->",
                "&amp;",
                "{{ 7 * 7 }}",
                "\n::error::x",
                "##[add-mask]x",
                "%0A",
                "\r\n",
                "\n\n# x\n\n",
                "- x",
                "1. x",
                "```",
                "~~~",
                "|",
                "\\",
                "[a](javascript:x)",
                "[a]: http://x",
                "\x00\x1b[31m",
                "\ud800",
                "\uffff",
                "\u2028",
                "</style>",
                "</pre>",
                "</details>",
            ]
        ),
    ),
    min_size=1,
    max_size=4,
).map("".join)


def without_sarif_escapes(message: str) -> str:
    """What a reader makes of a message; fails where it finds a link in it."""
    if "](" not in message:
        return message
    assert not re.search(r"(?<!\\)(?:\\\\)*\[", message)
    return re.sub(r"((?:\\\\)*)\\\[", lambda found: found[1][::2] + "[", message)
