"""Headings: the table is found where people put it, and every filled cell is used, ignored with a reason, or named."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from contracts.field import Field, Type
from contracts.table import Table
from tests.transforms.made_files import Cells, by_openpyxl
from transforms.book import Book, Sheet
from transforms.headings import TableReading, find_table
from transforms.reading import read_book

FIELDS = (
    Field("name", "指标名称", "name"),
    Field("built_count", "累计建成", "built", Type.COUNT, unit="个"),
    Field("opened_count", "累计开通", "opened", Type.COUNT, unit="个", aliases=("开通数",)),
    Field("remark", "备注", "remark", required=False, optional_column=True),
)
HEAD: list[object] = ["指标名称", "累计建成", "累计开通"]


def xlsx(rows: Cells, *merged: str) -> Book:
    return book_of(by_openpyxl({"数据": rows}, merged={"数据": merged}), "a.xlsx")


def comma(rows: Sequence[Sequence[object]]) -> Book:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return book_of(out.getvalue().encode(), "a.csv")


def book_of(data: bytes, name: str) -> Book:
    book = read_book(data, name).book
    assert book is not None
    return book


def accounted(reading: TableReading, book: Book) -> Table:
    """The table, after every filled cell of the book has been counted by hand and found in the account."""
    table = reading.table
    assert table is not None
    filled = sum(1 for s in book.sheets for row in s.grid.rows() for text in row if text is not None and text.strip())
    account = reading.account
    assert account.nonempty == filled
    assert account.used + sum(area.cells for area in account.ignored) + account.found == filled
    assert account.holds
    return table


def ignored(book: Book, fields: Sequence[Field] | None = None) -> list[tuple[str, int, str]]:
    return [
        (i.area, i.cells, i.reason_en) for i in find_table(book, FIELDS if fields is None else fields).account.ignored
    ]


def clean(book: Book, fields: Sequence[Field] = FIELDS, total_in: str | None = None) -> Table:
    reading = find_table(book, fields, total_in)
    assert reading.findings == ()
    return accounted(reading, book)


def rules(reading: TableReading) -> list[str]:
    return [finding.rule for finding in reading.findings]


def test_a_plain_table() -> None:
    table = clean(xlsx([HEAD, ["电信", 1, 2], ["移动", 3, None]]))
    assert table.frame.columns == ["_row", "name", "built_count", "opened_count", "remark"]
    assert table.frame.rows() == [(2, "电信", "1", "2", None), (3, "移动", "3", None, None)]
    assert table.columns == {"name": "A", "built_count": "B", "opened_count": "C"}
    assert table.headings == {"name": "A1", "built_count": "B1", "opened_count": "C1"}
    assert (table.address("opened_count", 3), table.address("remark", 3)) == ("C3", None)
    assert table.totals.is_empty()


def test_title_unit_blank_notes_and_signature_are_set_aside_with_reasons() -> None:
    rows: Cells = [
        [],
        [None, "某省通信建设情况（示例）"],
        [None, None, None, "单位：个"],
        [None, *HEAD],
        [None, None, "（个）", "（个）"],
        [None, "电信", 1, 2],
        [],
        [None, "移动", 3, 4],
        [None, "注：累计数自2019年起。"],
        [None, "1. 含共建共享"],
        [None, "填表人：张某", "审核人：", "李某"],
    ]
    book = xlsx(rows, "B2:D2")
    table = clean(book)
    assert table.frame["_row"].to_list() == [6, 8]
    assert table.columns["name"] == "B"
    assert ignored(book) == [
        ("B2", 1, "a title or note above the headings"),
        ("D3", 1, "a title or note above the headings"),
        ("C5:D5", 2, "a row that states units"),
        ("B9", 1, "a note or signature below the table"),
        ("B10", 1, "a note or signature below the table"),
        ("B11:D11", 3, "a note or signature below the table"),
    ]


def test_a_word_that_opens_a_note_is_data_where_data_stands() -> None:
    """注册用户数 is an indicator, and so is a note's word with figures behind it or with data below it."""
    names: list[object] = ["注：甲", "注册用户数", "审核通过数", "注册企业"]
    table = clean(xlsx([HEAD, names[:1], [names[1], 1, 2], [names[2], 3, 4], names[3:]]))
    assert table.frame["name"].to_list() == names


