"""Makes the submissions of examples/jiangxi-2020: the figures of the published summary, laid out as forms.

The pack's lists (filers, indicators, obligations, arrivals, expected) are kept by hand; this writes submissions/ and
nothing else. What the source states is met exactly; how it is split (by prefecture, by carrier, by day) is illustrative
and fixed: no clock, no randomness but one seeded generator. Run: python tests/examples/make_jiangxi_2020.py [PACK]
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).resolve().parent
PACK = HERE.parents[1] / "examples" / "jiangxi-2020"
NODES = HERE / "jiangxi_2020_nodes.csv"  # what each department says of each node, in the source's words
FIGURES = HERE / "jiangxi_2020_figures.csv"
NOTICE = "示例数据（据公开总结重构）"
MADE_ON = datetime(2020, 12, 31)  # the workbooks' own date: a moving one would change their bytes
SEED = 20201231

Value = str | int | float | date | None
Row = Sequence[Value]

AREAS = ("南昌市", "九江市", "景德镇市", "萍乡市", "新余市", "鹰潭市", "赣州市", "宜春市", "上饶市", "吉安市", "抚州市")
WEIGHTS = (26, 11, 4, 4, 3, 3, 17, 9, 10, 7, 6)
CARRIERS = {"CT": "江西电信", "CM": "江西移动", "CU": "江西联通"}
DEPARTMENTS = {
    "BGS": "办公室",
    "FZC": "信息通信发展处",
    "GLC": "信息通信管理处",
    "WAC": "网络安全管理处",
    "ZFC": "政策法规处",
}
CUT_OFFS = {
    "2020-10": date(2020, 10, 31),
    "2020-11": date(2020, 11, 30),
    "2020-12": date(2020, 12, 20),
    "2020": date(2020, 12, 31),
}


@dataclass(frozen=True)
class Form:
    """A workbook of one sheet; headings are (group, heading), and without any group they take one row."""

    title: str
    headings: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    total: Row | None = None
    unit: str = ""
    signatures: Sequence[str] = ("填表人：（示例）", "审核人：（示例）")
    widths: Mapping[str, int] = field(default_factory=dict)


def write_form(path: Path, form: Form) -> None:
    """Write `form` to `path` (.xlsx), the same bytes every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": form.title, "comments": NOTICE, "created": MADE_ON})
        sheet = book.add_worksheet("填报表")
        head = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
        plain = book.add_format({"border": 1, "valign": "top", "text_wrap": True})
        day = book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"})
        last = len(form.headings) - 1
        sheet.merge_range(0, 0, 0, last, form.title, book.add_format({"bold": True, "align": "center"}))
        sheet.write_string(1, 0, NOTICE)
        if form.unit:
            sheet.write_string(1, last, form.unit)
        at = 2 + _write_headings(sheet, form.headings, head)
        sheet.freeze_panes(at, 0)
        for row in [*form.rows, *([form.total] if form.total else [])]:
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), day)
                elif value is None or value == "":
                    sheet.write_blank(at, column, None, plain)
                else:
                    sheet.write(at, column, value, plain)
            at += 1
        for column, (_, heading) in enumerate(form.headings):
            sheet.set_column(column, column, form.widths.get(heading, 14))
        for column, text in enumerate(form.signatures):
            sheet.write_string(at + 1, 2 * column, text)


def _write_headings(
    sheet: xlsxwriter.worksheet.Worksheet, headings: Sequence[tuple[str, str]], style: xlsxwriter.format.Format
) -> int:
    """Headings from row 2 down; how many rows they take. A heading without a group spans both."""
    levels = 2 if any(group for group, _ in headings) else 1
    for column, (group, heading) in enumerate(headings):
        if levels == 1:
            sheet.write_string(2, column, heading, style)
        elif not group:
            sheet.merge_range(2, column, 3, column, heading, style)
        else:
            sheet.write_string(3, column, heading, style)
            if column == 0 or headings[column - 1][0] != group:
                width = sum(1 for g, _ in headings if g == group)
                sheet.merge_range(2, column, 2, column + width - 1, group, style)
    return levels


def read_texts(path: Path) -> list[list[str]]:
    """The rows of a CSV kept beside this file, without its heading."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


def write_csv(path: Path, rows: Sequence[Row], encoding: str) -> None:
    """Write `rows` with CRLF line ends, as spreadsheet programs do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, lineterminator="\r\n").writerows(rows)


