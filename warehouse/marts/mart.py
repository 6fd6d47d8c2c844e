"""What a mart is: a name, titles, one select, and what each of its columns means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select


@dataclass(frozen=True, eq=False)
class Mart:
    """columns: name → meaning in Chinese and English, for every column of `select`, in its order.

    numbers: columns of exact decimal text, which the analyst's copy turns into numbers.
    """

    name: str
    title_zh: str
    title_en: str
    select: Select[Any]
    columns: Mapping[str, tuple[str, str]]
    numbers: tuple[str, ...] = ()
