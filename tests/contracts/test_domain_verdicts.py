"""The verdicts of the domain's own rule list, by rule id: PC, SP, MO, SF, TA, RT, RG, TC and WD-1.

Each is worked out from the texts of the published documents (in the comments: document and item) by the relations and
targets that contracts are made of. error → 强制, warn → 核实, info → 提示, blocked → cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from contracts.field import Field, Type
from contracts.interval import Interval, smallest_denominator
from contracts.period import Period
from contracts.quantity import Quantity, parse_quantity
from contracts.relation_rules import power_note, relation_rule
from contracts.relations import (
    Relation,
    never_falls,
    not_after,
    ordered,
    part_of,
    percent_change,
    rate_of,
    same_as,
    shared_between,
    stock_flow,
    sums_to,
    within,
)
from contracts.targets import Attainment, State, attain, stated_quantity
from contracts.terms import Operand
from tests.contracts.stated_rows import ask, columnwise, number, operands, typed

COUNT, DECIMAL, QUANTITY, DATE = Type.COUNT, Type.DECIMAL, Type.QUANTITY, Type.DATE
Made = Callable[..., Relation]


def said(make: Made, *texts: str, unit: str = "", kind: Type = QUANTITY, units: tuple[str, ...] = ()) -> Any:
    """The answer of the relation made of one operand for each text."""
    names = [f"x{i}" for i in range(len(texts))]
    fields = [number(n, u, kind) for n, u in zip(names, units or (unit,) * len(texts), strict=True)]
    return ask(make(*operands(fields)), fields, **dict(zip(names, texts, strict=True)))


# --- 1. ranges


@pytest.mark.parametrize("text", ["100%", "99.5%", "95%", "超98%", "55%", "60%", "97%以上"])
def test_rg_1_rates_lie_between_0_and_100(text: str) -> None:
    assert said(lambda x: within(x, 0, 100), text, unit="%").holds is not False


def test_rg_1_and_rg_2_a_rate_beyond_100_is_broken() -> None:
    assert said(lambda x: within(x, 0, 100), "100.1%", unit="%").holds is False
    assert said(lambda x: within(x, 0, 100), "超100%", unit="%").holds is False
    assert said(lambda x: within(x, 0, 100), ">=100.1%", unit="%").holds is False


def test_rg_3_a_fall_is_above_0_and_at_most_100() -> None:
    fall = lambda x: within(x, 0, 100, open_low=True)  # noqa: E731
    assert said(fall, "降低15%", unit="%").holds is True
    assert said(fall, "下降81.07%", unit="%").holds is True
    assert said(fall, "下降120%", unit="%").holds is False
    assert said(lambda x: within(x, 0, 50), "下降81.07%", unit="%").holds is False, "the warning of RG-3"


def test_rg_4_and_rg_6_counts_are_whole_and_zero_is_a_value() -> None:
    whole = parse_quantity("45.2万")
    assert whole is not None
    assert whole.value == 452_000
    zero = parse_quantity("零投诉")
    assert zero is not None
    assert {zero.value, zero.low, zero.high} == {Decimal(0)}


def test_rg_5_prices_are_above_zero() -> None:
    for text in ("0.31元/Mbps", "0.24元/Mbps", "10.08元/Mbps", "5.75元/Mbps"):
        assert said(lambda x: within(x, 0, None, open_low=True), text, unit="元/Mbps").holds is True
    # A price of 0.00 may have been rounded to it; a negative one cannot be.
    assert said(lambda x: within(x, 0, None, open_low=True), "-0.31元/Mbps", unit="元/Mbps").holds is False


def test_rg_7_a_discount_of_three_tenths() -> None:
    found = parse_quantity("三折")
    assert found is not None
    assert found.value == Fraction(3, 10)


# --- 2. sums of parts


def test_sp_1_the_carriers_add_up() -> None:
    total = lambda whole, *parts: sums_to(whole, parts)  # noqa: E731
    assert said(total, "30729", "9185", "12359", "9185", kind=COUNT).holds is True
    assert said(total, "30729", "9185", "12395", "9185", kind=COUNT).holds is False, "two digits swapped"
    assert said(total, "30729", "9185", "12395", "9185", kind=COUNT).gap == 36


def test_sp_2_more_opened_than_built_because_two_share() -> None:
    made = lambda built, a, b, c, shared: shared_between(built, [a, b, c], shared)  # noqa: E731
    assert said(made, "21544", "9185", "12359", "9185", "9185", kind=COUNT).holds is True
    assert said(made, "21544", "9185", "12359", "9185", "9184", kind=COUNT).holds is False
    assert said(part_of, "30729", "21544", kind=COUNT).holds is False, "what the naive rule would say"


def test_sp_3_who_share_report_the_same() -> None:
    assert said(same_as, "9185", "9185", kind=COUNT).holds is True


def test_sp_4_and_sp_5_an_incomplete_list_is_only_at_most() -> None:
    some = lambda whole, *parts: sums_to(whole, parts, complete=False)  # noqa: E731
    assert said(some, "22", "1", "1", kind=COUNT).holds is True
    assert said(some, "32", "1", "16", "3", "4", kind=COUNT).holds is True
    assert said(some, "23", "1", "16", "3", "4", kind=COUNT).holds is False
    assert said(lambda whole, *parts: sums_to(whole, parts), "22", "1", "1", kind=COUNT).holds is False


@pytest.mark.parametrize(
    ("part", "whole"), [("18", "50"), ("18", "86"), ("25", "308"), ("312", "264.5万"), ("2", "490")]
)
def test_sp_6_a_subset_is_no_more_than_the_set(part: str, whole: str) -> None:
    assert said(part_of, part, whole).holds is True
    assert said(part_of, whole, part).holds is False


def test_sp_8_units_systems_domains_addresses() -> None:
    names = "abcd"
    fields = [number(name, type_=COUNT) for name in names]
    row = dict(zip(names, ("25", "54", "81", "2636"), strict=True))
    assert [ask(link, fields, **row).holds for link in ordered(*operands(fields))] == [True, True, True]


# --- 3. cumulative counts and repeated values


def test_mo_1_what_is_cumulative_never_falls() -> None:
    assert said(never_falls, "33544", "30729", kind=COUNT).holds is True
    assert said(never_falls, "30729", "33544", kind=COUNT).holds is False
    assert said(never_falls, "30729", "33544", kind=COUNT).gap == 2815


def test_mo_2_the_same_value_twice_is_allowed() -> None:
    assert said(never_falls, "46", "46", kind=COUNT).holds is True


def test_mo_4_one_number_reported_twice_agrees_in_value_and_differs_in_unit() -> None:
    one, other = parse_quantity("308款"), parse_quantity("308个")
    assert one is not None
    assert other is not None
    assert (one.value, one.unit, other.unit) == (other.value, "款", "个")
    assert said(same_as, "308", "308", kind=COUNT).holds is True


def test_mo_5_the_same_day_twice() -> None:
    assert said(same_as, "2020年6月23日", "2020-06-23", kind=DATE).holds is True
    assert said(same_as, "2020年6月", "2020-06-23", kind=DATE).holds is True, "the month contains it"
    assert said(same_as, "2020年6月24日", "2020-06-23", kind=DATE).holds is False


def test_mo_6_another_scope_is_no_fall() -> None:
    national, node = stated("97亿", scope="全国"), stated("90.8亿", scope="北京顶级节点")
    found = attain(national, node)
    assert found.state is State.NOT_COMPARABLE
    assert found.otherwise is State.NOT_MET


# --- 4. stock and flow


def test_sf_1_data_centres() -> None:
    assert said(stock_flow, "46", "24", "22", kind=COUNT).holds is True
    assert said(stock_flow, "46", "24", "2", kind=COUNT).holds is False
    assert said(stock_flow, "46", "24", "2", kind=COUNT).gap == 20, "the unexplained net change"


def test_sf_2_an_opening_that_follows_from_rounded_numbers() -> None:
    assert said(lambda o, c, a: stock_flow(c, o, a), "5.2万", "7.5万", "2.3万").holds is True
    assert said(lambda o, c, a: stock_flow(c, o, a), "51200", "7.5万", "2.3万").holds is True
    assert said(lambda o, c, a: stock_flow(c, o, a), "5.5万", "7.5万", "2.3万").holds is False
    assert said(part_of, "2.3万", "7.5万").holds is True


def test_sf_3_gigabit_users() -> None:
    assert said(lambda o, c, a: stock_flow(c, o, a), "63.4万", "129.6万", "66.2万").holds is True
    assert said(lambda o, c, a: stock_flow(c, o, a), "63.9万", "129.6万", "66.2万").holds is False


def test_sf_4_a_bound_gives_a_bound() -> None:
    opening = lambda o, c, a: stock_flow(c, o, a)  # noqa: E731
    assert said(opening, "748.3万", "突破1000万", "251.7万").holds is True, "rounding leaves 748.3 possible"
    assert said(opening, "900万", "突破1000万", "251.7万").holds is True, "and nothing bounds it above"
    assert said(opening, "700万", "突破1000万", "251.7万").holds is False


# --- 5. percent change under rounding


def fall_of(change: Operand, before: Operand, after: Operand) -> Relation:
    return percent_change(change, before, after, fall=True)


PRICES = ("%", "元/Mbps", "元/Mbps")


def test_pc_1_consistent_but_with_little_power() -> None:
    answer = said(fall_of, "22.1%", "0.31元/Mbps", "0.24元/Mbps", units=PRICES)
    assert answer.holds is True
    assert answer.digits == 4, "ask for prices to four significant digits"
    assert said(fall_of, "22.3%", "0.31元/Mbps", "0.24元/Mbps", units=PRICES).holds is True, (
        "nearly anything would pass"
    )


def test_pc_2_consistent_on_intervals_and_a_falsified_one_is_broken() -> None:
    assert said(fall_of, "42.9%", "10.08元/Mbps", "5.75元/Mbps", units=PRICES).holds is True
    assert said(fall_of, "42.9%", "10.08元/Mbps", "5.75元/Mbps", units=PRICES).digits == 0
    assert said(fall_of, "43.0%", "10.08元/Mbps", "5.75元/Mbps", units=PRICES).holds is True
    broken = said(fall_of, "43.3%", "10.08元/Mbps", "5.75元/Mbps", units=PRICES)
    assert broken.holds is False
    # With exact prices and half-up rounding 42.9 would be refused: that is the tool this one replaces.
    exact = (Fraction("10.08") - Fraction("5.75")) / Fraction("10.08") * 100
    assert round(exact, 1) == 43


def test_pc_as_a_clerk_reads_it() -> None:
    """The whole way: relation, rule, plan, message."""
    fields = [number("降幅", "%"), number("原资费", "元/Mbps"), number("现资费", "元/Mbps")]
    relation = fall_of(*operands(fields))
    broken = relation_rule("PC-2", relation, title_zh="降幅", title_en="fall", basis="测试")
    coarse = power_note("PC-1", relation, basis="测试")
    rows = [("22.1%", "0.31", "0.24"), ("43.3%", "10.08", "5.75"), ("42.9%", "10.08", "5.75"), ("42.9%", None, "5.75")]
    frame = typed(fields, [dict(zip((f.name for f in fields), row, strict=True)) for row in rows])
    answers = frame.lazy().select(broken.answer.alias("b"), coarse.answer.alias("c")).collect()
    assert answers["b"].to_list() == [True, False, True, None]
    assert answers["c"].to_list() == [False, True, True, True]
    words = frame.select(**dict(broken.values), expected=pl.coalesce(broken.expected))
    assert words.row(1) == ("42.87～43.04", "0.215", "= 42.87～43.04")
    assert broken.message_zh == (
        "“降幅”{降幅}，而（1 − “现资费”{现资费} ÷ “原资费”{原资费}）× 100 应为 {implied}，至少相差 {gap}，"
        "四舍五入或截位都不能解释；请核对各项，更正后重新报送。"
    )
    digits = frame.select(coarse.values["digits"]).to_series()
    assert digits[0] == "4"


def test_pc_3_another_period_is_not_comparable() -> None:
    target = stated("下降10%以上", period=Period.parse("2021"))
    actual = stated("下降22.1%", period=Period.parse("2020"))
    found = attain(target, actual)
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)


def test_pc_4_without_both_levels_it_cannot_be_told() -> None:
    fields = [number("c", "%"), number("a"), number("b")]
    assert ask(fall_of(*operands(fields)), fields, c="81.07%", a=None, b=None).holds is None


def test_pc_6_direction() -> None:
    assert said(lambda new, old: part_of(new, old), "0.24", "0.31", kind=DECIMAL).holds is True
    assert said(lambda c, a, b: percent_change(c, a, b), "22.1%", "0.31", "0.24", units=("%", "", "")).holds is False


def test_growth_from_zero_is_not_told() -> None:
    for base in ("0", "-5"):
        fields = [number("c", "%", DECIMAL), number("a", type_=COUNT), number("b", type_=COUNT)]
        fields[1] = Field("a", "a", "a", COUNT, signed=True)
        assert ask(percent_change(*operands(fields)), fields, c="100", a=base, b="7").holds is None


# --- 6. target attainment


def quantity(text: str, **how: Any) -> Quantity:
    found = parse_quantity(text, **how)
    assert found is not None, text
    return found


def stated(text: str, **about: Any) -> Any:
    return stated_quantity(quantity(text), **about)


def aimed(text: str, actual: str | None, **about: Any) -> Attainment:
    target = stated_quantity(quantity(text, role="target"))
    return attain(target, None if actual is None else stated(actual, **about))


@pytest.mark.parametrize(
    ("rule", "target", "actual"),
    [
        ("TA-1", "达98%", "达99.5%"),
        ("TA-2", "不少于6000个", "2.3万个"),
        ("TA-3", "10万户", "66.2万户"),
        ("TA-4", "50个", "86个"),
        ("TA-5", "18个", "18个"),
        ("TA-6", "6000家", "1.8万家"),
        ("TA-7", "超90亿", "90.8亿"),
        ("TA-8", "超40亿", "超83.3亿"),
        ("TA-9", "下降20%", "下降81.07%"),
        ("TA-10", "19家", "19家"),
        ("TA-11", "超90%", "95%"),
        ("TA-13", "超90%", "93%"),
        ("TA-14", "达95%", "超98%"),
        ("TA-15", "超1万份", "超10万份"),
        ("TA-16", "0起", "0起"),
    ],
)
def test_ta_targets_that_are_met(rule: str, target: str, actual: str) -> None:
    assert aimed(target, actual).state is State.MET, rule


def test_ta_5_met_exactly_tells_at_least_from_more_than() -> None:
    assert aimed(">=18个", "18个").state is State.MET
    assert aimed(">=18个", "18个").margin == 0
    assert aimed(">18个", "18个").state is State.NOT_MET
    assert aimed("18个", "17个").state is State.NOT_MET
    assert aimed("18个", "17个").margin == -1


def test_ta_7_the_precision_decides() -> None:
    assert aimed("超90亿", "91亿").state is State.MET
    assert aimed("超90亿", "90亿").state is State.UNDECIDABLE
    assert aimed("超90亿", "90.8亿").margin == 75_000_000


def test_ta_9_met_only_as_of_october() -> None:
    target = stated_quantity(quantity("下降20%", role="target"), period=Period.parse("2022"))
    found = attain(target, stated("下降81.07%", period=Period.parse("2022"), as_of=date(2022, 10, 31)))
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)
    counted = attain(
        stated_quantity(quantity("不少于6000个", role="target"), period=Period.parse("2022")),
        stated("2.3万个", period=Period.parse("2022"), as_of=date(2022, 11, 30), cumulative=True),
    )
    assert counted.state is State.MET, "what only grows and has passed its target cannot fall short of it again"


def test_ta_12_necessary_but_not_sufficient() -> None:
    year = Period.parse("2022")
    monthly = stated_quantity(quantity("20款", role="target"), period=year, each="月")
    found = attain(monthly, stated("308款", period=year))
    assert (found.state, found.ratio) == (State.NECESSARY, Fraction(308, 240))
    assert attain(monthly, stated("239款", period=year)).state is State.NOT_MET


def test_ta_14_another_scope_is_not_comparable() -> None:
    found = attain(
        stated_quantity(quantity("达95%", role="target"), scope="录音先导型"), stated("超98%", scope="录音型及自然人")
    )
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)


@pytest.mark.parametrize(("rule", "target"), [("TA-17", "0起"), ("TA-18", "零投诉")])
def test_ta_17_and_18_a_zero_that_nobody_confirmed_is_missing(rule: str, target: str) -> None:
    found = attain(stated_quantity(quantity(target, role="target")), None)
    assert found.state is State.MISSING, rule


@pytest.mark.parametrize(
    ("target", "actual", "check"),
    [
        ("6000个", "2.3万个", True),
        ("10万户", "66.2万户", True),
        ("下降20%", "下降81.07%", True),
        ("1万份", "10万份", True),
        ("6000家", "1.8万家", False),
        ("18个", "18个", False),
        ("50个", "5个", True),
    ],
)
def test_ta_19_far_beyond_or_a_power_of_ten_asks_for_a_unit_check(target: str, actual: str, check: bool) -> None:
    assert aimed(target, actual).check_unit is check


def test_ta_20_started_is_not_finished() -> None:
    found = attain(stated("100个", scope="建成"), stated("139个", scope="进场实施（含完工）"))
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.MET)


def test_ta_21_a_bare_assertion_meets_only_the_bare_target() -> None:
    asserted = quantity("完成降低15%的目标")
    assert attain(stated_quantity(quantity("降低15%", role="target")), stated_quantity(asserted)).state is State.MET


def test_a_target_of_another_unit_is_not_compared_but_a_multiple_is_converted() -> None:
    assert aimed("6000个", "7000户").state is State.NOT_COMPARABLE
    assert aimed("1Gbps", "1200Mbps").state is State.MET
    assert aimed("不超过5个", "3个").state is State.MET
    assert aimed("不超过5个", "6个").margin == -1
    assert aimed("0起", "1起").state is State.NOT_MET


# --- 7. rates


def test_rt_1_and_rt_2_one_count_beside_a_rate_can_be_either() -> None:
    """Ambiguous: as numerator and as denominator both give whole numbers, so neither can be told from the text."""
    for count, rate, totals, handled in (
        (1616, "95%", (1693, 1710), (1528, 1543)),
        (918, "93%", (982, 992), (850, 858)),
    ):
        stated_rate = parse_quantity(rate)
        assert stated_rate is not None
        assert stated_rate.low is not None
        assert stated_rate.high is not None
        share = Interval.of(stated_rate.low, stated_rate.high, high_closed=False).times(Fraction(1, 100))
        total = Interval.point(count).over(share)
        assert total is not None
        assert total.integers() == totals
        assert share.times(count).integers() == handled
        as_numerator = said(lambda r, n: rate_of(r, n), rate, f"{count}", units=("%", ""))
        as_denominator = said(lambda r, d: rate_of(r, None, d), rate, f"{count}", units=("%", ""))
        assert (as_numerator.holds, as_denominator.holds) == (True, True)


def test_rt_1t_the_same_when_the_percentage_was_cut_off() -> None:
    share = Interval.of(95, 96, high_closed=False).times(Fraction(1, 100))
    total = Interval.point(1616).over(share)
    assert total is not None
    assert total.integers() == (1684, 1701)


def test_rt_3_and_rt_4_all_of_them_is_exactly_all() -> None:
    for count in ("3286", "490"):
        assert said(rate_of, "100%", count, count, units=("%", "", "")).holds is True
    assert said(rate_of, "100%", "3285", "3286", units=("%", "", "")).holds is False


def test_rt_6_two_lower_bounds_bound_nothing() -> None:
    assert said(lambda r, n: rate_of(r, n), "超98%", "超2896万", units=("%", "")).holds is None


def test_rt_7_a_denominator_too_small_for_the_rate() -> None:
    assert said(lambda r, d: rate_of(r, None, d), "99.5%", "182", units=("%", "")).holds is True
    # Below 182 there are only the ones whose multiples come close enough when cut off.
    assert said(lambda r, d: rate_of(r, None, d), "99.5%", "150", units=("%", "")).holds is False
    share = Interval.of(Fraction("0.9945"), Fraction("0.9955"), high_closed=False)
    assert smallest_denominator(share) == 182


# --- 8 and 9. order of days; units that do not subtract


def test_dl_10_to_dl_14_order_of_days() -> None:
    for earlier, later in (
        ("2020-03-25", "2020-05-01"),
        ("2020年10月", "2020-12-23"),
        ("2020-09-14", "2020-09-22"),
        ("2020-12-10", "2020-12-18"),
        ("2020-11-18", "2020-11-25"),
    ):
        assert said(not_after, earlier, later, kind=DATE).holds is True
        assert said(not_after, later, earlier, kind=DATE).holds is False


def test_wd_1_days_and_working_days_do_not_subtract() -> None:
    sixty, twenty_six = quantity("60日"), quantity("26个工作日")
    assert (sixty.unit, twenty_six.unit) == ("日", "工作日")
    found = attain(stated_quantity(twenty_six), stated_quantity(sixty))
    assert found.state is State.NOT_COMPARABLE, "no conversion, and so no reduction in percent"
    thirty, ten = quantity("30个工作日"), quantity("10个工作日")
    assert attain(stated_quantity(ten), stated_quantity(thirty)).state is State.MET


# --- 10. completeness


def test_tc_11_and_tc_12_named_at_most_announced() -> None:
    for named, announced in (("2", "10"), ("3", "25"), ("5", "16"), ("24", "32")):
        assert said(part_of, named, announced, kind=COUNT).holds is True
    assert said(same_as, "4", "4", kind=COUNT).holds is True


def test_tc_3_levels_never_get_fewer() -> None:
    fields = [number(name, type_=COUNT) for name in "abcd"]
    row = dict(zip("abcd", ("14", "23", "37", "46"), strict=True))
    assert all(ask(link, fields, **row).holds for link in ordered(*operands(fields)))


def test_columns_of_all_these_are_one_plan() -> None:
    """Several relations over one frame, as a contract has them."""
    fields = [number("a", type_=COUNT), number("b", type_=COUNT), number("c", "%")]
    a, b, c = operands(fields)
    frame = typed(fields, [{"a": "5", "b": "10", "c": "50%"}, {"a": "5", "b": "10", "c": "60%"}])
    both: list[Relation] = [part_of(a, b), rate_of(c, a, b)]
    assert [columnwise(r, frame) for r in both] == [[True, True], [True, False]]
