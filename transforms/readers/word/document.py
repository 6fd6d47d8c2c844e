"""Word documents (docx, docm): every table a sheet, and the text around the tables another.

Text is read as it shows once all tracked changes are accepted, and that there are some is said. Macros are never run,
pictures and embedded files never opened, and nothing outside of the file is ever asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from transforms.book import Limits, Part, Sheet, cell_address, text_grid
from transforms.readers.archive.archive import (
    Archive,
    ArchiveDamagedError,
    ArchiveEncryptedError,
    ArchiveTooLargeError,
)
from transforms.readers.outcomes import damaged, encrypted, macros_found, too_large
from transforms.readers.word.grid import merged_ranges, place_cells
from transforms.readers.word.parts import DocumentError, DocumentTooLargeError, Story, open_stories
from transforms.readers.word.text import Walk

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PROSE = "正文"
_ABOVE = 5  # paragraphs right before a table that may be its title and its unit note
_INSERTED, _DELETED = (_W + "ins", _W + "moveTo"), (_W + "del", _W + "moveFrom")
_PICTURES = ("{*}pic", "{*}imagedata", "{*}chart", "{*}relIds")
_EMBEDDED = (_W + "object", _W + "altChunk", _W + "subDoc", _W + "control")


def read_document(archive: Archive, name: str, limits: Limits) -> Part:
    """Sheets 表1, 表2, … in document order (tables in headers, text boxes and notes too), and 正文, the other text.

    正文 is prose: one paragraph a row, in column A, blank ones left out; then headers, footers, notes and comments.
    """
    try:
        stories = open_stories(archive)
        walk = Walk()
        for story in stories:
            walk.add(story.root)
    except (ArchiveDamagedError, DocumentError) as error:
        return Part((), (damaged(name, str(error)),))
    except ArchiveEncryptedError:
        return Part((), (encrypted(name),))
    except (ArchiveTooLargeError, DocumentTooLargeError) as error:
        return Part((), (too_large(name, f"展开后过大（{error}）", f"too large once expanded ({error})"),))
    if walk.lost:
        detail = f"{walk.lost} characters of its text lie where no text can be"
        return Part((), (damaged(name, detail),))
    if beyond := _beyond(walk, limits):
        return Part((), (too_large(name, *beyond),))
    sheets = tuple(_sheets(walk))
    if not sheets:
        zh, en = f"文件“{name}”没有内容：既无表格也无文字。", f"File “{name}” has no content: no table and no text."
        return Part((), (structure_finding("FILE-01", zh, en), *_notes(name, archive, stories, walk, limits)))
    return Part(sheets, tuple(_notes(name, archive, stories, walk, limits)))


def _sheets(walk: Walk) -> Iterator[Sheet]:
    before = 0
    for number, table in enumerate(walk.tables, start=1):
        grid = text_grid(place_cells(table), table.width)
        hidden = tuple(table.hidden_rows)
        above = tuple(text for text in walk.prose[before : table.above] if text.strip())[-_ABOVE:]
        before = max(before, table.above)
        merged = merged_ranges(table)
        yield Sheet(f"表{number}", False, 1, grid, merged=merged, hidden_rows=hidden, above=above)
    paragraphs = [text for text in walk.prose if text.strip()]
    if paragraphs:
        yield Sheet(_PROSE, False, 1, text_grid([[text] for text in paragraphs], 1), prose=True)


def _beyond(walk: Walk, limits: Limits) -> tuple[str, str] | None:
    """Which limit the document passes, in Chinese and in English, before any grid is laid out."""
    if len(walk.tables) > limits.sheets:
        return f"{len(walk.tables)} 张表，上限 {limits.sheets}", f"{len(walk.tables)} tables, at most {limits.sheets}"
    width = max((table.width for table in walk.tables), default=0)
    if width > limits.columns:
        return f"一张表有 {width} 列，上限 {limits.columns}", f"a table of {width} columns, at most {limits.columns}"
    cells = sum(table.width * len(table.rows) for table in walk.tables)
    if cells > limits.cells:
        return f"{cells} 格，上限 {limits.cells}", f"{cells} cells, at most {limits.cells}"
    in_cells = (len(cell.text) for table in walk.tables for row in table.rows for cell in row)
    longest = max(max(in_cells, default=0), max(map(len, walk.prose), default=0))
    if longest > limits.characters:
        return (
            f"一格有 {longest} 个字符，上限 {limits.characters}",
            f"a cell of {longest} characters, at most {limits.characters}",
        )
    return None


def _notes(name: str, archive: Archive, stories: Sequence[Story], walk: Walk, limits: Limits) -> Iterator[Finding]:
    """What the filer should know of a document that was read."""
    if any(member.endswith("vbaProject.bin") for member in archive.names):
        yield macros_found(name)
    pictures, embedded = _count(stories, _PICTURES), _count(stories, _EMBEDDED)
    if pictures or embedded:
        yield structure_finding(
            "FILE-13",
            f"文件“{name}”中有 {pictures} 处图片或图表、{embedded} 处嵌入的对象，其中的内容未读取。",
            f"File “{name}” holds {pictures} pictures or charts and {embedded} embedded objects; "
            "what they show was not read.",
        )
    inserted, deleted = _count(stories, _INSERTED), _count(stories, _DELETED)
    if inserted or deleted:
        yield structure_finding(
            "FILE-14",
            f"文件“{name}”有未接受的修订：{inserted} 处插入、{deleted} 处删除；按全部接受后的内容读取。",
            f"File “{name}” has pending tracked changes, {inserted} insertions and {deleted} deletions; "
            "it was read as if all were accepted.",
            cells=tuple(_changed_cells(walk))[: limits.findings],
        )
    if walk.hidden:
        yield structure_finding(
            "FILE-15",
            f"文件“{name}”有 {walk.hidden} 个字符的隐藏文字；已与其他文字一同读取。",
            f"File “{name}” has {walk.hidden} characters of hidden text; they were read like all other text.",
        )


def _changed_cells(walk: Walk) -> Iterator[Cell]:
    for number, table in enumerate(walk.tables, start=1):
        for row, cells in enumerate(table.rows, start=1):
            for cell in cells:
                if cell.changed:
                    yield Cell(f"表{number}", cell_address(row, cell.column), text=cell.text)
    row = 0
    for place, text in enumerate(walk.prose):
        row += bool(text.strip())
        if place in walk.changed and text.strip():
            yield Cell(_PROSE, cell_address(row, 0), text=text)


def _count(stories: Sequence[Story], tags: tuple[str, ...]) -> int:
    """Elements of these tags, without those that repeat another form of the same, or are a picture of an object."""
    return sum(not _repeats(element) for story in stories for element in story.root.iter(*tags))


def _repeats(element: Any) -> bool:
    is_image = element.tag.endswith("}imagedata")
    return any(above.tag == _FALLBACK or (is_image and above.tag == _W + "object") for above in element.iterancestors())
