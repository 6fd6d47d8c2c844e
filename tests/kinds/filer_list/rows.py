"""填报单位名录: rows that keep every rule of filer_list, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
    "2020",
    "CA",
    (
        {"code": "CA", "name": "示例局", "full_name": "示例通信管理局", "class": "bureau"},
        {"code": "GLC", "name": "管理处", "full_name": "示例通信管理局管理处", "class": "department"},
        {"code": "JIA", "name": "甲电信", "full_name": "甲电信示例分公司", "class": "basic_carrier"},
        {"code": "YI", "name": "乙移动", "full_name": "乙移动示例分公司", "class": "basic_carrier"},
    ),
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "FL-01", 1, name="办公室"),
    double(RIGHT, "FL-02", 1, code="BGS"),
    change(RIGHT, "FL-03", 1, code="管理处"),
    change(RIGHT, "FL-04", 1, **{"class": "bureau"}),
)
