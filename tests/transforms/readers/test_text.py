"""Text files: which encoding, which delimiter, which quotes; and the fast way against the careful one."""

from __future__ import annotations

import codecs
import itertools
import mmap
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.book import Limits, Sheet, text_grid
from transforms.readers.shelf import Shelf
from transforms.readers.text.converting import open_converter, standard
from transforms.readers.text.delimited import UnreadableError, read_carefully
from transforms.readers.text.dialects import Dialect, sniff
from transforms.readers.text.encodings import detect_encoding
from transforms.readers.text.proof import IrregularError
from transforms.readers.text.regular import CellsError, read_regularly
from transforms.readers.text.table import read_text
from transforms.readers.text.transcoding import ControlError

LIMITS = Limits()
TABLE = "名称,数量,备注\n江西,46,\n北京,139,进场\n"
ROWS = [("名称", "数量", "备注"), ("江西", "46", None), ("北京", "139", "进场")]


def sheet_of(data: bytes | str, scratch: Path | None = None) -> Sheet:
    part = read_text(data.encode() if isinstance(data, str) else data, "报表.csv", LIMITS, scratch)
    assert part.findings == ()
    (sheet,) = part.sheets
    assert (sheet.name, sheet.hidden, sheet.first_row, sheet.types) == ("", False, 1, None)
    return sheet


def rows_of(data: bytes | str) -> list[tuple[str | None, ...]]:
    return sheet_of(data).grid.rows()


def refused(data: bytes | str, **limits: int) -> list[tuple[str, str]]:
    data = data.encode() if isinstance(data, str) else data
    part = read_text(data, "报表.csv", replace(LIMITS, **limits), None)
    assert part.sheets == ()
    assert all(f.blocks and "报表.csv" in f.message_zh and "报表.csv" in f.message_en for f in part.findings)
    return [(finding.rule, finding.message_zh) for finding in part.findings]


def only_refusal(data: bytes | str, **limits: int) -> tuple[str, str]:
    (only,) = refused(data, **limits)
    return only


# --- encodings


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_breaks(codec: str, label: str, delimiter: str, newline: str) -> None:
    sheet = sheet_of(TABLE.replace(",", delimiter).replace("\n", newline).encode(codec))
    assert (sheet.encoding, sheet.delimiter, sheet.grid.rows()) == (label, delimiter, ROWS)


@pytest.mark.needs("iconv")
@pytest.mark.parametrize(
    ("target", "text", "label"),
    [
        ("GB18030", TABLE, "GB18030"),
        ("GB18030", "姓名,备注\n䶮,𠮷野\n", "GB18030"),
        ("GBK", TABLE, "GB18030"),
        ("BIG5", "名稱,數量\n江西,46\n", "Big5"),
        ("CP950", "名稱,單價€\n江西,46\n", "Big5"),
        ("BIG5-HKSCS", "名稱,數量\n啫喱,咗嘅哋\n", "Big5-HKSCS"),
        ("UTF-16LE", TABLE, "UTF-16"),
        ("UTF-16BE", TABLE, "UTF-16"),
        ("UTF-16", TABLE, "UTF-16"),
        ("UTF-32", TABLE, "UTF-32"),
    ],
)
def test_what_iconv_wrote(target: str, text: str, label: str) -> None:
    made = subprocess.run(["iconv", "-f", "UTF-8", "-t", target], input=text.encode(), capture_output=True, check=True)
    sheet = sheet_of(made.stdout)
    expected = [tuple(field or None for field in line.split(",")) for line in text.splitlines()]
    assert (sheet.encoding, sheet.grid.rows()) == (label, expected)


SIMPLIFIED = (
    "指标名称,单位,本月底到达|本月|单位|名称|报表|数量|江西省|电信|移动|联通|公司|地市,数量|编号,日期,内容,企业|用户数|收入|合计"
    "|固定电话用户|通信业务收入,同比增长|年,月,日|备注|投诉处理情况|赣州,九江,上饶|填表人|注：本表"
)
TRADITIONAL = (
    "指標名稱,單位,本月|本月|單位|名稱|報表|數量|江西省|電信|聯通|公司|地市,數量|編號,日期,內容,企業|用戶數|合計"
    "|固定電話用戶|通信業務收入,同比增長|年,月,日|備註,單位|投訴處理情況|贛州,九江,上饒|填表人|註：本表"
)


@pytest.mark.parametrize("text", SIMPLIFIED.split("|"))
def test_short_texts_in_gb18030(text: str) -> None:
    assert detect_encoding(text.encode("gb18030")).label == "GB18030"


