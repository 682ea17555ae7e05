"""Without the extra `conformance`: what can't be decided is said to be so, and that no values were tried."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract_tests.cli.main import CONFORMANCE
from tests.contract_tests.gate.comparing.building import contract

Json = Any
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(), None))
from contract_tests.cli.main import main
main()
"""
TRIED = "no values were tried, which needs pip install 'invoice-contract-toolkit[conformance]'"


def diff(folder: Path, old: Json, new: Json, *, without: frozenset[str] = CONFORMANCE) -> tuple[int, str]:
    """The exit code and the output, errors included, in an installation without some modules."""
    for name, schema in (("old", old), ("new", new)):
        body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"a": schema}}}}}
        (folder / f"{name}.json").write_text(json.dumps(contract({"post": {"requestBody": body}})))
    command = [sys.executable, "-c", WITHOUT, " ".join(sorted(without)), "diff", "old.json", "new.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def back_reference(ending: str) -> Json:
    return {"type": "string", "pattern": rf"^(a+)\1{ending}$"}


@pytest.mark.parametrize("missing", [CONFORMANCE, {"schemathesis"}, {"hypothesis"}], ids=["all", "one", "the other"])
def test_what_is_undecided_is_told_with_what_would_help(missing: frozenset[str], tmp_path: Path) -> None:
    code, told = diff(tmp_path, back_reference("b"), back_reference("bb?"), without=missing)

    assert code == 0
    assert "Risky changes (1)" in told
    assert "request-pattern-changed" in told
    assert f"Whether that breaks anybody could not be decided (the pattern ^(a+)\\1b$; {TRIED})." in told.replace(
        " and the pattern ^(a+)\\1bb?$", ""
    )


def test_what_no_values_would_show_does_not_ask_for_more(tmp_path: Path) -> None:
    code, told = diff(tmp_path, {"type": "string"}, {"type": "string", "format": "byte"})

    assert code == 0
    assert "could not be decided (no validator looks at it, but clients may)." in told
    assert "conformance" not in told


def test_what_can_be_decided_is_decided_all_the_same(tmp_path: Path) -> None:
    code, told = diff(tmp_path, {"type": "string"}, {"type": "string", "pattern": "^a+$"})

    assert code == 1
    assert "a request that was fine" in told
    assert "conformance" not in told
