"""What a mart is: a name, titles, one select over what is known, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select

from warehouse.states import NOW, Known


@dataclass(frozen=True, eq=False)
class Mart:
    """make: the select over the tables as known now or at a moment (`warehouse.states`).

    columns: name → meaning in Chinese and English, for every column of it, in its order.

    numbers: columns of exact decimal text, which the analyst's copy turns into numbers.

    row_zh, row_en: what one row is, as a sentence.
    """

    name: str
    title_zh: str
    title_en: str
    make: Callable[[Known], Select[Any]]
    columns: Mapping[str, tuple[str, str]]
    numbers: tuple[str, ...] = ()
    row_zh: str = ""
    row_en: str = ""

    @cached_property
    def select(self) -> Select[Any]:
        """The mart as things are now."""
        return self.make(NOW)
