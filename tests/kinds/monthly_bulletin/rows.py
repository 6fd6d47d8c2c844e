"""通信业主要指标月报: rows that keep every rule of monthly_bulletin, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
    "2021-01",
    "CA",
    (
        {"name": "全省电话用户", "unit": "万户", "reached": "4859.7", "growth": "1.2", "month": "4859.7"},
        {"name": "其中：固定电话用户", "unit": "万户", "reached": "500.1", "growth": "-2.0", "month": "500.1"},
        {"name": "移动电话用户", "unit": "万户", "reached": "4359.5", "growth": "——", "month": "4359.5"},
    ),
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "MB-01", 1),
    change(RIGHT, "MB-02", growth="-101"),
    change(RIGHT, "MB-03", 2, month="4359.4"),
    change(RIGHT, "MB-04", reached="4861.0", month="4861.0"),
)
