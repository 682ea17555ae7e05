"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from contract_tests.target import TARGETS_FILE

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=TARGETS_FILE,
    show_default=True,
    help="The file of targets.",
)
ca_file_option = click.option(
    "--ca-file", metavar="FILE", help="The authority of the URL's certificate, where it is a private one."
)
insecure_option = click.option("--insecure", is_flag=True, help="Don't check the URL's certificate.")
