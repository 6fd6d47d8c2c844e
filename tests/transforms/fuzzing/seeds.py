"""Small whole files that mutations begin with: the samples that other writers made, and more made in code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import docx
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.transforms.samples.table import CELLS, HIDDEN_COLUMN, HIDDEN_ROW, MERGED

SAMPLES = Path(__file__).parents[1] / "samples"
FORMATS = ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "txt", "docx", "parquet", "zip")
_ROWS = (
    ("设区市", "指标名称", "单位", "本月底到达"),
    ("甲市", "移动电话用户", "万户", "812.5"),
    ("乙市", "其中：5G", "万户", "99"),
)
_TRADITIONAL = (
    ("縣市", "指標名稱", "單位", "數量"),
    ("臺北市", "行動電話用戶", "萬戶", "1,234"),
    ("合計", "", "", "99"),
)


def seeds() -> Mapping[str, bytes]:
    """File name → content."""
    found = {path.name: path.read_bytes() for path in sorted(SAMPLES.iterdir()) if path.suffix[1:] in FORMATS}
    found |= {"made.xlsx": _by_xlsxwriter(), "made.docx": _document(), **_texts(), **_parquets()}
    found["made.zip"] = _zipped(
        {
            "一月/表.xlsx": found["table.libreoffice.xlsx"],
            "二月.csv": found["gb18030.csv"],
            "三月.xls": found["table.sheetjs.biff8.xls"],
            "内.zip": _zipped({"四月.csv": found["utf-16.csv"], "说明.docx": found["made.docx"]}),
        }
    )
    return found


def _by_xlsxwriter() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("用户表")
        percent, day = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        for address, cell in CELLS.items():
            if cell.formula:
                sheet.write_formula(address, cell.formula, None, cell.stored)
            elif cell.type in ("text", "error"):
                sheet.write_string(address, cell.text)
            else:
                sheet.write(address, cell.stored, {"percent": percent, "date": day}.get(cell.type))
        for area in MERGED[:4]:
            sheet.merge_range(area, CELLS.get(area.partition(":")[0], CELLS["A1"]).text)
        sheet.set_row(HIDDEN_ROW - 1, None, None, {"hidden": True})
        sheet.set_column(f"{HIDDEN_COLUMN}:{HIDDEN_COLUMN}", None, None, {"hidden": True})
        sheet.write_rich_string("B20", "甲", book.add_format({"bold": True}), "乙", " 丙")
        sheet.write_array_formula("C20:C22", "{=C6:C8*2}", None, 7)
    return out.getvalue()


def _document() -> bytes:
    made = docx.Document()
    made.add_paragraph("2020年11月电话用户情况表")
    table = made.add_table(5, 4)
    for row, texts in zip(table.rows[1:], (*_ROWS, _ROWS[1]), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 0).merge(table.cell(0, 3)).text = "标题\n（第二行）"
    table.cell(3, 0).merge(table.cell(4, 0))
    inner = table.cell(2, 1).add_table(1, 2)
    inner.rows[0].cells[1].text = "内"
    made.sections[0].header.paragraphs[0].text = "页眉"
    made.add_paragraph("注：本表由各市填报。")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _texts() -> Mapping[str, bytes]:
    def lines(rows: tuple[tuple[str, ...], ...], delimiter: str, times: int = 4) -> str:
        return "\r\n".join(delimiter.join(row) for row in (rows[0], *rows[1:] * times)) + "\r\n"

    quoted = '标题,,\n"甲","乙\n丙","a ""b"", c"\n1,2,3\n4,5,"6"\n注：无,,\n'
    return {
        "gb18030.csv": lines(_ROWS, ",").encode("gb18030"),
        "big5.csv": lines(_TRADITIONAL, ";").encode("big5"),
        "utf-16.csv": b"\xff\xfe" + lines(_ROWS, "\t").encode("utf-16-le"),
        "utf-16-be.txt": lines(_ROWS, "\t").encode("utf-16-be"),
        "utf-8-bom.csv": b"\xef\xbb\xbf" + lines(_ROWS, "|").encode(),
        "quoted.csv": quoted.encode(),
        "sep.csv": b"sep=;\r\n" + lines(_ROWS, ";").encode("gbk"),
    }


def _parquets() -> Mapping[str, bytes]:
    frame = pl.DataFrame(
        {
            "地区": ["甲市", None, "乙市 ", ""] * 5,
            "n": [1, None, 3, -4] * 5,
            "f": [0.1, 1e300, None, float("nan")] * 5,
            "天": [date(2020, 11, 30), None, date(1970, 1, 1), date(9999, 12, 31)] * 5,
            "时": [datetime(2020, 11, 30, 8, 30), None, datetime(1, 1, 1), datetime(2020, 1, 1)] * 5,
            "b": [True, None, False, True] * 5,
        }
    )
    packed = io.BytesIO()
    frame.write_parquet(packed)
    table = frame.to_arrow().append_column("l", pa.array([[1, 2], None, [], [3]] * 5))
    found = {"polars.parquet": packed.getvalue()}
    for version in ("1.0", "2.6"):
        out = io.BytesIO()
        pq.write_table(
            table, out, compression="none", version=version, data_page_version=version[:1] + ".0", row_group_size=8
        )
        found[f"pyarrow{version[:1]}.parquet"] = out.getvalue()
    return found


def _zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
