"""`contract-tests cleanup`: clean up what runs have left on deployments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contract_tests.cli.options import config_option
from contract_tests.errors import TargetUnreachable, WrongUse

if TYPE_CHECKING:
    from contract_tests.cleaning import Stays
    from contract_tests.ledger import LeftOver
    from contract_tests.target import Target


@click.command("cleanup")
@click.option("--target", metavar="NAME", help="Only what is left on this target.")
@config_option
def command(target: str | None, config: Path) -> int:
    """Clean up what runs that were killed have left on deployments.

    Drafts and uploads are deleted, published invoices cancelled; what can't be undone is told. Where a run was started,
    the folder .contract-tests knows what it has made; runs that are still at work are left alone.

    Exit codes: 0 all is clean, 1 something is left, 2 wrong use, 3 a target can't be reached.
    """
    from contract_tests.ledger import left_over
    from contract_tests.memory import HOME, LEDGERS
    from contract_tests.target import read_targets

    left = [each for each in left_over(Path(HOME) / LEDGERS) if target in {None, each.target}]
    if not left:
        click.echo("Nothing is left over.")
        return 0
    targets = read_targets(config, {each.target for each in left})
    stays = [told for each in left for told in _resumed(targets[each.target], each)]
    for told in stays:
        click.echo(str(told))
    count = sum(len(each.records) for each in left) - sum(len(each.ids) for each in stays)
    click.echo(f"{count} {'record is' if count == 1 else 'records are'} cleaned up.")
    return 1 if stays else 0


def _resumed(target: Target, left: LeftOver) -> list[Stays]:
    from contract_tests.cleaning import resume

    try:
        return resume(target, left)
    except TargetUnreachable as error:
        raise TargetUnreachable(f"{left.target}: {error}; nothing is forgotten, try again later") from error
    except WrongUse as error:
        raise WrongUse(f"{left.target}: {error}") from error
