"""The example of every rule about a file's shape, made and read: what the rule book says is wrong is found wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.worksheet.worksheet import Worksheet

from contracts.kind import discover_kinds
from contracts.structure import RULES
from flows.filing import judge_filed, read_filed
from flows.reader import Patience, Reader
from tests.flows.test_bad_files import bomb
from tests.transforms.made_files import by_openpyxl, by_xlsxwriter, png, rezipped, zipped

KIND = discover_kinds()["nuisance_calls"]
HEADS = ("企业", "举报查实数", "已处置数")
ROWS = (("甲电信", 20, 18), ("乙移动", 9, 9), ("丙联通", 7, 7))
TABLE = (HEADS, *ROWS)


def text(rows: tuple[tuple[object, ...], ...] = TABLE) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def book(*rows: tuple[object, ...], change: Callable[[Worksheet], None] | None = None) -> bytes:
    return by_openpyxl({"表": rows or TABLE}, change=change)


def headed(*heads: str) -> bytes:
    return book(heads, *((*row, *("1",) * (len(heads) - 3))[: len(heads)] for row in ROWS))


def locked() -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(book())).encrypt("密码", out)
    return out.getvalue()


def with_picture() -> bytes:
    def write(out: xlsxwriter.Workbook) -> None:
        sheet = out.add_worksheet("表")
        for at, row in enumerate(TABLE):
            sheet.write_row(at, 0, row)
        sheet.insert_image("F2", "图.png", {"image_data": io.BytesIO(png())})

    return by_xlsxwriter(write)


def document(change: Callable[[bytes], bytes] = bytes) -> bytes:
    out, made = io.BytesIO(), docx.Document()
    table = made.add_table(len(TABLE), len(HEADS))
    for at, row in enumerate(TABLE):
        for column, value in enumerate(row):
            table.cell(at, column).text = str(value)
    made.save(out)
    return rezipped(out.getvalue(), lambda name, content: change(content) if name == "word/document.xml" else content)


def inserted(xml: bytes) -> bytes:
    return xml.replace(b"<w:r>", b"<w:ins><w:r>", 1).replace(b"</w:r>", b"</w:r></w:ins>", 1)


def hidden_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = True


def macro() -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    return out.getvalue()


MADE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "FILE-01": ("a.xlsx", lambda: b""),
    "FILE-02": ("a.xlsx", png),
    "FILE-03": ("a.xlsx", locked),
    "FILE-04": ("a.xlsx", lambda: book()[: len(book()) // 2]),
    "FILE-05": ("a.csv", lambda: text().replace(b"18", b"\xff")),
    "FILE-06": ("a.xlsx", text),
    "FILE-07": ("a.csv", lambda: text().replace(b",20,18", b",20,18,1")),
    "FILE-08": ("a.xlsx", bomb),
    "FILE-10": ("a.zip", lambda: zipped({"../甲.csv": text()})),
    "FILE-11": ("a.zip", lambda: zipped({"甲.csv": text(), "图.png": png()})),
    "FILE-12": ("a.xlsm", macro),
    "FILE-13": ("a.xlsx", with_picture),
    "FILE-14": ("a.docx", lambda: document(inserted)),
    "FILE-15": ("a.docx", lambda: document(lambda xml: xml.replace(b"<w:r>", b"<w:r><w:rPr><w:vanish/></w:rPr>", 1))),
    "HEAD-01": ("a.xlsx", lambda: book(*ROWS)),
    "HEAD-02": ("a.xlsx", lambda: headed("企业", "举报查实数")),
    "HEAD-03": ("a.xlsx", lambda: headed(*HEADS, "联系电话")),
    "HEAD-04": ("a.xlsx", lambda: headed(*HEADS, "已处置数")),
    "HEAD-05": ("a.xlsx", lambda: by_openpyxl({"表": TABLE, "表2": TABLE})),
    "HEAD-06": ("a.xlsx", lambda: by_openpyxl({"表": TABLE, "封面": (("说明",),)}, hidden=("表",))),
    "HEAD-07": ("a.xlsx", lambda: headed("企业", "举报查实数", "已处置数（户）")),
    "HEAD-08": ("a.xlsx", lambda: headed("企业", "举报查实数", "已处置数（万件）")),
    "HEAD-09": ("a.xlsx", lambda: book(ROWS[2], HEADS, *ROWS[:2])),
    "TABLE-01": ("a.xlsx", lambda: book(HEADS)),
    "TABLE-02": ("a.xlsx", lambda: book(change=hidden_row)),
    "CELL-01": ("a.xlsx", lambda: book(HEADS, ("=D2", 20, 18))),
    "CELL-02": ("a.xlsx", lambda: book(HEADS, ("#N/A", 20, 18))),
}  # fmt: skip


def found_in(data: bytes, name: str) -> list[str]:
    return [finding.rule for finding in read_filed(data, name, KIND, 2020).findings]


@pytest.mark.parametrize("rule", MADE)
def test_the_example_of_a_rule_breaks_it(rule: str) -> None:
    name, make = MADE[rule]
    assert rule in found_in(make(), name)


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.xlsx", book), ("a.csv", text), ("a.docx", document), ("a.zip", lambda: zipped({"a.csv": text()}))],
)
def test_an_ordinary_file_breaks_none(name: str, make: Callable[[], bytes]) -> None:
    assert found_in(make(), name) == []


def test_a_file_that_is_not_read_in_time(tmp_path: Path) -> None:
    slow = tmp_path / "slow.csv"
    slow.write_bytes(b"a,b\n" + b"1,2\n" * 3_000_000)
    with Reader(patience=Patience(seconds=0.05, seconds_per_mib=0)) as reader:
        assert [finding.rule for finding in reader.read(slow, slow.name).findings] == ["FILE-09"]


@pytest.mark.parametrize(("filer_class", "rules"), [("tower", ["FILER-01"]), ("department", [])])
def test_a_filer_of_another_class(filer_class: str, rules: list[str]) -> None:
    filed = read_filed(text(), "a.csv", KIND, 2020)
    verdict = judge_filed(filed, period=None, filer="TT", filer_class=filer_class).verdict
    assert [finding.rule for finding in verdict.findings] == rules


def test_every_rule_has_its_example() -> None:
    assert {*MADE, "FILE-09", "FILE-16", "FILER-01"} == set(RULES)
    for rule in RULES.values():
        assert rule.wrong_zh.strip()
        assert rule.wrong_en.strip()
