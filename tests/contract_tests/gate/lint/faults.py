"""Single faults of the sound contract: what is written instead of what, and which check is there to find it."""

from __future__ import annotations

from collections.abc import Mapping

Fault = tuple[str, str]


def error(status: int) -> str:
    return f'        "{status}": {{$ref: "#/components/responses/Error"}}\n'


ERRORS = error(400) + error(401) + error(500)
OTHER_ERROR = """\
        "404": {description: No content, content: {application/json: {schema: {type: object}, example: {}}}}
"""
LAST_ERRORS = error(400) + error(401) + error(404) + error(500) + "\ncomponents"
FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "lint-openapi": (
        ("version: 1.0.0\n", "versoin: 1.0.0\n"),
        ("summary: Place an order", "summary: Place an order\n      colour: red"),
    ),
    "lint-reference": (
        ("example: {name: rope, count: 3}", 'examples: {one: {$ref: "#/components/examples/Nobody"}}'),
        ('paidBy: {$ref: "#/components/schemas/Payment"}', 'paidBy: {$ref: "other.yaml#/Payment"}'),
    ),
    "lint-reference-alone": (
        (
            'paidBy: {$ref: "#/components/schemas/Payment"}',
            'paidBy: {$ref: "#/components/schemas/Payment", maxLength: 3}',
        ),
    ),
    "lint-component-used": (
        ("    Error:\n      type: object", "    Spare: {type: string}\n    Error:\n      type: object"),
        (
            "    Error:\n      type: object",
            (
                '    Egg: {type: array, items: {$ref: "#/components/schemas/Hen"}}\n'
                '    Hen: {type: array, items: {$ref: "#/components/schemas/Egg"}}\n    Error:\n      type: object'
            ),
        ),
    ),
    "lint-operation-id": (("      operationId: getLine\n", ""),),
    "lint-operation-id-unique": (("operationId: getLine", "operationId: placeOrder"),),
    "lint-operation-summary": (("      summary: Show a line\n", ""), ("summary: Show a line", 'summary: ""')),
    "lint-operation-success": (('        "204": {description: No content}\n', ""),),
    "lint-operation-tags": (
        ("      tags: [Orders]\n      summary: Show", "      tags: [Others]\n      summary: Show"),
        (
            "    description: Placing and cancelling.\n",
            "    description: Placing.\n  - {name: Spare, description: Nobody has it.}\n",
        ),
    ),
    "lint-operation-body": (
        (
            "      summary: Show a line\n",
            (
                "      summary: Show a line\n      requestBody: {content: {application/json: "
                '{schema: {$ref: "#/components/schemas/Line"}, example: {name: a, count: 1}}}}\n'
            ),
        ),
    ),
    "lint-path-parameter-declared": (
        (
            (
                "      - {name: lineNumber, in: path, required: true, description: Which line., "
                "schema: {type: integer}, example: 1}\n"
            ),
            "",
        ),
    ),
    "lint-path-parameter-used": (("/orders/{orderId}/lines/{lineNumber}:", "/orders/{orderId}/lines/last:"),),
    "lint-path-parameter-required": (
        ("in: path\n        required: true", "in: path"),
        ("in: path\n        required: true", "in: path\n        required: false"),
    ),
    "lint-parameter-unique": (
        (
            "          example: too late\n",
            (
                "          example: too late\n        - {name: whyNot, in: query, description: Twice., "
                "schema: {type: string}, example: a}\n"
            ),
        ),
    ),
    "lint-parameter-ignored": (("name: whyNot\n          in: query", "name: Accept\n          in: header"),),
    "lint-path-unique": (("/orders/{orderId}/lines/{lineNumber}:", "/orders/{lineNumber}:"),),
    "lint-path-ambiguous": (
        (
            "  /orders/{orderId}/lines/{lineNumber}:",
            "  /{shop}/3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b:\n"
            "    parameters:\n"
            "      - {name: shop, in: path, required: true, description: Which., schema: {type: string}, example: a}\n"
            "    delete:\n"
            "      operationId: cancelFirst\n"
            "      summary: Cancel the first\n"
            "      responses:\n"
            '        "200": {description: It is gone.}\n' + ERRORS + "  /orders/{orderId}/lines/{lineNumber}:",
        ),
    ),
    "lint-path-form": (("/orders/{orderId}/lines/{lineNumber}:", "/orders/{orderId}/lines/{lineNumber}/:"),),
    "lint-security-defined": (("  - token: [orders]\n", "  - token: [orders]\n  - key: []\n"),),
    "lint-security-scopes": (("  - token: [orders]\n", "  - token: [ordering]\n"),),
    "lint-security-stated": (("security:\n  - token: [orders]\n", ""),),
    "lint-link": (
        (
            "operationId: cancelOrder\n              parameters: {orderId",
            "operationId: undo\n              parameters: {orderId",
        ),
    ),
    "lint-link-parameter": (("parameters: {orderId: $response", "parameters: {id: $response"),),
    "lint-description-ends": (("description: It is placed.", "description: It is placed and"),),
    "lint-description-blank": (("description: It is placed.", 'description: ""'),),
    "lint-parameter-description": (("          description: For the files.\n", ""),),
    "lint-name-operation": (("operationId: getLine", "operationId: get_line"),),
    "lint-name-schema": (("    Error:\n      type: object", "    error:\n      type: object"),),
    "lint-name-path": (("/lines/{lineNumber}:", "/orderLines/{lineNumber}:"),),
    "lint-name-property": (
        (
            "        pin: {type: string,",
            "".join(
                f"        {name}: {{type: string}}\n" for name in ("paid_at", "onSale", "isNew", "madeBy", "soldBy")
            )
            + "        pin: {type: string,",
        ),
    ),
    "lint-name-parameter": (
        (
            "          example: too late\n",
            "          example: too late\n"
            + "".join(
                f"        - {{name: {name}, in: query, description: More., schema: {{type: string}}, example: a}}\n"
                for name in ("sinceWhen", "atOnce", "by_whom", "forWhom")
            ),
        ),
    ),
    "lint-list-unique": (
        ("enum: [gift, own]", "enum: [gift, own, gift]"),
        ("        - name\n        - count\n", "        - name\n        - count\n        - name\n"),
        ("tags: [Orders]\n      summary: Show", "tags: [Orders, Orders]\n      summary: Show"),
    ),
    "lint-enum-type": (("type: integer, enum: [1, 2]", 'type: integer, enum: [1, 2, "3"]'),),
    "lint-required-known": (("required: [customer, lines]", "required: [customer, lines, lnes]"),),
    "lint-bounds": (("minLength: 1, maxLength: 40", "minLength: 41, maxLength: 40"),),
    "lint-array-items": (('{type: array, items: {$ref: "#/components/schemas/Line"}}', "{type: array}"),),
    "lint-pattern": (('pattern: "^[a-z ]+$"', 'pattern: "^[a-z +$"'),),
    "lint-discriminator": (
        ('mapping: {card: "#/components/schemas/CardPayment"}', 'mapping: {card: "#/components/schemas/Card"}'),
        ("    CashPayment:\n      type: object\n      required: [by]", "    CashPayment:\n      type: object"),
    ),
    "lint-text-quoted": (
        ("example: {message: It is gone.}", "example: {message: no}"),
        ("example: too late", "example: on"),
    ),
    "lint-status-quoted": (('"204": {description', "204: {description"),),
    "lint-blanks": (
        ("  title: Orders\n", "  title: Orders  \n"),
        ("    source: our decision\n", "    source: our decision"),
    ),
    "lint-operation-has-examples": (
        ("              example: {name: rope, count: 3}\n", ""),
        ("          example: {message: It is gone.}\n", ""),
    ),
    "lint-parameter-has-example": (("          example: too late\n", ""),),
    "lint-example-conforms": (
        ("example: {name: rope, count: 3}", "example: {name: rope, count: 0}"),
        ("minimum: 1, default: 1", "minimum: 1, default: 0"),
        ("example: too late", "example: 13"),
        ("      value: {customer: Ada", "      value: {customer: 4"),
    ),
    "lint-example-one-way": (
        (
            "              example: {name: rope, count: 3}",
            "              example: {name: rope, count: 3}\n              examples: {}",
        ),
    ),
    "lint-operation-errors": ((LAST_ERRORS, "\ncomponents"),),
    "lint-operation-error-responses": (
        (LAST_ERRORS, LAST_ERRORS.replace(error(401), "")),
        (LAST_ERRORS, LAST_ERRORS.replace(error(400), "")),
        (LAST_ERRORS, LAST_ERRORS.replace(error(500), "")),
    ),
    "lint-error-envelope": (
        (
            LAST_ERRORS,
            LAST_ERRORS.replace(
                error(404),
                OTHER_ERROR,
            ),
        ),
    ),
    "lint-rule-id": (("id: ORD-CANCEL-STATE\n", "id: ORD_CANCEL\n"), ("- id: ORD-NOT-FOUND", "- id: INV-NOT-FOUND")),
    "lint-rule-unique": (("- id: ORD-CANCEL-STATE", "- id: ORD-NOT-FOUND"),),
    "lint-rule-complete": (("    source: the page\n", ""), ("    provenance: assumed\n    source", "    source")),
    "lint-rule-stage": (("stage: state", "stage: later"),),
    "lint-rule-used": (
        (
            "  - id: ORD-CANCEL-STATE\n",
            (
                '  - {id: ORD-X, "on": [], stage: state, says: it is so, status: 400, provenance: seen, source: I}\n'
                "  - id: ORD-CANCEL-STATE\n"
            ),
        ),
    ),
    "lint-rule-says": (("says: the order is there\n", "says: The order is there.\n"),),
    "lint-provenance-known": (
        ("provenance: documented\n    source", "provenance: sure\n    source"),
        ("{description: assumed}", "{description: guessed}"),
    ),
    "lint-provenance-member": (("{description: assumed}", "{descripton: assumed}"),),
    "lint-contract-readable": (("    initial: Placed\n", ""),),
    "lint-rule-status": (("status: 404\n", "status: 410\n"),),
    "lint-lifecycle-whole": (
        ("    refusals:\n", "    refusals: []\n    spare:\n"),
        ("to: Cancelled, rule", "to: Gone, rule"),
    ),
    "lint-sensitive-known": (("x-sensitive: hidden", "x-sensitive: secret"),),
    "lint-sensitive-marked": (("pin: {type: string, x-sensitive: hidden}", "accountNumber: {type: string}"),),
}
"""By the id of the check. It is among those that find the fault; others may find it, too."""

