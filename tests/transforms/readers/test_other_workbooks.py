"""The same table by every writer in every format, and what xls, xlsb and ods files may do to a reader."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.made_files import rezipped, zipped
from tests.transforms.samples import table
from tests.transforms.samples.table import CELLS, HIDDEN_CELLS, Filed
from transforms.book import Book, Limits, Reading, Sheet, cell_address
from transforms.readers.archive.archive import open_archive
from transforms.readers.ods.workbook import read_ods
from transforms.readers.serials import format_kind, serial_text
from transforms.readers.xls.compound import Compound, CompoundError
from transforms.readers.xlsb.records import walk_records
from transforms.reading import read_book

SAMPLES = Path(table.__file__).parent
WORKBOOKS = (
    "table.libreoffice.xls",
    "table.libreoffice.xlsx",
    "table.libreoffice.ods",
    "table.sheetjs.xlsx",
    "table.sheetjs.xlsm",
    "table.sheetjs.xlsb",
    "table.sheetjs.biff8.xls",
    "table.sheetjs.biff5.xls",
    "table.sheetjs.ods",
)
TEXTS = ("table.libreoffice.utf8.csv", "table.iconv.gb18030.csv", "table.sheetjs.csv", "table.libreoffice.docx")
OURS = tuple(name for name in WORKBOOKS if name.endswith((".xls", ".xlsb", ".ods")))

# What a writer does not put into its file, so that no reader can find it there (tests/transforms/samples/README.md).
NO_FORMULAS = {"table.sheetjs.xlsb", "table.sheetjs.biff8.xls", "table.sheetjs.biff5.xls"}
NO_HIDDEN_ROW = {"table.sheetjs.biff8.xls", "table.sheetjs.biff5.xls", "table.sheetjs.ods"}
NO_HIDDEN_COLUMN = {"table.sheetjs.biff5.xls", "table.sheetjs.ods"}
NO_MERGES = {"table.sheetjs.biff5.xls"}
NO_HIDDEN_SHEET = {"table.sheetjs.ods"}
NO_NUMBER_FORMATS = NO_ERRORS = {"table.sheetjs.ods"}
SHORTENED = {"table.sheetjs.csv": {"E9": "1.23457E+13", "E10": "1.23457E+13"}}


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def read(name: str, data: bytes | None = None, limits: Limits | None = None) -> Reading:
    return read_book(sample(name) if data is None else data, name, limits or Limits())


def opened(name: str, data: bytes | None = None) -> Book:
    reading = read(name, data)
    assert reading.book is not None, reading.findings
    return reading.book


def refused(name: str, data: bytes, limits: Limits | None = None) -> str:
    """The rule of the one finding about a file that is not read."""
    start = time.perf_counter()
    reading = read(name, data, limits)
    assert time.perf_counter() - start < 5
    assert reading.book is None
    assert len(reading.findings) == 1
    assert name in reading.findings[0].message_zh
    assert name in reading.findings[0].message_en
    return reading.findings[0].rule


def cells(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """Address → text and type of every filled cell."""
    found = {}
    types = sheet.types if sheet.types is not None else sheet.grid
    for i, (texts, kinds) in enumerate(zip(sheet.grid.rows(), types.rows(), strict=True)):
        for column, (text, kind) in enumerate(zip(texts, kinds, strict=True)):
            assert (text is None) == (kind is None)
            if text is not None:
                found[cell_address(sheet.first_row + i, column)] = (text, kind)
    return found


def expected(name: str, filed: dict[str, Filed]) -> dict[str, tuple[str, str]]:
    """What the sample called `name` holds of the table."""
    held = {}
    for address, cell in filed.items():
        if cell.type == "error" and name in NO_ERRORS:
            continue
        if cell.type not in ("text", "error", "number", "boolean") and name in NO_NUMBER_FORMATS:
            held[address] = (f"{cell.stored:.15g}", "number")
        else:
            held[address] = (cell.text, cell.type)
    return held


# --- the same table


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_workbook_gives_the_same_cells_at_the_same_addresses(name: str) -> None:
    book = opened(name)
    main, hidden, empty = book.sheets
    assert [sheet.name for sheet in book.sheets] == [table.SHEET, table.HIDDEN_SHEET, table.EMPTY_SHEET]
    assert cells(main) == expected(name, CELLS)
    assert cells(hidden) == expected(name, HIDDEN_CELLS)
    assert cells(empty) == {}
    assert hidden.first_row == 2


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_workbook_says_what_is_merged_hidden_and_computed(name: str) -> None:
    book = opened(name)
    main, hidden, empty = book.sheets
    assert set(main.merged) == (set() if name in NO_MERGES else set(table.MERGED))
    assert main.hidden_rows == (() if name in NO_HIDDEN_ROW else (table.HIDDEN_ROW,))
    assert main.hidden_columns == (() if name in NO_HIDDEN_COLUMN else (table.HIDDEN_COLUMN,))
    assert [main.hidden, hidden.hidden, empty.hidden] == [False, name not in NO_HIDDEN_SHEET, False]
    found = set() if main.formulas is None else {cell_address(row, column) for row, column in main.formulas.rows()}
    computed = {address for address, cell in CELLS.items() if cell.formula}
    dropped = computed if name in NO_FORMULAS else {"C9"} if name in NO_ERRORS else set()
    assert found == computed - dropped


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_whole_workbook_has_nothing_said_against_it(name: str) -> None:
    assert read(name).findings == ()


@pytest.mark.parametrize("name", TEXTS)
def test_text_and_documents_give_the_same_texts_at_the_same_addresses(name: str) -> None:
    sheets = [sheet for sheet in opened(name).sheets if not sheet.prose]
    assert len(sheets) == 1
    found = {address: text for address, (text, _) in cells(sheets[0]).items()}
    assert found == {address: cell.text for address, cell in CELLS.items()} | SHORTENED.get(name, {})


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("dates1904.*")))
def test_days_counted_from_1904_are_the_same_days(name: str) -> None:
    dated = {address: cell for address, cell in CELLS.items() if address[0] in "GHIJ" and address[1:] in "67"}
    assert cells(opened(name).sheets[0]) == expected("", dated)


def test_days_counted_from_1904_in_xlsb() -> None:
    def since_1904(part: bytes) -> bytes:
        at = part.index(b"\x99\x01") + 3  # BrtWbProp, its length, its flags
        return part[:at] + bytes([part[at] | 1]) + part[at + 1 :]

    found = cells(opened("a.xlsb", changed("table.sheetjs.xlsb", "xl/workbook.bin", since_1904)).sheets[0])
    assert found["G6"] == ("2024-12-01", "date")  # 1462 days on: the file itself counts from 1900
    assert found["J6"] == ("08:30:00", "time")


# --- formulas that nobody computed


@pytest.mark.parametrize("name", ["uncomputed.sheetjs.xlsx", "uncomputed.sheetjs.xlsm"])
def test_a_formula_nobody_computed_is_no_empty_cell(name: str) -> None:
    sheet = opened(name).sheets[0]
    assert cells(sheet) == {"A1": ("2", "number"), "B1": ("3", "number"), "C1": ("=A1+B1", "formula")}


def test_a_formula_nobody_computed_in_ods() -> None:
    def without_value(xml: bytes) -> bytes:
        start = xml.index(b'table:formula="of:=SUM([.C6:.C8])"')
        end = xml.index(b"</table:table-cell>", start)
        return xml[:start] + b'table:formula="of:=SUM([.C6:.C8])">' + xml[end:]

    sheet = opened("a.ods", changed("table.libreoffice.ods", "content.xml", without_value)).sheets[0]
    assert cells(sheet)["C10"] == ("=SUM(C6:C8)", "formula")
    assert sheet.formulas is not None
    assert (10, 2) not in sheet.formulas.rows()


@pytest.mark.parametrize(
    ("result", "options", "cell"),
    [
        (b"\x03\0\0\0\0\0\xff\xff", 0, ("=", "formula")),  # xlwt: an empty text, where only a number can come out
        (bytes(8), 2, ("=", "formula")),  # Apache POI: zero, and "calculate when opened"
        (bytes(8), 0, ("0", "number")),
        (bytes(8), 2 | 8, ("0", "number")),  # a shared formula, which POI never makes
        (bytes(8), 2 | 0xFE000005 << 16, ("0", "number")),  # Excel, which leaves something behind the options
        (struct.pack("<d", 7.5), 2, ("7.5", "number")),
    ],
)
def test_a_formula_nobody_computed_in_xls(result: bytes, options: int, cell: tuple[str, str]) -> None:
    data = sample("table.libreoffice.xls")
    at = data.index(struct.pack("<HH", 9, 2), data.index(b"\x06\x00", 0x200))  # row 10, column C
    while data[at - 4 : at - 2] != b"\x06\x00":
        at = data.index(struct.pack("<HH", 9, 2), at + 1)
    data = data[: at + 6] + result + options.to_bytes(6, "little") + data[at + 20 :]
    assert cells(opened("a.xls", data).sheets[0])["C10"] == cell


# --- number formats and serial numbers


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", None),
        ("G/通用格式", None),
        ("0.00_);[Red](0.00)", None),
        ('#,##0.00"亿元"', None),
        ("0.00E+00", None),
        ("@", None),
        ('0"day"', None),
        ("0.0%", "percent"),
        ("0%;[Red]-0%", "percent"),
        ('yyyy"年"m"月"', "month"),
        ("[$-804]yyyy\\-mm;@", "month"),
        ("mmm\\-yy", "month"),
        ('yyyy"年"m"月"d"日"', "date"),
        ("[DBNum1][$-804]yyyy年m月d日", "date"),
        ("h:mm:ss", "date"),
        ("mm:ss.0", "date"),
        ("yyyy/m/d h:mm", "date"),
        ("[h]:mm:ss", "duration"),
        ("[Magenta]0.0", None),
    ],
)
def test_a_number_format_says_what_a_number_is(code: str, kind: str | None) -> None:
    assert format_kind(code) == kind


@pytest.mark.parametrize(
    ("value", "kind", "since_1904", "shown"),
    [
        (0.30000000000000004, None, False, ("0.3", "number")),
        (-0.0, None, False, ("0", "number")),
        (1e20, None, False, ("100000000000000000000", "number")),
        (0.07, "percent", False, ("7%", "percent")),
        (1.0, "date", False, ("1900-01-01", "date")),
        (59.0, "date", False, ("1900-02-28", "date")),
        (60.0, "date", False, ("1900-02-29", "date")),
        (61.0, "date", False, ("1900-03-01", "date")),
        (44165.0, "date", False, ("2020-11-30", "date")),
        (42703.0, "date", True, ("2020-11-30", "date")),
        (44136.0, "month", False, ("2020-11", "month")),
        (44165.0, "month", False, ("2020-11-30", "date")),
        (44165.999999999, "date", False, ("2020-12-01", "date")),
        (1.5, "duration", False, ("36:00:00", "time")),
        (-1.0, "date", False, ("-1", "number")),
        (float("inf"), None, False, ("#NUM!", "error")),
    ],
)
def test_a_stored_number_is_shown_as_its_format_says(
    value: float, kind: str, since_1904: bool, shown: tuple[str, str]
) -> None:
    assert serial_text(value, kind, since_1904) == shown  # type: ignore[arg-type]


# --- what an ods may hold


def changed(name: str, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Sample `name` with one member changed."""
    return rezipped(sample(name), lambda found, content: change(content) if found == member else content)


