"""A client of the mock's own API, on the standard library: commands that use it start quickly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead, InvalidURL
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

DEFAULT_URL = "http://127.0.0.1:8080"
BASE_PATH = "/_mock"
TIMEOUT_SECONDS = 60.0
JSON, PROBLEM, EVENT_STREAM = "application/json", "application/problem+json", "text/event-stream"
_CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}
_LOCAL = ".localhost"


class ControlError(Exception):
    """A call that led to nothing. The message is one line for the person who asked.

    ControlError
    ├── WrongUse        it can't be asked like that
    ├── CallRefused     the mock refuses it
    └── NoMock          no mock answers there
    """

    exit_code = 1


class WrongUse(ControlError):
    exit_code = 2


class NoMock(ControlError):
    exit_code = 3


class CallRefused(ControlError):
    """`status` and `rule`: of the refusal; the message is its `detail`."""

    def __init__(self, detail: str, status: int, rule: str) -> None:
        super().__init__(detail)
        self.status = status
        self.rule = rule


@dataclass(frozen=True)
class Answer:
    """What the mock has answered.

    `json`: the body's value; `None` where it isn't JSON. `headers`: by their names in lower case.
    """

    status: int
    json: Any
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Event:
    """A server-sent event. `name`: "message" where it has none."""

    name: str
    data: str
    id: str = ""


class ControlClient:
    """Calls the mock at `url`, for one namespace.

    Paths are those of the contract `control`, such as `/health`. Every call raises `ControlError` where it leads to
    nothing. One connection a call: a command makes few.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        namespace: str | None = None,
        admin_token: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.url = url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._scheme, self._address, self._prefix = _parts(self.url)
        self._headers = {
            "Host": self._address,
            **({"X-Mock-Namespace": namespace} if namespace else {}),
            **({"Authorization": f"Bearer {admin_token}"} if admin_token else {}),
        }

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """Ask for something. What is `None` in the query is left out."""
        return self.call("GET", path, query=query)

    def post(self, path: str, json: Any = None, query: Mapping[str, Any] | None = None) -> Answer:
        """Let something be done; without `json` there is no body."""
        return self.call("POST", path, json, query)

    def put(self, path: str, json: Any = None, query: Mapping[str, Any] | None = None) -> Answer:
        """Set something; without `json` there is no body."""
        return self.call("PUT", path, json, query)

    def delete(self, path: str, json: Any = None, query: Mapping[str, Any] | None = None) -> Answer:
        """Take something away."""
        return self.call("DELETE", path, json, query)

    def call(self, method: str, path: str, json: Any = None, query: Mapping[str, Any] | None = None) -> Answer:
        """Any call."""
        with self._sent(method, path, json, query, JSON) as response:
            return self._accepted(response)

    def events(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Event]:
        """Server-sent events, each as soon as it comes; ends when the mock ends the stream."""
        with self._sent("GET", path, None, query, EVENT_STREAM) as response:
            if response.status != 200 or _media_type(response) != EVENT_STREAM:
                self._accepted(response)
                raise self.no_mock("what answers there sends no events")
            yield from _events(response)

    @contextmanager
    def _sent(
        self, method: str, path: str, value: Any, query: Mapping[str, Any] | None, accept: str
    ) -> Iterator[HTTPResponse]:
        connection = _CONNECTIONS[self._scheme](_reachable(self._address), timeout=self._timeout_seconds)
        try:
            body = None if value is None else json.dumps(value, allow_nan=False).encode()
            headers = {**self._headers, "Accept": accept, **({"Content-Type": JSON} if body else {})}
            connection.request(method, self._prefix + BASE_PATH + path + _query(query or {}), body, headers)
            if accept == EVENT_STREAM and connection.sock:
                connection.sock.settimeout(None)  # the next event may be long in coming
            yield connection.getresponse()
        except TimeoutError as error:
            raise self.no_mock(f"nothing came within {self._timeout_seconds:g} seconds") from error
        except OSError as error:
            raise self.no_mock(error.strerror or str(error)) from error
        except (ValueError, InvalidURL) as error:  # a line break in a header, half a surrogate pair, NaN
            raise WrongUse(f"the call can't be sent: {error}") from error
        except HTTPException as error:
            is_broken = isinstance(error, IncompleteRead)
            raise self.no_mock("the answer broke off" if is_broken else "what answers there isn't HTTP") from error
        finally:
            connection.close()

    def _accepted(self, response: HTTPResponse) -> Answer:
        text = response.read().decode("utf-8", "replace")
        value = _json(text) if _media_type(response).endswith("json") else None
        if response.status < 300:
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, value, text, headers)
        if _media_type(response) == PROBLEM and isinstance(value, dict):
            raise CallRefused(str(value.get("detail")), response.status, str(value.get("rule", "")))
        raise self.no_mock(f"what answers there says {response.status} {response.reason}".rstrip())

    def no_mock(self, reason: str) -> NoMock:
        """The error that says why this can't be a mock server."""
        return NoMock(f"no mock answers at {self.url} ({reason}); start one with `mock-server serve`")


def below(*parts: str) -> str:
    """The path with these segments, whatever characters are in them: `below("namespaces", name)`."""
    return "".join("/" + quote(part, safe="") for part in parts)


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme, address and path of a URL. Raises `WrongUse` for one that names no server."""
    try:
        found = urlsplit(url)
        is_fine = found.scheme in _CONNECTIONS and found.hostname and found.username is None and found.port != 0
        is_fine = is_fine and found.netloc.isprintable() and " " not in found.netloc
    except ValueError:
        is_fine = False
    if not is_fine or found.query or found.fragment:
        raise WrongUse(f"{url!r} is no URL of a mock server, such as {DEFAULT_URL}")
    return found.scheme, found.netloc, found.path


def _reachable(address: str) -> str:
    """Where to connect to: not every system knows that all names below `localhost` are this machine (RFC 6761)."""
    host, colon, port = address.partition(":")
    return f"127.0.0.1{colon}{port}" if host.lower().endswith(_LOCAL) else address


def _query(query: Mapping[str, Any]) -> str:
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    pairs = urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)
    return f"?{pairs}" if pairs else ""


def _media_type(response: HTTPResponse) -> str:
    return (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _events(response: HTTPResponse) -> Iterator[Event]:
    """As the HTML standard reads an event stream, but for `retry`."""
    fields: dict[str, list[str]] = {}
    for line in response:
        name, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        if name or value:
            fields.setdefault(name, []).append(value.removeprefix(" "))
            continue
        if "data" in fields:
            yield Event(fields.get("event", ["message"])[-1], "\n".join(fields["data"]), fields.get("id", [""])[-1])
        fields = {}
