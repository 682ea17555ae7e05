"""The deployments that can be examined: where they are, and what may be done to them."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.errors import WrongUse

TARGETS_FILE = "contract-tests.toml"
ADMIN_VARIABLE = "CONTRACT_TESTS_ADMIN_TOKEN"
"""The environment variable with the token that the control API of a guarded mock wants."""

GROUPS = ("invoices", "invoice_uploads")
ACTORS = ("main", "other", "limited")
"""Who calls: a client with all rights, one of another merchant, and one that lacks the permission or scope."""


@dataclass(frozen=True)
class Credentials:
    """How tokens are had. Either `token`, or `refresh_token` with a client, or a client with its secret alone.

    `username` and `password`: of somebody who logs in on the authorization page; only a mock is asked like that.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    redirect_uri: str = ""


@dataclass(frozen=True)
class Limits:
    """What a target can bear. `max_requests`: in a whole run; `None` for no bound."""

    requests_per_second: float | None = None
    max_requests: int | None = None
    timeout_seconds: float = 10.0
    retries: int = 2

    def shared_by(self, workers: int) -> Limits:
        """What each of so many processes may ask of the target, so that they keep the limits together."""
        rate, most = self.requests_per_second, self.max_requests
        return replace(
            self,
            requests_per_second=rate / workers if rate else None,
            max_requests=max(1, most // workers) if most else None,
        )


@dataclass(frozen=True)
class Target:
    """A deployment, or a mock.

    `bases`: the URL of each group, with its base path. `writes`: "none", or "own-data": records the run made itself.
    `payments`: "none" or "test-cards". `verify`: whether certificates are checked, or the file of an authority.
    `credentials`: by actor and group. `payment_request`: one of the main actor's, that invoices may be attached to.
    `mock_origin`: where the control API of a mock is; empty for a real deployment.
    """

    name: str
    bases: Mapping[str, str]
    token_url: str = ""
    credentials: Mapping[str, Mapping[str, Credentials]] = field(default_factory=dict)
    writes: str = "none"
    payments: str = "none"
    limits: Limits = Limits()
    verify: bool | str = True
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    payment_request: str = ""
    mock_origin: str = ""
    admin_token: str = field(default="", repr=False)

    @property
    def is_mock(self) -> bool:
        return bool(self.mock_origin)

    def is_own(self, url: str) -> bool:
        """Whether a URL leads to one of the origins that are named for the target, and not to somebody else's."""
        named = (*self.bases.values(), self.token_url, self.mock_origin)
        return origin_of(url) in {origin_of(each) for each in named if each}

    @property
    def may_write(self) -> bool:
        return self.writes == "own-data"

    @property
    def may_pay(self) -> bool:
        return self.may_write and self.payments == "test-cards"


def read_targets(file: Path, names: Collection[str] = ()) -> dict[str, Target]:
    """The targets of a file, by name; with `names` only those, so that no secret of another one is asked for.

    Raises:
        WrongUse: the file can't be read, or says something that is not possible.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(f"{file} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} is not TOML: {error}") from error
    targets = data.get("targets", {})
    if not isinstance(targets, dict) or not targets:
        raise WrongUse(f"{file} has no [targets.NAME]")
    for name in names:
        if name not in targets:
            raise WrongUse(f"{file} has no target {name!r}{nearest(name, targets)}")
    return {name: _Reader(file, name, raw).target() for name, raw in targets.items() if not names or name in names}


class _Reader:
    """Reads one target; every complaint names file, target and member."""

    def __init__(self, file: Path, name: str, raw: Any) -> None:
        self._file = file
        self._name = name
        self._raw = raw if isinstance(raw, dict) else {}

    def target(self) -> Target:
        for unknown in sorted(self._raw.keys() - _MEMBERS.keys()):
            raise self._wrong(unknown, f"is not known{nearest(unknown, _MEMBERS)}")
        for name, value in self._raw.items():
            if not _MEMBERS[name](value):
                raise self._wrong(name, f"can't be {value!r}")
        bases = {group: str(self._raw[group]).rstrip("/") for group in GROUPS if group in self._raw}
        if not bases:
            raise self._wrong("invoices", "or invoice_uploads must be given: the URL of the API")
        return Target(
            name=self._name,
            bases=bases,
            token_url=self._raw.get("token_url", ""),
            credentials={actor: self._credentials(actor) for actor in ACTORS},
            writes=self._raw.get("writes", "none"),
            payments=self._raw.get("payments", "none"),
            limits=self._limits(),
            verify=self._verify(),
            headers={name: self._expanded(name, value) for name, value in self._raw.get("headers", {}).items()},
            payment_request=self._raw.get("payment_request", ""),
        )

    def _verify(self) -> bool | str:
        """Whether certificates are checked, or by which authority, whose file is beside the file of targets."""
        if "ca_file" not in self._raw:
            return bool(self._raw.get("verify", True))
        file = self._file.parent / self._raw["ca_file"]
        if not file.is_file():
            raise self._wrong("ca_file", f"{file} is no file")
        return str(file)

    def _expanded(self, header: str, value: str) -> str:
        """A header's value; `${NAME}` stands for an environment variable."""

        def variable(found: re.Match[str]) -> str:
            return self._variable(found[1], f"headers.{header}")

        return _VARIABLE.sub(variable, value)

    def _limits(self) -> Limits:
        given = {name: self._raw[name] for name in _LIMITS if name in self._raw}
        return Limits(**given)

    def _credentials(self, actor: str) -> dict[str, Credentials]:
        """The actor's credentials by group; `credentials.invoices`, `credentials_other.invoices` and so on."""
        member = "credentials" if actor == "main" else f"credentials_{actor}"
        section = self._raw.get(member, {})
        for unknown in sorted(section.keys() - set(GROUPS)):
            raise self._wrong(f"{member}.{unknown}", f"is no API; possible: {', '.join(GROUPS)}")
        return {group: self._one(section[group], f"{member}.{group}") for group in GROUPS if group in section}

    def _one(self, raw: Any, place: str) -> Credentials:
        if not isinstance(raw, dict) or not all(isinstance(each, str) for each in raw.values()):
            raise self._wrong(place, "is a table of texts")
        possible = (*_OPEN, *(f"{name}_env" for name in _SECRETS))
        for unknown in sorted(raw.keys() - set(possible)):
            is_secret = unknown in _SECRETS
            hint = f"comes from the environment: {unknown}_env names the variable" if is_secret else "is not known"
            raise self._wrong(f"{place}.{unknown}", hint + ("" if is_secret else nearest(unknown, possible)))
        plain = {name: raw[name] for name in _OPEN if name in raw}
        secret = {name: self._variable(raw[f"{name}_env"], place) for name in _SECRETS if f"{name}_env" in raw}
        return Credentials(**plain, **secret)

    def _variable(self, name: str, place: str) -> str:
        value = os.environ.get(name, "")
        if not value:
            raise self._wrong(place, f"needs the environment variable {name}")
        return value

    def _wrong(self, member: str, complaint: str) -> WrongUse:
        return WrongUse(f"{self._file}: targets.{self._name}.{member} {complaint}")


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, the port that goes without saying among them; no origin for what is no URL."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower(), parts.hostname or "", parts.port or _PORTS.get(parts.scheme.lower())
    except ValueError:
        return "", "", None


def is_origin_like(value: Any) -> bool:
    """Whether it is a URL one can send requests to."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
        is_address = bool(parts.hostname) and parts.port != 0 and parts.netloc.isprintable() and " " not in parts.netloc
        return parts.scheme in {"http", "https"} and is_address and not parts.query and not parts.fragment
    except ValueError:
        return False


def nearest(name: str, known: Iterable[str]) -> str:
    """What may have been meant by a name that is not known, as the end of a sentence."""
    all_known = sorted(known)
    by_folded = {each.lower(): each for each in all_known}
    found = [by_folded[each] for each in difflib.get_close_matches(name.lower(), by_folded, 3, 0.5)]
    return f"; meant: {', '.join(found)}?" if found else f"; possible: {', '.join(all_known)}"


_PORTS = {"http": 80, "https": 443}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPEN = ("client_id", "username", "redirect_uri")
_LIMITS = ("requests_per_second", "max_requests", "timeout_seconds", "retries")
_SECRETS = ("client_secret", "token", "refresh_token", "password")


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


_MEMBERS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(GROUPS, is_origin_like),
    "token_url": is_origin_like,
    "credentials": lambda value: isinstance(value, dict),
    "credentials_other": lambda value: isinstance(value, dict),
    "credentials_limited": lambda value: isinstance(value, dict),
    "writes": lambda value: value in {"none", "own-data"},
    "payments": lambda value: value in {"none", "test-cards"},
    "requests_per_second": _is_positive,
    "max_requests": lambda value: isinstance(value, int) and _is_positive(value),
    "timeout_seconds": _is_positive,
    "retries": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "verify": lambda value: isinstance(value, bool),
    "ca_file": lambda value: isinstance(value, str),
    "headers": lambda value: isinstance(value, dict) and all(isinstance(each, str) for each in value.values()),
    "payment_request": lambda value: isinstance(value, str),
}
"""What a target may say, and what each may be."""
