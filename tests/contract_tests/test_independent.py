"""The suites examine servers that others have written: one without faults is found to be so, and faults are found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.errors import TargetUnreachable
from contract_tests.reaching import require_there
from contract_tests.target import read_targets
from tests.contract_tests.independent.running import ENVIRONMENT, serving, write_target
from tests.contract_tests.independent.server import FAULTS
from tests.contract_tests.independent.tls import tls_before
from tests.contract_tests.running import contract_tests

RULES = {
    "confirms any digest": "UPL-CONFIRM-DIGEST",
    "forgives signatures": "UPL-URL-SIGNATURE",
    "previews what is not confirmed": "UPL-PREVIEW-STATE",
}


def test_another_server_behind_tls_keeps_its_contract_assumptions_included(tmp_path: Path) -> None:
    with serving() as (server, origin), tls_before(origin, tmp_path) as (public, authority):
        server.origin = public
        write_target(tmp_path, public, f'ca_file = "{authority.name}"')
        ran = contract_tests(
            tmp_path,
            *("run", "--target", "elsewhere", "--strict", "--seed", "1", "--max-seconds", "25"),
            *("--suite", "uploads", "--suite", "authorization"),
            env=ENVIRONMENT,
        )
        left = {upload.state for upload in server.uploads.values()}

    assert (ran.code, ran.rules()) == (0, set()), ran.out + ran.err
    assert ran.checks("error") == []
    assert len(ran.checks("passed")) > 50
    assert left <= {"attached"}
    assert not list((tmp_path / ".contract-tests" / "ledgers").iterdir())


def test_a_certificate_that_nobody_vouches_for_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with serving() as (_, origin), tls_before(origin, tmp_path) as (public, _):
        write_target(tmp_path, public)
        target = read_targets(tmp_path / "contract-tests.toml")["elsewhere"]
        with pytest.raises(TargetUnreachable, match=r"its certificate is not accepted \(ca_file, verify\)"):
            require_there(target)
        require_there(replace(target, verify=False))


def test_faults_of_another_server_are_found_and_broken_assumptions_are_news(tmp_path: Path) -> None:
    with serving(*FAULTS) as (_, origin):
        write_target(tmp_path, origin)
        selected = [part for rule in RULES.values() for part in ("--rule", rule)]
        ran = contract_tests(
            tmp_path,
            *("run", "--target", "elsewhere", "--seed", "1", "--max-seconds", "20", "--suite", "uploads"),
            *selected,
            env=ENVIRONMENT,
        )

    assert ran.code == 1
    assert set(RULES) == set(FAULTS)
    standings = {found["rule"]: found["standing"] for each in ran.events() for found in each.get("findings", ())}
    assert {rule: standings.get(rule) for rule in RULES.values()} == {
        "UPL-CONFIRM-DIGEST": "refuted",
        "UPL-PREVIEW-STATE": "refuted",
        "UPL-URL-SIGNATURE": "failed",
    }
