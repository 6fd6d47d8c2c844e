"""Names of rows as published tables write them → bare names, and which row is a part of which whole.

A whole is found by marks alone: 其中 or # in front of a name, numbering, and the width of the blanks in front. Never by
values, and never by a name's likeness to another: where no mark says so, a row is nobody's part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.field import Field
from contracts.numerals import chinese_integer
from transforms.stated_units import stated_unit, without_unit
from transforms.widths import narrow

MARK = "其中:"

_MARK = re.compile(r"(?:其中\s*[:,、]?|#+)\s*")
_HAN = "[一二三四五六七八九十]{1,3}"
# By rank, as documents number: 一、 （一） 1. 1.1 (1) ①. A point before a digit is a decimal: 2.5G is no second item.
_NUMBERINGS = (
    re.compile(rf"({_HAN})[、.]\s*"),
    re.compile(rf"\(({_HAN})\)[、.]?\s*"),
    re.compile(r"([0-9]{1,2})(?:、|\.(?![0-9]))\s*"),
    re.compile(r"(?:[0-9]{1,2}\.)+([0-9]{1,2})(?:、|\.(?![0-9])|\s)\s*"),
    re.compile(r"\(?([0-9]{1,2})\)[、.]?\s*"),
    re.compile(r"([①-⑳])[、.]?\s*"),
)
# Blanks beside anything but a Latin word say nothing; 5G SA keeps its own.
_IDLE_BLANK = re.compile(r"(?<![!-~])\s+|\s+(?![!-~])")
_WIDTHS = {"\u3000": 2, "\t": 4, "\n": 0, "\r": 0}
_DEEPEST = 60  # cells of blanks that are told apart


@dataclass(frozen=True)
class Label:
    """The name of one row, read by itself.

    name: bare, with "其中:" in front where it is so marked; "" for a row that says 其中： and nothing else. unit: one
    that brackets state. lead: blanks in front, in cells as wide as a Chinese character; start: where the name begins
    behind a mark. rank and ordinal: of its numbering, 0 for none.
    """

    name: str
    unit: str | None
    lead: int
    start: int
    marked: bool
    rank: int = 0
    ordinal: int = 0


@dataclass(frozen=True)
class Place:
    """Where a row stands: the positions of its whole and of the row that opens its list, and whether 其中 opened it."""

    whole: int | None = None
    list: int | None = None
    marked: bool = False


def outline_column(texts: pl.Series, field: Field, rows: pl.Series) -> list[pl.Series]:
    """The typed columns of a field declared as an outline; `rows` are the sheet's rows, by which places are told."""
    name = field.name
    filed = texts.alias("text").to_frame().select(pl.when(pl.col("text").str.strip_chars() != "").then("text"))
    labels = [None if text is None else read_label(text) for text in filed.to_series()]
    places = find_places(labels)
    at = rows.to_list()
    columns: dict[str, tuple[list[object], type[pl.DataType]]] = {
        name: ([label.name or None if label else None for label in labels], pl.String),
        f"{name}__text": (filed.to_series().to_list(), pl.String),
        f"{name}__unit": ([label.unit if label else None for label in labels], pl.String),
        f"{name}__whole": ([None if p.whole is None else at[p.whole] for p in places], pl.Int64),
        f"{name}__list": ([None if p.list is None else at[p.list] for p in places], pl.Int64),
        f"{name}__marked": ([p.marked for p in places], pl.Boolean),
    }
    return [pl.Series(column, values, dtype=dtype) for column, (values, dtype) in columns.items()]


