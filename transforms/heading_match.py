"""Where a contract's headings stand in a sheet: a block of one to three rows, merged or not.

Pure matching of texts. It decides which columns are which fields, and nothing about the rows below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from contracts.field import Field

LEVELS = 3
_HEAD_ROWS = 200
_HEAD_CELLS = 40_000
_DROPPED = re.compile(r"[\s\u200b\ufeff/*:]+")
_MONTHS = re.compile(r"(?:\d{4}年)?(1[-~—–至到])?\d{1,2}月(?:份(?=.))?")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; 0-based, in the grid
Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Heading:
    """What stands above one column: texts from the top level down, and the place of the lowest (row, column)."""

    column: int
    texts: tuple[str, ...]
    place: tuple[int, int]

    @property
    def text(self) -> str:
        return "/".join(" ".join(text.split()) for text in self.texts)


@dataclass(frozen=True)
class Block:
    """A heading block: grid rows `top` to `top + levels - 1`.

    matched: field name → its heading; doubled: field name → further headings that say the same; others: the rest.
    """

    top: int
    levels: int
    matched: dict[str, Heading] = field(default_factory=dict)
    doubled: dict[str, tuple[Heading, ...]] = field(default_factory=dict)
    others: tuple[Heading, ...] = ()

    @property
    def below(self) -> int:
        return self.top + self.levels

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Most fields first, then fewest doubled, then fewest levels, then highest up."""
        return len(self.matched), -len(self.doubled), -self.levels, -self.top


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """A heading as compared: width, case, spaces, line breaks, slashes, stars and colons do not count."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text)).casefold()


@lru_cache(maxsize=4096)
def without_brackets(normalised: str) -> str:
    """A normalised heading without bracketed parts such as units, however deep."""
    before = None
    while before != normalised:
        before, normalised = normalised, _BRACKETS.sub("", normalised)
    return normalised


@lru_cache(maxsize=4096)
def with_any_month(normalised: str) -> str:
    """A normalised heading in which 1-7月 reads 1-n月 and 2024年7月 reads n月, as an alias says it."""
    return _MONTHS.sub(lambda found: "1-n月" if found[1] else "n月", without_brackets(normalised))


def head_height(width: int) -> int:
    """How many rows from the first filled one are searched for headings: 200, fewer in a very wide sheet."""
    return min(_HEAD_ROWS, max(10, _HEAD_CELLS // max(width, 1)))


def best_block(rows: Rows, merges: Sequence[Merge], fields: Sequence[Field]) -> Block | None:
    """The block that matches most fields; None if the sheet has no filled row. `rows` are the sheet's first rows."""
    origins = _merge_origins(merges, len(rows), max((len(row) for row in rows), default=0))
    best: Block | None = None
    for top, row in enumerate(rows):
        if not any(row):
            continue
        for levels in range(1, min(LEVELS, len(rows) - top) + 1):
            block = _match_block(_headings(rows, origins, top, levels), fields, top, levels)
            if best is None or block.rank > best.rank:
                best = block
    return best and _with_merged_parents(best, rows, origins, fields)


def _with_merged_parents(
    block: Block, rows: Rows, origins: dict[tuple[int, int], tuple[int, int]], fields: Sequence[Field]
) -> Block:
    """The block from where its merges begin: headings that match by their lowest level alone still own those above."""
    top = min((origins.get((block.top, c), (block.top, c))[0] for c in range(len(rows[block.top]))), default=block.top)
    levels = block.below - top
    if top == block.top or levels > LEVELS:
        return block
    taller = _match_block(_headings(rows, origins, top, levels), fields, top, levels)
    return taller if len(taller.matched) == len(block.matched) and not taller.doubled else block


def _merge_origins(merges: Sequence[Merge], height: int, width: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Every place inside a merge (clipped to the rows at hand) → the merge's first place."""
    origins: dict[tuple[int, int], tuple[int, int]] = {}
    room = height * width  # merges of a sound workbook do not overlap; those of a forged one must not cost an hour
    for r1, c1, r2, c2 in merges:
        last_row, last_column = min(r2, height - 1), min(c2, width - 1)
        room -= max(last_row - r1 + 1, 0) * max(last_column - c1 + 1, 0) if r1 >= 0 else 0
        if r1 < 0 or room < 0:
            continue
        for row in range(r1, last_row + 1):
            for column in range(c1, last_column + 1):
                origins[row, column] = (r1, c1)
    return origins


def read_headings(rows: Rows, merges: Sequence[Merge], top: int, levels: int) -> list[Heading]:
    """What stands above each column in the block of rows `top` to `top + levels - 1`."""
    origins = _merge_origins(merges, len(rows), max((len(row) for row in rows), default=0))
    return _headings(rows, origins, top, levels)


def _headings(rows: Rows, origins: dict[tuple[int, int], tuple[int, int]], top: int, levels: int) -> list[Heading]:
    headings = []
    above: list[tuple[str, tuple[int, int]] | None] = [None] * levels
    for column in range(len(rows[top])):
        stack: list[tuple[str, tuple[int, int]]] = []
        for level in range(levels):
            place = origins.get((top + level, column), (top + level, column))
            text = rows[place[0]][place[1]]
            if text is not None:
                above[level] = (text, place)
                entry: tuple[str, tuple[int, int]] | None = (text, place)
            else:
                # a parent that was merged before the file became CSV stands over the first of its columns only
                lower = any(rows[row][column] is not None for row in range(top + level + 1, top + levels))
                entry = above[level] if lower else None
            if entry and (not stack or stack[-1][1] != entry[1]):
                stack.append(entry)
        if stack:
            headings.append(Heading(column, tuple(text for text, _ in stack), stack[-1][1]))
    return headings


def _match_block(headings: list[Heading], fields: Sequence[Field], top: int, levels: int) -> Block:
    matched: dict[str, Heading] = {}
    doubled: dict[str, tuple[Heading, ...]] = {}
    for simplify in (str, without_brackets, with_any_month):
        accepted = {
            simplify(normalise(text)): f.name for f in reversed(fields) if f.name not in matched for text in f.headings
        }
        taken = {h.column for h in matched.values()} | {h.column for more in doubled.values() for h in more}
        claims: dict[str, list[tuple[int, Heading]]] = {}
        for heading in headings:
            found = None if heading.column in taken else _claim(heading, accepted, simplify)
            if found:
                claims.setdefault(found[0], []).append((found[1], heading))
        for name, claimants in claims.items():
            closest = max(depth for depth, _ in claimants)
            first, *more = [heading for depth, heading in claimants if depth == closest]
            matched[name] = first
            if more:
                doubled[name] = tuple(more)
    taken = {h.column for h in matched.values()} | {h.column for more in doubled.values() for h in more}
    return Block(top, levels, matched, doubled, tuple(h for h in headings if h.column not in taken))


def _claim(heading: Heading, accepted: dict[str, str], simplify: Callable[[str], str]) -> tuple[str, int] | None:
    """The field this heading names and by how many levels, the most levels first: 5G基站/累计建成 before 累计建成."""
    texts = [simplify(normalise(text)) for text in heading.texts]
    texts = [text for text in texts if text]
    for start in range(len(texts)):
        name = accepted.get("".join(texts[start:]))
        if name:
            return name, len(texts) - start
    return None
