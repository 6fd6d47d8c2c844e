"""One bulletin as bureaus publish it: in any order, under any usual heading, in any format, with units anywhere.

Every file is a real one, made by the library of its format, and goes through the stages that a filed one does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal

import docx
import openpyxl
import pytest
import xlsxwriter

from contracts.finding import Finding, Outcome
from contracts.judge import Judgment
from contracts.kind import discover_kinds
from contracts.period import Period
from flows.filing import Filed, judge_filed, read_filed
from transforms.figures import unfold

KIND = discover_kinds()["monthly_bulletin"]
PERIOD = Period.parse("2024-07")
TITLE = "某省通信业主要指标完成情况（2024年1—7月）"

# name as printed, its unit, what was reached, growth, the month's own figure
TABLE = (
    ("电信业务总量(上年不变单价)", "亿元", "270.8", "15.8", "39.1"),
    ("电信业务收入", "亿元", "232", "3.3", "33"),
    ("全省电话用户", "万户", "4859.7", "3", ""),
    ("其中：固定电话用户", "万户", "229.2", "0.1", ""),
    ("　　　移动电话用户", "万户", "4630.5", "3.1", ""),
    ("　　　其中：4G移动电话用户", "万户", "1879.2", "-13.9", ""),
    ("　　　　　　5G移动电话用户", "万户", "2485.9", "29.6", ""),
    ("移动电话普及率", "部/百人", "120.1", "——", ""),
    ("光缆线路长度", "万公里", "215.4", "——", ""),
)
FIGURES = {
    "bulletin/电信业务总量(上年不变单价)": ("27080000000", "元"),
    "bulletin/电信业务收入": ("23200000000", "元"),
    "bulletin/全省电话用户": ("48597000", "户"),
    "bulletin/其中:固定电话用户": ("2292000", "户"),
    "bulletin/移动电话用户": ("46305000", "户"),
    "bulletin/其中:4G移动电话用户": ("18792000", "户"),
    "bulletin/5G移动电话用户": ("24859000", "户"),
    "bulletin/移动电话普及率": ("120.1", "部/百人"),
    "bulletin/光缆线路长度": ("2154000", "公里"),
    "bulletin_growth/电信业务总量(上年不变单价)": ("15.8", "%"),
    "bulletin_growth/电信业务收入": ("3.3", "%"),
    "bulletin_growth/全省电话用户": ("3", "%"),
    "bulletin_growth/其中:固定电话用户": ("0.1", "%"),
    "bulletin_growth/移动电话用户": ("3.1", "%"),
    "bulletin_growth/其中:4G移动电话用户": ("-13.9", "%"),
    "bulletin_growth/5G移动电话用户": ("29.6", "%"),
    "bulletin_month/电信业务总量(上年不变单价)": ("3910000000", "元"),
    "bulletin_month/电信业务收入": ("3300000000", "元"),
}

Grid = list[list[str]]
Write = Callable[[Grid], tuple[bytes, str]]


def grid(headings: Sequence[str], order: str, rows: Sequence[tuple[str, ...]] = TABLE) -> Grid:
    """The table with its columns in `order`: n name, u unit, r reached, g growth, m month, N name（unit）."""
    columns = {letter: at for at, letter in enumerate("nurgm")}
    cells = [[f"{row[0]}（{row[1]}）" if letter == "N" else row[columns[letter]] for letter in order] for row in rows]
    return [list(headings), *cells]


PLAIN = grid(("指标名称", "单位", "本月底到达", "同比增长 (%)", "本月"), "nurgm")
LAYOUTS = {
    "plain": PLAIN,
    "figures first": grid(("本月末累计到达", "比上年同期增长（%）", "当月", "计量单位", "指标"), "rgmun"),
    "unit in the name": grid(("项 目", "本年累计", "同比(%)", "本月完成"), "Nrgm"),
    "month first": grid(("指标名称", "当月", "累计", "同比±%", "单位"), "nmrgu"),
    "another wording": grid(("主要指标", "单位", "期末到达", "较上年同期增长(%)", "当月值"), "nurgm"),
}


def by_openpyxl(table: Grid) -> tuple[bytes, str]:
    """A title over all columns, numbers as numbers, growth as cells formatted in percent."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([TITLE])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(table[0]))
    sheet.append(table[0])
    growing = next(at for at, heading in enumerate(table[0]) if "同" in heading)
    for row in table[1:]:
        sheet.append([float(text) if is_number(text) else text or None for text in row])
        cell = sheet.cell(sheet.max_row, growing + 1)
        if is_number(row[growing]):
            cell.value, cell.number_format = float(Decimal(row[growing]) / 100), "0.0%"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), "bulletin.xlsx"


