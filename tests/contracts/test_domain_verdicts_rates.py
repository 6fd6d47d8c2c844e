"""The verdicts of rules.md section 7, rates and the counts that they are made of, by rule id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from contracts.field import Type
from contracts.interval import Interval, smallest_denominator
from contracts.kind import Kind
from contracts.measure import Method
from contracts.partial_date import parse_date
from contracts.prose import scan
from contracts.relations import Relation, part_of, percent_change, rate_of
from contracts.terms import Operand, Times
from tests.contracts.right_rows import kinds
from tests.contracts.stated_rows import number, operands
from tests.contracts.verdicts import (
    BLOCKED,
    ERROR,
    HOLDS,
    INFO,
    NOT_ASKED,
    WARN,
    As,
    Setting,
    condition,
    decides,
    quantity,
    relation,
    said,
    verdict,
    word,
)

RATE = As(units=("%", "", ""))


def share_of_text(rate: str) -> Interval:
    """A rate as written, as a share of one."""
    found = quantity(rate)
    assert found.low is not None
    assert found.high is not None
    return Interval.of(found.low, found.high, high_closed=False).times(Fraction(1, 100))


@decides("RT-1", "RT-2")
@pytest.mark.parametrize(
    ("rule", "count", "rate", "totals", "handled"),
    [("RT-1", 1616, "95%", (1693, 1710), (1528, 1543)), ("RT-2", 918, "93%", (982, 992), (850, 858))],
)
def test_rt_1_and_rt_2_one_count_beside_a_rate_can_be_either(
    rule: str, count: int, rate: str, totals: tuple[int, int], handled: tuple[int, int]
) -> None:
    """Ambiguous: as numerator and as denominator both give whole numbers, so neither can be told from the text."""
    share = share_of_text(rate)
    total = Interval.point(count).over(share)
    assert total is not None
    assert total.integers() == totals
    assert share.times(count).integers() == handled
    fields = [number("rate", "%"), number("count")]
    stated_rate, stated_count = operands(fields)
    either = rate_of(stated_rate, stated_count), rate_of(stated_rate, None, stated_count)
    row = {"rate": rate, "count": f"{count}条"}
    assert [word(relation(rule, WARN, one), fields, row) for one in either] == [HOLDS, HOLDS]
    clear = condition(rule, WARN, ~(either[0].holds & either[1].holds), "count", "rate")
    assert word(clear, fields, row) == WARN, "ambiguous"
    unlike = row | {"rate": "0.3%", "count": "1条"}
    assert word(clear, fields, unlike) == HOLDS, "of one, no 0.3 % were handled: the one is the numerator"


@decides("RT-1t")
def test_rt_1t_the_same_when_the_percentage_was_cut_off() -> None:
    share = Interval.of(95, 96, high_closed=False).times(Fraction(1, 100))
    total = Interval.point(1616).over(share)
    assert total is not None
    assert total.integers() == (1684, 1701)
    assert share.times(1616).integers() == (1536, 1551)


@decides("RT-3", "RT-4")
@pytest.mark.parametrize(("rule", "count"), [("RT-3", 3286), ("RT-4", 490)])
def test_rt_3_and_rt_4_all_of_them_is_exactly_all(rule: str, count: int) -> None:
    assert verdict(rule, ERROR, rate_of, ["100%", f"{count}", f"{count}"], RATE) == HOLDS
    assert verdict(rule, ERROR, rate_of, ["100%", f"{count - 1}", f"{count}"], RATE) == ERROR


@decides("RT-5")
@pytest.mark.parametrize("rate", ["达到100%", "99%以上", "超过97%"])
def test_rt_5_a_rate_without_counts_is_not_evaluable_and_they_are_asked_for(rate: str) -> None:
    """JX 020-1, 022-1; MIIT 06-2/4/5."""
    fields = [number("rate", "%"), *(replace(number(name), required=False) for name in ("handled", "found"))]
    made = relation("RT-5", ERROR, rate_of(*operands(fields)))
    counted = condition("RT-5w", WARN, pl.col("found").is_not_null(), "found", "rate")
    row: Mapping[str, str | None] = {"rate": rate, "handled": None, "found": None}
    assert word(made, fields, row, Setting((counted,))) == BLOCKED
    assert word(counted, fields, row, Setting((made,))) == WARN
    given = {"rate": "100%", "handled": "490", "found": "490"}
    assert word(made, fields, given) == word(counted, fields, given) == HOLDS


@decides("RT-6")
def test_rt_6_two_lower_bounds_bound_nothing() -> None:
    assert verdict("RT-6", INFO, lambda r, n: rate_of(r, n), ["超98%", "超2896万"], As(units=("%", ""))) == BLOCKED
    exact = Fraction(28_960_000) / Fraction(98, 100)
    assert round(float(exact), 1) == 29_551_020.4, "were both exact"


@decides("RT-7")
@pytest.mark.parametrize(("rate", "least"), [("99.5%", 182), ("95%", 19), ("93%", 14)])
def test_rt_7_a_rate_implies_a_smallest_denominator(rate: str, least: int) -> None:
    assert smallest_denominator(share_of_text(rate)) == least
    made = lambda r, d: rate_of(r, None, d)  # noqa: E731
    assert verdict("RT-7", INFO, made, [rate, f"{least}"], As(units=("%", ""))) == HOLDS
    assert verdict("RT-7", INFO, made, [rate, "5"], As(units=("%", ""))) == INFO


def test_rt_7_of_150_none_makes_99_5() -> None:
    # Below 182 there are only the ones whose multiples come close enough when cut off.
    assert said(lambda r, d: rate_of(r, None, d), "99.5%", "150", units=("%", "")).holds is False
    assert Fraction(181, 182) in share_of_text("99.5%")


@decides("RT-8")
def test_rt_8_more_digits_than_a_rate_has_ask_for_the_levels() -> None:
    """BJ 12-A1: four significant digits and no levels; its neighbours have two."""
    fields = [number("fall", "%"), *(replace(number(name), required=False) for name in ("before", "after"))]
    digits = pl.col("fall") / pl.col("fall__precision")
    asked = condition("RT-8", INFO, pl.col("before").is_not_null(), "before", "fall", when=digits >= 1000)
    levels = relation("RT-8r", ERROR, percent_change(*operands(fields), fall=True))
    row: Mapping[str, str | None] = {"fall": "下降81.07%", "before": None, "after": None}
    assert word(asked, fields, row, Setting((levels,))) == INFO
    assert word(levels, fields, row, Setting((asked,))) == BLOCKED
    for neighbour in ("95%", "93%"):
        assert word(asked, fields, {**row, "fall": neighbour}) == NOT_ASKED
    given = {"fall": "下降81.07%", "before": "9.350", "after": "1.770"}
    assert word(asked, fields, given, Setting((levels,))) == HOLDS
    assert word(levels, fields, given, Setting((asked,))) == HOLDS


# Rates that forms which ship take as the filer writes them, without the counts they are made of: 网站备案率 and
# 1小时内携转成功率. What their rules can say is only that they lie in a range and do not fall.
UNPROVED = {("website_filing", "filing_rate"), ("number_portability", "success_rate")}


def rests_on_counts(kind: Kind, name: str) -> bool:
    """Whether some rule of the form compares the rate with two numbers of the form."""
    figures = {f.name for f in kind.fields if f.type in (Type.COUNT, Type.DECIMAL, Type.QUANTITY)}
    return any(name in r.fields and len(figures.intersection(r.fields)) >= 3 for r in kind.rules)


@decides("RT-9")
def test_rt_9_a_rate_is_a_percentage_with_numerator_and_denominator_in_the_contract() -> None:
    """Of every form that ships: the two that do not keep it are named above, and none joins or leaves unnoticed."""
    filed, unproved = set(), set()
    for code, kind in kinds().items():
        for field in kind.fields:
            if field.heading.endswith("率"):
                filed.add((code, field.name))
                assert field.unit == "%"
                unproved |= set() if rests_on_counts(kind, field.name) else {(code, field.name)}
        for measure in kind.measures:
            if measure.title_zh.endswith("率"):
                assert measure.unit in ("%", "人次/百万用户"), measure.indicator
                if measure.method is Method.RATIO:
                    assert measure.of is not None
                    assert set(measure.of) <= {m.indicator for m in kind.measures}
    assert unproved == UNPROVED
    assert filed - unproved, "the others rest on counts"


WARNINGS = "于 10月15日与公安预警数据完成对接，日均预警超7000\n余条，全年拦截"  # BJ row 15


@decides("RT-10")
def test_rt_10_a_number_a_day_times_the_days_is_a_flow() -> None:
    daily = next(span.quantity for span in scan(WARNINGS) if span.quantity)
    assert (daily.value, daily.comparator, daily.unit) == (Decimal(7000), ">", "条/日")
    span = parse_date("10月15日至12月31日", 2022)
    assert span is not None
    days = (span.last - span.first).days + 1
    assert days == 78
    flow = Interval.stated_by(daily).times(days)
    assert (flow.low, flow.low_closed, flow.high) == (Fraction(546_000), False, None)

    def at_least(total: Operand, each: Operand) -> Relation:
        return part_of(Times(each, days), total)

    units = As(units=("条", "条/日"))
    assert verdict("RT-10", INFO, at_least, ["54.6万条", "超7000余条/日"], units) == HOLDS
    assert verdict("RT-10", INFO, at_least, ["54.5万条", "超7000余条/日"], units) == INFO, "cut off, still below"
    assert verdict("RT-10", INFO, at_least, ["60万条", "超7000余条/日"], units) == HOLDS
