"""Is a target met? Decided on intervals, with the target's own comparator, or said to be undecidable.

A figure that is stated too coarsely, of another scope, for another period, or up to an earlier day than the target's
does not meet it, and does not miss it either; what it would be if that were no matter is said beside. Nothing here
looks a figure up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from contracts.conversion import conversion
from contracts.exact import TURNED
from contracts.figure import Figure
from contracts.interval import Interval
from contracts.nature import Nature, nature_of
from contracts.partial_date import parse_date
from contracts.period import Period
from contracts.quantity import Quantity
from contracts.readings import readings


class State(StrEnum):
    """What is said of a target. Only the first two are verdicts."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDABLE = "undecidable"  # what was stated allows both
    NECESSARY = "necessary only"  # a sum that had to be reached was; whether each part was is not shown
    MISSING = "missing actual"
    OPEN = "not due yet"
    NOT_COMPARABLE = "not comparable"

    @property
    def zh(self) -> str:
        return {
            "met": "达到目标",
            "not met": "未达到目标",
            "undecidable": "按所报精度未能判定",
            "necessary only": "必要条件成立，尚不足以认定",
            "missing actual": "未报告实际值",
            "not due yet": "尚未到期",
            "not comparable": "不可直接比较",
        }[self.value]


@dataclass(frozen=True)
class Stated:
    """A number with what it speaks of, for a comparison.

    interval: signed, a fall negative; `comparator` is the signed one's. scope: what is counted, in a spelling that is
    the same where the thing is. as_of: up to which day, None where nobody said. cumulative: whether it can only grow
    until the period ends. each: of a target, what it is to be reached in every one of ("月"), "" for the whole period.
    nature: whether it is what there is by now or what was added, None where nobody said.
    """

    interval: Interval
    comparator: str
    value: Fraction | None
    unit: str = ""
    scope: str = ""
    period: Period | None = None
    as_of: date | None = None
    cumulative: bool = False
    each: str = ""
    nature: Nature | None = None


