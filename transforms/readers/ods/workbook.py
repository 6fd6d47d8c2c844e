"""An OpenDocument spreadsheet (.ods) → sheets of text cells with their places.

A walk of our own over content.xml: python-calamine 0.9 refuses files with white space between their cells (SheetJS
writes such) and gives error values as empty cells. A document type is refused at sight, so that no entity is ever
expanded; rows and cells that repeat to the end of the sheet without a value cost nothing.
"""

from __future__ import annotations

from contracts.finding import Finding
from transforms.book import Limits, Part
from transforms.readers.archive.archive import Archive
from transforms.readers.cell_table import CellBudget, TooLargeError
from transforms.readers.ods.sheet import OdsError, SheetReader
from transforms.readers.ods.styles import Styles
from transforms.readers.outcomes import (
    comments_found,
    damaged,
    encrypted,
    macros_found,
    objects_found,
    sheets_without_cells,
    too_large,
)
from transforms.readers.xml_walk import XmlError, walk_xml

_LISTS_OF_MACROS = ("-lc.xml", "-lb.xml")  # LibreOffice writes these even where they list nothing.


def read_ods(archive: Archive, name: str, limits: Limits) -> Part:
    """Every sheet, or the one finding that says why there is none (FILE-03, FILE-04, FILE-08).

    Beside the sheets: FILE-12 for macros, FILE-13 for pictures, charts, objects and copies of other files' sheets.
    Raises what `archive.read` raises.
    """
    if "content.xml" not in archive:
        return Part((), (damaged(name, "没有 content.xml / no content.xml"),))
    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""
    if b"encryption-data" in manifest:
        return Part((), (encrypted(name),))
    try:
        styles = Styles()
        if "styles.xml" in archive:
            walk_xml(archive.read("styles.xml"), _StyleReader(styles))
        reader = SheetReader(styles, CellBudget(limits))
        walk_xml(archive.read("content.xml"), reader)
    except (OdsError, XmlError) as error:
        return Part((), (damaged(name, str(error)),))
    except TooLargeError as error:
        return Part((), (too_large(name, error.zh, error.en),))
    if not reader.sheets:
        return Part((), (damaged(name, "没有工作表 / no sheet"),))
    return Part(tuple(reader.sheets), _remarks(archive, name, reader))


class _StyleReader:
    """Takes the styles of a part, and nothing else of it."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._styles.note(tag, attributes)

    def end(self, tag: str) -> None:
        """Nothing ends that matters."""

    def data(self, text: str) -> None:
        """No text matters."""


def _remarks(archive: Archive, name: str, reader: SheetReader) -> tuple[Finding, ...]:
    """Findings that stand beside the sheets: what the file holds and no grid can."""
    found: list[Finding] = []
    scripts = [
        m for m in archive.names if m.startswith(("Basic/", "Scripts/")) and not m.endswith(("-lc.xml", "-lb.xml"))
    ]
    if scripts:
        found.append(macros_found(name))
    if reader.foreign:
        en = "a copy of a sheet of another file"
        found.append(sheets_without_cells(name, "FILE-13", reader.foreign, "引用的其他文件的缓存", en))
    if reader.objects:
        found.append(objects_found(name, list(reader.objects)))
    if reader.comments:
        found.append(comments_found(name))
    return tuple(found)
