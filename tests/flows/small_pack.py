"""A small pack, written anew by the test that needs one: seven files, one of them late, one returned and filed again.

Nothing in it is an example of anything; the numbers only keep the rules of their forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PACK = """\
title = "小局2020年度绩效管理"
bureau = "XJ"
jurisdiction = "小省"
year = 2020
issued_at = "2020-08-30T09:00:00+08:00"
publish_at = "2020-12-31T18:00:00+08:00"
notice = "测试数据"
"""
FILERS = """\
code,name,full_name,class
XJ,小局,小省通信管理局,bureau
GLC,管理处,小省通信管理局信息通信管理处,department
CT,小电信,小省电信公司,basic_carrier
CM,小移动,小省移动公司,basic_carrier
"""
OBLIGATIONS = """\
filer,kind,cadence,due,roll,from,until,basis
CT,network_build,monthly,+10d,none,2020-10,2020-11,测试约定
CM,network_build,monthly,+10d,none,2020-10,2020-11,测试约定
GLC,website_filing,monthly,+10d,none,2020-10,2020-11,测试约定
"""
BUILD = (
    "设区市,累计建成5G基站,累计开通5G基站,其中共享开通,共享方,年初数据中心,本年新增数据中心,其中超大型,其中大型,"
    "本年减少数据中心,期末数据中心,本年新增机架,统计截止日期"
)
FILING = "网站备案率,应处置违法违规网站,累计处置违法违规网站,其中加入黑名单,未备案网站数据下发频次,统计截止"

RETURNED = "submissions/network_build/CM_2020-11.csv"
LATE = "submissions/network_build/CM_2020-10.csv"
# File, moment of arrival, heading, row. Filed values are numbers of five digits that occur nowhere by chance, so that
# one of them is recognised wherever it turns up.
FILED = (
    ("submissions/network_build/CT_2020-10.csv", "2020-11-06T10:00:00+08:00",
     BUILD, "东市,31013,31013,0,,2,1,0,1,0,3,41017,2020-10-31"),
    ("submissions/website_filing/GLC_2020-10.csv", "2020-11-06T15:00:00+08:00",
     FILING, "99.5%以上,51001,50021,117,每周1次,2020-10-31"),
    (LATE, "2020-11-13T09:30:00+08:00", BUILD, "东市,21011,21011,0,,1,0,0,0,0,1,43019,2020-10-31"),
    ("submissions/network_build/CT_2020-11.csv", "2020-12-07T09:00:00+08:00",
     BUILD, "东市,33023,33023,0,,2,1,0,1,0,3,45007,2020-11-30"),
    # Built is not opened less shared: returned, and right two days later.
    (RETURNED, "2020-12-08T16:00:00+08:00", BUILD, "东市,22031,22039,0,,1,0,0,0,0,1,47017,2020-11-30"),
    ("submissions/website_filing/GLC_2020-11.csv", "2020-12-09T11:00:00+08:00",
     FILING, "99.5%以上,53003,52009,119,每周1次,2020-11-30"),
    ("submissions/network_build/CM_2020-11_v2.csv", "2020-12-10T16:00:00+08:00",
     BUILD, "东市,22039,22039,0,,1,0,0,0,0,1,47017,2020-11-30"),
)  # fmt: skip
FILES = tuple(file for file, _, _, _ in FILED)
# What makes others be judged again: a partner that files later, and a month whose correction undoes the one after it.
SHARER = "submissions/network_build/CT_2020-12.csv"
STANDS_AGAIN = "submissions/website_filing/GLC_2020-12.csv"
WITHDRAWN = "submissions/website_filing/GLC_2020-12_v2.csv"
CORRECTION = "submissions/website_filing/GLC_2020-11_v2.csv"
UPSETTING = (
    (SHARER, "2020-12-19T10:00:00+08:00", BUILD, "东市,34031,34038,7,小移动,2,1,0,1,0,3,45007,2020-12-31"),
    ("submissions/network_build/CM_2020-12.csv", "2020-12-20T09:00:00+08:00",
     BUILD, "东市,23039,23039,0,,1,0,0,0,0,1,47017,2020-12-31"),
    (STANDS_AGAIN, "2020-12-20T10:00:00+08:00", FILING, "99.5%以上,53003,52103,119,每周1次,2020-12-31"),
    (WITHDRAWN, "2020-12-21T10:00:00+08:00", FILING, "99.5%以上,53003,52011,119,每周1次,2020-12-31"),
    # More than the corrected December has: that one is returned now, and the one before it stands again.
    (CORRECTION, "2020-12-22T10:00:00+08:00", FILING, "99.5%以上,53003,52051,119,每周1次,2020-11-30"),
)  # fmt: skip
# After which file which are judged again, in this order.
AGAIN = {
    "submissions/network_build/CM_2020-12.csv": (SHARER,),
    CORRECTION: (WITHDRAWN, STANDS_AGAIN),
}
VALUES = ("31013", "51001", "21011", "33023", "22031", "22039", "53003", "47017", "99.5")
# A form filed again is settled by a run of its own, under the same name.
TASKS = (
    "小电信·network_build·2020-10", "管理处·website_filing·2020-10", "小移动·network_build·2020-10",
    "小电信·network_build·2020-11", "小移动·network_build·2020-11", "管理处·website_filing·2020-11",
    "小移动·network_build·2020-11",
)  # fmt: skip


def write_pack(folder: Path, *, upsetting: bool = False) -> Path:
    """The pack in `folder`, which is made; with the files that make others be judged again, or without."""
    folder.mkdir(parents=True)
    filed = (*FILED, *UPSETTING) if upsetting else FILED
    owed = OBLIGATIONS.replace(",2020-11,测试", ",2020-12,测试") if upsetting else OBLIGATIONS
    for name, text in (("pack.toml", PACK), ("filers.csv", FILERS), ("obligations.csv", owed)):
        (folder / name).write_text(text, encoding="utf-8")
    for file, _, heading, row in filed:
        write_lines(folder / file, [heading, row])
    write_lines(folder / "arrivals.csv", ["file,received_at,channel", *(f"{f},{at},报送系统" for f, at, _, _ in filed)])
    return folder


def write_lines(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