@pytest.mark.parametrize(
    "heading",
    [
        "累计建成",
        " 累计\n建成 ",
        "累计：建成",
        "累计建成（个）",
        "累 计 建 成(个)",
        "*累计建成：",
        "累计建成[个]（不含（室分））",
    ],
)
def test_spellings_of_one_heading(heading: str) -> None:
    assert clean(xlsx([["指标名称", heading, "开通数"], ["a", 1, 2]])).columns["built_count"] == "B"


@pytest.mark.parametrize("wanted", ["累计建成", "5G基站累计建成", "5G基站/累计建成"])
@pytest.mark.parametrize("make", ["xlsx", "csv"])
def test_a_merged_parent(wanted: str, make: str) -> None:
    fields = (FIELDS[0], Field("built_count", wanted, "built"), Field("opened_count", "累计开通", "opened"))
    rows: Cells = [["标题", None, None], ["指标名称", "5g基站", None], [None, "累计建成", "累计开通"], ["电信", 1, 2]]
    book = xlsx(rows, "A1:C1", "A2:A3", "B2:C2") if make == "xlsx" else comma(rows)
    table = clean(book, fields)
    assert table.headings == {"name": "A2", "built_count": "B3", "opened_count": "C3"}
    assert table.frame.rows() == [(4, "电信", "1", "2")]


def test_the_parent_tells_equal_headings_apart() -> None:
    fields = (FIELDS[0], Field("g5", "5G基站/累计建成", "5G"), Field("g4", "4G基站/累计建成", "4G"))
    rows: Cells = [["指标名称", "4G基站", None, "5G基站"], [None, "累计建成", None, "累计建成"], ["电信", 4, None, 5]]
    table = clean(xlsx(rows, "A1:A2"), fields)
    assert table.columns == {"name": "A", "g4": "B", "g5": "D"}


def test_the_heading_that_fits_by_more_levels_wins() -> None:
    fields = (FIELDS[0], Field("g5", "5G基站/累计建成", "5G", aliases=("累计建成",)))
    rows: Cells = [["指标名称", "4G基站", "5G基站"], [None, "累计建成", "累计建成"], ["电信", 4, 5]]
    reading = find_table(xlsx(rows, "A1:A2"), fields)
    assert rules(reading) == ["HEAD-03"]
    assert reading.table is not None
    assert reading.table.columns == {"name": "A", "g5": "C"}


def test_three_levels() -> None:
    fields = (
        Field("carrier", "企业", "carrier"),
        Field("service", "用户服务", "service"),
        Field("share", "申诉量占比", "share"),
        Field("rate", "季度用户申诉率/本季度", "rate"),
    )
    rows: Cells = [
        ["2012年一季度申诉分类统计表"],
        ["企业", "申诉量", "申诉量占比", "季度用户申诉率", None],
        [None, "用户服务(人次)", "(企业申诉量/申诉总数)", "(人次/百万用户)", None],
        [None, None, None, "本季度", "较前季度增长"],
        ["中国电信", 2033, "25.4%", 13.6, "4.0%"],
    ]
    book = xlsx(rows, "A1:E1", "A2:A4", "B3:B4", "C3:C4", "D2:E2", "D3:E3")
    reading = find_table(book, fields)
    table = accounted(reading, book)
    assert rules(reading) == ["HEAD-03"]
    assert reading.findings[0].cell == "E4"
    assert table.frame.rows() == [(5, "中国电信", "2033", "25.4%", "13.6")]


def test_repeated_headings_and_totals() -> None:
    rows: Cells = [["标题"], HEAD, ["电信", 1, 2], ["标题"], HEAD, ["移动", 3, 4], ["小 计", 4, 6], ["合计", 4, 6]]
    table = clean(xlsx(rows), total_in="name")
    assert table.frame["_row"].to_list() == [3, 6]
    assert table.totals.rows() == [(8, "合计", "4", "6", None)]
    account = find_table(xlsx(rows), FIELDS, "name").account
    assert [i.area for i in account.ignored] == ["A1", "A4", "A5:C5", "A7:C7"]
    assert account.rows == {"above": 1, "heading": 1, "data": 2, "total": 1, "repeated": 2, "subtotal": 1}
    assert clean(xlsx(rows)).frame.height == 4


