"""A run of all suites on a deployment: it finds nothing wrong with a right one, and leaves what must stay alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS, UPLOADS
from mock_server.apis.invoices.records import CUSTOMERS, INVOICES
from mock_server.core.namespace import DEFAULT
from mock_server.core.records import Collection, Query, UnitOfWork
from mock_server.live import LiveServer
from tests.contract_tests.running import Ran, contract_tests
from tests.process import token

COLLECTIONS: Sequence[Collection[Any]] = (INVOICES, CUSTOMERS, UPLOADS, PAYMENT_REQUESTS)
PAYMENT_REQUEST = "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
FINAL = {"Canceled", "Paid", "ProcessingPayment", "Refunded"}
SECONDS = "16"
TAG = "contract-tests-"
TARGET = """
[targets.staging]
invoices = "{origin}/pay-int-api"
invoice_uploads = "{origin}/api/v1"
token_url = "{origin}/oauth2/token"
writes = "own-data"
payments = "test-cards"
payment_request = "{payment_request}"
[targets.staging.credentials.invoices]
client_id = "harbor-invoices"
client_secret_env = "QA_SECRET"
[targets.staging.credentials_other.invoices]
client_id = "lumen-invoices"
client_secret_env = "QA_OTHER"
[targets.staging.credentials.invoice_uploads]
token_env = "QA_UPLOADS"
"""

Records = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Examined:
    """A run on a deployment: the records there were before it, and those there are now."""

    ran: Ran
    before: Records
    after: Records

    def made(self, collection: str) -> list[Any]:
        return [each for key, each in self.after[collection].items() if key not in self.before[collection]]


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examined]:
    """A mock that the run takes for a deployment, for nobody says that it is one."""
    folder = tmp_path_factory.mktemp("deployment")
    server = LiveServer.start()
    (folder / "contract-tests.toml").write_text(TARGET.format(origin=server.url, payment_request=PAYMENT_REQUEST))
    secrets = {
        "QA_SECRET": "not-a-secret-harbor-invoices",
        "QA_OTHER": "not-a-secret-lumen-invoices",
        "QA_UPLOADS": token("invoice-uploads"),
    }
    before = records(server)
    ran = contract_tests(folder, "run", "--target", "staging", "--max-seconds", SECONDS, env=secrets)
    yield Examined(ran, before, records(server))
    server.stop()


def records(server: LiveServer) -> Records:
    """All there is, by collection and id."""
    namespace = server.server.namespaces.get(DEFAULT)

    def read(work: UnitOfWork) -> Records:
        return {
            collection.name: {each.id: each for each in work.records(collection).find(Query()).items}
            for collection in COLLECTIONS
        }

    return namespace.transact(read, write=False)


def test_nothing_is_wrong_with_a_right_one(examined: Examined) -> None:
    assert examined.ran.rules() == set()
    assert examined.ran.code == 0, examined.ran.err
    assert len({each["suite"] for each in examined.ran.checks("passed")}) > 10


def test_what_was_there_is_as_it_was(examined: Examined) -> None:
    changed = {
        key
        for collection, known in examined.before.items()
        for key, each in known.items()
        if examined.after[collection].get(key) != each
    }
    assert changed <= {PAYMENT_REQUEST}


def test_all_that_was_made_and_could_be_undone_is_undone(examined: Examined) -> None:
    made = examined.made(INVOICES.name)
    assert made
    assert {each.status.label for each in made} <= FINAL
    assert Counter(each.state.value for each in examined.made(UPLOADS.name)).keys() <= {"attached"}
    assert not list((examined.ran.folder / ".contract-tests" / "ledgers").glob("*"))


def test_all_that_was_made_carries_the_tag_of_the_run(examined: Examined) -> None:
    assert [each.id for each in examined.made(INVOICES.name) if TAG not in (each.terms.additional_notes or "")] == []
    assert [each.filename for each in examined.made(UPLOADS.name) if TAG not in each.filename] == []
    announced = [each for each in traffic(examined.ran) if each.get("operation") == "presignUpload"]
    accepted = [each for each in announced if each["status"] == 200]
    assert accepted
    assert [each["body"] for each in accepted if TAG not in each["body"]] == []


def traffic(ran: Ran) -> list[dict[str, Any]]:
    files = (ran.folder / "contract-tests-report").glob("traffic-*.ndjson")
    texts = [file.read_text(encoding="utf-8") for file in files]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]  # bodies break lines in other ways
