"""What an explanation is bound to: which finding, which value, how far that may move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from contracts.explanations import BAND_PCT, Explanation, explain, finding_key, in_band, named, value_of
from contracts.finding import Finding, Outcome, Severity
from contracts.judge import Judgment
from contracts.period import Period
from contracts.structure import structure_finding
from tests.contracts.right_rows import RIGHT, judge_right, kinds

NOVEMBER, DECEMBER = Period.parse("2020-11"), Period.parse("2020-12")
FINDING = Finding(
    "NB-09",
    Severity.EXPLAIN,
    "共享 320 个过多",
    "too many",
    "≤ 300",
    "约定",
    field="g5_shared",
    filed="320",
    about="东市",
)
SAID = Explanation(
    "NB-09", "JIA", "network_build", NOVEMBER, "g5_shared", "东市", "320", "对方割接", "甲", date(2020, 12, 12)
)


def explained(finding: Finding, said: Explanation, period: Period = NOVEMBER) -> str | None:
    return explain(finding, [said], kind="network_build", filer="JIA", period=period).explained_by


def test_it_says_who_explained_it_when_and_how() -> None:
    assert explained(FINDING, SAID) == "甲（2020-12-12）：对方割接"
    assert explained(FINDING, SAID, DECEMBER) == "甲（2020-12-12，沿用2020年11月的说明）：对方割接"
    assert explained(FINDING, replace(SAID, given_on=None)) == "甲：对方割接"


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "NB-10"},
        {"filer": "YI"},
        {"kind": "tariffs"},
        {"field": "g5_opened"},
        {"about": "西市"},
        {"period": DECEMBER},
        {"value": "400"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_it_speaks_of_that_finding_alone_and_of_nothing_before_it(other: dict[str, object]) -> None:
    assert explained(FINDING, replace(SAID, **other)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("severity", [s for s in Severity if s is not Severity.EXPLAIN])
def test_only_what_asks_for_an_explanation_is_explained(severity: Severity) -> None:
    assert explained(replace(FINDING, severity=severity), SAID) is None


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ("320", "352", True),
        ("320", "352.01", False),
        ("320", "288", True),
        ("320", "287.9", False),
        ("3,200", "3200", True),
        ("2.3万", "23500", True),
        ("320个", "320户", False),
        ("99%以上", "99%", False),
        ("降低5%", "5%", False),
        ("0", "0.1", False),
        ("0", "0", True),
        ("-10", "-11", True),
        ("2019年12月10日", "2019年12月10日", True),
        ("2019年12月10日", "2019年12月11日", False),
        ("江西联通", "江西移动", False),
    ],
)
def test_a_number_may_move_within_its_band_and_a_text_not_at_all(before: str, now: str, same: bool) -> None:
    assert in_band(before, now, BAND_PCT) is same


def test_the_band_is_the_explanations_own() -> None:
    assert in_band("100", "104", Decimal(5))
    assert not in_band("100", "106", Decimal(5))
    assert in_band("100", "100", Decimal(0))


def test_the_last_explanation_that_fits_counts() -> None:
    both = [SAID, replace(SAID, text="并入两县", given_on=None), replace(SAID, value="9000", text="无关")]
    told = explain(FINDING, both, kind="network_build", filer="JIA", period=NOVEMBER)
    assert told.explained_by == "甲：并入两县"


def test_where_no_one_cell_was_filed_it_is_bound_to_what_was_found() -> None:
    whole = replace(FINDING, filed=None, field="g5_shared")
    assert value_of(whole) == "共享 320 个过多"
    assert explained(whole, replace(SAID, value="共享 320 个过多"))
    assert explained(replace(whole, message_zh="共享 400 个过多"), replace(SAID, value="共享 320 个过多")) is None


def test_a_finding_has_a_state() -> None:
    assert (FINDING.state, FINDING.awaits) == ("open", True)
    told = replace(FINDING, explained_by="甲：对方割接")
    assert (told.state, told.awaits, told.blocks) == ("explained", False, False)
    assert replace(FINDING, severity=Severity.WAIVABLE, waived_by="局长：割接").state == "waived"
    assert replace(FINDING, severity=Severity.NOTE).state == "noted"
    assert replace(FINDING, severity=Severity.MUST).state == "open"
    assert told.record("a.csv")["explained_by"] == "甲：对方割接"


def test_a_key_leaves_its_empty_end_out() -> None:
    assert SAID.key == "NB-09@JIA.network_build.2020-11:g5_shared:东市"
    assert finding_key("WF-01", "GLC", "website_filing", NOVEMBER, "found", "") == (
        "WF-01@GLC.website_filing.2020-11:found"
    )
    assert finding_key("FILER-01", "A", "k", NOVEMBER, "", "") == "FILER-01@A.k.2020-11"
    assert finding_key("FILER-01", "A", "k", NOVEMBER, "", "other") == "FILER-01@A.k.2020-11::other"


def broken(code: str, at: int, **texts: str) -> Judgment:
    return judge_right(code, RIGHT[code].changed(at, **texts))


def names(code: str, judgment: Judgment) -> list[tuple[str, str]]:
    return [(f.rule, f.about) for f in named(judgment.verdict.findings, kinds()[code], judgment.frame)]


def test_a_row_is_called_by_its_first_text_and_a_group_by_what_it_shares() -> None:
    area = RIGHT["network_build"].rows[0]["area"]
    judgment = broken("network_build", 0, dc_closing="9999")
    assert ("NB-04", area) in names("network_build", judgment)
    assert {about for rule, about in names("network_build", judgment) if rule.endswith("-total")} <= {""}
    twice = broken("network_build", 1, area=area)
    assert ("NB-03", area) in names("network_build", twice)
    assert names("website_filing", broken("website_filing", 0, found="1"))[0] == ("WF-01", "")


def test_what_is_about_the_file_is_called_by_what_was_filed_and_twins_are_numbered() -> None:
    found = [structure_finding("HEAD-03", "多余的列", "a column", filed=text) for text in ("备注", "备注", "电话")]
    told = named(found, kinds()["network_build"], pl.DataFrame())
    assert [f.about for f in told] == ["备注", "备注#2", "电话"]


@pytest.mark.parametrize(
    "text",
    [
        "核实无误",
        "已核实",
        "情况属实",
        "无误",
        "经我公司再次认真核实，上述数据均准确无误。",
        "同上",
        "ok",
        "Verified, correct.",
        "已核查，不存在问题",
        "数 据 无 误！",
        "特此说明",
    ],
)
def test_a_text_that_gives_no_reason_is_refused(text: str) -> None:
    verdict = broken("explanation_list", 0, text=text).verdict
    assert [f.rule for f in verdict.findings] == ["EX-01"]
    assert verdict.outcome is Outcome.PARTIAL
    assert (verdict.accepted, verdict.quarantined) == (1, 1)


@pytest.mark.parametrize(
    "text", ["11月新并入两个县的基站", "经核实，系春节停工所致", "系统割接", "New county since May"]
)
def test_a_text_with_a_reason_is_taken(text: str) -> None:
    assert broken("explanation_list", 0, text=text).verdict.findings == ()


def test_the_same_words_for_two_findings_are_refused_for_both_and_for_no_other() -> None:
    right = RIGHT["explanation_list"]
    copied = {**right.rows[0], "about": "西市", "text": right.rows[0]["text"] + "。"}
    verdict = judge_right("explanation_list", replace(right, rows=(*right.rows, copied))).verdict
    assert {f.rule for f in verdict.findings} == {"EX-02"}
    assert (verdict.accepted, verdict.quarantined) == (1, 2)
    later = {**right.rows[0], "period": "2020-12", "value": "400"}
    same = judge_right("explanation_list", replace(right, rows=(*right.rows, later))).verdict
    assert same.findings == ()