# --- work nodes -------------------------------------------------------------------------------------------------------

NODE_HEADINGS = (
    ("", "三级指标序号"), ("", "节点编号"), ("", "工作节点"), ("", "完成状态"),
    ("日期", "开始日期"), ("日期", "完成日期"), ("日期", "完成时限"),
    ("", "文号"), ("", "完成情况"),
    ("计数", "计数对象"), ("计数", "名单"), ("计数", "计数单位"),
    ("", "工作期间"), ("", "存在问题及原因"),
)  # fmt: skip


def make_work_nodes(folder: Path, tree: Path) -> None:
    """One workbook a department; two departments use the two-level heading, the law department files real dates."""
    with tree.open(encoding="utf-8", newline="") as lines:
        plan = {row["code"]: row for row in csv.DictReader(lines) if row["level"] == "node"}
    reports = {number: texts for number, *texts in read_texts(NODES)}
    for code, name in DEPARTMENTS.items():
        rows: list[Row] = []
        for number, node in plan.items():
            if node["department"] == code:
                filed = [date(2020, 5, 12) if text == "5月12日" else text for text in reports[number]]
                rows.append([int(node["parent"]), number, node["title"], *filed])
        grouped = code in ("FZC", "WAC")
        headings = NODE_HEADINGS if grouped else [("", heading) for _, heading in NODE_HEADINGS]
        form = Form(
            f"2020年度绩效管理工作节点完成情况表（{name}）",
            headings,
            rows,
            signatures=("填表人：（示例）", "审核人：（示例）", "填表日期：2020年12月"),
            widths={"工作节点": 28, "完成情况": 80, "名单": 36, "存在问题及原因": 28},
        )
        write_form(folder / f"{code}_2020.xlsx", form)


# --- network construction ---------------------------------------------------------------------------------------------

# Totals at the four cut-offs. Of Telecom and Unicom the stations each of them built; each opens all of both.
BUILT = {"CT": (4650, 5052, 5360, 5512), "CU": (3816, 4133, 4378, 4500), "CM": (11540, 12359, 13105, 13520)}
RACKS = {"CT": (10300, 12040, 13420, 13690), "CM": (8600, 9920, 11253, 11480), "CU": (4800, 5260, 6300, 6420)}
# Data centres by prefecture on 2019-12-31, and where the year's new ones stand, in order of opening.
STOCK = {
    "CT": (4, 1, 0, 0, 0, 1, 2, 0, 1, 0, 1),
    "CM": (3, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0),
    "CU": (2, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0),
}
ADDED = {
    "CT": ("南昌市", "赣州市", "宜春市", "抚州市", "九江市", "吉安市", "南昌市", "景德镇市", "上饶市"),
    "CM": ("南昌市", "抚州市", "赣州市", "九江市", "吉安市", "萍乡市", "南昌市", "宜春市"),
    "CU": ("南昌市", "赣州市", "九江市", "上饶市", "抚州市"),
}
ADDED_BY = {"CT": (7, 8, 9, 9), "CM": (6, 7, 8, 8), "CU": (4, 4, 5, 5)}
HYPERSCALE = ("CT", 3)  # the fourth of Telecom's, in 抚州市
LARGE = ("CM", 0)
SHARERS = {"CT": "CU", "CU": "CT"}

NETWORK_HEADINGS = (
    ("", "设区市"),
    ("5G基站", "累计建成"), ("5G基站", "累计开通"), ("5G基站", "其中共享开通"), ("5G基站", "共享方"),
    ("数据中心", "年初数"), ("数据中心", "本年新增"), ("数据中心", "其中超大型"),
    ("数据中心", "其中大型"), ("数据中心", "本年减少"), ("数据中心", "期末数"),
    ("", "本年新增机架"), ("", "统计截止日期"),
)  # fmt: skip
FLAT_HEADINGS = (
    "设区市", "累计建成5G基站", "累计开通5G基站", "其中共享开通", "共享方", "年初数据中心", "本年新增数据中心",
    "其中超大型", "其中大型", "本年减少数据中心", "期末数据中心", "本年新增机架", "统计截止日期",
)  # fmt: skip


