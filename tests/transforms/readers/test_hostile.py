"""What hostile, damaged and locked files cost and say: one clear message, in seconds, within 1 GB.

Every case is read by `read_book` in a process of its own, whose time and memory are measured there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.transforms.readers import hostile_files as made

ROOT = Path(__file__).parents[3]
SECONDS, MEMORY = 5.0, 1000.0
READS = "reads"


class Runner:
    """The process that forks one process for each file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "file"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.transforms.readers.hostile_runner"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self, data: bytes, name: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._path.write_bytes(data)
        self._process.stdin.write(json.dumps({"path": str(self._path), "name": name}) + "\n")
        self._process.stdin.flush()
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    running = Runner(tmp_path_factory.mktemp("hostile"))
    yield running
    running.close()


def check(said: dict[str, Any], expected: set[str]) -> None:
    """One finding of an expected rule and no book; or a book, where that is right too."""
    assert "fault" not in said, said["fault"]
    assert said["status"] == 0, f"the process ended with {said['status']}"
    # The processor's time is what a file costs; the clock also counts whoever else is at work on the machine.
    assert min(said["seconds"], said["busy"]) < SECONDS, said
    assert said["mib"] < MEMORY, said
    for finding in said["findings"]:
        for text in (finding["zh"], finding["en"]):
            assert text
            assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}], repr(text)
            assert len(text) < 2000
    if said["sheets"] is not None:
        assert READS in expected, said
        return
    blocking = [finding["rule"] for finding in said["findings"] if finding["blocks"]]
    assert len(blocking) == 1, said["findings"]
    assert blocking[0] in expected, said["findings"]


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], bytes]
    expected: set[str]


XLSX_PARTS = ("xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", made.SHEET, "xl/_rels/workbook.xml.rels")
DOCX_PARTS = ("word/document.xml", "_rels/.rels", "word/_rels/document.xml.rels")
PARTS = (
    *(("a.xlsx", made.xlsx, part) for part in XLSX_PARTS),
    *(("a.docx", made.document, part) for part in DOCX_PARTS),
    ("a.ods", made.ods, "content.xml"),
)


@pytest.mark.parametrize("trick", made.ENTITIES)
@pytest.mark.parametrize(("name", "make", "part"), PARTS, ids=[part for _, _, part in PARTS])
def test_entities(runner: Runner, name: str, make: Callable[[], bytes], part: str, trick: str) -> None:
    said = runner.read(made.changed(make(), part, made.ENTITIES[trick]), name)
    check(said, {"FILE-04", READS})
    assert "root:" not in str(said["sheets"])


@pytest.mark.parametrize(
    "change", [made.deep(), made.huge_attribute(), made.many_attributes()], ids=["deep", "long", "many"]
)
@pytest.mark.parametrize(("name", "make", "part"), PARTS, ids=[part for _, _, part in PARTS])
def test_odd_xml(
    runner: Runner, name: str, make: Callable[[], bytes], part: str, change: Callable[[bytes], bytes]
) -> None:
    check(runner.read(made.changed(make(), part, change), name), {"FILE-04", "FILE-08", READS})


@pytest.mark.parametrize(
    ("name", "make", "part"),
    [
        *PARTS,
        ("a.xlsx", made.xlsx, "[Content_Types].xml"),
        ("a.xlsx", made.xlsx, "xl/theme/theme1.xml"),
        ("a.xlsb", lambda: made.sample("table.sheetjs.xlsb"), "xl/worksheets/sheet1.bin"),
        ("a.ods", made.ods, "styles.xml"),
    ],
)
def test_parts_that_expand_beyond_what_the_directory_says(
    runner: Runner, name: str, make: Callable[[], bytes], part: str
) -> None:
    """A part that nobody needs may lie: what matters is that nobody follows it."""
    unused = {"xl/theme/theme1.xml", "styles.xml"}
    check(
        runner.read(made.lying_about(make(), part), name),
        {"FILE-04", "FILE-08"} | ({READS} if part in unused else set()),
    )


