"""A sheet whose heading block is known → the table, and the account of every filled cell in it.

Takes rows and columns as they were classified; it judges no value, and fills nothing but the text of a vertical merge.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Cell, Finding
from contracts.table import Ignored, Table
from transforms.book import Sheet, cell_address, column_letter
from transforms.cell_findings import compared_units, hidden_parts, unread_cells
from transforms.heading_findings import data_above, heading_address, unknown_column
from transforms.heading_match import Block, Merge, normalise
from transforms.notes import is_label
from transforms.numbers import is_number
from transforms.row_kinds import RowKind, classify_rows

_REASONS: dict[RowKind, tuple[str, str]] = {
    RowKind.ABOVE: ("表头之上的标题或说明", "a title or note above the headings"),
    RowKind.NOTE: ("表后的注释或签署", "a note or signature below the table"),
    RowKind.REPEATED: ("重复的表头或标题", "headings or a title printed again"),
    RowKind.SUBTOTAL: ("小计或另一行合计，未用于核对", "a subtotal or a further total, compared with nothing"),
    RowKind.NUMBERING: ("栏号行", "a row that numbers the columns"),
    RowKind.UNIT: ("计量单位行", "a row that states units"),
}
_NAMED = 20
_SERIAL = ("序号", "行号", "编号", "no", "no.")
_MERGED_TYPES = (Type.TEXT, Type.CHOICE, Type.DAY, Type.DATE)


@dataclass(frozen=True)
class Tabulation:
    """A table, what was found on the way, and the account of the sheet it stands in.

    rows: what the sheet's rows are, by how many. `used`, `ignored` and `found` together are its filled cells.
    """

    table: Table
    findings: tuple[Finding, ...]
    rows: dict[str, int]
    used: int
    ignored: tuple[Ignored, ...]
    found: int


def build_table(
    file: str,
    sheet: Sheet,
    grid: pl.DataFrame,
    merges: Sequence[Merge],
    block: Block,
    fields: Sequence[Field],
    total_in: str | None,
) -> Tabulation:
    """The table under the fields' names, with HEAD-03 for each column outside the contract.

    `grid` is the sheet's grid with blank texts as nulls.
    """
    columns = {name: heading.column for name, heading in block.matched.items()}
    units = {columns[f.name]: f.unit for f in fields if f.name in columns}
    kinds = classify_rows(grid, block, merges, units, columns.get(total_in) if total_in else None)
    counts = count_cells(grid, kinds)
    unknown, serial = _leftover_columns(file, sheet, grid, kinds, block, counts)
    inside = (RowKind.HEADING, RowKind.DATA, RowKind.TOTAL)
    used = sum(counts.get((kind, column), 0) for kind in inside for column in columns.values())
    above, found_rows = _data_above(file, sheet, grid, kinds, block)
    ignored = ignored_rows(sheet.name, sheet.first_row, grid, kinds, found_rows) + serial
    table = Table(
        sheet=sheet.name,
        frame=_rows_of(sheet, _filled_down(grid, merges, kinds, fields, columns), kinds, RowKind.DATA, fields, columns),
        columns={name: column_letter(column) for name, column in columns.items()},
        headings={name: heading_address(heading, sheet.first_row) for name, heading in block.matched.items()},
        totals=_rows_of(sheet, grid, kinds, RowKind.TOTAL, fields, columns),
    )
    return Tabulation(
        table=table,
        findings=(
            *unknown,
            *above,
            *compared_units(file, sheet, grid, kinds, block, fields),
            *hidden_parts(file, sheet, table),
            *unread_cells(file, sheet, table, fields),
        ),
        rows=count_rows(kinds),
        used=used,
        ignored=tuple(ignored),
        found=sum(counts.values()) - used - sum(entry.cells for entry in ignored),
    )


def count_rows(kinds: pl.Series) -> dict[str, int]:
    """How many rows of each kind there are; blank rows and kinds without a row are left out."""
    found = {kind.name.lower(): int((kinds == kind.value).sum()) for kind in RowKind if kind is not RowKind.BLANK}
    return {name: count for name, count in found.items() if count}


def count_cells(grid: pl.DataFrame, kinds: pl.Series) -> dict[tuple[RowKind, int], int]:
    """Filled cells by kind of row and column."""
    sums = grid.select(pl.all().is_not_null()).with_columns(kinds.alias("_kind")).group_by("_kind").agg(pl.all().sum())
    return {
        (RowKind(row[0]), column): count
        for row in sums.select("_kind", *grid.columns).iter_rows()
        for column, count in enumerate(row[1:])
    }


def _leftover_columns(
    file: str, sheet: Sheet, grid: pl.DataFrame, kinds: pl.Series, block: Block, counts: dict[tuple[RowKind, int], int]
) -> tuple[list[Finding], list[Ignored]]:
    """HEAD-03 for each column with data and no field; a running number, or a heading over nothing, is ignored."""
    taken = {h.column for h in block.matched.values()} | {h.column for more in block.doubled.values() for h in more}
    headings = {heading.column: heading for heading in block.others}
    findings: list[Finding] = []
    ignored: list[Ignored] = []
    for column in range(grid.width):
        if column in taken:
            continue
        heading = headings.get(column)
        data = counts.get((RowKind.DATA, column), 0) + counts.get((RowKind.TOTAL, column), 0)
        cells = data + counts.get((RowKind.HEADING, column), 0)
        serial = heading is not None and normalise(heading.texts[-1]) in _SERIAL and _runs(grid, kinds, column)
        if not cells:
            continue
        if data and not serial:
            inside = kinds.is_in([RowKind.DATA.value, RowKind.TOTAL.value]) & grid.to_series(column).is_not_null()
            first = cell_address(sheet.first_row + inside.arg_true()[0], column)
            address = heading_address(heading, sheet.first_row) if heading else first
            findings.append(unknown_column(file, sheet.name, address, heading.text if heading else None, data))
            continue
        last = cell_address(sheet.first_row + grid.height - 1, column)
        area = f"{cell_address(sheet.first_row + block.top, column)}:{last}"
        zh, en = ("没有内容的列的表头", "the heading of an empty column")
        if serial:
            zh, en = ("行的序号", "a running number")
        ignored.append(Ignored(sheet.name, area, cells, zh, en))
    return findings, ignored


def _runs(grid: pl.DataFrame, kinds: pl.Series, column: int) -> bool:
    """Whether the rows of data have nothing but whole numbers there, as a running number is."""
    texts = grid.to_series(column).filter(kinds == RowKind.DATA.value).drop_nulls()
    return bool(texts.str.contains(r"^\s*\d{1,9}\s*[.、]?\s*$").all())


def _data_above(
    file: str, sheet: Sheet, grid: pl.DataFrame, kinds: pl.Series, block: Block
) -> tuple[list[Finding], set[int]]:
    """HEAD-09 for rows above the headings that are as full as data and hold numbers, and which they are."""
    rows = [
        row
        for row in kinds.head(block.top).eq(RowKind.ABOVE.value).arg_true()
        if _looks_like_data(grid.row(row), block)
    ]
    if not rows:
        return [], set()
    cells = []
    for row in rows[:_NAMED]:
        column, text = next((c, text) for c, text in enumerate(grid.row(row)) if text is not None)
        cells.append(Cell(sheet.name, cell_address(sheet.first_row + row, column), text=text))
    return [data_above(file, sheet.name, cells, cell_address(sheet.first_row + block.top, 0))], set(rows)


def _looks_like_data(row: Sequence[str | None], block: Block) -> bool:
    texts = [text for text in row if text is not None]
    full = len(texts) >= max(2, (len(block.matched) + 1) // 2)
    return full and not any(map(is_label, texts)) and any(map(is_number, texts))


def ignored_rows(
    sheet: str, first_row: int, grid: pl.DataFrame, kinds: pl.Series, but: Collection[int] = ()
) -> list[Ignored]:
    """One entry for each row of `sheet` that was set aside, with the reason; `grid` begins at `first_row`.

    but: rows of the grid that a finding speaks of instead.
    """
    ignored = []
    for row in kinds.is_in([kind.value for kind in _REASONS]).arg_true():
        if row in but:
            continue
        filled = [column for column, text in enumerate(grid.row(row)) if text is not None]
        first, last = (cell_address(first_row + row, column) for column in (filled[0], filled[-1]))
        zh, en = _REASONS[RowKind(kinds[row])]
        ignored.append(Ignored(sheet, first if first == last else f"{first}:{last}", len(filled), zh, en))
    return ignored


def _filled_down(
    grid: pl.DataFrame, merges: Sequence[Merge], kinds: pl.Series, fields: Sequence[Field], columns: dict[str, int]
) -> pl.DataFrame:
    """The text of a vertical merge in every row it spans, for texts, choices and dates only.

    A merged number is not repeated: it would be counted as often as the rows it spans.
    """
    texts = {columns[f.name] for f in fields if f.name in columns and f.type in _MERGED_TYPES}
    changes: dict[int, dict[int, str]] = {}
    room = grid.height * len(texts)  # sound merges do not overlap
    for top, left, bottom, right in merges:
        if left == right and left in texts and 0 <= top < bottom and top < grid.height and kinds[top] == RowKind.DATA:
            room -= min(bottom, grid.height - 1) - top
            if room < 0:
                break
            for row in range(top + 1, min(bottom, grid.height - 1) + 1):
                if (text := grid.item(top, left)) is not None and grid.item(row, left) is None:
                    changes.setdefault(left, {})[row] = text
    for column, replaced in changes.items():
        name = grid.columns[column]
        schema = {"_at": pl.UInt32, "_text": pl.String}
        filled = pl.DataFrame({"_at": list(replaced), "_text": list(replaced.values())}, schema=schema)
        grid = (
            grid.with_row_index("_at")
            .join(filled, on="_at", how="left", maintain_order="left")
            .with_columns(pl.coalesce(name, "_text").alias(name))
            .drop("_at", "_text")
        )
    return grid


def _rows_of(
    sheet: Sheet, grid: pl.DataFrame, kinds: pl.Series, kind: RowKind, fields: Sequence[Field], columns: dict[str, int]
) -> pl.DataFrame:
    """Rows of one kind under the fields' names, `_row` in front."""
    numbers = pl.int_range(sheet.first_row, sheet.first_row + grid.height, dtype=pl.Int64, eager=True).alias("_row")
    series = [
        grid.to_series(columns[f.name]).alias(f.name)
        if f.name in columns
        else pl.Series(f.name, [None] * grid.height, dtype=pl.String)
        for f in fields
    ]
    return pl.DataFrame([numbers, *series]).filter(kinds == kind.value)
