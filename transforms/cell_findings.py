"""What is said about cells of a table before its values are parsed: units stated beside it, hidden parts, no values.

Messages only; which cells belong to the table was decided before, and what a value means is asked later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from contracts.conversion import conversion
from contracts.field import Field, Type
from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from contracts.table import Table
from transforms.book import Sheet, cell_address, column_index
from transforms.heading_findings import heading_address, place_of
from transforms.heading_match import Block
from transforms.notes import is_unit_line, is_unit_word
from transforms.readers.archive.names import printable
from transforms.row_kinds import RowKind
from transforms.stated_units import stated_unit
from transforms.stated_units import stated_units as units_in_note

_NAMED = 20  # cells of one finding that are named, the rest is counted
_TAKES_ANYTHING = (Type.TEXT, Type.ITEMS)  # for the others a rule of the contract says that it is no value


def compared_units(
    file: str, sheet: Sheet, grid: pl.DataFrame, kinds: pl.Series, block: Block, fields: Sequence[Field]
) -> list[Finding]:
    """HEAD-08 where a heading or the table's unit note states a multiple of the contract's unit, HEAD-07 where another.

    Nothing is converted: a number filed in 万户 where the form counts 户 may as well be a slip of the note.
    """
    notes = list(_unit_notes(sheet, grid, kinds))
    under = _units_under(grid, kinds)
    findings = []
    for field in fields:
        heading = block.matched.get(field.name)
        if not field.unit or heading is None:
            continue
        address = heading_address(heading, sheet.first_row)
        own = next((unit for text in reversed(heading.texts) if (unit := stated_unit(text))), None)
        own = own or under.get(heading.column)
        stated = [(own, address)] if own else notes
        times = {unit: (conversion(unit, field.unit), place) for unit, place in stated}
        # A note may state several units, for several columns; a column's own among them settles it.
        multiples = [(unit, n, place) for unit, (n, place) in times.items() if n is not None]
        if own and not multiples:
            findings.append(_other_unit(file, sheet.name, field, own, address))
        elif multiples and all(n != 1 for _, n, _ in multiples):
            unit, n, place = multiples[0]
            findings.append(_multiple(file, sheet.name, field, unit, place or address, f"{n:f}"))
    return findings


def _units_under(grid: pl.DataFrame, kinds: pl.Series) -> dict[int, str]:
    """Column → the unit that a row of units below the headings states for it: （万个）, 万户."""
    found = {}
    for row in (kinds == RowKind.UNIT.value).arg_true():
        for column, text in enumerate(grid.row(row)):
            bare = (text or "").strip().strip("()（）[]【】")
            if bare and (unit := stated_unit(f"({bare})")):
                found[column] = unit
    return found


def _unit_notes(sheet: Sheet, grid: pl.DataFrame, kinds: pl.Series) -> Iterator[tuple[str, str]]:
    """Every unit stated above or below the table or in a line of its own under the headings, and where.

    "" stands for the text before a document's table.
    """
    for text in sheet.above:
        if is_unit_line(text):
            yield from ((unit, "") for unit in units_in_note(text))
    for row in kinds.is_in([RowKind.ABOVE.value, RowKind.UNIT.value, RowKind.NOTE.value]).arg_true():
        cells = [(column, text) for column, text in enumerate(grid.row(row)) if text is not None]
        for (column, text), (_, behind) in zip(cells, [*cells[1:], (0, "")], strict=True):
            if is_unit_word(text):
                text = f"单位：{behind}"  # the word stands in one cell, and the unit in the next
            if is_unit_line(text):
                yield from ((unit, cell_address(sheet.first_row + row, column)) for unit in units_in_note(text))


def _multiple(file: str, sheet: str, field: Field, unit: str, address: str, times: str) -> Finding:
    zh, en = place_of(file, sheet)
    return structure_finding(
        "HEAD-08",
        f"{zh}的 {address} 注明单位“{unit}”，“{field.heading}”应以“{field.unit}”填报，相差 {times} 倍。"
        "请统一单位后重新报送。",
        f"{address} in {en} states the unit “{unit}”; “{field.heading}” is filed in “{field.unit}”, "
        f"which makes a difference of {times} times. File it again in one unit.",
        cells=(Cell(sheet, address, field.name, unit),),
        field=field.name,
        filed=unit,
        expected=field.unit,
    )


def _other_unit(file: str, sheet: str, field: Field, unit: str, address: str) -> Finding:
    zh, en = place_of(file, sheet)
    return structure_finding(
        "HEAD-07",
        f"{zh}的 {address} 注明单位“{unit}”，“{field.heading}”的单位是“{field.unit}”；数值按后者读取，请核实。",
        f"{address} in {en} states the unit “{unit}”; “{field.heading}” counts in “{field.unit}”, and was read so.",
        cells=(Cell(sheet, address, field.name, unit),),
        field=field.name,
        filed=unit,
        expected=field.unit,
    )


def hidden_parts(file: str, sheet: Sheet, table: Table) -> list[Finding]:
    """TABLE-02 where rows or columns of the table are hidden; they are read like the others."""
    if not sheet.hidden_rows and not sheet.hidden_columns:
        return []
    return hidden_lines(file, sheet, table.frame["_row"].to_list(), list(table.columns.values()))


def hidden_lines(file: str, sheet: Sheet, rows: Sequence[int], columns: Sequence[str]) -> list[Finding]:
    """TABLE-02 for those of a table's `rows` and `columns` that are hidden in the sheet."""
    first_row, hidden = rows[0] if rows else sheet.first_row, set(sheet.hidden_rows)
    rows = [row for row in rows if row in hidden]
    columns = [letter for letter in columns if letter in sheet.hidden_columns]
    if not rows and not columns:
        return []
    zh, en = place_of(file, sheet.name)
    said_zh = [f"第 {_listed(rows)} 行"] if rows else []
    said_en = [f"rows {_listed(rows)}"] if rows else []
    if columns:
        said_zh.append(f"{'、'.join(columns)} 列")
        said_en.append(f"columns {', '.join(columns)}")
    first = cell_address(rows[0], 0) if rows else f"{columns[0]}{first_row}"
    return [
        structure_finding(
            "TABLE-02",
            f"{zh}中{'和'.join(said_zh)}是隐藏的；已同其他行列一样读取，请核实。",
            f"In {en}, these are hidden and were read like the others: {' and '.join(said_en)}.",
            cells=(Cell(sheet.name, first),),
        )
    ]


