"""Hunan's calendar of 2019 with its oddities, DL-1 to DL-8 of rules.md, as its pack is reckoned and explained.

The due days are those of the published plan; who filed when is illustrative (examples/hunan-2019). The table of
expected states stands here in full, for seven days of the year.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from contracts.calendar import WEEKDAYS
from contracts.context import Reference
from contracts.finding import Outcome, Severity
from contracts.obligations import ZONE
from contracts.timeliness import State
from flows.duties import timetable
from flows.filing import judge_filed, read_filed
from tests.contracts.verdicts import decides
from tests.flows.conftest import Finished
from warehouse.home import Home

DAYS = ("03-20", "04-16", "06-17", "09-16", "12-02", "12-10", "12-31T18:00")
ISSUED = date(2019, 4, 2)
# Who, what, which period, and its state on each of DAYS, with the days it is late.
EXPECTED = """\
JIA work_plan 2019 未到期 按时接受 按时接受 按时接受 按时接受 按时接受 按时接受
YI work_plan 2019 未到期 按时接受 按时接受 按时接受 按时接受 按时接受 按时接受
BING work_plan 2019 未到期 已退回1 迟报接受2 迟报接受2 迟报接受2 迟报接受2 迟报接受2
VAS work_plan 2019 未到期 按时接受 按时接受 按时接受 按时接受 按时接受 按时接受
JIA work_report 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
JIA work_report 2019Q2 未到期 未到期 按时接受 按时接受 按时接受 按时接受 按时接受
JIA work_report 2019Q3 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
JIA work_report 2019Q4 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
YI work_report 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
YI work_report 2019Q2 未到期 未到期 迟报接受2 迟报接受2 迟报接受2 迟报接受2 迟报接受2
YI work_report 2019Q3 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
YI work_report 2019Q4 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
BING work_report 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
BING work_report 2019Q2 未到期 未到期 按时接受 按时接受 按时接受 按时接受 按时接受
BING work_report 2019Q3 未到期 未到期 未到期 迟报接受1 迟报接受1 迟报接受1 迟报接受1
BING work_report 2019Q4 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
VAS work_report 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
VAS work_report 2019Q2 未到期 未到期 按时接受 按时接受 按时接受 按时接受 按时接受
VAS work_report 2019Q3 未到期 未到期 未到期 缺报1 缺报78 缺报86 缺报107
VAS work_report 2019Q4 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
JIA work_summary 2019 未到期 未到期 未到期 未到期 暂定 暂定 按时接受
YI work_summary 2019 未到期 未到期 未到期 未到期 暂定 暂定 按时接受
BING work_summary 2019 未到期 未到期 未到期 未到期 暂定1 暂定1 迟报接受1
VAS work_summary 2019 未到期 未到期 未到期 未到期 暂定 暂定 暂定
JIA service_self_check 2019H1 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
JIA service_self_check 2019H2 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
YI service_self_check 2019H1 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
YI service_self_check 2019H2 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
BING service_self_check 2019H1 未到期 未到期 未到期 迟报接受1 迟报接受1 迟报接受1 迟报接受1
BING service_self_check 2019H2 未到期 未到期 未到期 未到期 未到期 未到期 已延期
VAS service_self_check 2019H1 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
VAS service_self_check 2019H2 未到期 未到期 未到期 未到期 未到期 未到期 即将到期
JIA service_self_check 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
JIA service_self_check 2019Q2 未定期限 未定期限 未定期限 已接受 已接受 已接受 已接受
JIA service_self_check 2019Q3 未定期限 未定期限 未定期限 未定期限 已接受 已接受 已接受
JIA service_self_check 2019Q4 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
YI service_self_check 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
YI service_self_check 2019Q2 未定期限 未定期限 未定期限 零报告 零报告 零报告 零报告
YI service_self_check 2019Q3 未定期限 未定期限 未定期限 未定期限 零报告 零报告 零报告
YI service_self_check 2019Q4 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
BING service_self_check 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
BING service_self_check 2019Q2 未定期限 未定期限 未定期限 已接受 已接受 已接受 已接受
BING service_self_check 2019Q3 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
BING service_self_check 2019Q4 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
VAS service_self_check 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
VAS service_self_check 2019Q2 未定期限 未定期限 未定期限 零报告 零报告 零报告 零报告
VAS service_self_check 2019Q3 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
VAS service_self_check 2019Q4 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
JIA service_notice 2019-05-17 未定期限 未定期限 已接受 已接受 已接受 已接受 已接受
YI service_notice 2019-09-02 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限 未定期限
HNCA service_inspection 2019Q1 不适用 不适用 不适用 不适用 不适用 不适用 不适用
HNCA service_inspection 2019Q2 未到期 未到期 未到期 按时接受 按时接受 按时接受 按时接受
HNCA service_inspection 2019Q3 未到期 未到期 未到期 未到期 迟报接受8 迟报接受8 迟报接受8
HNCA service_inspection 2019Q4 未到期 未到期 未到期 未到期 未到期 未到期 按时接受
"""

Row = dict[str, Any]
Ask = Callable[..., Row]


def moment(day: str) -> datetime:
    """The end of a day of 2019, or a moment of it."""
    text = f"2019-{day}" if "T" in day else f"2019-{day}T23:59:59"
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture(scope="module")
def as_of(hunan: Finished) -> Callable[[str], pl.DataFrame]:
    @cache
    def look(day: str) -> pl.DataFrame:
        with Home.look(hunan.home) as home:
            return timetable(hunan.pack, home, moment(day)).frame

    return look


@pytest.fixture(scope="module")
def row(as_of: Callable[[str], pl.DataFrame]) -> Ask:
    """One instance as of a day."""

    def ask(kind: str, period: str, filer: str = "JIA", day: str = "12-31T18:00") -> Row:
        return as_of(day).filter(kind=kind, period=period, filer=filer).row(0, named=True)

    return ask


def test_every_rule_of_the_calendar_is_decided_by_one_test() -> None:
    tests = [test for name, test in vars(sys.modules[__name__]).items() if name.startswith("test_")]
    decided = Counter(rule for test in tests for rule in getattr(test, "decides", ()))
    ids = "DL-1 DL-2a DL-2b DL-2c DL-2d DL-3 DL-4 DL-5 DL-6 DL-7 DL-8"
    assert decided == Counter(ids.split())


@pytest.mark.parametrize(("at", "day"), enumerate(DAYS), ids=DAYS)
def test_the_whole_calendar_as_of_a_day(as_of: Callable[[str], pl.DataFrame], at: int, day: str) -> None:
    expected = [line.split() for line in EXPECTED.splitlines()]
    found = [
        (r["filer"], r["kind"], r["period"], f"{r['state_zh']}{r['days_late'] or ''}")
        for r in as_of(day).iter_rows(named=True)
    ]
    assert found == [(filer, kind, period, states[at]) for filer, kind, period, *states in expected]


def test_the_year_shows_every_state_that_a_filer_can_come_to(as_of: Callable[[str], pl.DataFrame]) -> None:
    seen = {State(state) for day in (*DAYS, "12-17") for state in as_of(day)["state"]}
    assert seen == set(State) - {State.RECEIVED}, "what came is judged at once"


def test_every_sentence_names_its_state_what_is_assumed_and_its_text(as_of: Callable[[str], pl.DataFrame]) -> None:
    for day in DAYS:
        for r in as_of(day).iter_rows(named=True):
            assert r["state_zh"] in r["why_zh"]
            assert f"约定（文件未载明）：{r['assumed']}。" in r["why_zh"]
            assert r["why_zh"].endswith(f"依据：{r['basis']}。")
            assert "湘通局信管〔2019〕8号" in r["basis"]
            for text in (r["why_zh"], r["why_en"]):
                assert "None" not in text
            # Nothing of this plan is moved: it has no rule for it.
            assert r["named_on"] == r["due_on"]
            if r["due_on"] and r["due_on"].weekday() > 4 and r["state"] != State.NOT_APPLICABLE:
                assert f"（周{WEEKDAYS[r['due_on'].weekday()]}）；不顺延（文件未规定顺延）" in r["why_zh"]


def test_nothing_filed_is_suspected_wrongly(hunan: Finished) -> None:
    """One file was made wrong; the others leave notes at most."""
    with Home.look(hunan.home) as home:
        kept = [s for s in home.submissions(2019) if not hunan.pack.is_list(s.arrival.kind)]
        returned = [s.arrival.file for s in kept if s.outcome is Outcome.RETURNED]
        alarms = [f for s in kept for f in home.findings(s.id) if f.severity is not Severity.NOTE]
    assert len(kept) == 33
    assert returned == ["submissions/work_plan/BING_2019.csv"]
    assert [f.rule for f in alarms] == ["WP-04"]


# --- by rule id


@decides("DL-1")
def test_dl_1_the_plan_and_the_contact_person(row: Ask) -> None:
    for filer, state, late in (("JIA", "按时接受", 0), ("YI", "按时接受", 0), ("BING", "迟报接受", 2)):
        found = row("work_plan", "2019", filer)
        assert (found["due_on"], found["state_zh"], found["days_late"]) == (date(2019, 4, 15), state, late)
        assert found["due_on"] - found["issued"] == timedelta(13)
        assert "期限为2019年4月15日（周一）。" in found["why_zh"]
    assert (
        "首次2019年4月15日17:10收到，未被接受；2019年4月17日09:30收到并接受：迟报接受，逾期2日（2个工作日）"
        in (row("work_plan", "2019", "BING")["why_zh"])
    )
    assert row("work_plan", "2019", "BING", "04-15")["state"] == State.RETURNED
    assert row("work_plan", "2019", "JIA", "04-11")["state"] == State.DUE_SOON


@decides("DL-2a")
@pytest.mark.parametrize("day", DAYS)
def test_dl_2a_the_first_quarter_is_never_enforced(row: Ask, day: str) -> None:
    for filer in ("JIA", "YI", "BING", "VAS"):
        found = row("work_report", "2019Q1", filer, day)
        assert (found["due_on"], ISSUED - found["due_on"]) == (date(2019, 3, 15), timedelta(18))
        assert (found["state_zh"], found["overdue"], found["days_late"]) == ("不适用", False, 0)
        assert "即2019年3月15日（周五）" in found["why_zh"]
        assert "文件2019年4月2日才印发，晚于期限，不溯及既往：不适用" in found["why_zh"]


# Rule, period, due day, its weekday, a filer that filed on the next working day, and how late that was.
WEEKENDS = {
    "DL-2b": ("2019Q2", date(2019, 6, 15), "周六", "YI", "逾期2日（1个工作日）"),
    "DL-2c": ("2019Q3", date(2019, 9, 15), "周日", "BING", "逾期1日（1个工作日）"),
}


@decides(*WEEKENDS)
@pytest.mark.parametrize("rule", WEEKENDS)
def test_dl_2b_2c_a_weekend_moves_nothing_and_monday_is_late(row: Ask, hunan: Finished, rule: str) -> None:
    period, due_on, weekday, late, told = WEEKENDS[rule]
    found = row("work_report", period, late)
    said = f"期限为期末月15日，即2019年{due_on.month}月{due_on.day}日（{weekday}）；不顺延（文件未规定顺延）"
    assert (found["due_on"], found["state_zh"]) == (due_on, "迟报接受")
    assert said in found["why_zh"]
    assert f"迟报接受，{told}" in found["why_zh"]
    assert found["accepted_at"].date() == hunan.pack.calendar.next_workday(due_on), "no day of grace was taken"
    assert row("work_report", period)["state_zh"] == "按时接受"


@decides("DL-2d")
def test_dl_2d_the_last_quarter_is_due_after_the_summary(row: Ask) -> None:
    found = row("work_report", "2019Q4", day="12-10")
    assert (found["due_on"], found["state_zh"]) == (date(2019, 12, 15), "未到期")
    assert "即2019年12月15日（周日）；不顺延（文件未规定顺延）" in found["why_zh"]
    assert "尚余3个工作日" in found["why_zh"]
    assert found["due_on"] - row("work_summary", "2019")["due_on"] == timedelta(14), "the year closes first"
    # More time was granted to one, and only from the day it was granted on.
    assert row("work_report", "2019Q4", "BING", "12-11")["extended_until"] is None
    assert row("work_report", "2019Q4", "BING", "12-17")["state_zh"] == "已延期"
    assert "批准延期至2019年12月20日" in row("work_report", "2019Q4", "BING", "12-17")["why_zh"]
    assert row("work_report", "2019Q4", "BING")["state_zh"] == "按时接受"


@decides("DL-3")
def test_dl_3_the_summary_is_provisional_before_the_fourth_quarter_is_in(row: Ask, hunan: Finished) -> None:
    for filer in ("JIA", "YI", "BING", "VAS"):
        before = row("work_summary", "2019", filer, "12-10")
        assert (before["due_on"], before["cutoff_on"]) == (date(2019, 12, 1), date(2019, 12, 1))
        assert "期限为当年12月1日，即2019年12月1日（周日）；不顺延（文件未规定顺延）" in before["why_zh"]
        assert "所报情况截至2019年12月1日，期末30天不在其中" in before["why_zh"], "eleven months at most"
        assert before["state_zh"] == "暂定"
        assert "须待本期《工作信息报送表》齐备，尚缺" in before["why_zh"]
    assert row("work_summary", "2019", "JIA", "12-10")["awaited"] == 1
    assert [row("work_summary", "2019", filer)["state_zh"] for filer in ("JIA", "YI", "BING", "VAS")] == [
        "按时接受", "按时接受", "迟报接受", "暂定",
    ]  # fmt: skip
    assert "收到并接受，逾期1日（1个工作日）；须待" in row("work_summary", "2019", "BING", "12-10")["why_zh"]
    # And the form itself says how many days its own figures lack.
    with Home.look(hunan.home) as home:
        (filed,) = (s for s in home.submissions(2019) if (s.arrival.kind, s.arrival.filer) == ("work_summary", "JIA"))
        notes = [f.message_zh for f in home.findings(filed.id) if f.rule == "WS-04"]
    assert notes
    assert all("截至 2019-11-28，年末 33 日不在其中，全年数须待第四季度报送后补报" in note for note in notes)


@decides("DL-4")
def test_dl_4_no_day_is_stated_for_the_half_years_so_one_is_assumed_and_said_to_be(row: Ask) -> None:
    for period, due_on in (("2019H1", date(2019, 6, 30)), ("2019H2", date(2019, 12, 31))):
        found = row("service_self_check", period)
        assert found["due_on"] == due_on
        assert "约定（文件未载明）：文件未写明日期，按6月30日、12月31日（示意：信息通信管理处约定）" in found["why_zh"]
    assert "2019年6月30日（周日）；不顺延" in row("service_self_check", "2019H1")["why_zh"]


def asked(hunan: Finished, text: str) -> list[tuple[str, str]]:
    """What the list of obligations would be asked, had it read so."""
    kind, filers = hunan.pack.kinds["obligation_list"], hunan.pack.lists["filers.csv"]
    assert filers.table is not None
    filed = read_filed(text.encode(), "obligations.csv", kind, 2019)
    references = {"filer_list": Reference(filers.frame, filers.table.columns, filers.table.sheet, filers.name)}
    judgment = judge_filed(filed, period=hunan.pack.period, filer="HNCA", references=references)
    return [(f.rule, f.severity.value) for f in judgment.verdict.findings]


@decides("DL-5")
def test_dl_5_a_quarterly_duty_without_a_day_may_be_another_one_twice(row: Ask, hunan: Finished) -> None:
    found = row("service_self_check", "2019Q3", "BING")
    assert (found["due_on"], found["state_zh"], found["overdue"]) == (None, "未定期限", False)
    assert "文件未规定日期，不计迟报" in found["why_zh"]
    assert "与四（三）二的工作信息同为每季度一次，文件未说明是否为同一份报告，按两份分别登记" in found["why_zh"]
    assert row("service_self_check", "2019Q1")["state_zh"] == "不适用", "a quarter that was over before the plan"
    assert row("service_self_check", "2019Q2", "YI")["state_zh"] == "零报告"
    # Had nobody said so, the list of obligations would ask (warn, and no refusal).
    text = (hunan.pack.folder / "obligations.csv").read_text(encoding="utf-8")
    assert text.count(found["assumed"]) == 2
    assert asked(hunan, text) == []
    assert asked(hunan, text.replace(found["assumed"], "")) == [("OB-11", "核实"), ("OB-11", "核实")]


@decides("DL-6")
def test_dl_6_the_bureau_draws_once_a_quarter(row: Ask, hunan: Finished) -> None:
    found = [row("service_inspection", f"2019Q{n}", "HNCA") for n in (1, 2, 3, 4)]
    assert [r["due_on"].isoformat() for r in found] == ["2019-03-31", "2019-06-30", "2019-09-30", "2019-12-31"]
    assert [r["state_zh"] for r in found] == ["不适用", "按时接受", "迟报接受", "按时接受"]
    assert "逾期8日（1个工作日，其间国庆节放假7天）" in found[2]["why_zh"]
    with Home.look(hunan.home) as home:
        drawn = {f.period.label: f.value for f in home.figures(2019) if f.indicator == "inspections"}
    assert drawn == {"2019Q2": 2, "2019Q3": 2, "2019Q4": 2}


@decides("DL-7")
def test_dl_7_prompt_is_no_limit(row: Ask) -> None:
    filed, unfiled = row("service_notice", "2019-05-17"), row("service_notice", "2019-09-02", "YI")
    for found in (filed, unfiled):
        assert (found["limit_at"], found["overdue"]) == (None, False)
        assert "“及时”没有可判定的期限" in found["why_zh"]
    assert (filed["state_zh"], unfiled["state_zh"]) == ("已接受", "未定期限")


@decides("DL-8")
def test_dl_8_a_quarter_that_is_reported_on_the_15th_is_two_and_a_half_months(row: Ask) -> None:
    for period, left in (("2019Q2", 15), ("2019Q3", 15), ("2019Q4", 16)):
        found = row("work_report", period)
        assert (found["cutoff_on"], (found["period_end"] - found["cutoff_on"]).days) == (found["due_on"], left)
        assert f"所报情况截至2019年{found['due_on'].month}月15日，期末{left}天不在其中" in found["why_zh"]
