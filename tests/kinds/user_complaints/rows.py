"""用户申诉处理台账: rows that keep every rule of user_complaints, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
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
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "UC-01"),
    change(RIGHT, "UC-02", received_on="2020-03-04"),
    change(RIGHT, "UC-03", answered_on="2020-03-02"),
    change(RIGHT, "UC-04", closed_on="2020-03-09"),
    change(RIGHT, "UC-05", 2, received_on="2021-01-01"),
    change(RIGHT, "UC-06", closed_on=""),
    change(RIGHT, "UC-07", 1, closed_on="2020-12-31"),
    change(RIGHT, "UC-08", carrier="丁广电"),
)