@pytest.mark.parametrize("text", TRADITIONAL.split("|"))
def test_short_texts_in_big5(text: str) -> None:
    assert detect_encoding(text.encode("big5")).label == "Big5"


@pytest.mark.parametrize("text", ["m²,25°\n", "Привет,мир\n", "café,naïve\n", "a,b\n", "Ω,5\n"])
def test_utf8_beyond_chinese_stays_utf8(text: str) -> None:
    assert detect_encoding(text.encode()).label == "UTF-8"


def test_text_that_shows_its_encoding_late(tmp_path: Path) -> None:
    text = "a,b\n" + "1,2\n" * 200_000 + "江西,数量\n"
    for codec, label in (("gb18030", "GB18030"), ("utf-8", "UTF-8")):
        sheet = sheet_of(text.encode(codec), tmp_path)
        assert (sheet.encoding, sheet.grid.height, sheet.grid.row(-1)) == (label, 200_002, ("江西", "数量"))


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.sampled_from(["utf-8-sig", "gb18030", "utf-16", "utf-32"]),
)
def test_no_character_is_lost(text: str, codec: str) -> None:
    text = "指标名称\n" + text.replace("\ufffd", "") + "单位\n"
    marks = {"utf-16": codecs.BOM_UTF16_LE, "utf-32": codecs.BOM_UTF32_LE, "gb18030": b"\x84\x31\x95\x33"}
    data = text.encode(codec)
    if not data.startswith(marks.get(codec, codecs.BOM_UTF8)):
        data = marks[codec] + data
    part = read_text(data, "a.txt", LIMITS, None)
    if part.sheets and part.sheets[0].grid.width == 1 and '"' not in text:
        assert [row or "" for (row,) in part.sheets[0].grid.rows()] == text.split("\n")[:-1]
    else:
        assert part.sheets or part.findings


# --- what cannot be decoded


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "big5"])
def test_a_broken_byte_is_named_with_row_offset_and_value(codec: str) -> None:
    whole = ("名稱,數量\n" if codec == "big5" else "名称,数量\n").encode(codec)
    line = ("江西省通信管理局,本月\n" * 20).encode(codec.removesuffix("-sig"))
    at = len(whole) + line.index("局,".encode(codec.removesuffix("-sig")))
    data = whole + line
    rule, message = only_refusal(data[:at] + b"\xff" + data[at + 1 :])
    assert rule == "FILE-05"
    for said in ("第 2 行", "0xFF", f"第 {at} 字节"):
        assert said in message


def test_a_broken_byte_far_into_the_file_names_record_and_physical_line() -> None:
    data = '名称,备注\n"江西\n省",甲\n'.encode("gb18030") + "南昌,乙\n".encode("gb18030") * 600_000
    at = len(data) - 3
    _, message = only_refusal(data[:at] + b"\xff" + data[at + 1 :])
    assert f"第 600002 行（文件第 600003 个物理行）有无法解码的字节 0xFF（文件第 {at} 字节" in message


def test_a_broken_byte_in_utf8_does_not_pass_as_another_encoding() -> None:
    """Its bytes would decode as GB18030 into other characters; the file is still UTF-8 with one byte broken."""
    good = "名称甲,数量\n江西信息通信,46\n".encode()
    for offset in (i for i, byte in enumerate(good) if byte > 0x7F):
        broken = good[:offset] + b"\xb0" + good[offset + 1 :]
        part = read_text(broken, "a.csv", LIMITS, None)
        if part.sheets:
            broken.decode("utf-8")  # another character, which no reader can know
        else:
            assert [f.rule for f in part.findings] == ["FILE-05"]


def test_a_broken_byte_in_gb18030_does_not_pass_as_big5() -> None:
    good = ("指标名称,单位,本月底到达\n" * 3).encode("gb18030")
    for offset in (i for i, byte in enumerate(good) if byte > 0x7F):
        part = read_text(good[:offset] + b"\xff" + good[offset + 1 :], "a.csv", LIMITS, None)
        assert [f.rule for f in part.findings] == ["FILE-05"]
        assert "GB18030 字节" in part.findings[0].message_zh


def test_half_a_character_of_utf16() -> None:
    assert only_refusal(TABLE.encode("utf-16")[:-1])[0] == "FILE-05"
    assert "第 2 行" in only_refusal("甲\n乙".encode("utf-16") + b"\x00\xd8")[1]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_a_control_character_is_named(codec: str) -> None:
    text = "名称,数量\n江西,4\x006\n"
    rule, message = only_refusal(text.encode(codec))
    at = len("名称,数量\n江西,4".encode(codec))
    assert (rule, "第 2 行" in message, "控制字符" in message) == ("FILE-05", True, True)
    assert f"第 {at} 字节" in message


