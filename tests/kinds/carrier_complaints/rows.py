"""用户申诉分类统计表: rows that keep every rule of carrier_complaints, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change

RIGHT = Right(
    "2020Q4",
    "CA",
    (
        {"carrier": "甲电信", "service": "30", "quality": "10", "billing": "20", "total": "60", "share": "60.00%"}
        | {"user_share": "40.1%", "rate": "12.5", "rate_growth": "-3.2%"},
        {"carrier": "乙移动", "service": "20", "quality": "15", "billing": "5", "total": "40", "share": "40.0%"}
        | {"user_share": "59.9%", "rate": "8", "rate_growth": "1.5%"},
    ),
)

WRONG: tuple[Wrong, ...] = (
    change(RIGHT, "CC-01", service="31"),
    change(RIGHT, "CC-02", share="61%"),
    change(RIGHT, "CC-share-point", share="55%~65%"),
    change(RIGHT, "CC-user_share-point", user_share="10%~90%"),
    change(RIGHT, "CC-rate_growth-point", rate_growth="1%~2%"),
    Wrong(RIGHT.changed(1, carrier="甲电信"), ("CC-03",)),
)
