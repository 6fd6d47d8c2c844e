"""A pack of 2019 in which May is due on Monday 10 June, nobody has filed, and a home that knows so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows import stages
from flows.batch import load_pack
from flows.pack import Pack
from flows.settings import Settings
from tests.flows.small_pack import write_lines
from warehouse.home import Home

PACK = """\
title = "小局2019年度绩效管理"
bureau = "XJ"
jurisdiction = "小省"
year = 2019
issued_at = "2019-01-30T09:00:00+08:00"
publish_at = "2019-12-31T18:00:00+08:00"
notice = "测试数据"
"""
FILERS = (
    "code,name,full_name,class",
    "XJ,小局,小省通信管理局,bureau",
    "CT,小电信,小省电信公司,basic_carrier",
    "CM,小移动,小省移动公司,basic_carrier",
    "CU,小联通,小省联通公司,basic_carrier",
)
OBLIGATIONS = (
    "filer,kind,cadence,due,roll,from,until,basis",
    *(f"{filer},network_build,monthly,+10d,none,2019-05,2019-05,测试约定" for filer in ("CT", "CM", "CU")),
)
# CU has none, so that the bureau stands in for it.
CONTACTS = (
    "filer,channel,address,name",
    "XJ,mail,banggongshi@ca.example.org,办公室",
    "CT,mail,baosong@ct.example.org,报送岗",
    "CM,webhook,cm-robot,报送群",
)


def write_pack(folder: Path, *, contacts: tuple[str, ...] = CONTACTS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(PACK, encoding="utf-8")
    lists = (("filers", FILERS), ("obligations", OBLIGATIONS), ("arrivals", ("file,received_at,channel",)))
    for name, lines in (*lists, ("contacts", contacts)):
        if lines:
            write_lines(folder / f"{name}.csv", lines)
    return folder


@contextmanager
def opened(folder: Path, home: Path) -> Iterator[tuple[Pack, Home]]:
    pack = load_pack(folder, Settings())
    with stages.open_home(home, pack) as found:
        yield pack, found
