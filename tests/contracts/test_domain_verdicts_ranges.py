"""The verdicts of rules.md section 1, ranges, by rule id. Facts are named as facts.csv names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest

from contracts.examples import Row
from contracts.finding import Outcome
from contracts.relations import not_after, part_of, within
from contracts.terms import stated
from tests.contracts.right_rows import FORMS, RIGHT
from tests.contracts.stated_rows import number
from tests.contracts.verdicts import (
    BLOCKED,
    COUNT,
    DATE,
    ERROR,
    HOLDS,
    QUANTITY,
    WARN,
    As,
    aimed,
    condition,
    decides,
    judged,
    quantity,
    said,
    verdict,
    word,
)

PERCENT, PRICE = As("%"), As("元/Mbps")


@decides("RG-1")
@pytest.mark.parametrize("text", ["100%", "99.5%", "95%", "93%", "超98%", "55%", "60%", "80%", "97%以上", "99%以上"])
def test_rg_1_rates_lie_between_0_and_100(text: str) -> None:
    assert said(lambda x: within(x, 0, 100), text, unit="%").holds is not False
    assert verdict("RG-1", ERROR, lambda x: within(x, 0, 100), ["100.1%"], PERCENT) == ERROR


@decides("RG-2")
def test_rg_2_a_bound_on_a_rate_leaves_room() -> None:
    rate = lambda x: within(x, 0, 100)  # noqa: E731
    for bound in ("超98%", "超过97%", "99%以上", "100%以上"):
        assert verdict("RG-2", ERROR, rate, [bound], PERCENT) == HOLDS
    for impossible in ("超100%", ">=100.1%"):
        assert verdict("RG-2", ERROR, rate, [impossible], PERCENT) == ERROR


@decides("RG-3")
def test_rg_3_a_fall_is_above_0_and_at_most_100() -> None:
    fall = lambda x: within(x, 0, 100, open_low=True)  # noqa: E731
    steep = lambda x: within(x, 0, 50)  # noqa: E731
    for text in (
        "再降低 15%",
        "降低 15%以上",
        "下降81.07%",
        "降低 20%",
        "下降10%以上",
        "降幅22.1%",
        "降幅42.9%",
        "再降10%",
    ):
        assert verdict("RG-3", ERROR, fall, [text], PERCENT) == HOLDS
        assert verdict("RG-3", WARN, steep, [text], PERCENT) == (WARN if "81.07" in text else HOLDS)
    assert verdict("RG-3", ERROR, fall, ["下降120%"], PERCENT) == ERROR


@decides("RG-4")
def test_rg_4_counts_are_whole_and_not_negative() -> None:
    for text, count in (
        ("45.2万皮长公里", 452_000),
        ("1453.2万次", 14_532_000),
        ("2.3万个", 23_000),
        ("49.54万条", 495_400),
    ):
        assert quantity(text).value == count
    counted = [number("n", type_=COUNT)]
    for text, found in (("21544", HOLDS), ("0", HOLDS), ("77.8", ERROR), ("104.38", ERROR), ("-3", ERROR)):
        judgment = judged([], counted, [{"n": text}])
        assert (judgment.verdict.outcome is Outcome.ACCEPTED) == (found == HOLDS), text
    # What is measured, not counted, is a quantity, and keeps its decimals.
    for text in ("77.8公里", "104.38公里", "2.5KW"):
        assert judged([], [number("n")], [{"n": text}]).verdict.outcome is Outcome.ACCEPTED
        assert quantity(text).value != int(quantity(text).value or 0)


@decides("RG-5")
def test_rg_5_prices_are_above_zero() -> None:
    paid = lambda x: within(x, 0, None, open_low=True)  # noqa: E731
    for text in ("0.31元/Mbps", "0.24元/Mbps", "10.08元/Mbps", "5.75元/Mbps"):
        assert verdict("RG-5", ERROR, paid, [text], PRICE) == HOLDS
    # A price of 0.00 may have been rounded to it; a negative one cannot be.
    assert verdict("RG-5", ERROR, paid, ["-0.31元/Mbps"], PRICE) == ERROR
    other_unit = judged([], [number("n", "元/Mbps")], [{"n": "0.31元/GB"}])
    assert [(f.rule, f.blocks) for f in other_unit.verdict.findings] == [("SEED-n-unit", True)]


# JX 018-3; BJ 02-T1..T4, 04-T1, 08-T1, 02-A9, 02-A18, 08-A1, 16-A2
ZEROS = (
    "零伤亡", "零事故", "零投诉", "零重大\n事件", "零感染", "不发生聚集性疫\n情", "不发生重大及以上事\n故", "隐患清零",
    "无重大网络安全事件发生", "未发生重大及以上安全事故", "无重大突发事件发生",
)  # fmt: skip


@decides("RG-6")
def test_rg_6_eleven_zeros_are_values_and_none_is_missing() -> None:
    judgment = judged([], [number("n")], [{"n": text} for text in ZEROS])
    assert judgment.verdict.outcome is Outcome.ACCEPTED
    assert judgment.frame["n"].to_list() == [0] * 11
    blank = judged([], [number("n")], [{"n": ZEROS[0]}, {"n": None}])
    assert [(f.rule, f.rows, f.blocks) for f in blank.verdict.findings] == [("SEED-n-required", (1,), True)]


@decides("RG-7")
def test_rg_7_a_discount_of_three_tenths() -> None:
    discount = lambda x: within(x, 0, 1, open_low=True, open_high=True)  # noqa: E731
    assert quantity("三折").value == Fraction(3, 10)
    assert verdict("RG-7", ERROR, discount, ["三折"], As("倍")) == HOLDS
    assert verdict("RG-7", ERROR, discount, ["1.2倍"], As("倍")) == ERROR


# Every dated event of the Jiangxi report that is a day, a month or a span: fact, and the date as it is written there.
EVENTS = {
    "001-3": "10 月", "001-4": "12 月 17 日", "002-1": "8 月 14 日", "003-1": "11 月 30 日", "004-1": "12 月 30 日",
    "005-1": "12 月 20 日", "006-1": "10 月", "006-2": "12 月 23 日", "007-3": "9 月-12 月",
    "007-4": "9 月 15 日-18 日",
    "007-5": "12 月 30 日", "009-1": "6 月 23 日", "010-1": "5 月 12 日", "012-1": "1 月 20 日",
    "013-1": "2019 年 12 月 10 日", "013-2": "2019 年 12 月 18 日", "016-1": "3 月 25 日", "016-2": "5 月 1 日",
    "017-1": "6 月 23 日", "018-1": "9 月 14 日", "018-2": "9 月 22 日", "019-1": "6 月 8 日-13 日",
    "019-2": "8 月 31 日-9 月 5 日", "019-3": "11 月 2 日-8 日", "022-1": "11 月底", "023-1": "6 月 4 日",
    "024-1": "6月28日", "024-3": "7月1日", "025-1": "7月下旬", "025-2": "8月3日", "025-3": "7月20日-22日",
    "026-1": "2 月 27 日", "026-3": "10 月 15 日", "027-1": "5 月", "028-1": "2019 年 12 月 25 日-27 日",
    "033-1": "8 月 20 日", "035-4": "3 月 4 日", "036-1": "2020 年 11 月 18 日", "036-2": "11 月 25 日",
    "037-1": "8 月 30 日", "037-2": "12 月 31 日",
}  # fmt: skip


def node_rows() -> Sequence[Row]:
    """The events as finished nodes of the shipped form."""
    plain = {"indicator_no": "1", "state": "已完成", "narrative": "已按要求完成本项工作。", "problem": "无"}
    return [
        plain | {"node_no": f"1-{i}", "node": f"江西事项{fact}", "finished": day}
        for i, (fact, day) in enumerate(EVENTS.items(), 1)
    ]


@decides("RG-8")
def test_rg_8_three_of_all_events_lie_outside_the_year() -> None:
    """By the form that ships: WN-06."""
    right = replace(RIGHT["work_nodes"], rows=tuple(node_rows()))
    verdict_ = FORMS.judge("work_nodes", right, given={}).verdict
    outside = [f for f in verdict_.findings if f.rule == "WN-06"]
    assert [list(EVENTS)[f.rows[0]] for f in outside] == ["013-1", "013-2", "028-1"]
    assert all(f.awaits for f in outside), "warn: taken, and asked about"
    assert verdict_.outcome is Outcome.ACCEPTED
    (count,) = (c for c in verdict_.counts if c.rule == "WN-06")
    assert count.passed == len(EVENTS) - 3


@decides("RG-9")
def test_rg_9_what_is_counted_up_to_a_day_is_not_published_before_it() -> None:
    days = As(kind=DATE)
    for as_of, published in (
        ("2020-11-30", "2020-12-31"),
        ("2020-12-20", "2020-12-31"),
        ("2020-12-30", "2020-12-31"),
        ("2020-12-31", "2020-12-31"),
        ("2020-12-31", "2021-01-11"),
        ("2021-05-14", "2021-05-14"),
    ):
        assert verdict("RG-9", ERROR, not_after, [as_of, published], days) == HOLDS
    assert verdict("RG-9", ERROR, not_after, ["2021-01-12", "2021-01-11"], days) == ERROR
    assert said(not_after, "2021-01-15", "2021-01-11", kind=DATE).gap == 4
    assert verdict("RG-9", ERROR, not_after, [None, "2021-05-14"], days) != HOLDS, "no day is no pass"


@decides("RG-10")
@pytest.mark.parametrize("text", ["20户以上", "65歲以上", "不得超过5个"])
def test_rg_10_a_threshold_is_positive_sits_with_a_comparator_and_is_no_measured_value(text: str) -> None:
    field = number("x")
    bounds = condition("RG-10", ERROR, pl.col("x__comparator").is_in([">=", "<=", ">", "<"]), "x")
    assert word(bounds, [field], {"x": text}) == HOLDS
    assert word(bounds, [field], {"x": text.replace("以上", "").replace("不得超过", "")}) == ERROR
    assert verdict("RG-10", ERROR, lambda x: within(x, 0, None, open_low=True), [text]) == HOLDS
    found = quantity(text)
    assert found.low is None or found.high is None, "never a point that could be loaded as measured"
    if text.startswith("65"):
        assert found.kind == "definition"


def test_rg_10_as_an_actual_it_meets_no_more_than_it_says() -> None:
    assert aimed("不少于20户", "20户以上").state.value == "met"
    assert aimed("不少于21户", "20户以上").state.value == "undecidable"


def test_a_bound_that_lies_beyond_doubt_on_one_side_holds_and_another_cannot_be_told() -> None:
    above = lambda x: within(x, 0, None, open_low=True)  # noqa: E731
    assert said(above, "20户以上").holds is True
    assert said(above, "不超过5个").holds is True, "some of what it allows is above 0"
    assert said(above, "不超过0个").holds is False
    assert said(part_of, "2个", "超490个").holds is True
    assert said(part_of, "490个", "超490个").holds is True
    assert said(part_of, "491个", "超490个").holds is None
    assert said(part_of, "超490个", "490个").holds is False


def test_blocked_is_never_a_pass() -> None:
    field = replace(number("x", "%"), required=False)
    asked = condition("RG-0", ERROR, within(stated(field), 0, 100).holds, "x")
    assert word(asked, [field], {"x": None}) == BLOCKED
    assert word(asked, [field], {"x": "100%"}) == HOLDS
    assert field.type is QUANTITY
