"""`contract-tests drift`: whether a deployment still serves the contract."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract_tests.cli.options import ca_file_option, config_option, insecure_option
from contract_tests.cli.reporting import deliver, report_options, today_and_waivers

if TYPE_CHECKING:
    from contract_tests.gate.drift.archives import Archive
    from contract_tests.target import Target


@click.command("drift")
@click.option("--target", "name", metavar="NAME", help="A target of the file of targets.")
@click.option("--url", metavar="URL", help="A mock or a deployment, wherever it is.")
@config_option
@ca_file_option
@insecure_option
@click.option(
    "--har",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Recorded traffic, as browsers and proxies write it (HAR 1.2); repeatable.",
)
@click.option("--journal", "is_with_journal", is_flag=True, help="What the mock was asked, by its journal.")
@click.option("--namespace", default="default", show_default=True, metavar="NAME", help="Of the mock's journal.")
@click.option(
    "--contracts",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The contracts that should be served; else those of this version.",
)
@click.option("--strict", is_flag=True, help="What the contract only assumes counts like what is documented.")
@report_options("warning")
def command(
    name: str | None,
    url: str | None,
    config: Path,
    ca_file: str | None,
    files: tuple[Path, ...],
    namespace: str,
    contracts: Path | None,
    formats: tuple[str, ...],
    output: Path | None,
    waivers: Path | None,
    fail_on: tuple[str, ...],
    *,
    insecure: bool,
    is_with_journal: bool,
    strict: bool,
) -> int:
    """Find out whether a deployment still serves the contract.

    The OpenAPI document that it publishes is compared with the contract, as far as calls show the differences. Recorded
    traffic shows paths, operations, statuses, media types, members and values that are not documented, with how often;
    and what is documented and never came. Nothing is changed: only documents are fetched.

    \b
    Examples:
      contract-tests drift --target staging
      contract-tests drift --target staging --har traffic.har
      contract-tests drift --url http://127.0.0.1:8080 --journal
      contract-tests drift --har traffic.har --fail-on error

    Exit codes: 0 no drift, 1 drift, 2 wrong use, 3 the target can't be reached.
    """
    if name and url:
        raise click.UsageError("One of --target and --url.")
    if not (name or url or files):
        raise click.UsageError("Name what to judge: --target, --url, or recorded traffic with --har.")
    if is_with_journal and not (name or url):
        raise click.UsageError("--journal needs the mock: --target or --url.")
    from contract_tests.gate.drift.drifting import examine, served
    from contract_tests.gate.drift.traffic import archives, journal
    from openapi.locations import CONTRACTS

    today, known = today_and_waivers(waivers)
    recorded: list[Archive] = archives(files)
    target = _target(name, url, config, ca_file, insecure) if name or url else None
    if is_with_journal and target is not None:
        recorded.append(journal(target, namespace))
    groups = tuple(target.bases) if target else None
    contracts_served = served(_near(contracts or CONTRACTS), *((groups,) if groups else ()))
    report = examine(contracts_served, target, recorded, fail_on, today, known, is_strict=strict)
    return deliver(report, formats, output)


def _target(name: str | None, url: str | None, config: Path, ca_file: str | None, insecure: bool) -> Target:
    """The target; something answers there. Raises `WrongUse` and `TargetUnreachable`."""
    from contract_tests.errors import WrongUse
    from contract_tests.reaching import probe, target_at
    from contract_tests.target import ADMIN_VARIABLE, read_targets
    from contract_tests.transport import Recorder, Transport

    if name:
        target = read_targets(config, {name})[name]
        probe(Transport(target, Recorder()))
        return target
    if ca_file and not Path(ca_file).is_file():
        raise WrongUse(f"{ca_file} is no file: the authority of the URL's certificate")
    return target_at(str(url), os.environ.get(ADMIN_VARIABLE, ""), False if insecure else ca_file or True)


def _near(folder: Path) -> Path:
    """A folder as a person in the working folder would name it."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_absolute() and folder.is_relative_to(here) else folder
