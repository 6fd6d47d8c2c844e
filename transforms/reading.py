"""Bytes of a received file → a book of text cells that remember sheet, row and column.

What the file is is judged by its content, never by its suffix. A file that cannot be read gives one finding and no
book; nothing a filer sends makes this raise. Reading knows no contract: what the cells mean comes after.
"""

from __future__ import annotations

from pathlib import PurePath

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Book, Kind, Limits, Reading, Sheet, text_grid
from transforms.readers.archives import ArchiveDamagedError, ArchiveEncryptedError, ArchiveTooLargeError, expand_archive
from transforms.readers.delimited import read_records
from transforms.readers.encodings import decode_text
from transforms.readers.formats import (
    EMPTY,
    ENCRYPTED,
    SUFFIXES,
    TEXT,
    XLSX,
    ZIP,
    Format,
    detect_archive,
    detect_format,
)
from transforms.readers.workbooks import damaged, read_workbook

__all__ = ["Book", "Limits", "Reading", "Sheet", "read_book"]

_NO_LIMITS = Limits()


def read_book(data: bytes, name: str, limits: Limits = _NO_LIMITS) -> Reading:
    """The book in `data`, a file that was called `name`; or None and the findings that say why.

    xlsx (through python-calamine) and CSV (UTF-8, GB18030, or UTF-16 with its mark; comma, semicolon or tab). One
    finding for a file that cannot be read, except FILE-07, which is one for every line of another length.
    """
    found = detect_format(data)
    if found == EMPTY:
        zh, en = f"文件“{name}”为空（0 字节）。", f"File “{name}” is empty (0 bytes)."
        return _refused(structure_finding("FILE-01", zh, en))
    if len(data) > limits.expanded_bytes:
        return _refused(_too_large(name, limits))
    if found == ENCRYPTED:
        return _refused(_encrypted(name))
    if found == ZIP:
        return _read_archive(data, name, limits)
    if found == TEXT:
        return _read_text(data, name, limits)
    return _refused(_not_read(name, found))


def _read_archive(data: bytes, name: str, limits: Limits) -> Reading:
    try:
        members = expand_archive(data, limits.expanded_bytes)
    except ArchiveDamagedError as error:
        return _refused(damaged(name, str(error)))
    except ArchiveEncryptedError:
        return _refused(_encrypted(name))
    except ArchiveTooLargeError:
        return _refused(_too_large(name, limits))
    found = detect_archive(frozenset(members), members.get("mimetype", b""))
    if found != XLSX:
        return _refused(_not_read(name, found))
    sheets = read_workbook(data, members, name, limits)
    if isinstance(sheets, Finding):
        return _refused(sheets)
    return Reading(Book(name, "xlsx", sheets), _suffix_note(name, "xlsx", found))


def _read_text(data: bytes, name: str, limits: Limits) -> Reading:
    decoded = decode_text(data, name)
    if isinstance(decoded, Finding):
        return _refused(decoded)
    if not decoded.text.strip():
        zh, en = f"文件“{name}”没有内容，只有空白。", f"File “{name}” has no content, only blanks."
        return _refused(structure_finding("FILE-01", zh, en))
    records, findings = read_records(decoded.text, name, limits.cells)
    if records is None:
        return Reading(None, findings)
    grid = text_grid(records.rows, records.width)
    sheet = Sheet("", False, 1, grid, encoding=decoded.encoding, delimiter=records.delimiter)
    return Reading(Book(name, "csv", (sheet,)), _suffix_note(name, "csv", TEXT))


def _suffix_note(name: str, kind: Kind, found: Format) -> tuple[Finding, ...]:
    suffix = PurePath(name).suffix.lower()
    if suffix in SUFFIXES[kind]:
        return ()
    return (
        structure_finding(
            "FILE-06",
            f"文件“{name}”的扩展名是“{suffix}”，内容却是{found.zh}；已按内容读取。",
            f"File “{name}” has the suffix “{suffix}”, but its content is {found.en}; it was read by its content.",
            filed=suffix,
            expected=" / ".join(SUFFIXES[kind]),
        ),
    )


def _not_read(name: str, found: Format) -> Finding:
    return structure_finding(
        "FILE-02",
        f"文件“{name}”看起来是{found.zh}，本版本不读取。请以 xlsx 或 csv 重新报送。",
        f"File “{name}” looks like {found.en}, which is not read in this version. File it again as xlsx or csv.",
        filed=found.id,
    )


def _encrypted(name: str) -> Finding:
    return structure_finding(
        "FILE-03",
        f"文件“{name}”设有打开密码，无法读取。请取消密码后重新报送。",
        f"File “{name}” is protected by a password and cannot be read. Remove the password and file it again.",
    )


def _too_large(name: str, limits: Limits) -> Finding:
    size = f"{limits.expanded_bytes / 1024 / 1024:.0f} MiB"
    return structure_finding(
        "FILE-08",
        f"文件“{name}”展开后超过上限 {size}。",
        f"File “{name}” expands beyond the limit of {size}.",
        expected=f"展开后不超过 {size} / at most {size} once expanded",
    )


def _refused(finding: Finding) -> Reading:
    return Reading(None, (finding,))
