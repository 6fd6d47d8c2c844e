"""Units that a form states in a heading, a name or a note.

Pure words. Of two units none is chosen; how a unit stands to the contract's is the business of `contracts.conversion`.
"""

from __future__ import annotations

import re

from contracts.conversion import spelled_unit
from transforms.widths import narrow

_AFTER_WORD = re.compile(
    r"(?:^|[\s(\[【,;，；:：])(?:计量|金额|货币|数量)?单位\s*(?::|为|(?=[十百千]?[万亿]))\s*([^()\[\]【】]*)"
)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_AT_THE_END = re.compile(r"(?<=[\u4e00-\u9fff±])([%‰])\s*$")
_SEVERAL = re.compile(r"[、,;，；\s]+|和|或")


def stated_unit(text: str) -> str | None:
    """The one unit stated in brackets or behind 单位：, in the spelling of `contracts.units`; None for none or several.

    "累计（万户）" → "万户", "同比增长 (±%)" → "%", "单位：万元、%" → None, "电信业务总量(上年不变单价)" → None.
    """
    units = stated_units(text)
    return units[0] if len(units) == 1 else None


def stated_units(text: str) -> tuple[str, ...]:
    """Every unit so stated, each once: "单位：万元、%" → ("万元", "%")."""
    return tuple(dict.fromkeys(unit for part in _stated(narrow(text)) if (unit := _one_unit(part))))


def without_unit(text: str) -> str:
    """The text without brackets that state a unit, 电信业务总量（亿元） → 电信业务总量; other brackets stay."""
    return _IN_BRACKETS.sub(lambda found: "" if stated_unit(found[0]) else found[0], narrow(text)).strip()


def _stated(text: str) -> list[str]:
    """Every text that may be a unit by where it stands."""
    parts = [part for found in _IN_BRACKETS.findall(text) for part in found if part]
    parts = [part for part in parts if not _AFTER_WORD.match(part)]
    parts += [found[1] for found in _AFTER_WORD.finditer(text)]
    parts += [found[1] for found in _AT_THE_END.finditer(text)]
    return [one for part in parts for one in _SEVERAL.split(part) if one]


def _one_unit(text: str) -> str | None:
    return spelled_unit(text.strip().removeprefix("±").removeprefix("+/-"))
