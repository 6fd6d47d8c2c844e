"""For every kind a few rows that are right, in a setting in which each of its rules has something to say.

Texts as a filer would type them; whoever needs a table, a typed frame or a judgment gets it here, by the real parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from contracts.context import Reference, References, place
from contracts.judge import Judgment, Waiver, judge
from contracts.kind import Kind, discover_kinds
from contracts.period import Period
from contracts.table import Table
from transforms.parsing import parse_table

Row = Mapping[str, str]
SHEET = "表"
FIRST = 5  # the sheet row of the first data row


@dataclass(frozen=True)
class Right:
    """One submission that is right: its rows, its total row, and what it is compared with.

    previous, peer: rows of the same kind that were accepted before, or from the filer called `peer_name`; computed:
    the bureau's own figures. The pack's lists come from those kinds' own right rows.
    """

    period: str
    filer: str
    rows: tuple[Row, ...]
    total: Row | None = None
    previous: tuple[Row, ...] = ()
    peer: tuple[Row, ...] = ()
    peer_name: str = ""
    computed: tuple[tuple[str, str, str, str], ...] = field(default_factory=tuple)  # indicator, low, value, high

    def changed(self, at: int, **texts: str) -> Right:
        """The same with some texts of row `at` changed; "" is a blank cell."""
        rows = list(self.rows)
        rows[at] = {**rows[at], **texts}
        return replace(self, rows=tuple(rows))


_STATIONS = {
    "area": "甲市",
    "g5_built": "300",
    "g5_opened": "500",
    "g5_shared": "200",
    "shared_with": "乙移动",
    "dc_opening": "3",
    "dc_added": "2",
    "dc_added_hyper": "1",
    "dc_added_large": "1",
    "dc_removed": "0",
    "dc_closing": "5",
    "racks_added": "120",
    "as_of": "2020-11-30",
}
_OTHER_CITY = {
    **_STATIONS,
    "area": "乙市",
    "g5_built": "40",
    "g5_opened": "40",
    "g5_shared": "0",
    "shared_with": "无",
    "dc_added": "1",
    "dc_added_hyper": "0",
    "dc_closing": "4",
    "racks_added": "0",
}
_BEFORE = {**_STATIONS, "g5_built": "200", "g5_opened": "380", "g5_shared": "180", "dc_added": "1", "dc_closing": "4"}
_BEFORE |= {"dc_added_large": "0", "racks_added": "60", "as_of": "2020-10-31"}

_NODE = {
    "indicator_no": "1",
    "node_no": "1-1",
    "node": "督促落实降费",
    "state": "提前完成",
    "started": "2020年3月",
    "finished": "2020年11月30日",
    "due": "2020-12-31",
    "document": "示例〔2020〕1号",
    "narrative": "已督促三家企业落实降费并完成自查。",
    "object_name": "参与企业数",
    "objects": "甲电信、乙移动、丙联通",
    "object_unit": "家",
    "span": "2019-2020",
    "problem": "无",
}

RIGHT: dict[str, Right] = {
    "filer_list": Right(
        "2020",
        "CA",
        (
            {"code": "CA", "name": "示例局", "full_name": "示例通信管理局", "class": "bureau"},
            {"code": "GLC", "name": "管理处", "full_name": "示例通信管理局管理处", "class": "department"},
            {"code": "JIA", "name": "甲电信", "full_name": "甲电信示例分公司", "class": "basic_carrier"},
            {"code": "YI", "name": "乙移动", "full_name": "乙移动示例分公司", "class": "basic_carrier"},
        ),
    ),
    "indicator_tree": Right(
        "2020",
        "CA",
        (
            {"code": "A", "level": "1", "title": "提速降费", "illustrative": "是"},
            {"code": "B", "level": "2", "parent": "A", "title": "精准降费"},
            {"code": "1", "level": "3", "parent": "B", "title": "平均资费降低15%"},
            {
                "code": "1-1",
                "level": "node",
                "parent": "1",
                "title": "督促落实",
                "department": "GLC",
                "target_indicator": "line_price",
                "target_name": "专线资费降幅",
                "target": "降低15%以上",
                "unit": "%",
                "nature": "约束性",
            },
            {"code": "1-2", "level": "node", "parent": "1", "title": "组织自查", "department": "GLC"},
            {"code": "1-3", "level": "node", "parent": "1", "title": "跨年事项", "department": "GLC"},
        ),
    ),
    "obligation_list": Right(
        "2020",
        "CA",
        (
            {"filer": "JIA", "kind": "network_build", "cadence": "monthly", "due": "+10d", "roll": "none"}
            | {"from": "2020-10", "until": "2020-12", "basis": "月报约定"},
            {"filer": "GLC", "kind": "work_nodes", "cadence": "yearly", "due": "12-31", "roll": "none"}
            | {"basis": "年报约定"},
        ),
    ),
    "arrival_list": Right(
        "2020",
        "CA",
        (
            {
                "file": "submissions/network_build/JIA_2020-11.xlsx",
                "received_at": "2020-12-07T09:48:00+08:00",
                "channel": "报送系统",
            },
            {
                "file": "submissions/network_build/YI_2020-11.csv",
                "received_at": "2020-12-08T10:00+08:00",
                "channel": "邮件",
            },
        ),
    ),
    "waiver_list": Right(
        "2020",
        "CA",
        ({"rule": "NB-01", "filer": "JIA", "period": "2020-11", "approver": "示例局长", "reason": "系统割接"},),
    ),
    "work_nodes": Right(
        "2020",
        "GLC",
        (
            _NODE,
            {
                "indicator_no": "1",
                "node_no": "1-2",
                "node": "组织自查",
                "state": "已完成",
                "finished": "2020-10-10",
                "narrative": "十月十日前完成资费自查工作。",
                "problem": "无",
            },
            {
                "indicator_no": "1",
                "node_no": "1-3",
                "node": "跨年事项",
                "state": "跨年推进",
                "due": "2021年6月",
                "narrative": "方案已经印发，下一年度继续推进。",
                "problem": "涉及跨年度投资安排",
            },
        ),
    ),
    "network_build": Right(
        "2020-11",
        "JIA",
        (_STATIONS, _OTHER_CITY),
        total={
            "area": "合计",
            "g5_built": "340",
            "g5_opened": "540",
            "g5_shared": "200",
            "dc_opening": "6",
            "dc_added": "3",
            "dc_added_hyper": "1",
            "dc_added_large": "2",
            "dc_removed": "0",
            "dc_closing": "9",
            "racks_added": "120",
        },
        previous=(_BEFORE, {**_OTHER_CITY, "as_of": "2020-10-31"}),
        peer=({**_STATIONS, "g5_built": "450", "g5_opened": "500", "g5_shared": "50", "shared_with": "甲电信"},),
        peer_name="乙移动",
    ),
    "user_complaints": Right(
        "2020",
        "SSC",
        (
            {
                "complaint_id": "S-001",
                "carrier": "甲电信",
                "category": "收费争议",
                "received_on": "2020-03-02",
                "accepted_on": "2020-03-03",
                "answered_on": "2020-03-10",
                "closed_on": "2020-03-20",
                "outcome": "办结",
            },
            {
                "complaint_id": "S-002",
                "carrier": "乙移动",
                "category": "网络质量",
                "received_on": "2020年12月30日",
                "accepted_on": "2020-12-31",
                "outcome": "处理中",
            },
            {
                "complaint_id": "S-003",
                "carrier": "乙移动",
                "category": "其他",
                "received_on": "2020/6/1",
                "outcome": "不予受理",
            },
        ),
    ),
    "tariffs": Right(
        "2020",
        "JIA",
        (
            {"code": "line_price", "service": "专线", "before": "100.00", "now": "80.00", "unit": "元/月"}
            | {"fall": "降低20%", "as_of": "2020年11月"},
            {"code": "sme_price", "service": "中小企业宽带", "before": "46", "now": "37.7", "unit": "元/月"}
            | {"fall": "下降15%以上", "as_of": "2020-11-30"},
        ),
    ),
    "website_filing": Right(
        "2020-11",
        "GLC",
        (
            {
                "filing_rate": "99.9%以上",
                "found": "120",
                "handled": "118",
                "blacklisted": "20",
                "list_cadence": "每周",
                "as_of": "2020-11-30",
            },
        ),
        previous=({"filing_rate": "99%", "found": "90", "handled": "90", "blacklisted": "10", "as_of": "2020-10-31"},),
    ),
    "nuisance_calls": Right(
        "2020",
        "GLC",
        (
            {"carrier": "甲电信", "verified": "1,500", "handled": "1498"},
            {"carrier": "乙移动", "verified": "20", "handled": "20"},
        ),
        total={"carrier": "合计", "verified": "1520", "handled": "1518"},
    ),
    "indicator_figures": Right(
        "2020",
        "GLC",
        (
            {"item_no": "7", "indicator": "spam_rate", "name": "处置率", "value": "99%以上", "unit": "%"},
            {"item_no": "8", "indicator": "drills", "name": "演练次数", "value": "100余次", "unit": "次"}
            | {"as_of": "2020-12-20"},
        ),
        computed=(("drills", "103", "103", "103"),),
    ),
    "carrier_complaints": Right(
        "2020Q4",
        "CA",
        (
            {"carrier": "甲电信", "service": "30", "quality": "10", "billing": "20", "total": "60", "share": "60.00%"}
            | {"user_share": "40.1%", "rate": "12.5", "rate_growth": "-3.2%"},
            {"carrier": "乙移动", "service": "20", "quality": "15", "billing": "5", "total": "40", "share": "40.0%"}
            | {"user_share": "59.9%", "rate": "8", "rate_growth": "1.5%"},
        ),
    ),
    "monthly_bulletin": Right(
        "2021-01",
        "CA",
        (
            {"name": "全省电话用户", "unit": "万户", "reached": "4859.7", "growth": "1.2", "month": "4859.7"},
            {"name": "其中：固定电话用户", "unit": "万户", "reached": "500.1", "growth": "-2.0", "month": "500.1"},
            {"name": "移动电话用户", "unit": "万户", "reached": "4359.5", "growth": "——", "month": "4359.5"},
        ),
    ),
}


@cache
def kinds() -> dict[str, Kind]:
    return discover_kinds()


def texts_frame(kind: Kind, rows: Sequence[Row], first: int = FIRST) -> pl.DataFrame:
    """Rows as reading gives them: `_row`, and a text or null for every field."""
    columns = {f.name: [row.get(f.name) or None for row in rows] for f in kind.fields}
    schema = {"_row": pl.Int64, **{f.name: pl.String for f in kind.fields}}
    return pl.DataFrame({"_row": list(range(first, first + len(rows))), **columns}, schema=schema)


def make_table(kind: Kind, rows: Sequence[Row], total: Row | None = None) -> Table:
    """The table that a sheet with every column of the kind, in its order from A on, is read as."""
    letters = {f.name: chr(ord("A") + i) for i, f in enumerate(kind.fields)}
    totals = texts_frame(kind, [total] if total else [], FIRST + len(rows))
    headings = {name: f"{letter}{FIRST - 1}" for name, letter in letters.items()}
    return Table(SHEET, texts_frame(kind, rows), letters, headings, totals)


def typed(kind: Kind, rows: Sequence[Row], year: int | None = 2020) -> pl.DataFrame:
    return parse_table(make_table(kind, rows), kind.fields, year=year)


def reference(code: str, rows: Sequence[Row], file: str, **extra: str) -> Reference:
    kind = kinds()[code]
    frame = typed(kind, rows).with_columns(pl.lit(text).alias(name) for name, text in extra.items())
    return Reference(frame, make_table(kind, rows).columns, SHEET, file)


def references(code: str, right: Right) -> References:
    """What the right rows of a kind are compared with, for each of its contexts."""
    found: dict[str, Reference | list[Reference]] = {}
    for context in kinds()[code].contexts:
        if context.source == "previous":
            found["previous"] = reference(code, right.previous, "before.xlsx")
        elif context.source == "peer":
            found["peer"] = [reference(code, right.peer, "peer.xlsx", _filer_name=right.peer_name)]
        elif context.source == "figures":
            found["figures"] = computed_figures(right)
        else:
            found[context.source] = reference(context.source, RIGHT[context.source].rows, f"{context.source}.csv")
    return found


def computed_figures(right: Right) -> Reference:
    exact = pl.Decimal(38, 6)
    schema = {"indicator": pl.String, "low": pl.String, "value": pl.String, "high": pl.String}
    frame = pl.DataFrame(right.computed, schema=schema, orient="row").with_columns(
        pl.col("low", "value", "high").cast(exact),
        _row=pl.lit(0, dtype=pl.Int64),
        value__at=pl.lit(place("a.xlsx", "表", "B2")),
    )
    return Reference(frame, {}, "", "")


def judge_right(
    code: str, right: Right, given: References | None = None, waivers: Sequence[Waiver] = (), kind: Kind | None = None
) -> Judgment:
    """The judgment on these rows in their setting; `given` replaces what they are compared with."""
    period = Period.parse(right.period)
    kind = kind or kinds()[code].in_force(period)
    table = make_table(kind, right.rows, right.total)
    frame = parse_table(table, kind.fields, year=period.year)
    totals = replace(table, frame=table.totals)
    return judge(
        kind,
        table,
        frame,
        period=period,
        filer=right.filer,
        totals=parse_table(totals, kind.fields, year=period.year),
        references=references(code, right) if given is None else given,
        waivers=waivers,
    )