def unread_cells(file: str, sheet: Sheet, table: Table, fields: Sequence[Field]) -> list[Finding]:
    """CELL-01 and CELL-02 for cells of fields that take any text: a formula or an error is no text either."""
    found: dict[str, list[Cell]] = {"formula": [], "error": []}
    for field in fields:
        letter = table.columns.get(field.name)
        if sheet.types is None or letter is None or field.type not in _TAKES_ANYTHING:
            continue
        kinds = sheet.types[letter]
        rows = set(table.frame["_row"].to_list())
        for at in kinds.is_in(list(found)).arg_true():
            row = sheet.first_row + at
            if row in rows:
                found[kinds[at]].append(Cell(sheet.name, f"{letter}{row}", field.name, sheet.grid[letter][at]))
    return [no_value(file, sheet.name, kind, cells) for kind, cells in found.items() if cells]


def no_value(file: str, sheet: str, kind: str, cells: Sequence[Cell]) -> Finding:
    """CELL-01 (`kind` "formula") or CELL-02 ("error") for cells in reading order; at most twenty are named."""
    zh, en = place_of(file, sheet)
    named = sorted(cells, key=_reading_order)[:_NAMED]
    where = "、".join(f"{cell.address}（{printable(cell.text or '')}）" for cell in named[:5]) + (
        "…" if len(cells) > 5 else ""
    )
    if kind == "formula":
        return structure_finding(
            "CELL-01",
            f"{zh}中有 {len(cells)} 个公式没有计算结果：{where}。请用 Excel 打开并保存后重新报送。",
            f"In {en}, formulas without a result: {len(cells)}: {where}. "
            "Open the file in Excel, save it and file it again.",
            cells=tuple(named),
            filed=named[0].text,
        )
    return structure_finding(
        "CELL-02",
        f"{zh}中有 {len(cells)} 个单元格是错误值：{where}；请改为实际内容后重新报送。",
        f"In {en}, cells that hold an error value: {len(cells)}: {where}.",
        cells=tuple(named),
        filed=named[0].text,
    )


def _reading_order(cell: Cell) -> tuple[int, int]:
    letters = cell.address.rstrip("0123456789")
    return int(cell.address[len(letters) :]), column_index(letters)


def _listed(rows: Sequence[int]) -> str:
    """3, 4, 5, 9 → "3–5、9"."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    texts = [f"{a}–{b}" if b > a else str(a) for a, b in spans[:_NAMED]]
    return "、".join(texts) + ("…" if len(spans) > _NAMED else "")
