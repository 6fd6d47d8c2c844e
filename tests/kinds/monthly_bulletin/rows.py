"""通信业主要指标月报: rows that keep every rule of monthly_bulletin, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Row, Wrong, change, double


def _row(name: str, unit: str, reached: str, growth: str = "——", **more: str) -> Row:
    return {"name": name, "unit": unit, "reached": reached, "growth": growth, **more}


RIGHT = Right(
    "2021-01",
    "CA",
    (
        _row("全省电话用户（万户）", "万户", "4859.7", "1.2", month="4859.7", month_growth="1.2", net_month="3.1",
             net_year="3.1"),
        _row("其中：固定电话用户", "万户", "500.1", "-2.0", month="500.1", net_month="-0.4", net_year="-0.4"),
        _row("　　　移动电话用户", "万户", "4359.5", month="4359.5", net_month="3.5", net_year="/"),
        _row("　　　其中：5G移动电话用户", "万户", "2485.9", "29.6", month="2485.9"),
        _row("　　　　　　4G移动电话用户", "万户", "1,800.0", "-13.9", month="1800.0"),
        _row("一、固定宽带接入用户", "万户", "1653.2", "11.7%"),
        _row("1.家庭宽带接入用户", "万户", "1500.1"),
        _row("2.政企宽带接入用户", "万户", "153.0"),
        _row("移动短信业务量合计", "亿条", "100.0", "5"),
        _row("　点对点短信", "亿条", "60.0", "（1.5）"),
        _row("　行业短信", "亿条", "40.0"),
        _row("固定传统长途电话通话时长合计", "万分钟", "641492.4", "-20.4"),
        _row("国内长途电话通话时长", "万分钟", "635188.3", "-20.1"),
        _row("国际电话去话通话时长", "万分钟", "3387.4", "-29.9"),
        _row("港澳台电话去话通话时长", "万分钟", "2916.7", "-50.0"),
        _row("IP电话通话时长合计", "万分钟", "941863.3", "-19.2"),
        _row("IP电话国内长途通话时长", "万分钟", "930433.7", "-19.1"),
        _row("IP电话国际电话通话时长", "万分钟", "7135.4", "-25.8"),
        _row("IP电话港澳台电话通话时长", "万分钟", "4294.2", "-32.7"),
        _row("光缆线路长度", "万公里", "215.4", month="215.4"),
    ),
)  # fmt: skip
LAST = len(RIGHT.rows) - 1

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "MB-01", LAST),
    change(RIGHT, "MB-02", growth="-101"),
    change(RIGHT, "MB-03", LAST, month="215.3"),
    change(RIGHT, "MB-04", reached="4861.0", month="4861.0"),
    change(RIGHT, "MB-05 MB-06", 3, reached="4400.0", month=""),
    change(RIGHT, "MB-06", 4, reached="1900.0", month=""),
    change(RIGHT, "MB-07 MB-08", 3, reached="", month="4400.0"),
    change(RIGHT, "MB-08", 4, reached="", month="1900.0"),
    change(RIGHT, "MB-09 MB-10", 7, reached="1700.0"),
    change(RIGHT, "MB-10", 7, reached="160.0"),
    change(RIGHT, "MB-11", 9, reached="59.0"),
    change(RIGHT, "MB-11", 9, reached="61.0"),
    change(RIGHT, "MB-12", 13, reached="3388.4"),
    change(RIGHT, "MB-13", 18, reached="4294.9"),
    change(RIGHT, "MB-14", LAST, unit=""),
    change(RIGHT, "MB-15", unit="亿户"),
    change(RIGHT, "MB-16", LAST, name="其中："),
)
