"""骚扰电话处置情况表: rows that keep every rule of nuisance_calls, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, total

RIGHT = Right(
    "2020",
    "GLC",
    (
        {"carrier": "甲电信", "verified": "1,500", "handled": "1498"},
        {"carrier": "乙移动", "verified": "20", "handled": "20"},
    ),
    total={"carrier": "合计", "verified": "1520", "handled": "1518"},
)

WRONG: tuple[Wrong, ...] = (
    Wrong(RIGHT.changed(1, carrier="甲电信"), ("NC-01",)),
    change(RIGHT, "NC-02 NC-handled-total", handled="1501"),
    total(RIGHT, "NC-verified-total", verified="1521"),
    total(RIGHT, "NC-handled-total", handled="1519"),
)
