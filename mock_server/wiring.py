"""Puts the server together. The only place that knows every room."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

from mock_server import __version__, apis
from mock_server.agenda import CatchUp, DueEvents
from mock_server.core.clock import Clock, SystemClock
from mock_server.core.errors import MockServerError, RecordExists, SetupError
from mock_server.core.group import Group, Ports, ServerFacts
from mock_server.core.idempotency import KEPT_ANSWERS
from mock_server.core.ids import Ids, RandomIds, SeededIds
from mock_server.core.objects import OBJECTS
from mock_server.core.records import Collection, Store, UnitOfWork, transact
from mock_server.fixtures import NO_SEED, fixture, seed_data, signing_key_file
from mock_server.http.access_log import Silence, StructuredAccessLog
from mock_server.http.app import Application, ASGIApp, Mount
from mock_server.http.cors import with_cors
from mock_server.http.docs import Docs
from mock_server.http.lifespan import Lifespan
from mock_server.http.operation import Surroundings
from mock_server.http.pipeline import Pipeline
from mock_server.http.wsgi import LazyWsgi
from mock_server.oauth.clients import Directory
from mock_server.oauth.issuing import AuthorizationSettings, Desk
from mock_server.oauth.metadata import is_oauth
from mock_server.oauth.records import COLLECTIONS as OAUTH_COLLECTIONS
from mock_server.oauth.records import forget_expired
from mock_server.oauth.revocations import Revocations
from mock_server.oauth.rules import CONTRACT as OAUTH_CONTRACT
from mock_server.oauth.rules import Figures
from mock_server.oauth.tokens import TokenCheck, TokenMint, read_key
from mock_server.object_storage.backends import FolderBackend
from mock_server.object_storage.bucket import Bucket
from mock_server.object_storage.leavings import BucketReader, Leavings
from mock_server.object_storage.rules import BucketRefusal
from mock_server.object_storage.signature import Credentials
from mock_server.object_storage.urls import PresignedUrls
from mock_server.settings import Settings
from mock_server.storage import open_store
from openapi import Contract, DocumentError, contract_file, read_contract

NAMESPACE = "default"
BUCKET_PREFIX = "/_s3"


@dataclass(frozen=True)
class Seeded:
    """Says which seed a store was filled with, so that it is filled once."""

    id: str
    seed: str
    version: int = 0


SEEDED: Collection[Seeded] = Collection(name="seeded", type=Seeded)


@dataclass
class Server:
    """A server that is ready to be run, and what there is to say of it."""

    app: ASGIApp
    contracts: Mapping[str, Contract]
    services: Mapping[str, Callable[[UnitOfWork], Any]]
    store: Store
    seed: str
    _exits: ExitStack = field(repr=False)

    def close(self) -> None:
        """Give back files and connections."""
        self._exits.close()


def groups() -> list[Group]:
    """All groups there are, found as folders below `apis`, in alphabetical order."""
    names = sorted(each.name for each in pkgutil.iter_modules(apis.__path__))
    return [importlib.import_module(f"{apis.__name__}.{name}.group").GROUP for name in names]


def contract_of(group: Group) -> Contract:
    """The group's contract. Raises `SetupError` where it contradicts itself, or lacks a rule the group needs."""
    contract = readable_contract(group.name)
    missing = sorted({rule for rule in vars(group.rules).values() if rule and rule not in contract.rules})
    if missing:
        raise SetupError(f"{contract.file}:1: x-rules lacks {', '.join(missing)}, which {group.name} refuses by")
    return contract


def readable_contract(name: str) -> Contract:
    """The contract with this name. Raises `SetupError` where it contradicts itself."""
    try:
        return read_contract(contract_file(name))
    except DocumentError as error:
        raise SetupError(str(error)) from error


def build(settings: Settings, clock: Clock | None = None) -> Server:
    """Put a server together: contracts read, store opened and seeded, everything compiled.

    Raises:
        SetupError: in one line, what stands in the way.
    """
    with ExitStack() as exits:
        server = _Assembly(settings, clock or SystemClock(), exits).server()
        exits.pop_all()
        return server


