"""What a file is, judged by its bytes and never by its suffix.

Recognises far more than is read, so that a filer is told what the file looks like and what to do about it. It opens
nothing and decides nothing about the content; the names it gives are for a message.
"""

from __future__ import annotations

import re

from transforms.book import Buffer, Kind
from transforms.readers.archive.archive import Archive
from transforms.readers.formats import compound
from transforms.readers.formats.names import (
    ARCHIVES,
    BINARY,
    BMP,
    CHARTS_2003,
    COMPOUND,
    CONTENT_TYPES,
    DAMAGED,
    DBF,
    DOCX,
    EMPTY,
    ENCRYPTED,
    EXCEL_2003_XML,
    FLAT_ODF,
    HTML,
    MHTML,
    MIMETYPES,
    OLE,
    SIGNATURES,
    TAR,
    TEXT,
    WEBP,
    WORD_2003_XML,
    XLS,
    XLSB,
    XLSM,
    XLSX,
    XML,
    ZIP,
    Format,
)
from transforms.readers.text.encodings import wide_encoding

__all__ = [
    "DAMAGED",
    "DOCX",
    "EMPTY",
    "ENCRYPTED",
    "KINDS",
    "SUFFIXES",
    "TEXT",
    "XLS",
    "XLSB",
    "XLSM",
    "XLSX",
    "ZIP",
    "Format",
    "detect_archive",
    "detect_format",
]

SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xltx"),
    "xlsm": (".xlsm", ".xltm", ".xlam"),
    "xlsb": (".xlsb",),
    "xls": (".xls", ".xlt", ".et", ".ett"),
    "ods": (".ods", ".ots"),
    "csv": (".csv", ".txt"),
    "tsv": (".tsv", ".tab", ".txt"),
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "parquet": (".parquet", ".pq"),
    "zip": (".zip",),
}
KINDS: dict[str, Kind] = {
    "xlsx": "xlsx",
    "xlsm": "xlsm",
    "xlsb": "xlsb",
    "xls": "xls",
    "ods": "ods",
    "docx": "docx",
    "parquet": "parquet",
    "zip": "zip",
}
"""The kind that a format is read as, by the format's id; text becomes "csv" or "tsv" by what separates its fields."""

_TYPES = "[content_types].xml"
_HEAD = 1 << 16
_SAMPLE = 1 << 20
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\f\r\x1a\x1b")
# BOF of BIFF2 to BIFF5: a workbook of before compound files, or of a program that never wrote them.
_BIFF = re.compile(
    rb"\x09(\x00\x04\x00|\x02\x06\x00|\x04\x06\x00|\x08[\x04-\x10]\x00)..[\x05\x06\x10\x20\x40]\x00", re.DOTALL
)
_PAGE = re.compile(
    r"<(!doctype\s+html|html|head|body|table|meta|style|title|div|center|font|script|link|thead|tbody|tr)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"(\s*<!--.*?-->)*\s*", re.DOTALL)
_MIME = re.compile(r"(from|date|subject|x-[\w-]+|mime-version|content-type)\s*:", re.IGNORECASE)


def detect_format(data: Buffer) -> Format:
    """What `data` looks like from outside; a ZIP archive is told apart further by `detect_archive`."""
    if not len(data):
        return EMPTY
    head = bytes(data[:_HEAD])
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"PK00PK\x03\x04")):
        return ZIP
    if head.startswith(compound.SIGNATURE):
        return _detect_compound(data)
    if _BIFF.match(head):
        return XLS
    for signature, found in SIGNATURES:
        if head.startswith(signature):
            return found
    return _detect_shape(data, head) or _detect_markup(head) or _text_or_binary(bytes(data[:_SAMPLE]))


