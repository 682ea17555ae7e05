"""Puts the server together. The only place that knows every room."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Flask
from joserfc.jwk import RSAKey

from mock_server import __version__, apis
from mock_server.core.agenda import CatchUp
from mock_server.core.clock import Clock, NamespaceClock, SystemClock
from mock_server.core.control import Making
from mock_server.core.errors import SetupError
from mock_server.core.group import Group, Ports, ServerFacts
from mock_server.core.idempotency import KEPT_ANSWERS
from mock_server.core.ids import NamespaceIds
from mock_server.core.journal.journal import Journal
from mock_server.core.namespace import DEFAULT, NAMESPACE_STATES, QUERY_PARAMETER, Namespace, NamespaceState
from mock_server.core.objects import OBJECTS
from mock_server.core.outbox import COLLECTIONS as OUTBOX_COLLECTIONS
from mock_server.core.records import Collection, Store, UnitOfWork
from mock_server.core.trace import apart
from mock_server.fixtures import fixture, seed_data, seed_names, signing_key_file
from mock_server.http.access_log import Silence, StructuredAccessLog
from mock_server.http.app import Application, ASGIApp, Mount
from mock_server.http.context import Exchange, Scope
from mock_server.http.docs import Docs
from mock_server.http.faults import Faults
from mock_server.http.guard import Guard
from mock_server.http.lifespan import Lifespan
from mock_server.http.operation import Surroundings
from mock_server.http.pipeline import Pipeline, functions_of
from mock_server.http.recording import Recorder
from mock_server.http.refusals import Territory
from mock_server.http.streams import Streams
from mock_server.http.wsgi import LazyWsgi
from mock_server.namespaces.portable import Portable
from mock_server.namespaces.registry import Keeping, Namespaces, Staging
from mock_server.namespaces.seeding import Seeds
from mock_server.oauth.clients import Directory
from mock_server.oauth.issuing import AuthorizationSettings, Desk, Issuing
from mock_server.oauth.metadata import is_oauth
from mock_server.oauth.records import COLLECTIONS as OAUTH_COLLECTIONS
from mock_server.oauth.records import forget_expired
from mock_server.oauth.revocations import Revocations
from mock_server.oauth.rules import CONTRACT as OAUTH_CONTRACT
from mock_server.oauth.rules import Figures
from mock_server.oauth.tokens import Signatures, TokenCheck, TokenMint, read_fixture_key, read_key
from mock_server.object_storage.addressing import origin_of
from mock_server.object_storage.backends import FolderBackend, WholeBlobs
from mock_server.object_storage.bucket import Bucket
from mock_server.object_storage.leavings import BucketReader, Leavings
from mock_server.object_storage.ledger import Ledger
from mock_server.object_storage.rules import BucketRefusal
from mock_server.object_storage.signature import Credentials
from mock_server.object_storage.urls import PresignedUrls
from mock_server.outbox.outgoing import Outgoing
from mock_server.settings import Settings
from mock_server.storage import open_store
from openapi import Contract, DocumentError, contract_file, read_contract
from openapi.model import Rule

BUCKET_PREFIX = "/_s3"
JOURNAL_BYTES = 6 * 1024
"""What an exchange may take up in the journal on average; where they are larger, it keeps fewer."""


@dataclass
class Server:
    """A server that is ready to be run, and what there is to say of it.

    `key`: what its tokens are signed with. `directory`: the clients it knows.
    """

    app: ASGIApp
    contracts: Mapping[str, Contract]
    namespaces: Namespaces
    store: Store
    streams: Streams
    key: RSAKey
    directory: Directory
    _exits: ExitStack = field(repr=False)

    @property
    def seed(self) -> str:
        """What the default namespace was filled with."""
        return self.namespaces.get(DEFAULT).seed

    def close(self) -> None:
        """Give back files and connections."""
        self._exits.close()


def groups() -> list[Group]:
    """All groups there are, found as folders below `apis`, in alphabetical order."""
    names = sorted(each.name for each in pkgutil.iter_modules(apis.__path__))
    return [importlib.import_module(f"{apis.__name__}.{name}.group").GROUP for name in names]


GROUPS = groups()
for _each in GROUPS:  # belongs to the import of the server, and not to its start
    functions_of(_each.handlers)


def collections() -> list[Collection[Any]]:
    """All that is stored: of the groups, and of the mock itself."""
    of_groups = [each for group in GROUPS for each in group.collections]
    return [*of_groups, *OAUTH_COLLECTIONS, *OUTBOX_COLLECTIONS, KEPT_ANSWERS, OBJECTS, NAMESPACE_STATES]


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
    with ExitStack() as exits, _uncollected():
        server = _Assembly(settings, clock or SystemClock(), exits).server()
        exits.pop_all()
        return server


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: each look at all that is imported takes some 50 ms, and there is none to be found.

    What was made meanwhile goes straight to the oldest generation, or a look at everything would follow at once.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if was_enabled:
            gc.enable()


class _Assembly:
    """The steps of putting a server together, in their order."""

    def __init__(self, settings: Settings, clock: Clock, exits: ExitStack) -> None:
        self.settings = settings
        self.clock = clock
        self.exits = exits
        self.public_url = _public_url(settings.public_url)
        self.groups = GROUPS
        self.contracts = {group.name: contract_of(group) for group in self.groups}
        self.oauth_contract = readable_contract(OAUTH_CONTRACT)
        self.all_contracts = {**self.contracts, OAUTH_CONTRACT: self.oauth_contract}
        self.leavings = Leavings()
        self.credentials = Credentials(settings.access_key_id, settings.secret_access_key)
        self.store = open_store(settings.state, collections())
        exits.callback(self.store.close)
        self.outgoing = Outgoing(
            self.contracts["control"],
            clock,
            __version__,
            settings.webhook_hosts,
            timedelta(seconds=settings.webhook_seconds),
        )
        exits.callback(self.outgoing.close)
        self.key = read_key(settings.signing_key) if settings.signing_key else read_fixture_key(signing_key_file())
        self.signatures = Signatures(self.key)
        self.directory = Directory.read(fixture("clients"))
        self.figures = Figures.of(self.oauth_contract)
        self.fixture = cache(fixture)
        self.backend = FolderBackend(settings.objects or self._temporary_folder())
        self.streams = Streams(self.contracts["control"].limit("CTL-STREAM-COUNT", "maximum"))
        self.facts = ServerFacts(__version__, sorted(self.contracts), self.store.describe())
        self.namespaces = self._namespaces()

    def server(self) -> Server:
        self.namespaces.start(Making(id_seed=self.settings.id_seed))
        guard = Guard(self.settings.admin_token)
        pipeline = Pipeline([self._surroundings(group) for group in self.groups], guard)
        docs = Docs(list(self.all_contracts.values()), pipeline)
        buckets = self._buckets()
        mounts = [
            *(Mount(_below(BUCKET_PREFIX), bucket, is_withheld=True) for bucket in buckets),
            # Before the authorization server: its own pages are below its paths.
            Mount(docs.contains, docs, is_recorded=False, meets_faults=False),
            Mount(is_oauth, self._authorization_server()),
        ]
        log = StructuredAccessLog(_json_logger()) if self.settings.access_log else Silence()
        lifespan = Lifespan(tick=self.namespaces.tick, ticks=[bucket.collect for bucket in buckets])
        app = Application(
            self.namespaces,
            mounts,
            {each.group.name: _mount(each, pipeline) for each in pipeline.territories},
            pipeline,
            Faults([self.contracts[group.name] for group in self.groups if group.is_transactional]),
            Recorder(self.all_contracts.values()),
            log,
            lifespan,
        )
        return Server(
            app=app,
            contracts=self.all_contracts,
            namespaces=self.namespaces,
            store=self.store,
            streams=self.streams,
            key=self.key,
            directory=self.directory,
            _exits=self.exits.pop_all(),
        )

    # Namespaces

    def _namespaces(self) -> Namespaces:
        seeds = Seeds(seed_data, self._replay, self._bound, seed_names(), self.settings.seed)
        keeping = Keeping(
            max_namespaces=self.settings.max_namespaces,
            max_snapshots=self.contracts["control"].limit("CTL-SNAPSHOT-COUNT", "maximum"),
            max_idle=timedelta(minutes=self.settings.namespace_idle_minutes),
        )
        return Namespaces(
            self.store,
            seeds,
            self._open,
            self.leavings.note,
            self.all_contracts,
            Staging({group.name: group.staging for group in self.groups}),
            Portable(self.store, WholeBlobs(self.backend)),
            keeping,
            self.clock,
        )

    def _bound(self, name: str) -> Namespace:
        """A namespace with the services of every room, not started yet."""
        exchanges = self.settings.journal_exchanges
        journal = Journal(exchanges, exchanges * JOURNAL_BYTES)
        namespace = Namespace(name, self.store, NamespaceClock(self.clock), NamespaceIds(), journal)
        self.outgoing.serve(namespace)
        for group in self.groups:
            namespace.services[group.name] = group.services(self._ports(group, namespace))
        return namespace

    def _open(self, name: str, state: NamespaceState) -> Namespace:
        """A namespace that is ready to serve."""
        namespace = self._bound(name)
        desk = self._desk(namespace)
        namespace.services[OAUTH_CONTRACT] = partial(Issuing, desk)
        namespace.verifier = desk.check
        namespace.on_adopted.append(desk.revocations.look_again)
        namespace.faults.drop_copy = self.namespaces.drop_copy
        catch_ups = {group.name: self._catch_up(group, namespace) for group in self.groups if group.catch_up}
        namespace.start(state, {**catch_ups, OAUTH_CONTRACT: partial(_forget_expired, namespace)})
        return namespace

    def _ports(self, group: Group, namespace: Namespace) -> Ports:
        leads_to = [] if namespace.name == DEFAULT else [(QUERY_PARAMETER, namespace.name)]
        return Ports(
            contract=self.contracts[group.name],
            namespace=namespace,
            object_urls=PresignedUrls(
                credentials=self.credentials, region=self.settings.region, prefix=BUCKET_PREFIX, more=leads_to
            ),
            objects=BucketReader(self.leavings),
            fixture=self.fixture,
            facts=self.facts,
            plane=self.namespaces,
        )

    def _desk(self, namespace: Namespace) -> Desk:
        clock, ids = namespace.clock, namespace.ids
        revocations = Revocations(self.store, namespace.name)
        leads_to = None if namespace.name == DEFAULT else namespace.name
        return Desk(
            directory=self.directory,
            figures=self.figures,
            mint=TokenMint(self.key, clock, ids, leads_to),
            check=TokenCheck(self.signatures, clock, revocations.has_any),
            clock=clock,
            ids=ids,
            revocations=revocations,
        )

    def _replay(self, namespace: Namespace, work: UnitOfWork, data: Mapping[str, Any]) -> None:
        for group in self.groups:
            if group.seed:
                group.seed(namespace.services[group.name](work), data)

    def _catch_up(self, group: Group, namespace: Namespace) -> CatchUp:
        services, catch_up = namespace.services[group.name], group.catch_up
        assert catch_up is not None, "only groups that have one come here"

        def caught_up(now: datetime) -> datetime | None:
            def action(work: UnitOfWork) -> datetime | None:
                trace.cells.clear()  # of an attempt that somebody else's change has undone
                return catch_up(services(work), now)

            with apart() as trace:
                due = namespace.transact(action, write=True)
            if trace.cells:
                namespace.coverage.note(None, None, 200, (), trace.cells)
            return due

        return caught_up

    # Rooms

    def _authorization_server(self) -> ASGIApp:
        """The Flask application, made when the first request comes: most callers bring a token of their own."""
        approver = self.settings.auto_approve
        if approver is not None and approver not in self.directory.users:
            known = ", ".join(self.directory.users)
            raise SetupError(f"there is no user {approver!r} to approve in the name of; possible: {known}")
        settings = AuthorizationSettings(
            contract=self.oauth_contract,
            key=self.key,
            directory=self.directory,
            figures=self.figures,
            namespace_of=lambda environ: Exchange.of(environ["asgi.scope"]).namespace,
            public_url=self.public_url,
            auto_approve=approver,
        )

        def make() -> Flask:
            from mock_server.oauth.server import make_app

            return make_app(settings)

        return LazyWsgi(make, self.figures.max_form_bytes)

    def _surroundings(self, group: Group) -> Surroundings:
        return Surroundings(
            group=group,
            contract=self.contracts[group.name],
            is_embedded=self.store.is_embedded,
            streams=self.streams,
            foreign_rules={} if group.is_transactional else self._all_rules(),
            public_url=self.public_url,
            max_wait_seconds=self.contracts["control"].limit("CTL-PREFER", "maximumSeconds")
            if group.is_transactional
            else None,
        )

    def _all_rules(self) -> dict[str, Rule]:
        return {rule.id: rule for contract in self.contracts.values() for rule in contract.rules.values()}

    def _buckets(self) -> list[Bucket]:
        buckets = [self._bucket(group) for group in self.groups if group.object_owner]
        for bucket in buckets:
            bucket.sweep()
        return buckets

    def _bucket(self, group: Group) -> Bucket:
        owner = group.object_owner
        assert owner is not None, "only groups that own objects come here"
        contract = self.contracts[group.name]
        refusals = {
            rule.id: BucketRefusal(rule.id, rule.status, rule.extra["code"], rule.extra["message"])
            for rule in contract.rules.values()
            if rule.stage == "bucket"
        }

        def ledger_of(scope: Scope) -> Ledger:
            namespace = Exchange.of(scope).namespace
            return Ledger(namespace, owner(namespace.services[group.name]))

        return Bucket(
            name=group.name.replace("_", "-"),
            store=self.store,
            ledger_of=ledger_of,
            backend=self.backend,
            credentials=self.credentials,
            region=self.settings.region,
            refusals=refusals,
            leavings=self.leavings,
            request_id_of=lambda scope: Exchange.of(scope).request_id,
            max_object_bytes=contract.limit("UPL-PUT-TOO-LARGE", "maximumBytes"),
            prefix=BUCKET_PREFIX,
        )

    def _temporary_folder(self) -> Path:
        return Path(self.exits.enter_context(tempfile.TemporaryDirectory(prefix="mock-server-objects-")))


def _mount(territory: Territory, pipeline: Pipeline) -> Mount:
    """A group's room. What concerns the mock alone is not journalled, and meets no faults."""
    stands_in = territory.group.is_transactional
    return Mount(territory.contains, pipeline, is_recorded=stands_in, meets_faults=stands_in)


def _public_url(asked: str | None) -> str | None:
    try:
        return None if asked is None else origin_of(asked)
    except ValueError as error:
        raise SetupError(f"the public URL can't be used: {error}") from error


def _forget_expired(namespace: Namespace, now: datetime) -> datetime | None:
    return namespace.transact(lambda work: forget_expired(work, now), write=True)


def _below(*prefixes: str) -> Callable[[str], bool]:
    """Whether a path is one of these, or below one; asked several times for each request."""
    below = tuple(each + "/" for each in prefixes)
    return lambda path: path.startswith(below) or path in prefixes


def _json_logger() -> Any:
    import structlog

    return structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )
