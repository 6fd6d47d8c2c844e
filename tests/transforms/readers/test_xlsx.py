"""xlsx and xlsm: every cell with its text, its type and its place, however its XML is spelt; or one clear message."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from contracts.finding import Finding
from tests.transforms.made_files import by_openpyxl, by_xlsxwriter, png, rezipped, zipped
from transforms.book import Kind, Limits, Part, Sheet, cell_address, column_letter
from transforms.readers.archive.archive import open_archive
from transforms.readers.values import read_column
from transforms.readers.workbooks import read_workbook
from transforms.reading import read_book


def _plain(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("数据")
    sheet.write_row(0, 0, ["名称", "数量"])
    sheet.write_row(1, 0, ["江西", 46])


PLAIN = by_xlsxwriter(_plain)
"""Its texts are shared ones; openpyxl writes them into their cells."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_PART = "xl/worksheets/sheet1.xml"
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def part_of(data: bytes, limits: Limits | None = None, kind: Kind = "xlsx") -> Part:
    limits = limits or Limits()
    return read_workbook(data, open_archive(data, limits), kind, "报表.xlsx", limits)


def sheets_of(data: bytes) -> tuple[Sheet, ...]:
    part = part_of(data)
    assert part.findings == ()
    return part.sheets


def only_sheet(data: bytes) -> Sheet:
    (sheet,) = sheets_of(data)
    return sheet


def only_finding(data: bytes, limits: Limits | None = None) -> Finding:
    part = part_of(data, limits)
    assert part.sheets == ()
    (finding,) = part.findings
    assert finding.blocks
    assert "报表.xlsx" in finding.message_zh
    assert "报表.xlsx" in finding.message_en
    return finding


def at(sheet: Sheet, address: str) -> tuple[str | None, str | None]:
    letters = address.rstrip("0123456789")
    row = int(address[len(letters) :]) - sheet.first_row
    assert sheet.types is not None
    return sheet.grid[letters][row], sheet.types[letters][row]


def formulas_of(sheet: Sheet) -> list[str]:
    places = sheet.formulas.rows() if sheet.formulas is not None else []
    return [cell_address(row, column) for row, column in places]


def cells_of(sheet: Sheet) -> dict[str, tuple[str | None, str | None]]:
    """Every filled cell by its address."""
    assert sheet.types is not None
    assert sheet.types.shape == sheet.grid.shape
    return {
        f"{letters}{sheet.first_row + i}": (text, sheet.types[letters][i])
        for letters in sheet.grid.columns
        for i, text in enumerate(sheet.grid[letters])
        if text is not None
    }


def worksheet(xml: str | bytes, base: bytes = PLAIN) -> bytes:
    """`base`, its first sheet replaced by `xml`."""
    content = xml if isinstance(xml, bytes) else xml.encode()
    return rezipped(base, lambda name, old: content if name == SHEET_PART else old)


def rows_as_sheet(rows: str, behind: str = "", before: str = "") -> str:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{behind}</worksheet>'


def cells_as_sheet(cells: str) -> str:
    return rows_as_sheet(f'<row r="1">{cells}</row>')


# --- texts and types ---------------------------------------------------------------------------------------------


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
        sheet.write_formula("R4", "=3/20", formats["0.0%"], 0.15)
        sheet.write_string("S4", "")

    sheet = only_sheet(by_xlsxwriter(write))
    assert sheet.first_row == 4
    assert sheet.grid.columns[:3] == ["A", "B", "C"]
    assert [at(sheet, f"{letter}4") for letter in "ABCDEFGHIJKLMNOPQR"] == [
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
        ("15%", "percent"),
    ]
    assert formulas_of(sheet) == ["K4", "Q4", "R4"]


@pytest.mark.parametrize(
    ("filed", "text"),
    [
        ("360102199001011234", "360102199001011234"),  # an identity number somebody wrote as a number
        ("-6222021234567890123", "-6222021234567890123"),
        ("0.30000000000000004", "0.3"),
        ("18499.629999999997", "18499.63"),
        ("-0.0", "0"),
        ("1.0E-7", "0.0000001"),
        ("1234567890.1234567890123456789", "1234567890.1234567890123456789"),
        ("0.1000000000000000055511151231257827021181583404541015625", "0.1"),  # what some writers make of 0.1
        ("1E+22", "10000000000000000000000"),
        ("9007199254740993", "9007199254740993"),
        ("100", "100"),
    ],
)
def test_numbers_to_fifteen_digits_or_as_the_file_says(filed: str, text: str) -> None:
    assert at(only_sheet(worksheet(cells_as_sheet(f'<c r="A1"><v>{filed}</v></c>'))), "A1") == (text, "number")


def test_what_is_no_number_stays_a_text() -> None:
    sheet = only_sheet(worksheet(cells_as_sheet('<c r="A1"><v>abc</v></c><c r="B1"><v>NaN</v></c>')))
    assert at(sheet, "A1") == ("abc", "text")
    assert sheet.types is not None
    assert sheet.types["B"][0] == "text"


