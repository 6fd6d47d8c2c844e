"""The tree of a Polars expression, and the one question that decides how a rule may be evaluated: row by row?

Polars' own `meta.is_row_separable` looks at the topmost node only (`col.sum() > 1` is "separable" to it), and
`is_elementwise` is not told at all. So the tree is walked here against a list of what is known to look at nothing but
its own row. What is not on the list is not row by row: a new node of a new Polars is evaluated over the whole, slower
and right. Never evaluates anything.
"""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

Node = Any  # what JSON gives: a dict of one key (the kind of node), or a bare word such as "Len"


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PLAIN = _names(
    "Abs AsStruct Ceil Coalesce Exp FillNull Floor Log MaxHorizontal MeanHorizontal MinHorizontal Negate Sign"
)
_WITH_OPTIONS = _names("Clip Hash Pow Round RoundSF SumHorizontal")
_BOOLEAN = _names(
    "AllHorizontal AnyHorizontal IsBetween IsClose IsFinite IsInfinite IsNan IsNotNan IsNotNull IsNull Not"
)
_TEXT = _names(
    "ConcatHorizontal Contains ContainsAny CountMatches EndsWith Extract Find Head LenBytes LenChars Lowercase "
    "Normalize PadEnd PadStart Replace Reverse Slice StartsWith StripChars StripCharsEnd StripCharsStart StripPrefix "
    "StripSuffix Tail ToInteger Uppercase ZFill"
)
_DAY = _names(
    "Date DatetimeFunction Day DaysInMonth Duration Hour IsLeapYear IsoYear Microsecond Millisecond Minute Month "
    "MonthEnd MonthStart Nanosecond OffsetBy OrdinalDay Quarter Second Time TotalDays TotalHours TotalMinutes "
    "TotalSeconds Week WeekDay Year"
)
_BY_ROW, _AS_LONG = "ROW_SEPARABLE", "LENGTH_PRESERVING"
_LISTS = _names("Length")
_TABLES = ("IsIn", "Replace", "ReplaceStrict")  # row by row where what they look up in is written in the rule itself


def tree(expression: pl.Expr) -> Node:
    """The expression as nested dicts and lists."""
    return json.loads(expression.meta.serialize(format="json"))


def rebuild(node: Node) -> pl.Expr:
    """The expression whose `tree` is `node`."""
    return pl.Expr.deserialize(io.BytesIO(json.dumps(node).encode()), format="json")


def is_row_by_row(expression: pl.Expr) -> bool:
    """Whether the answer for a row needs nothing but that row, so that any split into batches gives the same answers.

    Errs to "no": a False costs time, a wrong True would cost answers.
    """
    return walks_rows(tree(expression))


def walks_rows(node: Node) -> bool:
    """`is_row_by_row` for a tree."""
    kind, body = part(node)
    match kind:
        case "Column":
            return True
        case "Literal":
            return is_scalar_literal(node)
        case "Alias":
            return walks_rows(body[0])
        case "Cast":
            return walks_rows(body["expr"])
        case "BinaryExpr":
            return walks_rows(body["left"]) and walks_rows(body["right"])
        case "Ternary":
            return all(walks_rows(body[branch]) for branch in ("predicate", "truthy", "falsy"))
        case "Function":
            return _function_walks_rows(body["function"], body["input"])
        case "AnonymousFunction":
            # A function of ours in Python, where we said so (`map_batches(…, is_elementwise=True)`).
            declared = body["options"]["flags"]
            return _BY_ROW in declared and _AS_LONG in declared and all(walks_rows(one) for one in body["input"])
    return False


def part(node: Node) -> tuple[str, Any]:
    """A node's kind and what it holds; a bare word holds nothing."""
    if isinstance(node, dict) and len(node) == 1:
        return next(iter(node.items()))
    return (node, None) if isinstance(node, str) else ("", node)


def is_scalar_literal(node: Node) -> bool:
    """A literal of one value. A literal series has rows of its own, which are not those of a batch."""
    kind, body = part(node)
    return kind == "Literal" and part(body)[0] in ("Scalar", "Dyn")


def _function_walks_rows(function: Node, inputs: list[Node]) -> bool:
    family, member = part(function)
    name, options = part(member) if member is not None else ("", None)
    if family in _TABLES or name in _TABLES:
        return walks_rows(inputs[0]) and all(part(table)[0] == "Literal" for table in inputs[1:])
    if not all(walks_rows(one) for one in inputs):
        return False
    match family:
        case "Boolean":
            return name in _BOOLEAN
        case "StringExpr":
            # Without a format the first texts of the batch decide which one is tried.
            return name in _TEXT or (name == "Strptime" and bool(options and options[1].get("format")))
        case "TemporalExpr":
            return name in _DAY
        case "StructExpr":
            return name == "FieldByName"
        case "ListExpr":
            return name in _LISTS
    return family in (_PLAIN if member is None else _WITH_OPTIONS)
