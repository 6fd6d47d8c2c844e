"""Characters that say the same in another width: full-width forms, odd blanks, the dashes that stand for a minus.

Only what looks the same is made the same. Signs that would become other digits (², ①, ½) stay as they are: a footnote
mark behind a number must never become part of it.
"""

from __future__ import annotations

_WIDE = {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}
_SMALL = dict(zip("﹐﹢﹙﹚﹣﹪", ",+()-%", strict=True))
_BLANKS = dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
_NOTHING = dict.fromkeys("\u200b\u200e\u2060\ufeff", "")
_NARROW = {ord(char): plain for char, plain in {**_SMALL, **_BLANKS, **_NOTHING}.items()} | _WIDE
_MINUS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


def narrow(text: str) -> str:
    """Full-width letters, digits and signs as plain ones, every blank but a line break as a space."""
    return text.translate(_NARROW)


def narrow_number(text: str) -> str:
    """`narrow`, any dash as a minus, and without the apostrophe by which a spreadsheet marks a text."""
    return narrow(text).translate(_MINUS).strip().removeprefix("'").strip()
