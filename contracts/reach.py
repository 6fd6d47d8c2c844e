"""How far a rule looks: at its own row, or at the frame through sums, counts and the like and nothing else.

Read off the tree of its expression (`contracts.expression_tree`), against lists of what is known: what is not on them
looks anywhere, and is then asked in the ordinary way. Never evaluates anything.
"""

from __future__ import annotations

from functools import lru_cache

from contracts.expression_tree import Node, part, tree, walks_rows
from contracts.rule import Rule, Scope

_AGGREGATES = frozenset(("Sum", "Min", "Max", "Mean", "Median", "Count", "NUnique", "First", "Last"))
_COUNTS = ("NullCount", {"Boolean": {"Any": {"ignore_nulls": True}}}, {"Boolean": {"All": {"ignore_nulls": True}}})
_OWN_ROW = {"Column": "_"}  # stands in a tree for what has been looked into and is sound


@lru_cache(maxsize=4096)
def asks_a_row(rule: Rule) -> bool:
    """Whether the rule's answer for a row needs nothing but that row."""
    return rule.scope is Scope.ROW and walks_rows(_open_relations(tree(rule.answer)))


@lru_cache(maxsize=4096)
def asks_a_frame(rule: Rule) -> bool:
    """Whether the rule's answers stay the same beside other frames, if each frame's rows are taken together.

    True where rows meet in aggregates only, so that `answer.over(frame)` is the answer for each of several frames.
    """
    return walks_rows(_close_aggregates(tree(rule.answer)))


def _open_relations(node: Node) -> Node:
    """The tree with every relation (`contracts.relations`) replaced by its operands: it answers each row by itself, and
    the position that it is given beside them is there only to make it answer every row."""
    if isinstance(node, list):
        return [_open_relations(one) for one in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"AnonymousFunction"}:
        asked, body = part(node["AnonymousFunction"]["input"][0])
        given = body["input"] if asked == "Function" else []
        names = [part(one)[1][1] for one in given if part(one)[0] == "Alias"]
        if names[:2] == ["_at", "_asked"]:
            return {"Function": {"function": "AsStruct", "input": [_open_relations(one) for one in given[1:]]}}
        return node
    return {key: _open_relations(value) for key, value in node.items()}


def _close_aggregates(node: Node) -> Node:
    """The tree with every aggregate of row-by-row expressions replaced by one value beside the row; the number of rows
    likewise. A relation is left as it is: it is Python, which is not asked for several frames at once."""
    if isinstance(node, list):
        return [_close_aggregates(one) for one in node]
    if node == "Len":
        return _OWN_ROW
    if not isinstance(node, dict):
        return node
    kind, body = part(node)
    if kind == "Agg":
        name, over = part(body)
        return _OWN_ROW if name in _AGGREGATES and all(map(_is_plain, _given(over))) else node
    if kind == "Function" and (body["function"] in _COUNTS or part(body["function"])[0] == "Quantile"):
        return _OWN_ROW if all(map(_is_plain, body["input"])) else node
    return {key: _close_aggregates(value) for key, value in node.items()}


def _given(over: Node) -> list[Node]:
    """What an aggregate is made of: one expression, or one with its options."""
    named = [over[name] for name in ("input", "expr") if isinstance(over, dict) and name in over]
    return named or [over]


def _is_plain(node: Node) -> bool:
    """Whether it is row by row, once rows are left out of it that a row by itself tells."""
    kind, body = part(node)
    if kind == "Filter":
        return _is_plain(body["input"]) and _is_plain(body["by"])
    if kind == "Function" and body["function"] == "DropNulls":
        return _is_plain(body["input"][0])
    return walks_rows(_close_aggregates(node))
