"""Why an instance of an obligation is what it is, as a sentence a filer can dispute: term, roll rule, notice, arrival.

Said from one row of `contracts.timeliness` and its deadline; nothing is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from contracts.calendar import Calendar
from contracts.deadlines import ZONE, Deadline
from contracts.period import Period
from contracts.timeliness import State

NAMED_APART: Final = 6  # festivals that are named one by one; of more, the days are summed


@dataclass(frozen=True)
class Telling:
    """What a sentence needs beside the row: names of filers and forms, the calendar and moment it was judged on."""

    filers: Mapping[str, str]
    kinds: Mapping[str, tuple[str, str]]
    calendar: Calendar
    on: datetime

    def tell(self, row: Mapping[str, Any], deadline: Deadline) -> tuple[str, str]:
        """The whole explanation of a row, in Chinese and English."""
        period = Period.parse(row["period"])
        zh, en = self.kinds.get(row["kind"], (row["kind"], row["kind"]))
        parts = [
            (
                f"{self.filers.get(row['filer'], row['filer'])}《{zh}》（{period.label_zh}）：{deadline.why_zh}",
                f"{row['filer']}, {en}, {period.label}: {deadline.why_en}",
            ),
            *self._around(row),
            self._state(row),
            (f"依据：{row['basis']}", f"basis: {row['basis']}"),
        ]
        return "。".join(p for p, _ in parts) + "。", "; ".join(p for _, p in parts) + "."

    def _around(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What is assumed, how far the report reaches, and an extension."""
        said = []
        if row["assumed"]:
            said.append((f"约定（文件未载明）：{row['assumed']}", f"assumed, not in the document: {row['assumed']}"))
        cutoff, last = row["cutoff_on"], row["period_end"]
        if cutoff is not None and cutoff < last and row["state"] != State.NOT_APPLICABLE:
            days = (last - cutoff).days
            said.append(
                (
                    f"所报情况截至{_day(cutoff)}，期末{days}天不在其中",
                    f"it reaches to {cutoff}, {_days(days)} short of the period",
                )
            )
        if row["extended_until"] is not None:
            zh = f"经{row['extended_by']}批准延期至{_day(row['extended_until'])}（{row['extended_because']}）"
            said.append(
                (zh, f"extended to {row['extended_until']} by {row['extended_by']} ({row['extended_because']})")
            )
        return said

    def _state(self, row: Mapping[str, Any]) -> tuple[str, str]:
        state = State(row["state"])
        came = row["received_at"]
        match state:
            case State.NOT_APPLICABLE:
                past = ("期限", "that day") if row["limit_at"] is not None else ("报告期", "that period")
                return (
                    f"规定这项报送的文件{_day(row['issued'])}才印发，晚于{past[0]}，不溯及既往：{state.zh}",
                    f"issued on {row['issued']}, after {past[1]}, and not enforced backwards: {state.en}",
                )
            case State.PROVISIONAL if row["accepted_at"] is not None:
                zh, en = self.kinds.get(row["awaits"], (row["awaits"], row["awaits"]))
                return (
                    f"{_moment(row['accepted_at'])}收到并接受{self._late_zh(row)}；须待本期《{zh}》齐备，"
                    f"尚缺{row['awaited']}份，收齐前为{state.zh}",
                    f"accepted ({row['accepted_at']:%Y-%m-%d %H:%M}{self._late_en(row)}), and {state.en} until "
                    f"{row['awaited']} more of {en} are in",
                )
            case State.ACCEPTED | State.ACCEPTED_LATE | State.ACCEPTED_UNDATED:
                return self._accepted(row, state)
            case State.NIL:
                return (
                    f"{_day(row['nil_on'])}申报本期无事项：{state.zh}{self._late_zh(row)}",
                    f"declared nil on {row['nil_on']}: {state.en}{self._late_en(row)}",
                )
            case State.RETURNED | State.RECEIVED:
                nil_zh, nil_en = _withdrawn_nil(row)
                return (
                    f"{nil_zh}{_moment(came)}收到，{'已退回，须更正后重报' if state is State.RETURNED else '尚未判定'}"
                    f"：{state.zh}{self._late_zh(row)}",
                    f"{nil_en}received {came:%Y-%m-%d %H:%M}: {state.en}{self._late_en(row)}",
                )
            case State.MISSING:
                return (
                    f"截至{_moment(self.on)}未收到：{state.zh}{self._late_zh(row)}",
                    f"nothing received by {self.on.astimezone(ZONE):%Y-%m-%d %H:%M}: {state.en}{self._late_en(row)}",
                )
            case _:
                return self._ahead(row, state)

    def _accepted(self, row: Mapping[str, Any], state: State) -> tuple[str, str]:
        first, accepted = row["first_received_at"], row["accepted_at"]
        zh, en = f"{_moment(accepted)}收到并接受", f"accepted, received {accepted:%Y-%m-%d %H:%M}"
        if first < accepted:
            zh = f"首次{_moment(first)}收到，未被接受；{zh}"
            en = f"first received {first:%Y-%m-%d %H:%M} and not accepted; {en}"
        nil_zh, nil_en = _withdrawn_nil(row)
        return f"{nil_zh}{zh}：{state.zh}{self._late_zh(row)}", f"{nil_en}{en}: {state.en}{self._late_en(row)}"

    def _ahead(self, row: Mapping[str, Any], state: State) -> tuple[str, str]:
        if row["limit_at"] is None:
            return f"尚未收到：{state.zh}", f"nothing received: {state.en}"
        left = row["workdays_left"]
        if row["limit_at"].date() == self.on.astimezone(ZONE).date():
            return f"今日到期：{state.zh}", f"due today: {state.en}"
        return f"尚余{left}个工作日：{state.zh}", f"{_days(left, 'working day')} left: {state.en}"

    def _late_zh(self, row: Mapping[str, Any]) -> str:
        if not row["overdue"]:
            return ""
        if not row["days_late"]:
            return "，当日逾时"
        return f"，逾期{row['days_late']}日（{row['workdays_late']}个工作日{self._between(row)[0]}）"

    def _late_en(self, row: Mapping[str, Any]) -> str:
        if not row["overdue"]:
            return ""
        if not row["days_late"]:
            return ", later on that day than its hour"
        return f", {_days(row['days_late'])} late ({_days(row['workdays_late'], 'working day')}{self._between(row)[1]})"

    def _between(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The holidays and days worked in exchange between the limit and the end of what is late."""
        span = row["limit_at"].date(), _settled(row, self.on)
        if span not in self._spans:
            self._spans[span] = self._arranged_between(*span)
        return self._spans[span]

    @cached_property
    def _spans(self) -> dict[tuple[date, date], tuple[str, str]]:
        """What was said of a span already: many filers are late for one."""
        return {}

    def _arranged_between(self, limit: date, settled: date) -> tuple[str, str]:
        days = self.calendar.days(limit + timedelta(days=1), settled)
        named = [(day.festival, day.is_workday) for day in days if day.festival]
        rest = Counter(festival for festival, worked in named if not worked)
        work = Counter(festival for festival, worked in named if worked)
        if len(rest) + len(work) > NAMED_APART:
            off, on = sum(rest.values()), sum(work.values())
            return f"，其间放假{off}天、调休上班{on}天", f", with {off} off and {on} worked in exchange"
        zh = [f"{f.name}放假{n}天" for f, n in rest.items()]
        zh += [f"{f.name}调休上班{n}天" for f, n in work.items()]
        en = [f"{n} off for {f.name_en}" for f, n in rest.items()]
        en += [f"{n} worked in exchange for {f.name_en}" for f, n in work.items()]
        return ("，其间" + "、".join(zh) if zh else ""), (", with " + ", ".join(en) if en else "")


def _withdrawn_nil(row: Mapping[str, Any]) -> tuple[str, str]:
    """What is said of a nil return before what was filed after it; nothing where there was none."""
    nil, limit = row["nil_on"], row["limit_at"]
    if nil is None or (row["accepted_at"] or row["received_at"]).date() < nil:
        return "", ""
    if limit is not None and nil <= limit.date() and row["state"] != State.RETURNED:
        return (
            f"{_day(nil)}按时申报过本期无事项，其后所报为更正；",
            f"declared nil in time on {nil} and corrected since; ",
        )
    return (
        f"{_day(nil)}申报过本期无事项，已由其后所报取代；",
        f"declared nil on {nil}, withdrawn by what was filed since; ",
    )


def _settled(row: Mapping[str, Any], on: datetime) -> date:
    """The day until which lateness was counted."""
    if row["accepted_at"] is not None:
        return row["accepted_at"].date()  # type: ignore[no-any-return]
    if row["state"] == State.RECEIVED:
        return row["received_at"].date()  # type: ignore[no-any-return]
    nil = row["nil_on"] if row["state"] == State.NIL else None
    return nil or on.astimezone(ZONE).date()


def _days(number: int, unit: str = "day") -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(ZONE)
    return f"{_day(local.date())}{local:%H:%M}"
