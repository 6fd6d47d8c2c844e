"""How long a waiver holds, and for what."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.waivers import LONGEST_MONTHS, Waiver, months_after, still_valid


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2020, 11, 30), 12, date(2021, 11, 30)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 10, 31), 1, date(2020, 11, 30)),
        (date(2020, 12, 31), 12, date(2021, 12, 31)),
        (date(2020, 12, 1), 0, date(2020, 12, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_one_without_a_last_day_runs_to_a_year_after_its_period() -> None:
    waiver = Waiver("NB-01", "JIA", "2020-11", "局长", "割接")
    assert waiver.last_day == months_after(date(2020, 11, 30), LONGEST_MONTHS) == date(2021, 11, 30)
    assert still_valid([waiver], date(2021, 11, 30)) == (waiver,)
    assert still_valid([waiver], date(2021, 12, 1)) == ()


def test_the_last_day_still_counts_and_the_next_does_not() -> None:
    waiver = Waiver("NB-01", "JIA", "2020-11", "局长", "割接", date(2020, 12, 31), date(2020, 12, 1), "示函1号")
    assert still_valid([waiver], date(2020, 12, 31)) == (waiver,)
    assert still_valid([waiver], date(2021, 1, 1)) == ()
    assert waiver.told == "局长：割接（示函1号）"
