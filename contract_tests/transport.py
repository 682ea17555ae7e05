"""All that goes to a target goes through here: what may be sent, how fast and how often is decided in one place."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InsecureRequestWarning

from contract_tests.errors import TargetUnreachable
from contract_tests.exchange import Exchange, Sent
from contract_tests.ledger import Ledger
from contract_tests.pace import BudgetSpent, Pace
from contract_tests.permits import PAYING, SAFE_METHODS, Permits
from contract_tests.redaction import Redactor
from contract_tests.target import Target
from contract_tests.wire import exchange_bytes, request_bytes

__all__ = ["PAYING", "SAFE_METHODS", "BudgetSpent", "Pace", "Recorder", "Transport"]

CONNECT_SECONDS = 5.0
RETRY_PAUSE_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
"""Who asks for more than that (429, Retry-After) is as good as down."""
TOO_MANY = 429
LATELY = 50
"""Over so many exchanges their duration is averaged."""

_HTML = ("text/html", "application/xhtml+xml")
_GATEWAY = frozenset({502, 503, 504})
_CUT_OFF = (requests.Timeout, requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)


@dataclass
class Recorder:
    """Is told of every exchange. `steps`: those of the example at hand. `seconds`: what one took on average lately."""

    steps: list[Exchange] = field(default_factory=list)
    listeners: list[Callable[[Exchange], None]] = field(default_factory=list)
    seconds: float = 0.0

    def begin(self) -> None:
        """A new example begins."""
        self.steps = []

    def note(self, exchange: Exchange) -> None:
        self.steps.append(exchange)
        self.seconds += (exchange.seconds - self.seconds) / LATELY
        for listener in self.listeners:
            listener(exchange)


class Transport:
    """Sends requests to a target; safe to share between threads.

    Refuses what the target does not allow before it is sent; a request that is not allowed is a fault of ours.
    """

    def __init__(
        self, target: Target, recorder: Recorder, pace: Pace | None = None, ledger: Ledger | None = None
    ) -> None:
        self.target = target
        self.recorder = recorder
        self.pace = pace or Pace(target.limits.requests_per_second, target.limits.max_requests)
        self.permits = Permits(target, ledger or Ledger(None, target.name, ""))
        self._local = threading.local()
        self._began = time.monotonic()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        operation_id: str = "",
    ) -> Exchange:
        """Send a request as it is and return what came of it; redirects are answers.

        Raises:
            NotReached: the target does not allow what the request does.
            TargetUnreachable: no answer, or one that comes from something else than an API.
        """
        number = self.permits.require(method, url, body, operation_id)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        sent = Sent(method, url, {**self._shared_headers(url), **given}, body)
        exchange = self._patiently(sent, operation_id)
        self.permits.learn(exchange, number)
        return exchange

    def _patiently(self, sent: Sent, operation_id: str) -> Exchange:
        """Send again what found nobody, where that does no harm, and what came too early for the target."""
        left = self.target.limits.retries
        while True:
            try:
                exchange = self._once(sent, operation_id)
            except requests.ConnectionError as error:
                if left <= 0 or sent.method not in SAFE_METHODS or isinstance(error, requests.exceptions.SSLError):
                    raise self._unreachable(error, sent, operation_id) from error
                pause = RETRY_PAUSE_SECONDS
            except _CUT_OFF as error:
                raise self._unreachable(error, sent, operation_id) from error
            else:
                pause = _asked_pause(exchange)
                if exchange.status != TOO_MANY or left <= 0 or pause > LONGEST_WAIT_SECONDS:
                    _require_api(exchange, self.target)
                    return exchange
            left -= 1
            time.sleep(pause)

    def _unreachable(self, error: Exception, sent: Sent, operation_id: str) -> TargetUnreachable:
        """What to say of a request without an answer; a connection that ends without one may be the server's fault."""
        self.recorder.steps.append(Exchange.unanswered(sent, operation_id))
        reached = TargetUnreachable(_reason(error, sent, self.target))
        reached.operation_id = operation_id
        reached.is_dropped = not isinstance(error, requests.Timeout | requests.exceptions.SSLError)
        return reached

    def send_bytes(self, sent: Sent, headers: list[tuple[str, str]], body: bytes) -> Exchange:
        """Send a request that no HTTP client would make, over a connection of its own; it is sent once.

        `sent`: how it is told. `headers` and `body`: as they go over the wire, a header as often as it stands there.
        What the target wants in every request is sent, too.

        Raises:
            NotReached: the target does not allow what the request does.
            TargetUnreachable: no answer, or one that is no HTTP.
        """
        number = self.permits.require(sent.method.upper(), sent.url, body)
        self.pace.wait()
        started = time.monotonic()
        shared = [(name, value) for name, value in self._shared_headers(sent.url).items() if name not in sent.headers]
        content = request_bytes(sent.method, sent.url, [*shared, *headers], body)
        target = self.target
        try:
            answer = exchange_bytes(
                sent.url,
                content,
                method=sent.method,
                seconds=target.limits.timeout_seconds,
                verify=target.verify,
            )
        except (OSError, http.client.HTTPException) as error:
            raise TargetUnreachable(f"{sent.method} {sent.url} got no answer: {type(error).__name__}") from error
        exchange = Exchange(
            sent=sent,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            started=started - self._began,
            seconds=time.monotonic() - started,
        )
        self.recorder.note(exchange)
        self.permits.learn(exchange, number)
        return exchange

    def _once(self, sent: Sent, operation_id: str) -> Exchange:
        self.pace.wait()
        if self.target.verify is False:
            urllib3.disable_warnings(InsecureRequestWarning)  # who says so knows
        started = time.monotonic()
        request = requests.Request(sent.method, sent.url, headers=dict(sent.headers)).prepare()
        request.url = sent.url  # as it was written: a path like `/../` must arrive like that
        request.method = sent.method
        request.body = sent.body or None
        if sent.body:
            request.headers["content-length"] = str(len(sent.body))
        answer = self._session().send(
            request,
            timeout=(CONNECT_SECONDS, self.target.limits.timeout_seconds),
            allow_redirects=False,
            verify=self.target.verify,
        )
        exchange = Exchange(
            sent=sent,
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
            operation_id=operation_id,
            started=started - self._began,
            seconds=time.monotonic() - started,
        )
        self.recorder.note(exchange)
        return exchange

    def _shared_headers(self, url: str) -> dict[str, str]:
        """What goes with every request. The target's headers may hold a key: nobody else is sent them."""
        own = self.target.headers if self.target.is_own(url) else {}
        return {"accept": "*/*", **{name.lower(): value for name, value in own.items()}}

    def _session(self) -> requests.Session:
        """A session of this thread. The machine's proxies and passwords are none of the target's business."""
        found: requests.Session | None = getattr(self._local, "session", None)
        if found is None:
            found = self._local.session = _new_session()
        return found


