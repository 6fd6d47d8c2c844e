"""The one table that every sample file holds: what its cells say, what they are, and where they stand.

The makers write it, the tests compare with it. It must never be changed without making the samples anew.
"""

from __future__ import annotations

from dataclasses import dataclass

SHEET, HIDDEN_SHEET, EMPTY_SHEET = "用户表", "说明", "空表"
HIDDEN_ROW, HIDDEN_COLUMN = 8, "M"
MERGED = (
    *("A1:L1", "A3:A5", "B3:B5", "C3:F3", "G3:G5", "H3:H5", "I3:I5", "J3:J5", "K3:K5", "L3:L5", "M3:M5"),
    *("C4:D4", "E4:F4"),
)


@dataclass(frozen=True)
class Filed:
    """One cell: what the reader shall give (`text`, `type`), what a writer stores, and the formula behind it."""

    text: str
    type: str = "text"
    stored: str | float | bool = ""
    formula: str = ""


def _number(text: str, stored: float | None = None, formula: str = "") -> Filed:
    return Filed(text, "number", float(text) if stored is None else stored, formula)


def _percent(text: str, stored: float) -> Filed:
    return Filed(text, "percent", stored)


def _time(text: str, type_: str, stored: float) -> Filed:
    """A day or a time of day; `stored` is its serial number in the 1900 date system."""
    return Filed(text, type_, stored)


def _text(text: str) -> Filed:
    return Filed(text, "text", text)


_TRUE, _FALSE = Filed("TRUE", "boolean", True), Filed("FALSE", "boolean", False)
_HEADINGS = {
    "A1": "2020年11月电话用户情况表",
    "K2": "单位：万户",
    "A3": "代码",
    "B3": "地区",
    "C3": "电话用户",
    "G3": "报送日期",
    "H3": "所属月份",
    "I3": "填报时间",
    "J3": "时刻",
    "K3": "已审核",
    "L3": "备注",
    "M3": "内部",
    "C4": "移动",
    "E4": "固定",
    "C5": "到达",
    "D5": "同比",
    "E5": "到达",
    "F5": "同比",
}
CELLS: dict[str, Filed] = {
    **{address: _text(text) for address, text in _HEADINGS.items()},
    "A6": _text("0010"),
    "B6": _text("长沙市"),
    "C6": _number("812.5"),
    "D6": _percent("15.3%", 0.153),
    "E6": _number("12"),
    "F6": _percent("-2.5%", -0.025),
    "G6": _time("2020-11-30", "date", 44165),
    "H6": _time("2020-11", "month", 44136),
    "I6": _time("2020-11-30 08:30:00", "datetime", 44165.354166666664),
    "J6": _time("08:30:00", "time", 0.3541666666666667),
    "K6": _TRUE,
    "L6": _text("含郊县\n（不含新区）"),
    "M6": _text("甲"),
    "A7": _text("0020"),
    "B7": _text("株洲市"),
    "C7": _number("0.3", 0.30000000000000004),
    "D7": _percent("0.7%", 0.007),
    "E7": _number("0"),
    "G7": _time("2020-12-01", "date", 44166),
    "H7": _time("2020-12", "month", 44166),
    "I7": _time("2020-12-01 23:59:59", "datetime", 44166.999988425923),
    "J7": _time("23:59:59", "time", 0.999988425925926),
    "K7": _FALSE,
    "L7": _text("无"),
    "A8": _text("0030"),
    "B8": _text("湘潭市"),
    "C8": _number("1234567.89"),
    "E8": _number("-7"),
    "A9": _text("0040"),
    "B9": _text("衡阳市"),
    "C9": Filed("#DIV/0!", "error", "#DIV/0!", "1/0"),
    "E9": _number("12345678901234"),
    "L9": _text("<待核&补>"),
    "A10": _text("合计"),
    "C10": _number("1235380.69", 1235380.69, "SUM(C6:C8)"),
    "E10": _number("12345678901239", None, "SUM(E6:E9)"),
    "L10": Filed("见注", "text", "见注", '"见"&"注"'),
    "A12": _text("注：本表由各市州填报。"),
}
HIDDEN_CELLS: dict[str, Filed] = {"B2": _text("填表说明"), "C3": _number("42")}
FORMATS = {
    "percent": "0.0%",
    "date": "yyyy\\-mm\\-dd",
    "month": "yyyy\\-mm",
    "datetime": "yyyy\\-mm\\-dd\\ hh:mm:ss",
    "time": "hh:mm:ss",
}
