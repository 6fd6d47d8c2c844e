"""The numbered clauses of a form's 填报说明, as its rules cite them, so that a citation can be looked up.

A clause is what the rules that cite it ask, in the order of the contract; nothing is said here that no rule asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from contracts.kind import Kind
from contracts.rule import Rule

_CITED: Final = re.compile(r"本(?:表|台账)填报说明第(\d+)条(?:（(.+)）)?")


@dataclass(frozen=True)
class Clause:
    """One clause: its number, what the citations call it ("" where none does), and the rules that rest on it."""

    number: int
    called: str
    rules: tuple[Rule, ...]


def cited_clause(basis: str) -> int | None:
    """The number of the clause that a rule's basis cites; None where it cites something else."""
    found = _CITED.fullmatch(basis)
    return int(found[1]) if found else None


def clauses(kind: Kind) -> tuple[Clause, ...]:
    """All clauses that the rules of `kind` cite, by number."""
    found: dict[int, list[tuple[str, Rule]]] = {}
    for rule in kind.rules:
        cited = _CITED.fullmatch(rule.basis)
        if cited:
            found.setdefault(int(cited[1]), []).append((cited[2] or "", rule))
    return tuple(
        Clause(number, next((called for called, _ in cited if called), ""), tuple(rule for _, rule in cited))
        for number, cited in sorted(found.items())
    )
