"""目标与完成: whether bounds decide, and what is drawn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.targets import State, attain, stated_figure
from tests.warehouse.reports.bureau import edition
from tests.warehouse.reports.test_narrative import OPENED
from warehouse.reports.chart import draw_targets
from warehouse.reports.citations import Citations
from warehouse.stored import StoredFigure


def bounded(value: str, low: str | None, high: str | None, **more: object) -> StoredFigure:
    ends = {n: None if end is None else Decimal(end) for n, end in (("low", low), ("high", high))}
    return replace(OPENED, value=Decimal(value), unit="%", **ends, **more)  # type: ignore[arg-type]


AT_LEAST_99 = bounded("99", "99", None, comparator=">=")
FALL_OF_15 = bounded("-15", None, "-15", comparator="<=")


@pytest.mark.parametrize(
    ("target", "actual", "verdict"),
    [
        (AT_LEAST_99, bounded("99", "99", "99"), State.MET),
        (AT_LEAST_99, bounded("99", "99", None, low_closed=False), State.MET),
        (replace(AT_LEAST_99, low_closed=False), bounded("99", "99", "99"), State.NOT_MET),
        (AT_LEAST_99, bounded("98.9", "98.9", "98.9"), State.NOT_MET),
        (AT_LEAST_99, bounded("98", "98", None), State.UNDECIDABLE),
        (FALL_OF_15, bounded("-15", None, "-15"), State.MET),
        (FALL_OF_15, bounded("-16", "-16", "-16"), State.MET),
        (FALL_OF_15, bounded("-14", "-14", "-14"), State.NOT_MET),
        (FALL_OF_15, bounded("-14", None, "-14"), State.UNDECIDABLE),
        (bounded("-15", "-15", "-15"), bounded("-15", None, "-15", comparator="<="), State.MET),
        (bounded("-15", "-15", "-15"), bounded("-20", "-20", "-20"), State.MET),
        (bounded("-15", "-15", "-15"), bounded("-14", "-14", "-14"), State.NOT_MET),
        (bounded("-15", "-15", "-15"), bounded("-10", None, "-10", comparator="<="), State.UNDECIDABLE),
        (bounded("30", "30", "30"), bounded("30", "30", None, comparator=">="), State.MET),
        (bounded("30", "30", "30"), bounded("29", "29", "29"), State.NOT_MET),
        (bounded("0", "0", "0"), bounded("0", "0", "0"), State.MET),
        (bounded("0", "0", "0"), bounded("1", "1", "1"), State.NOT_MET),
        (bounded("0", "0", "0"), bounded("0", "0", None, comparator=">="), State.UNDECIDABLE),
    ],
)
def test_a_target_is_met_only_where_bounds_decide(target: StoredFigure, actual: StoredFigure, verdict: State) -> None:
    assert attain(stated_figure(target), stated_figure(actual)).state is verdict


def test_the_bureaus_own_last_figure_is_compared() -> None:
    target = replace(AT_LEAST_99, indicator="target/rate")
    filed = bounded("97", "97", "97", indicator="form/rate", filer="CT")
    own = replace(filed, filer="JX", value=Decimal(100), low=Decimal(100), high=Decimal(100))
    claim = replace(filed, indicator="filed/rate")
    (bar,) = draw_targets(edition(), [target, filed, own, claim], Citations())
    assert (bar.actual.text, bar.target.text, bar.verdict, bar.exact) == ("100%", "99%以上", State.MET.zh, True)
    assert 0 < bar.mark < bar.length < 1000
    (bar,) = draw_targets(edition(), [target, filed, claim], Citations())
    assert (bar.filer, bar.verdict) == ("江西电信", State.NOT_MET.zh)


def test_an_open_end_reaches_the_end_of_the_track() -> None:
    target = replace(FALL_OF_15, indicator="target/price")
    (bar,) = draw_targets(edition(), [target, replace(FALL_OF_15, indicator="price", filer="JX")], Citations())
    assert (bar.low, bar.high, bar.exact) == (bar.length, 1000, False)


def test_without_anything_to_compare_nothing_is_drawn() -> None:
    assert draw_targets(edition(), [replace(AT_LEAST_99, indicator="target/rate"), OPENED], Citations()) == []
