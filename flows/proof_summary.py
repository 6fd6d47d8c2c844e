"""What a proof comes to: shares caught, overall and by corruption, form and rule, and honestly what nothing watches.

Counts only; nothing is tried or judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from flows.corrupting import CORRUPTIONS
from flows.proving import CellProof, Proof, Tried

NUMERIC = ("figure", "total")


def share(tried: Iterable[Tried]) -> dict[str, Any]:
    """How many corruptions were tried, caught by a rule that asks for something, and only noted."""
    tried = list(tried)
    caught = sum(bool(t.caught) for t in tried)
    noted = sum(bool(t.noted) and not t.caught for t in tried)
    return {"tried": len(tried), "caught": caught, "noted_only": noted, "share": _ratio(caught, len(tried))}


def summarise(proof: Proof) -> dict[str, Any]:
    """The proof for a machine to read; the text report prints the same numbers."""
    numeric = [c for c in proof.cells if c.sort in NUMERIC]
    kinds = list(dict.fromkeys(t.cell.kind for t in proof.tried))
    zh = {c.name: c.zh for c in CORRUPTIONS}
    return {
        "seed": proof.seed,
        "files": len(proof.files),
        "sampled": [{"file": f, "tried": n, "cells": of} for f, (n, of) in proof.sampled.items()],
        "numeric_cells": related(numeric),
        "corruptions": share(proof.tried),
        "figures_in_relation": share(t for t in proof.tried if t.cell.related and t.cell.sort in NUMERIC),
        "dates_in_relation": share(t for t in proof.tried if t.cell.related and t.cell.sort == "date"),
        "by_corruption": [
            {"corruption": c.name, "zh": zh[c.name]} | share(tried) | {"rules": _rules(tried)}
            for c in CORRUPTIONS
            if (tried := [t for t in proof.tried if t.corruption == c.name])
        ],
        "by_kind": [_of_kind(proof, kind) for kind in kinds],
        "by_rule": _rules(proof.tried),
        "untouched": _listed(proof.cells, lambda c: not c.touched),
        "unrelated": _listed(proof.cells, lambda c: bool(c.touched) and not c.related),
        "escaped": _escaped(proof.tried),
        "false_alarms": [{"file": file, "rule": f.rule, "cell": f.cell} for file, f in proof.alarms],
        "questions": proof.questions,
    }


def related(cells: Iterable[CellProof]) -> dict[str, Any]:
    """How many cells there are, how many stand in a relation, and how many no rule touches."""
    cells = list(cells)
    count = sum(bool(c.related) for c in cells)
    untouched = sum(not c.touched for c in cells)
    return {"cells": len(cells), "in_relation": count, "share": _ratio(count, len(cells)), "untouched": untouched}


def _of_kind(proof: Proof, kind: str) -> dict[str, Any]:
    tried = [t for t in proof.tried if t.cell.kind == kind]
    return {
        "kind": kind,
        "numeric_cells": related(c for c in proof.cells if c.kind == kind and c.sort in NUMERIC),
        "corruptions": share(tried),
        "figures_in_relation": share(t for t in tried if t.cell.related and t.cell.sort in NUMERIC),
        "rules": _rules(tried),
    }


def _rules(tried: Iterable[Tried]) -> dict[str, int]:
    """Rule → how many corruptions it caught, the busiest first."""
    return dict(Counter(rule for t in tried for rule in t.caught).most_common())


def _listed(cells: Iterable[CellProof], which: Callable[[CellProof], bool]) -> list[dict[str, Any]]:
    """Numeric cells by form and field: how many are such, of how many."""
    numeric = [c for c in cells if c.sort in NUMERIC]
    every = Counter((c.kind, c.field, c.heading) for c in numeric)
    such = Counter((c.kind, c.field, c.heading) for c in numeric if which(c))
    return [
        {"kind": kind, "field": name, "heading": heading, "cells": n, "of": every[kind, name, heading]}
        for (kind, name, heading), n in such.most_common()
    ]


def _escaped(tried: Iterable[Tried]) -> list[dict[str, Any]]:
    """What slipped through, by form, field and corruption, each with the first case of it."""
    through: dict[tuple[str, str, str], list[Tried]] = {}
    for t in tried:
        if not t.caught:
            through.setdefault((t.cell.kind, t.cell.field, t.corruption), []).append(t)
    ordered = sorted(through.items(), key=lambda pair: -len(pair[1]))
    return [
        {"kind": kind, "field": name, "corruption": corruption, "count": len(cases), "related": bool(c.cell.related)}
        | {"file": c.cell.file, "cell": c.cell.cell, "filed": c.filed, "became": c.became}
        for (kind, name, corruption), cases in ordered
        for c in cases[:1]
    ]


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
