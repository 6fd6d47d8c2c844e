"""What an xlsx workbook holds beside cells: macros, pictures, charts, embedded files, text boxes, comments.

Counted and said, never read: data belongs in cells, and a filer who put some elsewhere must know that it was not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.book import Limits
from transforms.readers.archive.archive import Archive
from transforms.readers.outcomes import macros_found, sheets_without_cells
from transforms.readers.xlsx.package import NO_PART, SheetPart

_MACROS = re.compile(r"xl/(?:.*/)?vbaproject\.bin|xl/macrosheets/.+", re.IGNORECASE)
_COUNTED = (
    (re.compile(r"xl/media/.+", re.IGNORECASE), "张图片", "pictures"),
    (re.compile(r"xl/charts/chart(?:ex)?\d*\.xml", re.IGNORECASE), "个图表", "charts"),
    (
        re.compile(r"xl/(?:embeddings|activex|diagrams)/(?!_rels)[^/]*(?<!\.rels)", re.IGNORECASE),
        "个嵌入对象",
        "embedded objects",
    ),
)
_DRAWINGS = re.compile(r"xl/drawings/drawing\d*\.xml", re.IGNORECASE)
_COMMENTS = re.compile(r"xl/(?:comments\d*|comments/comment\d*|threadedcomments/.+)\.xml", re.IGNORECASE)
_SHAPE = re.compile(rb"<(?:\w+:)?sp\s.*?</(?:\w+:)?sp>", re.DOTALL)
_SHAPE_TEXT = re.compile(rb"<(?:\w+:)?t>[^<]*[^<\s][^<]*</")
_COMMENT = re.compile(rb"<(?:\w+:)?(?:threadedC|c)omment\s")


def notes_beside(archive: Archive, name: str, parts: Sequence[SheetPart], limits: Limits) -> tuple[Finding, ...]:
    """FILE-12 for macros; FILE-13 for what lies over the cells, in one finding, and for sheets that have no cells.

    Raises what `archive.read` raises.
    """
    found: list[Finding] = []
    macros = [part.name for part in parts if "macro" in part.type.lower()]
    if macros:
        found.append(sheets_without_cells(name, "FILE-12", _few(macros, limits), "宏表", "a macro sheet"))
    if any(_MACROS.fullmatch(member) for member in archive.names):
        found.append(macros_found(name))
    others = (
        ("chartsheet", "图表工作表", "a chart sheet"),
        ("dialogsheet", "对话框工作表", "a dialog sheet"),
        (NO_PART, "没有内容的条目（如旧版宏模块）", "an entry without a sheet (such as an old macro module)"),
    )
    for kind, zh, en in others:
        if sheets := [part.name for part in parts if part.type == kind]:
            found.append(sheets_without_cells(name, "FILE-13", _few(sheets, limits), zh, en))
    if counts := _counts(archive):
        zh, en = "、".join(f"{n} {unit}" for n, unit, _ in counts), ", ".join(f"{n} {unit}" for n, _, unit in counts)
        found.append(
            structure_finding(
                "FILE-13",
                f"文件“{name}”中有{zh}，其中的内容未读取，只读取了单元格。",
                f"File “{name}” holds {en}; what they show or say was not read, only cells were.",
                filed=en,
            )
        )
    return tuple(found)


def _few(sheets: list[str], limits: Limits) -> list[str]:
    return [*sheets[: limits.findings], "…"] if len(sheets) > limits.findings else sheets


def _counts(archive: Archive) -> list[tuple[int, str, str]]:
    counts = [(sum(1 for m in archive.names if name.fullmatch(m)), zh, en) for name, zh, en in _COUNTED]
    boxes = sum(_text_boxes(xml) for xml in _members(archive, _DRAWINGS))
    comments = max(_comments(archive, r"(?i)xl/comments"), _comments(archive, r"(?i)xl/threaded"))
    counts += [(boxes, "个有文字的文本框", "text boxes"), (comments, "处批注", "comments")]
    return [count for count in counts if count[0]]


def _members(archive: Archive, name: re.Pattern[str]) -> Iterable[bytes]:
    return (archive.read(member) for member in archive.names if name.fullmatch(member))


def _text_boxes(xml: bytes) -> int:
    return sum(1 for shape in _SHAPE.findall(xml) if _SHAPE_TEXT.search(shape))


def _comments(archive: Archive, folder: str) -> int:
    """A threaded comment stands in both kinds of part: in the older one as a copy for older programs."""
    parts = (member for member in archive.names if _COMMENTS.fullmatch(member) and re.match(folder, member))
    return sum(len(_COMMENT.findall(archive.read(member))) for member in parts)