def allot(total: int, weights: Sequence[int]) -> list[int]:
    """`total` split by `weights` into whole parts that add up to it (largest remainders first)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def grow(totals: Sequence[int], weights: Sequence[Sequence[int]]) -> list[list[int]]:
    """Parts for each of the rising `totals`, none of which ever falls: only the increase is split."""
    parts, before, steps = [0] * len(AREAS), 0, []
    for total, by in zip(totals, weights, strict=True):
        parts = [old + new for old, new in zip(parts, allot(total - before, by), strict=True)]
        before = total
        steps.append(parts)
    return steps


def network_rows(carrier: str, step: int) -> list[list[int]]:
    """For each prefecture: built, opened, shared, opening, added, hyperscale, large, removed, closing, racks."""
    built = grow(BUILT[carrier], [WEIGHTS] * 4)[step]
    partner = SHARERS.get(carrier)
    shared = grow(BUILT[partner], [WEIGHTS] * 4)[step] if partner else [0] * len(AREAS)
    opened_places = [ADDED[carrier][:count] for count in ADDED_BY[carrier]]
    centres = [[STOCK[carrier][i] + p.count(area) for i, area in enumerate(AREAS)] for p in opened_places]
    racks = grow(RACKS[carrier], centres)[step]
    rows = []
    for i, area in enumerate(AREAS):
        added = opened_places[step].count(area)
        hyper, large = (
            int(carrier == who and order < ADDED_BY[carrier][step] and ADDED[carrier][order] == area)
            for who, order in (HYPERSCALE, LARGE)
        )
        stations = [built[i], built[i] + shared[i], shared[i]]
        rows.append([*stations, STOCK[carrier][i], added, hyper, large, 0, STOCK[carrier][i] + added, racks[i]])
    return rows


def make_network_build(folder: Path) -> None:
    """Telecom and Mobile file workbooks, Unicom CSV; Mobile's first November has two digits of a total swapped."""
    for step, (period, day) in enumerate(CUT_OFFS.items()):
        for carrier, name in CARRIERS.items():
            numbers = network_rows(carrier, step)
            partner = CARRIERS.get(SHARERS.get(carrier, ""), "无")
            rows: list[Row] = [[a, *n[:3], partner, *n[3:], day] for a, n in zip(AREAS, numbers, strict=True)]
            sums: list[Value] = [sum(column) for column in zip(*numbers, strict=True)]
            total: list[Value] = ["合计", *sums[:3], None, *sums[3:], None]
            title = f"{name}网络建设情况表（{period.replace('-', '年')}{'月' if '-' in period else '年'}）"
            if carrier == "CU":
                lines: list[Row] = [[title], FLAT_HEADINGS, *rows, total, [f"说明：{NOTICE}"], ["填表人：（示例）"]]
                write_csv(folder / f"CU_{period}.csv", lines, "utf-8-sig")
                continue
            form = Form(title, NETWORK_HEADINGS, rows, total, unit="计量单位：个、座")
            if (carrier, period) == ("CM", "2020-11"):
                write_form(folder / "CM_2020-11_v2.xlsx", form)
                total = [12395 if value == 12359 and column == 2 else value for column, value in enumerate(total)]
                form = Form(title, NETWORK_HEADINGS, rows, total, unit="计量单位：个、座")
            write_form(folder / f"{carrier}_{period}.xlsx", form)


# --- the register of complaints ---------------------------------------------------------------------------------------

COMPLAINTS = 3286


def complaints() -> Iterator[Row]:
    """One row a complaint, by day received: closed, or refused with an answer; nothing is open on 2020-12-30."""
    chance = random.Random(SEED)
    first, end = date(2020, 1, 1), date(2020, 12, 30)
    received = sorted(first + timedelta(days=chance.randrange(0, 348)) for _ in range(COMPLAINTS))
    for number, day in enumerate(received, start=1):
        carrier = chance.choices(list(CARRIERS.values()), weights=(30, 45, 25))[0]
        category = chance.choices(("用户服务", "网络质量", "收费争议", "其他"), weights=(40, 22, 33, 5))[0]
        reply = min(end, day + timedelta(days=chance.randint(1, 5)))
        if chance.random() < 0.07:
            yield [f"JXSS2020{number:05}", carrier, category, day, None, reply, None, "不予受理"]
            continue
        answered = min(end, reply + timedelta(days=chance.randint(2, 15)))
        closed = min(end, answered + timedelta(days=chance.randint(0, 10)))
        yield [f"JXSS2020{number:05}", carrier, category, day, reply, answered, closed, "办结"]


