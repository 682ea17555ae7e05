"""A small contract with rules and a lifecycle in which nothing is wrong, and what is read of texts like it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from contract_tests.gate.lint.check import Profile
from contract_tests.gate.lint.linting import lint
from contract_tests.gate.lint.problem import Problem
from contract_tests.gate.sources import read_source

SOUND = """\
# A comment at the top.
openapi: 3.0.3

info:
  title: Orders
  version: 1.0.0
  description: Takes orders, and lets them be cancelled.

security:
  - token: [orders]

tags:
  - name: Orders
    description: Placing and cancelling.

paths:
  /orders:
    post:
      operationId: placeOrder
      tags: [Orders]
      summary: Place an order
      requestBody:
        required: true
        content:
          application/json:
            schema:
              $ref: "#/components/schemas/Order"
            examples:
              one:
                value: {customer: Ada, lines: [{name: rope, count: 3}], kind: gift, pin: "0000"}
      responses:
        "200":
          description: It is placed.
          content:
            application/json:
              schema:
                $ref: "#/components/schemas/Order"
              examples:
                one:
                  $ref: "#/components/examples/Order"
          links:
            cancel:
              operationId: cancelOrder
              parameters: {orderId: $response.body#/id}
        "400": {$ref: "#/components/responses/Error"}
        "401": {$ref: "#/components/responses/Error"}
        "500": {$ref: "#/components/responses/Error"}
  /orders/{orderId}:
    parameters:
      - name: orderId
        in: path
        required: true
        description: Which order.
        schema: {type: string, format: uuid}
        example: 3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b
    # Cancelling comes last.
    delete:
      operationId: cancelOrder
      tags: [Orders]
      summary: Cancel an order
      x-provenance: {description: assumed}
      description: Gives back what was paid.
      parameters:
        - name: whyNot
          in: query
          description: For the files.
          schema: {type: string, pattern: "^[a-z ]+$"}
          example: too late
      responses:
        "204": {description: No content}
        "400": {$ref: "#/components/responses/Error"}
        "401": {$ref: "#/components/responses/Error"}
        "404": {$ref: "#/components/responses/Error"}
        "500": {$ref: "#/components/responses/Error"}
  /orders/{orderId}/lines/{lineNumber}:
    parameters:
      - {name: orderId, in: path, required: true, description: Which order., schema: {type: string, format: uuid}}
      - {name: lineNumber, in: path, required: true, description: Which line., schema: {type: integer}, example: 1}
    get:
      operationId: getLine
      tags: [Orders]
      summary: Show a line
      responses:
        "200":
          description: The line.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Line"}
              example: {name: rope, count: 3}
        "400": {$ref: "#/components/responses/Error"}
        "401": {$ref: "#/components/responses/Error"}
        "404": {$ref: "#/components/responses/Error"}
        "500": {$ref: "#/components/responses/Error"}

components:
  securitySchemes:
    token:
      type: oauth2
      description: A token of the shop.
      flows:
        clientCredentials:
          tokenUrl: https://shop.example/token
          scopes: {orders: Placing orders.}
  examples:
    Order:
      value: {customer: Ada, lines: [{name: rope, count: 3}], kind: gift, pin: "0000"}
  responses:
    Error:
      description: Something is wrong.
      content:
        application/json:
          schema: {$ref: "#/components/schemas/Error"}
          example: {message: It is gone.}
  schemas:
    Order:
      type: object
      required: [customer, lines]
      properties:
        customer: {type: string, minLength: 1, maxLength: 40}
        lines: {type: array, items: {$ref: "#/components/schemas/Line"}}
        kind: {type: string, enum: [gift, own]}
        status: {type: integer, enum: [1, 2]}
        pin: {type: string, x-sensitive: hidden}
        paidBy: {$ref: "#/components/schemas/Payment"}
    Line:
      type: object
      required:
        - name
        - count
      properties:
        name: {type: string}
        count: {type: integer, minimum: 1, default: 1}
    Payment:
      oneOf:
        - $ref: "#/components/schemas/CardPayment"
        - $ref: "#/components/schemas/CashPayment"
      discriminator: {propertyName: by, mapping: {card: "#/components/schemas/CardPayment"}}
    CardPayment:
      type: object
      required: [by]
      properties: {by: {type: string, enum: [card]}}
    CashPayment:
      type: object
      required: [by]
      properties: {by: {type: string, enum: [cash]}}
    Error:
      type: object
      properties: {message: {type: string}}

x-lifecycle:
  order:
    property: status
    initial: Placed
    states: {Placed: 1, Cancelled: 2}
    absent: ORD-NOT-FOUND
    transitions:
      - {"on": placeOrder, from: [absent], to: Placed, provenance: documented}
      - {"on": cancelOrder, from: [Placed], to: Cancelled, rule: ORD-CANCEL-STATE, provenance: assumed}
    refusals:
      - {"on": cancelOrder, in: [Cancelled], rule: ORD-CANCEL-STATE, provenance: assumed}

x-rules:
  - id: ORD-NOT-FOUND
    "on": [cancelOrder]
    stage: rules
    says: the order is there
    status: 404
    provenance: documented
    source: the page
  - id: ORD-CANCEL-STATE
    "on": []
    stage: state
    says: the order is not cancelled yet
    status: 400
    provenance: assumed
    source: our decision
"""


def write(folder: Path, text: str, name: str = "orders.yaml") -> str:
    file = folder / name
    file.write_text(text, encoding="utf-8", newline="")
    return str(file)


def problems(path: str, profile: Profile | None = None) -> list[Problem]:
    return lint(read_source(path, as_it_is=True), profile)


def found(path: str, profile: Profile | None = None) -> Mapping[str, Problem]:
    """The first problem of each check that has found any."""
    return {each.check.id: each for each in reversed(problems(path, profile))}
