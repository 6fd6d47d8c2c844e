"""A pack with personal data in every sort of field, and texts that stand in it and nowhere else.

Nobody in it exists: the names are of characters that no name has, the numbers are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.flows.small_pack import FILERS, PACK, write_lines
from tests.transforms.made_files import by_openpyxl

KIND = '''
"""A register of visitors, for the tests of personal data."""

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context, Measure, Method
from contracts.rule import Rule, Scope


def rule(number, severity, scope, holds, fields, message, expected="另一个值", **more):
    return Rule(
        id=f"VR-{number:02}", severity=severity, scope=scope, title_zh="测试", title_en="a rule of the test",
        holds=holds, fields=fields, expected=expected, message_zh=message, message_en=message, basis="测试", **more,
    )


ASKED = Severity.EXPLAIN
RULES = (
    rule(1, Severity.MUST, Scope.ROW, pl.col("phone").str.contains("^1[0-9]{10}$"), ("phone", "visitor"),
         "{visitor} 的 {phone}，其数字为 {digits}", pl.lit("不是") + pl.col("phone"),
         values={"digits": pl.col("phone").str.extract("([0-9]+)")}),
    rule(2, ASKED, Scope.GROUP, pl.len().over("visitor") == 1, ("visitor",), "{visitor} 来了 {times} 次，第 {rows} 行",
         group=("visitor",), values={"times": pl.len().over("visitor")}),
    rule(3, ASKED, Scope.FRAME, pl.col("visits").sum() < 3, ("phone", "visits"), "都有谁：{all}",
         values={"all": pl.col("phone").str.join("、")}),
    rule(4, ASKED, Scope.ROW, pl.col("phone") == pl.col("prev_phone"), ("phone", "prev_phone"),
         "上期为 {prev_phone}，本期为 {phone}（{old}）", pl.col("prev_phone"), values={"old": pl.col("prev_phone")}),
    rule(5, ASKED, Scope.ROW, pl.col("remark").str.len_chars() < 3, ("remark",), "备注为 {remark}"),
    rule(6, ASKED, Scope.FRAME, pl.col("prev_gone") == "", ("visitor", "prev_gone"), "不再来的：{prev_gone}",
         pl.col("prev_gone")),
    rule(7, ASKED, Scope.ROW, pl.col("badge") < pl.col("visits"), ("badge", "visits"), "证卡 {badge}，次数 {visits}"),
    rule(8, ASKED, Scope.ROW, pl.col("born").dt.year() > 2000, ("born", "companions", "identity"),
         "{born} 出生，同行 {companions}，证件 {identity}"),
)
KIND = define_kind(
    code="visitors", prefix="VR", title_zh="来访登记", title_en="visitors", purpose_zh="测试",
    filers=("basic_carrier",), cadence="monthly", retained="P1Y", rows_stand_alone=True,
    fields=(
        Field("visitor", "来访人", "visitor", personal=True),
        Field("entry", "登记号", "number of the entry"),
        Field("phone", "电话", "telephone", personal=True),
        Field("identity", "证件", "identity number", personal=True),
        Field("badge", "证卡", "badge", Type.COUNT, personal=True),
        Field("companions", "同行人", "companions", Type.ITEMS, personal=True, required=False),
        Field("born", "生日", "day of birth", Type.DAY, personal=True),
        Field("remark", "备注", "remark", required=False),
        Field("visits", "次数", "visits", Type.COUNT),
    ),
    rules=RULES,
    contexts=(Context("previous", ((pl.col("visitor"), "visitor"),), ("phone",), "prev_", "上期", "last month's",
                      missed="gone"),),
    measures=(Measure("visits", "来访次数", "visits", "次", Method.SUM, pl.col("visits").sum(), cells=("visits",),
                      across=True),),
)
'''
HEADING = "来访人,登记号,电话,证件,证卡,同行人,生日,备注,次数"
OBLIGATIONS = """\
filer,kind,cadence,due,roll,from,until,basis
CT,visitors,monthly,+10d,none,2020-10,2020-11,测试约定
CM,visitors,monthly,+10d,none,2020-10,2020-11,测试约定
CT,work_plan,yearly,+10d,none,2020,2020,测试约定
"""
OCTOBER, NOVEMBER = "submissions/visitors/CT_2020-10.csv", "submissions/visitors/CT_2020-11.csv"
FORMULAS, LOOSE = "submissions/visitors/CM_2020-10.xlsx", "submissions/visitors/CM_2020-11.csv"
PLAN = "submissions/work_plan/CT_2020.csv"
# 110101 and a day: the last character is the check digit that belongs to it.
ROWS = {
    OCTOBER: (
        "龘靐齉,D-1,13987650001,110101197703090014,7700112201,爨癵籱、麤灪龖,1977-03-09,请回拨13987659991,2",
        "厵滟驫,D-2,13987650002,110101197703090022,7700112202,,1977-03-19,无,3",
    ),
    NOVEMBER: (
        "龘靐齉,D-1,13987650003,110101197703090014,7700112201,,1977-03-09,证件110101197703090014已验,2",
        "龗龞龝,D-3,坏号7700998811,110101197703090030,7700112203,,1977-03-29,,1",
        "齾齹齺,D-4,13987650004,110101197703090049,7700112204,,1977-04-09,,1",
        "齾齹齺,D-5,13987650005,110101197703090049,7700112205,,1977-04-09,,1",
    ),
    LOOSE: ("鼺鼸鼷,D-6,13987650006,110101197703090057,7700112206,鸊鸋鸙,1977-05-09,,1",),
}
ABOVE = "鱻鱺鱹,D-9,13987650009,110101197703090073,7700112209,,1977-06-09,,1"
PLANNED = (
    "方案名称,文号,印发日期,联系人,联系电话",
    "2020年行风建设暨纠风工作方案,示通〔2020〕12号,2020-04-10,麣鼊齽,0731-80007711",
)
SENTINELS = (
    *("龘靐齉", "厵滟驫", "龗龞龝", "齾齹齺", "鼺鼸鼷", "鸊鸋鸙", "鱻鱺鱹", "爨癵籱", "麤灪龖", "麣鼊齽", "龜鱉鼈"),
    *(f"1398765000{n}" for n in (1, 2, 3, 4, 5, 6, 9)),
    *(f"770011220{n}" for n in (1, 2, 3, 4, 5, 6, 9)),
    *("7700998811", "13987659991", "13987652222", "13987653333", "80007711", "0731-80007711"),
    *("11010119770309", "1977-03-09", "1977-03-19", "1977-03-29", "1977-04-09", "1977-05-09", "1977-06-09"),
)


def write_personal_pack(folder: Path) -> tuple[Path, Path]:
    """The pack and the folder of its kind, both in `folder`."""
    pack, kinds = folder / "pack", folder / "kinds"
    kinds.mkdir(parents=True)
    (kinds / "visitors.py").write_text(KIND, encoding="utf-8")
    pack.mkdir()
    for name, text in (("pack.toml", PACK), ("filers.csv", FILERS), ("obligations.csv", OBLIGATIONS)):
        (pack / name).write_text(text, encoding="utf-8")
    for file, rows in ROWS.items():
        write_lines(pack / file, [*([ABOVE] if file == LOOSE else []), HEADING, *rows])
    write_lines(pack / PLAN, PLANNED)
    cells = ["龜鱉鼈", "D-8", '=HYPERLINK("tel:13987652222","7700112206")', "110101197703090065"]
    cells += ["7700112206", "", "1977-05-09", '=CONCATENATE("回拨","13987653333")', "1"]
    (pack / FORMULAS).write_bytes(by_openpyxl({"登记": [HEADING.split(","), cells]}))
    moments = {
        PLAN: "2020-10-02",
        OCTOBER: "2020-11-05",
        FORMULAS: "2020-11-06",
        NOVEMBER: "2020-12-05",
        LOOSE: "2020-12-06",
    }
    lines = (f"{file},{day}T10:00:00+08:00,报送系统" for file, day in moments.items())
    write_lines(pack / "arrivals.csv", ["file,received_at,channel", *lines])
    return pack, kinds


def leaks(folder: Path, *, but: tuple[str, ...] = ()) -> Iterator[str]:
    """Every file of `folder` with a sentinel in its bytes, as UTF-8, UTF-16 or JSON; not in the folders `but`."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.relative_to(folder).parts[0] not in but:
            yield from (f"{path.relative_to(folder)}: {text}" for text in leaked(path.read_bytes()))


def leaked(data: bytes) -> list[str]:
    """The sentinels in `data`."""
    written = {text: (text.encode(), text.encode("utf-16-le"), ascii(text)[1:-1].encode()) for text in SENTINELS}
    return [text for text, forms in written.items() if any(form in data for form in forms)]
