"""The findings that readers share: damaged, too large, encrypted, macros, pictures.

One message each, in Chinese and in English, naming the file; nothing here looks at a file.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.finding import Finding
from contracts.structure import structure_finding
from transforms.readers.archive.names import printable

_MOST_NAMES = 20


def damaged(name: str, detail: str) -> Finding:
    """FILE-04 for file `name`; `detail` is what the reader said, for whoever looks into it."""
    # Names of parts stand in it, and those are whatever the file says.
    said = printable(" ".join(detail.split())[:200])
    return structure_finding(
        "FILE-04",
        f"文件“{name}”已损坏或不完整，无法打开（{said}）。请用原来的软件打开并另存后重新报送。",
        f"File “{name}” is damaged or incomplete and does not open ({said}). "
        "Open it in its own program, save it anew and file it again.",
    )


def too_large(name: str, zh: str, en: str) -> Finding:
    """FILE-08 for file `name`; `zh` and `en` say which limit it is beyond, and may name a sheet."""
    zh, en = printable(zh), printable(en)
    return structure_finding(
        "FILE-08",
        f"文件“{name}”超过大小上限：{zh}；请拆分或精简后重新报送。",
        f"File “{name}” is beyond the limits: {en}.",
    )


def encrypted(name: str) -> Finding:
    """FILE-03 for file `name`."""
    return structure_finding(
        "FILE-03",
        f"文件“{name}”已加密（设有密码，或保护了工作簿结构），无法读取。请取消密码和保护后重新报送。",
        f"File “{name}” is encrypted (a password, or a protected workbook structure) and cannot be read. "
        "Remove the password and the protection and file it again.",
    )


def macros_found(name: str) -> Finding:
    """FILE-12 for file `name`."""
    return structure_finding(
        "FILE-12",
        f"文件“{name}”含有宏；宏未运行，只读取了单元格。",
        f"File “{name}” holds macros; they were not run, only cells were read.",
    )


def sheets_without_cells(name: str, rule: str, sheets: Sequence[str], zh: str, en: str) -> Finding:
    """FILE-12 or FILE-13 for sheets that are no worksheets and were not read; `zh` and `en` say what they are."""
    listed_zh, listed_en = _listed(sheets)
    return structure_finding(
        rule,
        f"文件“{name}”的{listed_zh}是{zh}，其中的内容未读取。",
        f"In file “{name}”, {listed_en} is {en}; its content was not read.",
    )


def objects_found(name: str, sheets: Sequence[str]) -> Finding:
    """FILE-13 for pictures, charts and embedded objects that lie on `sheets` of file `name`."""
    listed_zh, listed_en = _listed(sheets)
    return structure_finding(
        "FILE-13",
        f"文件“{name}”的工作表{listed_zh}上有图片、图表或其他对象，其中的内容未读取。",
        f"In file “{name}”, pictures, charts or other objects lie on {listed_en}; what they show was not read.",
    )


def comments_found(name: str) -> Finding:
    """FILE-13 for comments on cells of file `name`."""
    return structure_finding(
        "FILE-13",
        f"文件“{name}”的单元格上有批注，批注的内容未读取，只读取了单元格。",
        f"File “{name}” holds comments on cells; what they say was not read, only cells were.",
    )


def _listed(sheets: Sequence[str]) -> tuple[str, str]:
    """Names of sheets as a message lists them, the first of many."""
    more = len(sheets) - _MOST_NAMES
    names = [f"“{printable(sheet)}”" for sheet in sheets[:_MOST_NAMES]]
    zh, en = "、".join(names), ", ".join(names)
    return (f"{zh} 等 {len(sheets)} 张", f"{en} and {more} more") if more > 0 else (zh, en)
