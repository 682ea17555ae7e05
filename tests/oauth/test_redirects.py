"""Redirect URIs are compared letter by letter; only the port of a loopback address is free."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.oauth.redirects import is_registered, with_answer

REGISTERED = ["http://127.0.0.1/callback", "http://[::1]/a?b=c", "http://localhost", "https://app.test/callback"]


@pytest.mark.parametrize(
    "uri",
    [
        *REGISTERED,
        "http://127.0.0.1:1/callback",
        "http://127.0.0.1:65535/callback",
        "http://[::1]:8080/a?b=c",
        "http://localhost:3000",
    ],
)
def test_a_registered_uri_is_known_on_any_port_of_this_machine(uri: str) -> None:
    assert is_registered(uri, REGISTERED)


LURES = {
    "another host": "http://evil.test/callback",
    "the host as user": "http://127.0.0.1@evil.test/callback",
    "the host and port as user": "http://127.0.0.1:80@evil.test/callback",
    "a user before the host": "http://evil.test@127.0.0.1/callback",
    "an encoded at": "http://127.0.0.1%40evil.test/callback",
    "the host as a part": "http://127.0.0.1.evil.test/callback",
    "a trailing dot": "http://127.0.0.1./callback",
    "a trailing dot and port": "http://localhost.:3000",
    "no port after the colon": "http://127.0.0.1:/callback",
    "port 0": "http://127.0.0.1:0/callback",
    "a port with a zero in front": "http://127.0.0.1:080/callback",
    "a port too large": "http://127.0.0.1:65536/callback",
    "a port of many digits": "http://127.0.0.1:00000000080/callback",
    "a port in other digits": "http://127.0.0.1:٣٠٠٠/callback",
    "a negative port": "http://127.0.0.1:-1/callback",
    "two ports": "http://127.0.0.1:80:80/callback",
    "a port and a user": "http://127.0.0.1:80:x@evil.test/callback",
    "a port that is a host": "http://127.0.0.1:evil.test/callback",
    "a backslash": "http://127.0.0.1\\@evil.test/callback",
    "a backslash as slash": "http:\\\\127.0.0.1\\callback",
    "another scheme": "https://127.0.0.1/callback",
    "a scheme that runs": "javascript:alert(1)//127.0.0.1/callback",
    "no scheme": "//127.0.0.1/callback",
    "a path alone": "/callback",
    "capital scheme": "HTTP://127.0.0.1/callback",
    "capital path": "http://127.0.0.1/Callback",
    "capital host": "http://LOCALHOST",
    "a slash at the end": "http://127.0.0.1/callback/",
    "a deeper path": "http://127.0.0.1/callback/evil",
    "a path around": "http://127.0.0.1/x/../callback",
    "an encoded slash": "http://127.0.0.1%2Fcallback",
    "an encoded path": "http://127.0.0.1/%63allback",
    "two slashes": "http://127.0.0.1//callback",
    "a query": "http://127.0.0.1/callback?x=y",
    "an empty query": "http://127.0.0.1/callback?",
    "a fragment": "http://127.0.0.1/callback#x",
    "an empty fragment": "http://127.0.0.1/callback#",
    "parameters": "http://127.0.0.1/callback;x",
    "a blank before": " http://127.0.0.1/callback",
    "a blank after": "http://127.0.0.1/callback ",
    "a newline in it": "http://127.0.0.1/call\nback",
    "a newline after": "http://127.0.0.1/callback\n",
    "a tab in it": "http://127.0.0.1:80\t/callback",
    "a NUL": "http://127.0.0.1/callback\0",
    "the other loopback address": "http://127.0.0.2/callback",
    "the name for the address": "http://localhost/callback",
    "the address in other words": "http://2130706433/callback",
    "the address in short": "http://127.1/callback",
    "IPv4 in IPv6": "http://[::ffff:127.0.0.1]/callback",
    "two of them": "http://127.0.0.1/callback http://127.0.0.1/callback",
    "a port where none is free": "https://app.test:443/callback",
    "another port where none is free": "https://app.test:8443/callback",
    "nothing": "",
}


@pytest.mark.parametrize("case", LURES)
def test_what_only_looks_like_a_registered_uri_is_none(case: str) -> None:
    assert not is_registered(LURES[case], REGISTERED)


@given(before=st.text(max_size=3), port=st.text(max_size=8), after=st.text(max_size=3))
def test_nothing_but_a_port_may_differ(before: str, port: str, after: str) -> None:
    uri = f"{before}http://127.0.0.1{port}/callback{after}"

    is_port = port == "" or (port[0] == ":" and port[1:] in PORTS)
    assert is_registered(uri, REGISTERED) == (before == "" and after == "" and is_port)


PORTS = frozenset(str(number) for number in range(1, 65536))


def test_an_answer_goes_into_the_query() -> None:
    assert (
        with_answer("http://[::1]/a?b=c", [("state", "x&y=\r\n é")])
        == "http://[::1]/a?b=c&state=x%26y%3D%0D%0A%20%C3%A9"
    )
    assert with_answer("http://127.0.0.1/callback", [("code", "1")]) == "http://127.0.0.1/callback?code=1"
