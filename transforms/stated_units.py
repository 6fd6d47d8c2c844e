"""Units that a form states in a heading, a name or a note, and how they stand to the contract's.

Pure words. Of two units none is chosen, and between two that are not decimal multiples of one another (GB and TB, 小时
and 分钟, 人 and 人次) nothing is converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from contracts.amounts import SCALE_PATTERN, power
from contracts.numerals import scale_exponent
from contracts.units import UNIT_PATTERN, canonical_unit
from transforms.widths import narrow

_AFTER_WORD = re.compile(
    r"(?:^|[\s(\[【,;，；:：])(?:计量|金额|货币|数量)?单位\s*(?::|为|(?=[十百千]?[万亿]))\s*([^()\[\]【】]*)"
)
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_AT_THE_END = re.compile(r"(?<=[\u4e00-\u9fff±])([%‰])\s*$")
_SEVERAL = re.compile(r"[、,;，；\s]+|和|或")
_UNIT = re.compile(rf"(?P<scale>{SCALE_PATTERN})?(?P<unit>{UNIT_PATTERN})")
_PER = re.compile(r"([/·])")
_TIME = frozenset("年季月周日天")  # stand behind a stroke alone: 元/月; in brackets by themselves they are no unit
# Multiples by decimal convention alone; storage (GB) counts by 1000 or by 1024, so it is not here.
_PREFIXED = {
    "kbps": (3, "bps"), "Mbps": (6, "bps"), "Gbps": (9, "bps"), "Tbps": (12, "bps"),
    "kW": (3, "W"), "MW": (6, "W"), "‰": (-3, "1"), "%": (-2, "1"),
}  # fmt: skip


@dataclass(frozen=True)
class _Scaled:
    """A unit as ten to the power of `exponent` times `unit`, each part of a rate (部/百人) by itself."""

    exponent: int
    unit: tuple[str, ...]


def stated_unit(text: str) -> str | None:
    """The one unit stated in brackets or behind 单位：, in the spelling of `contracts.units`; None for none or several.

    "累计（万户）" → "万户", "同比增长 (±%)" → "%", "单位：万元、%" → None, "电信业务总量(上年不变单价)" → None.
    """
    units = stated_units(text)
    return units[0] if len(units) == 1 else None


def stated_units(text: str) -> tuple[str, ...]:
    """Every unit so stated, each once: "单位：万元、%" → ("万元", "%")."""
    return tuple(dict.fromkeys(unit for part in _stated(narrow(text)) if (unit := _canonical(part))))


def without_unit(text: str) -> str:
    """The text without brackets that state a unit, 电信业务总量（亿元） → 电信业务总量; other brackets stay."""
    return _IN_BRACKETS.sub(lambda found: "" if stated_unit(found[0]) else found[0], narrow(text)).strip()


def conversion(stated: str, base: str) -> Decimal | None:
    """How many of `base` one of `stated` is, a power of ten; None where they are no decimal multiples of one unit."""
    one, other = _scaled(stated), _scaled(base)
    return power(one.exponent - other.exponent) if one and other and one.unit == other.unit else None


def _stated(text: str) -> list[str]:
    """Every text that may be a unit by where it stands."""
    parts = [part for found in _IN_BRACKETS.findall(text) for part in found if part]
    parts = [part for part in parts if not _AFTER_WORD.match(part)]
    parts += [found[1] for found in _AFTER_WORD.finditer(text)]
    parts += [found[1] for found in _AT_THE_END.finditer(text)]
    return [one for part in parts for one in _SEVERAL.split(part) if one]


def _canonical(text: str) -> str | None:
    """One unit or rate in its one spelling, None where it is none: 千米 → 公里, 元/户.月 → 元/户·月."""
    plain = text.strip().removeprefix("±").removeprefix("+/-").replace(".", "·")
    names = []
    for part in _PER.split(plain):
        found = _UNIT.fullmatch(part)
        if found:
            names.append((found["scale"] or "") + canonical_unit(found["unit"]))
        elif names and (part in _TIME or _PER.fullmatch(part)):
            names.append(part)
        else:
            return None
    return "".join(names)


def _scaled(unit: str) -> _Scaled | None:
    exponent, names = 0, []
    for number, part in enumerate(re.split(r"[/·]", _canonical(narrow(unit)) or "")):
        found = _UNIT.fullmatch(part)
        if not found and part not in _TIME:
            return None
        scale, name = (found["scale"] or "", found["unit"]) if found else ("", part)
        more, name = _PREFIXED.get(name, (0, name))
        exponent += (scale_exponent(scale) + more) * (-1 if number else 1)
        names.append(name)
    return _Scaled(exponent, tuple(names))
