"""The grid of who owed what by when, as a value: forms with a line for each filer, a cell for each period.

Every figure and sentence in it is one of the kept deadlines; nothing is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.obligations import CADENCES, ZONE, periods_of
from contracts.period import Period
from contracts.timeliness import State
from warehouse.deadlines import StoredDeadline
from warehouse.home import Home

Words = tuple[str, str]
"""The same in Chinese and English."""

_CADENCES: Final[dict[str, Words]] = {
    "monthly": ("月报", "Monthly"),
    "quarterly": ("季报", "Quarterly"),
    "half-yearly": ("半年报", "Half-yearly"),
    "yearly": ("年报", "Yearly"),
    "once": ("一次性报送", "Once"),
    "weekly": ("周报", "Weekly"),
    "event": ("按事项报送", "On an event"),
}
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Those with a column for each period; the others are lists.
_GRIDS: Final = ("monthly", "quarterly", "half-yearly")
# State → (its shape, what it means): shape and word say it too, so that colour is never the only sign.
SIGNS: Final[dict[State, tuple[str, str, str]]] = {
    State.MISSING: ("✕", "时限已过，从未收到", "past its limit, nothing came"),
    State.RETURNED: ("↩", "已退回，尚无被接受的报送", "returned, and nothing accepted yet"),
    State.ACCEPTED_LATE: ("▲", "首次被接受的报送晚于时限", "what was accepted first came after the limit"),
    State.RECEIVED: ("◐", "已收到，尚未判定", "received, not judged yet"),
    State.DUE_SOON: ("◔", "时限将至，尚未收到", "the limit is near, nothing came yet"),
    State.EXTENDED: ("▷", "经批准延期，尚未收到", "extended, nothing came yet"),
    State.PROVISIONAL: ("◇", "暂定：所待报送未齐，或放假安排尚未公布", "waits for other reports, or for a calendar"),
    State.NIL: ("∅", "申报本期无事项", "declared that there was nothing to report"),
    State.ACCEPTED: ("●", "首次被接受的报送在时限之内", "what was accepted first came in time"),
    State.ACCEPTED_UNDATED: ("◉", "文件未规定期限，已接受", "the document names no day; accepted"),
    State.NOT_YET_DUE: ("○", "时限未到，尚未收到", "not due yet, nothing came yet"),
    State.UNDATED: ("…", "文件未规定期限，尚未收到", "the document names no day, nothing came yet"),
    State.NOT_APPLICABLE: ("—", "义务印发前已到期，不溯及既往", "due before it was issued"),
}
_OPEN: Final = (State.DUE_SOON, State.EXTENDED, State.NOT_YET_DUE, State.PROVISIONAL)


@dataclass(frozen=True)
class Cell:
    """One instance. detail: the line under its state, in both languages; "" for none."""

    deadline: StoredDeadline

    @property
    def anchor(self) -> str:
        return f"d{self.deadline.ordinal}"

    @property
    def state(self) -> State:
        return self.deadline.state

    @property
    def shape(self) -> str:
        return SIGNS[self.state][0]

    @property
    def detail(self) -> Words:
        kept = self.deadline
        if (kept.overdue and kept.accepted_at is None) or self.state is State.ACCEPTED_LATE:
            return late_words(kept.days_late)
        if self.state is State.PROVISIONAL and kept.accepted_at is not None:
            return f"待{kept.awaited}份", f"awaits {kept.awaited}"
        if self.state in _OPEN and kept.limit_at is not None:
            day = self._day(kept.limit_at)
            return f"限{day}", f"due {day}"
        nil_on = kept.nil_on if self.state is State.NIL else None  # else a later filing withdrew it
        came = kept.accepted_at or nil_on or kept.received_at
        if came is None or self.state is State.NOT_APPLICABLE:
            return "", ""
        return f"{self._day(came)}收", f"in {self._day(came)}"

    def _day(self, moment: date) -> str:
        """11-06; with its year where that is another."""
        day = moment.astimezone(ZONE).date() if isinstance(moment, datetime) else moment
        return f"{day:%m-%d}" if day.year == self.deadline.year else day.isoformat()


@dataclass(frozen=True)
class Line:
    """One filer's instances of a form; None where it owes nothing for the period."""

    filer: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Form:
    zh: str
    en: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Block:
    """Everything of one cadence. columns: headings of the grid; empty for a list, whose lines have one cell each.

    dated: whether the lines of a list speak of different periods.
    """

    cadence: str
    zh: str
    en: str
    columns: tuple[Words, ...]
    forms: tuple[Form, ...]
    dated: bool