def test_a_total_merged_across_the_leading_columns() -> None:
    fields = (Field("city", "地市", "city"), *FIELDS[:2])
    rows: Cells = [["地市", *HEAD[:2]], ["南昌", "a", 1], ["合计", None, 1]]
    table = clean(xlsx(rows, "A3:B3"), fields, "name")
    assert (table.frame.height, table.totals["built_count"].to_list()) == (1, ["1"])


def test_a_vertical_merge_fills_text_and_never_numbers() -> None:
    rows: Cells = [HEAD, ["电信", 9185, 1], [None, None, 2], ["移动", 12359, 3]]
    table = clean(xlsx(rows, "A2:A3", "B2:B3"))
    assert table.frame["name"].to_list() == ["电信", "电信", "移动"]
    assert table.frame["built_count"].to_list() == ["9185", None, "12359"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("1-7月累计", "reached"),
        ("2024年1—12月累计（万户）", "reached"),
        ("7月", "month"),
        ("2024年7月份当月", "month"),
        ("1-7月", None),
    ],
)
def test_a_heading_may_name_the_months(heading: str, name: str | None) -> None:
    fields = (
        Field("name", "指标", "name"),
        Field("reached", "累计", "reached", aliases=("1-N月累计",), optional_column=True),
        Field("month", "本月", "month", aliases=("N月", "N月当月"), optional_column=True),
    )
    table = find_table(comma([["指标", heading], ["甲", 1]]), fields).table
    assert table is not None
    assert sorted(table.columns) == sorted({"name", name or "name"})


def test_a_unit_in_the_cell_behind_the_word_and_before_a_table_of_a_document() -> None:
    book = xlsx([["单位", "万户"], ["名称", "用户数", "比率"], ["电信", 1, 2]])
    assert [(f.rule, f.cell) for f in find_table(book, COUNTED).findings] == [("HEAD-08", "A1")]
    sheet = replace(xlsx([["名称", "用户数", "比率"], ["电信", 1, 2]]).sheets[0], above=("单位：万户",))
    assert [(f.rule, f.cell) for f in find_table(Book("a", "docx", (sheet,)), COUNTED).findings] == [("HEAD-08", "B1")]


@pytest.mark.parametrize(
    "tail",
    [
        [["局领导签字：", None, "经办人："], ["（盖章）"]],
        [["制表：张三", "审核：李四", "日期：2020年12月5日"]],
        [["填表人：张三"], [None, None, "中国移动江西公司"], [None, None, "2020年12月5日"]],
        [["填表人：张三", None, "2020年12月5日"]],
        [["填报单位（盖章）"]],
    ],
)
def test_signatures_are_no_rows(tail: Cells) -> None:
    book = comma([HEAD, ["电信", 1, 2], ["合计", 1, 2], *tail])
    reading = find_table(book, FIELDS, "name")
    assert accounted(reading, book).frame["_row"].to_list() == [2]
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("row", "rows"),
    [
        (["甲", 1, 2], 2),
        (["甲", "1", "(2)"], 2),
        (["A", 1, 2], 2),
        (["甲", 1, 3], 3),
        (["乙", 1, 2], 3),
        ([1, 2, 3], 2),
    ],
)
def test_a_row_that_numbers_the_columns_is_no_data(row: list[object], rows: int) -> None:
    book = xlsx([HEAD, row, ["电信", 1, 2], ["移动", 3, 4]])
    assert accounted(find_table(book, FIELDS), book).frame.height == rows


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([["企业", "已建", "已开通数"], ["移动", 5, 5]], True),  # another wording, the same width
        ([["移动", 5, 5]], True),  # rows that go on without headings
        ([HEAD[:2], ["移动", 5]], True),
        ([["字段", "类型", "说明"], ["指标名称", "文本", "必填"]], False),
        ([["江西省通信管理局"]], False),
    ],
)
def test_a_sheet_that_may_hold_more_of_the_table_is_never_passed_over(other: Cells, said: bool) -> None:
    book = book_of(by_openpyxl({"甲": [HEAD, ["电信", 1, 2]], "乙": other}), "a.xlsx")
    reading = find_table(book, FIELDS)
    assert accounted(reading, book).sheet == "甲"
    assert [(f.rule, f.sheet) for f in reading.findings] == ([("HEAD-05", "乙")] if said else [])


