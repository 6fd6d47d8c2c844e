"""Bytes of a received file → a book of text cells that remember sheet, row and column.

What the file is is judged by its content, never by its suffix. A file that cannot be read gives findings and no book;
nothing a filer sends makes this raise. Reading knows no contract: what the cells mean comes after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import polars as pl

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Book, Buffer, Kind, Limits, Part, Reading, Sheet
from transforms.readers.archive.archive import (
    Archive,
    ArchiveDamagedError,
    ArchiveEncryptedError,
    ArchiveTooLargeError,
    ArchiveUnsafeError,
    is_junk,
    open_archive,
    printable,
)
from transforms.readers.formats.detection import (
    DAMAGED,
    EMPTY,
    ENCRYPTED,
    SUFFIXES,
    TEXT,
    ZIP,
    Format,
    detect_archive,
    detect_format,
)
from transforms.readers.outcomes import damaged, encrypted, too_large

__all__ = ["Book", "Limits", "Reading", "Sheet", "read_book"]

_NO_LIMITS = Limits()
_FIRST_ROWS = 1000


def read_book(data: Buffer, name: str, limits: Limits = _NO_LIMITS, scratch: Path | None = None) -> Reading:
    """The book in `data`, a file that was called `name`; or None and the findings that say why.

    Formats: those of `contracts.structure.READ`. One finding for a file that cannot be read, except FILE-07, which is
    one for every line of another length. With `scratch`, a folder to lay files in, a large text is never in memory
    whole: its grid is mapped from there, and the folder must outlive the book.
    """
    # In messages the name is made inert: it may hold line ends, or marks that turn the text around it.
    kind, part = _Opening(limits, scratch).read(data, printable(name), None, 0)
    if kind is None or not part.sheets:
        return Reading(None, part.findings)
    if not any(map(_says_something, part.sheets)):
        zh = f"文件“{printable(name)}”没有内容，只有空白单元格。"
        en = f"File “{printable(name)}” has no content, only blank cells."
        return Reading(None, (structure_finding("FILE-01", zh, en), *part.findings))
    return Reading(Book(name, kind, part.sheets), part.findings)


def _says_something(sheet: Sheet) -> bool:
    """Whether any cell is more than blanks; a large register shows that in its first rows."""
    for grid in (sheet.grid.head(_FIRST_ROWS), sheet.grid.slice(_FIRST_ROWS)):
        if grid.width and grid.height:
            found = grid.lazy().select((pl.all().str.strip_chars() != "").any()).collect(engine="streaming").row(0)
            if any(found):
                return True
    return False


@dataclass(frozen=True)
class _Opening:
    """Reading one received file, and what lies within it."""

    limits: Limits
    scratch: Path | None

    def read(self, data: Buffer, name: str, within: Archive | None, depth: int) -> tuple[Kind | None, Part]:
        """What `data` is (None if it is not read) and what it holds; `depth` archives lie around it."""
        found = detect_format(data)
        if found == EMPTY:
            zh, en = f"文件“{name}”为空（0 字节）。", f"File “{name}” is empty (0 bytes)."
            return _refused(structure_finding("FILE-01", zh, en))
        if len(data) > self.limits.expanded_bytes:
            return _refused(_too_large(name, self.limits))
        if found == ENCRYPTED:
            return _refused(encrypted(name))
        if found == DAMAGED:
            return _refused(damaged(name, "目录残缺 / its directory is not whole"))
        if found == ZIP:
            return self._read_archive(data, name, within, depth)
        return self._read_plain(data, name, found)

    def _read_plain(self, data: Buffer, name: str, found: Format) -> tuple[Kind | None, Part]:
        if found == TEXT:
            from transforms.readers.text.table import read_text

            part = read_text(data, name, self.limits, self.scratch)
            tabs = bool(part.sheets) and part.sheets[0].delimiter == "\t"
            return _named("tsv" if tabs else "csv", name, found, part)
        if found.id == "xls":
            from transforms.readers.xls.workbook import read_xls

            return _named("xls", name, found, read_xls(data, name, self.limits))
        if found.id == "parquet":
            from transforms.readers.parquet import read_parquet

            return _named("parquet", name, found, read_parquet(data, name, self.limits, self.scratch))
        return _refused(_not_read(name, found))

    def _read_archive(self, data: Buffer, name: str, within: Archive | None, depth: int) -> tuple[Kind | None, Part]:
        try:
            archive = open_archive(data, self.limits, within)
            found = detect_archive(archive)
            if found == ENCRYPTED:
                return _refused(encrypted(name))
            read = self._reader_of(found)
            if read is not None:
                kind, part = read(data, archive, name)
                return _named(kind, name, found, part)
            if found != ZIP:
                return _refused(_not_read(name, found))
            if depth >= self.limits.nesting:
                return _refused(_too_deep(name, self.limits))
            return "zip", self._read_members(archive, name, depth)
        except ArchiveDamagedError as error:
            return _refused(damaged(name, str(error)))
        except ArchiveEncryptedError:
            return _refused(encrypted(name))
        except ArchiveTooLargeError:
            return _refused(_too_large(name, self.limits))
        except ArchiveUnsafeError as error:
            return _refused(_unsafe(name, error))

    def _reader_of(self, found: Format) -> Callable[[Buffer, Archive, str], tuple[Kind, Part]] | None:
        """What reads an archive of format `found`; None for one that only holds other files, or is not read."""
        match found.id:
            case "xlsx" | "xlsm" | "xlsb" | "ods" as kind:
                from transforms.readers.workbooks import read_workbook

                return lambda data, archive, name: (kind, read_workbook(data, archive, kind, name, self.limits))
            case "docx":
                from transforms.readers.word.document import read_document

                return lambda _, archive, name: ("docx", read_document(archive, name, self.limits))
        return None

    def _read_member(self, archive: Archive, member: str, name: str, depth: int) -> Part:
        try:
            data = archive.read(member)
        except ArchiveDamagedError as error:
            return _refused(damaged(name, str(error)))[1]
        return self.read(data, name, archive, depth)[1]

    def _read_members(self, archive: Archive, name: str, depth: int) -> Part:
        """The sheets of every file in the archive, named "member/sheet"; FILE-11 names those that are not read."""
        if not archive.names:
            zh, en = f"压缩包“{name}”中没有文件。", f"There is no file in archive “{name}”."
            return Part((), (structure_finding("FILE-01", zh, en),))
        sheets: list[Sheet] = []
        findings: list[Finding] = []
        unread: list[str] = []
        for member in archive.names:
            if is_junk(member):
                unread.append(member)
                continue
            part = self._read_member(archive, member, f"{name}/{printable(member)}", depth + 1)
            if any(finding.rule == "FILE-08" for finding in part.findings):
                return Part((), part.findings)
            if not part.sheets and [f.rule for f in part.findings] == ["FILE-02"]:
                unread.append(member)
                continue
            inside = tuple(_inside(member, part))
            sheets += inside
            findings += (_moved(finding, member) for finding in part.findings)
            if len(sheets) > self.limits.sheets or _cells(sheets) > self.limits.cells:
                return Part((), (_too_large(name, self.limits),))
        if unread:
            nothing_read = not sheets and not any(finding.blocks for finding in findings)
            findings.append(_unread(name, unread, self.limits, "FILE-02" if nothing_read else "FILE-11"))
        return Part(tuple(sheets), tuple(findings))


def _inside(member: str, part: Part) -> Iterator[Sheet]:
    for sheet in part.sheets:
        yield replace(sheet, name=f"{member}/{sheet.name}" if sheet.name else member)


def _moved(finding: Finding, member: str) -> Finding:
    """A finding about a member, its cells on the sheets as they are named in the archive."""
    cells = tuple(replace(c, sheet=f"{member}/{c.sheet}" if c.sheet else member) for c in finding.cells)
    return replace(finding, cells=cells)


def _cells(sheets: list[Sheet]) -> int:
    return sum(sheet.grid.height * sheet.grid.width for sheet in sheets)


def _named(kind: Kind, name: str, found: Format, part: Part) -> tuple[Kind, Part]:
    """What was read, with FILE-06 where the suffix says otherwise."""
    suffix = PurePath(name).suffix.lower()
    if not part.sheets or suffix in SUFFIXES[kind]:
        return kind, part
    note = structure_finding(
        "FILE-06",
        f"文件“{name}”的扩展名是“{suffix}”，内容却是{found.zh}；已按内容读取。",
        f"File “{name}” has the suffix “{suffix}”, but its content is {found.en}; it was read by its content.",
        filed=suffix,
        expected=" / ".join(SUFFIXES[kind]),
    )
    return kind, replace(part, findings=(*part.findings, note))


def _not_read(name: str, found: Format) -> Finding:
    return structure_finding(
        "FILE-02",
        f"文件“{name}”看起来是{found.zh}，不作为报表读取。{found.advice_zh}",
        f"File “{name}” looks like {found.en}, which is not read. {found.advice_en}",
        filed=found.id,
    )


def _too_large(name: str, limits: Limits) -> Finding:
    size = f"{limits.expanded_bytes / 1024 / 1024:.0f} MiB"
    return too_large(
        name,
        f"展开后至多 {size}、{limits.cells} 格、{limits.sheets} 张表，压缩比至多 {limits.ratio}",
        f"at most {size} once expanded, {limits.cells} cells, {limits.sheets} sheets, "
        f"{limits.ratio} times its packed size",
    )


def _too_deep(name: str, limits: Limits) -> Finding:
    most = limits.nesting
    return too_large(name, f"压缩包套压缩包超过 {most} 层", f"archives lie in archives more than {most} deep")


def _unsafe(name: str, error: ArchiveUnsafeError) -> Finding:
    return structure_finding(
        "FILE-10",
        f"压缩包“{name}”中的文件名“{error.member}”不可接受：{error.zh}。整个压缩包未读取。",
        f"Archive “{name}” holds the name “{error.member}”, which is refused: {error.en}. Nothing of it was read.",
        filed=error.member,
    )


def _unread(name: str, members: list[str], limits: Limits, rule: str) -> Finding:
    """FILE-11 for members that are not read, or FILE-02 where nothing else is in the archive."""
    shown = "、".join(printable(member) for member in members[: limits.findings])
    more = "…" if len(members) > limits.findings else ""
    return structure_finding(
        rule,
        f"压缩包“{name}”中有 {len(members)} 个文件未读取：{shown}{more}。请核实其中没有应报的数据。",
        f"{len(members)} files of archive “{name}” were not read: {shown}{more}. Make sure nothing due is in them.",
    )


def _refused(finding: Finding) -> tuple[None, Part]:
    return None, Part((), (finding,))
