"""Documents fetched over HTTP: bounded in size, time and redirects."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from contract_tests.errors import TargetUnreachable, WrongUse
from contract_tests.gate.sources.document import MAX_BYTES

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""So long a server may say nothing."""
MAX_SECONDS = 60.0
"""So long an answer may take as a whole."""
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOO_MANY = 429
_CHUNK_BYTES = 65_536
_ACCEPT = "application/json, application/yaml;q=0.9, */*;q=0.5"
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Fetched:
    """`url`: where the answer came from in the end. `content`: at most one byte more than may be."""

    url: str
    status: int
    media_type: str
    content: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is meant for people."""
        return "html" in self.media_type or self.content.lstrip()[:1] == b"<"


def require_up(answer: Fetched) -> Fetched:
    """The answer. Raises `TargetUnreachable` where the server says that it can't answer now."""
    if answer.status >= 500 or answer.status == _TOO_MANY:
        raise TargetUnreachable(f"{shown(answer.url)} answers {answer.status}")
    return answer


class Web:
    """`verify`: whether certificates are checked, or the file with those that are trusted."""

    def __init__(self, verify: bool | str = True) -> None:
        self._verify = verify

    def fetch(self, url: str, within: str | None = None) -> Fetched:
        """What a server answers, with whatever status. `within`: the origin that redirects may not leave.

        Raises:
            WrongUse: it is no URL, or a redirect leads where it may not.
            TargetUnreachable: no answer, too slow, or redirects without end.
        """
        at = url
        for _ in range(MAX_REDIRECTS + 1):
            answer, leads_to = self._once(at)
            if leads_to is None:
                return answer
            at = urljoin(at, leads_to)
            if not is_url(at):
                raise TargetUnreachable(f"{shown(url)} redirects to what is no website")
            if within is not None and origin_of(at) != within:
                raise WrongUse(f"redirects to another site, {origin_of(at)}, which is not read")
        raise TargetUnreachable(f"{shown(url)} redirects more than {MAX_REDIRECTS} times")

    def _once(self, url: str) -> tuple[Fetched, str | None]:
        import requests
        import urllib3

        try:
            with self._session.get(
                url,
                headers={"accept": _ACCEPT},
                timeout=(CONNECT_SECONDS, SILENT_SECONDS),
                allow_redirects=False,
                verify=self._verify,
                stream=True,
            ) as answer:
                return _fetched(url, answer)
        except (requests.exceptions.InvalidURL, UnicodeError) as error:
            raise WrongUse(f"{shown(url)} is no URL") from error
        except requests.exceptions.SSLError as error:
            raise TargetUnreachable(f"{shown(url)} can't be trusted: its certificate is not accepted") from error
        except requests.Timeout as error:
            raise TargetUnreachable(f"{shown(url)} was not answered within {SILENT_SECONDS:g} seconds") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise TargetUnreachable(f"{shown(url)} found nobody: {type(error).__name__}") from error

    @cached_property
    def _session(self) -> requests.Session:
        """The machine's proxies and passwords are none of a server's business, as in the conformance runs."""
        import requests

        session = requests.Session()
        session.trust_env = False
        return session


def is_url(text: str) -> bool:
    """Whether a text is a URL of a website."""
    try:
        parts = urlsplit(text)
        return parts.scheme in _SCHEMES and bool(parts.hostname)
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Scheme, host and port; without a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def shown(url: str) -> str:
    """A URL as it may be printed: a password or a query may be secret."""
    return origin_of(url) + urlsplit(url).path


def _fetched(url: str, answer: requests.Response) -> tuple[Fetched, str | None]:
    status = answer.status_code
    if status in _REDIRECTS and "location" in answer.headers:
        return Fetched(url, status, "", b""), answer.headers["location"]
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(url, status, media_type, _content(url, answer)), None


def _content(url: str, answer: requests.Response) -> bytes:
    content = bytearray()
    end = time.monotonic() + MAX_SECONDS
    for chunk in answer.iter_content(_CHUNK_BYTES):
        content += chunk
        if len(content) > MAX_BYTES:
            break
        if time.monotonic() > end:
            raise TargetUnreachable(f"{shown(url)} did not answer to the end within {MAX_SECONDS:g} seconds")
    return bytes(content[: MAX_BYTES + 1])
