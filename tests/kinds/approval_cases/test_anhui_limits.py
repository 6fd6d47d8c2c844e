"""Anhui's three limits of 2021 and cases under them: what rules.md §9 (WD-1 … WD-5) says comes out, row by row.

The limits are those of the press conference of 14 May 2021; from when they apply is assumed, and the cases are made up.
That 60 days and 26 working days do not subtract as figures (WD-1) is tested in
tests/contracts/test_domain_verdicts_changes.py; here it is asked of the list.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from contracts.calendar import shipped_calendar
from contracts.context import Reference
from contracts.errors import PackError
from contracts.finding import Finding, Outcome, Severity
from contracts.judge import Judgment, judge
from contracts.kind import discover_kinds
from contracts.period import Period
from contracts.register import judge_register
from contracts.register_source import Register
from contracts.relations import percent_change
from flows.batch import load_pack, run_plain
from flows.filing import Filed, judge_filed, read_filed
from flows.settings import Settings
from tests.contracts.verdicts import ERROR, HOLDS, As, verdict
from transforms.figures import unfold
from warehouse.home import Home

PACK = Path(__file__).parent / "pack"
CASES, LIMITS = PACK / "submissions" / "approval_cases" / "GLC_2021.csv", PACK / "limits.csv"
KINDS = discover_kinds()
PERIOD = Period.parse("2021")


def filed(path: Path, code: str, *changes: tuple[str, str]) -> Filed:
    """The file with texts replaced, each of which is there exactly once."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return read_filed(text.encode(), path.name, KINDS[code].in_force(PERIOD), 2021)


def listed(*changes: tuple[str, str]) -> Judgment:
    return judge_filed(filed(LIMITS, "limit_list", *changes), period=PERIOD, filer="AHCA", references={})


def limits(*changes: tuple[str, str]) -> Mapping[str, Reference]:
    one = filed(LIMITS, "limit_list", *changes)
    assert one.table is not None
    return {"limit_list": Reference(one.frame, one.table.columns, one.table.sheet, one.name)}


def judged(*changes: tuple[str, str], given: Mapping[str, Reference] | None = None) -> Judgment:
    references = limits() if given is None else given
    return judge_filed(
        filed(CASES, "approval_cases", *changes), period=PERIOD, filer="GLC", references=dict(references)
    )


def figures(judgment: Judgment) -> dict[str, Decimal]:
    table = filed(CASES, "approval_cases").table
    assert table is not None
    made = unfold(KINDS["approval_cases"], judgment.frame, table, filer="GLC", period=PERIOD)
    return {figure.indicator: figure.value for figure in made}


def only(judgment: Judgment, rule: str) -> list[Finding]:
    return [finding for finding in judgment.verdict.findings if finding.rule == rule]


# --- rules.md §9


def test_wd_1_limits_of_different_units_are_not_subtracted_and_that_is_said() -> None:
    (finding,) = listed().verdict.findings
    assert (finding.rule, finding.severity, finding.cell) == ("LM-05", Severity.NOTE, "D3")
    assert "由60日改为26个工作日，单位不同，不可比较" in finding.message_zh
    assert "not comparable" in finding.message_en
    assert not any(word in finding.message_zh for word in ("56.7", "39.3", "34"))


@pytest.mark.parametrize(("rule", "fall", "before", "after"), [("WD-2", "66.7%", 30, 10), ("WD-3", "60.0%", 20, 8)])
def test_wd_2_and_wd_3_limits_of_one_unit_fall_by_so_many_percent(
    rule: str, fall: str, before: int, after: int
) -> None:
    working = As(units=("%", "工作日", "工作日"))
    texts = [f"{before}个工作日", f"{after}个工作日"]
    fall_of = partial(percent_change, fall=True)
    assert verdict(rule, ERROR, fall_of, [fall, *texts], working) == HOLDS
    assert verdict(rule, ERROR, fall_of, ["56.7%", *texts], working) == ERROR


def test_wd_4_every_new_limit_is_shorter_where_the_two_can_be_compared() -> None:
    (count,) = (c for c in listed().verdict.counts if c.rule == "LM-04")
    assert (count.passed, count.failed, count.not_evaluable, count.not_applicable) == (2, 0, 0, 4)
    (finding,) = only(listed(("审批,10,工作日", "审批,30,工作日")), "LM-04")
    assert (finding.severity, finding.cell) == (Severity.EXPLAIN, "C5")
    assert "由30个工作日改为30个工作日，没有压缩" in finding.message_zh
    assert only(listed(("审批,26,工作日", "审批,99,工作日")), "LM-04") == [], (
        "99 working days are not more than 60 days"
    )


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("备案,8,工作日", "备案,0,工作日", "LM-01"),
        ("备案,8,工作日", "备案,-8,工作日", "LM-number-type"),
        ("备案,8,工作日", "备案,8.5,工作日", "LM-number-type"),
        ("备案,8,工作日", "备案,1001,工作日", "LM-01"),
        ("备案,8,工作日", "备案,8,个自然日", "LM-unit-choice"),
        ("备案,8,工作日,不计入,cn", "备案,8,工作日,不计入,", "LM-06"),
        ("备案,8,工作日,不计入,cn", "备案,8,工作日,不计入,hk", "LM-07"),
    ],
)
def test_wd_5_a_limit_is_a_positive_whole_number_of_days_on_a_named_calendar(old: str, new: str, rule: str) -> None:
    assert only(listed((old, new)), rule)[0].blocks


