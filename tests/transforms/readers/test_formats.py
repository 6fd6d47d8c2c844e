"""What a file is said to be, by its bytes alone: whatever it is called, wherever it was cut off."""

from __future__ import annotations

import io
import mmap
import struct
import tempfile
from typing import get_args

import pytest

from tests.transforms.readers import hostile_files as made
from transforms.book import Kind, Limits
from transforms.readers.archive.archive import open_archive
from transforms.readers.formats import compound as compound_names
from transforms.readers.formats.detection import DAMAGED, KINDS, SUFFIXES, TEXT, detect_archive, detect_format

XML = b'<?xml version="1.0" encoding="UTF-8"?>\r\n'


def archive_format(members: dict[str, bytes]) -> str:
    return detect_archive(open_archive(made.zipped(members.items()), Limits())).id


def sample_format(name: str) -> str:
    data = made.sample(name)
    found = detect_format(data)
    return detect_archive(open_archive(data, Limits())).id if found.id == "zip" else found.id


class TestFormat:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"", "empty"),
            (b"a,b\n1,2\n", "text"),
            ("甲,乙\n".encode("gb18030"), "text"),
            ("甲,乙\n".encode("utf-16"), "text"),
            ("a,b\n".encode("utf-16-le") * 20, "text"),
            ("一月,开通,最多\n".encode("utf-16-le") * 20, "text"),  # 4E00, 5F00, 6700
            ("一月,46\n".encode("utf-16-be") * 20, "text"),
            (b"\0\0\xfe\xff" + "a,b\n".encode("utf-32-be") * 20, "text"),
            (b"<50 people,3\n", "text"),
            (b"MZone,1\n", "exe"),
            (b"PK\x05\x06" + bytes(18), "zip"),
            (b"PK00PK\x03\x04", "zip"),
            (b"\x89PNG\r\n\x1a\n", "png"),
            (b"%PDF-1.7", "pdf"),
            (b"\xef\xbb\xbf%PDF-1.7", "pdf"),
            (b"{\\rtf1", "rtf"),
            (b"Rar!\x1a\x07\x00", "rar"),
            (b"7z\xbc\xaf\x27\x1c", "7z"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"PAR1", "parquet"),
            (b"PARE", "encrypted"),
            (b"BM\x0a\x00\x00\x00" + bytes(4), "bmp"),
            (b"RIFF\0\0\0\0WEBP", "webp"),
            (b"a" + bytes(256) + b"ustar", "tar"),
            (b"\x03\x7a\x01\x01" + struct.pack("<LHH", 1, 65, 11) + bytes(52) + b"\x0d" + bytes(10), "dbf"),
            (b"\x09\x08\x10\x00\x00\x06\x05\x00", "xls"),
            (b"\x09\x04\x06\x00\x00\x00\x10\x00", "xls"),
            (b"\x09\x00\x04\x00\x02\x00\x10\x00", "xls"),
            (bytes(range(256)) * 10, "binary"),
            (b"\x00" * 100, "binary"),
        ],
    )
    def test_by_first_bytes(self, data: bytes, expected: str) -> None:
        assert detect_format(data).id == expected

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"<html><body><table>", "html"),
            (b"\r\n  <!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.0'>", "html"),
            (b"<!-- exported --><table border=1><tr><td>1</td></tr></table>", "html"),
            (b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><table>', "html"),
            (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">', "html"),
            ("<html><table>".encode("utf-16"), "html"),
            ("<html><table><tr>".encode("utf-16-le") * 9, "html"),
            (XML + b'<html xmlns="http://www.w3.org/1999/xhtml">', "html"),
            (XML + b'<?mso-application?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "xml2003"),
            (XML + b'<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">', "wordml"),
            (XML + b'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">', "wordml"),
            (XML + b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">', "fods"),
            (XML + b"<data/>", "xml"),
            (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "mhtml"),
            (b"From: <Saved by WPS>\r\nSubject: x\r\nMIME-Version: 1.0\r\n", "mhtml"),
            (b"Date: 2020,From: x\r\n", "text"),
        ],
    )  # fmt: skip
    def test_pages_and_xml_under_whatever_suffix(self, data: bytes, expected: str) -> None:
        found = detect_format(data)
        assert found.id == expected
        assert found == TEXT or "xlsx" in found.advice_en or "docx" in found.advice_en

    def test_mapped_from_disk(self) -> None:
        for data in (b"a,b\n", made.sample("table.libreoffice.xls"), made.xlsx(), b"\x00\x01" * 4000):
            with tempfile.TemporaryFile() as file:
                file.write(data)
                file.flush()
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                    assert detect_format(mapped) == detect_format(data)

    def test_every_kind_has_suffixes(self) -> None:
        assert set(SUFFIXES) == set(get_args(Kind))
        assert set(KINDS.values()) <= set(SUFFIXES)
        assert all(suffix.startswith(".") and suffix == suffix.lower() for all_ in SUFFIXES.values() for suffix in all_)

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("table.libreoffice.xlsx", "xlsx"),
            ("table.sheetjs.xlsx", "xlsx"),
            ("table.sheetjs.xlsm", "xlsm"),
            ("table.sheetjs.xlsb", "xlsb"),
            ("table.libreoffice.xls", "xls"),
            ("table.sheetjs.biff5.xls", "xls"),
            ("table.sheetjs.biff8.xls", "xls"),
            ("table.libreoffice.ods", "ods"),
            ("table.sheetjs.ods", "ods"),
            ("table.libreoffice.docx", "docx"),
            ("table.iconv.gb18030.csv", "text"),
        ],
    )
    def test_files_of_several_writers(self, name: str, expected: str) -> None:
        assert sample_format(name) == expected