def _new_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers.clear()
    adapter = HTTPAdapter(pool_connections=16, pool_maxsize=16)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _asked_pause(exchange: Exchange) -> float:
    """For how many seconds the target wants to be left alone (RFC 9110): a number, or a date by its own clock."""
    asked = exchange.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(exchange.headers["date"])
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return RETRY_PAUSE_SECONDS


def _require_api(exchange: Exchange, target: Target) -> None:
    """A gateway's page says nothing about the API behind it, and one that is kept out says nothing about itself.

    Raises:
        TargetUnreachable: something else has answered. On a mock nobody stands in between but proxies, whose errors
            are no JSON: there, everything else is the mock's own answer.
    """
    kind = exchange.media_type or "no body"
    is_foreign = kind in _HTML or exchange.status in _GATEWAY
    if target.is_mock:
        is_foreign = exchange.status in _GATEWAY and not kind.endswith("json")
    asked = _asked(exchange.sent)
    if is_foreign:
        raise TargetUnreachable(f"{asked} was answered by something else than the API: {exchange.status} with {kind}")
    if exchange.status == TOO_MANY and not target.is_mock:
        raise TargetUnreachable(f"{asked}: the target takes no more requests now (429); see requests_per_second")


def _reason(error: Exception, sent: Sent, target: Target) -> str:
    if isinstance(error, requests.Timeout):
        return f"{_asked(sent)} was not answered within {target.limits.timeout_seconds:g} seconds"
    if isinstance(error, requests.exceptions.SSLError):
        return f"{_asked(sent)} can't be trusted: its certificate is not accepted (ca_file, verify)"
    return f"{_asked(sent)} found nobody: {type(error).__name__}"


def _asked(sent: Sent) -> str:
    """What was asked, as it may be printed: the URL of a target may have a password in it."""
    return f"{sent.method} {Redactor().url(sent.url)}"