def test_wd_5_days_are_counted_with_the_working_days_that_weekends_were_exchanged_for() -> None:
    (finding,) = (f for f in only(judged(), "AP-08") if "码号" in f.message_zh)
    # Saturday 18 and Sunday 26 September 2021 were worked; 20 and 21 September and 1 to 7 October were off.
    assert "期限到 2021-10-08 为止；实际为 2021-10-09，超期 1 日（1 个工作日）" in finding.message_zh
    weekdays, day = 0, date(2021, 9, 17)
    while weekdays < 10:
        day += timedelta(days=1)
        weekdays += day.weekday() < 5
    assert day == date(2021, 10, 1), "by weekdays alone the limit would end on a holiday"


# --- cases


def test_each_case_is_judged_by_the_limit_in_force_on_the_day_it_was_accepted() -> None:
    verdict_ = judged().verdict
    assert verdict_.outcome is Outcome.ACCEPTED
    told = {f.cells[0].address: f.message_zh for f in only(judged(), "AP-08")}
    assert {f.rule for f in verdict_.findings} == {"AP-08"}
    # A-1 had 60 days, and A-3, a day later, 26 working days; C-3 came under the limit of the year before.
    assert sorted(told) == ["D4", "D5", "D7"]
    assert "时限26个工作日（安徽省信息通信业新闻发布会（2021-05-14）；起始日期为假定）" in told["D4"]
    assert "期限到 2021-06-22 为止；实际为 2021-06-23，超期 1 日（1 个工作日）" in told["D4"]
    assert "期限到 2021-12-13 为止；截至 2021-12-31 尚无“办结日期”，超期 18 日（14 个工作日）" in told["D7"]
    (sixty,) = only(judged(("2021-07-12", "2021-07-13")), "AP-08")[:1]
    assert "时限60日" in sixty.message_zh
    assert "期限到 2021-07-12 为止" in sixty.message_zh
    assert [(c.file, c.address) for c in sixty.cells][-1] == ("limits.csv", "C2")


def test_a_matter_without_a_limit_on_its_day_cannot_be_judged_and_that_is_said() -> None:
    other = judged(("A-3,增值电信业务审批", "A-3,外商投资电信企业审批"))
    (finding,) = only(other, "AP-07")
    assert (finding.severity, finding.cell) == (Severity.EXPLAIN, "B4")
    assert "是否超期无法判定" in finding.message_zh
    assert [f.cells[0].address for f in only(other, "AP-08")] == ["D5", "D7"]
    later = limits(("审批,26,工作日,不计入,cn,2021-05-14", "审批,26,工作日,不计入,cn,2021-05-15"))
    gap = judged(given=later)
    assert [f.cell for f in only(gap, "AP-07")] == ["B3", "B4"], "between the old limit and the new one lies a day"


def test_whether_a_case_is_late_is_left_open_while_the_notice_that_decides_it_is_to_come() -> None:
    lines = CASES.read_text(encoding="utf-8").splitlines()[:1]
    lines += ["D-1,互联网网站备案,2098-03-03,2098-03-05,准予", "D-2,互联网网站备案,2098-03-03,2098-05-05,准予"]
    period, kind = Period.parse("2098"), KINDS["approval_cases"].in_force(Period.parse("2098"))
    cases = read_filed("\n".join(lines).encode(), "GLC_2098.csv", kind, 2098)
    found = judge_filed(cases, period=period, filer="GLC", references=dict(limits()))
    (count,) = (c for c in found.verdict.counts if c.rule == "AP-08")
    assert (count.passed, count.failed, count.not_evaluable) == (1, 0, 1), "two days are in time whatever is announced"
    assert only(found, "AP-08") == []
    assert cases.table is not None
    made = unfold(KINDS["approval_cases"], found.frame, cases.table, filer="GLC", period=period)
    told = {figure.indicator: figure.value for figure in made}
    assert told == {"approvals_handled": 2, "approvals_pending": 0, "approvals_overdue": 0}