def test_what_another_program_lost_is_named_cell_by_cell() -> None:
    said = refused("名称,数量\n江\ufffd,46\n北京,\ufffd\n" + "\ufffd,1\n" * 40, findings=3)
    assert [rule for rule, _ in said] == ["FILE-05"] * 3
    assert "单元格 A2" in said[0][1]
    assert "单元格 B3" in said[1][1]
    assert "另有 39 处" in said[2][1]


# --- delimiters and quotes


@pytest.mark.parametrize(
    ("text", "delimiter", "width"),
    [
        ("a\tb\tc\n1\t2\t3\n4\t5\t6\n注：1,2\n3,4\n5,6\n7,8\n9,10\n", "\t", 3),
        ('编号,卡号\n1,"123\t"\n2,"456\t"\n3,"789\t"\n', ",", 2),
        ("卡号,名称,数\n123\t,甲,1\n456\t,乙,2\n789\t,丙,3\n", ",", 3),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";", 2),
        ("标题，很长\n说明，还有\n", ",", 1),
        ("名称，数量，备注\n江西，46，无\n北京，139，无\n", "，", 3),
        ("江西\n北京\n", ",", 1),
        ("a,b,c\n1,2,3,\n4,5,6,\n", ",", 3),
        ("名称\t备注\n\t甲;乙;丙\n注：无\t\n", "\t", 2),
    ],
)
def test_the_delimiter_is_found_by_evidence(text: str, delimiter: str, width: int) -> None:
    dialect = sniff(text)
    assert (dialect.delimiter, dialect.width) == (delimiter, width)


def test_a_full_width_comma_delimits_where_every_line_has_it() -> None:
    assert rows_of("名称，数量，备注\n江西，46，\n北京，139，无\n")[1] == ("江西", "46", None)


def test_a_line_that_tells_the_delimiter_is_row_1() -> None:
    sheet = sheet_of("sep=;\r\na;b,c\r\n1;2,5\r\n")
    assert (sheet.delimiter, sheet.grid.rows()) == (";", [("sep=;", None), ("a", "b,c"), ("1", "2,5")])
    assert "第 3 行" in only_refusal("sep=;\na;b\n1;2;3\n")[1]


def test_a_row_is_a_record_as_spreadsheets_show_it() -> None:
    data = 'a,b\n"两\n行",""""\n\nx,"1,5"\n'
    assert rows_of(data) == [("a", "b"), ("两\n行", '"'), (None, None), ("x", "1,5")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('尺寸,数\n19",2\n', ('19"', "2")),
        ('名称,数\n"智慧"江西,2\n', ('"智慧"江西', "2")),
        ('名称,同上,数\n甲,",1\n乙,",2\n', ("甲", '"', "1")),
        ('a,b\n x ,"\ty "\n', (" x ", "\ty ")),
        ('a,b\n"",x\n', (None, "x")),
    ],
)
def test_quotes_that_are_text_and_blanks_are_kept(text: str, row: tuple[str | None, ...]) -> None:
    assert rows_of(text)[1] == row


@pytest.mark.parametrize("line", ['"a', '"a"b,1', '"1,5","a"b'])
def test_unbalanced_quotes(line: str) -> None:
    rule, message = only_refusal(f"x,y\n1,2\n{line},3\n")
    assert (rule, "第 3 行" in message) == ("FILE-07", True)


def test_ragged_lines_are_each_named() -> None:
    part = read_text('标题\n甲,乙,丙\n1,2,3\n"4\n4",5\n6,7,8,9\n1,2,3\n注：说明\n'.encode(), "a.csv", LIMITS, None)
    assert part.sheets == ()
    assert [(f.rule, f.cell, f.filed) for f in part.findings] == [("FILE-07", "A4", "2"), ("FILE-07", "A5", "4")]
    assert "第 4 行有 2 个字段，其他行有 3 个" in part.findings[0].message_zh
    assert "row 5 (physical line 6)" in part.findings[1].message_en


def test_many_ragged_lines_are_counted() -> None:
    said = refused("a,b\n" + "1,2\n" * 30_000 + "1\n" * 25_000)
    assert len(said) == LIMITS.findings
    assert f"另有 {25_000 - LIMITS.findings} 处" in said[-1][1]


