"""What a file is, judged by its bytes and never by its suffix.

Recognises far more than is read, so that a filer is told what the file looks like. It opens nothing and decides nothing
about the content; the names it gives are for a message.
"""

from __future__ import annotations

from dataclasses import dataclass

SUFFIXES: dict[str, tuple[str, ...]] = {"xlsx": (".xlsx", ".xlsm"), "csv": (".csv", ".txt", ".tsv")}


@dataclass(frozen=True)
class Format:
    """A recognised format. `id` is stable; `zh` and `en` name it; `document` says that tables may well be in it."""

    id: str
    zh: str
    en: str
    document: bool = False


EMPTY = Format("empty", "空文件", "an empty file")
TEXT = Format("text", "文本", "text", document=True)
ZIP = Format("zip", "ZIP 压缩包", "a ZIP archive")
XLSX = Format("xlsx", "Excel 工作簿（xlsx）", "an Excel workbook (xlsx)", document=True)
ENCRYPTED = Format("encrypted", "设有密码的 Office 文件", "a password-protected Office file")
BINARY = Format("binary", "无法识别的二进制内容", "unknown binary content")

_SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", Format("png", "PNG 图片", "a PNG image")),
    (b"\xff\xd8\xff", Format("jpeg", "JPEG 图片", "a JPEG image")),
    (b"GIF8", Format("gif", "GIF 图片", "a GIF image")),
    (b"II*\x00", Format("tiff", "TIFF 图片", "a TIFF image")),
    (b"MM\x00*", Format("tiff", "TIFF 图片", "a TIFF image")),
    (b"%PDF", Format("pdf", "PDF 文件", "a PDF document", document=True)),
    (b"%OFD", Format("ofd", "OFD 版式文件", "an OFD document", document=True)),
    (b"{\\rtf", Format("rtf", "RTF 文档", "an RTF document", document=True)),
    (b"Rar!\x1a\x07", Format("rar", "RAR 压缩包", "a RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", Format("7z", "7z 压缩包", "a 7z archive")),
    (b"\x1f\x8b", Format("gzip", "GZIP 压缩文件", "a GZIP file")),
    (b"MZ", Format("exe", "可执行程序", "a program")),
    (b"PAR1", Format("parquet", "Parquet 文件", "a Parquet file")),
    (b"SQLite format 3\x00", Format("sqlite", "SQLite 数据库", "an SQLite database")),
)
_MARKUP: tuple[tuple[bytes, Format], ...] = (
    (b"<!doctype html", Format("html", "网页（HTML）", "an HTML page", document=True)),
    (b"<html", Format("html", "网页（HTML）", "an HTML page", document=True)),
    (b"<?xml", Format("xml", "XML 文件", "an XML file", document=True)),
    (b"<?mso-application", Format("xml", "XML 文件", "an XML file", document=True)),
)
_COMPOUND: tuple[tuple[str, Format], ...] = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", Format("doc", "Word 97–2003 文档（doc）", "a Word 97–2003 document (doc)", document=True)),
    ("PowerPoint Document", Format("ppt", "PowerPoint 97–2003 演示文稿（ppt）", "a PowerPoint 97–2003 file (ppt)")),
    ("Workbook", Format("xls", "Excel 97–2003 工作簿（xls）", "an Excel 97–2003 workbook (xls)", document=True)),
    ("Book", Format("xls", "Excel 5.0/95 工作簿（xls）", "an Excel 5.0/95 workbook (xls)", document=True)),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVES: tuple[tuple[str, Format], ...] = (
    ("xl/workbook.bin", Format("xlsb", "Excel 二进制工作簿（xlsb）", "a binary Excel workbook (xlsb)", document=True)),
    ("word/document.xml", Format("docx", "Word 文档（docx）", "a Word document (docx)", document=True)),
    ("ppt/presentation.xml", Format("pptx", "PowerPoint 演示文稿（pptx）", "a PowerPoint file (pptx)")),
    ("OFD.xml", Format("ofd", "OFD 版式文件", "an OFD document", document=True)),
)
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.spreadsheet": Format(
        "ods", "OpenDocument 电子表格（ods）", "an OpenDocument spreadsheet (ods)", document=True
    ),
    b"application/vnd.oasis.opendocument.text": Format(
        "odt", "OpenDocument 文本（odt）", "an OpenDocument text (odt)", document=True
    ),
}


def detect_format(data: bytes) -> Format:
    """What `data` looks like from outside; a ZIP archive is told apart further by `detect_archive`."""
    if not data:
        return EMPTY
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if data.startswith(_OLE):
        return _detect_compound(data)
    for signature, found in _SIGNATURES:
        if data.startswith(signature):
            return found
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data):
        return Format("bmp", "BMP 图片", "a BMP image")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format("webp", "WebP 图片", "a WebP image")
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((found for start, found in _MARKUP if head.startswith(start)), _text_or_binary(data))


def detect_archive(names: frozenset[str], declared_type: bytes) -> Format:
    """What a ZIP archive with these members is; `declared_type` is the content of its member "mimetype", if any."""
    if "xl/workbook.xml" in names:
        return XLSX
    for member, found in _ARCHIVES:
        if member in names:
            return found
    return _OPEN_DOCUMENT.get(declared_type.strip(), ZIP)


def _detect_compound(data: bytes) -> Format:
    for stream, found in _COMPOUND:
        if stream.encode("utf-16-le") + b"\0\0" in data:
            return found
    return Format("ole", "OLE 复合文件", "an OLE compound file")


def _text_or_binary(data: bytes) -> Format:
    """Text has next to no control characters; UTF-16 has, and says so by its mark or by a zero in every other byte."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _zeros_alternate(data):
        return TEXT
    controls = len(data) - len(data.translate(None, bytes(c for c in range(32) if c not in b"\t\n\f\r")))
    return BINARY if controls > max(3, len(data) // 100) else TEXT


def _zeros_alternate(data: bytes) -> bool:
    """Whether zero bytes stand only at even or only at odd places, and are many: UTF-16 without its mark."""
    sample = data[:65536]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return min(even, odd) == 0 and max(even, odd) > len(sample) // 20
