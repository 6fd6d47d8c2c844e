"""What judging a million cases against their limits costs, over the bare subtraction of dates, in the same run.

The floor is what anybody would write first: Polars' difference of two dates for limits in days, and NumPy's business
days (`busday_offset`, Monday to Friday, no notices) for limits in working days. It knows no holiday and no worked
Saturday, looks up no limit and tells nobody anything; the ratio says what being right costs. Seconds are this machine's
today.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from contracts.calendar import shipped_calendar
from contracts.case_limits import Limit, count_late
from contracts.context import Reference, attach_context
from contracts.kind import discover_kinds
from contracts.period import Period
from contracts.register import judge_register
from contracts.register_source import Register
from contracts.table import Table

ROWS = 1_000_000
RUNS = 5
MOST_SECONDS = 10  # "in seconds", with room for a slow and busy machine
MOST_OTHERWISE = 0.1  # of the answers: if more were other than the floor's, one of the two would be wrong
PERIOD = Period.parse("2021")
MATTERS = ("甲", "乙", "丙")
LIMITS = {
    "kind": "approval_cases",
    "matter": ["甲", "甲", "乙", "乙", "丙", "丙"],
    "number": [60, 26, 30, 10, 20, 8],
    "unit": ["日", *["工作日"] * 5],
    "first_day": "不计入",
    "roll": "none",
    "calendar": "cn",
    "since": [None, date(2021, 5, 14)] * 3,
    "until": [date(2021, 5, 13), None] * 3,
    "basis": "示例",
}


def test_a_million_cases_against_bare_subtraction() -> None:
    frame = cases()
    limit = Limit(10, workdays=True, basis="示例")
    kind = discover_kinds()["approval_cases"].in_force(PERIOD)
    reference = Reference(pl.DataFrame(LIMITS).with_row_index("_row", 2), {}, "", "limits.csv")
    columns = {field.name: letter for field, letter in zip(kind.fields, "ABCDE", strict=True)}
    table = Table("", frame.clear(), columns, {}, frame.clear())
    given = {"limit_list": reference}

    def floor() -> None:
        late = pl.col("closed_on") - pl.col("accepted_on") > timedelta(days=60)
        assert frame.select(late.sum()).item() + int(_late_by_weekdays(frame, 10).sum()) > 0

    def one_limit() -> None:
        begun, until = frame["accepted_on"], frame["closed_on"].fill_null(PERIOD.end)
        assert set(limit.in_time(begun, until)) == {True, False}
        assert count_late(limit.due_on(begun), until, shipped_calendar(limit.calendar)).sum() > 0

    def listed() -> None:
        wide = attach_context(kind, table, frame, None, given, period=PERIOD, filer="GLC")
        late = next(rule for rule in kind.rules if rule.id == "AP-08")
        assert 0 < wide.select((~late.answer).sum()).item() < ROWS

    def register() -> None:
        judged = judge_register(kind, table, Register(frame.lazy(), seekable=True), period=PERIOD, references=given)
        assert judged.verdict.accepted == ROWS

    works = {
        "the floor: bare dates": floor,
        "one limit, in time or how late": one_limit,
        "the list's limit of each row, late or not": listed,
        "the whole register, all rules": register,
    }
    seconds = interleaved(works)
    bare = seconds["the floor: bare dates"]
    print(f"\n{ROWS} cases, medians of {RUNS} interleaved runs:")
    for name, value in seconds.items():
        print(f"  {name}: {value:.3f} s, {value / bare:.2f} × the floor")
    assert max(seconds.values()) < MOST_SECONDS


def test_the_floor_answers_the_same_only_while_no_notice_matters() -> None:
    frame = cases().drop_nulls("closed_on")
    in_time = Limit(10, workdays=True, basis="示例").in_time(frame["accepted_on"], frame["closed_on"])
    other = ~in_time != pl.Series(_late_by_weekdays(frame, 10))
    share = other.sum() / frame.height
    print(f"\n{share:.2%} of the cases are judged otherwise by weekdays alone")
    assert 0 < share < MOST_OTHERWISE
    ordinary = frame["accepted_on"].is_between(date(2021, 7, 1), date(2021, 8, 20))
    assert other.filter(ordinary).sum() == 0, "no notice arranges a day of that summer"


def cases() -> pl.DataFrame:
    """Typed rows as parsing gives them: one in nine is still open, the others took up to 89 days."""
    at = pl.int_range(ROWS, dtype=pl.Int64)
    begun = pl.date(2021, 1, 1) + pl.duration(days=at % 360)
    open_ = at % 9 == 0
    closed = pl.when(~open_).then(pl.min_horizontal(begun + pl.duration(days=(at * 7) % 90), pl.date(2021, 12, 31)))
    return pl.select(
        _row=at + 2,
        case_id=pl.concat_str(pl.lit("A-"), at),
        matter=pl.lit(pl.Series(MATTERS)).gather(at % 3),
        accepted_on=begun,
        accepted_on__text=begun.cast(pl.String),
        closed_on=closed,
        closed_on__text=closed.cast(pl.String),
        result=pl.when(open_).then(pl.lit("办理中")).otherwise(pl.lit("准予")),
    )


def _late_by_weekdays(frame: pl.DataFrame, number: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    due = np.busday_offset(_days(frame["accepted_on"]), number, roll="backward")
    return _days(frame["closed_on"].fill_null(PERIOD.end)) > due


def _days(days: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return days.to_numpy().astype("datetime64[D]")


def interleaved(works: dict[str, Callable[[], None]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS + 1):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(values[1:]) for name, values in taken.items()}
