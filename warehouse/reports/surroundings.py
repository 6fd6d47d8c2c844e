"""What stands around one number of filed prose: what is counted, whose it is, and of which day. Reads, binds nothing.

Strict on purpose. A name counts only where nothing but words of this module's lists parts it from the number, because
a word nobody foresaw (同比, 南昌市, 较上年增加) usually makes another number of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from contracts.prose import Span

_SENTENCE_END: Final = re.compile(r"[。；;！？\n]")
_STOP: Final = re.compile(r"[，,。；;、（(\n]")
_OPENING: Final = re.compile(r"[，,、:：（(]")
_CLAUSE: Final = re.compile(r"[，,、:：（(@#]")
_AIMED: Final = re.compile("目标|要求|力争|确保|计划|任务")
_BRACKETS: Final = re.compile(r"[（(][^（）()]*[）)]")
_COUNTER: Final = re.compile("(?:总数|数量|数)$")
_CHANGE: Final = re.compile("(?:较上年)?(?:降幅|增幅|变化)$")
_PLACE: Final = re.compile("[\u4e00-\u9fff]{2}[市县区州镇]")  # 南昌市, 红谷滩区: not the whole province
_WHOLE: Final = re.compile("[全我本]省|全行业|全省通信业")
# Words that leave a name what it is, before it and between it and its number.
_LEAD: Final = (
    r"(?:[全我本]省|省内|全行业|我局|共|共计|已|累计|其中|目前|截[至止]|今年|以来|全年|年内|全面|使|底|末|"
    r"[一二三四五六七八九十]是|@)*"
)
_LINK: Final = (
    r"(?:[（(，,、：:@]|达到?|为|是|共计?|已|增加?[至到]|增长[至到]|提升[至到]|上升[至到]|[降升至到]|总?计|截[至止]|"
    r"约|超过?)"
)
_NEXT_PART: Final = r"(?:[（(，,、：:]|其中|和|及|以及)*"


class Around:
    """One number of a text. filers: code → name as prose writes it."""

    def __init__(self, text: str, spans: Sequence[Span], number: int, filers: Mapping[str, str]) -> None:
        span = spans[number]
        ends = [m.end() for m in _SENTENCE_END.finditer(text, 0, span.start)]
        start = ends[-1] if ends else 0
        mine = [s for s in spans[:number] if s.start >= start]
        counted = [s.end for s in mine if s.kind == "quantity"]
        nearest = counted[-1] if counted else start
        stop = _STOP.search(text, span.end)
        opened = [m.end() for m in _OPENING.finditer(text, start, span.start)]
        self.clause = text[opened[-1] if opened else start : span.end].strip()
        self.aimed = _AIMED.search(text[nearest : stop.start() if stop else len(text)]) is not None
        self._filers = {code: _plain(name) for code, name in filers.items() if name}
        self._before = _reduced(text, start, span.start, mine)
        end = _SENTENCE_END.search(text, span.end)
        self._after = _plain(text[span.end : end.start() if end else len(text)])
        dated = [s.date for s in mine if s.date is not None]
        # A stretch of days is no day: nothing that is counted up to a day fits it.
        self.day: date | None = dated[-1].last if dated and dated[-1].granularity != "range" else None
        self.dated = bool(dated)
        # A day that an earlier sentence names may be meant here too.
        self.carried = any(s.date is not None and s.date.granularity != "year" for s in spans[:number]) and not dated

    @cached_property
    def filers_named(self) -> frozenset[str]:
        """Who is named since the last number."""
        near = self._before.rpartition("#")[2]
        return frozenset(code for code, name in self._filers.items() if name in near)

    @cached_property
    def others_named(self) -> bool:
        """Whether a filer or a place stands earlier in the sentence, outside brackets, that may still be meant."""
        open_text = _BRACKETS.sub("", self._before)
        return any(name in open_text for name in self._filers.values()) or (
            _PLACE.search(open_text) is not None and _WHOLE.search(open_text) is None
        )

    def topic(self, names: Iterable[str]) -> str | None:
        """Of these names (normalised) the one that the number right behind it belongs to; None where none is."""
        found = max(((self._before.rfind(n) + len(n), len(n), n) for n in names if n in self._before), default=None)
        if found is None:
            return None
        end, length, name = found
        lead = _CLAUSE.split(self._before[: end - length])[-1]
        filer = "|".join(map(re.escape, self._filers.values())) or "(?!)"
        led = re.fullmatch(f"{_LEAD}(?:{filer})?{_LEAD}", lead)
        link = rf"{_LINK}*(?:(?:{filer}){_LINK}*)?(?:#{_NEXT_PART}(?:{filer}){_LINK}*)*"
        return name if led and re.fullmatch(link, self._before[end:].replace("其中", "")) else None

    def mentions(self, name: str) -> bool:
        """Whether the sentence says a name before the number, without its last word where that says it changes."""
        return _CHANGE.sub("", name) in self._before

    def framed(self, name: str) -> bool:
        """Whether a name is written around the number (办理3286件用户申诉) or right behind it (三家基础电信企业)."""
        for bare in (name, _COUNTER.sub("", name)):
            cuts = (i for i in range(len(bare)) if self._before.endswith(bare[:i]) and len(bare) - i > 1)
            if any(self._after.startswith(bare[i:]) for i in cuts):
                return True
        return False


def normal_name(name: str) -> str:
    """A figure's name as it is looked for: NFKC, no blanks, no brackets and nothing that stands in them."""
    return _BRACKETS.sub("", _plain(name))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _reduced(text: str, start: int, end: int, spans: Iterable[Span]) -> str:
    """text[start:end] with # for every quantity and @ for every date."""
    parts, at = [], start
    for span in spans:
        mark = {"quantity": "#", "date": "@", "year_range": "@"}.get(span.kind)
        if mark is not None:
            parts += [_plain(text[at : span.start]).replace("#", "").replace("@", ""), mark]
            at = span.end
    return "".join([*parts, _plain(text[at:end]).replace("#", "").replace("@", "")])
