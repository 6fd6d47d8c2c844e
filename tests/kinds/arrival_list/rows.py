"""到件记录: rows that keep every rule of arrival_list, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
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
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "AR-01"),
    change(RIGHT, "AR-02", received_at="2020-12-07 09:48:00"),
)