def read_label(text: str) -> Label:
    """One name as filed, taken apart; whatever it holds, every character of the name itself is kept."""
    plain = narrow(text)
    rest = plain.lstrip()
    width = sum(_WIDTHS.get(char, 1) for char in text[: len(text) - len(text.lstrip())])
    lead = min(width // 2, _DEEPEST)
    marked, rank, ordinal, in_front = False, 0, 0, 0
    while True:
        if not marked and (mark := _MARK.match(rest)):
            marked, rest, in_front = True, rest[mark.end() :], 3 if mark[0].startswith("其中") else 1
        elif not rank and (numbering := _numbering(rest)):
            rank, ordinal, rest = numbering
        else:
            break
    name = _IDLE_BLANK.sub("", without_unit(rest))
    shown = (MARK if marked else "") + name if name else ""
    return Label(shown, stated_unit(rest), lead, lead + in_front, marked, rank, ordinal)


def find_places(labels: Sequence[Label | None]) -> list[Place]:
    """The place of every row, in order; None stands for a row without a name, which is nobody's part."""
    return _Outline(labels).places()


def _numbering(rest: str) -> tuple[int, int, str] | None:
    """Rank and ordinal of the numbering in front, and what follows it; a number alone is a name."""
    for rank, pattern in enumerate(_NUMBERINGS, start=1):
        found = pattern.match(rest)
        if found and rest[found.end() :].strip():
            return rank, _ordinal(found[1]), rest[found.end() :]
    return None


def _ordinal(written: str) -> int:
    if "①" <= written <= "⑳":
        return ord(written) - ord("①") + 1
    return int(written) if written.isdigit() else chinese_integer(written) or 0


class _Outline:
    """One pass over the rows; `open_` holds the rows that later ones may still be parts of, deeper ones behind."""

    def __init__(self, labels: Sequence[Label | None]) -> None:
        self.labels = labels
        self.found: list[Place] = []
        self.open_: list[tuple[int, Label]] = []
        self.series: dict[int, tuple[int, int | None]] = {}  # rank → last ordinal, and the whole of that series
        self.lists: dict[int, tuple[int, bool]] = {}  # whole → the row that opened its last list, and whether by 其中

    def places(self) -> list[Place]:
        pending = False  # 其中： alone in a row marks the next one
        for at, label in enumerate(self.labels):
            if label is None:
                self.found.append(Place())
                continue
            if not label.name:
                self.found.append(Place())
                pending = True
                continue
            label = replace(label, marked=label.marked or pending)
            pending = False
            whole = self._whole(at, label)
            self.found.append(self._listed(at, whole, label.marked))
            self._open(at, label)
        return self.found

    def _whole(self, at: int, label: Label) -> int | None:
        whole = self._numbered(at, label) if label.rank and not label.marked else self._nearest(label)
        if label.rank:
            self.series = {rank: last for rank, last in self.series.items() if rank < label.rank}
            self.series[label.rank] = (label.ordinal, whole)
        return whole

    def _nearest(self, label: Label) -> int | None:
        """The last row that stands further left; 其中 at the same place as its whole is a part of it too.

        A row that begins where the name behind 其中 begins, or one cell beside that, is the next part, no part of it.
        """
        for at, above in reversed(self.open_):
            beside = above.start + 2 if above.marked else above.lead + 1
            if label.lead >= (above.lead + above.marked if label.marked else beside):
                return at
        return None

    def _numbered(self, at: int, label: Label) -> int | None:
        """The whole of the series that this row goes on with, or for a first item what it stands under."""
        last = self.series.get(label.rank)
        if last and last[0] + 1 == label.ordinal:
            return last[1]
        above = self.labels[at - 1] if at else None
        if label.ordinal == 1 and above and above.name and not above.marked and above.rank < label.rank:
            return at - 1
        return self._nearest(label)

    def _listed(self, at: int, whole: int | None, marked: bool) -> Place:
        if whole is None:
            return Place()
        if marked or whole not in self.lists:
            self.lists[whole] = (at, marked)
        opened, by_mark = self.lists[whole]
        return Place(whole, opened, by_mark)

    def _open(self, at: int, label: Label) -> None:
        """Opens a row, and closes those that no later row can reach past it."""
        if label.marked:
            self.open_ = [one for one in self.open_ if not _hidden_by(one[1], label)]
        else:
            self.open_ = [one for one in self.open_ if one[1].lead < label.lead]
        self.open_.append((at, label))


def _hidden_by(above: Label, label: Label) -> bool:
    """Whether any later row would find the marked `label` before it finds `above`."""
    return above.lead >= label.lead and above.start >= label.start if above.marked else above.lead > label.start
