"""What `jixiao verify` may say: a value, a row or a file that is not what the ledger commits to. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Discrepancy:
    """Something that does not match. area: a table, or landing, registers, published. which: its key or its path.

    columns: those that differ, where that can be told; zh, en: what is wrong with it.
    """

    area: str
    which: str
    zh: str
    en: str
    columns: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        return {"where": self.area, "which": self.which, "columns": list(self.columns), "zh": self.zh, "en": self.en}


@dataclass
class Verification:
    """What was looked at, and what came of it.

    checked: how many of what. unsealed: what nothing in the ledger speaks of, so that nobody can say whether it was
    changed. left: files that no entry names and that do no harm: what a process that died left behind.
    """

    head: tuple[int, str] | None = None
    checked: Counter[str] = field(default_factory=Counter)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    unsealed: list[Discrepancy] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.discrepancies


def key_text(key: Mapping[str, Any]) -> str:
    """`submission=JX-2020-0001 pass_number=1`."""
    return " ".join(f"{name}={value}" for name, value in key.items())


def differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """The names of `wanted` under which something else is found."""
    return (name for name, value in wanted.items() if found.get(name) != value)