def test_titles_notes_blank_lines_and_empty_fields_behind() -> None:
    text = "标题,\n单位：万户\n甲,乙,丙\n1,2,3\n\n4,5,6,,\n ,\n注：自查数据\n2.含南昌\n"
    assert rows_of(text) == [
        ("标题", None, None),
        ("单位：万户", None, None),
        ("甲", "乙", "丙"),
        ("1", "2", "3"),
        (None, None, None),
        ("4", "5", "6"),
        (" ", None, None),
        ("注：自查数据", None, None),
        ("2.含南昌", None, None),
    ]


@pytest.mark.parametrize("lines", ["1\n2,3\n", "注：甲\n2,3\n", "1,2\n南昌\n", "1,2,3\n"])
def test_a_record_cut_short_or_too_long_is_no_title_and_no_note(lines: str) -> None:
    assert {rule for rule, _ in refused("a,b\n1,2\n1,2\n" + lines)} == {"FILE-07"}


# --- limits and blanks


def test_limits() -> None:
    assert only_refusal(TABLE, laid_cells=8)[0] == "FILE-08"
    assert sheet_of(TABLE).grid.shape == (3, 3)
    assert only_refusal(TABLE, columns=2)[0] == "FILE-08"
    assert only_refusal("甲,乙\n1,23456\n", characters=4)[0] == "FILE-08"
    assert rows_of("甲,乙\n1," + "长" * 200_000 + "\n")[1][1] == "长" * 200_000


@pytest.mark.parametrize("data", [b" \n\t\n", codecs.BOM_UTF8, "\u3000\n".encode("gb18030"), codecs.BOM_UTF16_LE])
def test_nothing_but_blanks(data: bytes) -> None:
    assert only_refusal(data)[0] == "FILE-01"


@pytest.mark.alone
def test_a_hostile_text_is_refused_soon() -> None:
    started = time.perf_counter()
    assert only_refusal(b"a,b\n" + b"," * 40_000_000)[0] == "FILE-08"
    assert only_refusal(b"\n" * 50_000_000 + b"x", laid_cells=20_000_000)[0] == "FILE-08"
    assert only_refusal(b'a,b\n"' + b"1,2\n" * 10_000_000)[0] == "FILE-07"
    assert time.perf_counter() - started < 10


# --- the fast way and the careful way


def by(way: str, text: str, dialect: Dialect, limits: Limits, scratch: Path | None = None) -> pl.DataFrame | None:
    """The grid that one way gives; None where it does not vouch for the text."""
    shelf = Shelf(scratch)
    data = text.encode()
    cut = len(data) // 2
    while cut < len(data) and 0x80 <= data[cut] < 0xC0:
        cut += 1
    try:
        if way == "fast":
            read_regularly(iter((data[:cut], data[cut:])), dialect, limits, shelf)
            return shelf.grid(dialect.width)
        found, findings = read_carefully(
            lambda: iter((data[:cut].decode(), data[cut:].decode())), dialect, "a", limits, shelf
        )
    except (IrregularError, CellsError, UnreadableError):
        return None
    return None if findings else shelf.grid(found.width)


FRAGMENTS = st.sampled_from(
    [
        "a",
        "江",
        ",",
        ",",
        ",",
        "\n",
        "\n",
        "\r\n",
        "\r",
        '"',
        '"',
        '""',
        " ",
        "\t",
        "注：",
        ";",
        "\ufeff",
        "\u3000",
        "'",
        "#",
        "\\",
    ]
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40).map("".join), st.integers(1, 4))
@example('a,b\n"x""y",2\r\n\n,\n', 2)
@example("\ufeffa,b\n1,2\n", 2)
@example('a\n\n""\nb', 1)
@example('a,b\n"1\r2",3\r\n"4\r\n5",6\r', 2)
def test_the_fast_way_gives_what_the_careful_way_gives(text: str, width: int) -> None:
    dialect = Dialect(",", width)
    fast = by("fast", text, dialect, LIMITS)
    if fast is not None:
        careful = by("careful", text, dialect, LIMITS)
        assert careful is not None
        assert fast.rows() == careful.rows()


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.lists(st.text(st.sampled_from(list('a江,";\n\r \t')), max_size=4), min_size=3, max_size=3), min_size=1)
)
def test_the_fast_way_reads_every_table_that_is_written_as_one(table: list[list[str]]) -> None:
    """Quoted throughout, nothing is doubtful: neither way may give way to the other, and every character is kept."""
    text = "".join(",".join('"' + field.replace('"', '""') + '"' for field in row) + "\r\n" for row in table)
    expected = text_grid(table, 3).rows()
    fast = by("fast", text, Dialect(",", 3), LIMITS)
    careful = by("careful", text, Dialect(",", 3), LIMITS)
    assert careful is not None
    assert careful.rows() == expected
    assert fast is None or fast.rows() == expected
    assert fast is not None or set("".join(map("".join, table))) & set('\r\n"')


