"""Reading: what the bytes are, which text stands in which cell, and one clear finding for a file that is bad."""

from __future__ import annotations

import datetime as dt
import io
import time

import msoffcrypto.format.ooxml
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.made_files import by_openpyxl, by_xlsxwriter, png, rezipped, zipped
from transforms.book import cell_address, column_index, column_letter
from transforms.reading import Book, Limits, Sheet, read_book

PLAIN = by_openpyxl({"数据": [["名称", "数量"], ["江西", 46]]})


def only_finding(data: bytes, name: str = "报表.xlsx", limits: Limits | None = None) -> tuple[str, str]:
    reading = read_book(data, name, limits or Limits())
    assert reading.book is None
    assert len(reading.findings) == 1
    finding = reading.findings[0]
    assert finding.blocks
    assert name in finding.message_zh
    assert name in finding.message_en
    return finding.rule, finding.message_zh


def book_of(data: bytes, name: str) -> Book:
    reading = read_book(data, name)
    assert reading.findings == ()
    assert reading.book is not None
    return reading.book


def at(sheet: Sheet, address: str) -> tuple[str | None, str | None]:
    letters = address.rstrip("0123456789")
    row = int(address[len(letters) :]) - sheet.first_row
    assert sheet.types is not None
    return sheet.grid[letters][row], sheet.types[letters][row]


def encrypted(data: bytes) -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt("密码", out)
    return out.getvalue()


# --- values and places -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_column_letters(index: int, letters: str) -> None:
    assert column_letter(index) == letters
    assert column_index(letters) == index


@given(st.integers(0, 16383), st.integers(1, 1_048_576))
def test_addresses_are_read_back(column: int, row: int) -> None:
    address = cell_address(row, column)
    letters = address.rstrip("0123456789")
    assert (column_index(letters), int(address[len(letters) :])) == (column, row)


def test_every_kind_of_cell_has_its_canonical_text() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("数据")
        formats = {key: book.add_format({"num_format": key}) for key in ("yyyy-mm-dd", "0.0%", 'yyyy"年"m"月"', "h:mm")}
        sheet.write("C4", 46.0)
        sheet.write("D4", 0.1)
        sheet.write("E4", True)
        sheet.write_datetime("F4", dt.datetime(2020, 11, 30), formats["yyyy-mm-dd"])
        sheet.write_datetime("G4", dt.datetime(2020, 11, 30, 8, 5, 1), formats["yyyy-mm-dd"])
        sheet.write("H4", 0.995, formats["0.0%"])
        sheet.write_datetime("I4", dt.datetime(2020, 11, 1), formats['yyyy"年"m"月"'])
        sheet.write_datetime("J4", dt.datetime(2020, 11, 30), formats['yyyy"年"m"月"'])
        sheet.write_formula("K4", "=1/0", None, "#DIV/0!")
        sheet.write("L4", " 21,544个\n")
        sheet.write("M4", 1e20)
        sheet.write("N4", 1.1e-7)
        sheet.write("O4", -0.0)
        sheet.write("P4", 0.5, formats["h:mm"])
        sheet.write_formula("Q4", "=1+1", None, 2)

    (sheet,) = book_of(by_xlsxwriter(write), "a.xlsx").sheets
    assert sheet.first_row == 4
    assert sheet.grid.columns[:3] == ["A", "B", "C"]
    assert [at(sheet, f"{letter}4") for letter in "ABCDEFGHIJKLMNOPQ"] == [
        (None, None),
        (None, None),
        ("46", "number"),
        ("0.1", "number"),
        ("TRUE", "boolean"),
        ("2020-11-30", "date"),
        ("2020-11-30 08:05:01", "datetime"),
        ("99.5%", "percent"),
        ("2020-11", "month"),
        ("2020-11-30", "date"),  # the format hides a day; dropping it would lose what was filed
        ("#DIV/0!", "error"),
        (" 21,544个\n", "text"),
        ("100000000000000000000", "number"),
        ("0.00000011", "number"),
        ("0", "number"),
        ("12:00:00", "time"),
        ("2", "number"),
    ]


def test_a_formula_nobody_computed_is_not_an_empty_cell() -> None:
    (sheet,) = book_of(by_openpyxl({"s": [["x", "=1+1"]]}), "a.xlsx").sheets
    assert at(sheet, "B1") == ("=1+1", "error")


def test_an_error_below_and_right_of_everything_else_keeps_its_place() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("B3", "x")
        sheet.write_formula("D7", "=NA()", None, "#N/A")
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")

    (sheet,) = book_of(by_xlsxwriter(write), "a.xlsx").sheets
    assert (sheet.first_row, sheet.grid.shape) == (2, (6, 4))
    assert [at(sheet, address)[0] for address in ("A2", "B3", "D7")] == ["#DIV/0!", "x", "#N/A"]


