"""Stock schemathesis, all phases, finds nothing wrong with the mock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mock import BASE_PATHS
from tests.process import MOCK_SERVER, serving

OPENAPI = Path(__file__).parents[2] / "openapi"


@pytest.mark.parametrize(("contract", "group"), [("invoices", "invoices"), ("invoice_uploads", "invoice-uploads")])
def test_stock_schemathesis_reports_no_failure(contract: str, group: str, tmp_path: Path) -> None:
    token = subprocess.run([MOCK_SERVER, "token", "--group", group], capture_output=True, text=True, check=True).stdout
    with serving(tmp_path, "--no-access-log") as origin:
        run = subprocess.run(
            [
                str(Path(sys.executable).parent / "schemathesis"),
                "--config-file",
                str(OPENAPI / "schemathesis.toml"),
                "run",
                str(OPENAPI / f"{contract}.yaml"),
                "--url",
                origin + BASE_PATHS[group],
                "--header",
                f"Authorization: Bearer {token.strip()}",
                "--max-examples",
                "15",
                "--seed",
                "1",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=280,
        )

    assert run.returncode == 0, run.stdout[-6000:]
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.stdout