def test_dates_written_as_iso_8601() -> None:
    """Strict workbooks and SheetJS write days as texts of type "d"."""
    filed = ["2020-11-30", "2020-11-30T00:00:00.000Z", "2020-11-30T08:30:00", "2020-11-30T08:30:00.250Z", "T08:30"]
    cells = "".join(f'<c r="{column_letter(i)}1" t="d"><v>{text}</v></c>' for i, text in enumerate(filed))
    assert list(cells_of(only_sheet(worksheet(cells_as_sheet(cells)))).values()) == [
        ("2020-11-30", "date"),
        ("2020-11-30", "date"),
        ("2020-11-30 08:30:00", "datetime"),
        ("2020-11-30 08:30:00.25", "datetime"),
        ("08:30:00", "time"),
    ]


@pytest.mark.parametrize("since_1904", [False, True])
def test_both_calendars(since_1904: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": since_1904}) as book:
        formats = [book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "yyyy/m")]
        sheet = book.add_worksheet()
        for column, day in enumerate(
            (dt.datetime(2020, 2, 29), dt.datetime(2020, 2, 29, 23, 59), dt.datetime(2020, 2, 1))
        ):
            sheet.write_datetime(0, column, day, formats[column])
    assert list(cells_of(only_sheet(out.getvalue())).values()) == [
        ("2020-02-29", "date"),
        ("2020-02-29 23:59:00", "datetime"),
        ("2020-02", "month"),
    ]


@pytest.mark.parametrize(
    ("filed", "text"), [("-3", "-3"), ("-1.0", "-1"), ("-12345.678900000001", "-12345.6789"), ("-1.2", "-1.2")]
)
def test_a_negative_day_is_the_number_it_is(filed: str, text: str) -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_number(0, 0, -3, book.add_format({"num_format": "yyyy-mm-dd"}))

    def say(name: str, xml: bytes) -> bytes:
        return xml.replace(b"<v>-3</v>", f"<v>{filed}</v>".encode()) if name == SHEET_PART else xml

    assert at(only_sheet(rezipped(by_xlsxwriter(write), say)), "A1") == (text, "number")


def test_built_in_chinese_date_formats() -> None:
    """Excel writes formats 31 and 57 (2020年11月30日, 2020年11月) without spelling them out."""

    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for column, number in enumerate((31, 57)):
            sheet.write_number(0, column, 44136, book.add_format({"num_format": number}))

    sheet = only_sheet(by_xlsxwriter(write))
    assert (at(sheet, "A1"), at(sheet, "B1")) == (("2020-11-01", "date"), ("2020-11", "month"))


def test_rich_text_is_one_text_without_its_pronunciation() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_rich_string("A1", "固定", book.add_format({"bold": True}), "宽带 ", "用户")

    assert at(only_sheet(by_xlsxwriter(write)), "A1") == ("固定宽带 用户", "text")
    inline = "<is><r><t>宽</t></r><r><t>带</t></r><rPh sb='0' eb='1'><t>kuan</t></rPh><phoneticPr fontId='1'/></is>"
    sheet = only_sheet(worksheet(cells_as_sheet(f'<c r="A1" t="inlineStr">{inline}</c>')))
    assert at(sheet, "A1") == ("宽带", "text")


# --- errors and formulas -----------------------------------------------------------------------------------------


def test_a_formula_nobody_computed_is_not_an_empty_cell() -> None:
    sheet = only_sheet(by_openpyxl({"s": [["x", '=A1&"<1>"']]}))
    assert at(sheet, "B1") == ('=A1&"<1>"', "formula")
    assert formulas_of(sheet) == []


def test_formulas_with_and_without_their_values() -> None:
    cells = (
        '<c r="A1"><f>1+1</f><v>2</v></c>'
        '<c r="B1" t="str"><f>IF(A1,"","x")</f><v></v></c>'  # computed, and its result is no text
        '<c r="C1" t="str"><f>A1&amp;"x"</f></c>'  # not computed
        '<c r="D1"><f t="shared" ref="D1:F1" si="0">A1+1</f><v>3</v></c>'
        '<c r="E1"><f t="shared" si="0"/><v>4</v></c>'
        '<c r="F1"><f t="shared" si="0"/></c>'  # not computed, and its text stands in D1
        '<c r="G1"><f/><v/></c>'
        '<c r="H1" t="b"><f>A1=2</f><v>1</v></c>'
        '<c r="I1" t="e"><f>NA()</f><v>#N/A</v></c>'
        '<c r="J1" t="inlineStr"><f>A1</f><is><t>q</t></is></c>'
    )
    sheet = only_sheet(worksheet(cells_as_sheet(cells)))
    assert cells_of(sheet) == {
        "A1": ("2", "number"),
        "C1": ('=A1&"x"', "formula"),
        "D1": ("3", "number"),
        "E1": ("4", "number"),
        "F1": ("=", "formula"),
        "G1": ("=", "formula"),
        "H1": ("TRUE", "boolean"),
        "I1": ("#N/A", "error"),
        "J1": ("q", "text"),
    }
    assert formulas_of(sheet) == ["A1", "B1", "D1", "E1", "H1", "I1", "J1"]


