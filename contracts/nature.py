"""Level or flow: what there is by now (累计, 增至), or what was added over a time (新增, 扩容).

Read from the words that name a figure, as people write them. Words that say neither, or both (累计新增), say nothing:
nobody's indicator is made a level because 累计 stands somewhere in it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_TO: Final = "(?:至|到)"
_LEVEL: Final = re.compile(rf"累计|总[数量]|存量|保有量|[年期月]末|(?:增加?|增长|扩容|升){_TO}")
_FLOW: Final = re.compile(rf"新增|新建|净增|(?:增加|扩容)(?!{_TO})|发展(?=\w{{0,8}}(?:用户|客户))")


class Nature(StrEnum):
    """A level is compared with levels, a flow with flows."""

    LEVEL = "level"
    FLOW = "flow"

    @property
    def zh(self) -> str:
        return {"level": "累计达到的总量", "flow": "期内新增的数量"}[self.value]


def nature_of(words: str) -> Nature | None:
    """What the words before a number, or the name of an indicator, make of it; None where they do not say."""
    found = {nature for nature, said in ((Nature.LEVEL, _LEVEL), (Nature.FLOW, _FLOW)) if said.search(words)}
    return found.pop() if len(found) == 1 else None
