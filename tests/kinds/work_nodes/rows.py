"""工作节点完成情况表: rows that keep every rule of work_nodes, and single changes that break each."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.samples import Right, Wrong, change, double

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

RIGHT = Right(
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
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "WN-01"),
    change(RIGHT, "WN-02", 1, node_no="1-9"),
    change(RIGHT, "WN-03", 1, indicator_no="2"),
    Wrong(replace(RIGHT, filer="BGS"), ("WN-04",) * 3),
    change(RIGHT, "WN-05", started="2020年12月"),
    change(RIGHT, "WN-06", 1, finished="2019-12-31"),
    change(RIGHT, "WN-07", 2, problem="无"),
    change(RIGHT, "WN-08", 2, due="2020年12月"),
    change(RIGHT, "WN-09", due="2020-11-29"),
    change(RIGHT, "WN-10", due=""),
    change(RIGHT, "WN-11", narrative="已完成。"),
    change(RIGHT, "WN-12", object_unit=""),
)
