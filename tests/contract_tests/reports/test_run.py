"""A run of the suites tells of itself, with and without workers, whether there is anybody to examine or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from contract_tests import reports
from contract_tests.events import CheckEnded, RunEnded, RunStarted, read
from contract_tests.results import results_in
from tests.process import running

ROOT = Path(__file__).parents[3]
SUITE = ROOT / "contract_tests" / "suites" / "test_lifecycle.py"


def examine(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of one suite; its events stand in `run` within the folder."""
    plugins = ["-p", "contract_tests.plugin", "-p", "xdist.plugin", "-p", "_hypothesis_pytestplugin"]
    options = ["-c", os.devnull, "--rootdir", str(ROOT), "--contract-seed", "1"]
    options += ["--contract-events", str(folder / "run")]
    command = [sys.executable, "-m", "pytest", *plugins, *options, str(SUITE), "-q", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120)


def test_a_run_with_workers_tells_of_every_check_and_of_its_traffic(tmp_path: Path) -> None:
    with running(tmp_path) as (_, origin):
        run = examine(tmp_path, "--contract-url", origin, "-n", "2", "-k", "cell and cancelInvoice")
    assert run.returncode == 0, run.stdout + run.stderr
    events = list(read(tmp_path / "run"))
    started, ended = events[0], events[-1]
    checks = [each for each in events if isinstance(each, CheckEnded)]
    assert isinstance(started, RunStarted)
    assert isinstance(ended, RunEnded)
    assert (started.kind, started.seed, started.strict) == ("mock", 1, True)
    assert started.again.startswith(f"contract-tests run --url {origin} --seed 1")
    assert len(checks) == len(events) - 2 == 7
    assert ended.counts == {"passed": 7}
    assert ended.rules["INV-CANCEL-STATE"] == "passed"
    assert {each.worker for each in checks} <= {"gw0", "gw1"}
    assert ended.requests == sum(each.requests for each in checks) > 20
    assert all((tmp_path / "run" / f"traffic-{worker}.ndjson").stat().st_size for worker in ("gw0", "gw1"))
    results = results_in(tmp_path / "run")
    assert ("invoice", "cancelInvoice", "Published", "Canceled") in results.walked
    assert results.answers["cancelInvoice", "400"] >= 6
    for file in reports.write(tmp_path / "run", reports.formats()):
        assert "eyJ" not in file.read_text(encoding="utf-8")


def test_a_run_that_finds_nobody_says_so(tmp_path: Path) -> None:
    run = examine(tmp_path, "--contract-url", "http://127.0.0.1:9", "-k", "cell and cancelInvoice")
    assert run.returncode == 3, run.stdout + run.stderr
    events = list(read(tmp_path / "run"))
    ended = events[-1]
    assert isinstance(events[0], RunStarted)
    assert isinstance(ended, RunEnded)
    assert (ended.exit_code, "127.0.0.1:9" in ended.reason) == (3, True)
    assert {each.outcome for each in events[1:-1] if isinstance(each, CheckEnded)} == {"not-run"}
    assert results_in(tmp_path / "run").verdict == ("unsure", "The target could not be examined")