def detect_archive(archive: Archive) -> Format:
    """What a ZIP archive is: an Office file of some kind by its main part, or else an archive of files.

    Reads the parts that say so, and so raises what `Archive.read` raises.
    """
    names = {name.lower(): name for name in archive.names}
    types = archive.read(names[_TYPES]) if _TYPES in names else b""
    by_type = (found for content_type, found in CONTENT_TYPES if content_type in types)
    by_name = (found for member, found in ARCHIVES if member.lower() in names)
    found = next(by_type, None) or next(by_name, None)
    if found == XLSX and "xl/vbaproject.bin" in names:
        return XLSM
    return found or _detect_open_document(archive)


def _detect_open_document(archive: Archive) -> Format:
    """An OpenDocument file, a book, or neither; the manifest tells what is encrypted."""
    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""
    declared = archive.read("mimetype").strip() if "mimetype" in archive else b""
    if not declared and "content.xml" in archive:
        declared = next((mime for mime in MIMETYPES if b'"' + mime + b'"' in manifest), b"")
    found = MIMETYPES.get(declared.removesuffix(b"-template"))
    if found is None:
        return ZIP
    return ENCRYPTED if b"encryption-data" in manifest else found


def _detect_compound(data: Buffer) -> Format:
    names = {name.lower() for name in compound.root_names(data)}
    for stream, found in COMPOUND:
        if stream.lower() in names:  # Some programs write them in capitals, and Excel does not mind.
            return found
    if names:
        return OLE
    return next((found for stream, found in COMPOUND if compound.mentions(data, stream)), DAMAGED)


def _detect_shape(data: Buffer, head: bytes) -> Format | None:
    """Formats that one signature at the start does not tell."""
    if head.startswith(b"BM") and int.from_bytes(head[2:6], "little") == len(data):
        return BMP
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[257:262] == b"ustar":
        return TAR
    header_length = int.from_bytes(head[8:10], "little")
    if head[0] in b"\x03\x30\x83\x8b\xf5" and len(head) > header_length > 32 and 1 <= head[2] <= 12:
        return DBF if b"\x0d" in head[header_length - 1 : header_length] else None
    return None


def _detect_markup(head: bytes) -> Format | None:
    """Pages and XML, in whatever encoding; also what calls itself .xls and is a page, as many web systems export."""
    text = _markup_text(head)
    if _MIME.match(text) and re.search(r"^mime-version\s*:", text, re.IGNORECASE | re.MULTILINE):
        return MHTML
    comments = _COMMENTS.match(text)
    body = text[comments.end() if comments else 0 :]
    if body.startswith(("<?xml", "<?mso-application")):
        return _detect_xml(text)
    return HTML if _PAGE.match(body) else None


def _detect_xml(text: str) -> Format:
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return EXCEL_2003_XML
    if "schemas.microsoft.com/office/word/2003/wordml" in text or "/office/2006/xmlPackage" in text:
        return WORD_2003_XML
    if "urn:oasis:names:tc:opendocument:xmlns:office" in text:
        return FLAT_ODF
    if re.search(r"<(!doctype\s+)?html\b", text, re.IGNORECASE):
        return HTML
    return CHARTS_2003 if "urn:schemas-microsoft-com:office" in text else XML


def _markup_text(head: bytes) -> str:
    """The start of a file as text good enough to see tags in: they are ASCII in every encoding that pages have."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").lstrip()
    if _zeros_alternate(head):
        return head.replace(b"\0", b"").decode("latin-1").lstrip()
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip()


def _text_or_binary(sample: bytes) -> Format:
    """Text has next to no control characters; UTF-16 has, and says so by its mark, its zeros or its characters.

    By zeros alone it is not told: 一, 开 and 最 are 4E00, 5F00 and 6700.
    """
    if sample.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or _zeros_alternate(sample):
        return TEXT
    if b"\0" in sample and wide_encoding(sample[:_HEAD]):
        return TEXT
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return BINARY if controls > max(3, len(sample) // 100) else TEXT


def _zeros_alternate(data: bytes) -> bool:
    """Whether zero bytes stand only at even or only at odd places, and are many: UTF-16 without its mark."""
    sample = data[:65536]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    return min(even, odd) == 0 and max(even, odd) > len(sample) // 20
