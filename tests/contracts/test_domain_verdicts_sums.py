"""The verdicts of rules.md sections 2 and 3, sums of parts, cumulative counts and repeated values, by rule id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest

from contracts.comparisons import EQUAL
from contracts.context import Reference
from contracts.interval import Interval
from contracts.measure import Context
from contracts.prose import scan
from contracts.relations import (
    Relation,
    never_falls,
    not_after,
    ordered,
    part_of,
    percent_change,
    same_as,
    shared_between,
    sums_to,
)
from contracts.targets import State, attain
from contracts.terms import Operand, Times, stated
from tests.contracts.right_rows import FORMS, RIGHT
from tests.contracts.stated_rows import ask, number, operands, rows_of, typed
from tests.contracts.verdicts import (
    BLOCKED,
    COUNT,
    DATE,
    ERROR,
    HOLDS,
    INFO,
    ITEMS,
    NOT_ASKED,
    TEXT,
    WARN,
    As,
    Setting,
    condition,
    decides,
    figure,
    quantity,
    relation,
    said,
    told,
    verdict,
    word,
)

COUNTS, DAYS = As(kind=COUNT), As(kind=DATE)


def total(whole: Operand, *parts: Operand) -> Relation:
    return sums_to(whole, parts)


def some(whole: Operand, *parts: Operand) -> Relation:
    return sums_to(whole, parts, complete=False)


# --- 2. sums of parts


@decides("SP-1")
def test_sp_1_the_carriers_add_up() -> None:
    assert verdict("SP-1", ERROR, total, ["30729", "9185", "12359", "9185"], COUNTS) == HOLDS
    swapped = ["30729", "9185", "12395", "9185"]
    assert verdict("SP-1", ERROR, total, swapped, COUNTS) == ERROR, "two digits swapped"
    assert said(total, *swapped, kind=COUNT).gap == 36


def sharing(*texts: str | None) -> tuple[str, str]:
    """What is said of built, opened and shared: that more was opened than built, and that they do not add up."""
    fields = [number(name, type_=COUNT) for name in ("built", "opened", "shared")]
    fields[2] = replace(fields[2], required=False)
    built, opened, shared = operands(fields)
    undeclared = relation("SP-2a", WARN, part_of(opened, built), when=pl.col("shared").is_null())
    adds_up = relation("SP-2b", ERROR, shared_between(built, [opened], shared))
    row = dict(zip(("built", "opened", "shared"), texts, strict=True))
    first = word(undeclared, fields, row, Setting(beside=(adds_up,)))
    return first, word(adds_up, fields, row, Setting(beside=(undeclared,)))


@decides("SP-2")
def test_sp_2_more_opened_than_built_because_two_share() -> None:
    made = lambda built, a, b, c, shared: shared_between(built, [a, b, c], shared)  # noqa: E731
    assert said(made, "21544", "9185", "12359", "9185", "9185", kind=COUNT).holds is True
    assert said(made, "21544", "9185", "12359", "9185", "9184", kind=COUNT).holds is False
    assert sharing("21544", "30729", "9185") == (NOT_ASKED, HOLDS), "declared: a correct report is not rejected"
    assert sharing("21544", "30729", None) == (WARN, BLOCKED), "no sharing declared"
    assert sharing("21544", "30729", "9184") == (NOT_ASKED, ERROR)
    assert sharing("21544", "21000", None) == (HOLDS, BLOCKED)
    assert verdict("SP-2", ERROR, part_of, ["30729", "21544"], COUNTS) == ERROR, "what the naive rule would say"


@decides("SP-3")
def test_sp_3_who_share_report_the_same() -> None:
    assert verdict("SP-3", INFO, same_as, ["9185", "9185"], COUNTS) == HOLDS
    assert verdict("SP-3", INFO, same_as, ["9185", "9186"], COUNTS) == INFO


@decides("SP-4", "SP-5")
def test_sp_4_and_sp_5_an_incomplete_list_is_only_at_most() -> None:
    assert 46 - 24 == 22, "the increase, of which 1 + 1 are named: 20 are not itemised"
    assert verdict("SP-4", ERROR, some, ["22", "1", "1"], COUNTS) == HOLDS
    assert verdict("SP-4", ERROR, some, ["1", "1", "1"], COUNTS) == ERROR
    assert said(total, "22", "1", "1", kind=COUNT).gap == 20, "what equality would demand"
    assert verdict("SP-5", ERROR, some, ["32", "1", "16", "3", "4"], COUNTS) == HOLDS
    assert verdict("SP-5", ERROR, some, ["23", "1", "16", "3", "4"], COUNTS) == ERROR
    assert verdict("SP-5", ERROR, total, ["30729", "9185", "12359", "9184"], COUNTS) == ERROR, "a complete list is all"


@decides("SP-6")
@pytest.mark.parametrize(
    ("part", "whole", "severity"),
    [
        ("18个", "50个", ERROR),
        ("18个", "86个", ERROR),
        ("25款", "308款", ERROR),
        ("25款", "308个", ERROR),
        ("312个", "264.5万个", INFO),  # a subset is assumed
        ("2个", "490个", INFO),
    ],
)
def test_sp_6_a_subset_is_no_more_than_the_set(part: str, whole: str, severity: str) -> None:
    assert verdict("SP-6", severity, part_of, [part, whole]) == HOLDS
    assert verdict("SP-6", severity, part_of, [whole, part]) == severity


FOUR_ZEROS = (
    "全力以赴实现“通信保障零事故、重要客户零投诉、网络安全零重大\n事件、保障人员疫情零感染”的“四零目标”。"  # BJ row 2
)


@decides("SP-7")
def test_sp_7_four_zeros_are_announced_and_four_are_named() -> None:
    zeros = [span for span in scan(FOUR_ZEROS) if span.quantity and span.quantity.kind == "zero"]
    named = "、".join(FOUR_ZEROS[span.start : span.end].replace("\n", "") for span in zeros)
    assert named == "零事故、零投诉、零重大事件、零感染"
    fields = [number("announced", "项", COUNT), number("named", type_=ITEMS)]
    rule = relation("SP-7", WARN, same_as(*operands(fields)))
    assert word(rule, fields, {"announced": "4", "named": named}) == HOLDS
    assert word(rule, fields, {"announced": "4", "named": named.replace("零感染", "")}) == WARN


@decides("SP-8")
def test_sp_8_units_systems_domains_addresses() -> None:
    fields = [number(name, type_=COUNT) for name in "abcd"]
    row = dict(zip("abcd", ("25", "54", "81", "2636"), strict=True))
    links = [relation("SP-8", INFO, link) for link in ordered(*operands(fields))]
    assert [word(link, fields, row) for link in links] == [HOLDS, HOLDS, HOLDS]
    assert [word(link, fields, row | {"b": "24"}) for link in links] == [INFO, HOLDS, HOLDS]


RACKS = "新增机架 30973 个（折算 2.5KW 标准机架）。"  # JX item 5


@decides("SP-9")
def test_sp_9_the_power_of_the_racks_is_derived_and_nobody_reported_it() -> None:
    racks, each = (span.quantity for span in scan(RACKS) if span.quantity)
    assert racks is not None
    assert each is not None
    assert [(racks.value, racks.unit), (each.value, each.unit)] == [(30973, "个"), (quantity("2.5").value, "kW")]
    assert "77432" not in RACKS, "derived, never as reported"
    fields = [number("racks", "个", COUNT), number("power", "kW")]
    derived = Times(stated(fields[0]), each.value or 0)
    frame = typed(fields, [{"racks": "30973", "power": "77432.5kW"}])
    relation_ = Relation(stated(fields[1]), EQUAL, derived)
    assert relation_.answer(rows_of(relation_, frame)[0]).right == Interval.point(quantity("77432.5").value or 0)
    rule = relation("SP-9", INFO, relation_)
    assert word(rule, fields, {"racks": "30973", "power": "77432.5kW"}) == HOLDS
    assert word(rule, fields, {"racks": "30973", "power": "77342.5kW"}) == INFO


# --- 3. cumulative counts and repeated values


@decides("MO-1")
def test_mo_1_what_is_cumulative_never_falls_and_is_dated() -> None:
    assert verdict("MO-1", ERROR, never_falls, ["33544", "30729"], COUNTS) == HOLDS
    assert verdict("MO-1", ERROR, never_falls, ["30729", "33544"], COUNTS) == ERROR
    assert said(never_falls, "30729", "33544", kind=COUNT).gap == 2815
    assert said(percent_change, "9.16%", "30729", "33544", units=("%", "", "")).holds is True
    assert said(not_after, "2020-11-30", None, kind=DATE).holds is None, "008-1 has no day: the order is not proved"
    day = replace(number("as_of", type_=DATE), required=False)
    dated = condition("MO-1", WARN, pl.col("as_of").is_not_null(), "as_of")
    assert word(dated, [day], {"as_of": None}) == WARN
    assert word(dated, [day], {"as_of": "2020-11-30"}) == HOLDS


@decides("MO-2")
def test_mo_2_the_same_value_twice_is_allowed() -> None:
    for make in (never_falls, same_as):
        assert verdict("MO-2", INFO, make, ["46", "46"], COUNTS) == HOLDS


def websites(previous: Mapping[str, str] | None, **now: str) -> str:
    """What the shipped form says (WF-04) of the websites handled so far this year."""
    right = RIGHT["website_filing"]
    before = () if previous is None else ({**right.previous[0], **previous},)
    changed = replace(right.changed(0, **now), previous=before)
    return told("WF-04", FORMS.judge("website_filing", changed))


@decides("MO-3")
def test_mo_3_within_a_year_a_count_up_to_a_day_never_falls_once_there_are_two() -> None:
    """JX 022-2, by the form that ships."""
    now = {"found": "490", "handled": "490", "as_of": "2020-11-30"}
    assert websites(None, **now) == BLOCKED, "a single observation: the rule waits for the next period"
    assert websites({"handled": "412", "found": "412", "as_of": "2020-10-31"}, **now) == HOLDS
    assert websites({"handled": "491", "found": "491", "as_of": "2020-10-31"}, **now) == ERROR
    assert websites({"handled": "623", "found": "623", "as_of": "2019-12-31"}, **now) == NOT_ASKED, "another year"


@pytest.mark.parametrize("text", ["2.3万个", "66.2万户", "636家", "766万次", "84个"])
def test_mo_3_the_same_of_rounded_counts(text: str) -> None:
    """BJ 05-A1/A3, AH 5-2..5-4: an observation alone is not told, and a later smaller one is an error."""
    unit = quantity(text).unit
    assert verdict("MO-3", ERROR, never_falls, [text, f"{(quantity(text).value or 0) * 2}{unit}"], As(unit)) == ERROR
    assert said(never_falls, text, None, unit=unit).holds is None


@decides("MO-4")
def test_mo_4_one_number_reported_twice_agrees_in_value_and_differs_in_unit() -> None:
    fields = [number("a"), number("b")]
    value = relation("MO-4v", ERROR, same_as(*operands(fields)))
    unit = condition("MO-4u", WARN, pl.col("a__unit") == pl.col("b__unit"), "a", "b")

    def both(a: str, b: str) -> tuple[str, str]:
        row = {"a": a, "b": b}
        return word(value, fields, row, Setting((unit,))), word(unit, fields, row, Setting((value,)))

    assert both("308款", "308个") == (HOLDS, WARN)
    assert both("25款", "25款") == (HOLDS, HOLDS)
    assert both("308款", "309款") == (ERROR, HOLDS)


@decides("MO-5")
def test_mo_5_one_fact_in_two_items_agrees() -> None:
    for one, other in (
        ("6 月 23 日", "6 月 23 日"),
        ("2020年6月23日", "2020-06-23"),
        ("2020年6月", "2020-06-23"),
    ):
        assert verdict("MO-5", WARN, same_as, [one, other], DAYS) == HOLDS, "the drill of items 9 and 17"
    assert verdict("MO-5", WARN, same_as, ["2020年6月24日", "2020-06-23"], DAYS) == WARN
    assert verdict("MO-5", WARN, same_as, ["三年时间", "三年"], As("年")) == HOLDS, "the plan of items 7 and 18"


def registered(now: str, scope: str, before: str, of: str) -> str:
    """What is said of a total of identifiers, compared with an earlier one of the same scope."""
    fields = [number("scope", type_=TEXT), number("total", "个")]
    earlier = Context("previous", ((pl.col("scope"), "scope"),), ("total", *TWINS), "prev_", "上期报送", "earlier")
    held = never_falls(stated(fields[1]), stated(fields[1], "prev_"))
    rule = relation("MO-6", ERROR, held)
    reference = Reference(
        typed(fields, [{"scope": of, "total": before}]), {"scope": "A", "total": "B"}, "表", "早.xlsx"
    )
    row = {"scope": scope, "total": now}
    return word(rule, fields, row, Setting(contexts=(earlier,), references={"previous": reference}))


TWINS = tuple(
    f"total__{part}" for part in ("low", "high", "low_closed", "high_closed", "comparator", "precision", "text")
)


@decides("MO-6")
def test_mo_6_another_scope_is_no_fall() -> None:
    assert registered("90.8亿个", "北京顶级节点", "突破97亿个", "全国") == BLOCKED, (
        "nothing of its own scope to compare with"
    )
    assert registered("90.8亿个", "全国", "突破97亿个", "全国") == ERROR
    assert registered("98.1亿个", "全国", "97.2亿个", "全国") == HOLDS
    national, node = figure("97亿", scope="全国"), figure("90.8亿", scope="北京顶级节点")
    found = attain(national, node)
    assert (found.state, found.otherwise) == (State.NOT_COMPARABLE, State.NOT_MET)


def test_a_list_counts_as_many_as_it_names() -> None:
    fields = [number("n", type_=COUNT), number("names", type_=ITEMS)]
    made = same_as(*operands(fields))
    assert ask(made, fields, n="3", names="江西电信、江西移动、江西联通").holds is True
    assert ask(made, fields, n="4", names="江西电信、江西移动、江西联通").gap == 1
    assert ask(made, fields, n="4", names=None).holds is None
