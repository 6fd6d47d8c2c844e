"""Made sheets, written by others and read back: each filled cell at its address with the text that is promised.

A cell that is lost, altered or invented is a failure, and so is an account that does not hold, a cell of a table that
is printed twice or not at all, and a difference between reading with scratch files and without.
"""

from __future__ import annotations

import io
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.transforms.fuzzing import writers
from tests.transforms.fuzzing.made_sheets import (
    MadeSheet,
    Value,
    computed_workbooks,
    document_sheets,
    plain_number,
    shown,
    text_sheets,
    texts,
    traditional_sheets,
    workbooks,
)
from transforms.book import Book, Sheet, cell_address
from transforms.reading import read_book
from transforms.row_kinds import RowKind
from transforms.understanding import SeenTable, understand

Expected = Mapping[str, tuple[str, str]]
"""Address → text and type of each cell that is not blank."""

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le-mark", "utf-16-be-mark", "utf-32")
_MARKS = {"utf-16-le-mark": b"\xff\xfe", "utf-16-be-mark": b"\xfe\xff"}
_COLUMNS = 6


def expected_of(sheet: MadeSheet) -> Expected:
    cells = {cell_address(row + 1, column): shown(value) for (row, column), value in sheet.cells().items()}
    return {address: cell for address, cell in cells.items() if cell[0].strip()}


def check_read(data: bytes, name: str, expected: Mapping[str, Expected]) -> Book:
    """Reads `data` twice and holds it against the cells of every sheet."""
    reading = read_book(data, name)
    assert reading.book is not None, [finding.message_en for finding in reading.findings]
    book = reading.book
    assert [sheet.name for sheet in book.sheets if not sheet.prose] == list(expected)
    for sheet in book.sheets:
        if not sheet.prose:
            found = _cells(sheet)
            differing = _differing(found, expected[sheet.name])
            assert not differing, (sheet.name, sheet.encoding, differing)
            if sheet.types is not None:
                _check_types(found, expected[sheet.name])
    with tempfile.TemporaryDirectory() as scratch:
        again = read_book(data, name, scratch=Path(scratch))
        assert again.findings == reading.findings
        assert again.book is not None
        for one, other in zip(again.book.sheets, book.sheets, strict=True):
            assert one.grid.equals(other.grid)
            assert (one.merged, one.hidden_rows, one.encoding) == (other.merged, other.hidden_rows, other.encoding)
    _check_understood(book)
    return book


def _differing(found: Expected, expected: Expected) -> list[tuple[str, str | None, str | None]]:
    """Address, text found and text expected, of the first few that are not the same."""
    nothing = (None, "")
    both = [(a, found.get(a, nothing)[0], expected.get(a, nothing)[0]) for a in dict.fromkeys((*expected, *found))]
    return [each for each in both if each[1] != each[2]][:5]


def _cells(sheet: Sheet) -> Expected:
    kinds = sheet.types.rows() if sheet.types is not None else [("text",) * sheet.grid.width] * sheet.grid.height
    return {
        cell_address(sheet.first_row + at, column): (text, kind)
        for at, (row, types) in enumerate(zip(sheet.grid.rows(), kinds, strict=True))
        for column, (text, kind) in enumerate(zip(row, types, strict=True))
        if text is not None and text.strip()
    }


def _check_types(found: Expected, expected: Expected) -> None:
    """A moment at midnight may be a day."""
    for address, (_, kind) in expected.items():
        assert found[address][1] in ((kind, "date") if kind == "datetime" else (kind,)), address


