"""Which texts are notes, units, signatures and totals rather than data: the words Chinese forms use for them.

Only words. Whether a row that carries them is a note also depends on where it stands, which `row_kinds` decides.
"""

from __future__ import annotations

import re

from contracts.units import UNIT_PATTERN
from contracts.written_numbers import SCALE_PATTERN

_NOTE = re.compile(
    r"\s*(?:注\s*[\d一二三四五六七八九十]*\s*(?:[:：.、]|\s|$)|备注\s*[:：]|附注|(?:填表|填报|编制|指标)?说明\s*(?:[\d一二三四五六七八九十]|[:：]|$)"
    r"|填表说明|填报说明|编制说明|(?:单位|部门|填表|填报|制表|审核|复核|统计)?(?:负责人|领导)(?:签字|签章)?\s*(?:[:：]|$)"
    r"|(?:填表|填报|制表|审核|复核|报送|上报|经办|联系)人\s*(?:[:：]|$)|(?:填表|填报|制表|审核|复核|报送|上报)(?:单位|日期|时间|部门)?\s*[:：]"
    r"|联系(?:电话|方式)\s*(?:[:：]|$)|(?:数据|资料)?来源\s*[:：])"
)
_SIGNED = re.compile(
    r"\s*(?:[^\s:：]{0,8}(?:签字|签名|签章|盖章|公章|制表|填表|填报|报送|上报|审核|复核|审批|签发|经办|联系|负责人|领导|主管|日期|时间|电话)"
    r"[^\s:：]{0,6}\s*[:：]|[(（]?[^()（）:：]{0,12}[(（]?(?:盖章|公章|签章|签字)[)）]?\s*$)"
)
_DATE_ALONE = re.compile(
    r"\s*(?:\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|[〇零一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)"
    r"(?:\s+0?0:00:00)?\s*"
)
_SPEAKS = re.compile(r"[:：]|^\s*注|盖章|公章|签章|签字")
_GOES_ON = re.compile(r"\s*(?:[\d（(①-⑳一二三四五六七八九十][\d.、)）]|[*※•·-])|[，。；：、,;:]|.{13}")
_PARTIAL = re.compile(r"小\s*[计計]|本\s*页")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_LABEL = re.compile(r".{1,12}[:：]\s*")
_LABELLED = re.compile(r"\s*(?!其中)[^\s:：]{1,12}\s*[:：]")
_TOTAL = re.compile(
    r"(?:全省|全市|全区|全国|全部|本页|本表)?(?:合计|总计|小计|共计|合計|總計|小計)[:：]?|全省|全市|全区|全国"
)
_UNIT_LINE = re.compile(r"(?:^|[\s(（\[【,，;；:：])(?:计量|数量|金额|货币)?单位\s*(?:[:：]|为|(?=[十百千]?[万亿]))")
_UNIT_WORD = re.compile(r"(?:计量|数量|金额|货币)?单位\s*[:：]?")
_UNIT = re.compile(f"(?:{SCALE_PATTERN})?(?:{UNIT_PATTERN})?")
_BRACKETED = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*")


def is_label(text: str) -> bool:
    """Whether a cell is a label, with its value in the cell or to come: 填报单位：江西移动, 报告期："""
    return _LABELLED.match(text) is not None


def is_unit_line(text: str) -> bool:
    """Whether a cell states the unit of a whole table: 单位：万户, 某表（单位：个）, （万户）"""
    bare = text.strip()
    return _UNIT_LINE.search(bare) is not None or (_BRACKETED.fullmatch(bare) is not None and is_unit_text(bare))


def is_unit_word(text: str) -> bool:
    """Whether a cell only announces a unit, which the cell behind it may then state: 单位, 计量单位："""
    return _UNIT_WORD.fullmatch(text.strip()) is not None


def is_note(text: str) -> bool:
    """Whether a cell opens a note or a signature line: 注：…, 说明：…, 填表人：…, 审核人：…"""
    return _NOTE.match(text) is not None or _SIGNED.match(text) is not None


def goes_on(text: str) -> bool:
    """Whether a single cell below a note reads like more of it (a numbered point, a sentence) and not like a name."""
    return _GOES_ON.search(text) is not None


def is_date_alone(text: str) -> bool:
    """Whether a cell holds a day and nothing else, as one stands under a signature."""
    return _DATE_ALONE.fullmatch(text) is not None


def numbers_columns(texts: list[str]) -> bool:
    """Whether a row numbers the columns, as statutory forms do below their headings: 甲, 乙, 1, 2 or A, (1), (2)."""
    bare = [text.strip().strip("()（）[]【】") for text in texts]
    stems = [text for text in bare if not text.isdecimal()]
    numbers = [int(text) for text in bare[len(stems) :] if text.isdecimal()]
    right = bare[: len(stems)] == stems and len(stems) + len(numbers) == len(bare)
    named = stems in (list(_STEMS[: len(stems)]), list("ABCDEFGH"[: len(stems)]))
    return right and named and len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))


def is_note_row(texts: list[str]) -> bool:
    """Whether all of a row's filled cells are notes, or the value right behind a label such as 审核人：

    Words alone (说明, 附注) are a row of a list as well as a note: a colon, a 注, a seal or a day must be among them.
    """
    if not any(_SPEAKS.search(text) or is_date_alone(text) for text in texts):
        return False
    answered = False
    for text in texts:
        if is_note(text):
            answered = _LABEL.fullmatch(text) is not None
        elif answered or (is_date_alone(text) and len(texts) > 1):
            answered = False
        else:
            return False
    return bool(texts)


def is_total(text: str | None) -> bool:
    """Whether a cell marks a control total: 合计, 总 计, 小计："""
    return text is not None and _TOTAL.fullmatch("".join(text.split())) is not None


def is_subtotal(text: str) -> bool:
    """Whether a total is one of a part only: 小计, 本页合计"""
    return is_total(text) and _PARTIAL.search(text) is not None


def is_unit(text: str, unit: str) -> bool:
    """Whether a cell below a heading only states the unit: （个）, 单位：个, or the field's own unit."""
    return is_unit_line(text) or (unit != "" and text.strip() == unit)


def is_unit_text(text: str) -> bool:
    """Whether a cell says a unit and nothing else: 万户, %, 元/月, （个）"""
    bare = text.strip().strip("()（）[]【】").strip()
    return bool(bare) and all(_UNIT.fullmatch(part) for part in bare.split("/"))
