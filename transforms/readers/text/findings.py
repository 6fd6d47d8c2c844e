"""What is said of a text file that cannot be taken as it is. Words only: who calls has judged."""

from __future__ import annotations

from dataclasses import replace

from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from transforms.book import Limits, cell_address
from transforms.readers.text.places import where


def blank(name: str) -> Finding:
    """FILE-01 for a file of nothing but blanks."""
    zh, en = f"文件“{name}”没有内容，只有空白。", f"File “{name}” has no content, only blanks."
    return structure_finding("FILE-01", zh, en)


def ragged(name: str, row: int, line: int, fields: list[str], width: int, delimiter: str) -> Finding:
    """FILE-07 for a record of another length."""
    zh, en = where(row, line)
    shown = "\\t" if delimiter == "\t" else delimiter
    return structure_finding(
        "FILE-07",
        f"文件“{name}”{zh}有 {len(fields)} 个字段，其他行有 {width} 个（分隔符“{shown}”）。"
        "字段内含分隔符时须加双引号。",
        f"File “{name}”, {en}: {len(fields)} fields where the other lines have {width} (delimiter “{shown}”). "
        "A field that contains the delimiter must be quoted.",
        cells=(Cell("", f"A{row}", text=fields[0]),),
        filed=str(len(fields)),
        expected=f"{width} 个字段 / {width} fields",
    )


def quoting(name: str, line: int, last_line: int) -> Finding:
    """FILE-07 for a record whose quotes do not say where its fields end."""
    return structure_finding(
        "FILE-07",
        f"文件“{name}”第 {line} 行开始的记录双引号不成对（读到第 {last_line} 行为止），无法判定各字段的边界。",
        f"File “{name}”: the record that begins at line {line} has unbalanced double quotes "
        f"(read up to line {last_line}), so where its fields end is unknown.",
        expected='字段内的双引号写作两个 "" / a double quote inside a field is doubled',
    )


def lost_character(name: str, row: int, line: int, column: int, text: str) -> Finding:
    """FILE-05 for U+FFFD that is in the file: another program put it where it could not decode."""
    zh, en = where(row, line)
    address = cell_address(row, column)
    return structure_finding(
        "FILE-05",
        f"文件“{name}”{zh}的单元格 {address} 含有“\ufffd”（U+FFFD）：原来的字在报送之前转换编码时已经丢失。"
        "请用原文件重新导出。",
        f"File “{name}”, {en}, cell {address} holds “\ufffd” (U+FFFD): the character was lost when the file was "
        "converted before it was filed. Export it again from the original.",
        cells=(Cell("", address, text=text),),
        filed="U+FFFD",
    )


def too_many_cells(name: str, limits: Limits) -> Finding:
    """FILE-08: rows times columns."""
    return structure_finding(
        "FILE-08",
        f"文件“{name}”的单元格超过上限 {limits.laid_cells} 个。",
        f"File “{name}” has more than the limit of {limits.laid_cells} cells.",
        expected=f"不超过 {limits.laid_cells} 个单元格 / at most {limits.laid_cells} cells",
    )


def too_many_columns(name: str, row: int, line: int, limits: Limits) -> Finding:
    """FILE-08: fields of one record."""
    zh, en = where(row, line)
    return structure_finding(
        "FILE-08",
        f"文件“{name}”{zh}的字段超过上限 {limits.columns} 个。",
        f"File “{name}”, {en} has more than the limit of {limits.columns} fields.",
        expected=f"每行不超过 {limits.columns} 个字段 / at most {limits.columns} fields in a line",
    )


def too_long(name: str, row: int, line: int, limits: Limits) -> Finding:
    """FILE-08: characters of one field."""
    zh, en = where(row, line)
    return structure_finding(
        "FILE-08",
        f"文件“{name}”{zh}有一个字段超过上限 {limits.characters} 个字符。",
        f"File “{name}”, {en}: a field has more than the limit of {limits.characters} characters.",
        expected=f"每个单元格不超过 {limits.characters} 个字符 / at most {limits.characters} characters in a cell",
    )


class Several:
    """Findings of one rule about one file, at most `most`; the last one kept says how many more there are."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._kept: list[Finding] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    @property
    def open(self) -> bool:
        """Whether another one would be kept rather than counted."""
        return len(self._kept) < self._most

    def add(self, finding: Finding) -> None:
        if self.open:
            self._kept.append(finding)
        else:
            self._more += 1

    def extend(self, others: Several) -> None:
        """All of `others`, kept or counted."""
        for finding in others._kept:
            self.add(finding)
        self._more += others._more

    def all(self) -> tuple[Finding, ...]:
        if not self._more:
            return tuple(self._kept)
        last = self._kept[-1]
        zh, en = f"另有 {self._more} 处相同的问题。", f" There are {self._more} more like it."
        return (*self._kept[:-1], replace(last, message_zh=last.message_zh + zh, message_en=last.message_en + en))
