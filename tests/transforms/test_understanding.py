"""What is told of a file without a contract: its tables, their headings, and every cell's fate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from tests.transforms.made_files import Cells, by_openpyxl
from transforms.book import Book, Sheet, text_grid
from transforms.reading import read_book
from transforms.understanding import Understanding, understand


def book_of(rows: Cells, *merged: str, name: str = "表") -> Book:
    book = read_book(by_openpyxl({name: rows}, merged={name: merged}), "a.xlsx").book
    assert book is not None
    return book


def texts(*rows: Sequence[str | None]) -> Book:
    """A book as a CSV file gives it: no types, no merges."""
    width = max(len(row) for row in rows)
    return Book("a.csv", "csv", (Sheet("", False, 1, text_grid(rows, width)),))


def seen(book: Book) -> Understanding:
    """The understanding, once its account was seen to hold."""
    found = understand(book)
    assert found.account.holds
    filled = sum(1 for s in book.sheets for row in s.grid.rows() for text in row if text and text.strip())
    assert found.account.nonempty == filled
    return found


def tables(book: Book) -> list[tuple[str, list[str], int, int]]:
    return [
        (t.area, list(t.columns.values()) if t.found.block else [], t.rows, t.totals)
        for sheet in seen(book).tables
        for t in sheet
    ]


def rules(book: Book) -> list[tuple[str, str | None]]:
    return [(f.rule, f.cell) for f in seen(book).findings]


BULLETIN: Cells = [
    ["通信业主要指标完成情况"],
    [None, None, None, "单位：万户"],
    ["指标名称", "单位", "本月底到达", "同比增长 (%)"],
    ["电信业务收入", "亿元", 232, 3.3],
    ["其中：固定电话用户", "万户", 229.2, "——"],
    ["合计", None, 461.2, None],
    ["注：同比按可比口径计算。"],
    ["填表人：张某", None, "审核人：", "李某"],
]


def test_title_unit_totals_and_notes_are_no_rows() -> None:
    book = book_of(BULLETIN, "A1:D1")
    assert tables(book) == [("A3:D6", ["指标名称", "单位", "本月底到达", "同比增长 (%)"], 2, 1)]
    assert [(a.area, a.cells) for a in seen(book).account.ignored] == [("A1", 1), ("D2", 1), ("A7", 1), ("A8:D8", 3)]
    assert rules(book) == []


def test_each_row_has_its_cells_with_address_and_heading() -> None:
    ((table,),) = seen(book_of(BULLETIN)).tables
    (row, cells), _ = table.cells()
    assert row == 4
    assert [(c.address, c.heading, c.text) for c in cells] == [
        ("A4", "指标名称", "电信业务收入"),
        ("B4", "单位", "亿元"),
        ("C4", "本月底到达", "232"),
        ("D4", "同比增长 (%)", "3.3"),
    ]
    assert table.types == {"A": {"text": 2}, "B": {"text": 2}, "C": {"number": 2}, "D": {"number": 1, "text": 1}}


LEVELS: Cells = [
    ["某表"],
    ["设区市", "5G基站", None, None, "备注"],
    [None, "累计", None, "本月", None],
    [None, "建成", "开通", "开通", None],
    ["南昌", 10, 9, 1, None],
    ["九江", 5, 4, 1, "无"],
]
HEADINGS = ["设区市", "5G基站/累计/建成", "5G基站/累计/开通", "5G基站/本月/开通", "备注"]


def test_three_levels_with_merges() -> None:
    book = book_of(LEVELS, "A1:E1", "A2:A4", "B2:D2", "B3:C3", "E2:E4")
    assert tables(book) == [("A2:E6", HEADINGS, 2, 0)]


def test_two_levels_that_lost_their_merges() -> None:
    rows = (
        ["设区市", "5G基站", None, "备注"],
        [None, "建成", "开通", None],
        ["南昌", "10", "9", None],
        ["九江", "5", "4", "无"],
    )
    assert tables(texts(*rows)) == [("A1:D4", ["设区市", "5G基站/建成", "5G基站/开通", "备注"], 2, 0)]


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "职务", None, "电话"], ["张三", None, "副处长", "未填"], ["李四", "处长", "主任", "5"]],
        [["名称", None, "状态"], ["张三", "副处长", None], ["李四", "处长", "在岗"]],
        [["净增", "净利"], ["(100)", "(200)"], ["300", "400"]],
        [["问题", "回答"], ["联系人", "联系方式"], ["填表人", "审核人"]],
    ],
)
def test_no_row_of_data_becomes_a_heading_a_unit_or_a_note(rows: list[list[str | None]]) -> None:
    ((table,),) = seen(texts(*rows)).tables
    assert table.rows == 2


def test_a_table_of_words_has_one_row_of_headings() -> None:
    rows = (["编号", "事项", "状态"], ["1-1", "修订办法", "已完成"], ["1-2", "开展检查", "进行中"])
    assert tables(texts(*rows)) == [("A1:C3", ["编号", "事项", "状态"], 2, 0)]


def test_blank_rows_and_columns_do_not_part_a_table() -> None:
    rows: Cells = [[], [None, "名称", None, "数量"], [None, "甲", None, 1], [], [None, "乙", None, 2]]
    assert tables(book_of(rows)) == [("B2:D5", ["名称", "数量"], 2, 0)]


def test_headings_printed_again_after_a_page_break() -> None:
    rows: Cells = [["某表"], ["名称", "数量"], ["甲", 1], [], ["某表"], ["名称", "数量"], ["乙", 2]]
    book = book_of(rows)
    assert tables(book) == [("A2:B7", ["名称", "数量"], 2, 0)]
    assert [a.reason_en for a in seen(book).account.ignored][1:] == ["headings or a title printed again"] * 2


def test_a_second_table_below_the_first() -> None:
    rows: Cells = [
        ["名称", "数量"],
        ["甲", 1],
        [],
        ["附表"],
        ["地市", "件数", "占比"],
        ["南昌", 2, 0.5],
        ["合计", 2, 1],
    ]
    assert tables(book_of(rows)) == [("A1:B2", ["名称", "数量"], 1, 0), ("A5:C7", ["地市", "件数", "占比"], 1, 1)]


def test_a_row_of_units_under_the_headings() -> None:
    rows = (["名称", "用户", "占比"], ["", "万户", "%"], ["甲", "1.5", "20"])
    assert tables(texts(*rows)) == [("A1:C3", ["名称", "用户", "占比"], 1, 0)]


def test_years_may_head_columns() -> None:
    assert tables(book_of([["指标", 2019, 2020], ["收入", 1, 2]])) == [("A1:C2", ["指标", "2019", "2020"], 1, 0)]


def test_numbers_without_headings_are_said() -> None:
    book = book_of([[1, 2], [3, 4]])
    assert tables(book) == [("A1:B2", [], 2, 0)]
    assert rules(book) == [("HEAD-01", "A1")]


def test_doubled_and_missing_headings_are_said() -> None:
    book = book_of([["名称", "数量", "数 量", None], ["甲", 1, 2, 3]])
    assert rules(book) == [("HEAD-03", "D1"), ("HEAD-04", "B1")]


def test_formulas_without_a_result_and_errors_are_found_and_counted() -> None:
    book = book_of([["名称", "数量", "和"], ["甲", "#REF!", "=A2"], ["乙", 2, "=A3"]])
    assert rules(book) == [("CELL-01", "C2"), ("CELL-02", "B2")]
    assert (seen(book).account.found, seen(book).account.used) == (3, 6)


def test_hidden_sheets_and_rows_are_read_and_said() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    data = by_openpyxl({"表": [["名称", "数量"], ["甲", 1], ["乙", 2]], "空": []}, hidden=["表"], change=hide)
    book = read_book(data, "a.xlsx").book
    assert book is not None
    assert tables(book) == [("A1:B3", ["名称", "数量"], 2, 0)]
    assert [finding.rule for finding in seen(book).findings] == ["HEAD-06", "TABLE-02"]
    assert [(s.name, s.hidden, s.used, s.reason_en) for s in seen(book).account.sheets] == [
        ("表", True, True, ""), ("空", False, False, "an empty sheet")
    ]  # fmt: skip


CAPTIONS: list[Cells] = [
    [["填报单位：江西移动", None, "单位：户"]],
    [["用户情况表"], ["填报单位：江西移动", None, "2025年10月31日"]],
    [["用户情况表", None, "单位：户"]],
    [["表号：", "通信统1表"], ["制定机关：", "工信部"], ["某局", "万元"]],
    [["江西移动", "万户"]],
]


@pytest.mark.parametrize("caption", CAPTIONS)
def test_lines_above_the_headings_are_no_headings(caption: Cells) -> None:
    rows: Cells = [*caption, ["设区市", "移动用户数", "宽带用户数"], ["南昌", 1, 2], ["九江", 3, 4], ["合计", 4, 6]]
    top = len(caption) + 1
    assert tables(book_of(rows)) == [(f"A{top}:C{top + 3}", ["设区市", "移动用户数", "宽带用户数"], 2, 1)]
    assert rules(book_of(rows)) == []


def test_a_second_table_without_a_blank_row_and_one_under_a_title_of_its_own() -> None:
    head: list[object] = ["地区", "用户数"]
    rows: Cells = [["表一"], head, ["南昌", 1], ["表二"], ["地区", "基站数"], ["南昌", 2]]
    assert tables(book_of(rows)) == [("A2:B3", ["地区", "用户数"], 1, 0), ("A5:B6", ["地区", "基站数"], 1, 0)]
    rows = [["一、移动"], head, ["南昌", 1], [], ["二、电信"], head, ["南昌", 2]]
    assert tables(book_of(rows)) == [("A2:B3", ["地区", "用户数"], 1, 0), ("A6:B7", ["地区", "用户数"], 1, 0)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [None, None, "名称", "数量", "合计", "注：甲", "单位：个", "（个）", "1", "2.5%", "2020", "x", " "]
            ),
            min_size=4,
            max_size=4,
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_filled_cell_has_its_fate(rows: list[list[str | None]]) -> None:
    book = texts(*rows)
    found = seen(book)
    at = {f"{letter}{row}": text for row, line in enumerate(book.sheets[0].grid.rows(), 1)
          for letter, text in zip("ABCD", line, strict=True)}  # fmt: skip
    for table in found.tables[0]:
        for _, cells in table.cells():
            assert all(at[cell.address] == cell.text for cell in cells)


@pytest.mark.alone
def test_a_large_register_is_understood_quickly() -> None:
    rows = [["名称", "数量", "备注"], *([f"企业{i}", str(i), "说明"] for i in range(200_000))]
    book = texts(*rows)
    start = time.perf_counter()
    assert tables(book) == [("A1:C200001", ["名称", "数量", "备注"], 200_000, 0)]
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("rows", [[], [[None, None]], [[" "]]])
def test_nothing_at_all(rows: Cells) -> None:
    grid = text_grid([[str(c) if c else None for c in row] for row in rows], 2)
    book = Book("a.xlsx", "xlsx", (Sheet("空", False, 1, grid),))
    assert tables(book) == []


def test_line_ends_in_names_and_formulas_do_not_get_into_messages() -> None:
    book = texts(["名称", "数量"], ["甲", "=A1\n+B1"])
    sheet = book.sheets[0]
    kinds = text_grid([["text", "text"], ["text", "formula"]], 2)
    named = Book("a\nb.xlsx", "xlsx", (replace(sheet, name="表\n\x88", types=kinds, hidden_rows=(2,)),))
    findings = seen(named).findings
    assert [finding.rule for finding in findings] == ["TABLE-02", "CELL-01"]
    for finding in findings:
        for text in (finding.message_zh, finding.message_en):
            assert "\\x0a" in text
            assert text.isprintable()


@pytest.mark.alone
def test_a_merge_of_a_billion_columns_and_rows_costs_nothing() -> None:
    book = texts(["名称", None, "数量"], ["甲", "乙", "3"])
    sheet = replace(book.sheets[0], merged=("A1:ZZZZZZZZ1", "B2:B999999999999"))
    start = time.process_time()
    assert seen(replace(book, sheets=(sheet,))).tables[0][0].area == "A1:C2"
    assert time.process_time() - start < 1
