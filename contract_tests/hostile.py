"""What a person would send to break a server, as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

NOT_JSON: Mapping[str, bytes] = {
    "an object that never ends": b'{"a":',
    "a text that never ends": b'{"a": "b',
    "a comma too many": b'{"a": 1,}',
    "two values": b"{}{}",
    "something after the value": b"{} x",
    "single quotes": b"{'a': 1}",
    "a key without quotes": b"{a: 1}",
    "a comment": b'{"a": 1 /* one */}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a known key twice": b'{"customer": {"firstName": "A", "firstName": "B"}}',
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": Infinity}',
    "minus infinity": b'{"a": -Infinity}',
    "a number above all doubles": b'{"a": 1e999}',
    "a number with ten thousand digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "a number with a zero before it": b'{"a": 01}',
    "a number with a plus": b'{"a": +1}',
    "a number that begins with its point": b'{"a": .5}',
    "a number that ends with its point": b'{"a": 1.}',
    "a hex number": b'{"a": 0x10}',
    "Python's word for true": b'{"a": True}',
    "undefined": b'{"a": undefined}',
    "UTF-16": '{"a": "b"}'.encode("utf-16"),
    "UTF-32": '{"a": "b"}'.encode("utf-32"),
    "a byte that is no UTF-8": b'{"a": "\xff"}',
    "Latin-1": '{"a": "é"}'.encode("latin-1"),
    "an overlong slash": b'{"a": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "the other half of a surrogate pair": b'{"a": "\\udc00 b"}',
    "half a surrogate pair as a key": b'{"\\ud800": 1}',
    "a bare line break in a text": b'{"a": "b\nc"}',
    "a bare NUL in a text": b'{"a": "b\x00c"}',
    "an escape that there is not": b'{"a": "\\x41"}',
    "an escape that is cut off": b'{"a": "\\u12"}',
    "XML": b"<a>1</a>",
    "a form": b"a=1&b=2",
    "a hundred thousand brackets": b"[" * 100_000,
    "blanks only": b" \r\n\t ",
    "a NUL only": b"\x00",
}
"""Bodies that are no JSON as the contract wants it."""

ODD_JSON: Mapping[str, bytes] = {
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a list twenty thousand deep": b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "an object five thousand deep": b'{"a": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5001,
    "minus zero": b'{"a": -0.0}',
    "a very small number": b'{"a": 1e-999}',
    "a number of forty digits": b'{"a": 1234567890123456789012345678901234567890}',
    "ten thousand keys": json.dumps({f"k{number}": number for number in range(10_000)}).encode(),
    "the keys of prototypes": b'{"__proto__": {"a": 1}, "constructor": {"prototype": {"a": 1}}, "__class__": 1}',
    "an empty key": b'{"": 1, "$ref": "#/a", "a.b": {"$gt": ""}}',
    "a type that is to be made": b'{"$type": "System.IO.FileInfo, mscorlib", "@type": "x", "!!python/object": "y"}',
}
"""Bodies that a server may take or refuse, and must not fail at."""

OTHER_TYPES: Sequence[str] = (
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/jsonp",
    "application/yaml",
    "application/x-ndjson",
    "json",
    "application/",
    "*/*",
    "%00",
)
"""Media types that are not the one that is taken."""

SAME_TYPES: Sequence[str] = (
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "Application/JSON",
)
"""Other ways to write the media type that is taken."""

ODD_TYPES: Sequence[str] = (
    "application/json; charset=utf-16",
    "application/json; charset=no-such-charset",
    "application/json; version=1",
    "application/json; charset",
    "application/json, text/plain",
    "application/merge-patch+json",
)
"""Media types that may be taken or not."""

TEXTS: Mapping[str, str] = {
    "SQL": "Robert'); DROP TABLE invoices;--",
    "SQL that waits": "1' OR pg_sleep(0)--",
    "SQL wildcards": "100%_[a-z]\\%",
    "HTML": '<script>alert("x")</script><img src=x onerror=alert(1)>',
    "a template": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "a path": "../../../../etc/passwd",
    "a path with NUL": "..%00/etc/passwd",
    "a format": "%s%n%x {0} {} {self.__class__}",
    "a lookup": "${jndi:ldap://127.0.0.1/a}",
    "a formula": '=HYPERLINK("http://127.0.0.1","x")',
    "shell": "$(touch /tmp/x) `id` ; rm -rf / | cat & \\",
    "line breaks": "a\r\nX-Injected: 1\r\n\r\nb\u2028c\u2029d",
    "controls": "a\tb\x01c\x1bd\x7fe\x85f",
    "right to left": "\u202eabc\u202c \u05d0\u05d1 \u0645\u0631\u062d\u0628\u0627",
    "beyond the basic plane": "\U0001f469\u200d\U0001f469\u200d\U0001f466 \U00020000 \U0010ffff",
    "marks upon marks": "Z\u0351\u036b\u0343\u030a a\u0301 \u00e1 \ufb01",
    "nothing to be seen": "\u200b\ufeff\u00ad\u2060",
    "blanks around it": "  two before and two after  ",
    "quotes": '"\'`\u2018\u201c\\"',
    "JSON": '{"a": [1, null]}',
    "a word for nothing": "null",
    "a number": "0012345678901234567890.10",
    "a long one": "a" * 5000,
    "CJK": "\u8acb\u6c42\u66f8 \ud55c\uad6d\uc5b4 \u0e44\u0e17\u0e22",
}
"""Texts that are stored and given back as they are."""

PATHS: Mapping[str, str] = {
    "a slash at the end": "{path}/",
    "two slashes": "/{path}",
    "a dot": "/.{path}",
    "two dots": "/x/..{path}",
    "dots that are encoded": "/%2e%2e{path}",
    "a slash that is encoded": "{path}%2F",
    "a slash that is encoded twice": "{path}%252F",
    "a parameter": "{path};x=1",
    "a NUL": "{path}%00",
    "a blank": "{path}%20",
    "a line break": "{path}%0d%0aX-Injected:%201",
    "a byte that is no UTF-8": "{path}%ff",
    "an escape that is none": "{path}%zz",
    "a suffix": "{path}.json",
    "a backslash": "{path}%5C..",
    "a tilde": "{path}~",
    "a star": "{path}*",
    "a very long one": "{path}" + "x" * 4000,
}
"""Ways to write a path that make it another one."""

QUERIES: Mapping[str, str] = {
    "a number twice": "page=1&page=2",
    "a number with brackets": "page[]=1&page[$gt]=1",
    "a plus": "page=%2B1",
    "blanks around it": "page=%201%20",
    "Arabic digits": "page=%D9%A1",
    "a NUL": "search=a%00b",
    "a byte that is no UTF-8": "search=%ff%fe",
    "half a surrogate pair": "search=%ed%a0%80",
    "escapes that are none": "search=%zz%",
    "separators only": "&&&;;&=&=x",
    "no value": "page",
    "a thousand parameters": "&".join(f"a{number}={number}" for number in range(1000)),
    "a long text": "search=" + "a" * 6000,
    "a name of the server's": "__class__=x&_method=DELETE&callback=alert",
    "an order of two": "orderBy=number,status&orderBy=dueDate",
    "SQL": "search=%27%20OR%201%3D1--&orderBy=number%3BDROP%20TABLE%20x",
}
"""Queries that may be refused or not."""

HEADERS: Mapping[str, Mapping[str, str]] = {
    "a range": {"range": "bytes=0-10"},
    "a range that is none": {"range": "bytes=9-1,-"},
    "a condition on nothing": {"if-none-match": "*"},
    "a condition on a tag": {"if-match": '"no-such-tag"'},
    "a condition on a time": {"if-modified-since": "Sat, 01 Jan 2050 00:00:00 GMT"},
    "an encoding nobody has": {"accept-encoding": "no-such-encoding, *;q=0"},
    "languages": {"accept-language": "xx-" + "y" * 500 + ";q=9"},
    "another host before it": {"x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"},
    "another address": {"x-forwarded-for": "127.0.0.1, ::1, not-an-address", "forwarded": "for=_x;by=\\"},
    "another URL": {"x-original-url": "/_mock/health", "x-rewrite-url": "/admin"},
    "a trace that is none": {"traceparent": "00-zz-zz-zz", "x-request-id": "<script>'\"%0d%0a"},
    "an origin": {"origin": "null", "referer": "javascript:alert(1)"},
    "cookies": {"cookie": "; ".join(f"c{number}=%00" for number in range(100))},
    "a hundred headers": {f"x-header-{number}": str(number) for number in range(100)},
    "a long header": {"x-long": "a" * 8000},
    "bytes beyond ASCII": {"x-odd": "\xe9\xff\x80"},
    "another content": {"content-encoding": "gzip", "transfer": "x"},
    "another protocol": {"upgrade": "h2c", "http2-settings": "AAMAAABkAAQAAP__"},
}
"""Headers that change nothing about what is asked."""
