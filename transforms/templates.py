"""A kind → the blank workbook that is filed for it: the contract's headings, drop-downs, notes, and the rules.

Filled in correctly it passes `check`; its second sheet explains and must never look like the table itself. The bytes
depend on the contract alone: no clock, nothing of this machine.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import xlsxwriter

from contracts.field import Field, Meaning, Type
from contracts.kind import Kind
from contracts.rule import Rule
from transforms.clauses import clauses

GUIDE = "填报说明"
ROWS = 20_000  # how far down formats, drop-downs and input notes reach
FIXED = datetime(2000, 1, 1)  # a file carries a date of creation; the same contract must give the same bytes
TYPES_ZH = {
    Type.TEXT: "文本",
    Type.CHOICE: "下拉选择",
    Type.COUNT: "整数",
    Type.DECIMAL: "数字",
    Type.DAY: "日期",
    Type.DATE: "日期、月份或起止日期",
    Type.QUANTITY: "数量（按原文，可带“以上”“约”等字样）",
    Type.ITEMS: "逐一列出，以顿号分隔",
}
# What a spreadsheet would change on entry (1-1 to a date, 99% to 0.99) is kept as text.
FORMATS = {Type.COUNT: "0", Type.DECIMAL: "General", Type.DAY: "yyyy-mm-dd"}
_HEADING_ROW = 3
_LIST_LIMIT, _TITLE_LIMIT, _MESSAGE_LIMIT = 255, 32, 255
_LISTS_COLUMN = 25  # Z: long drop-downs stand beside the guide, out of the way
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")


def blank_workbook(kind: Kind) -> bytes:
    """The bytes of an xlsx workbook: the empty form, and the sheet 填报说明 with fields, clauses and rules."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": kind.title_zh, "created": FIXED})
        form = book.add_worksheet(sheet_name(kind))
        guide = book.add_worksheet(GUIDE)
        _write_head(book, form, kind)
        for column, field in enumerate(kind.fields):
            _write_column(book, form, guide, kind, column, field)
        _write_guide(book, guide, kind)
    return out.getvalue()


def sheet_name(kind: Kind) -> str:
    """The name of the form's sheet: the kind's title within what a spreadsheet allows, never that of the guide."""
    name = _NOT_IN_A_SHEET_NAME.sub(" ", kind.title_zh).strip()[:31] or kind.code[:31]
    return name if name != GUIDE else f"{name}1"


def _write_head(book: Any, form: Any, kind: Kind) -> None:
    note = book.add_format({"font_color": "#595959"})
    form.write_string(0, 0, kind.title_zh, book.add_format({"bold": True, "font_size": 16}))
    form.write_string(1, 0, "　".join(filter(None, (f"用途：{kind.purpose_zh}", _units(kind)))), note)
    form.write_string(2, 0, "填写：橙色底的列必填，灰色底的列可以不填；不要改动表头；详见“填报说明”工作表。", note)
    form.freeze_panes(_HEADING_ROW + 1, 1)
    form.set_row(_HEADING_ROW, 32)
    form.set_landscape()
    form.set_paper(9)
    form.fit_to_pages(1, 0)
    form.repeat_rows(_HEADING_ROW)


def _units(kind: Kind) -> str:
    """计量单位：个（甲、乙）；座（丙）"""
    by_unit: dict[str, list[str]] = {}
    for field in kind.fields:
        if field.unit:
            by_unit.setdefault(field.unit, []).append(field.heading)
    return "计量单位：" + "；".join(f"{u}（{'、'.join(names)}）" for u, names in by_unit.items()) if by_unit else ""