class _Assembly:
    """The steps of putting a server together, in their order."""

    def __init__(self, settings: Settings, clock: Clock, exits: ExitStack) -> None:
        self.settings = settings
        self.clock = clock
        self.exits = exits
        self.ids: Ids = SeededIds(settings.id_seed) if settings.id_seed is not None else RandomIds()
        self.groups = groups()
        self.contracts = {group.name: contract_of(group) for group in self.groups}
        self.oauth_contract = readable_contract(OAUTH_CONTRACT)
        self.agenda = DueEvents(clock)
        self.leavings = Leavings()
        self.credentials = Credentials(settings.access_key_id, settings.secret_access_key)
        collections = [each for group in self.groups for each in group.collections]
        self.store = open_store(settings.state, [*collections, *OAUTH_COLLECTIONS, KEPT_ANSWERS, OBJECTS, SEEDED])
        exits.callback(self.store.close)
        self.key = read_key(settings.signing_key or signing_key_file())
        self.desk = self._desk()
        self.services = {group.name: group.services(self._ports(group)) for group in self.groups}

    def server(self) -> Server:
        seed = self._seed()
        self.agenda.start([*(self._catch_up(group) for group in self.groups if group.catch_up), self._forget_expired])
        surroundings = [self._surroundings(group) for group in self.groups]
        pipeline = Pipeline(surroundings, self.desk.check)
        contracts = {**self.contracts, OAUTH_CONTRACT: self.oauth_contract}
        docs = Docs(list(contracts.values()), pipeline)
        buckets = self._buckets()
        mounts = [
            *(Mount(partial(_is_below, BUCKET_PREFIX), bucket) for bucket in buckets),
            Mount(docs.contains, docs),  # before the authorization server: its own pages are below its paths
            Mount(is_oauth, self._authorization_server()),
        ]
        log = StructuredAccessLog(_json_logger()) if self.settings.access_log else Silence()
        lifespan = Lifespan(tick=self.agenda.catch_up, ticks=[bucket.collect for bucket in buckets])
        app = Application(mounts, fallback=pipeline, log=log, lifespan=lifespan)
        return Server(with_cors(app), contracts, self.services, self.store, seed, self.exits.pop_all())

    def _desk(self) -> Desk:
        revocations = Revocations(self.store, NAMESPACE)
        return Desk(
            directory=Directory.read(fixture("clients")),
            figures=Figures.of(self.oauth_contract),
            mint=TokenMint(self.key, self.clock, self.ids),
            check=TokenCheck(self.key, self.clock, revocations.has_any),
            clock=self.clock,
            revocations=revocations,
        )

    def _authorization_server(self) -> ASGIApp:
        """The Flask application, made when the first request comes: most callers bring a token of their own."""
        approver = self.settings.auto_approve
        if approver is not None and approver not in self.desk.directory.users:
            known = ", ".join(self.desk.directory.users)
            raise SetupError(f"there is no user {approver!r} to approve in the name of; possible: {known}")
        settings = AuthorizationSettings(
            self.oauth_contract, self.key, self.store, NAMESPACE, self.settings.public_url, approver
        )

        def make() -> Flask:
            from mock_server.oauth.server import make_app

            return make_app(self.desk, settings)

        return LazyWsgi(make, self.desk.figures.max_form_bytes)

    def _ports(self, group: Group) -> Ports:
        return Ports(
            contract=self.contracts[group.name],
            clock=self.clock,
            ids=self.ids,
            object_urls=PresignedUrls(credentials=self.credentials, region=self.settings.region, prefix=BUCKET_PREFIX),
            objects=BucketReader(self.leavings),
            fixture=fixture,
            agenda=self.agenda,
            facts=ServerFacts(__version__, sorted(self.contracts), self.store.describe()),
        )

    def _surroundings(self, group: Group) -> Surroundings:
        return Surroundings(
            group=group,
            contract=self.contracts[group.name],
            services=self.services[group.name],
            store=self.store,
            namespace=NAMESPACE,
            catch_up=self.agenda.catch_up,
            public_url=self.settings.public_url,
        )

    def _catch_up(self, group: Group) -> CatchUp:
        services, catch_up = self.services[group.name], group.catch_up
        assert catch_up is not None, "only groups that have one come here"
        return lambda now: transact(self.store, NAMESPACE, lambda work: catch_up(services(work), now), write=True)

    def _forget_expired(self, now: datetime) -> datetime | None:
        return transact(self.store, NAMESPACE, lambda work: forget_expired(work, now), write=True)

    def _seed(self) -> str:
        """Fill the store unless it was filled before; return the name of the seed that is in it."""
        wanted = self.settings.seed
        data = {} if wanted == NO_SEED else seed_data(wanted)

        def fill(work: UnitOfWork) -> str:
            before = work.records(SEEDED).get(NAMESPACE)
            if before is not None:
                return before.seed
            work.records(SEEDED).add(Seeded(NAMESPACE, wanted))
            for group in self.groups:
                if group.seed:
                    group.seed(self.services[group.name](work), data)
            return wanted

        try:
            return transact(self.store, NAMESPACE, fill, write=True)
        except RecordExists as error:
            return self._seeded_meanwhile(error)
        except (MockServerError, ArithmeticError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise SetupError(f"the seed {wanted!r} can't be used: {type(error).__name__}: {error}") from error

    def _seeded_meanwhile(self, error: RecordExists) -> str:
        """Another process was filling the same store at the same moment; take what it made."""
        seeded = transact(self.store, NAMESPACE, lambda work: work.records(SEEDED).get(NAMESPACE), write=False)
        if seeded is None:
            raise SetupError(f"the seed {self.settings.seed!r} has an id twice: {error}") from error
        return seeded.seed

    def _buckets(self) -> list[Bucket]:
        owners = [group for group in self.groups if group.object_owner]
        if not owners:
            return []
        backend = FolderBackend(self.settings.objects or self._temporary_folder())
        buckets = [self._bucket(group, backend) for group in owners]
        for bucket in buckets:
            bucket.sweep()
        return buckets

    def _bucket(self, group: Group, backend: FolderBackend) -> Bucket:
        assert group.object_owner is not None, "only groups that own objects come here"
        contract = self.contracts[group.name]
        refusals = {
            rule.id: BucketRefusal(rule.id, rule.status, rule.extra["code"], rule.extra["message"])
            for rule in contract.rules.values()
            if rule.stage == "bucket"
        }
        return Bucket(
            name=group.name.replace("_", "-"),
            store=self.store,
            namespace=NAMESPACE,
            backend=backend,
            clock=self.clock,
            credentials=self.credentials,
            region=self.settings.region,
            refusals=refusals,
            owner=group.object_owner(self.services[group.name]),
            leavings=self.leavings,
            new_request_id=lambda: str(uuid.uuid4()),
            max_object_bytes=contract.limit("UPL-PUT-TOO-LARGE", "maximumBytes"),
            prefix=BUCKET_PREFIX,
        )

    def _temporary_folder(self) -> Path:
        return Path(self.exits.enter_context(tempfile.TemporaryDirectory(prefix="mock-server-objects-")))


def _is_below(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def _json_logger() -> Any:
    import structlog

    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )
