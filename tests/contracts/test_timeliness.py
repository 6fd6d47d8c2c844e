"""What became of each instance, as of a moment: one case for every state, its sentence, and the laws behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from contracts.calendar import shipped_calendar
from contracts.obligations import ZONE, Duties
from contracts.period import Period
from contracts.timeliness import DECLARED_NIL, EXTENDED, FILED, Kept, State, judge_timeliness
from contracts.timeliness_words import Telling

CALENDAR = shipped_calendar("cn")
YEAR = Period.parse("2019")
TEXT = (
    "filer",
    "class",
    "kind",
    "cadence",
    "due",
    "roll",
    "by",
    "cutoff",
    "from",
    "until",
    "nil",
    "awaits",
    "assumed",
    "basis",
)
FILERS = pl.DataFrame({"code": ["CT", "ISP"], "class": ["basic_carrier", "value_added"]})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def duties(*rows: dict[str, Any], events: pl.DataFrame | None = None) -> Duties:
    base = {
        "filer": "CT",
        "kind": "report",
        "cadence": "quarterly",
        "due": "last-month-15",
        "roll": "none",
        "basis": "通知四（三）",
    }
    frame = pl.DataFrame(
        [dict.fromkeys((*TEXT, "issued")) | base | row for row in rows],
        schema=dict.fromkeys(TEXT, pl.String) | {"issued": pl.Date},
    )
    return Duties(frame, FILERS, CALENDAR) if events is None else Duties(frame, FILERS, CALENDAR, events=events)


def filed(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    """(kind, period, received, outcome) of CT, in the order of the ledger."""
    return pl.DataFrame(
        [
            {
                "filer": "CT",
                "kind": k,
                "period": p,
                "submission": f"S-{n}",
                "sequence": n,
                "received_at": at(m),
                "outcome": o,
            }
            for n, (k, p, m, o) in enumerate(rows)
        ],
        schema=FILED,
    )


def q2(received: str, outcome: str | None) -> tuple[str, str, str, str | None]:
    return ("report", "2019Q2", received, outcome)


def kept(*rows: tuple[str, str, str, str | None], extended: Any = (), nil: Any = ()) -> Kept:
    return Kept(
        filed(*rows),
        pl.DataFrame(list(extended), schema=EXTENDED, orient="row"),
        pl.DataFrame(list(nil), schema=DECLARED_NIL, orient="row"),
    )


def judged(
    owed: Duties, known: Kept, on: str, period: str = "2019Q2", kind: str = "report"
) -> tuple[State, str, dict[str, Any]]:
    """The state of one instance, its Chinese sentence, and the row."""
    moment = at(on)
    frame = judge_timeliness(owed.instances(YEAR, moment.date()), known, moment, CALENDAR)
    row = frame.filter(period=period, kind=kind).row(0, named=True)
    telling = Telling(
        {"CT": "湖南电信"}, {"report": ("工作信息", "work report")}, CALENDAR.as_known_on(moment.date()), moment
    )
    zh, en = telling.tell(row, owed.reckoned(row, moment.date()))
    assert en.isascii() or "（" in en or "》" in en or "通知" in en
    return State(row["state"]), zh, row


QUARTERLY = duties({})


@pytest.mark.parametrize(
    ("known", "on", "state", "said"),
    [
        (kept(), "2019-05-20T09:00", State.NOT_YET_DUE, "尚余18个工作日：未到期"),
        (kept(), "2019-06-13T09:00", State.DUE_SOON, "尚余1个工作日：即将到期"),
        (kept(), "2019-06-15T23:59", State.DUE_SOON, "2019年6月15日（周六）；不顺延（文件未规定顺延）"),
        (kept(), "2019-06-17T09:00", State.MISSING, "截至2019年6月17日09:00未收到：缺报，逾期2日（1个工作日）"),
        (kept(q2("2019-06-14T10:00", "accepted")), "2019-06-17T09:00", State.ACCEPTED, "按时接受"),
        (kept(q2("2019-06-14T10:00", "returned")), "2019-06-14T12:00", State.RETURNED, "须更正后重报：已退回。"),
        (
            kept(q2("2019-06-14T10:00", "returned"), q2("2019-06-18T10:00", "accepted")),
            "2019-07-01T09:00",
            State.ACCEPTED_LATE,
            "首次2019年6月14日10:00收到，未被接受；2019年6月18日10:00收到并接受：迟报接受，逾期3日（2个工作日）",
        ),
        (
            kept(q2("2019-06-14T10:00", "accepted"), q2("2019-06-18T10:00", "accepted")),
            "2019-07-01T09:00",
            State.ACCEPTED,
            "按时接受",
        ),
        (
            kept(q2("2019-06-14T10:00", "accepted"), q2("2019-06-18T10:00", "returned")),
            "2019-07-01T09:00",
            State.ACCEPTED,
            "按时接受",
        ),
        (
            kept(extended=[("CT", "report", "2019Q2", date(2019, 6, 20), "张处长", "系统割接", date(2019, 6, 12))]),
            "2019-06-17T09:00",
            State.EXTENDED,
            "经张处长批准延期至2019年6月20日（系统割接）。尚余3个工作日：已延期",
        ),
        (
            kept(extended=[("CT", "report", "2019Q2", date(2019, 6, 20), "张处长", "系统割接", date(2019, 6, 18))]),
            "2019-06-17T09:00",
            State.MISSING,
            "缺报",
        ),
        (
            kept(nil=[("CT", "report", "2019Q2", date(2019, 6, 15), "李某", "本期无事项")]),
            "2019-07-01T09:00",
            State.NIL,
            "2019年6月15日申报本期无事项：零报告。",
        ),
        (kept(q2("2019-06-14T10:00", None)), "2019-06-14T12:00", State.RECEIVED, "尚未判定：已收待判"),
        # What nobody judged yet is measured by its arrival, the last one; what was returned is open until now.
        (kept(q2("2019-06-14T10:00", None)), "2019-06-25T12:00", State.RECEIVED, "尚未判定：已收待判。依据"),
        (
            kept(q2("2019-06-17T10:00", None)),
            "2019-06-25T12:00",
            State.RECEIVED,
            "尚未判定：已收待判，逾期2日（1个工作日）",
        ),
        (
            kept(q2("2019-06-14T10:00", "returned"), q2("2019-06-18T10:00", None)),
            "2019-06-25T12:00",
            State.RECEIVED,
            "2019年6月18日10:00收到，尚未判定：已收待判，逾期3日（2个工作日）",
        ),
        (
            kept(q2("2019-06-14T10:00", "returned")),
            "2019-06-25T12:00",
            State.RETURNED,
            "已退回，逾期10日（7个工作日）",
        ),
    ],
)
def test_every_state_says_why(known: Kept, on: str, state: State, said: str) -> None:
    found, zh, _ = judged(QUARTERLY, known, on)
    assert (found, said in zh) == (state, True), zh


def declared(day: int) -> list[tuple[Any, ...]]:
    return [("CT", "report", "2019Q2", date(2019, 6, day), "李某", "本期无事项")]


IN_TIME, TOO_LATE = declared(14), declared(17)
CORRECTED = "2019年6月14日按时申报过本期无事项，其后所报为更正；"


@pytest.mark.parametrize(
    ("known", "state", "overdue", "said"),
    [
        # A nil return stands where what was filed came before it.
        (kept(q2("2019-06-13T10:00", "returned"), nil=IN_TIME), State.NIL, False, "申报本期无事项：零报告。"),
        (kept(q2("2019-06-13T10:00", None), nil=TOO_LATE), State.NIL, True, "零报告，逾期2日（1个工作日）"),
        (kept(q2("2019-06-13T10:00", "accepted"), nil=TOO_LATE), State.ACCEPTED, False, "。2019年6月13日10:00收到并"),
        # What is filed afterwards withdraws it, on the same day too: a declaration bears no hour.
        (kept(q2("2019-06-14T10:00", None), nil=IN_TIME), State.RECEIVED, False, CORRECTED),
        (kept(q2("2019-06-20T10:00", None), nil=IN_TIME), State.RECEIVED, False, CORRECTED),
        (
            kept(q2("2019-06-20T10:00", "returned"), nil=IN_TIME),
            State.RETURNED,
            True,
            "已由其后所报取代；2019年6月20日10:00收到，已退回，须更正后重报：已退回，逾期16日（11个工作日）",
        ),
        # Accepted after a nil return in time it is a correction; after one that was late it is not.
        (
            kept(q2("2019-06-20T10:00", "accepted"), nil=IN_TIME),
            State.ACCEPTED,
            False,
            CORRECTED + "2019年6月20日10:00收到并接受：按时接受。",
        ),
        (
            kept(q2("2019-06-20T10:00", "returned"), q2("2019-06-24T10:00", "accepted"), nil=IN_TIME),
            State.ACCEPTED,
            False,
            CORRECTED + "首次2019年6月20日10:00收到，未被接受；",
        ),
        (
            kept(q2("2019-06-20T10:00", "accepted"), nil=TOO_LATE),
            State.ACCEPTED_LATE,
            True,
            "2019年6月17日申报过本期无事项，已由其后所报取代；2019年6月20日10:00收到并接受：迟报接受，逾期5日（4个工作日）",
        ),
    ],
)
def test_a_nil_return_stands_until_something_is_filed(known: Kept, state: State, overdue: bool, said: str) -> None:
    found, zh, row = judged(QUARTERLY, known, "2019-07-01T09:00")
    assert (found, row["overdue"], row["days_late"] > 0, said in zh) == (state, overdue, overdue, True), zh


def test_a_withdrawn_nil_return_is_awaited_again() -> None:
    owed = duties({}, {"kind": "summary", "cadence": "yearly", "due": "12-01", "awaits": "report"})
    came: list[tuple[str, str, str, str | None]] = [
        ("report", f"2019Q{n}", f"2019-0{3 * n}-14T10:00", "accepted") for n in (1, 3)
    ]
    came.append(("report", "2019Q4", "2019-12-01T09:00", "accepted"))
    came.append(("summary", "2019", "2019-12-01T10:00", "accepted"))
    assert judged(owed, kept(*came, nil=IN_TIME), "2019-12-10T09:00", "2019", "summary")[0] is State.ACCEPTED
    came.append(("report", "2019Q2", "2019-12-02T10:00", "returned"))
    found, _, row = judged(owed, kept(*came, nil=IN_TIME), "2019-12-10T09:00", "2019", "summary")
    assert (found, row["awaited"]) == (State.PROVISIONAL, 1)


def test_the_order_is_that_of_arrival_and_not_of_the_ledger() -> None:
    listed_late = kept(q2("2019-06-18T10:00", "accepted"), q2("2019-06-14T10:00", "returned"))
    _, zh, row = judged(QUARTERLY, listed_late, "2019-07-01T09:00")
    assert (row["submission"], row["first_received_at"]) == ("S-0", at("2019-06-14T10:00"))
    assert "首次2019年6月14日10:00收到，未被接受；2019年6月18日10:00收到并接受" in zh


def test_what_was_issued_later_is_not_applicable() -> None:
    state, zh, row = judged(duties({"issued": date(2019, 4, 2)}), kept(), "2019-12-31T09:00", "2019Q1")
    assert state is State.NOT_APPLICABLE
    assert "规定这项报送的文件2019年4月2日才印发，晚于期限，不溯及既往：不适用" in zh
    assert (row["overdue"], row["days_late"]) == (False, 0)


def test_a_summary_is_provisional_before_what_it_awaits_is_in() -> None:
    owed = duties({}, {"kind": "summary", "cadence": "yearly", "due": "12-01", "awaits": "report"})
    came = [("report", f"2019Q{n}", f"2019-0{3 * n}-14T10:00", "accepted") for n in (1, 2, 3)]
    came.append(("summary", "2019", "2019-11-29T10:00", "accepted"))
    state, zh, row = judged(owed, kept(*came), "2019-12-10T09:00", "2019", "summary")
    assert (state, row["awaited"]) == (State.PROVISIONAL, 1)
    assert "收到并接受；须待本期《工作信息》齐备，尚缺1份，收齐前为暂定" in zh
    came.append(("report", "2019Q4", "2019-12-13T10:00", "accepted"))
    assert judged(owed, kept(*came), "2019-12-14T09:00", "2019", "summary")[0] is State.ACCEPTED


def test_a_roll_over_a_year_nobody_arranged_is_provisional_until_the_notice() -> None:
    owed = duties({"cadence": "yearly", "due": "next-year-05-01", "roll": "next-workday"})
    before, zh, _ = judged(owed, kept(), "2019-11-01T09:00", "2019")
    assert before is State.PROVISIONAL
    assert "2020年放假安排尚未公布，此期限为暂定" in zh
    after, zh, row = judged(owed, kept(), "2019-12-20T09:00", "2019")
    assert (after, row["due_on"]) == (State.NOT_YET_DUE, date(2020, 5, 6))
    assert "2020年5月1日（周五，劳动节放假" in zh


def test_how_far_a_report_reaches_and_what_is_assumed_is_said() -> None:
    zh = judged(duties({"cutoff": "last-month-10", "assumed": "按惯例"}), kept(), "2019-05-20T09:00")[1]
    assert "约定（文件未载明）：按惯例。所报情况截至2019年6月10日，期末20天不在其中" in zh


def test_lateness_names_the_holidays_between() -> None:
    owed = duties({"cadence": "monthly", "due": "+0d"})
    late = kept(("report", "2019-09", "2019-10-12T10:00", "accepted"))
    _, zh, row = judged(owed, late, "2019-10-20T09:00", "2019-09")
    assert (row["days_late"], row["workdays_late"]) == (12, 5)
    assert "逾期12日（5个工作日，其间国庆节放假7天、国庆节调休上班1天）" in zh


def test_nobody_is_judged_on_a_day_that_no_document_names() -> None:
    state, zh, row = judged(duties({"due": "unstated"}), kept(), "2020-03-01T09:00")
    assert (state, row["due_at"], row["overdue"]) == (State.UNDATED, None, False)
    assert "文件未规定日期，不计迟报。尚未收到：未定期限" in zh


def test_what_comes_after_the_moment_is_not_known() -> None:
    late = kept(q2("2019-06-18T10:00", "accepted"))
    assert judged(QUARTERLY, late, "2019-06-17T09:00")[0] is State.MISSING


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    for moment in (at("2019-06-17T09:00"), datetime(2019, 6, 17, 1, tzinfo=UTC)):
        frame = judge_timeliness(QUARTERLY.instances(YEAR), kept(q2("2019-06-14T10:00", "accepted")), moment, CALENDAR)
        assert frame.filter(period="2019Q2")["state"].to_list() == [State.ACCEPTED]


def test_the_last_second_is_on_time_and_the_next_is_not() -> None:
    for hour, state in (("23:59:59", State.ACCEPTED), ("23:59:59.000001", State.ACCEPTED_LATE)):
        known = kept(q2(f"2019-06-15T{hour}", "accepted"))
        assert judged(QUARTERLY, known, "2019-07-01T09:00")[0] is state
    closing = duties({"by": "close"})
    assert "；当日17:30截止" in judged(closing, kept(), "2019-06-15T12:00")[1]
    assert "今日到期：即将到期" in judged(closing, kept(), "2019-06-15T12:00")[1]
    for hour, state in (("17:30", State.ACCEPTED), ("17:31", State.ACCEPTED_LATE)):
        known = kept(q2(f"2019-06-15T{hour}", "accepted"))
        assert judged(closing, known, "2019-07-01T09:00")[0] is state


@pytest.mark.alone
def test_a_million_instances_are_judged_in_seconds() -> None:
    """31 bureaus × 200 filers × 12 forms × 12 months: expanded and judged in under five seconds."""
    codes = [f"F{n}" for n in range(31 * 200)]
    rows = [
        {
            "filer": "*",
            "class": "basic_carrier",
            "kind": f"k{n}",
            "cadence": "monthly",
            "due": due,
            "roll": "next-workday",
        }
        for n, due in enumerate(["+10d", "+5wd", "last-month-15", "next-month-end"] * 3)
    ]
    owed = duties(*rows)
    owed = Duties(owed.rows, pl.DataFrame({"code": codes, "class": ["basic_carrier"] * len(codes)}), CALENDAR)
    begun = datetime.now(ZONE)
    instances = owed.instances(YEAR)
    some = instances.gather_every(2).select(
        "filer", "kind", "period", submission="filer", sequence=pl.int_range(pl.len(), dtype=pl.Int64),
        received_at=pl.col("due_at") + timedelta(hours=3), outcome=pl.lit("accepted"),
    )  # fmt: skip
    found = judge_timeliness(instances, Kept(some, kept().extended, kept().nil), at("2020-06-17T09:00"), CALENDAR)
    seconds = (datetime.now(ZONE) - begun).total_seconds()
    assert found.height == 31 * 200 * 12 * 12
    assert set(found["state"]) == {State.ACCEPTED_LATE, State.MISSING}
    assert seconds < 5