def _check_understood(book: Book) -> None:
    understood = understand(book)
    for finding in understood.findings:
        for text in (finding.message_zh, finding.message_en):
            assert not [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp")], text
    assert understood.account.holds
    filled = {sheet.name: _cells(sheet) for sheet in book.sheets}
    assert understood.account.nonempty == sum(map(len, filled.values()))
    for sheet, tables in zip(book.sheets, understood.tables, strict=True):
        printed = [cell for table in tables for _, row in table.cells() for cell in row]
        addresses = [cell.address for cell in printed]
        assert len(set(addresses)) == len(addresses), "a cell is printed twice"
        assert all(filled[sheet.name][cell.address][0] == cell.text for cell in printed)
        data = {row for table in tables for row in _rows(table, RowKind.DATA)}
        inside = {a for a in filled[sheet.name] if int(a.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) in data}
        assert inside == set(addresses), "a cell of a row of data is not printed"
        covered = {
            row
            for table in tables
            for row in range(table.found.first_row, table.found.first_row + table.found.grid.height)
        }
        assert not tables or covered >= {int(a.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for a in filled[sheet.name]}
        assert tables or sheet.prose or not filled[sheet.name], "a filled sheet without a table"


def _rows(table: SeenTable, kind: RowKind) -> list[int]:
    return [table.found.first_row + at for at in (table.found.kinds == kind.value).arg_true().to_list()]


def check_layout(book: Book, sheets: Sequence[MadeSheet]) -> None:
    """Merges, hidden rows and hidden sheets are said as they were written."""
    for found, made in zip(book.sheets, sheets, strict=True):
        merged = {f"{cell_address(t + 1, le)}:{cell_address(b + 1, r)}" for t, le, b, r in made.merges}
        assert set(found.merged) == merged
        last = max((row for row, _ in made.cells()), default=-1)
        hidden = {row + 1 for row in made.hidden_rows}
        assert {row for row in hidden if row <= last + 1} <= set(found.hidden_rows) <= hidden
        assert found.hidden == (made.hidden and made is not sheets[0])


# --- one check for each writer


def openpyxl_workbook(data: st.DataObject) -> None:
    sheets = data.draw(workbooks)
    file = writers.by_openpyxl(sheets, data.draw(st.booleans()))
    check_layout(check_read(file, "a.xlsx", {sheet.name: expected_of(sheet) for sheet in sheets}), sheets)


def xlsxwriter_workbook(data: st.DataObject) -> None:
    sheets, in_order = data.draw(computed_workbooks), data.draw(st.booleans())
    if in_order:
        for sheet in sheets:
            sheet.merges, sheet.hidden_rows = [], set()
    file = writers.by_xlsxwriter(sheets, data.draw(st.booleans()), in_order)
    check_layout(check_read(file, "a.xlsx", {sheet.name: expected_of(sheet) for sheet in sheets}), sheets)


def _text_file(data: st.DataObject) -> tuple[bytes, Expected]:
    traditional = data.draw(st.integers(0, 4)) == 0
    codec = "big5" if traditional else data.draw(st.sampled_from(ENCODINGS))
    sheet = data.draw(traditional_sheets if traditional else text_sheets)
    if codec in ("gbk", "big5"):
        sheet.rows = [[_encodable(value, codec) for value in row] for row in sheet.rows]
    options = data.draw(st.tuples(st.sampled_from(",;\t|"), st.sampled_from(("\r\n", "\n")), st.booleans()))
    file = writers.by_csv(sheet, options[0], codec.removesuffix("-mark"), options[1], options[2])
    return _MARKS.get(codec, b"") + file, expected_of(sheet)


def _encodable(value: Value, codec: str) -> Value:
    """What of a text the encoding has, without the few signs on which tables of Big5 do not agree (¢ or ￠)."""
    if not isinstance(value, str):
        return value
    again = "cp950" if codec == "big5" else codec
    return "".join(c for c in value if c.encode(codec, "ignore").decode(again, "ignore") == c) or None


def text_file(data: st.DataObject) -> None:
    file, expected = _text_file(data)
    check_read(file, "a.csv", {"": expected})


def document(data: st.DataObject) -> None:
    sheet = data.draw(document_sheets)
    above, below = data.draw(texts), data.draw(texts)
    expected = {address: (text.strip("\n"), kind) for address, (text, kind) in expected_of(sheet).items()}
    book = check_read(writers.by_python_docx(sheet, above, below), "a.docx", {"表1": expected})
    prose = [text for sheet in book.sheets if sheet.prose for text in sheet.grid["A"].to_list()]
    assert prose == [text for text in (above, below) if text.strip()]


_PARQUET: tuple[st.SearchStrategy[Any], ...] = (
    texts,
    st.integers(-(2**63), 2**63 - 1),
    st.floats(-1e14, 1e14).filter(lambda number: number == 0 or abs(number) > 1e-9),
    st.booleans(),
    st.dates(),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.decimals(-(10**9), 10**9, places=4),
)


def parquet(data: st.DataObject) -> None:
    height = data.draw(st.integers(1, 12))
    names = data.draw(
        st.lists(texts.filter(lambda text: bool(text.strip())), min_size=1, max_size=_COLUMNS, unique=True)
    )
    kinds = [data.draw(st.sampled_from(_PARQUET)) for _ in names]
    columns: dict[str, list[Value]] = {
        name: [data.draw(st.one_of(st.none(), kind)) if at else data.draw(kind) for at in range(height)]
        for name, kind in zip(names, kinds, strict=True)
    }
    file = writers.by_parquet(columns, data.draw(st.sampled_from(("polars", "pyarrow", "dictionary"))))
    check_read(file, "a.parquet", {"": _expected_of_columns(columns)})


def _expected_of_columns(columns: Mapping[str, list[Value]]) -> Expected:
    expected = {}
    for number, (name, column) in enumerate(columns.items()):
        expected[cell_address(1, number)] = (name, "text")
        for row, value in enumerate(column, 2):
            if value is not None:
                expected[cell_address(row, number)] = _shown_in_column(value, column)
    return {address: cell for address, cell in expected.items() if cell[0].strip()}


def _shown_in_column(value: Value, column: Sequence[Value]) -> tuple[str, str]:
    """In a column of moments all are days if all are at midnight; whole numbers and decimals keep all their digits."""
    if isinstance(value, datetime):
        if all(moment is None or (isinstance(moment, datetime) and moment.time() == clock()) for moment in column):
            return f"{value:%Y-%m-%d}".rjust(10, "0"), "date"
        return str(value).rjust(19, "0"), "datetime"
    if isinstance(value, date):
        return str(value), "date"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return plain_number(Decimal(value)), "number"
    return shown(value)


def archive(data: st.DataObject) -> None:
    sheets = data.draw(workbooks)
    file, cells = _text_file(data)
    members = {
        "一月/表.xlsx": writers.by_openpyxl(sheets, False),
        "b.csv": file,
        "说明.pdf": b"%PDF-1.4 nothing",
        "c.docx": writers.by_python_docx(document_sheet := data.draw(document_sheets), "前", "后"),
    }
    expected: dict[str, Expected] = {f"一月/表.xlsx/{sheet.name}": expected_of(sheet) for sheet in sheets}
    expected["b.csv"] = cells
    expected["c.docx/表1"] = {a: (text.strip("\n"), kind) for a, (text, kind) in expected_of(document_sheet).items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", data.draw(st.sampled_from((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)))) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    check_read(out.getvalue(), "a.zip", expected)


CHECKS: tuple[Callable[[st.DataObject], None], ...] = (
    openpyxl_workbook,
    xlsxwriter_workbook,
    text_file,
    document,
    parquet,
    archive,
)


def run_check(check: Callable[[st.DataObject], None], examples: int, base: int | None = None) -> int:
    """Runs `check` on so many examples, the same ones each time unless `base` says otherwise; how many there were.

    Raises what the check raises, on the simplest example that makes it.
    """
    ran = count()

    def once(data: st.DataObject) -> None:
        next(ran)
        check(data)

    configured = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=base is None,
        # Making a failure simpler takes minutes where files are packed: the seed and the example itself must do.
        phases=(Phase.explicit, Phase.generate, *((Phase.shrink,) if check in (text_file, parquet) else ())),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )(given(st.data())(once))
    (configured if base is None else hypothesis.seed(base)(configured))()
    return next(ran)


def fuzz_sheets(seconds: float, base: int) -> tuple[dict[str, int], list[str]]:
    """Round after round of every check until the time is up: examples by check, and what failed."""
    made, failures = {check.__name__: 0 for check in CHECKS}, list[str]()
    until = time.monotonic() + seconds
    for number in count():
        for check in CHECKS:
            if time.monotonic() > until:
                return made, failures
            try:
                made[check.__name__] += run_check(check, 50, base + number)
            except Exception as error:
                notes = "\n".join(getattr(error, "__notes__", ()))
                failures.append(f"{check.__name__}, seed {base + number}: {type(error).__name__}: {error}\n{notes}")
    raise AssertionError("there is always a next round")
