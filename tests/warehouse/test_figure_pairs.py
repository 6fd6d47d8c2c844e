"""What versions of figures say of each other: targets, changes and shares, whichever of the two comes first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from contracts.figure import Figure
from contracts.measure import Method
from contracts.period import Period
from tests.warehouse.filing_by_kind import CARRIERS, TREE, counts, file
from tests.warehouse.toy import moment
from warehouse import tables
from warehouse.database import reading
from warehouse.dimension_tables import figure_pairs
from warehouse.figure_pairs import Relation, Version, said
from warehouse.home import Home


def pairs(home: Home, relation: Relation, *columns: str) -> list[tuple[Any, ...]]:
    """Pairs of a relation by the names of both, and these columns, in order."""
    one, other, p = tables.figures.alias("one").c, tables.figures.alias("other").c, figure_pairs.c
    query = select(one.figure_id, one.version, other.figure_id, *[p[name] for name in columns])
    query = query.where(p.figure == one.key, p.other == other.key, p.relation == relation.value)
    with reading(home.engine) as connection:
        return sorted(tuple(row) for row in connection.execute(query))


def count(home: Home, filer: str, received: int, handled: int, day: int, year: int = 2020) -> None:
    text = counts(filer, received, handled, year)
    file(home, "complaint_counts", text, moment(day), filer=filer, period=str(year))


RATE = "carrier_complaints_handled_rate"


@pytest.mark.parametrize("target_first", [True, False])
def test_a_target_is_judged_whichever_comes_first(home: Home, target_first: bool) -> None:
    if not target_first:
        count(home, "CT", 4, 3, 1)
    file(home, "indicator_tree", TREE, moment(2))
    if target_first:
        count(home, "CT", 4, 3, 3)
    found = pairs(home, Relation.TARGET, "state", "difference", "pct")
    assert (f"{RATE}@CT.2020", 1, f"target/{RATE}@JX.2020", "not met", "-15", "83.3333333333") in found
    received = "carrier_complaints_received"
    assert (f"{received}@CT.2020", 1, f"target/{received}@JX.2020", "met", "96", "4") in found


@pytest.mark.parametrize("order", [(2019, 2020), (2020, 2019)])
def test_a_year_is_set_beside_the_one_before(home: Home, order: tuple[int, int]) -> None:
    for day, year in enumerate(order, 1):
        count(home, "CT", {2019: 8, 2020: 10}[year], 2, day, year)
    found = pairs(home, Relation.YEAR_BEFORE, "difference", "difference_low", "difference_high", "pct")
    name = "carrier_complaints_received@CT"
    assert (f"{name}.2020", 1, f"{name}.2019", "2", "2", "2", "25") in found
    assert (f"{RATE}@CT.2020", 1, f"{RATE}@CT.2019", "-5", "-5", "-5", "-20") in found
    assert pairs(home, Relation.PERIOD_BEFORE) == []  # of a year that is the same, and said once


def test_shares_are_of_what_is_added_up_and_of_no_ratio(home: Home) -> None:
    for filer, received in zip(CARRIERS, (2, 100, 8), strict=True):
        count(home, filer, received, 1, 3)
    shares = pairs(home, Relation.WHOLE, "pct")
    of = {one: pct for one, _, other, pct in shares if other == "carrier_complaints_received@JX.2020"}
    assert of == {
        "carrier_complaints_received@CT.2020": "1.8181818182",
        "carrier_complaints_received@CM.2020": "90.9090909091",
        "carrier_complaints_received@CU.2020": "7.2727272727",
    }
    assert not [one for one, *_ in shares if one.startswith(RATE)]


def test_a_correction_is_a_pair_of_its_own_and_the_old_one_stays(home: Home) -> None:
    count(home, "CT", 8, 2, 1, 2019)
    count(home, "CT", 10, 2, 2)
    count(home, "CT", 12, 2, 3)
    name = "carrier_complaints_received@CT"
    found = [p for p in pairs(home, Relation.YEAR_BEFORE, "difference") if p[0] == f"{name}.2020"]
    assert found == [(f"{name}.2020", 1, f"{name}.2019", "2"), (f"{name}.2020", 2, f"{name}.2019", "4")]


def version(key: int, start: str, end: str | None, value: str = "1") -> Version:
    exact = Decimal(value)
    figure = Figure(
        "x", "x", "CT", "个", "=", exact, exact, exact, True, True, value, Period.parse("2020"), "", Method.SUM
    )
    return Version(key, start, end, figure)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (version(2, "2020-01", None), True),
        (version(2, "2020-01", "2020-06"), True),
        (version(2, "2020-01", "2020-05"), False),  # ended as the other began
        (version(2, "2020-07", None), True),
        (version(2, "2020-09", None), False),
    ],
)
def test_only_what_was_once_known_together_is_a_pair(other: Version, together: bool) -> None:
    one = version(1, "2020-05", "2020-09")
    assert one.known_with(other) is other.known_with(one) is together


def test_a_rounded_figure_leaves_a_target_undecided() -> None:
    exact = Decimal(90)
    actual = Figure("x", "x", "CT", "%", "~", exact, Decimal("89.5"), Decimal("90.5"), True, False, "约90",
                    Period.parse("2020"), "", Method.STATED)  # fmt: skip
    target = Figure("target/x", "x", "JX", "%", ">=", exact, exact, None, True, False, "90以上",
                    Period.parse("2020"), "", Method.STATED)  # fmt: skip
    told = said(Relation.TARGET, Version(1, "", None, actual), Version(2, "", None, target))
    assert (told["state"], told["difference"]) == ("undecidable", None)
    change = said(Relation.YEAR_BEFORE, Version(1, "", None, actual), version(2, "", None, "80"))
    assert [change[n] for n in ("difference", "difference_low", "difference_high")] == ["10", "9.5", "10.5"]
    assert [change[n] for n in ("pct", "pct_low", "pct_high")] == ["12.5", "11.875", "13.125"]
