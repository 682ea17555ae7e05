"""What has changed in a schema, as data; which kinds of change there are, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract_tests.gate.specification import Node

KINDS: Mapping[str, str] = {
    "type-changed": "the old type is gone, another is there",
    "type-widened": "more types are allowed",
    "type-narrowed": "fewer types are allowed",
    "became-nullable": "null is allowed",
    "became-not-nullable": "null is not allowed any more",
    "enum-value-added": "one more value is allowed",
    "enum-value-removed": "a value is not allowed any more",
    "enum-added": "only listed values are allowed",
    "enum-removed": "any value is allowed, not only the listed ones",
    "const-changed": "the one allowed value is another",
    "format-added": "a format is asked for",
    "format-removed": "no format is asked for any more",
    "format-changed": "another format is asked for",
    "pattern-added": "a pattern is asked for",
    "pattern-removed": "no pattern is asked for any more",
    "pattern-changed": "another pattern is asked for",
    "min-length-increased": "texts must be longer",
    "min-length-decreased": "texts may be shorter",
    "max-length-increased": "texts may be longer",
    "max-length-decreased": "texts must be shorter",
    "minimum-increased": "numbers must be larger",
    "minimum-decreased": "numbers may be smaller",
    "maximum-increased": "numbers may be larger",
    "maximum-decreased": "numbers must be smaller",
    "multiple-of-changed": "numbers must be multiples of another number",
    "min-items-increased": "lists must be longer",
    "min-items-decreased": "lists may be shorter",
    "max-items-increased": "lists may be longer",
    "max-items-decreased": "lists must be shorter",
    "unique-items-added": "no item of a list may come twice",
    "unique-items-removed": "items of a list may come twice",
    "min-properties-increased": "objects must have more members",
    "min-properties-decreased": "objects may have fewer members",
    "max-properties-increased": "objects may have more members",
    "max-properties-decreased": "objects must have fewer members",
    "property-added": "an optional property is described",
    "required-property-added": "a property that was not described is required",
    "property-removed": "a property is not described any more",
    "required-property-removed": "a property that was required is not described any more",
    "property-became-required": "a property that could be left out is required",
    "property-became-optional": "a property that was required may be left out",
    "property-forbidden": "a property may not be there any more",
    "property-became-read-only": "a property is only answered, not sent",
    "property-became-not-read-only": "a property may be sent, too",
    "property-became-write-only": "a property is only sent, not answered",
    "property-became-not-write-only": "a property may be answered, too",
    "additional-properties-forbidden": "members that are not described are refused",
    "additional-properties-allowed": "members that are not described may be there",
    "additional-properties-changed": "members that are not described must be of another kind",
    "alternative-added": "one more alternative of oneOf or anyOf",
    "alternative-removed": "an alternative of oneOf or anyOf is gone",
    "discriminator-property-changed": "another property tells the alternatives apart",
    "discriminator-added": "a property tells the alternatives apart",
    "discriminator-removed": "no property tells the alternatives apart any more",
    "discriminator-mapping-added": "one more name leads to an alternative",
    "discriminator-mapping-removed": "a name leads to no alternative any more",
    "discriminator-mapping-changed": "a name leads to another alternative",
    "discriminator-mapping-redescribed": "a name leads to an alternative of the same values that describes others",
    "default-added": "what is left out has a value",
    "default-removed": "what is left out has no value any more",
    "default-changed": "what is left out has another value",
    "property-deprecated": "a property should not be used any more",
    "property-not-deprecated": "a property may be used again",
    "schema-narrowed": "fewer values are allowed, in a way that has no name of its own",
    "schema-widened": "more values are allowed, in a way that has no name of its own",
    "schema-changed": "some values are not allowed any more, others are",
    "schema-changed-undecided": "it could not be decided whether the same values are allowed",
}
"""Every kind of change of a schema and what it is. The kinds of the gate are these after `request-` or `response-`."""


@dataclass(frozen=True)
class Example:
    """A whole value of the compared schema that one side allows and the other does not.

    `value`: JSON. `says`: what the other side says against it, with the place in the value.
    """

    value: Any
    says: str


@dataclass(frozen=True)
class SchemaChange:
    """One change of a schema.

    `kind`: one of `KINDS`. `path`: where in the value, as `customer.emails[].kind`; `*` is a member of any name, the
    empty path the value itself. `old`, `new`: the node that says it on each side (the keyword, the property, or
    the alternative); `None` on the side that has nothing of the kind, which is then best named by `old_schema` or
    `new_schema`, the nearest schemas around it.
    `narrows`: values that were allowed are not any more; `widens`: values that were not are; `None`: could not be
    decided; both false where no value is concerned (a default, a discriminator's mapping, an unchecked format).
    `facts`: what a sentence needs: `name` (of a property or discriminator value), `old` and `new` (values of the
    keyword), `value` (of an enum), `missing` and such; absent where there is none.
    `reason`: why nothing could be decided. `lost`, `gained`: confirmed by a validator; `None` where none is known.
    """

    kind: str
    path: str
    old: Node | None
    new: Node | None
    old_schema: Node
    new_schema: Node
    narrows: bool | None
    widens: bool | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    find_lost: Callable[[], Example | None] | None = field(default=None, compare=False, repr=False)
    find_gained: Callable[[], Example | None] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def lost(self) -> Example | None:
        """A value of the whole schema that the old side allows and the new does not. Looked for when asked for."""
        return self.find_lost() if self.find_lost is not None else None

    @cached_property
    def gained(self) -> Example | None:
        """A value of the whole schema that the new side allows and the old does not."""
        return self.find_gained() if self.find_gained is not None else None