@dataclass(frozen=True)
class Reason:
    """Why a comparison is not a plain one, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Attainment:
    """What became of a target.

    margin: by how much it is met at least, or missed (negative) at least, in the target's unit. ratio: actual over
    target. otherwise: the state if what makes the two incomparable were no matter. reasons: why it is not a plain
    comparison; check_unit: the actual goes so far beyond that a slip of the unit is likely.
    """

    state: State
    margin: Fraction | None = None
    ratio: Fraction | None = None
    otherwise: State | None = None
    reasons: tuple[Reason, ...] = field(default=())
    check_unit: bool = False

    @property
    def zh(self) -> str:
        """The verdict as one line for a reader."""
        said = self.state.zh
        if self.otherwise and self.state is State.NOT_COMPARABLE:
            said += f"；按现有数值为{self.otherwise.zh}"
        if self.reasons:
            said += "（" + "；".join(reason.zh for reason in self.reasons) + "）"
        return said + ("；请核对单位" if self.check_unit else "")


_CYCLES = {"月": 1, "季": 3, "季度": 3, "半年": 6, "年": 12}  # months in each


def stated_quantity(quantity: Quantity, **about: object) -> Stated:
    """A quantity as it is compared: a fall is negative, and rounded and cut off digits are allowed both.

    about: the other fields of `Stated`.
    """
    spans = [Interval.stated_by(one) for one in readings(quantity)]
    # Whatever either reading allows: [v − p/2, v + p).
    low, high = spans[0], spans[-1]
    interval = Interval(low.low, high.high, low.low_closed, high.high_closed)
    value = None if quantity.value is None else Fraction(quantity.value)
    comparator: str = quantity.comparator
    if quantity.direction < 0:
        interval, value, comparator = -interval, None if value is None else -value, TURNED[quantity.comparator]
    return replace(Stated(interval, comparator, value, quantity.unit), **about)  # type: ignore[arg-type]


def stated_figure(figure: Figure) -> Stated:
    """A figure of the warehouse, with its period and the last day that its as-of can mean."""
    told = parse_date(figure.as_of, figure.period.year) if figure.as_of else None
    return Stated(
        Interval.stated_by(figure), figure.comparator, Fraction(figure.value), figure.unit, period=figure.period,
        as_of=told.last if told else None, nature=nature_of(figure.name),
    )  # fmt: skip


def attain(target: Stated, actual: Stated | None, *, on: date | None = None) -> Attainment:
    """What `actual` says of `target`. on: the day it is asked, before which a target that ends later owes no actual."""
    if actual is None:
        due = target.as_of or (target.period and target.period.end)
        return Attainment(State.OPEN if on and due and on < due else State.MISSING)
    factor = conversion(actual.unit, target.unit) if target.unit and actual.unit != target.unit else 1
    if factor is None:
        zh, en = f"目标以“{target.unit}”计，实际以“{actual.unit}”计", f"in {target.unit}, but reported in {actual.unit}"
        return Attainment(State.NOT_COMPARABLE, reasons=(Reason(zh, en),))
    reached = actual if factor == 1 else _scaled(actual, Fraction(factor))
    times = _cycles(target, actual)
    allowed = _allowed(target).times(times)
    plain = _state(allowed, reached.interval)
    ratio = _ratio(target, reached, times)
    found = Attainment(
        plain, _margin(allowed, reached.interval, plain), ratio, reasons=(), check_unit=_suspicious(target, ratio)
    )
    reasons = tuple(_differences(target, actual, met=plain is State.MET))
    if reasons:
        return replace(found, state=State.NOT_COMPARABLE, otherwise=plain, reasons=reasons)
    if times > 1 and plain is State.MET:
        zh = f"目标须每{target.each}达到，而只报告了合计；合计够 {times} 期之数，各期是否达到须分期报送"
        en = f"the target is for each of {times} periods ({target.each}); the total suffices, each alone is not shown"
        return replace(found, state=State.NECESSARY, otherwise=plain, reasons=(Reason(zh, en),))
    return found


def _allowed(target: Stated) -> Interval:
    """All numbers that meet it. A bare target is met by whatever goes at least as far; a bare zero only by zero."""
    if target.comparator != "=" or not target.value:
        return target.interval
    value = Interval.point(target.value)
    return Interval.of(value.low, None) if target.value > 0 else Interval.of(None, value.high)


def _state(allowed: Interval, actual: Interval) -> State:
    if allowed.may_equal(actual) is False:
        return State.NOT_MET
    return State.MET if actual.lies_in(allowed) else State.UNDECIDABLE


def _margin(allowed: Interval, actual: Interval, state: State) -> Fraction | None:
    if state is State.NOT_MET:
        return -allowed.gap(actual)
    if state is not State.MET:
        return None
    room = [
        abs(end - bound)
        for end, bound in ((actual.low, allowed.low), (actual.high, allowed.high))
        if end is not None and bound is not None
    ]
    return min(room, default=None)


def _ratio(target: Stated, actual: Stated, times: int) -> Fraction | None:
    return actual.value / (target.value * times) if actual.value is not None and target.value else None


def _suspicious(target: Stated, ratio: Fraction | None) -> bool:
    """More than three times the target, or an exact power of ten of it: 万 may have slipped in or out."""
    if ratio is None or (target.comparator in ("<", "<=") and target.value is not None and target.value > 0):
        return False
    return ratio > 3 or (ratio != 1 and _is_power_of_ten(ratio))


def _is_power_of_ten(ratio: Fraction) -> bool:
    whole = ratio if ratio >= 1 else 1 / ratio if ratio > 0 else Fraction(0)
    return whole.denominator == 1 and str(whole.numerator).rstrip("0") == "1"


def _cycles(target: Stated, actual: Stated) -> int:
    """How many of the target's cycles the actual's period has; 1 where the target is for the whole of it."""
    if not target.each or actual.period is None or actual.each == target.each:
        return 1
    period = actual.period
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    return max(1, months // _CYCLES[target.each])


def _differences(target: Stated, actual: Stated, *, met: bool) -> list[Reason]:
    found = []
    if target.scope and actual.scope and target.scope != actual.scope:
        found.append(
            Reason(
                f"目标口径“{target.scope}”，报告口径“{actual.scope}”", f"of {target.scope}, reported of {actual.scope}"
            )
        )
    if target.nature and actual.nature and target.nature is not actual.nature:
        of, given = target.nature, actual.nature
        found.append(Reason(f"目标是{of.zh}，报告的是{given.zh}", f"the target is a {of}, but a {given} is reported"))
    wanted, told = target.period, actual.period
    if wanted and told and not target.each and not (wanted.start <= told.start and told.end <= wanted.end):
        zh = f"目标期间 {wanted.label_zh}，报告期间 {told.label_zh}"
        found.append(Reason(zh, f"for {wanted.label}, reported for {told.label}"))
        return found
    due, day = target.as_of or (wanted and wanted.end), actual.as_of or (told and told.end)
    settled = met and actual.cumulative and target.interval.high is None  # what only grows cannot be missed any more
    if due and day and day < due and not settled:
        zh = f"目标到 {due.isoformat()}，实际值截至 {day.isoformat()}"
        found.append(Reason(zh, f"due by {due.isoformat()}, reported up to {day.isoformat()}"))
    return found


def _scaled(stated: Stated, factor: Fraction) -> Stated:
    value = None if stated.value is None else stated.value * factor
    return replace(stated, interval=stated.interval.times(factor), value=value)