def test_without_any_list_nothing_is_judged_and_nothing_passes() -> None:
    verdict_ = judged(given={}).verdict
    untold = {c.rule: c.reason_zh for c in verdict_.counts if c.not_evaluable}
    assert untold == dict.fromkeys(("AP-07", "AP-08"), "没有可对照的办理时限清单")


@pytest.mark.parametrize("day", ["1899-12-31", "1021-05-13", "2999-01-01", "9999-12-31"])
def test_a_day_that_no_calendar_reckons_is_the_filers_mistake_not_ours(day: str) -> None:
    odd = judged(("A-1,增值电信业务审批,2021-05-13", f"A-1,增值电信业务审批,{day}"))
    (count,) = (c for c in odd.verdict.counts if c.rule == "AP-08")
    assert count.failed == 3
    late = judged(("2021-07-12", day))
    assert late.verdict.received == 8


def test_a_case_that_ended_after_the_period_was_open_at_its_end() -> None:
    after = judged(("2021-12-01,,办理中", "2021-12-01,2022-01-05,准予"))
    (finding,) = only(after, "AP-04")
    assert finding.severity is Severity.EXPLAIN
    assert "截至 2021-12-31 尚无" in only(after, "AP-08")[-1].message_zh
    assert figures(after) == figures(judged()), "what happened later does not change how things stood"


def test_a_register_is_judged_like_a_frame() -> None:
    one, kind = filed(CASES, "approval_cases"), KINDS["approval_cases"].in_force(PERIOD)
    assert one.table is not None
    rows = Register(one.frame.lazy(), seekable=True, piece=3)
    pieces = judge_register(kind, one.table, rows, period=PERIOD, filer="GLC", references=dict(limits()))
    whole = judge(kind, one.table, one.frame, period=PERIOD, filer="GLC", references=dict(limits()))
    assert len(whole.verdict.findings) == 3
    assert pieces.verdict == whole.verdict


# --- figures


def test_the_figures_of_a_year() -> None:
    assert figures(judged()) == {
        "approvals_handled": 5, "approvals_in_time": 3, "approvals_in_time_rate": 60,
        "approvals_pending": 2, "approvals_overdue": 1,
    }  # fmt: skip


def test_a_count_that_one_case_leaves_open_is_withheld() -> None:
    closed = figures(judged(("A-3,增值电信业务审批", "A-3,外商投资电信企业审批")))
    assert closed == {"approvals_handled": 5, "approvals_pending": 2, "approvals_overdue": 1}
    pending = figures(judged(("C-1,互联网网站备案", "C-1,网站备案")))
    assert "approvals_overdue" not in pending
    assert pending["approvals_in_time"] == 3
    assert figures(judged(given={})) == {"approvals_handled": 5, "approvals_pending": 2}


def test_a_run_publishes_them_and_a_changed_limit_changes_them(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    home = tmp_path / "home"
    run_plain(load_pack(pack, Settings()), home, Settings())
    assert own_figures(home) == {
        "approvals_handled": 5, "approvals_in_time": 3, "approvals_in_time_rate": 60,
        "approvals_pending": 2, "approvals_overdue": 1,
    }  # fmt: skip
    text = (pack / "limits.csv").read_text(encoding="utf-8")
    (pack / "limits.csv").write_text(text.replace("审批,26,工作日", "审批,27,工作日"), encoding="utf-8")
    again = run_plain(load_pack(pack, Settings()), home, Settings())
    assert list(again.judged_again) == ["submissions/approval_cases/GLC_2021.csv"]
    assert own_figures(home)["approvals_in_time"] == 4, "23 June is in time under 27 working days"


def own_figures(home: Path) -> dict[str, Decimal]:
    with Home.look(home) as opened:
        found = opened.figures(2021, kinds=["approval_cases"])
    return {figure.indicator: figure.value for figure in found if figure.filer == "AHCA"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("审批,60,日,,,,2021-05-13", "审批,60,日,,,,2021-05-14", ("limits.csv", "增值电信业务审批", "2、3")),
        ("approval_cases,互联网网站备案,8", "approval_case,互联网网站备案,8", ("limits.csv:7:A", "approval_case")),
        ("备案,8,工作日,不计入,cn", "备案,8,工作日,不计入,", ("limits.csv:7:F", "cn")),
        ("备案,8,", "备案,零,", ("limits.csv:7:C", "零")),
    ],
)  # fmt: skip
def test_a_wrong_list_of_limits_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    shutil.copytree(PACK, tmp_path / "pack")
    path = tmp_path / "pack" / "limits.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        load_pack(tmp_path / "pack", Settings())
    assert all(word in refused.value.zh and word in refused.value.en for word in words), refused.value.zh


def test_every_day_of_the_cases_is_one_that_a_notice_arranges() -> None:
    calendar = shipped_calendar("cn")
    assert not calendar.is_provisional(date(2021, 1, 1), date(2021, 12, 27))
