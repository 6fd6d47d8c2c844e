"""What reading a workbook costs against fastexcel's bare read, and against openpyxl, of the same bytes in the same run.

Ours is the whole: opening the archive, addresses, types, merges, hidden rows, percentages as shown, and which cells are
formulas. The ratios are the figures to quote; the seconds are this machine's today.
"""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Callable, Sequence

import fastexcel
import openpyxl
import xlsxwriter

from transforms.book import Limits, Part
from transforms.readers.archive.archive import open_archive
from transforms.readers.workbooks import read_workbook

ROWS, COLUMNS = 50_000, 12
RUNS = 5
AT_MOST, AT_LEAST = 4.0, 2.0
HEADINGS = ("编号", "企业", "地市", "日期", "投诉量", "办结量", "办结率", "金额", "备注", "状态", "合计", "电话")


def test_reading_a_workbook_against_fastexcel_and_openpyxl() -> None:
    for texts, data in (("shared texts", _register(False)), ("texts in their cells", _register(True))):
        part = _ours(data)
        (sheet,) = part.sheets
        assert part.findings == ()
        assert sheet.grid.shape == (ROWS + 2, COLUMNS)
        assert sheet.merged == ("A1:L1",)
        assert sheet.formulas is not None
        assert sheet.formulas.height == ROWS
        assert sheet.grid.row(-1)[4:8] == ("44", "70", "72.1649484536082%", "18499.63")

        ours, bare = _best((_ours, _fastexcel), data, RUNS)
        (python,) = _best((_openpyxl,), data, 1)
        print(f"\n{ROWS} rows × {COLUMNS} columns, {texts}, {len(data) >> 20} MiB, best of {RUNS} interleaved runs:")
        print(f"  fastexcel {bare:.3f} s; ours {ours:.3f} s, {ours / bare:.2f} × fastexcel (at most {AT_MOST})")
        print(f"  openpyxl, read-only, {python:.3f} s, {python / ours:.2f} × ours (at least {AT_LEAST})")
        assert ours <= AT_MOST * bare
        assert python >= AT_LEAST * ours


def _ours(data: bytes) -> Part:
    limits = Limits()
    return read_workbook(data, open_archive(data, limits), "xlsx", "register.xlsx", limits)


def _fastexcel(data: bytes) -> None:
    assert fastexcel.read_excel(data).load_sheet(0).to_polars().height == ROWS + 1


def _openpyxl(data: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == ROWS + 2


def _best(works: Sequence[Callable[[bytes], object]], data: bytes, runs: int) -> list[float]:
    """Seconds of the best of `runs` of each work, the works taking turns."""
    best = [float("inf")] * len(works)
    for _ in range(runs):
        for i, work in enumerate(works):
            started = time.perf_counter()
            work(data)
            best[i] = min(best[i], time.perf_counter() - started)
    return best


def _register(inline: bool) -> bytes:
    """A register of complaints: texts, numbers, days, percentages, a column of formulas, a title over all columns."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": inline}) as book:
        percent, day = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("登记表")
        sheet.merge_range(0, 0, 0, COLUMNS - 1, "网站投诉登记表")
        sheet.write_row(1, 0, HEADINGS)
        for i in range(ROWS):
            row, first = i + 2, dt.datetime(2020, 1, 1)
            sheet.write_string(row, 0, f"GD{i:06d}")
            sheet.write_string(row, 1, ("中国电信", "中国移动", "中国联通")[i % 3])
            sheet.write_string(row, 2, ("南昌", "九江", "赣州", "抚州")[i % 4])
            sheet.write_datetime(row, 3, first + dt.timedelta(days=i % 365), day)
            sheet.write_number(row, 4, i % 97)
            sheet.write_number(row, 5, i % 89)
            sheet.write_number(row, 6, (i % 89) / 97, percent)
            sheet.write_number(row, 7, i * 0.37)
            sheet.write_string(row, 8, f"说明文字{i % 1000}")
            sheet.write_string(row, 9, "已办结")
            sheet.write_formula(row, 10, f"=E{row + 1}+F{row + 1}", None, i % 97 + i % 89)
            sheet.write_string(row, 11, f"1390000{i % 10000:04d}")
    return out.getvalue()