def test_built_in_chinese_date_formats() -> None:
    """Excel writes formats 31 and 57 (2020年11月30日, 2020年11月) without spelling them out."""

    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for column, number in enumerate((31, 57)):
            sheet.write_number(0, column, 44136, book.add_format({"num_format": number}))

    (sheet,) = book_of(by_xlsxwriter(write), "a.xlsx").sheets
    assert (at(sheet, "A1"), at(sheet, "B1")) == (("2020-11-01", "date"), ("2020-11", "month"))


def test_sheets_hidden_sheets_and_merges() -> None:
    data = by_openpyxl(
        {"封面": [], "数据": [["标题", None], [None, None], ["a", "b"]], "底稿": [["x"]]},
        merged={"数据": ["A1:B1", "A3:A4"]},
        hidden=["底稿"],
    )
    sheets = book_of(data, "a.xlsx").sheets
    assert [(s.name, s.hidden, s.grid.height) for s in sheets] == [
        ("封面", False, 0),
        ("数据", False, 3),
        ("底稿", True, 1),
    ]
    assert sheets[1].merged == ("A1:B1", "A3:A4")


def test_a_strict_workbook_is_read() -> None:
    """openpyxl reads such a workbook as no sheets at all, without an error."""
    swaps = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def strict(name: str, content: bytes) -> bytes:
        for old, new in swaps.items():
            content = content.replace(old, new)
        return content

    (sheet,) = book_of(rezipped(PLAIN, strict), "a.xlsx").sheets
    assert sheet.grid.rows() == [("名称", "数量"), ("江西", "46")]


# --- CSV ---------------------------------------------------------------------------------------------------------

TEXT = "名称,数量,备注\n江西,46,\n北京,139,进场\n"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_delimiters(codec: str, encoding: str, delimiter: str, newline: str) -> None:
    book = book_of(TEXT.replace(",", delimiter).replace("\n", newline).encode(codec), "a.csv")
    assert (book.type, book.encoding, book.delimiter) == ("csv", encoding, delimiter)
    assert book.sheets[0].grid.rows() == [("名称", "数量", "备注"), ("江西", "46", None), ("北京", "139", "进场")]
    assert (book.sheets[0].name, book.sheets[0].first_row, book.sheets[0].types) == ("", 1, None)


def test_big_endian_utf16() -> None:
    assert book_of(b"\xfe\xff" + TEXT.encode("utf-16-be"), "a.csv").encoding == "UTF-16"


def test_a_row_is_a_record_as_spreadsheets_show_it() -> None:
    data = 'a,b\n"两\n行",""""\n\nx,"1,5"\n'.encode()
    assert book_of(data, "a.csv").sheets[0].grid.rows() == [("a", "b"), ("两\n行", '"'), (None, None), ("x", "1,5")]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_broken_byte_is_named_with_line_offset_and_value(codec: str) -> None:
    whole = ("名称,数量\n" + "江西省通信管理局,46\n" * 20).encode(codec)
    offset = whole.index("局,46\n".encode(codec.removesuffix("-sig")))
    rule, message = only_finding(whole[:offset] + b"\xff" + whole[offset + 1 :], "坏.csv")
    assert rule == "FILE-05"
    assert "第 2 行" in message
    assert "0xFF" in message
    assert f"第 {offset} 字节" in message


def test_a_broken_byte_in_utf8_does_not_pass_as_gb18030() -> None:
    """Its bytes would decode as GB18030 into other characters; the file is still UTF-8 with one byte broken."""
    good = "名称甲,数量\n江西信息通信,46\n".encode()
    for offset in range(len(good)):
        if good[offset] > 0x7F:
            broken = good[:offset] + b"\xb0" + good[offset + 1 :]
            reading = read_book(broken, "a.csv")
            if reading.book:
                broken.decode("utf-8")  # another character, which no reader can know
            else:
                assert [f.rule for f in reading.findings] == ["FILE-05"]


def test_an_unpaired_utf16_byte_and_a_zero_byte() -> None:
    assert only_finding(TEXT.encode("utf-16")[:-1], "a.csv")[0] == "FILE-05"
    assert "0x00" in only_finding(b"a,b\n1,2\x00\n3,4\n", "a.csv")[1]
    assert only_finding(TEXT.encode("utf-16-le"), "a.csv")[0] == "FILE-05"


def test_ragged_lines_are_each_named() -> None:
    reading = read_book('标题\n甲,乙,丙\n1,2,3\n"4\n4",5\n6,7,8,9\n1,2,3\n注：说明\n'.encode(), "a.csv")
    assert reading.book is None
    assert [(f.rule, f.cell, f.filed) for f in reading.findings] == [("FILE-07", "A4", "2"), ("FILE-07", "A5", "4")]
    assert "第 4 行有 2 个字段，其他行有 3 个" in reading.findings[0].message_zh
    assert "row 5 (physical line 6)" in reading.findings[1].message_en


def test_a_title_and_a_note_may_be_single_fields() -> None:
    book = book_of("标题\n甲,乙\n1,2\n\n注：自查数据\n".encode(), "a.csv")
    assert book.sheets[0].grid.rows() == [
        ("标题", None),
        ("甲", "乙"),
        ("1", "2"),
        (None, None),
        ("注：自查数据", None),
    ]