def test_every_cell_of_an_array_formula_is_a_formula() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_array_formula("B2:B4", "{=A2:A4*2}", None, 2)
        sheet.write_number("B3", 4)
        sheet.write_number("B4", 6)
        sheet.write_number("B5", 8)
        sheet.write_dynamic_array_formula("D2", "=SORT(A2:A4)", None, 1)

    sheet = only_sheet(by_xlsxwriter(write))
    assert formulas_of(sheet) == ["B2", "D2", "B3", "B4"]
    assert [at(sheet, address)[0] for address in ("B2", "B3", "B4", "B5", "D2")] == ["2", "4", "6", "8", "1"]


def test_an_error_below_and_right_of_everything_else_keeps_its_place() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("B3", "x")
        sheet.write_formula("D7", "=NA()", None, "#N/A")
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")

    sheet = only_sheet(by_xlsxwriter(write))
    assert (sheet.first_row, sheet.grid.shape) == (2, (6, 4))
    assert [at(sheet, address)[0] for address in ("A2", "B3", "D7")] == ["#DIV/0!", "x", "#N/A"]


def test_errors_of_newer_programs() -> None:
    """python-calamine refuses a whole sheet for one of these."""
    cells = '<c r="A1" t="e"><f>A</f><v>#SPILL!</v></c><c r="B1" t="e"><v>#CALC!</v></c><c r="C1"><v>7</v></c>'
    sheet = only_sheet(worksheet(cells_as_sheet(cells)))
    assert list(cells_of(sheet).values()) == [("#SPILL!", "error"), ("#CALC!", "error"), ("7", "number")]


# --- sheets, merges, hidden --------------------------------------------------------------------------------------


def test_sheets_hidden_sheets_and_merges() -> None:
    def very_hidden(sheet: Worksheet) -> None:
        if sheet.title == "密":
            sheet.sheet_state = "veryHidden"

    sheets = sheets_of(
        by_openpyxl(
            {"封面": [], "数据": [["标题", None], [None, None], ["a", "b"]], "底稿": [["x"]], "密": [[1]]},
            merged={"数据": ["A3:A4", "A1:B1"]},
            hidden=["底稿"],
            change=very_hidden,
        )
    )
    assert [(s.name, s.hidden, s.grid.height) for s in sheets] == [
        ("封面", False, 0),
        ("数据", False, 3),
        ("底稿", True, 1),
        ("密", True, 1),
    ]
    assert sheets[1].merged == ("A1:B1", "A3:A4")
    assert cells_of(sheets[3]) == {"A1": ("1", "number")}


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    rows = (
        '<row r="2" spans="1:3"><c r="A2"><v>1</v></c></row>'
        '<row r="3" hidden="1"><c r="B3"><v>2</v></c></row>'
        '<row ht="0" r="4" customHeight="1"><c r="C4"><v>3</v></c></row>'
        '<row r="5" hidden="false" ht="10.5"><c r="C5"><v>4</v></c></row>'
        '<row r="6" hidden="true"/><row r="7"><c r="D7"><v>5</v></c></row><row r="9" hidden="1"/>'
    )
    columns = (
        '<cols><col min="2" max="3" width="9" hidden="1"/><col min="4" max="4" width="0"/>'
        '<col min="9" max="9" hidden="1"/></cols>'
    )
    sheet = only_sheet(worksheet(rows_as_sheet(rows, before=columns)))
    assert (sheet.first_row, sheet.hidden_rows, sheet.hidden_columns) == (2, (3, 4, 6), ("B", "C", "D"))
    assert list(cells_of(sheet)) == ["A2", "B3", "C4", "C5", "D7"]


def test_a_low_sheet_of_many_columns_keeps_every_cell_at_its_place() -> None:
    """Columns of a low sheet are read together, and what is said of one must not be said of its neighbour."""
    wide = 5000

    def write(book: xlsxwriter.Workbook) -> None:
        sheet, share = book.add_worksheet(), book.add_format({"num_format": "0%"})
        for column in range(wide):
            sheet.write_string(1, column, f"列{column}")
            sheet.write_number(2, column, column, share if column % 1000 == 7 else None)
        sheet.write_formula(3, 4096, "=1/0", None, "#DIV/0!")
        sheet.write_string(4, 4097, "末")

    sheet = only_sheet(by_xlsxwriter(write))
    assert (sheet.first_row, sheet.grid.shape) == (2, (4, wide))
    assert sheet.grid.row(0) == tuple(f"列{column}" for column in range(wide))
    assert sheet.grid.row(1) == tuple(f"{c}00%" if c % 1000 == 7 else str(c) for c in range(wide))
    rest = {place: cell for place, cell in cells_of(sheet).items() if place.endswith(("4", "5")) and cell[1] != "text"}
    assert {place: cell for place, cell in rest.items() if cell[1] == "error"} == {"FAO4": ("#DIV/0!", "error")}
    assert at(sheet, "FAP5") == ("末", "text")
    assert sum(cell is not None for row in sheet.grid.rows()[2:] for cell in row) == 2


