"""网络建设情况表: rows that keep every rule of network_build, and single changes that break each."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.samples import Right, Wrong, change, total

_STATIONS = {
    "area": "甲市",
    "g5_built": "300",
    "g5_opened": "500",
    "g5_shared": "200",
    "shared_with": "乙移动",
    "dc_opening": "3",
    "dc_added": "2",
    "dc_added_hyper": "1",
    "dc_added_large": "1",
    "dc_removed": "0",
    "dc_closing": "5",
    "racks_added": "120",
    "as_of": "2020-11-30",
}
_OTHER_CITY = {
    **_STATIONS,
    "area": "乙市",
    "g5_built": "40",
    "g5_opened": "40",
    "g5_shared": "0",
    "shared_with": "无",
    "dc_added": "1",
    "dc_added_hyper": "0",
    "dc_closing": "4",
    "racks_added": "0",
}
_BEFORE = {**_STATIONS, "g5_built": "200", "g5_opened": "380", "g5_shared": "180", "dc_added": "1", "dc_closing": "4"}
_BEFORE |= {"dc_added_large": "0", "racks_added": "60", "as_of": "2020-10-31"}

RIGHT = Right(
    "2020-11",
    "JIA",
    (_STATIONS, _OTHER_CITY),
    total={
        "area": "合计",
        "g5_built": "340",
        "g5_opened": "540",
        "g5_shared": "200",
        "dc_opening": "6",
        "dc_added": "3",
        "dc_added_hyper": "1",
        "dc_added_large": "2",
        "dc_removed": "0",
        "dc_closing": "9",
        "racks_added": "120",
    },
    previous=(_BEFORE, {**_OTHER_CITY, "as_of": "2020-10-31"}),
    peer=({**_STATIONS, "g5_built": "450", "g5_opened": "500", "g5_shared": "50", "shared_with": "甲电信"},),
    peer_name="乙移动",
)

WRONG: tuple[Wrong, ...] = (
    change(RIGHT, "NB-01 NB-g5_built-total", g5_built="299"),
    change(RIGHT, "NB-02", shared_with="无"),
    Wrong(replace(RIGHT.changed(1, area="甲市"), previous=()), ("NB-03",)),
    change(RIGHT, "NB-04 NB-dc_closing-total", dc_closing="6"),
    change(RIGHT, "NB-05 NB-dc_added_hyper-total", dc_added_hyper="2"),
    change(RIGHT, "NB-06 NB-07", as_of="2020-12-01"),
    change(RIGHT, "NB-07", as_of="2020-11-29"),
    change(RIGHT, "NB-08 NB-04 NB-dc_opening-total", dc_opening="4"),
    Wrong(replace(RIGHT, peer=({**RIGHT.peer[0], "g5_built": "199"},)), ("NB-09",)),
    Wrong(replace(RIGHT, peer=({**RIGHT.peer[0], "g5_opened": "501"},)), ("NB-10",)),
    change(RIGHT, "NB-11 NB-dc_added_large-total", 1, dc_added_large="0"),
    *(
        Wrong(replace(RIGHT, previous=(earlier,)), (rule,))
        for rule, earlier in (
            (f"NB-{name}-falls", {**RIGHT.previous[0], name: "999"})
            for name in ("g5_built", "g5_opened", "dc_added", "dc_removed", "racks_added")
        )
    ),
    *(total(RIGHT, f"NB-{name}-total", **{name: "99999"}) for name in (RIGHT.total or {}) if name != "area"),
)