ARCHIVES = (
    Case("42.zip", made.nested_bomb, {"FILE-08"}),
    Case("a.zip", lambda: made.doll(50), {"FILE-08"}),
    Case("a.zip", lambda: made.doll(2), {READS}),
    Case("a.zip", lambda: made.member_of("a.csv", made.zeros(4095 * made.MIB), 4095 * made.MIB), {"FILE-08"}),
    Case("a.zip", lambda: made.member_of("a.csv", made.zeros(500 * made.MIB), 500 * made.MIB), {"FILE-08"}),
    Case("a.zip", lambda: made.member_of("a.csv", made.zeros(4095 * made.MIB), 10), {"FILE-04", "FILE-08"}),
    Case("a.xlsx", lambda: made.member_of("xl/workbook.xml", made.zeros(4095 * made.MIB), 10), {"FILE-04", "FILE-08"}),
    Case(
        "a.docx", lambda: made.member_of("word/document.xml", made.zeros(500 * made.MIB), 500 * made.MIB), {"FILE-08"}
    ),
    Case("a.zip", lambda: made.zipped((f"{i}.csv", b"a,b\n1,2\n") for i in range(300)), {"FILE-08"}),
    Case("a.zip", lambda: made.zipped((f"{i}", b"") for i in range(100_001)), {"FILE-08"}),
    Case("a.zip", lambda: made.zipped((f"{i}.png", b"\x89PNG\r\n\x1a\n") for i in range(5_000)), {"FILE-02"}),
    Case("a.zip", lambda: made.zipped([]), {"FILE-01", "FILE-02"}),
    *(
        Case("a.zip", lambda name=name: made.zipped([("好.csv", b"a,b\n1,2\n"), (name, b"x")]), {"FILE-10"})  # type: ignore[misc]
        for name in (
            "../a.csv",
            "/etc/passwd",
            "C:\\a.csv",
            "..\\a.csv",
            "a\n.csv",
            "a\u202evsc.exe",
            "nul",
            "长" * 300,
        )
    ),
)


@pytest.mark.parametrize("case", ARCHIVES, ids=range(len(ARCHIVES)))
def test_archives(runner: Runner, case: Case) -> None:
    check(runner.read(case.make(), case.name), case.expected)


def _deep_tables(levels: int) -> str:
    return "<w:tbl><w:tr><w:tc>" * levels + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * levels


