"""Stock schemathesis, all phases, finds nothing wrong with the mock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.effort import examples
from tests.mock import BASE_PATHS
from tests.process import schemathesis, serving, token

TOKEN = "letters-and-digits-0815"


@pytest.mark.parametrize(("contract", "group"), [("invoices", "invoices"), ("invoice_uploads", "invoice-uploads")])
def test_stock_schemathesis_reports_no_failure(contract: str, group: str, tmp_path: Path) -> None:
    with serving(tmp_path, "--no-access-log") as origin:
        bearer = f"Authorization: Bearer {token(group)}"
        arguments = ("--header", bearer, "--max-examples", str(examples(5)))
        run = schemathesis(contract, origin + BASE_PATHS[group], tmp_path, *arguments)

    assert run.returncode == 0, run.stdout[-6000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.stdout


def test_stock_schemathesis_reports_no_failure_of_the_control_api(tmp_path: Path) -> None:
    """All but the stream of events, which has no end. With an admin token, so that access is checked, too."""
    (tmp_path / "token").write_text(TOKEN)
    with serving(tmp_path, "--no-access-log", "--admin-token-file", str(tmp_path / "token")) as origin:
        arguments = ("--header", f"Authorization: Bearer {TOKEN}", "--exclude-operation-id", "streamJournal")
        run = schemathesis("control", f"{origin}/_mock", tmp_path, *arguments, "--max-examples", str(examples(1)))

    assert run.returncode == 0, run.stdout[-6000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.stdout
