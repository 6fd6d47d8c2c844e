"""Reading: what the bytes are, which text stands in which cell, and one clear finding for a file that is bad."""

from __future__ import annotations

import io

import msoffcrypto.format.ooxml
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.made_files import by_openpyxl, png, rezipped, zipped
from transforms.book import cell_address, column_index, column_letter
from transforms.reading import Book, Limits, read_book

TEXT = "名称,数量,备注\n江西,46,\n北京,139,进场\n"
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
        (zipped({"word/document.xml": b"<x/>", "[Content_Types].xml": b""}), "FILE-01", "没有内容"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "FILE-04", "损坏"),
        (zipped({}), "FILE-01", "没有文件"),
        (zipped({"图.png": png(), "__MACOSX/a": b"x"}), "FILE-02", "图.png、__MACOSX/a"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook\0".encode("utf-16-le"), "FILE-04", "损坏"),
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
    assert only_finding(TEXT.encode(), "a.csv", limits=Limits(laid_cells=5))[0] == "FILE-08"


def test_an_archive_whose_directory_lies_is_not_followed() -> None:
    """The stream holds 64 MiB; the directory and the local header say 10 bytes."""
    bomb = bytearray(zipped({"xl/workbook.xml": b"\0" * (64 << 20)}))
    true_size = (64 << 20).to_bytes(4, "little")
    lied = bytes(bomb.replace(true_size, (10).to_bytes(4, "little")))
    assert lied != bytes(bomb)
    assert only_finding(lied, limits=Limits(expanded_bytes=1 << 20))[0] == "FILE-08"
    assert only_finding(lied)[0] == "FILE-04"


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