LARGE = (
    Case("one-cell-at-the-end.xlsx", lambda: made.with_cells(made.number("XFD1048576")), {"FILE-08", READS}),
    Case(
        "first-and-last-cell.xlsx", lambda: made.with_cells(made.number("A1") + made.number("XFD1048576")), {"FILE-08"}
    ),
    Case("beyond-the-last-cell.xlsx", lambda: made.with_cells(made.number("ZZZ99999999")), {"FILE-04", "FILE-08"}),
    Case("no-address.xlsx", lambda: made.with_cells(made.number("A18446744073709551616")), {"FILE-04", "FILE-08"}),
    Case("merges.xlsx", made.many_merges, {"FILE-08", READS}),
    Case("sheets.xlsx", made.many_sheets, {"FILE-08"}),
    Case("long-string.xlsx", lambda: made.strings_bomb(40 * made.MIB, 100), {"FILE-08"}),
    Case("long-strings.xlsx", lambda: made.strings_bomb(900_000, 100_000), {"FILE-08", READS}),
    Case("strings.xlsx", lambda: made.strings_bomb(32_000, 1_000_000), {"FILE-08", READS}),
    Case("many-strings.xlsx", made.many_strings, {"FILE-08", READS}),
    Case("rows.ods", lambda: made.ods_repeated(1_048_576, 1024, "1"), {"FILE-08"}),
    Case("columns.ods", lambda: made.ods_repeated(1, 2_000_000_000, "1"), {"FILE-08", "FILE-04"}),
    Case("wide-and-empty.ods", lambda: made.ods_repeated(1_048_576, 16_384, ""), {READS}),
    Case("numbers.ods", lambda: made.ods_repeated(99_999_999_999_999_999_999, 1, "1"), {"FILE-08", "FILE-04"}),
    Case("lying.parquet", made.lying_parquet, {"FILE-04"}),
    Case("footer.parquet", made.endless_footer, {"FILE-04"}),
    Case("rows.parquet", lambda: made.parquet(51_000_000), {"FILE-08"}),
    Case("paragraphs.docx", lambda: made.document_with("<w:p/>" * 8_000_000), {"FILE-08"}),
    Case("cells.docx", lambda: made.document_with("<w:tbl>" + "<w:tr><w:tc/></w:tr>" * 600_000 + "</w:tbl>"), {READS}),
    Case(
        "span.docx",
        lambda: made.document_with(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr></w:tc></w:tr></w:tbl>'
        ),
        {"FILE-08"},
    ),
    Case("tables.docx", lambda: made.document_with("<w:tbl><w:tr><w:tc/></w:tr></w:tbl>" * 100_000), {"FILE-08"}),
    Case("nested.docx", lambda: made.document_with(_deep_tables(80)), {READS, "FILE-04"}),
    Case("deeper.docx", lambda: made.document_with(_deep_tables(30_000)), {"FILE-04"}),
    Case("text.docx", lambda: made.document_with(f"<w:p><w:r><w:t>{'x' * 9_000_000}</w:t></w:r></w:p>"), {"FILE-08"}),
    Case("line.csv", lambda: b"a,b\n" + b"x" * (60 * made.MIB), {"FILE-08", "FILE-07", "FILE-04"}),
    Case("columns.csv", lambda: b"a," * 2_000_000 + b"\n", {"FILE-08"}),
    Case("quote.csv", lambda: b'a,b\n"' + b"x,y\n" * (8 * made.MIB), {"FILE-08", "FILE-07", "FILE-04"}),
    Case("zeros.csv", lambda: b"a,b\n" + bytes(10 * made.MIB), {"FILE-02", "FILE-04", "FILE-05"}),
    Case("circle.xls", made.looping_compound, {"FILE-04", "FILE-02", READS}),
    Case("noise.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 1000, {"FILE-04"}),
    Case("start.xls", lambda: b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(1000), {"FILE-04"}),
)


@pytest.mark.parametrize("case", LARGE, ids=[case.name for case in LARGE])
def test_large(runner: Runner, case: Case) -> None:
    check(runner.read(case.make(), case.name), case.expected)


WHOLE: dict[str, Callable[[], bytes]] = {
    "a.xlsx": made.xlsx,
    "b.xlsx": lambda: made.sample("table.libreoffice.xlsx"),
    "a.xlsm": lambda: made.sample("table.sheetjs.xlsm"),
    "a.xlsb": lambda: made.sample("table.sheetjs.xlsb"),
    "a.xls": lambda: made.sample("table.libreoffice.xls"),
    "b.xls": lambda: made.sample("table.sheetjs.biff5.xls"),
    "a.ods": made.ods,
    "a.docx": made.document,
    "a.parquet": made.parquet,
    "a.zip": lambda: made.zipped([("a.xlsx", made.xlsx()), ("b.csv", b"a,b\n1,2\n")]),
    "a.csv": lambda: made.sample("table.iconv.gb18030.csv"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_read(runner: Runner, name: str) -> None:
    check(runner.read(WHOLE[name](), name), {READS})


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("name", [name for name in WHOLE if name != "a.csv"])
def test_truncated(runner: Runner, name: str, tenth: int) -> None:
    data = WHOLE[name]()
    said = runner.read(data[: len(data) * tenth // 10], name)
    check(said, {"FILE-01"} if tenth == 0 else {"FILE-04"})


@pytest.mark.parametrize("tenth", range(10))
def test_truncated_text_is_text_or_one_finding(runner: Runner, tenth: int) -> None:
    """A shorter text file is one; where the cut goes through a letter or a line, that is said."""
    data = WHOLE["a.csv"]()
    check(runner.read(data[: len(data) * tenth // 10], "a.csv"), {"FILE-01", "FILE-05", "FILE-07", READS})


ENCRYPTED: dict[str, Callable[[], bytes]] = {
    "a.xlsx": lambda: made.encrypted_office(made.xlsx()),
    "a.xlsb": lambda: made.encrypted_office(made.sample("table.sheetjs.xlsb")),
    "a.docx": lambda: made.encrypted_office(made.document()),
    "a.ods": made.encrypted_ods,
    "a.xls": made.encrypted_xls,
    "a.zip": lambda: made.member_of("a.csv", b"\x03\x00", 0, flags=1),
    "a.parquet": lambda: b"PARE" + bytes(100) + b"PARE",
}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_encrypted(runner: Runner, name: str) -> None:
    check(runner.read(ENCRYPTED[name](), name), {"FILE-03"})


def test_an_encrypted_member_is_one_finding(runner: Runner) -> None:
    data = made.zipped([("a.xlsx", made.encrypted_office(made.xlsx())), ("b.csv", b"a,b\n1,2\n")])
    said = runner.read(data, "a.zip")
    assert [f["rule"] for f in said["findings"] if f["blocks"]] == ["FILE-03"]
    assert "a.zip/a.xlsx" in said["findings"][0]["en"]


NAMES = (
    "a\0b.xlsx",
    "a\nb.csv",
    "\u202evsc.xlsx",
    "../../etc/passwd",
    "C:\\a.csv",
    "\x1b[2Ja.xls",
    "\ud800.csv",
    "长" * 5000,
)


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:20] for name in NAMES])
@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"a,b\n1,2\n3\n"], ids=["none", "png", "zip", "csv"]
)
def test_names_of_files(runner: Runner, name: str, data: bytes) -> None:
    """A message shows no control character of a name, and does not turn around where a name would."""
    check(runner.read(data, name), {"FILE-01", "FILE-02", "FILE-04", "FILE-07", READS})


def test_members_of_every_kind_in_one_archive(runner: Runner) -> None:
    data = made.zipped([(f"目录/{name}", make()) for name, make in WHOLE.items()] + [("__MACOSX/._a.xlsx", b"x")])
    said = runner.read(data, "全部.zip")
    check(said, {READS})
    assert [f["rule"] for f in said["findings"] if f["rule"] == "FILE-11"] == ["FILE-11"]
    assert {name.split("/")[1] for name, *_ in said["sheets"]} == set(WHOLE)


def test_methods_that_are_read(runner: Runner) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        check(runner.read(made.zipped([("a.csv", b"a,b\n1,2\n")], method), "a.zip"), {READS})
