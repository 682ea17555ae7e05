"""All rewriters of whole contracts that change no meaning; the gate must say nothing about any of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract_tests.gate.corpus.dialects import in_31
from tests.contract_tests.gate.corpus.other_names import (
    with_components_renamed,
    with_headers_in_small_letters,
    with_path_parameters_renamed,
    with_schemes_renamed,
)
from tests.contract_tests.gate.corpus.other_order import reordered, with_other_words
from tests.contract_tests.gate.corpus.other_places import (
    with_path_parameters_at_operations,
    with_security_at_operations,
    with_servers_at_operations,
)
from tests.contract_tests.gate.corpus.other_references import extracted, inlined, with_aliases, with_unused_components
from tests.contract_tests.gate.corpus.other_schemas import (
    with_alternatives_said_twice,
    with_bounds_of_integers_exclusive,
    with_defaults_written_out,
    with_enums_as_alternatives,
    with_objects_split,
    with_parts,
    with_single_alternatives,
)
from tests.contract_tests.gate.corpus.standing import Document

Rewriter = Callable[[Document], Document]

ALL: tuple[Rewriter, ...] = (
    reordered,
    with_other_words,
    with_components_renamed,
    with_schemes_renamed,
    with_path_parameters_renamed,
    with_headers_in_small_letters,
    inlined,
    extracted,
    with_aliases,
    with_unused_components,
    with_parts,
    with_single_alternatives,
    with_objects_split,
    with_enums_as_alternatives,
    with_alternatives_said_twice,
    with_defaults_written_out,
    with_bounds_of_integers_exclusive,
    with_path_parameters_at_operations,
    with_security_at_operations,
    with_servers_at_operations,
    in_31,
)
