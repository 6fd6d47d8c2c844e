"""绩效指标体系: rows that keep every rule of indicator_tree, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
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
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "IT-01", 4),
    change(RIGHT, "IT-02", 4, parent="9"),
    change(RIGHT, "IT-02", 4, parent="B"),
    change(RIGHT, "IT-03", 4, department=""),
    double(RIGHT, "IT-04", 2, code="2"),
    change(RIGHT, "IT-05", 3, unit=""),
    change(RIGHT, "IT-target-point", 3, target="10%~15%"),
    change(RIGHT, "IT-06", 4, target_indicator="line_price"),
    double(RIGHT, "IT-07", 4, code="another", department="BGS"),
)