def test_data_above_the_headings_is_found() -> None:
    book = xlsx([["江西移动", 5, 5], ["某表"], HEAD, ["电信", 6, 6]])
    reading = find_table(book, FIELDS)
    accounted(reading, book)
    assert [(f.rule, f.cell) for f in reading.findings] == [("HEAD-09", "A1")]
    assert reading.account.found == 3


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ([HEAD, ["（江西移动）", "(5)", "(5)"], ["电信", 6, 6]], [2, 3]),  # brackets alone are no unit
        ([["江西移动"], HEAD, ["江西移动"], ["电信", 6, 6]], [3, 4]),  # a title's words in a row of data
        ([["江西移动", None, 5], HEAD, ["江西移动", None, 5], ["电信", 6, 6]], [3, 4]),
        ([HEAD, ["电信", 1, 2], ["注：以下企业未开展"], ["江西广电"]], [2, 3, 4]),
        ([HEAD, ["电信", 1, 2], ["联系人力公司"]], [2, 3]),
        ([HEAD, ["电信", 1, 2], ["说明", "附注"]], [2, 3]),
    ],
)
def test_what_only_looks_like_no_data_is_data(rows: Cells, numbers: list[int]) -> None:
    assert accounted(find_table(xlsx(rows), FIELDS), xlsx(rows)).frame["_row"].to_list() == numbers


@pytest.mark.parametrize("last", [["注：单位为万户"], ["注：单位万户"]])
def test_a_unit_in_a_line_below_is_compared(last: list[object]) -> None:
    book = xlsx([["名称", "用户数", "比率"], ["电信", 1, 2], last])
    assert [f.rule for f in find_table(book, COUNTED).findings] == ["HEAD-08"]
    book = xlsx([["名称", "用户数", "比率"], [None, "（万户）", "（%）"], ["电信", 1, 2]])
    assert [(f.rule, f.field) for f in find_table(book, COUNTED).findings] == [("HEAD-08", "users")]


def test_a_column_of_codes_is_no_running_number() -> None:
    book = xlsx([["编号", *HEAD], ["A-1", "电信", 1, 2]])
    assert rules(find_table(book, FIELDS)) == ["HEAD-03"]


def test_a_province_is_the_total_of_its_parts() -> None:
    book = xlsx([HEAD, ["全省", 4, 6], ["南昌", 1, 2], ["九江", 3, 4]])
    table = accounted(find_table(book, FIELDS, "name"), book)
    assert (table.frame["name"].to_list(), table.totals["name"].to_list()) == (["南昌", "九江"], ["全省"])


def test_a_missing_column_is_named_with_the_nearest_heading() -> None:
    reading = find_table(xlsx([["标题"], ["指标名称", "累计建成数", "累计开通"], ["a", 1, 2]]), FIELDS)
    assert rules(reading) == ["HEAD-02", "HEAD-03"]
    finding = reading.findings[0]
    assert (finding.field, finding.cell, finding.filed) == ("built_count", "B2", "累计建成数")
    assert "表头在第 2 行" in finding.message_zh
    assert reading.table is not None
    assert reading.table.frame["built_count"].to_list() == [None]


def test_a_column_outside_the_contract() -> None:
    book = xlsx([["序号", *HEAD, "密码", None, "空列"], [1, "a", 1, 2, "x"], [2, "b", 3, 4, None, "y"]])
    reading = find_table(book, FIELDS)
    accounted(reading, book)
    assert [(f.rule, f.cell, f.filed) for f in reading.findings] == [("HEAD-03", "E1", "密码"), ("HEAD-03", "F3", None)]
    assert reading.account.found == 3  # 密码, x, y
    reasons = [(i.cells, i.reason_en) for i in reading.account.ignored]
    assert reasons == [(3, "a running number"), (1, "the heading of an empty column")]


