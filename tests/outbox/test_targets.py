"""Where deliveries may go: to this machine in its usual spellings, and to what was allowed; nowhere else."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mock_server.core.errors import SetupError
from mock_server.outbox.targets import LOCAL_ADDRESSES, Target, TargetRefused, Targets

LOCAL_ONLY = Targets()
ALL = Targets(["*"])

LOCAL = {
    "http://127.0.0.1": Target("http", "127.0.0.1", 80, "/", ("127.0.0.1",)),
    "https://127.0.0.1/": Target("https", "127.0.0.1", 443, "/", ("127.0.0.1",)),
    "http://127.255.255.254:9000/a/b?c=d": Target("http", "127.255.255.254", 9000, "/a/b?c=d", ("127.255.255.254",)),
    "http://[::1]:65535/x": Target("http", "::1", 65535, "/x", ("::1",)),
    "HTTP://LocalHost:1?q": Target("http", "localhost", 1, "/?q", LOCAL_ADDRESSES),
    "http://shop.localhost:8080/?": Target("http", "shop.localhost", 8080, "/?", LOCAL_ADDRESSES),
    "https://a.b.localhost/%2F?x=%23": Target("https", "a.b.localhost", 443, "/%2F?x=%23", LOCAL_ADDRESSES),
    "http://localhost/_mocking": Target("http", "localhost", 80, "/_mocking", LOCAL_ADDRESSES),
    "http://localhost/x/_mock": Target("http", "localhost", 80, "/x/_mock", LOCAL_ADDRESSES),
}

ELSEWHERE = [
    "http://example.com/",
    "https://8.8.8.8",
    "http://10.0.0.1",
    "http://192.168.1.1",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0",
    "http://128.0.0.1",
    "http://126.255.255.255",
    "http://[::]",
    "http://[fe80::1]",
    "http://[fd00:ec2::254]",
    "http://[2001:db8::1]",
    "http://localhost.example.com",
    "http://localhost.com",
    "http://notlocalhost",
    "http://127.0.0.1.nip.io",
    "http://metadata.google.internal",
]

HOSTILE = [
    # no way to write an address but the usual one
    "http://127.1",
    "http://127.0.1",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0x7F.0.0.0x1",
    "http://0x",
    "http://2130706433",
    "http://017700000001",
    "http://0177.0.0.1",
    "http://127.0.0.01",
    "http://127.0.0.1.",
    "http://127.0.0.256",
    "http://127.0.0.1.1",
    "http://evil.example.1",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[::ffff:169.254.169.254]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[::0001]",
    "http://[::1%251]",
    "http://[::1%1]",
    "http://[::1",
    "http://::1",
    "http://[]",
    "http://[127.0.0.1]",
    "http://[v1.x]",
    "http://１２７.0.0.1",
    "http://①②⑦.0.0.1",
    "http://127。0。0。1",
    # hosts that two readers read in two ways
    "http://user@localhost",
    "http://user:password@localhost",
    "http://@localhost",
    "http://localhost@example.com",
    "http://localhost%40example.com",
    "http://localhost\\@example.com",
    "http://example.com\\@localhost",
    "http://localhost%00.example.com",
    "http://localhost#@example.com",
    "http://example.com#@localhost",
    "http://localhost;example.com",
    "http://localhost,example.com",
    "http://localhost.",
    "http://.localhost",
    "http://a..localhost",
    "http://-a.localhost",
    "http://localhost..",
    "http://lоcalhost",  # a Cyrillic letter
    "http://%6cocalhost",
    "http://*.localhost",
    "http://*",
    # no host, no port
    "http://",
    "http:///path",
    "http://:80",
    "http://localhost:",
    "http://localhost:0",
    "http://localhost:65536",
    "http://localhost:99999999",
    "http://localhost:-1",
    "http://localhost:+80",
    "http://localhost:8_0",
    "http://localhost:80:80",
    "http://localhost:٨٠",
    "http://localhost: 80",
    # other schemes
    "",
    "localhost",
    "//localhost",
    "/path",
    "http:localhost",
    "http:/localhost",
    "ftp://localhost",
    "file:///etc/passwd",
    "gopher://localhost",
    "unix:///run/docker.sock",
    "javascript:alert(1)",
    "data:,x",
    "http+unix://localhost",
    "httpx://localhost",
    "http ://localhost",
    " http://localhost",
    # requests inside requests
    "http://localhost/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "http://localhost/\n",
    "http://localhost/\t",
    "http://local\thost/",
    "http://localhost/\0",
    "http://localhost/ä",
    "http://localhost/\ud800",
    "http://localhost/<>",
    "http://localhost/#",
    "http://localhost/#fragment",
    "http://localhost/" + "a" * 2048,
    "http://" + "a." * 127 + "localhost",
    "http://" + "a" * 64 + ".localhost",
]

CONTROL_PLANE = [
    "/_mock",
    "/_mock/",
    "/_mock/reset",
    "/_mock?x",
    "//_mock/reset",
    "/./_mock",
    "/a/../_mock/reset",
    "/a/..//_mock/reset",
    "/%5fmock/reset",
    "/%5Fmoc%6b",
    "/%255fmock",
    "/%2e/_mock",
    "/a/%2e%2e/_mock",
    "/a/..%2f_mock",
    "/%5C_mock",
    "/../_mock",
]


@pytest.mark.parametrize("url", LOCAL)
def test_this_machine_may_be_asked_without_asking_a_name_server(url: str) -> None:
    assert LOCAL_ONLY.check(url) == LOCAL[url]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_other_machine_may_be_asked(url: str) -> None:
    with pytest.raises(TargetRefused, match="not allowed at the start"):
        LOCAL_ONLY.check(url)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_every_machine_may_be_asked_where_all_were_allowed(url: str) -> None:
    host = ALL.check(url).host

    assert Targets([host]).check(url) == ALL.check(url)


@pytest.mark.parametrize("targets", [LOCAL_ONLY, ALL], ids=["this machine", "all"])
@pytest.mark.parametrize("url", HOSTILE)
def test_what_can_be_read_in_two_ways_is_refused_whatever_was_allowed(url: str, targets: Targets) -> None:
    with pytest.raises(TargetRefused):
        targets.check(url)


@pytest.mark.parametrize("url", ["http://user@localhost", "http://user:password@127.0.0.1:80/", "http://@localhost"])
def test_a_user_name_is_refused_as_one(url: str) -> None:
    with pytest.raises(TargetRefused, match="a user name or a password"):
        ALL.check(url)


@pytest.mark.parametrize("path", CONTROL_PLANE)
@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://shop.localhost", "https://mock.example:8443"])
def test_the_control_plane_is_no_target_however_it_is_written(path: str, origin: str) -> None:
    with pytest.raises(TargetRefused, match="control plane"):
        ALL.check(origin + path)


def test_an_allowed_host_is_meant_exactly() -> None:
    targets = Targets(["Hooks.Example", "10.0.0.1", "fe80::1"])

    assert targets.check("https://hooks.example/x") == Target("https", "hooks.example", 443, "/x", ())
    assert targets.check("http://10.0.0.1:81").addresses == ("10.0.0.1",)
    assert targets.check("http://[fe80::1]").addresses == ("fe80::1",)
    for url in ("http://example", "http://a.hooks.example", "http://hooks.example.com", "http://10.0.0.2"):
        with pytest.raises(TargetRefused):
            targets.check(url)


@pytest.mark.parametrize(
    "host", ["", "a:80", "http://a", "a/b", "10.0.0.01", "0x7f000001", "[::1", "*.example.com", "a b", "::ffff:1.2.3.4"]
)
def test_what_is_no_host_can_not_be_allowed(host: str) -> None:
    with pytest.raises(SetupError, match="no host that can be allowed"):
        Targets([host])


@given(st.ip_addresses() | st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="::/120"))
def test_of_all_addresses_only_those_of_this_machine_pass(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    written = f"[{address}]" if address.version == 6 else str(address)
    try:
        target = LOCAL_ONLY.check(f"http://{written}/")
    except TargetRefused:
        assert not address.is_loopback or address.version == 6
    else:
        assert address.is_loopback
        assert target.addresses == (str(address),)


@given(st.integers(0, 2**32 - 1), st.sampled_from([str, hex, lambda number: f"0{number:o}"]))
def test_an_address_written_as_one_number_never_passes(number: int, spelling: object) -> None:
    assert callable(spelling)
    with pytest.raises(TargetRefused):
        ALL.check(f"http://{spelling(number)}/")


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://localhost", "http://127.0.0.1:"]))
def test_whatever_passes_leads_to_this_machine(text: str, beginning: str) -> None:
    try:
        target = LOCAL_ONLY.check(beginning + text)
    except TargetRefused:
        return
    assert target.addresses
    assert all(ipaddress.ip_address(each).is_loopback for each in target.addresses)
    assert target.path.startswith("/")
    assert target.path.isascii()
    assert target.path.isprintable()


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_percent_encoded_paths_pass_as_they_are(segment: str) -> None:
    path = "/hooks/" + quote(segment, safe="")
    assume("." not in segment)

    assert LOCAL_ONLY.check(f"http://localhost{path}").path == path