def test_the_fast_way_is_taken_for_what_is_plainly_regular() -> None:
    text = '标题\na,b\n1,2\n\n"x, ""y""",\n"两\n行",3\n注：甲\n'
    fast = by("fast", text, Dialect(",", 2), LIMITS)
    assert fast is not None
    assert fast.rows()[4:6] == [('x, "y"', None), ("两\n行", "3")]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_ever_raise(content: bytes) -> None:
    part = read_text(content, "a.csv", LIMITS, None)
    assert bool(part.sheets) != bool(part.findings)


def test_the_grid_in_a_folder_is_the_grid_in_memory(tmp_path: Path) -> None:
    text = "编号,名称\n" + "".join(f'{i},"江西,{i}"\n' for i in range(300_000))
    (tmp_path / "a.csv").write_bytes(text.encode("gb18030"))
    with (tmp_path / "a.csv").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        mapped = read_text(data, "a.csv", LIMITS, tmp_path / "scratch")
        again = read_text(data, "a.csv", LIMITS, tmp_path / "scratch")
    in_memory = read_text(text.encode("gb18030"), "a.csv", LIMITS, None)
    for part in (mapped, again):
        assert part.sheets[0].grid.equals(in_memory.sheets[0].grid)
    assert mapped.sheets[0].grid.row(-1) == ("299999", "江西,299999")


def test_a_control_character_ends_either_way() -> None:
    with pytest.raises(ControlError):
        read_regularly(iter((b"a,b\n1,\x01\n",)), Dialect(",", 2), LIMITS, Shelf(None))


@pytest.mark.alone
def test_four_thousand_rows_are_quick() -> None:
    data = ("编号,日期,内容,企业\n" + "JX-1,2020-01-02,不明扣费，要求核实,中国电信\n" * 4000).encode("gb18030")
    sheet_of(data)
    start = time.perf_counter()
    assert sheet_of(data).grid.height == 4001
    assert time.perf_counter() - start < 0.3


# --- GB18030 by the C library and by Python


def _by_codec(code: bytes) -> bytes | None:
    try:
        return standard(code.decode("gb18030").encode())
    except UnicodeDecodeError:
        return None


def _by_converter(code: bytes) -> bytes | None:
    with open_converter("gb18030") as convert:
        try:
            return convert(code, True)
        except UnicodeDecodeError:
            return None


def test_the_c_library_and_python_agree_on_every_code_of_two_bytes_and_of_four() -> None:
    one = [bytes((a,)) for a in range(256)]
    two = [bytes((a, b)) for a in range(0x80, 0x100) for b in range(256)]
    digits, leads = range(0x30, 0x3A), (0x81, 0x82, 0x83, 0x84, 0x85, 0x90, 0x95, 0xE3, 0xE4, 0xFD)
    four = [bytes((a, b, c, d)) for a in leads for b in digits for c in range(0x81, 0xFF, 5) for d in digits]
    assert [code.hex() for code in one + two + four if _by_codec(code) != _by_converter(code)] == []


def _in_pieces(data: bytes, cuts: list[int]) -> tuple[bytes, int | None]:
    """What was given, and the offset of the byte that ended it."""
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data), len(data)]
    out = b""
    with open_converter("gb18030") as convert:
        for start, end in itertools.pairwise(places):
            try:
                out += convert(data[start:end], end == len(data) and start == end)
            except UnicodeDecodeError as error:
                return out, end - len(error.object) + error.start
    return out, None


@settings(max_examples=500, deadline=None)
@given(st.text(), st.binary(max_size=3), st.text(), st.lists(st.integers(0, 200), max_size=4))
def test_pieces_may_be_cut_anywhere(text: str, junk: bytes, more: str, cuts: list[int]) -> None:
    data = text.encode("gb18030", "ignore") + junk + more.encode("gb18030", "ignore")
    try:
        expected, offset = standard(data.decode("gb18030").encode()), None
    except UnicodeDecodeError as error:
        expected, offset = standard(data[: error.start].decode("gb18030").encode()), error.start
    out, found = _in_pieces(data, cuts)
    assert found == offset
    assert out == expected if offset is None else expected.startswith(out)


def test_characters_that_older_programs_put_into_private_use() -> None:
    heading = "指标名称,本月底到达数量\n"
    assert rows_of(heading.encode("gb18030") + b"\xa8\xbc,\xfe\x59\n")[1] == ("\u1e3f", "\u9fb4")
