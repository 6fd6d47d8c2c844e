"""Which texts are notes, units, signatures and totals rather than data: the words Chinese forms use for them.

Only words. Whether a row that carries them is a note also depends on where it stands, which `row_kinds` decides.
"""

from __future__ import annotations

import re

from contracts.amounts import SCALE_PATTERN
from contracts.units import UNIT_PATTERN

_NOTE = re.compile(
    r"\s*(?:注\s*[\d一二三四五六七八九十]*\s*(?:[:：.、]|\s|$)|备注\s*[:：]|附注|(?:填表|填报|编制|指标)?说明\s*(?:[\d一二三四五六七八九十]|[:：]|$)"
    r"|填表说明|填报说明|编制说明|(?:单位|部门|填表|填报|制表|审核|复核|统计)?(?:负责人|领导)(?:签字|签章)?\s*(?:[:：]|$)"
    r"|(?:填表|填报|制表|审核|复核|报送|上报|经办|联系)人|(?:填表|填报|制表|审核|复核|报送|上报)(?:单位|日期|时间|部门)?\s*[:：]"
    r"|联系(?:电话|方式)|(?:数据|资料)?来源\s*[:：])"
)
_LABEL = re.compile(r".{1,12}[:：]\s*")
_LABELLED = re.compile(r"\s*(?!其中)[^\s:：]{1,12}\s*[:：]")
_TOTAL = re.compile(r"(?:全省|全市|全国|全部|本页|本表)?(?:合计|总计|小计|共计)[:：]?")
_UNIT_LINE = re.compile(r"\s*(?:计量)?单位\s*[:：]")
_UNIT = re.compile(f"(?:{SCALE_PATTERN})?(?:{UNIT_PATTERN})?")
_BRACKETED = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*")


def is_label(text: str) -> bool:
    """Whether a cell is a label, with its value in the cell or to come: 填报单位：江西移动, 报告期："""
    return _LABELLED.match(text) is not None


def is_unit_line(text: str) -> bool:
    """Whether a cell states the unit of a whole table: 单位：万户, （单位：个）"""
    return _UNIT_LINE.match(text.strip().lstrip("(（[【")) is not None


def is_note(text: str) -> bool:
    """Whether a cell opens a note or a signature line: 注：…, 说明：…, 填表人：…, 审核人：…"""
    return _NOTE.match(text) is not None


def is_note_row(texts: list[str]) -> bool:
    """Whether all of a row's filled cells are notes, or the value right behind a label such as 审核人："""
    answered = False
    for text in texts:
        if is_note(text):
            answered = _LABEL.fullmatch(text) is not None
        elif answered:
            answered = False
        else:
            return False
    return bool(texts)


def is_total(text: str | None) -> bool:
    """Whether a cell marks a control total: 合计, 总 计, 小计："""
    return text is not None and _TOTAL.fullmatch("".join(text.split())) is not None


def is_unit(text: str, unit: str) -> bool:
    """Whether a cell below a heading only states the unit: （个）, 单位：个, or the field's own unit."""
    return bool(_UNIT_LINE.match(text) or _BRACKETED.fullmatch(text)) or (unit != "" and text.strip() == unit)


def is_unit_text(text: str) -> bool:
    """Whether a cell says a unit and nothing else: 万户, %, 元/月, （个）"""
    bare = text.strip().strip("()（）[]【】").strip()
    return bool(bare) and all(_UNIT.fullmatch(part) for part in bare.split("/"))