@pytest.mark.parametrize("line", ['"a', '"a"b,1'])
def test_unbalanced_quotes(line: str) -> None:
    rule, message = only_finding(f"x,y\n1,2\n{line},3\n".encode(), "a.csv")
    assert rule == "FILE-07"
    assert "第 3 行" in message


def test_four_thousand_rows_are_quick() -> None:
    data = ("编号,日期,内容,企业\n" + "JX-1,2020-01-02,不明扣费，要求核实,中国电信\n" * 4000).encode("gb18030")
    start = time.perf_counter()
    assert book_of(data, "a.csv").sheets[0].grid.height == 4001
    assert time.perf_counter() - start < 0.3


# --- bad files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "rule", "said"),
    [
        (b"", "FILE-01", "0 字节"),
        (b" \n\t\n", "FILE-01", "只有空白"),
        (png(), "FILE-02", "PNG"),
        (b"%PDF-1.7\n%\xe2\xe3", "FILE-02", "PDF"),
        (b"<!DOCTYPE html><table>", "FILE-02", "HTML"),
        (bytes(range(256)) * 4, "FILE-02", "二进制"),
        (zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b""}), "FILE-02", "docx"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "FILE-02", "ods"),
        (zipped({"a.txt": b"a"}), "FILE-02", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook\0".encode("utf-16-le"), "FILE-02", "xls"),
        (encrypted(PLAIN), "FILE-03", "密码"),
        (PLAIN[: len(PLAIN) // 2], "FILE-04", "损坏"),
        (PLAIN[:-10], "FILE-04", "损坏"),
        (b"PK\x03\x04" + b"\0" * 100, "FILE-04", "损坏"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "FILE-04", "损坏"),
        (rezipped(PLAIN, lambda n, c: c[: len(c) // 2] if n.endswith("sheet1.xml") else c), "FILE-04", "损坏"),
        (rezipped(PLAIN, lambda n, c: b"\xff" + c if n == "xl/workbook.xml" else c), "FILE-04", "损坏"),
    ],
)
def test_a_bad_file_gives_one_finding(data: bytes, rule: str, said: str) -> None:
    found, message = only_finding(data)
    assert found == rule
    assert said in message


def test_limits() -> None:
    assert only_finding(PLAIN, limits=Limits(expanded_bytes=5000))[0] == "FILE-08"
    assert only_finding(PLAIN, limits=Limits(cells=3))[0] == "FILE-08"
    assert only_finding(by_openpyxl({"a": [], "b": []}), limits=Limits(sheets=1))[0] == "FILE-08"
    assert only_finding(TEXT.encode(), "a.csv", limits=Limits(cells=5))[0] == "FILE-08"


def test_an_archive_whose_directory_lies_is_not_followed() -> None:
    """The stream holds 64 MiB; the directory and the local header say 10 bytes."""
    bomb = bytearray(zipped({"xl/workbook.xml": b"\0" * (64 << 20)}))
    true_size = (64 << 20).to_bytes(4, "little")
    lied = bytes(bomb.replace(true_size, (10).to_bytes(4, "little")))
    assert lied != bytes(bomb)
    assert only_finding(lied, limits=Limits(expanded_bytes=1 << 20))[0] == "FILE-08"
    assert only_finding(lied)[0] == "FILE-04"


def test_one_far_cell_does_not_reserve_the_whole_sheet() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("A1", 1)
        sheet.write("XFD1048576", 1)

    assert only_finding(by_xlsxwriter(write))[0] == "FILE-08"


def test_a_suffix_that_does_not_fit_is_noted_and_read() -> None:
    for data, name, kind in ((TEXT.encode(), "a.xlsx", "csv"), (PLAIN, "a.csv", "xlsx"), (PLAIN, "a", "xlsx")):
        reading = read_book(data, name)
        assert reading.book is not None
        assert reading.book.type == kind
        assert [(f.rule, f.blocks) for f in reading.findings] == [("FILE-06", False)]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_ever_raises(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(PLAIN)))
    junk = data.draw(st.binary(max_size=40))
    damaged = PLAIN[:start] + junk + PLAIN[start + data.draw(st.integers(0, 40)) :]
    reading = read_book(damaged, "a.xlsx")
    assert (reading.book is None) == any(f.blocks for f in reading.findings)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_ever_raise(content: bytes) -> None:
    reading = read_book(content, "a.csv")
    assert (reading.book is None) == any(f.blocks for f in reading.findings)


PARTS = (
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(PARTS))
def test_no_damaged_part_ever_raises(data: st.DataObject, part: str) -> None:
    def cut(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        start = data.draw(st.integers(0, len(content)))
        return content[:start] + data.draw(st.binary(max_size=20)) + content[start + data.draw(st.integers(0, 20)) :]

    reading = read_book(rezipped(PLAIN, cut), "a.xlsx")
    assert (reading.book is None) == any(f.blocks for f in reading.findings)