def by_xlsxwriter(table: Grid) -> tuple[bytes, str]:
    """Everything as text, with a unit note above and a note below."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("月报")
        sheet.write_string(0, 1, TITLE)
        for at, row in enumerate(table, start=3):
            for column, text in enumerate(row, start=1):
                sheet.write_string(at, column, text)
        sheet.write_string(len(table) + 4, 1, "注：电信业务总量按上年不变单价计算。")
    return out.getvalue(), "bulletin.xlsx"


def by_csv(table: Grid) -> tuple[bytes, str]:
    lines = io.StringIO()
    csv.writer(lines).writerows(table)
    return lines.getvalue().encode("gb18030"), "bulletin.csv"


def by_tabs(table: Grid) -> tuple[bytes, str]:
    return "\n".join("\t".join(row) for row in table).encode("utf-8-sig"), "bulletin.txt"


def by_python_docx(table: Grid) -> tuple[bytes, str]:
    document = docx.Document()
    document.add_heading(TITLE)
    document.add_paragraph("现将主要指标完成情况公布如下：")
    form = document.add_table(rows=len(table), cols=len(table[0]))
    for row, texts in zip(form.rows, table, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue(), "bulletin.docx"


WRITERS = (by_openpyxl, by_xlsxwriter, by_csv, by_tabs, by_python_docx)


def is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "").isdigit()


def filed(data: bytes, name: str) -> tuple[Filed, Judgment]:
    read = read_filed(data, name, KIND.in_force(PERIOD), PERIOD.year)
    return read, judge_filed(read, period=PERIOD, filer="GZ")


def figures(data: bytes, name: str) -> dict[str, tuple[str, str]]:
    """The figures of an accepted file: indicator → value and unit."""
    read, judgment = filed(data, name)
    assert judgment.verdict.outcome is Outcome.ACCEPTED, findings(judgment)
    assert read.table is not None
    made = unfold(KIND, judgment.frame, read.table, filer="GZ", period=PERIOD)
    assert len({figure.indicator for figure in made}) == len(made)
    return {figure.indicator: (f"{figure.value:f}", figure.unit) for figure in made}


def findings(judgment: Judgment) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message_zh) for finding in judgment.verdict.findings]


def rules(judgment: Judgment) -> list[str]:
    return [finding.rule for finding in judgment.verdict.findings]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_bulletin_gives_the_same_figures_in_every_layout_and_format(layout: str, write: Write) -> None:
    data, name = write(LAYOUTS[layout])
    assert figures(data, name) == FIGURES
    assert findings(filed(data, name)[1]) == []


def test_headings_of_two_levels() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["指标名称", "单位", "累计", None, "当月", None])
    sheet.append([None, None, "绝对值", "同比增长(%)", "绝对值", "同比增长(%)"])
    for area in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
        sheet.merge_cells(area)
    sheet.append(["电信业务收入", "亿元", 232, 3.3, 33, 2.9])
    out = io.BytesIO()
    book.save(out)
    assert figures(out.getvalue(), "a.xlsx") == {
        "bulletin/电信业务收入": ("23200000000", "元"),
        "bulletin_growth/电信业务收入": ("3.3", "%"),
        "bulletin_month/电信业务收入": ("3300000000", "元"),
        "bulletin_month_growth/电信业务收入": ("2.9", "%"),
    }


def test_net_changes_have_columns_of_their_own() -> None:
    table = [
        ["指标名称", "单位", "到达", "同比", "本月净增", "比上年末净增"],
        ["移动电话用户", "万户", "4630.5", "3.1", "(2.4)", "31"],
    ]
    assert figures(*by_csv(table)) == {
        "bulletin/移动电话用户": ("46305000", "户"),
        "bulletin_growth/移动电话用户": ("3.1", "%"),
        "bulletin_net_month/移动电话用户": ("-24000", "户"),
        "bulletin_net_year/移动电话用户": ("310000", "户"),
    }


def test_without_any_unit_each_indicator_is_asked_about_and_makes_no_figure() -> None:
    data, name = by_csv(grid(("指标", "累计", "同比"), "nrg"))
    _, judgment = filed(data, name)
    assert rules(judgment) == ["MB-14"] * len(TABLE)
    assert figures(data, name) == {k: v for k, v in FIGURES.items() if k.startswith("bulletin_growth/")}


# --- wholes and parts, in the layout in which the part stands


def with_reached(at: int, reached: str, layout: str = "nurgm") -> Grid:
    rows = [(*row[:2], reached, *row[3:]) if i == at else row for i, row in enumerate(TABLE)]
    headings = dict(zip("nNurgm", ("指标", "指标", "单位", "累计", "同比", "本月"), strict=True))
    return grid([headings[letter] for letter in layout], layout, rows)


@pytest.mark.parametrize(("layout", "cell"), [("nurgm", "C7"), ("Nrgm", "B7"), ("rgmun", "A7")])
@pytest.mark.parametrize("write", [by_csv, by_tabs])
def test_a_part_beyond_its_whole_returns_the_file_and_names_the_cell(write: Write, layout: str, cell: str) -> None:
    _, judgment = filed(*write(with_reached(5, "4879.2", layout)))
    assert judgment.verdict.outcome is Outcome.RETURNED
    # By the growths as filed, the parts would have been beyond their whole a year before as well.
    assert rules(judgment) == ["MB-05", "MB-06", "MB-35"]
    part, both, _ = judgment.verdict.findings
    assert part.cells[0].address == both.cells[0].address == cell
    assert "第 6 行“移动电话用户" in part.message_zh
    assert "第 7、8 行" in both.message_zh
    assert "7365.1" in both.message_zh


def judged(*rows: tuple[str, str, str]) -> Judgment:
    """Rows of name, unit and what was reached, as a CSV file."""
    return filed(*by_csv([["指标", "单位", "累计", "同比"], *([*row, "——"] for row in rows)]))[1]


def counted(judgment: Judgment, rule: str) -> tuple[int, int, int]:
    """passed, failed, not evaluable."""
    (count,) = [c for c in judgment.verdict.counts if c.rule == rule]
    return count.passed, count.failed, count.not_evaluable


@pytest.mark.parametrize(
    ("whole", "parts", "broken"),
    [
        ("10.0", ("3.3", "3.3"), []),  # what 其中 lists is not all there is
        ("10.0", ("5.0", "5.1"), []),  # 10.04 may have been made of 4.96 and 5.06
        ("10.0", ("5.0", "5.2"), ["MB-06"]),
        ("10", ("5.0", "5.5"), []),  # a whole without decimals is less exact
        ("10", ("5.0", "5.7"), ["MB-06"]),
        ("10.0", ("10.0", "0.0"), []),
        ("10.0", ("10.04", "0"), []),
        ("10.0", ("10.2", "0"), ["MB-05"]),
        ("10.0", ("10.2", "0.0"), ["MB-05", "MB-06"]),
        ("10.0", ("12", "-2"), ["MB-30"]),  # a list with a fall in it has no such law; but no users are fewer than none
    ],
)
def test_rounding_explains_a_little_and_no_more(whole: str, parts: tuple[str, str], broken: list[str]) -> None:
    judgment = judged(("甲", "万户", whole), ("其中：乙", "万户", parts[0]), ("　　　丙", "万户", parts[1]))
    assert rules(judgment) == broken


@pytest.mark.parametrize(
    ("unit", "whole", "end"),
    [
        ("%", "%", ""),
        ("部/百人", "部/百人", ""),
        ("元/户·月", "元/户·月", ""),
        ("百分点", "百分点", ""),
        ("户", "万户", ""),
        ("万户", "万户", "净增"),
    ],
)
def test_rates_other_units_and_net_changes_have_no_such_law(unit: str, whole: str, end: str) -> None:
    judgment = judged(("甲", whole, "10"), (f"其中：乙{end}", unit, "30"), (f"　　　丙{end}", unit, "30"))
    assert rules(judgment) == []
    assert counted(judgment, "MB-05") == counted(judgment, "MB-06") == (0, 0, 0)


def test_classes_within_classes_are_not_added_up() -> None:
    judgment = judged(("宽带", "万户", "100"), ("其中：100M以上", "万户", "95"), ("　　　1000M以上", "万户", "40"))
    assert rules(judgment) == []
    assert counted(judgment, "MB-05") == (2, 0, 0)
    assert counted(judgment, "MB-06") == (0, 0, 0)


def test_each_of_which_is_a_list_of_its_own() -> None:
    judgment = judged(("宽带", "万户", "100"), ("其中：城市", "万户", "70"), ("其中：家庭", "万户", "90"))
    assert rules(judgment) == []


def test_a_part_without_a_figure_leaves_the_sum_open_and_one_that_does_not_apply_does_not() -> None:
    blank = judged(("甲", "万户", "10"), ("其中：乙", "万户", "5"), ("　　　丙", "万户", ""), ("　　　丁", "万户", "4"))
    assert counted(blank, "MB-06") == (0, 0, 1)
    absent = judged(
        ("甲", "万户", "10"), ("其中：乙", "万户", "7"), ("　　　丙", "万户", "——"), ("　　　丁", "万户", "5")
    )
    assert counted(absent, "MB-06") == (0, 1, 0)
    assert "第 3、5 行" in absent.verdict.findings[0].message_zh


def test_without_a_unit_nobody_can_tell() -> None:
    judgment = judged(("甲", "", "10"), ("其中：乙", "", "30"))
    assert counted(judgment, "MB-05") == (0, 0, 1)
    assert set(rules(judgment)) == {"MB-14"}


def test_headings_of_sections_are_no_wholes() -> None:
    judgment = judged(("一、业务量", "", ""), ("1.业务总量", "亿元", "10"), ("2.业务收入", "亿元", "20"))
    assert (rules(judgment), counted(judgment, "MB-09")) == ([], (0, 0, 0))


@pytest.mark.parametrize(
    ("name", "mark", "broken"),
    [("甲合计", "　", ["MB-11"]), ("甲合计(含其他)", "　", []), ("甲", "　", []), ("甲合计", "其中：", [])],
)
def test_only_a_total_is_all_of_its_parts(name: str, mark: str, broken: list[str]) -> None:
    judgment = judged((name, "次", "10.0"), (f"{mark}乙", "次", "5.0"), ("　丙", "次", "4.0"))
    assert rules(judgment) == broken


def test_a_finding_about_rows_shown_by_indentation_only_asks() -> None:
    judgment = judged(("甲", "次", "10"), ("　乙", "次", "9"), ("　丙", "次", "4"))
    (finding,) = judgment.verdict.findings
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.blocks) == ("MB-10", False)
    assert judgment.verdict.outcome is Outcome.ACCEPTED