def test_a_thousand_styled_empty_cells_do_not_widen_a_sheet() -> None:
    cells = "".join(f'<c r="{column_letter(i)}1" s="1"/>' for i in range(1000)) + '<c r="ALM1" s="0"></c>'
    assert only_sheet(worksheet(cells_as_sheet(f'<c r="A1"><v>1</v></c>{cells}'))).grid.shape == (1, 1)


# --- spellings of the same sheet ---------------------------------------------------------------------------------

SPELT = (
    '<row r="1"><c r="A1" t="str"><v>名称 &amp; &lt;号&gt;</v></c><c r="B1"><v>1.5</v></c></row>'
    '<row r="2" hidden="1"><c r="A2" t="inlineStr"><is><t>江西</t></is></c><c r="B2"><f>B1*2</f><v>3</v></c>'
    '<c r="C2" t="e"><v>#N/A</v></c></row>'
)
EXPECTED = {
    "A1": ("名称 & <号>", "text"),
    "A2": ("江西", "text"),
    "B1": ("1.5", "number"),
    "B2": ("3", "number"),
    "C2": ("#N/A", "error"),
}


def _prefixed(xml: str) -> str:
    return re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x=")


SPELLINGS: dict[str, Callable[[str], str | bytes]] = {
    "as it is": lambda xml: xml,
    "strict": lambda xml: xml.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
    "a prefix": _prefixed,
    "single quotes": lambda xml: xml.replace('"', "'"),
    "without places": lambda xml: re.sub(r'<(row|c) r="\w+"', r"<\1", xml),
    "cells without places": lambda xml: re.sub(r'<c r="\w+"', "<c", xml),
    "type before style": lambda xml: re.sub(r'(t="\w+")>', r'\1 s="0">', xml),
    "type before place": lambda xml: re.sub(r'<c (r="\w+") (t="\w+")', r"<c \2 \1", xml),
    "other attributes": lambda xml: re.sub(r'<c (r="\w+")', r'<c cm="1" \1 ph="0"', xml),
    "line breaks in tags": lambda xml: re.sub(r'<(c|row) r="(\w+)"', '<\\1\n  r = "\\2"\n', xml),
    "white space between": lambda xml: re.sub(r"(</?(?:row|c|v|f|is)\b[^>]*>)(?=<)", "\\1\n  ", xml),
    "comments": lambda xml: re.sub(
        r"(</?(?:row|c|v|is|t)\b[^>]*>)", r"<!-- <c r='Z9'><v>1</v></c> -->\1<!-- 0 -->", xml
    ),
    "CDATA": lambda xml: re.sub(r"<v>([^<&]+)</v>", r"<v><![CDATA[\1]]></v>", xml),
    "instructions": lambda xml: xml.replace("<c ", "<?x y?><c "),
    "references": lambda xml: xml.replace("江西", "&#x6C5F;&#35199;"),
    "lower case": lambda xml: re.sub(r'<c r="(\w+)"', lambda m: m[0].lower(), xml),
    "absolute": lambda xml: re.sub(r'<c r="([A-Z])', r'<c r="$\1$', xml),
    "a mark of UTF-8": lambda xml: b"\xef\xbb\xbf" + xml.encode(),
    "no declaration": lambda xml: xml[xml.index("?>") + 2 :],
    "UTF-16": lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16 big-endian": lambda xml: b"\xfe\xff" + xml.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "GB18030": lambda xml: xml.replace("UTF-8", "GB18030").encode("gb18030"),
    "values with attributes": lambda xml: xml.replace("<v>", '<v xml:space="preserve">'),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_spelling_of_the_xml_changes_nothing(spelling: str) -> None:
    sheet = only_sheet(worksheet(SPELLINGS[spelling](rows_as_sheet(SPELT))))
    assert cells_of(sheet) == EXPECTED
    assert formulas_of(sheet) == ["B2"]
    assert sheet.hidden_rows == (2,)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize("spelling", ["UTF-16", "comments", "instructions", "single quotes"])
def test_the_spelling_of_other_parts_changes_nothing(part: str, spelling: str) -> None:
    def spell(xml: bytes) -> bytes:
        text = xml.decode()
        if not text.startswith("<?xml"):
            text = f"<?xml version='1.0' encoding='UTF-8'?>{text}"
        text = re.sub(r"<\?xml[^>]*>", '<?xml version="1.0" encoding="UTF-8"?>', text)
        if spelling == "comments":
            return re.sub(r"(</?[a-z]\w*[^>]*>)", r"\1<!-- <si/> -->", text).encode()
        if spelling == "instructions":
            return re.sub(r"(?<=[>])<(?=[a-z])", "<?x y?><", text).encode()
        spelt = SPELLINGS[spelling](text)
        return spelt if isinstance(spelt, bytes) else spelt.encode()

    data = _instead(part, spell)
    assert only_sheet(data).grid.rows() == [("名称", "数量"), ("江西", "46")]


def test_parts_are_found_where_the_relations_say() -> None:
    def move(name: str, content: bytes) -> bytes:
        return content.replace(b"worksheets/sheet1.xml", b"/xl/Worksheets/Sheet1.XML") if "_rels" in name else content

    assert only_sheet(rezipped(PLAIN, move)).grid.rows() == [("名称", "数量"), ("江西", "46")]


def _in_folder(folder: str) -> bytes:
    """`PLAIN`, its workbook and all that belongs to it moved out of `xl/` into `folder`."""
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return zipped(
        {
            name.replace("xl/", folder): content.replace(b'"xl/workbook', f'"{folder}workbook'.encode()).replace(
                b'"/xl/', f'"/{folder}'.encode()
            )
            for name, content in members.items()
        }
    )


@pytest.mark.parametrize("folder", ["book/", "a/b/", ""])
def test_the_workbook_is_where_the_package_says(folder: str) -> None:
    reading = read_book(_in_folder(folder), "报表.xlsx")
    assert reading.findings == ()
    assert reading.book is not None
    assert [sheet.grid.rows() for sheet in reading.book.sheets] == [[("名称", "数量"), ("江西", "46")]]


MACRO_SHEETS = b"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


def _with_sheets(listed: str, more: dict[str, bytes] | None = None, related: bytes = b"") -> bytes:
    """`PLAIN`, with more entries in its list of sheets, and the members and relations they lead to."""
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | (more or {})
    members[BOOK] = re.sub(rb"<sheets>.*</sheets>", f"<sheets>{listed}</sheets>".encode(), members[BOOK])
    members[RELATIONS] = members[RELATIONS].replace(b"</Relationships>", related + b"</Relationships>")
    return zipped(members)


DATA_ENTRY = '<sheet name="数据" sheetId="1" r:id="rId1"/>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_with_sheets(f'<sheet name="Module1" sheetId="9" state="veryHidden" r:id=""/>{DATA_ENTRY}'), ["FILE-13"]),
        (_with_sheets(f"{DATA_ENTRY}<sheet name='a>b' sheetId='9' r:id=''></sheet>"), ["FILE-13"]),
        (_with_sheets(DATA_ENTRY.replace("sheetId", 'state="show" sheetId')), []),
        (
            _with_sheets(
                f'<sheet name="宏1" sheetId="9" r:id="rId99"/>{DATA_ENTRY}',
                {"xl/macrosheets/sheet1.xml": b"<xm:macrosheet/>"},
                b'<Relationship Id="rId99" Type="%s" Target="macrosheets/sheet1.xml"/>' % MACRO_SHEETS,
            ),
            ["FILE-12", "FILE-12"],
        ),
    ],
)
def test_an_entry_that_is_no_worksheet_does_not_cost_the_workbook(data: bytes, said: list[str]) -> None:
    """The library gives up the whole workbook for each of them; Excel opens it."""
    part = part_of(data)
    assert [(sheet.name, sheet.hidden) for sheet in part.sheets] == [("数据", False)]
    assert part.sheets[0].grid.rows() == [("名称", "数量"), ("江西", "46")]
    assert [finding.rule for finding in part.findings] == said