def _write_column(book: Any, form: Any, guide: Any, kind: Kind, column: int, field: Field) -> None:
    colour = "#F8CBAD" if field.required else "#E7E6E6"
    look = {"bold": True, "bg_color": colour, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
    form.write_string(_HEADING_ROW, column, field.heading, book.add_format(look))
    cells = book.add_format({"num_format": FORMATS.get(field.type, "@")})
    form.set_column(column, column, _width(field), cells)
    form.data_validation(_HEADING_ROW + 1, column, _HEADING_ROW + ROWS, column, _validation(guide, kind, column, field))


def _width(field: Field) -> int:
    wide = sum(2 if ord(letter) > 0xFF else 1 for letter in field.heading)
    least = 24 if field.type in (Type.TEXT, Type.ITEMS, Type.QUANTITY, Type.DATE) else 12
    return min(max(least, wide + 4), 40)


def _validation(guide: Any, kind: Kind, column: int, field: Field) -> dict[str, Any]:
    """The drop-down or the range of one column, and the note shown when one of its cells is entered."""
    told = {"input_title": field.heading[:_TITLE_LIMIT], "input_message": _entry_note(field)[:_MESSAGE_LIMIT]}
    # 合计 in a column of choices, or —— for "nothing", is right: it may be insisted on.
    stop = "warning" if field.words or kind.total_in == field.name else "stop"
    error = {"error_title": "填写有误", "error_message": _entry_note(field)[:_MESSAGE_LIMIT], "error_type": stop}
    if field.choices:
        return {"validate": "list", "source": _choices(guide, column, field), **error, **told}
    if field.type is Type.COUNT:
        # A warning only: 490个 is read as well.
        least: dict[str, Any] = {"criteria": ">=", "value": -(2**53) if field.signed else 0}
        return {"validate": "integer", **least, **error, "error_type": "warning", **told}
    if field.type is Type.DAY:
        early = {"criteria": ">=", "value": datetime(1949, 10, 1)}
        return {"validate": "date", **early, **error, "error_type": "warning", **told}
    return {"validate": "any", **told}


def _choices(guide: Any, column: int, field: Field) -> list[str] | str:
    """The words of a drop-down; where the limit or a comma forbids to list them, the cells that hold them."""
    if len(",".join(field.choices)) <= _LIST_LIMIT and not any("," in word for word in field.choices):
        return list(field.choices)
    at = _LISTS_COLUMN + column
    for row, word in enumerate(field.choices):
        guide.write_string(row, at, word)
    guide.set_column(at, at, None, None, {"hidden": True})
    letter: str = xlsxwriter.utility.xl_col_to_name(at)
    return f"='{GUIDE}'!${letter}$1:${letter}${len(field.choices)}"


def words_zh(field: Field) -> list[str]:
    """What stands for no value in this field, one text for each meaning: 不适用填“——”, 零填“无”, 空白表示零."""
    said = {Meaning.NOT_APPLICABLE: "不适用的填", Meaning.ZERO: "为零的可填", Meaning.MISSING: "没有的填"}
    parts = []
    for meaning, lead in said.items():
        word = next((word for word, means in field.words if means is meaning), None)
        parts += [f"{lead}“{word}”"] if word else []
    if field.blank is not Meaning.MISSING:
        parts.append(f"空白表示{field.blank.zh}")
    return parts


def _entry_note(field: Field) -> str:
    parts = [f"{'必填' if field.required else '可不填'}，{TYPES_ZH[field.type]}"]
    if field.units_taken:
        parts.append(f"单位：{field.units_taken}")
    if field.length:
        parts.append(f"{field.length[0]} 至 {field.length[1]} 字")
    parts += words_zh(field)
    if field.note_zh:
        parts.append(field.note_zh)
    return "；".join(parts) + "。"


def _write_guide(book: Any, guide: Any, kind: Kind) -> None:
    """Headings stand in quotation marks and titles in two languages, so that no row here reads as the form's own."""
    big, bold = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bg_color": "#E7E6E6"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, width in enumerate((26, 30, 20, 12, 12, 40, 40)):
        guide.set_column(column, column, width, wrap)
    guide.write_string(0, 0, f"{kind.title_zh}：填报说明", big)
    rows: list[tuple[tuple[str, ...], Any]] = [((line,), None) for line in _general(kind)]
    titles = ("列 column", "含义 meaning", "类型 type", "必填 required", "单位 unit", "可选值 choices", "说明 note")
    rows += [((), None), (titles, bold), *((_field_row(field), wrap) for field in kind.fields)]
    rows += (
        [((), None), (("填报说明各条：",), bold), *((line, wrap) for line in _clause_rows(kind))]
        if clauses(kind)
        else []
    )
    rules = ("编号 rule", "内容", "content", "级别 severity", "适用 in force", "依据 basis", "应为 expected")
    rows += [((), None), (rules, bold), *((_rule_row(rule), wrap) for rule in kind.rules)]
    for row, (texts, look) in enumerate(rows, start=1):
        for column, text in enumerate(texts):
            guide.write_string(row, column, text, look)


def _general(kind: Kind) -> list[str]:
    lines = [
        f"用途：{kind.purpose_zh}",
        "请在第一张工作表的表头之下逐行填写，不留空行，不改动表头，不合并单元格。",
        f"保存后可用命令检查：jixiao check 文件名 --kind {kind.code}",
    ]
    if kind.total_in:
        heading = kind.field(kind.total_in).heading
        lines.insert(2, f"可在最后加一行合计：在“{heading}”列填“合计”，各列填合计数；合计行只用于核对。")
    if kind.rows_stand_alone:
        lines.insert(2, "各行互不影响：有误的行会被单独退回，其余各行照常接受。")
    return lines


def _clause_rows(kind: Kind) -> Iterator[tuple[str, ...]]:
    """第2条, and below it what it asks, one rule a row; the rules' bases cite these numbers."""
    for clause in clauses(kind):
        yield (f"第{clause.number}条", f"{clause.called}。" if clause.called else "")
        yield from (("", f"{rule.title_zh}（{rule.id}，{rule.severity.value}）。") for rule in clause.rules)


def _field_row(field: Field) -> tuple[str, ...]:
    return (
        f"“{field.heading}”",
        f"“{field.heading}”：{field.title_en}",
        f"类型：{TYPES_ZH[field.type]}",
        "必填 yes" if field.required else "可不填 no",
        f"单位：{field.units_taken}" if field.units_taken else "",
        f"可选：{'、'.join(field.choices)}" if field.choices else "",
        _entry_note(field) if field.note_zh or words_zh(field) else "",
    )


def _rule_row(rule: Rule) -> tuple[str, ...]:
    since = f"{rule.since.isoformat()}起" if rule.since else ""
    until = f"{rule.until.isoformat()}止" if rule.until else ""
    expected = rule.expected if isinstance(rule.expected, str) else ""
    severity = f"{rule.severity.value} {rule.severity.en}"
    return rule.id, f"{rule.title_zh}。", f"{rule.title_en}.", severity, since + until, f"依据：{rule.basis}", expected
