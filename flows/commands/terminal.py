"""What filers and files say, put on a terminal or into JSON so that nothing in it can act there.

Control characters (an escape sequence among them) and marks that turn the reading direction are written out. Whoever
prints a text that came from outside passes it through here; our own words need not.
"""

from __future__ import annotations

import json
import re
from typing import Any

# C0 but for the line end, DEL, C1 (0x9B alone begins a sequence), and what reorders or hides the text around it.
ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def inert(text: str) -> str:
    """`text` with everything that a terminal would obey written as \\u001b, \\u202e, …"""
    return ACTIVE.sub(_written, text)


def print_json(value: Any) -> None:
    """`value` as JSON, readable, with nothing in it that a terminal would obey; it parses to the same value."""
    # json.dumps escapes C0 itself and would leave the others; all of them stand inside strings, where \uXXXX is JSON.
    print(re.sub("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", _written, _dumped(value)))


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _written(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