def test_a_worksheet_that_is_listed_and_is_not_there_is_damage() -> None:
    assert only_finding(_with_sheets(f'{DATA_ENTRY}<sheet name="b" sheetId="2" r:id="rId77"/>')).rule == "FILE-04"


def test_a_sheet_of_a_type_that_there_is_not_is_damage() -> None:
    """The library passes over it in silence."""
    data = rezipped(PLAIN, lambda _, xml: xml.replace(b'relationships/worksheet"', b'relationships/worksheat"'))
    assert only_finding(data).rule == "FILE-04"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="str"><v>甲</v><f>B1</f></c>',
        '<c r="A1"><v>46</v><f t="shared" si="0"/></c>',
        '<c r="A1" t="str"><v><f>B1</f>甲</v></c>',
        '<c r="A1" t="s"><v>0</v><f>B1</f></c>',
    ],
)
def test_a_formula_behind_its_value_is_damage(cell: str) -> None:
    """The library gives an empty cell for it."""
    finding = only_finding(worksheet(cells_as_sheet(cell + '<c r="B1"><v>1</v></c>')))
    assert finding.rule == "FILE-04"
    assert "A1" in finding.message_zh


def test_merges_of_whole_rows_and_columns() -> None:
    """And an extent of whole rows, as some programs write it."""
    merges = '<mergeCells count="3"><mergeCell ref="1:2"/><mergeCell ref="A:B"/><mergeCell ref="C3:C4"/></mergeCells>'
    xml = rows_as_sheet('<row r="1"><c r="A1"><v>46</v></c></row>', merges, '<dimension ref="1:4"/>')
    sheet = only_sheet(worksheet(xml))
    assert sheet.merged == ("A1:XFD2", "A1:B1048576", "C3:C4")
    assert cells_of(sheet) == {"A1": ("46", "number")}