@dataclass(frozen=True)
class Page:
    """A year's grid. told: the cells by state, gravest first.

    others: earlier years that have a grid; is_last: no later year has one.
    """

    year: int
    judged_on: datetime
    calendar: Words
    blocks: tuple[Block, ...]
    told: tuple[tuple[State, tuple[Cell, ...]], ...]
    filers: tuple[tuple[str, str], ...]
    others: tuple[int, ...]
    is_last: bool

    @property
    def counts(self) -> Counter[State]:
        return Counter({state: len(cells) for state, cells in self.told})

    @property
    def number(self) -> int:
        return self.counts.total()


def read_timetable(home: Home, year: int) -> Page | None:
    """The year's grid; None where nothing is owed for it."""
    everything = home.deadlines()
    kept = [deadline for deadline in everything if deadline.year == year]
    if not kept:
        return None
    cells = [Cell(deadline) for deadline in kept]
    return Page(
        year=year,
        judged_on=kept[0].judged_on,
        calendar=calendar_words(kept[0].calendar),
        blocks=tuple(_block(name, [c for c in cells if c.deadline.cadence == name], year) for name in _used(kept)),
        told=tuple((s, tuple(c for c in cells if c.state is s)) for s in SIGNS if any(c.state is s for c in cells)),
        filers=tuple({d.filer: d.filer_name for d in kept}.items()),
        others=tuple(sorted({d.year for d in everything if d.year < year}, reverse=True)),
        is_last=all(d.year <= year for d in everything),
    )


def _used(kept: Iterable[StoredDeadline]) -> list[str]:
    """The cadences that occur; those with columns first."""
    there = {deadline.cadence for deadline in kept}
    return [name for name in (*_CADENCES, *sorted(set(CADENCES) - set(_CADENCES))) if name in there]


def _block(cadence: str, cells: Sequence[Cell], year: int) -> Block:
    zh, en = _CADENCES.get(cadence, (cadence, cadence))
    periods = list(periods_of(cadence, Period.parse(str(year)))) if cadence in _GRIDS else []
    forms = [_form(of_kind, periods) for of_kind in _parted(cells, lambda c: c.deadline.kind)]
    columns = tuple(_column(cadence, number) for number in range(len(periods)))
    dated = cadence in ("weekly", "event") or len({c.deadline.period for c in cells}) > 1
    return Block(cadence, zh, en, columns, tuple(forms), dated)


def _parted(cells: Iterable[Cell], by: Callable[[Cell], str]) -> list[list[Cell]]:
    """Cells with the same answer together, in the order in which the answers first occur."""
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(by(cell), []).append(cell)
    return list(found.values())


def _form(cells: Sequence[Cell], periods: Sequence[Period]) -> Form:
    first = cells[0].deadline
    if periods:
        lines = [_line(of_filer, periods) for of_filer in _parted(cells, lambda c: c.deadline.filer)]
    else:
        ordered = sorted(cells, key=lambda c: c.deadline.period)
        lines = [Line(c.deadline.filer, c.deadline.filer_name, (c,)) for c in ordered]
    return Form(first.kind_zh, first.kind_en, tuple(lines))


def _line(cells: Sequence[Cell], periods: Sequence[Period]) -> Line:
    found = {cell.deadline.period: cell for cell in cells}
    return Line(cells[0].deadline.filer, cells[0].deadline.filer_name, tuple(found.get(p) for p in periods))


def _column(cadence: str, number: int) -> Words:
    if cadence == "monthly":
        return f"{number + 1}月", _MONTHS_EN[number]
    if cadence == "quarterly":
        return f"{'一二三四'[number]}季度", f"Q{number + 1}"
    return f"{'上下'[number]}半年", f"H{number + 1}"


def late_words(days: int) -> Words:
    """+3日; of what came later on the very day, that."""
    return (f"+{days}日", f"+{days} d") if days else ("当日逾时", "same day")


def calendar_words(code: str) -> Words:
    """cn, and what a pack adds to it."""
    shipped, _, own = code.partition("+")
    zh, en = ("国务院办公厅放假通知", "the State Council's notices") if shipped == "cn" else (shipped, shipped)
    return (f"{zh}，并及数据包自有通知（{code}）", f"{en}, and the pack's own ({code})") if own else (zh, en)