class TestArchive:
    @pytest.mark.parametrize(
        ("member", "expected"),
        [
            ("xl/workbook.xml", "xlsx"),
            ("XL/Workbook.xml", "xlsx"),
            ("xl\\workbook.xml", "xlsx"),
            ("xl/workbook.bin", "xlsb"),
            ("word/document.xml", "docx"),
            ("ppt/presentation.xml", "pptx"),
            ("OFD.xml", "ofd"),
            ("Index/Document.iwa", "iwork"),
            ("AndroidManifest.xml", "apk"),
            ("META-INF/MANIFEST.MF", "jar"),
            ("META-INF/container.xml", "epub"),
            ("报表.xlsx", "zip"),
            ("a/xl/workbook.xml", "zip"),
        ],
    )
    def test_by_members(self, member: str, expected: str) -> None:
        assert archive_format({member: b"x"}) == expected

    @pytest.mark.parametrize(
        ("content_type", "expected"),
        [
            (b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "xlsx"),
            (b"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml", "xlsx"),
            (b"application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xlsm"),
            (b"application/vnd.ms-excel.sheet.binary.macroEnabled.main", "xlsb"),
            (b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "docx"),
            (b"application/vnd.ms-word.document.macroEnabled.main+xml", "docx"),
            (b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "pptx"),
            (b"text/plain", "zip"),
        ],
    )
    def test_by_content_type(self, content_type: bytes, expected: str) -> None:
        assert (
            archive_format({"[Content_Types].xml": b'<Types><Override ContentType="' + content_type + b'"/>'})
            == expected
        )

    def test_macros_make_an_xlsm(self) -> None:
        assert archive_format({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}) == "xlsm"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [(b"spreadsheet", "ods"), (b"spreadsheet-template", "ods"), (b"text", "odt"), (b"x", "zip")],
    )
    def test_open_document(self, kind: bytes, expected: str) -> None:
        mime = b"application/vnd.oasis.opendocument." + kind
        assert archive_format({"mimetype": mime, "content.xml": b"x"}) == expected
        manifest = b'<manifest:file-entry manifest:media-type="' + mime.removesuffix(b"-template") + b'"/>'
        assert archive_format({"content.xml": b"x", "META-INF/manifest.xml": manifest}) == expected

    def test_encrypted_open_document(self) -> None:
        assert detect_archive(open_archive(made.encrypted_ods(), Limits())).id == "encrypted"


def compound(*entries: tuple[str, int, int, int, int]) -> bytes:
    """A compound file of a header, a table of one sector, and a directory: name, kind, left, right, child."""
    none = 0xFFFFFFFF
    count = -(-len(entries) // 4)
    header = compound_names.SIGNATURE + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9L", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<L", 0)
    header += struct.pack("<L", none) * 108
    chain = [0xFFFFFFFD, *range(2, count + 1), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}L", *chain).ljust(512, b"\xff")
    listed = io.BytesIO()
    for name, kind, left, right, child in entries:
        raw = name.encode("utf-16-le") + b"\0\0"
        listed.write(raw.ljust(64, b"\0") + struct.pack("<HBB3L", len(raw), kind, 1, left, right, child) + bytes(48))
    return header + table + listed.getvalue().ljust(512 * count, b"\0")


NONE = 0xFFFFFFFF
ROOT = ("Root Entry", 5, NONE, NONE, 1)


class TestCompound:
    @pytest.mark.parametrize(
        ("stream", "expected"),
        [
            ("Workbook", "xls"),
            ("Book", "xls"),
            ("WORKBOOK", "xls"),
            ("BOOK", "xls"),
            ("WordDocument", "doc"),
            ("PowerPoint Document", "ppt"),
            ("EncryptedPackage", "encrypted"),
            ("__properties_version1.0", "msg"),
            ("Something", "ole"),
        ],
    )
    def test_by_what_lies_below_the_root(self, stream: str, expected: str) -> None:
        assert detect_format(compound(ROOT, ("a", 2, NONE, 2, NONE), (stream, 2, NONE, NONE, NONE))).id == expected

    def test_a_document_within_a_workbook_is_no_document(self) -> None:
        within = ("WordDocument", 2, NONE, NONE, NONE)
        entries = (ROOT, ("MBD0001", 1, 3, NONE, 2), within, ("Workbook", 2, NONE, NONE, NONE))
        assert detect_format(compound(*entries)).id == "xls"

    def test_a_directory_of_several_sectors(self) -> None:
        chain = [(f"s{i}", 2, NONE, i + 1, NONE) for i in range(1, 20)]
        assert detect_format(compound(ROOT, *chain, ("Workbook", 2, NONE, NONE, NONE))).id == "xls"

    def test_neighbours_in_a_circle(self) -> None:
        assert detect_format(compound(ROOT, ("a", 2, 2, 2, 1), ("Workbook", 2, 1, 1, NONE))).id == "xls"

    def test_sectors_in_a_circle(self) -> None:
        assert detect_format(made.looping_compound()).id == "xls"

    def test_a_directory_that_is_cut_off(self) -> None:
        whole = compound(ROOT, ("Workbook", 2, NONE, NONE, NONE))
        assert detect_format(whole[:1024]) == DAMAGED
        assert detect_format(whole[:20]) == DAMAGED
        assert detect_format(whole[:76] + b"\xff" * 436 + whole[512:]).id == "xls"
        assert detect_format(whole[:48] + b"\xff" * 4 + whole[52:]).id == "xls"