def test_a_doubled_heading_names_both_cells() -> None:
    book = xlsx([[*HEAD, "累计建成"], ["a", 1, 2, 3]])
    reading = find_table(book, FIELDS)
    assert rules(reading) == ["HEAD-04"]
    assert [cell.address for cell in reading.findings[0].cells] == ["B1", "D1"]
    assert accounted(reading, book).frame["built_count"].to_list() == ["1"]


def test_no_heading_row() -> None:
    reading = find_table(xlsx([["封面"], ["指标名称", "别的"], ["a", 1]]), FIELDS)
    assert (rules(reading), reading.table) == (["HEAD-01"], None)
    assert reading.findings[0].cell == "A2"
    assert "数据" in reading.findings[0].message_zh
    empty = Book("a.xlsx", "xlsx", (Sheet("空", False, 1, pl.DataFrame()),))
    assert rules(find_table(empty, FIELDS)) == ["HEAD-01"]


def test_no_rows() -> None:
    tables: list[Cells] = [[HEAD], [HEAD, [], ["合计", 1, 2]], [HEAD, ["注：无"]]]
    for rows in tables:
        reading = find_table(xlsx(rows), FIELDS, "name")
        assert (rules(reading), reading.table) == (["TABLE-01"], None)


def test_other_sheets_are_accounted_for_and_a_second_table_is_named() -> None:
    rows: Cells = [HEAD, ["a", 1, 2]]
    data = by_openpyxl({"说明": [["x", "y"]], "甲": rows, "乙": rows, "底稿": rows}, hidden=["底稿"])
    book = book_of(data, "a.xlsx")
    reading = find_table(book, FIELDS)
    table = accounted(reading, book)
    assert (table.sheet, rules(reading)) == ("甲", ["HEAD-05", "HEAD-05"])
    assert [(i.sheet, i.cells, i.reason_en) for i in reading.account.ignored] == [
        ("说明", 2, "a sheet without this table"),
    ]
    assert [(s.name, s.hidden, s.used, s.cells) for s in reading.account.sheets] == [
        ("说明", False, False, 2), ("甲", False, True, 6), ("乙", False, False, 6), ("底稿", True, False, 6)
    ]  # fmt: skip


def test_a_table_on_a_hidden_sheet_only_is_read_and_said() -> None:
    book = book_of(by_openpyxl({"封面": [["x"]], "底稿": [HEAD, ["a", 1, 2]]}, hidden=["底稿"]), "a.xlsx")
    reading = find_table(book, FIELDS)
    assert accounted(reading, book).frame.height == 1
    assert rules(reading) == ["HEAD-06"]
    assert "底稿" in reading.findings[0].message_zh


def test_without_headings_every_cell_is_found() -> None:
    reading = find_table(xlsx([["x", "y"], ["1", "2"]]), FIELDS)
    assert (rules(reading), reading.account.found, reading.account.holds) == (["HEAD-01"], 4, True)


def test_hidden_rows_and_columns_of_the_table_are_read_and_said() -> None:
    def hide(sheet: Worksheet) -> None:
        for row in (1, 3, 4):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["E"].hidden = True

    rows: Cells = [["标题"], HEAD, ["a", 1, 2], ["b", 3, 4], ["c", 5, 6]]
    book = book_of(by_openpyxl({"甲": rows}, change=hide), "a.xlsx")
    reading = find_table(book, FIELDS)
    assert accounted(reading, book).frame.height == 3
    (finding,) = reading.findings
    assert (finding.rule, finding.cell) == ("TABLE-02", "A3")
    assert "第 3–4 行和B 列" in finding.message_zh


def test_formulas_without_a_result_and_errors_in_text_are_found() -> None:
    rows: Cells = [HEAD[:2], ["=A9", 1], ["=B9", 2], ["#N/A", 3], ["c", 4]]
    reading = find_table(book_of(by_openpyxl({"甲": rows}), "a.xlsx"), FIELDS[:2])
    found = [(f.rule, [c.address for c in f.cells], f.filed) for f in reading.findings]
    assert found == [("CELL-01", ["A2", "A3"], "=A9"), ("CELL-02", ["A4"], "#N/A")]


