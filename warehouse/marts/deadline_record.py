"""One row an obligation's instance: who owed what by when, and what had become of it when the year was last run."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from contracts.timeliness import State
from warehouse.marts.mart import Mart
from warehouse.states import Known

_STATES = "；".join(f"{state.value} {state.zh}" for state in State)


def _select(known: Known) -> Select[Any]:
    d = known.deadlines.c
    return select(
        d.year,
        d.ordinal,
        d.filer,
        d.filer_name,
        d.kind,
        d.kind_zh,
        d.kind_en,
        d.cadence,
        d.period,
        d.period_start,
        d.period_end,
        d.state,
        d.term,
        d.roll,
        d.named_on,
        d.due_on,
        d.due_at,
        d.limit_at,
        d.extended_until,
        d.extended_by,
        d.extended_because,
        d.provisional,
        d.cutoff_on,
        d.issued,
        d.first_received_at,
        d.received_at,
        d.accepted_at,
        d.submission,
        d.nil_on,
        d.awaited.label("awaited_count"),
        d.overdue,
        d.days_late,
        d.workdays_late,
        d.why_zh,
        d.why_en,
        d.basis,
        d.assumed,
        d.calendar,
        d.judged_on,
    ).order_by(d.year, d.ordinal)


MART = Mart(
    name="deadline_record",
    title_zh="报送时限登记",
    title_en="Deadlines",
    row_zh="一行为一项应报义务的一期：何单位何时应报何表，年度最后一次运行时的状态。按过去某日查询时为当日之前的运行所判，"
    "其前未曾运行则为空；按当日重新判定用 jixiao report deadlines --as-of。",
    row_en=(
        "One row an obligation's instance: who owed what by when, and what had become of it when the year was last run."
        " As of a day it is what runs had said by then, and nothing where there was none; judged anew as of that day: "
        "jixiao report deadlines --as-of."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "ordinal": (
            "该年度中的次序（按报送义务表）",
            "Number within the year, in the order of the list of obligations",
        ),
        "filer": ("填报单位代码", "Filer code"),
        "filer_name": ("填报单位", "Filer"),
        "kind": ("报表代码", "Form code"),
        "kind_zh": ("报表名称", "Form, in Chinese"),
        "kind_en": ("报表英文名称", "Form, in English"),
        "cadence": ("报送周期", "Cadence"),
        "period": ("报告期", "Period"),
        "period_start": ("报告期首日", "First day of the period"),
        "period_end": ("报告期末日", "Last day of the period"),
        "state": (f"状态：{_STATES}", "State: " + ", ".join(State)),
        "term": ("期限的写法", "Due term as the list writes it"),
        "roll": ("顺延规则", "Roll rule"),
        "named_on": ("期限所指之日；空为文件未规定", "Day that the term names; empty where it names none"),
        "due_on": ("顺延后的到期日", "Due on, after the roll rule"),
        "due_at": ("应报时间", "Due at"),
        "limit_at": ("最后时限（含经批准的延期）", "Last moment that is on time, an extension included"),
        "extended_until": ("延期至；空为未延期", "Extended until; empty where it is not"),
        "extended_by": ("延期批准人", "Who extended it"),
        "extended_because": ("延期理由", "Why it was extended"),
        "provisional": (
            "期限是否暂定：该年放假安排尚未公布",
            "Whether the day is provisional: days off not announced yet",
        ),
        "cutoff_on": ("所报情况截至", "How far the report reaches"),
        "issued": ("义务印发日期", "Day on which the duty was issued"),
        "first_received_at": ("首次收到时间", "First received at"),
        "received_at": ("最后一次收到时间", "Last received at"),
        "accepted_at": (
            "首次被接受的报送的收到时间；是否按时以此为准",
            "When the first accepted submission came; decides whether it was on time",
        ),
        "submission": ("最后一次报送的编号", "Last submission"),
        "nil_on": ("零报告日期", "Declared nil on"),
        "awaited_count": ("所待报送中尚缺的份数", "Reports it waits for that are not in"),
        "overdue": ("是否超过时限", "Whether it is past its limit"),
        "days_late": ("逾期日数；未了结的算至判定时刻", "Calendar days late; of what is open, until it was judged"),
        "workdays_late": ("逾期工作日数", "Working days late"),
        "why_zh": ("理由（中文）", "Explanation in Chinese"),
        "why_en": ("理由（英文）", "Explanation in English"),
        "basis": ("依据", "Basis"),
        "assumed": ("文件未载明、另行约定的内容", "What is assumed, not in the document"),
        "calendar": ("所用日历", "Calendar"),
        "judged_on": ("判定时刻", "As of"),
    },
)
