"""Half a year of a bureau's deadlines with every state, judged by the real rules; for tests of what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl

from contracts.calendar import shipped_calendar
from contracts.obligations import ZONE, Duties
from contracts.period import Period
from contracts.timeliness import DECLARED_NIL, EXTENDED, FILED, Kept, judge_timeliness
from contracts.timeliness_words import Telling

YEAR = 2019
ON = datetime(2019, 7, 8, 9, tzinfo=ZONE)
CALENDAR = shipped_calendar("cn")
FILERS = {"CT": "江西电信", "CM": "江西移动", "CU": "江西联通", "TT": "江西铁塔"}
KINDS = {
    "network_build": ("网络建设情况表", "network construction"),
    "report": ("工作信息", "work report"),
    "plan": ("年度工作计划", "plan of the year"),
    "summary": ("年度工作总结", "summary of the year"),
    "bulletin": ("安全周报", "security weekly"),
    "incident": ("网络事故报告", "incident report"),
}
TEXT = (
    "filer", "class", "kind", "cadence", "due", "roll", "by", "cutoff", "from", "until", "nil", "awaits", "assumed",
    "basis",
)  # fmt: skip
OWED: tuple[dict[str, Any], ...] = (
    {"filer": "*", "kind": "network_build", "cadence": "monthly", "due": "+10d", "roll": "next-workday", "nil": "yes"},
    {"filer": "*", "kind": "report", "cadence": "quarterly", "due": "last-month-15", "issued": date(2019, 4, 10)},
    {"filer": "*", "kind": "summary", "cadence": "yearly", "due": "12-31", "awaits": "report"},
    {"filer": "CT", "kind": "plan", "cadence": "once", "due": "unstated"},
    {"filer": "TT", "kind": "plan", "cadence": "once", "due": "unstated"},
    {"filer": "CM", "kind": "plan", "cadence": "once", "due": "2019-01-31", "by": "close"},
    {"filer": "TT", "kind": "bulletin", "cadence": "weekly", "due": "next-fri", "from": "2019-W26"},
    {"filer": "*", "kind": "incident", "cadence": "event", "due": "+5wd", "assumed": "未载明首日是否计入，按不计入"},
)
# Filer, form, period, moment, verdict; in the order of the ledger.
CAME: tuple[tuple[str, str, str, str, str | None], ...] = (
    *((f, "network_build", f"2019-0{m}", f"2019-0{m + 1}-0{8 if f == 'CT' else 9}T10:00", "accepted")
      for m in range(1, 6) for f in ("CT", "CU")),
    ("CM", "network_build", "2019-01", "2019-02-10T10:00", "returned"),
    ("CM", "network_build", "2019-01", "2019-02-14T16:00", "accepted"),
    ("CM", "network_build", "2019-02", "2019-03-08T09:00", "accepted"),
    ("CM", "network_build", "2019-02", "2019-03-29T09:00", "accepted"),
    ("CM", "network_build", "2019-04", "2019-05-20T09:00", "returned"),
    ("CM", "network_build", "2019-05", "2019-06-09T09:00", None),
    ("CT", "report", "2019Q2", "2019-06-14T15:00", "accepted"),
    ("CM", "report", "2019Q2", "2019-06-17T08:30", "accepted"),
    ("CU", "summary", "2019", "2019-07-01T08:30", "accepted"),
    ("CM", "plan", "2019", "2019-01-31T18:10", "accepted"),
    ("TT", "plan", "2019", "2019-03-01T10:00", "accepted"),
)  # fmt: skip
LONGER: tuple[tuple[Any, ...], ...] = (
    ("TT", "network_build", "2019-05", date(2019, 7, 19), "网络处", "系统割接", date(2019, 6, 3)),
)
NIL: tuple[tuple[Any, ...], ...] = (
    ("TT", "network_build", "2019-01", date(2019, 2, 2), "TT", "本期无新建"),
    ("TT", "network_build", "2019-02", date(2019, 3, 15), "TT", "本期无新建"),
)
EVENTS = (("CT", "incident", date(2019, 6, 20)),)


def make(
    owed: Sequence[Mapping[str, Any]] = OWED,
    came: Sequence[tuple[str, str, str, str, str | None]] = CAME,
    *,
    on: datetime = ON,
    filers: Mapping[str, str] = FILERS,
    kinds: Mapping[str, tuple[str, str]] = KINDS,
    basis: str = "通知四（三）",
    year: int = YEAR,
    nil: Sequence[tuple[Any, ...]] = NIL,
    filed: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The frame that `flows.duties.timetable` would hand over.

    filed: what came, in the place of `came`, which has no submissions to lead to.
    """
    blank = dict.fromkeys((*TEXT, "issued")) | {"roll": "none", "basis": basis}
    rows = pl.DataFrame(
        [blank | dict(row) for row in owed], schema=dict.fromkeys(TEXT, pl.String) | {"issued": pl.Date}
    )
    classes = pl.DataFrame({"code": list(filers), "class": ["basic_carrier"] * len(filers)})
    occurred = {"filer": pl.String, "kind": pl.String, "occurred_on": pl.Date}
    duties = Duties(rows, classes, CALENDAR, events=pl.DataFrame(list(EVENTS), schema=occurred, orient="row"))
    moments = [datetime.fromisoformat(at).replace(tzinfo=ZONE) for _, _, _, at, _ in came]
    listed = [(f, k, p, None, n, at, o) for n, ((f, k, p, _, o), at) in enumerate(zip(came, moments, strict=True))]
    kept = Kept(
        pl.DataFrame(listed, schema=FILED, orient="row") if filed is None else filed,
        pl.DataFrame(list(LONGER), schema=EXTENDED, orient="row"),
        pl.DataFrame(list(nil), schema=DECLARED_NIL, orient="row"),
    )
    known = CALENDAR.as_known_on(on.date())
    judged = judge_timeliness(duties.instances(Period.parse(str(year)), on.date()), kept, on, CALENDAR)
    telling = Telling(filers, kinds, known, on)
    told = [telling.tell(row, duties.reckoned(row, on.date())) for row in judged.iter_rows(named=True)]
    return judged.with_columns(
        filer_name=pl.col("filer").replace(filers),
        kind_zh=pl.col("kind").replace({code: zh for code, (zh, _) in kinds.items()}),
        kind_en=pl.col("kind").replace({code: en for code, (_, en) in kinds.items()}),
        why_zh=pl.Series([zh for zh, _ in told], dtype=pl.String),
        why_en=pl.Series([en for _, en in told], dtype=pl.String),
    )
