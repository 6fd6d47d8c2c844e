"""What a query gave, as a file or as text for another program: CSV, JSON, xlsx, Parquet. Reads nothing, asks nothing.

No value changes on the way: a number that a spreadsheet or JSON would round is written as text. In a workbook no text
becomes a formula or a link.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from contracts.errors import UsageError
from contracts.exact import decimal_text
from warehouse.reports.figures_csv import inert

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from warehouse.asking import Answer

Writer = Callable[["Answer", BinaryIO], int]
DIGITS: Final = 15  # what a spreadsheet keeps of a number
ROWS: Final = 1_048_576  # of a sheet, its heading included
CHARACTERS: Final = 32_767  # of a cell
_MADE: Final = datetime(2000, 1, 1)  # the same answer is the same file


def text_of(value: Any) -> str:
    """A value as a person reads it: nothing for null, no idle zeros, Beijing time without a zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | dict | tuple):
        return json.dumps(json_of(value), ensure_ascii=False)
    return str(value)


def json_of(value: Any) -> Any:
    """A value as JSON has it; a number that would be rounded there as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else _float_or_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [json_of(one) for one in value]
    if isinstance(value, dict):
        return {text_of(name): json_of(one) for name, one in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else text_of(value)


def _float_or_text(value: Decimal) -> float | str:
    near = float(value)
    return near if Decimal(repr(near)) == value else decimal_text(value)


def csv_lines(answer: Answer) -> Iterator[str]:
    """The heading and every row, each with its line end; no text is a formula to a spreadsheet."""
    for row in _with_heading(answer):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([inert(v) if isinstance(v, str) else text_of(v) for v in row])
        yield line.getvalue()


def json_lines(answer: Answer) -> Iterator[str]:
    """One list of objects, an object a line."""
    before = "["
    for row in answer.rows():
        named = {name: json_of(value) for name, value in zip(answer.columns, row, strict=True)}
        yield f"{before}\n{json.dumps(named, ensure_ascii=False)}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def _with_heading(answer: Answer) -> Iterator[tuple[Any, ...]]:
    yield answer.columns
    yield from answer.rows()


def _csv(answer: Answer, file: BinaryIO) -> int:
    return _write_lines(csv_lines(answer), file) - 1


def _json(answer: Answer, file: BinaryIO) -> int:
    return _write_lines(json_lines(answer), file) - 1


def _write_lines(lines: Iterable[str], file: BinaryIO) -> int:
    """How many they were."""
    return sum(1 for line in lines if file.write(line.encode("utf-8")))


def _parquet(answer: Answer, file: BinaryIO) -> int:
    import pyarrow.parquet as pq

    batches, rows = answer.batches(), 0
    with pq.ParquetWriter(file, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _xlsx(answer: Answer, file: BinaryIO) -> int:
    import xlsxwriter

    told = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, told) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("结果")
        day, moment = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )
        for column, name in enumerate(answer.columns):
            sheet.write_string(0, column, name, book.add_format({"bold": True}))
        rows = 0
        for rows, row in enumerate(answer.rows(), 1):
            if rows == ROWS:
                raise _too_much(f"工作表最多 {ROWS} 行", f"a sheet has {ROWS} rows at most")
            for column, value in enumerate(row):
                _write_cell(sheet, rows, column, value, day, moment)
    return rows


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, day: Format, moment: Format) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float | Decimal) and _kept(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime) and value.tzinfo is None and value.year >= 1900:
        sheet.write_datetime(row, column, value, moment)
    elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(row, column, value, day)
    else:
        text = text_of(value)
        if len(text) > CHARACTERS:
            raise _too_much(f"单元格最多 {CHARACTERS} 个字符", f"a cell has {CHARACTERS} characters at most")
        sheet.write_string(row, column, text)


def _kept(number: float | Decimal) -> bool:
    """Whether a spreadsheet keeps the number as it is."""
    if isinstance(number, float):
        return math.isfinite(number)
    return len(decimal_text(Decimal(number)).replace(".", "").strip("-0")) <= DIGITS


def _too_much(zh: str, en: str) -> UsageError:
    return UsageError(
        f"结果放不进 xlsx：{zh}；请用 csv 或 parquet", f"this does not go into xlsx: {en}; take csv or parquet"
    )


WRITERS: Final[Mapping[str, Writer]] = {"csv": _csv, "json": _json, "xlsx": _xlsx, "parquet": _parquet}
"""Format → what writes an answer into a file and says how many rows it has."""
