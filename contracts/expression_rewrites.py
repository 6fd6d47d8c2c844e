"""Expressions rewritten into others that give the same answers: quicker ones, and ones that keep submissions apart.

Only for plans of the judge; a rule itself is never changed, and what a finding says comes from the rule as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.expression_tree import Node, is_scalar_literal, part, rebuild, tree, walks_rows
from contracts.fixed_shapes import Shape, shape_of

_FEW = 6  # comparisons that are together quicker than one look-up of a text in a set
_GATHERS = ("NullCount", "Quantile")
_ROW = {"Column": "_row"}
_APART = 1 << 32  # more than any file has rows
_GATHERS_BOOLEAN = ("Any", "All")


def quicker(expression: pl.Expr) -> pl.Expr:
    """The same answers with membership of a text column in a short list written as comparisons, four times as quick,
    and patterns of a fixed shape checked as such, five times as quick.
    """
    try:
        return _made_quicker(tree(expression))
    except pl.exceptions.ComputeError:
        # Not every function in Python comes back out of text; then the expression stays what it is.
        return expression


def _made_quicker(node: Node) -> pl.Expr:
    """Put together here and not in the tree, because a shape is a function in Python."""
    kind, body = part(node)
    shape = _shape_in(node)
    if shape is not None:
        return shape.on(_made_quicker(body["input"][0]))
    if kind == "BinaryExpr" and body["op"] in ("And", "Or"):
        left, right = _made_quicker(body["left"]), _made_quicker(body["right"])
        return left & right if body["op"] == "And" else left | right
    return rebuild(_each_node(node, _compared))


def _shape_in(node: Node) -> Shape | None:
    kind, body = part(node)
    if kind != "Function" or part(body["function"])[0] != "StringExpr":
        return None
    name, options = part(part(body["function"])[1])
    if name != "Contains" or options["literal"] or part(body["input"][0])[0] != "Column":
        return None
    literal = part(body["input"][1])[1]
    value = part(part(literal)[1])[1] if part(literal)[0] == "Scalar" else None
    return shape_of(value) if isinstance(value, str) else None


def within(expression: pl.Expr, key: str) -> pl.Expr | None:
    """The expression as it would answer over the rows of each value of column `key` alone; None where no such
    expression is known.

    Aggregates become windows over `key`, and windows get `key` beside their own keys; what is left must go row by row.
    """
    try:
        return rebuild(_windowed(tree(expression), key))
    except (_NoWindowError, pl.exceptions.ComputeError):
        return None


def asked_of(expression: pl.Expr, twins: Mapping[str, str]) -> pl.Expr:
    """The same answers, with whether a column is null asked of its twin: a column that is null in the same rows."""

    def asked(node: dict[str, Any]) -> Node:
        kind, body = part(node)
        if kind != "Function" or body["function"] not in ({"Boolean": "IsNull"}, {"Boolean": "IsNotNull"}):
            return node
        column, name = part(body["input"][0])
        return {kind: body | {"input": [{column: twins[name]}]}} if column == "Column" and name in twins else node

    if not twins.keys() & set(expression.meta.root_names()):
        return expression
    try:
        return rebuild(_each_node(tree(expression), asked))
    except pl.exceptions.ComputeError:
        return expression


def _each_node(node: Node, change: Any) -> Node:
    if isinstance(node, dict):
        return change({name: _each_node(body, change) for name, body in node.items()})
    return [_each_node(one, change) for one in node] if isinstance(node, list) else node


def _compared(node: dict[str, Any]) -> Node:
    kind, body = part(node)
    if kind != "Function" or body["function"] != {"Boolean": {"IsIn": {"nulls_equal": False}}}:
        return node
    column, listed = body["input"]
    if part(column)[0] != "Column" or part(part(listed)[1])[0] not in ("Scalar", "Series"):
        return node
    values = pl.select(rebuild(listed).alias("listed")).to_series().explode()
    if values.dtype != pl.String or values.null_count() or not 0 < values.len() <= _FEW:
        return node
    compared = [_compare(column, "Eq", {"Literal": {"Scalar": {"String": text}}}) for text in values.to_list()]
    chain = compared[0]
    for one in compared[1:]:
        chain = _compare(chain, "Or", one)
    return chain


def _compare(left: Node, operator: str, right: Node) -> Node:
    return {"BinaryExpr": {"left": left, "op": operator, "right": right}}


def _numbered(row: Node, key: str) -> Node:
    places = _compare(row, "Multiply", {"Literal": {"Scalar": {"Int64": _APART}}})
    return _compare(places, "Plus", {"Column": key})


class _NoWindowError(Exception):
    pass


def _windowed(node: Node, key: str) -> Node:
    kind, body = part(node)
    if kind == "Over":
        if body["order_by"] is not None or body["mapping"] != "GroupsToRows" or _has_window(body["function"]):
            raise _NoWindowError
        if not all(walks_rows(one) for one in body["partition_by"]):
            raise _NoWindowError
        return {"Over": body | {"partition_by": [*body["partition_by"], {"Column": key}]}}
    if _gathers(node):
        if _has_window(node):
            raise _NoWindowError
        window = {"function": node, "partition_by": [{"Column": key}], "order_by": None, "mapping": "GroupsToRows"}
        return {"Over": window}
    match kind:
        case "BinaryExpr":
            return {kind: body | {side: _windowed(body[side], key) for side in ("left", "right")}}
        case "Ternary":
            return {kind: {branch: _windowed(body[branch], key) for branch in ("predicate", "truthy", "falsy")}}
        case "Cast":
            return {kind: body | {"expr": _windowed(body["expr"], key)}}
        case "Alias":
            return {kind: [_windowed(body[0], key), body[1]]}
        case "Function" if part(body["function"])[0] == "ReplaceStrict" and body["input"][1] == _ROW:
            # A look-up by row number: made one by row number and file.
            place, row, told, otherwise = body["input"]
            keys = [_numbered(_windowed(one, key), key) for one in (place, row)]
            return {kind: body | {"input": [*keys, _windowed(told, key), otherwise]}}
        case "Function" if walks_rows({kind: body | {"input": [_stand_in(one) for one in body["input"]]}}):
            inputs = [one if part(one)[0] == "Literal" else _windowed(one, key) for one in body["input"]]
            return {kind: body | {"input": inputs}}
        case "AnonymousFunction" if walks_rows({kind: body | {"input": []}}):
            return {kind: body | {"input": [_windowed(one, key) for one in body["input"]]}}
        case _ if walks_rows(node):
            return node
    raise _NoWindowError


def _stand_in(node: Node) -> Node:
    """For asking whether a function goes row by row whatever its operands are."""
    return node if is_scalar_literal(node) or part(node)[0] == "Literal" else {"Column": "any"}


def _gathers(node: Node) -> bool:
    """Whether the node makes one value of many rows, so that as a window it says the same in each of them."""
    kind, body = part(node)
    if kind == "Function":
        family, member = part(body["function"])
        return family in _GATHERS or (family == "Boolean" and part(member)[0] in _GATHERS_BOOLEAN)
    if kind == "Agg":
        return part(body)[0] != "Implode"
    return kind == "Len"


def _has_window(node: Node) -> bool:
    if isinstance(node, dict):
        return "Over" in node or any(_has_window(body) for body in node.values())
    return isinstance(node, list) and any(_has_window(one) for one in node)