def make_user_complaints(folder: Path) -> None:
    """The register as the centre's system exports it: CSV in GB18030."""
    head = ("申诉编号", "被申诉企业", "申诉类别", "收到日期", "受理日期", "答复日期", "办结日期", "处理结果")
    write_csv(folder / "SSC_2020.csv", [head, *complaints()], "gb18030")


# --- the smaller forms ------------------------------------------------------------------------------------------------


def make_tariffs(folder: Path) -> None:
    """Prices chosen so that each fall is beyond 15 % whatever was rounded away."""
    prices = {"CT": (3.26, 2.71, 4.18, 3.49), "CM": (2.94, 2.43, 3.87, 3.21), "CU": (3.38, 2.79, 4.32, 3.61)}
    head = [("", h) for h in ("业务代码", "业务", "上年平均资费", "本年平均资费", "资费单位", "降幅", "统计截止")]
    for carrier, (before, now, line_before, line_now) in prices.items():
        end: list[Value] = ["元/兆/月", "降低15%以上", "2020年10月"]
        rows: list[Row] = [
            ["sme_broadband_price", "中小企业宽带", before, now, *end],
            ["broadband_line_price", "宽带和专线", line_before, line_now, *end],
        ]
        title = f"{CARRIERS[carrier]}2020年资费水平自查表"
        write_form(folder / f"{carrier}_2020.xlsx", Form(title, head, rows, widths={"业务代码": 24}))


def make_website_filing(folder: Path) -> None:
    """Cumulative within the year; October below November."""
    head = ("网站备案率", "应处置违法违规网站", "累计处置违法违规网站", "其中加入黑名单")
    headings = [("", h) for h in (*head, "未备案网站数据下发频次", "统计截止")]
    for period, found, black in (("2020-10", 447, 1), ("2020-11", 490, 2)):
        rows: list[Row] = [["99%以上", found, found, black, "每周", CUT_OFFS[period]]]
        title = f"网站备案与违法违规网站处置情况表（{period.replace('-', '年')}月）"
        write_form(folder / f"GLC_{period}.xlsx", Form(title, headings, rows, unit="计量单位：个"))


def make_nuisance_calls(folder: Path) -> None:
    """All that was verified was handled; the counts themselves are illustrative."""
    counts = (412, 683, 297)
    rows: list[Row] = [[name, n, n] for name, n in zip(CARRIERS.values(), counts, strict=True)]
    headings = [("", "企业"), ("", "举报查实数"), ("", "已处置数")]
    total: Row = ["合计", sum(counts), sum(counts)]
    form = Form("2020年骚扰电话处置情况表", headings, rows, total, unit="计量单位：件")
    write_form(folder / "GLC_2020.xlsx", form)


def make_indicator_figures(folder: Path) -> None:
    """Figures as written where no form yields them, and the office's claim that everything is done."""
    head = ("三级指标序号", "指标代码", "指标名称", "数值", "计量单位", "截止日期", "数据来源")
    filed: dict[str, list[Row]] = {}
    for filer, item, *rest in read_texts(FIGURES):
        filed.setdefault(filer, []).append([int(item) if item else None, *rest])
    for code, rows in filed.items():
        title = f"2020年度指标数据报送表（{DEPARTMENTS[code]}）"
        form = Form(title, [("", h) for h in head], rows, widths={"指标代码": 28, "指标名称": 34})
        write_form(folder / f"{code}_2020.xlsx", form)


def make(pack: Path, tree: Path = PACK / "indicators.csv") -> None:
    """Write all submissions under `pack`; the nodes' titles and departments come from `tree`."""
    folder = pack / "submissions"
    make_work_nodes(folder / "work_nodes", tree)
    make_network_build(folder / "network_build")
    make_user_complaints(folder / "user_complaints")
    make_tariffs(folder / "tariffs")
    make_website_filing(folder / "website_filing")
    make_nuisance_calls(folder / "nuisance_calls")
    make_indicator_figures(folder / "indicator_figures")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else PACK)
