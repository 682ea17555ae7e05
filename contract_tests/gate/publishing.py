"""What GitHub Actions is told of a gate: annotations, the summary of the step, and outputs for the steps after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TextIO

from contract_tests.build_server import add_to_summary, set_outputs
from contract_tests.gate.formats import format_named
from contract_tests.gate.report import NO_BUMP, Report
from contract_tests.gate.semantic_version import Bump


def publish(report: Report, log: TextIO | None) -> None:
    """Tell it all. `log`: where annotations are read; `None` where they stand already."""
    if log is not None:
        log.write("\n" + format_named("github").render(report).encode("utf-8", "replace").decode())
        log.flush()
    add_to_summary(format_named("markdown").render(report))
    set_outputs(outputs(report))


def outputs(report: Report) -> Mapping[str, str]:
    """The outputs of the step.

    `version`: what is suggested, where one contract only has changed, or is there; `versions`: by contract, as JSON.
    """
    suggested = {each.specification: each.suggested for each in report.versions if each.suggested}
    changed = [each for each in report.versions if each.bump != NO_BUMP] or report.versions
    bumps = [Bump[each.bump.upper()] for each in report.versions]
    return {
        "version": changed[0].suggested if len(changed) == 1 else "",
        "versions": json.dumps(suggested),
        "bump": max(bumps, default=Bump.NONE).name.lower(),
        "failed": json.dumps(bool(report.failed)),
        **{name: str(report.counts[name]) for name in ("breaking", "risky", "safe")},
        "changelog": report.changelog.strip(),
    }