def test_a_strict_workbook_is_read() -> None:
    """openpyxl reads such a workbook as no sheets at all, without an error."""
    swaps = {
        MAIN.encode(): b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def strict(name: str, content: bytes) -> bytes:
        for old, new in swaps.items():
            content = content.replace(old, new)
        return content

    assert only_sheet(rezipped(PLAIN, strict)).grid.rows() == [("名称", "数量"), ("江西", "46")]


# --- what is no cell ---------------------------------------------------------------------------------------------


def test_pictures_charts_boxes_and_comments_are_counted() -> None:
    def write(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("数据")
        sheet.write("A1", 1)
        sheet.insert_image("C1", "a.png", {"image_data": io.BytesIO(png())})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=数据!$A$1:$A$1"})
        sheet.insert_chart("C9", chart)
        sheet.insert_textbox("C20", "单位：万户")
        sheet.insert_textbox("C30", " ")
        sheet.write_comment("A1", "估算")
        sheet.write_comment("A2", "未核")
        shown = book.add_chartsheet("图表1")
        line = book.add_chart({"type": "line"})
        line.add_series({"values": "=数据!$A$1:$A$1"})
        shown.set_chart(line)

    part = part_of(by_xlsxwriter(write))
    assert [sheet.name for sheet in part.sheets] == ["数据"]
    assert [(f.rule, f.blocks) for f in part.findings] == [("FILE-13", False)] * 2
    assert "“图表1”是图表工作表" in part.findings[0].message_zh
    assert part.findings[1].filed == "1 pictures, 2 charts, 1 text boxes, 2 comments"
    assert "1 张图片、2 个图表、1 个有文字的文本框、2 处批注" in part.findings[1].message_zh


def test_macros_are_said_and_cells_read() -> None:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    part = part_of(zipped({**members, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), kind="xlsm")
    assert part.sheets[0].grid.rows() == [("名称", "数量"), ("江西", "46")]
    assert [(f.rule, f.blocks) for f in part.findings] == [("FILE-12", False)]


# --- limits and damage -------------------------------------------------------------------------------------------


def _long_text_many_times(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("a")
    for row in range(200):
        sheet.write_string(row, 0, "长" * 30_000)


@pytest.mark.parametrize(
    ("data", "limits", "said"),
    [
        (PLAIN, Limits(cells=3), "3"),
        (by_openpyxl({"a": [], "b": []}), Limits(sheets=1), "超过 1 张工作表"),
        (by_openpyxl({"a": [[1] * 9]}), Limits(columns=8), "工作表“a”有 9 列"),
        (by_openpyxl({"a": [[None, "长" * 11]]}), Limits(characters=10), "a!B1 有 11 个字符"),
        (by_xlsxwriter(_long_text_many_times), Limits(expanded_bytes=10_000_000), "重复引用"),
        (worksheet(cells_as_sheet('<c r="A1"><v>1</v></c>' * 50)), Limits(cells=40), "40"),
        (worksheet(cells_as_sheet('<c r="XFE1"><v>1</v></c>')), Limits(), "16385 列"),
        (worksheet(cells_as_sheet('<c r="ZZZZZZZ1"><v>1</v></c>')), Limits(), "列"),
        (worksheet(cells_as_sheet('<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c>')), Limits(), "格"),
        (
            worksheet(rows_as_sheet('<row r="1"><c><v>1</v></c></row><row r="9999999999"><c><v>1</v></c></row>')),
            Limits(),
            "格",
        ),
    ],
)
def test_limits(data: bytes, limits: Limits, said: str) -> None:
    finding = only_finding(data, limits)
    assert finding.rule == "FILE-08"
    assert said in finding.message_zh


def _without(part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist() if name != part})


def _instead(part: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = change(members[part])
    assert changed != members[part]
    return zipped({**members, part: changed})


STYLES, STRINGS = "xl/styles.xml", "xl/sharedStrings.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SECOND_DATA = b"</sheetData><sheetData><row r='9'><c r='A9'><v>1</v></c></row></sheetData>"


def _hostile(part: str) -> bytes:
    return _instead(part, lambda xml: xml.replace(b"?>", b"?>" + DOCTYPE, 1))


@pytest.mark.parametrize(
    "data",
    [
        zipped({"xl/workbook.xml": b"<workbook/>"}),
        *(_without(part) for part in (BOOK, RELATIONS, SHEET_PART, STRINGS)),
        *(_hostile(part) for part in (BOOK, RELATIONS, STYLES, STRINGS, SHEET_PART)),
        _instead(SHEET_PART, lambda xml: xml[: len(xml) // 2]),
        _instead(SHEET_PART, lambda xml: xml.replace(b"</sheetData>", SECOND_DATA)),
        _instead(BOOK, lambda xml: b"\xff" + xml),
        _instead(BOOK, lambda xml: re.sub(rb"(<sheet [^>]*/>)", rb"\1\1", xml)),
        _instead(BOOK, lambda xml: re.sub(rb'(<sheet name=")([^"]*)([^>]*/>)', rb"\1\2\3\1x\3", xml)),
        _instead(STRINGS, lambda xml: b"<sst/>"),
        worksheet(cells_as_sheet('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>')),
        worksheet(cells_as_sheet('<c r="A0"><v>1</v></c>')),
        worksheet(cells_as_sheet('<c r="A1" t="inlineStr"><v>x</v></c><c r="B1"><v>2</v></c>')),
        worksheet("<worksheet"),
        worksheet(b""),
    ],
)
def test_a_damaged_workbook_gives_one_finding(data: bytes) -> None:
    assert only_finding(data).rule == "FILE-04"


@pytest.mark.parametrize("said", [b"99999999999", b"4294967295", b"0", b"x"])
def test_a_false_count_of_shared_texts_is_not_believed(said: bytes) -> None:
    """python-calamine reserves memory for what the part says, and ends the process where there is not so much."""
    data = _instead(STRINGS, lambda xml: re.sub(rb'ount="\d+"', b'ount="%s"' % said, xml))
    assert only_sheet(data).grid.rows() == [("名称", "数量"), ("江西", "46")]


def test_a_document_type_is_named() -> None:
    hostile = DOCTYPE.decode() + rows_as_sheet('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>').partition("?>")[2]
    for xml in (hostile.encode(), ("\ufeff" + hostile).encode("utf-16-le")):
        assert "DOCTYPE" in only_finding(worksheet(xml)).message_en


def test_an_error_of_one_row_in_a_lower_place_is_not_lost_by_count() -> None:
    """A cell the library leaves out is found out by counting, even in a column of texts."""
    many = "".join(f'<row r="{i}"><c r="A{i}" t="inlineStr"><is><t>x</t></is></c></row>' for i in range(1, 50))
    twice = many + '<row r="7"><c r="A7" t="inlineStr"><is><t>y</t></is></c></row>'
    assert only_finding(worksheet(rows_as_sheet(twice))).rule == "FILE-04"


# --- any grid, by two writers ------------------------------------------------------------------------------------

Value = str | bool | Decimal | dt.date | None
Filed = tuple[str, Value]


def at_second(day: dt.date, second: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(0)) + dt.timedelta(seconds=second)


LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co"), include_characters="\n\t")
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2199, 12, 31))
FILED: st.SearchStrategy[Filed] = st.one_of(
    st.just(("", None)),
    st.text(LETTERS, min_size=1, max_size=12).filter(lambda text: "_x" not in text).map(lambda text: ("text", text)),
    st.integers(-(10**15) + 1, 10**15 - 1).map(lambda number: ("number", Decimal(number))),
    st.builds(lambda n, power: ("number", Decimal(n).scaleb(-power)), st.integers(-(10**9), 10**9), st.integers(1, 12)),
    st.builds(lambda n: ("percent", Decimal(n).scaleb(-4)), st.integers(-(10**7), 10**7)),
    st.booleans().map(lambda value: ("boolean", value)),
    DAYS.map(lambda day: ("date", day)),
    DAYS.map(lambda day: ("month", day.replace(day=1))),
    st.builds(lambda day, second: ("datetime", at_second(day, second)), DAYS, st.integers(1, 86399)),
)
FORMATS = {"percent": "0.00%", "date": "yyyy-mm-dd", "month": 'yyyy"年"m"月"', "datetime": "yyyy-mm-dd hh:mm:ss"}
GRIDS = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(FILED, min_size=width, max_size=width), min_size=1, max_size=8)
)
TOPS = st.integers(0, 30)


def shown(kind: str, value: Value) -> tuple[str | None, str | None]:
    """What the law says a cell shows."""
    match value:
        case None:
            return None, None
        case Decimal():
            number = format((value * 100 if kind == "percent" else value).normalize(), "f")
            return ("0" if number == "-0" else number) + ("%" if kind == "percent" else ""), kind
        case bool():
            return str(value).upper(), kind
        case dt.date():
            return (str(value)[:7] if kind == "month" else str(value)), kind
    return str(value), kind


def write_openpyxl(grid: list[list[Filed]], top: int, left: int, hidden: set[int], merge: str | None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for i, row in enumerate(grid):
        for j, (kind, value) in enumerate(row):
            if value is not None:
                cell = sheet.cell(top + i + 1, left + j + 1)
                cell.value = float(value) if isinstance(value, Decimal) else value
                if kind == "text":
                    cell.data_type = "s"
                if kind in FORMATS:
                    cell.number_format = FORMATS[kind]
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_xlsxwriter(grid: list[list[Filed]], top: int, left: int, hidden: set[int], merge: str | None) -> bytes:
    def write(book: xlsxwriter.Workbook) -> None:
        formats = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
        sheet = book.add_worksheet("Sheet")
        if merge:
            sheet.merge_range(merge, "")
        for i, row in enumerate(grid):
            for j, (kind, value) in enumerate(row):
                place = (top + i, left + j)
                match value:
                    case str():
                        sheet.write_string(*place, value)
                    case bool():
                        sheet.write_boolean(*place, value)
                    case Decimal():
                        sheet.write_number(*place, float(value), formats.get(kind))
                    case dt.date():
                        sheet.write_datetime(*place, value, formats[kind])
        for row_number in hidden:
            sheet.set_row(row_number - 1, None, None, {"hidden": True})

    return by_xlsxwriter(write)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([write_openpyxl, write_xlsxwriter]), GRIDS, TOPS, TOPS, st.sets(st.integers(1, 40)))
def test_any_grid_reads_back_cell_by_cell(
    write: Callable[[list[list[Filed]], int, int, set[int], str | None], bytes],
    grid: list[list[Filed]],
    top: int,
    left: int,
    hidden: set[int],
) -> None:
    sheet = only_sheet(write(grid, top, left, hidden, None))
    assert cells_of(sheet) == {
        cell_address(top + i + 1, left + j): shown(*filed)
        for j in range(len(grid[0]))
        for i, filed in ((i, row[j]) for i, row in enumerate(grid))
        if filed[1] is not None
    }
    last = sheet.first_row + sheet.grid.height - 1
    assert sheet.hidden_rows == tuple(sorted(row for row in hidden if row <= last))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([write_openpyxl, write_xlsxwriter]), TOPS, TOPS, st.integers(1, 6), st.integers(1, 6)
)  # fmt: skip
def test_any_merge_reads_back(
    write: Callable[[list[list[Filed]], int, int, set[int], str | None], bytes],
    top: int,
    left: int,
    height: int,
    width: int,
) -> None:
    merge = f"{cell_address(top + 1, left)}:{cell_address(top + height + 1, left + width)}"
    sheet = only_sheet(write([[("text", "合并")]], top, left, set(), merge))
    assert sheet.merged == (merge,)
    assert cells_of(sheet) == {cell_address(top + 1, left): ("合并", "text")}


# --- any damage --------------------------------------------------------------------------------------------------


def _rich(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("数据")
    percent = book.add_format({"num_format": "0%"})
    sheet.write_row(0, 0, ["名称", "数量", "比例"])
    sheet.write_row(1, 0, ["江西", 46, 0.15], percent)
    sheet.write_formula(2, 1, "=SUM(B2)", None, 46)
    sheet.write_formula(2, 2, "=NA()", None, "#N/A")
    sheet.merge_range("A4:B4", "注")
    sheet.set_row(1, None, None, {"hidden": True})


RICH = by_xlsxwriter(_rich)
PARTS = [name for name in zipfile.ZipFile(io.BytesIO(RICH)).namelist() if not name.startswith(("docProps", "xl/theme"))]
TOKENS = [
    b"<",
    b">",
    b'"',
    b"&",
    b"<c ",
    b'<c r="A1"/>',
    b"<v>",
    b"</v>",
    b"<f>",
    b"<!--",
    b"<![CDATA[",
    b'r="',
    b't="s"',
]
TOKENS += [
    b"\0",
    b"\xff",
    b"0",
    b"9999999999",
    b"<sheetData>",
    b"</sheetData>",
    b"<row>",
    b"</row>",
    b"<!DOCTYPE a>",
    b"<x:c>",
]


@settings(max_examples=500, deadline=None)
@given(st.data(), st.sampled_from([PLAIN, RICH]), st.sampled_from(PARTS))
def test_no_damaged_part_ever_raises(data: st.DataObject, workbook: bytes, part: str) -> None:
    def cut(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        start = data.draw(st.integers(0, len(content)))
        junk = data.draw(st.one_of(st.binary(max_size=20), st.lists(st.sampled_from(TOKENS), max_size=4).map(b"".join)))
        return content[:start] + junk + content[start + data.draw(st.integers(0, 20)) :]

    read = part_of(rezipped(workbook, cut))
    assert (not read.sheets) == any(f.blocks for f in read.findings)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_column_of_numbers_is_written_as_each_alone(numbers: list[float]) -> None:
    texts, types = read_column([*numbers, "末"])
    for number, text in zip(numbers, texts.to_list(), strict=False):
        fifteen = Decimal(int(number)) if number.is_integer() and abs(number) < 2**53 else Decimal(f"{number:.14e}")
        assert Decimal(text) == fifteen
        assert re.fullmatch(r"(?!-0$)-?(0|[1-9]\d*)(\.\d*[1-9])?", text)
    assert types.to_list() == ["number"] * len(numbers) + ["text"]
