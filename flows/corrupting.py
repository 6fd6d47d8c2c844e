"""The ways in which one figure of an accepted file is made wrong, to see who notices: `flows.proving` counts.

The slips are those of `contracts.edits`; of several texts that one slip may give, those that can still be read are
taken before those that cannot, because a figure that is no figure is noticed by anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

import polars as pl

from contracts.context import Reference
from contracts.edits import (
    Edit,
    Slip,
    dropped,
    mistyped,
    moved,
    negated,
    off_by_one,
    repeated,
    scaled,
    swapped,
    transposed,
    written,
)
from contracts.field import Type
from contracts.kind import Kind
from contracts.places import DATES, Place, neighbours
from contracts.trial import Change, Trial

Last = Callable[[Place], str | None]
"""What stood in a cell last period; None where nothing did."""
ROW_DROPPED = "row dropped"
BIG, NONE = "999999999", "0"
FAR_DAYS = ("1999-01-01", "2099-12-31")


@dataclass(frozen=True)
class Corruption:
    """One way of going wrong. of: what it is tried on: figures, totals and dates by the first letter of each."""

    name: str
    zh: str
    of: str


CORRUPTIONS = (
    Corruption("unit slip", "万与个混淆", "ft"),
    Corruption("percent slip", "相差一百倍", "ft"),
    Corruption("decimal slip", "小数点错位", "ft"),
    Corruption("sign", "正负号颠倒", "ft"),
    Corruption("swapped rows", "与上下行对调", "f"),
    Corruption("swapped columns", "与左右列对调", "ft"),
    Corruption("stale period", "重复上期数值", "f"),
    Corruption("part dropped", "漏填", "f"),
    Corruption("total off by one", "合计末位相差一", "t"),
    Corruption("digits transposed", "相邻数字颠倒", "ft"),
    Corruption("digit mistyped", "一位数字误填", "ft"),
    Corruption("moved date", "日期填错", "d"),
    Corruption(ROW_DROPPED, "漏报一行", ""),
)


def sort_of(trial: Trial, place: Place) -> str:
    """ "figure", "total" or "date"."""
    if trial.fields[place.field].type in DATES:
        return "date"
    return "total" if place.row is None else "figure"


def corrupt(trial: Trial, place: Place, last: Last, chance: Random) -> dict[str, tuple[Change, ...]]:
    """One corruption of a cell in each way in which it can go wrong: name → what then reads otherwise."""
    text = trial.text(place.field, place.row) or ""
    sort = sort_of(trial, place)
    made = {c.name: list(_edits(trial, place, c.name, text, last)) for c in CORRUPTIONS if sort[0] in c.of}
    trial.learn(place.field, (changes[0].text for several in made.values() for changes in several))
    filed = trial.value(place.field, text)
    chosen = {}
    for name, several in made.items():
        edits = [c for c in several if c[0].text is None or trial.value(place.field, c[0].text) != filed]
        readable = [c for c in edits if trial.value(place.field, c[0].text) is not None]
        if edits:
            chosen[name] = chance.choice(readable or edits)
    return chosen


def probes(trial: Trial, place: Place) -> Iterable[Change]:
    """Values so far off that a rule that compares the cell with anything must answer otherwise."""
    texts: Sequence[str] = FAR_DAYS
    if trial.fields[place.field].type not in DATES:
        number = written(trial.text(place.field, place.row))
        around = (number.before, number.scale + number.after) if number else ("", "")
        texts = [around[0] + digits + around[1] for digits in (NONE, BIG)]
    return [Change(place.field, place.row, t) for t in texts if trial.value(place.field, t) is not None]


def last_texts(kind: Kind, wide: pl.DataFrame, previous: Reference | None) -> Last:
    """What the earlier submission says of the same cell; rows are matched as the form's rules match them.

    A form that is not compared with its past is matched by its first column of names, one of a single row by itself.
    """
    if previous is None:
        return lambda _: None
    there = previous.frame
    on = next((c.on for c in kind.contexts if c.source == "previous"), None)
    if on is None:
        name = next((f.name for f in kind.fields if f.type is Type.TEXT), None)
        on = ((pl.col(name), name),) if name else ()
    mine = wide.select(own.alias(str(i)) for i, (own, _) in enumerate(on)).rows() if on else [()] * wide.height
    rows = {key: at for at, key in enumerate(there.select(n for _, n in on).rows() if on else [()] * there.height)}
    texts = {f.name: there[f.text_column] for f in kind.fields if f.text_column in there.columns}

    def last(place: Place) -> str | None:
        at = None if place.row is None else rows.get(mine[place.row])
        return None if at is None or place.field not in texts else texts[place.field][at]

    return last


def _edits(trial: Trial, place: Place, name: str, text: str, last: Last) -> Iterable[tuple[Change, ...]]:
    slips = {"unit slip": Slip.TEN_THOUSAND, "percent slip": Slip.HUNDRED, "decimal slip": Slip.DECIMAL}
    if name.startswith("swapped"):
        for other, said in neighbours(trial, place):
            alike = (other.row == place.row) == (name == "swapped columns")
            if alike and not trial.fields[other.field].personal:
                for edit in swapped(text, {said: trial.text(other.field, other.row)}):
                    yield _change(place, edit.text), Change(other.field, other.row, text)
        return
    makers: dict[str, Callable[[str], Iterable[Edit]]] = {
        "sign": negated,
        "stale period": lambda filed: repeated(filed, last(place)),
        "part dropped": dropped,
        "total off by one": off_by_one,
        "digits transposed": transposed,
        "digit mistyped": mistyped,
        "moved date": moved,
    }
    edits = makers[name](text) if name in makers else (e for e in scaled(text) if e.slip is slips[name])
    yield from ((_change(place, edit.text),) for edit in edits)


def _change(place: Place, text: str | None) -> Change:
    return Change(place.field, place.row, text)