COUNTED = (
    Field("name", "名称", "name"),
    Field("users", "用户数", "users", Type.COUNT, unit="户"),
    Field("rate", "比率", "rate", Type.DECIMAL, unit="%"),
)


@pytest.mark.parametrize(
    ("note", "heading", "rule", "cell"),
    [
        ("单位：户", "用户数", None, None),
        ("单位：万户、%", "用户数", "HEAD-08", "A1"),
        ("单位：万户、户", "用户数", None, None),
        ("情况表（单位：万户）", "用户数", "HEAD-08", "A1"),
        ("填报单位：江西移动　　单位：万户", "用户数", "HEAD-08", "A1"),
        ("数量单位：万户", "用户数", "HEAD-08", "A1"),
        ("（万户）", "用户数", "HEAD-08", "A1"),
        ("填报单位：江西移动", "用户数", None, None),
        ("单位：个", "用户数", None, None),
        ("单位：万户", "用户数", "HEAD-08", "A1"),
        (None, "用户数（万户）", "HEAD-08", "B2"),
        (None, "用户数(户)", None, None),
        ("单位：万户", "用户数（户）", None, None),
        (None, "用户数（个）", "HEAD-07", "B2"),
        (None, "用户数（期末）", None, None),
    ],
)
def test_a_unit_stated_beside_the_table_is_compared(
    note: str | None, heading: str, rule: str | None, cell: str | None
) -> None:
    book = xlsx([[note or "标题"], ["名称", heading, "比率"], ["电信", 1, 2]])
    found = find_table(book, COUNTED).findings
    assert [(f.rule, f.cell, f.expected) for f in found] == ([(rule, cell, "户")] if rule else [])


TEXTS = st.sampled_from(
    ["指标名称", "累计建成", "累计开通", "备注", "合计", "注：甲", "（个）", "1", "x", " ", "密码", None, None]
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(TEXTS, min_size=4, max_size=4), max_size=6),
    st.lists(st.lists(TEXTS, min_size=4, max_size=4), min_size=1, max_size=8),
    st.sampled_from([None, "name"]),
)
def test_every_filled_cell_is_accounted_for(
    above: list[list[str | None]], below: list[list[str | None]], total_in: str | None
) -> None:
    book = comma([*above, [*HEAD, None], *below])
    reading = find_table(book, FIELDS, total_in)
    if reading.table is None:
        assert {"HEAD-01", "TABLE-01"} & set(rules(reading))
    else:
        table = accounted(reading, book)
        rows = book.sheets[0].grid.rows()
        for name, letter in table.columns.items():  # what stands in the frame is what stands in the cell
            for row, text in zip(table.frame["_row"], table.frame[name], strict=True):
                filed = rows[row - 1][ord(letter) - ord("A")]
                assert text == (filed if filed and filed.strip() else None)


@pytest.mark.alone
def test_a_register_of_four_thousand_rows_is_quick() -> None:
    book = comma([["标题", None, None], HEAD, *(["电信", 1, 2] for _ in range(4000)), ["合计", 4000, 8000]])
    start = time.perf_counter()
    assert clean(book, total_in="name").frame.height == 4000
    assert time.perf_counter() - start < 0.3


def test_merged_headings_above_the_matching_row_belong_to_the_headings() -> None:
    """The lower level alone matches; the merged level above it is part of the headings, not a note."""
    fields = (
        Field("name", "名称", "name"),
        Field("built", "建成", "built", Type.COUNT),
        Field("opened", "开通", "opened"),
    )
    rows: list[list[object]] = [["某表"], ["名称", "基站", None], [None, "建成", "开通"], ["甲", 1, "是"]]
    book = xlsx(rows, "A2:A3", "B2:C2")
    reading = find_table(book, fields)
    table = accounted(reading, book)
    assert [entry.area for entry in reading.account.ignored] == ["A1"]
    assert table.columns == {"name": "A", "built": "B", "opened": "C"}