CONTENT = """<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:body><office:spreadsheet>
 <table:table table:name="表">{}</table:table></office:spreadsheet></office:body></office:document-content>"""
MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: str) -> bytes:
    """An ods of one sheet with these rows."""
    return zipped({"mimetype": MIMETYPE, "content.xml": CONTENT.format(rows).encode()})


def row(inner: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{inner}</table:table-row>"


def test_annotations_and_drawings_are_no_text_and_spaces_are_kept() -> None:
    note = "<office:annotation><text:p>批注</text:p></office:annotation>"
    frame = "<draw:frame><draw:text-box><text:p>框</text:p></draw:text-box></draw:frame>"
    first = '<text:p>  甲\n  乙<text:s text:c="2"/>丙<text:tab/>丁<text:span>戊</text:span></text:p>'
    text = first + "<text:p/><text:p>己</text:p>"
    data = ods(row(f'<table:table-cell office:value-type="string">{note}{frame}{text}</table:table-cell>'))
    reading = read("a.ods", data)
    assert reading.book is not None
    assert cells(reading.book.sheets[0]) == {"A1": ("甲 乙  丙\t丁戊\n\n己", "text")}
    assert [finding.rule for finding in reading.findings] == ["FILE-13", "FILE-13"]
    assert "“表”" in reading.findings[0].message_zh
    assert "批注" in reading.findings[1].message_zh


def test_what_repeats_is_laid_out_only_where_it_holds_something() -> None:
    filled = '<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"/>'
    rows = (
        row("<table:table-cell/>", 'table:number-rows-repeated="4"')
        + row("<table:table-cell/>" + filled, 'table:number-rows-repeated="2"')
        + row('<table:table-cell table:number-columns-repeated="16384"/>', 'table:number-rows-repeated="1048570"')
    )
    sheet = opened("a.ods", ods(rows)).sheets[0]
    assert sheet.first_row == 5
    assert set(cells(sheet)) == {"B5", "C5", "D5", "B6", "C6", "D6"}


def test_a_row_that_repeats_with_a_formula_is_one_cell_a_row() -> None:
    cell = '<table:table-cell table:formula="of:=[.B1]" office:value-type="float" office:value="7"/>'
    text = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
    data = ods(row(text) + row(cell, 'table:number-rows-repeated="1000000"') + row(text))
    sheet = opened("a.ods", data).sheets[0]
    assert sheet.grid.height == 1_000_002
    assert sheet.grid["A"].to_list()[:2] == ["甲", "7"]
    assert sheet.grid["A"].value_counts().sort("A").rows() == [("7", 1_000_000), ("甲", 2)]
    assert sheet.types is not None
    assert sheet.types["A"].value_counts().sort("A").rows() == [("number", 1_000_000), ("text", 2)]
    assert sheet.formulas is not None
    assert sheet.formulas["row"].to_list() == list(range(2, 1_000_002))


def test_hidden_rows_to_the_end_of_the_sheet_are_told_only_as_far_as_there_are_cells() -> None:
    cell = '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
    hidden = 'table:visibility="collapse"'
    rows = (
        row(cell)
        + row(cell, 'table:visibility="filter"')
        + row(cell)
        + row("", f'{hidden} table:number-rows-repeated="1048573"')
    )
    assert opened("a.ods", ods(rows)).sheets[0].hidden_rows == (2,)


@pytest.mark.parametrize(
    ("attributes", "inner", "cell"),
    [
        ('office:value-type="currency" office:value="1234.50"', "<text:p>￥1,234.50</text:p>", ("1234.5", "number")),
        ('office:value-type="percentage" office:value="0.07"', "<text:p>7%</text:p>", ("7%", "percent")),
        ('office:value-type="float" office:value="1E+3"', "", ("1000", "number")),
        ('office:value-type="float" office:value="123456789012345678"', "", ("123456789012345678", "number")),
        ('office:value-type="date" office:date-value="2020-11-30T00:00:00"', "", ("2020-11-30", "date")),
        (
            'office:value-type="date" office:date-value="2020-11-30T08:30:00.500"',
            "",
            ("2020-11-30 08:30:00.5", "datetime"),
        ),
        ('office:value-type="time" office:time-value="PT36H00M00S"', "", ("36:00:00", "time")),
        ('office:value-type="string" office:string-value="甲"', "", ("甲", "text")),
        (
            'table:formula="of:=1/0" office:value-type="float" office:value="0"',
            "<text:p>#DIV/0!</text:p>",
            ("#DIV/0!", "error"),
        ),
        ("", "<text:p>甲</text:p>", ("甲", "text")),
    ],
)
def test_an_ods_value_is_read_as_the_filer_saw_it(attributes: str, inner: str, cell: tuple[str, str]) -> None:
    data = ods(row(f"<table:table-cell {attributes}>{inner}</table:table-cell>"))
    assert cells(opened("a.ods", data).sheets[0]) == {"A1": cell}


# --- hostile files


FILLED = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="7"/>'


@pytest.mark.parametrize(
    "rows",
    [
        row(FILLED.format(1), 'table:number-rows-repeated="99999999"'),
        row(FILLED.format(16384), 'table:number-rows-repeated="1048576"'),
        row(FILLED.format(99999999)),
        row('<table:table-cell><text:p><text:s text:c="999999999999"/>甲</text:p></table:table-cell>'),
        row('<table:table-cell table:number-rows-spanned="999999999999"/>')
        + row("", 'table:number-rows-repeated="9"')
        + row(FILLED.format(1), 'table:number-rows-repeated="999999999999"'),
        row(FILLED.format(1))
        + row("", 'table:number-rows-repeated="16000000"')
        + row("<table:table-cell/>" + FILLED.format(2)),
    ],
)
def test_an_ods_that_repeats_without_end_is_refused(rows: str) -> None:
    assert refused("a.ods", ods(rows)) == "FILE-08"


def test_entities_are_refused_at_sight() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    for encoding in ("utf-8", "utf-16"):
        text = CONTENT.format(row("")).replace("UTF-8", encoding).replace("?>", f"?>{doctype}", 1)
        data = zipped({"mimetype": MIMETYPE, "content.xml": text.encode(encoding)})
        assert refused("a.ods", data) == "FILE-04"


def test_sheets_cells_and_texts_have_limits() -> None:
    for name in OURS:
        assert refused(name, sample(name), Limits(sheets=2)) == "FILE-08"
        assert refused(name, sample(name), Limits(cells=100)) == "FILE-08"
        assert refused(name, sample(name), Limits(columns=12)) == "FILE-08"
    long = f'<table:table-cell office:value-type="string"><text:p>{"长" * 2000}</text:p></table:table-cell>'
    assert refused("a.ods", ods(row(long)), Limits(characters=1000)) == "FILE-08"


# --- the records of an xls


def stream_of(name: str) -> tuple[bytes, int]:
    """A sample's workbook stream and where it stands in the file (these small files keep it in one piece)."""
    data = sample(name)
    stream = Compound(data).stream("Workbook")
    assert stream is not None
    return stream, data.index(stream[:512])


def with_record(
    name: str, code: int, change: Callable[[bytes], bytes], which: int = 0, data: bytes | None = None
) -> bytes:
    """A sample xls (or `data` made of it) with the body of its record number `which` of this code changed."""
    data, (stream, at) = data or sample(name), stream_of(name)
    place = 0
    while place + 4 <= len(stream):
        found, size = struct.unpack_from("<HH", stream, place)
        if found == code and which == 0:
            body = change(stream[place + 4 : place + 4 + size])
            assert len(body) == size
            return data[: at + place + 4] + body + data[at + place + 4 + size :]
        which -= found == code
        place += 4 + size
    raise AssertionError(f"no record {code:#x}")


def test_an_encrypted_xls_is_said_to_be_encrypted() -> None:
    data, (stream, at) = sample("table.libreoffice.xls"), stream_of("table.libreoffice.xls")
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    encrypted = data[: at + first] + struct.pack("<H", 0x2F) + data[at + first + 2 :]
    assert refused("a.xls", encrypted) == "FILE-03"


def test_an_encrypted_ods_is_said_to_be_encrypted() -> None:
    manifest = b'<manifest:manifest xmlns:manifest="urn:m"><manifest:encryption-data/></manifest:manifest>'
    data = zipped({"mimetype": MIMETYPE, "META-INF/manifest.xml": manifest, "content.xml": bytes(range(256))})
    part = read_ods(open_archive(data, Limits()), "a.ods", Limits())
    assert part.sheets == ()
    assert [finding.rule for finding in part.findings] == ["FILE-03"]


@pytest.mark.parametrize(("kind", "rule"), [(2, "FILE-13"), (1, "FILE-12"), (6, "FILE-12")])
def test_a_sheet_that_is_no_worksheet_is_said_not_dropped(kind: int, rule: str) -> None:
    data = with_record("table.libreoffice.xls", 0x85, lambda body: body[:5] + bytes([kind]) + body[6:], which=1)
    reading = read("a.xls", data)
    assert reading.book is not None
    assert [sheet.name for sheet in reading.book.sheets] == [table.SHEET, table.EMPTY_SHEET]
    assert [finding.rule for finding in reading.findings] == [rule]
    assert kind == 6 or table.HIDDEN_SHEET in reading.findings[0].message_zh


@pytest.mark.parametrize("code", [0x1B8, 0xE5, 0x1C, 0x5D, 0x1B0, 0x1B1, 0x15F, 0x18])
def test_broken_records_that_hold_no_cell_do_not_cost_the_table(code: int) -> None:
    """Links, merges, notes, objects, conditional formats, ranges and names, where xlrd alone would raise."""
    data, (stream, at) = sample("table.libreoffice.xls"), stream_of("table.libreoffice.xls")
    place = stream.index(struct.pack("<HH", 0x23E, 18))
    body = struct.pack("<HHHH", 0, 0xFFFF, 0, 0xFF) + b"\xff" * 10
    data = data[: at + place] + struct.pack("<HH", code, 18) + body + data[at + place + 22 :]
    sheet = opened("a.xls", data).sheets[0]
    assert cells(sheet) == expected("", CELLS)


def _twenty_further(entry: bytes) -> bytes:
    return struct.pack("<I", struct.unpack_from("<I", entry)[0] + 20) + entry[4:]


@pytest.mark.parametrize("name", ["table.libreoffice.xls", "table.sheetjs.biff8.xls"])
def test_a_list_of_sheets_that_leads_nowhere_is_in_the_order_of_the_sheets(name: str) -> None:
    data = sample(name)
    for which in range(3):
        data = with_record(name, 0x85, _twenty_further, which, data)
        assert data != sample(name)
    book = opened(name, data)
    assert [sheet.name for sheet in book.sheets] == [table.SHEET, table.HIDDEN_SHEET, table.EMPTY_SHEET]
    assert cells(book.sheets[0]) == expected(name, CELLS)
    assert cells(book.sheets[1]) == expected(name, HIDDEN_CELLS)


def test_a_table_of_texts_that_counts_none_is_read() -> None:
    data = with_record("table.libreoffice.xls", 0xFC, lambda body: body[:4] + bytes(4) + body[8:])
    assert cells(opened("a.xls", data).sheets[0]) == expected("", CELLS)


def test_an_empty_record_that_goes_on_with_the_texts_says_nothing() -> None:
    stream, _ = stream_of("table.libreoffice.xls")
    place = 0
    while struct.unpack_from("<H", stream, place)[0] != 0xFC:
        place += 4 + struct.unpack_from("<H", stream, place + 2)[0]
    behind = place + 4 + struct.unpack_from("<H", stream, place + 2)[0]
    longer = stream[:behind] + struct.pack("<HH", 0x3C, 0) * 2 + stream[behind:]
    assert cells(opened("a.xls", longer).sheets[0]) == expected("", CELLS)


def test_a_text_of_excel_5_with_fonts_in_it_is_read_whatever_is_said_of_the_fonts() -> None:
    """xlrd reads the list of fonts on behind the end of its record."""
    name = "table.sheetjs.biff5.xls"
    data = sample(name)
    stream = Compound(data).stream("Workbook") or Compound(data).stream("Book") or b""
    at, text = data.index(stream[:512]), "代码".encode("gbk")
    place = stream.index(struct.pack("<HHHHHH", 0x204, 12, 2, 0, 16, 4) + text)
    changed = data[: at + place] + struct.pack("<H", 0xD6) + data[at + place + 2 :]
    assert cells(opened(name, changed).sheets[0]) == expected(name, CELLS)


@pytest.mark.parametrize("stated", [b"\x70\x00\x01", b"\x02\xff\xff"], ids=["long", "with fonts"])
def test_a_text_that_is_longer_than_its_record_is_damage(stated: bytes) -> None:
    """xlrd gives what is left of it, or nothing."""
    name = "table.sheetjs.biff8.xls"
    for which in (0, 5, 20):
        data = with_record(name, 0x204, lambda body: body[:6] + stated + body[9:], which)
        assert refused(name, data) == "FILE-04"


def test_a_text_of_excel_5_that_is_longer_than_its_record_is_damage() -> None:
    name = "table.sheetjs.biff5.xls"
    label = struct.pack("<HHHHH", 0x204, 12, 2, 0, 16)
    data = sample(name).replace(label + b"\x04\x00", label + b"\x05\x00")
    assert data != sample(name)
    assert refused(name, data) == "FILE-04"


def test_an_xlsb_sheet_that_ends_early_is_damage() -> None:
    with zipfile.ZipFile(io.BytesIO(sample("table.sheetjs.xlsb"))) as archive:
        part = archive.read("xl/worksheets/sheet1.bin")
    ends = [start for _, start, _ in walk_records(part)]

    def kept(short: bytes, _: bytes) -> bytes:
        return short

    for end in ends[:: max(1, len(ends) // 40)]:
        cut = part[: end - 2]
        if b"\x92\x01\x00" not in cut:  # BrtEndSheetData
            data = changed("table.sheetjs.xlsb", "xl/worksheets/sheet1.bin", partial(kept, cut))
            assert refused("a.xlsb", data) == "FILE-04"


@pytest.mark.parametrize("begin", [b"\x91\x01\x00", b"\x92\x01\x00"])
def test_cells_outside_of_an_xlsb_sheets_data_are_damage(begin: bytes) -> None:
    """BrtBeginSheetData is missing, or what ends the data stands in front of them."""

    def change(part: bytes) -> bytes:
        at = part.index(b"\x91\x01\x00")
        return part[:at] + (b"" if begin == b"\x91\x01\x00" else part[at : at + 3] + begin) + part[at + 3 :]

    assert refused("a.xlsb", changed("table.sheetjs.xlsb", "xl/worksheets/sheet1.bin", change)) == "FILE-04"


def test_an_xlsb_sheet_of_a_type_that_there_is_not_is_damage() -> None:
    data = changed(
        "table.sheetjs.xlsb",
        "xl/_rels/workbook.bin.rels",
        lambda xml: xml.replace(b"relationships/worksheet", b"relationships/worksheat", 1),
    )
    assert refused("a.xlsb", data) == "FILE-04"


def test_a_cell_at_the_end_of_an_xls_sheet_is_within_the_limits_or_refused() -> None:
    data = with_record("table.libreoffice.xls", 0x203, lambda body: b"\xff\xff\xff\x00" + body[4:])
    sheet = opened("a.xls", data).sheets[0]
    assert "IV65536" in cells(sheet)
    assert refused("a.xls", data, Limits(cells=10_000_000)) == "FILE-08"
    assert (
        refused("a.xls", with_record("table.libreoffice.xls", 0x203, lambda body: b"\0\0\xff\xff" + body[4:]))
        == "FILE-04"
    )


def test_a_cell_written_twice_stands_as_written_last() -> None:
    data = with_record("table.libreoffice.xls", 0x203, lambda body: struct.pack("<HH", 5, 0) + body[4:])
    found = cells(opened("a.xls", data).sheets[0])
    assert found["A6"] == ("15.3%", "percent")
    assert "D6" not in found


def test_a_shared_text_of_negative_length_is_damage() -> None:
    def backwards(body: bytes) -> bytes:
        return body[:8] + struct.pack("<HBi", 1, 4, -100) + body[15:]

    data = with_record("table.libreoffice.xls", 0xFC, backwards)
    assert refused("a.xls", data) == "FILE-04"
    assert "negative length" in read("a.xls", data).findings[0].message_en


def test_a_list_of_sheets_that_lie_in_one_another_is_damage() -> None:
    offsets: list[bytes] = []

    def take(body: bytes) -> bytes:
        offsets.append(body[:4])
        return body

    data = with_record("table.libreoffice.xls", 0x85, take)
    for which in (1, 2):
        data = with_record("table.libreoffice.xls", 0x85, lambda body: offsets[0] + body[4:], which, data)
    assert refused("a.xls", data) == "FILE-04"


def test_a_chain_of_sectors_that_runs_in_a_circle_ends() -> None:
    data = bytearray(sample("table.libreoffice.xls"))
    table_at = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    data[table_at : table_at + 512] = struct.pack("<128I", *([0] * 128))
    with pytest.raises(CompoundError):
        Compound(bytes(data)).stream("Workbook")
    assert read("a.xls", bytes(data)).book is None


# --- any change of any file


@settings(max_examples=150, deadline=5000)
@pytest.mark.parametrize("name", [name for name in OURS if name.endswith(".xls")])
@given(data=st.data())
def test_a_changed_xls_is_read_or_refused(name: str, data: st.DataObject) -> None:
    check(name, mutated(sample(name), data))


PARTS = {
    "table.sheetjs.xlsb": ("xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/styles.bin", "xl/sharedStrings.bin"),
    "table.libreoffice.ods": ("content.xml", "styles.xml", "META-INF/manifest.xml"),
    "table.sheetjs.ods": ("content.xml",),
}


@settings(max_examples=150, deadline=5000)
@pytest.mark.parametrize("name", PARTS)
@given(data=st.data())
def test_a_changed_part_is_read_or_refused(name: str, data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(PARTS[name]))
    check(name, changed(name, part, lambda content: mutated(content, data)))


@pytest.mark.alone
@pytest.mark.alone
@settings(max_examples=100, deadline=5000)
@pytest.mark.parametrize("name", PARTS)
@given(data=st.data())
def test_a_changed_archive_is_read_or_refused(name: str, data: st.DataObject) -> None:
    check(name, mutated(sample(name), data))


def mutated(content: bytes, data: st.DataObject) -> bytes:
    """One to three stretches of `content` exchanged, doubled or cut out."""
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.sampled_from((0, 1, 1, 1, 2, 4, 16, 512))))
        new = data.draw(
            st.one_of(st.binary(max_size=8), st.just(content[start:end] * 2), st.just(b"\xff" * (end - start)))
        )
        content = content[:start] + new + content[end:]
    return content


def check(name: str, content: bytes) -> None:
    start = time.perf_counter()
    reading = read(name, content)
    assert time.perf_counter() - start < 5
    assert (reading.book is not None) or any(finding.blocks for finding in reading.findings)
