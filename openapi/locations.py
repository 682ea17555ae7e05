"""Where the contracts and the fixtures are, in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

CONTRACTS = Path(__file__).parent


def contract_file(name: str) -> Path:
    """The file of the contract with this name, such as `invoices`."""
    return CONTRACTS / f"{name}.yaml"


def contract_names() -> list[str]:
    """The names of all contracts, in alphabetical order."""
    return sorted(file.stem for file in CONTRACTS.glob("*.yaml"))


def fixtures_folder() -> Path:
    """The fixtures: beside this package in a checkout, inside it when installed from a wheel."""
    inside = CONTRACTS / "fixtures"
    return inside if inside.is_dir() else CONTRACTS.parent / "fixtures"