_PIN = "        pin: {type: string,"
_LINES = "  /orders/{orderId}/lines/{lineNumber}:"


def _path(template: str, method: str, names: tuple[str, ...]) -> str:
    """A path in which nothing is wrong."""
    parameters = "".join(
        f"      - {{name: {name}, in: path, required: true, description: It., schema: {{type: string}}, example: a}}\n"
        for name in names
    )
    head = (
        f"  {template}:\n    parameters:\n{parameters}    {method}:\n      operationId: doMore\n      summary: More\n"
    )
    return head + '      responses:\n        "200": {description: It is done.}\n' + ERRORS


INNOCENT: tuple[Fault, ...] = (
    (_LINES, _path("/{shop}/3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b", "put", ("shop",)) + _LINES),
    (_LINES, _path("/orders/{orderId}/lines/1", "get", ("orderId",)) + _LINES),
    (_LINES, _path("/orders/latest", "delete", ()).replace("    parameters:\n", "") + _LINES),
    (_PIN, '        first: {allOf: [{$ref: "#/components/schemas/Line"}, {required: [name]}]}\n' + _PIN),
    (_PIN, "        any: {type: object, required: [x], allOf: [{additionalProperties: {type: string}}]}\n" + _PIN),
    (_PIN, "        any: {type: object, required: [x], additionalProperties: true}\n" + _PIN),
    (
        _PIN,
        "".join(f"        {name}: {{type: string}}\n" for name in ("paid_at", "on_sale", "is_new", "madeBy", "soldBy"))
        + _PIN,
    ),
    ("      operationId: getLine\n", "      operationId: getLine\n      security: []\n"),
    ("description: It is placed.", "description: |\n            - placed\n            - and paid"),
    ("description: It is placed.", "description: Placed"),
    ("  title: Orders\n", "  title: Orders # yes, no and 2026-01-31\n"),
)
"""What is written instead of what, and is nothing that anybody should find."""
