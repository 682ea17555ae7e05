"""The contracts of the APIs, and the reader everything else uses."""

from openapi.documents import DocumentError
from openapi.locations import contract_file, contract_names, fixtures_folder
from openapi.model import ABSENT, Contract, Lifecycle, Operation, Provenance, Refusal, Rule, Transition
from openapi.reading import read_contract

__all__ = [
    "ABSENT",
    "Contract",
    "DocumentError",
    "Lifecycle",
    "Operation",
    "Provenance",
    "Refusal",
    "Rule",
    "Transition",
    "contract_file",
    "contract_names",
    "fixtures_folder",
    "read_contract",
]
