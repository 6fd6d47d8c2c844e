"""报送义务表: rows that keep every rule of obligation_list, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
    "2020",
    "CA",
    (
        {"filer": "JIA", "kind": "network_build", "cadence": "monthly", "due": "+10d", "roll": "none"}
        | {"from": "2020-10", "until": "2020-12", "basis": "月报约定"},
        {"filer": "GLC", "kind": "work_nodes", "cadence": "yearly", "due": "12-31", "roll": "none"}
        | {"basis": "年报约定"},
    ),
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "OB-01"),
    change(RIGHT, "OB-02", due="十日"),
    change(RIGHT, "OB-03", filer="DING"),
    change(RIGHT, "OB-04", **{"from": "2020年10月"}),
    change(RIGHT, "OB-05", until="2020-13"),
)
