"""Which characters a Chinese text is made of, as evidence for the encoding it is in.

A text read in the wrong encoding is full of characters nobody writes. Both standards put the common characters first
(GB 2312 level 1: 3,755; Big5 level 1: 5,401), so their own tables are the evidence and no list of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def _table(codec: str, first: int, last: int, trails: Iterable[int]) -> frozenset[str]:
    codes = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
    return frozenset("".join(code.decode(codec, "ignore") for code in codes))


_TRAILS_BIG5 = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
# Full-width ASCII and the signs of running text and of tables, in both scripts.
_SIGNS = frozenset(map(chr, range(0xFF01, 0xFF5F))) | frozenset(
    "\u3000、。·—…“”‘’〈〉《》「」『』【】〔〕×÷±℃‰￥①②③④⑤⑥⑦⑧⑨⑩"
)
GB_COMMON = _table("gb2312", 0xB0, 0xD7, range(0xA1, 0xFF)) | _SIGNS
BIG5_COMMON = _table("big5", 0xA4, 0xC6, _TRAILS_BIG5) | _SIGNS


def plainness(text: str, common: frozenset[str], *, ascii_counts: bool = False) -> float:
    """How plain a text is, from 1.0 (nothing but common characters) down to -1.0 (nothing that decodes).

    Of the characters beyond ASCII, or of all: a common one counts 1, another Chinese one 0.3, a replaced one -1, and
    one of another script, or of nobody's (private use), 0. A text without any is 0.
    """
    total = score = 0.0
    for character, times in Counter(text).items():
        if character < "\x80":
            if ascii_counts:
                total += times
                score += times * (character >= " " or character in "\t\r\n")
            continue
        total += times
        score += times * _weight(character, common)
    return score / total if total else 0.0


def _weight(character: str, common: frozenset[str]) -> float:
    if character in common:
        return 1.0
    if character == "\ufffd":
        return -1.0
    return 0.3 if "\u3400" <= character <= "\u9fff" or character >= "\U00020000" else 0.0
