"""Templates: filled with values in which nothing is markup, whoever wrote it.

HTML is escaped by Jinja, Markdown by `escape_markdown`; style and script stand in the page itself, so that one file
is all there is and no page asks the network for anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from contracts.exact import decimal_text
from warehouse.reports.nodes import STATES
from warehouse.reports.rendering import chinese_number, late_text, minute_en, minute_zh, moment_text, place_text
from warehouse.reports.timetable import SIGNS

# Invisible characters can make a text read as what it is not: controls, and those that turn the writing direction.
_CONTROLS: Final = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))
_TURNS: Final = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE: Final = dict.fromkeys((*_CONTROLS, *_TURNS), "\ufffd")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]|~$])")
_ADDRESS: Final = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)")
_LINE_START: Final = re.compile(r"^([#+=-]|[0-9]+[.)])")
_BLANKS: Final = re.compile(r"[^\S\u3000]+")
# State → (class of the badge, its shape): colour is never the only sign.
_SHAPES: Final = (("done", "●"), ("early", "◆"), ("across", "▶"), ("going", "◐"), ("open", "○"), ("missing", "✕"))
_BADGES: Final = dict(zip(STATES, _SHAPES, strict=True))
_VERDICTS: Final = {"accepted": ("accepted", "●"), "partial": ("partial", "◐"), "returned": ("returned", "✕")}


def render(template: str, **values: Any) -> bytes:
    """The page of `template` with `values`, UTF-8, ending in one line end."""
    return (_environment().get_template(template).render(**values).strip() + "\n").encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("warehouse.reports"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "md": escape_markdown,
        "mdrun": escape_run,
        "ordinal": chinese_number,
        "minute": minute_zh,
        "minute_en": minute_en,
        "moment": moment_text,
        "place": place_text,
        "decimal": decimal_text,
        "late": late_text,
        "badge": lambda state: _BADGES.get(state, ("open", "○")),
        "sign": lambda outcome: _VERDICTS.get(outcome.value if outcome else "", ("waiting", "…")),
    }
    environment.globals |= {"inline": _inline, "script_hash": _script_hash, "signs": SIGNS}
    return environment


def _visible(value: Any) -> Any:
    return value.translate(_INVISIBLE) if isinstance(value, str) else value


def escape_markdown(text: object) -> str:
    """One line of text that Markdown prints as it is: no link, no table cell, no tag, no list."""
    return _LINE_START.sub(lambda m: m[1][:-1] + "\\" + m[1][-1], escape_run(text).lstrip(" "))


def escape_run(text: object) -> str:
    """The same for a text in the middle of a line, with the blanks around it."""
    line = _BLANKS.sub(" ", str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _MARKS.sub(r"\\\1", line)
    return _ADDRESS.sub(lambda m: f"{m[1] or m[3]}\\{m[2] or m[4]}", line)


@cache
def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()


def _inline(name: str) -> Markup:
    """A style or script of ours as it stands in the package."""
    return Markup(_source(name))


def _script_hash(name: str) -> str:
    """What a page's policy names, so that this script runs and no other."""
    return base64.b64encode(hashlib.sha256(_source(name).encode()).digest()).decode()
