"""The units that submissions count in: how they are spelled, and what kind of figure each makes.

A unit is part of an indicator's key (人次 is not 人), so nothing is converted here except the spelling; how one unit
stands to another is the business of `contracts.conversion`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SPELLINGS: Final = {
    "kW": "KW Kw kw 千瓦",
    "Mbps": "mbps M Mb/s Mbit/s 兆",
    "Gbps": "gbps Gb/s",
    "公里": "千米 km Km KM",
    "平方米": "平米",
    "日": "天",
    "月": "个月",
    "周": "星期",
    "季度": "季",
    "百分点": "个百分点",
}
_ALIASES: Final = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_TIMES: Final = frozenset({"工作日", "自然日", "小时", "分钟", "秒", "年", "月", "周", "季度", "日"})

# 个小时, 个工作日: the classifier before a unit of time is not the unit.
_AFTER_GE: Final = "工作日|自然日|小时|分钟|星期|季度"
_LONG: Final = (
    "皮长公里 芯公里 平方公里 平方米 个百分点 百分点 工作日 自然日 个月 人次 台次 件次 项次 家次 户次 架次 批次 场次 "
    "人天 课时 学时 小时 分钟 星期 季度 公里 千米 平米 千瓦 公顷"
)
_SHORT: Final = "家座款份条件宗例间轮次套辆架册篇岁枚颗根扇盏块株艘吨期类批"
# What must not follow: it would make another word of the unit (5部委, 2天津…, 1周年, 3起草…).
_EXCEPT: Final = {
    "个": "别", "年": "[级底末初度均]", "天": "[津然空地]", "周": "[年边期末]", "日": "[报均常志前]", "秒": "杀",
    "项": "目(?!标)", "起": "[来草]", "处": "[理置罚于长]", "名": "[单称录义]", "位": "[于置]", "台": "[账风]",
    "本": "[年月省市地次局季单质级]", "场": "[景所地馆]", "幅": "度", "张": "贴", "封": "堵", "种": "类",
    "支": "[撑持部付队]", "只": "[有能]", "部": "[委门署分长队级]", "芯": "片", "路": "[由线段径]", "户": "[均籍]",
    "人": "[民员均社才物]", "元": "[旦素]", "倍": "增", "对": "[接比外于]", "门": "[户槛]", "口": "径",
    "组": "[织成建长装]", "队": "伍",
}  # fmt: skip
_COUNTED: Final = "|".join(
    [*_LONG.split(), f"[{_SHORT}]", *(f"{unit}(?!{following})" for unit, following in _EXCEPT.items())]
)
_LATIN: Final = (
    "[Mm]bps|[Gg]bps|Tbps|[Kk]bps|Mb/s|Mbit/s|Gb/s|EFLOPS|PFLOPS|[KkM][Ww][Hh]|[Kk][Ww]|MW|[TGPEMK]B|[Kk][Mm]|"
    "GHz|MHz|ms|dBm|dB|M"
)
# What a rate may be stated for: 元/Mbps, GB/户·月, 件/百万用户, 部/百人.
PER_PATTERN: Final = (
    rf"(?:{_LATIN})(?![A-Za-z])|分钟|小时|季度|[年季月周日天]"
    "|(?:[十百千]?[万亿]|[十百千])?(?:人次|人|用户|户|次|个|件|部|条|台)"
)
UNIT_PATTERN: Final = (
    rf"(?:(?:个(?={_AFTER_GE}))?(?:%|‰|{_COUNTED}|(?:{_LATIN})(?![A-Za-z]))"
    rf"(?:(?:/|每(?=[十百千万亿]))(?:{PER_PATTERN})(?:[/·•・.](?:{PER_PATTERN}))?)?)"
)
# Users are counted in 户 although no classifier stands before them: 10万千兆用户.
USERS_PATTERN: Final = "(?:千兆|[2-6]G)?(?:宽带|接入|移动|固定)*用户"
# Vague after a Chinese numeral (一批, 二期, 一类, 一轮): a measured count is written in digits.
VAGUE_AFTER_CHINESE: Final = frozenset("批期类轮对组口门块本种路支")
_STROKE: Final = re.compile("[/·•・.]|每(?=[十百千万亿])")
_GE_BEFORE_TIME: Final = re.compile(f"^个(?={_AFTER_GE})")


@lru_cache(maxsize=1024)
def canonical_unit(written: str) -> str:
    """The one spelling of a unit: 个小时 → 小时, KW → kW, M → Mbps, GB/户/月 → GB/户·月, 部每百人 → 部/百人."""
    bare = _GE_BEFORE_TIME.sub("", written)
    if bare in _ALIASES:
        return _ALIASES[bare]
    head, *pers = (_ALIASES.get(part, part) for part in _STROKE.split(bare))
    return f"{head}/{'·'.join(pers)}" if pers else head


@lru_cache(maxsize=1024)
def kind_of_unit(unit: str) -> str:
    """percentage, percentage point, working days, duration, definition (an age is a threshold) or quantity."""
    if unit in ("%", "‰"):
        return "percentage"
    if unit == "百分点":
        return "percentage point"
    if unit == "工作日":
        return "working days"
    if unit in _TIMES:
        return "duration"
    return "definition" if unit == "岁" else "quantity"
