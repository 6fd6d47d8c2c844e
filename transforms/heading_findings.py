"""What is said about a sheet's headings: missing, unknown, doubled, not found at all.

Messages only, each naming file, sheet, cell, what was found and what was expected; nothing is decided here.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from contracts.field import Field
from contracts.finding import Cell, Finding
from contracts.structure import structure_finding
from transforms.book import cell_address
from transforms.heading_match import Block, Heading, normalise
from transforms.readers.archive.names import printable


def heading_address(heading: Heading, first_row: int) -> str:
    """The address of a heading's lowest cell, in a sheet whose grid begins at `first_row`."""
    return cell_address(first_row + heading.place[0], heading.place[1])


def place_of(file: str, sheet: str) -> tuple[str, str]:
    """The file and its sheet, in both languages; a CSV file has no sheet to name. Line ends in names are made inert."""
    file, sheet = printable(file), printable(sheet)
    if not sheet:
        return f"文件“{file}”", f"file “{file}”"
    return f"文件“{file}”的工作表“{sheet}”", f"file “{file}”, sheet “{sheet}”"


def no_heading(
    file: str, sheet: str, fields: Sequence[Field], nearest: tuple[str, tuple[str, ...]] | None, hidden: str | None
) -> Finding:
    """HEAD-01. `nearest`: the nearest row's address and the headings found in it; `hidden`: a hidden sheet with all."""
    zh, en = place_of(file, sheet)
    expected = "、".join(f.heading for f in fields if not f.optional_column)
    zh, en = f"{zh}中找不到表头。", f"No heading row was found in {en}."
    if nearest:
        address, found = nearest
        seen = "、".join(f"“{text}”" for text in found)
        zh += f"最接近的是 {address} 所在的行，" + (f"其中只有 {seen} 相符。" if found else "没有相符的列。")
        en += f" Nearest is the row of {address}, in which {seen + ' alone' if found else 'nothing'} fits."
    if hidden:
        zh, en = f"{zh}隐藏的工作表“{hidden}”中有这样的表头。", f"{en} The hidden sheet “{hidden}” has such a row."
    zh, en = f"{zh}应有的列：{expected}。请按规定的报表样式填报。", f"{en} Expected columns: {expected}."
    return structure_finding(
        "HEAD-01", zh, en, cells=(Cell(sheet, nearest[0]),) if nearest else (), expected=expected or None
    )


def like_another_form(finding: Finding, title_zh: str, title_en: str, code: str) -> Finding:
    """HEAD-01 of a file that has the headings of another form, which is named."""
    zh = f"{finding.message_zh}文件中的列名更像报表《{title_zh}》（{code}）；请核对报送的是哪一张报表。"
    en = f"{finding.message_en} The headings look more like those of the form {code} ({title_en}): check which it is."
    return replace(finding, message_zh=zh, message_en=en)


def missing_columns(file: str, sheet: str, first_row: int, block: Block, fields: Sequence[Field]) -> list[Finding]:
    """HEAD-02, one for each required column that has no heading; names the most similar heading that is left over."""
    left = {normalise(heading.text): heading for heading in block.others}
    at = cell_address(first_row + block.below - 1, min(h.column for h in block.matched.values()))
    zh_place, en_place = place_of(file, sheet)
    row = first_row + block.below - 1
    findings = []
    for field in fields:
        if field.optional_column or field.name in block.matched:
            continue
        wanted = [close for h in field.headings for close in difflib.get_close_matches(normalise(h), left, 1, 0.5)]
        near = left[wanted[0]] if wanted else None
        zh = f"{zh_place}缺少必需的列“{field.heading}”（表头在第 {row} 行）。"
        en = f"Required column “{field.heading}” is missing in {en_place} (headings are in row {row})."
        if near:
            zh += f"最接近的是 {heading_address(near, first_row)} 的“{near.text}”。"
            en += f" Nearest is “{near.text}” in {heading_address(near, first_row)}."
        zh += "请补上该列，或改正列名后重新报送。"
        cell = Cell(sheet, heading_address(near, first_row) if near else at, field.name, near.text if near else None)
        findings.append(
            structure_finding(
                "HEAD-02", zh, en, cells=(cell,), field=field.name, filed=cell.text, expected=" / ".join(field.headings)
            )
        )
    return findings


def unknown_column(file: str, sheet: str, address: str, heading: str | None, cells: int) -> Finding:
    """HEAD-03 for a column with `cells` filled cells that the contract does not know."""
    zh, en = place_of(file, sheet)
    title_zh = f"列“{heading}”" if heading else "没有表头的列"
    title_en = f"column “{heading}”" if heading else "a column without heading"
    return structure_finding(
        "HEAD-03",
        f"{zh}的{title_zh}（{address}）不是本表规定的列，其中 {cells} 个非空单元格未被采用；请核实其中没有应报的数据。",
        f"In {en}, {title_en} ({address}) is not in the contract; {cells} filled cells of it were not used.",
        cells=(Cell(sheet, address, text=heading),),
        filed=heading,
    )


def doubled_headings(file: str, sheet: str, first_row: int, block: Block, fields: Sequence[Field]) -> list[Finding]:
    """HEAD-04, one for each field that two or more headings name; every one of their cells is given."""
    titles = {f.name: f.heading for f in fields}
    findings = []
    for name, more in block.doubled.items():
        headings = (block.matched[name], *more)
        cells = [Cell(sheet, heading_address(h, first_row), name, h.text) for h in headings]
        findings.append(repeated_heading(file, sheet, cells, titles[name]))
    return findings


def repeated_heading(file: str, sheet: str, cells: Sequence[Cell], title: str | None = None) -> Finding:
    """HEAD-04 for headings in `cells` that name one column, whose title in the contract is `title`."""
    zh, en = place_of(file, sheet)
    where, title = ", ".join(cell.address for cell in cells), title or cells[0].text
    return structure_finding(
        "HEAD-04",
        f"{zh}中列“{title}”出现了 {len(cells)} 次：{where}；请只保留一列后重新报送。",
        f"Column “{title}” stands {len(cells)} times in {en}: {where}.",
        cells=tuple(cells),
        field=cells[0].field,
        filed=cells[0].text,
    )


def second_table(file: str, used: str, sheet: str, address: str, cells: int) -> Finding:
    """HEAD-05: a further sheet looks like the table as well, and is not read."""
    return structure_finding(
        "HEAD-05",
        f"文件“{file}”的工作表“{sheet}”（{address}）也像是本表；只采用了“{used}”，"
        f"“{sheet}”的 {cells} 个非空单元格未被采用，请核实应报的是哪一张。",
        f"Sheet “{sheet}” of file “{file}” ({address}) looks like the table too; only “{used}” was used, "
        f"and the {cells} filled cells of “{sheet}” were not.",
        cells=(Cell(sheet, address),),
        filed=sheet,
        expected=used,
    )


def data_above(file: str, sheet: str, cells: Sequence[Cell], address: str) -> Finding:
    """HEAD-09: rows above the headings at `address` that look like data; `cells` are the first of each."""
    zh, en = place_of(file, sheet)
    rows = "、".join(cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for cell in cells)
    return structure_finding(
        "HEAD-09",
        f"{zh}的第 {rows} 行在表头（{address}）之上，却像是数据；未被采用，请核实。",
        f"In {en}, rows {rows} stand above the headings ({address}) and look like data; they were not used.",
        cells=tuple(cells),
        filed=cells[0].text,
    )


def hidden_sheet(file: str, sheet: str, address: str) -> Finding:
    """HEAD-06: a table at `address` of a hidden sheet was read, because no sheet that shows has it."""
    return structure_finding(
        "HEAD-06",
        f"文件“{file}”的工作表“{sheet}”是隐藏的；其中的表（{address}）已读取，请核实。",
        f"Sheet “{sheet}” of file “{file}” is hidden; the table in it ({address}) was read.",
        cells=(Cell(sheet, address),),
        filed=sheet,
    )


def no_rows(file: str, sheet: str, address: str) -> Finding:
    """TABLE-01: headings and nothing below them."""
    zh, en = place_of(file, sheet)
    return structure_finding(
        "TABLE-01",
        f"{zh}在表头（{address}）之下没有数据行；请填写后重新报送。",
        f"There are no rows of data below the headings ({address}) in {en}.",
        cells=(Cell(sheet, address),),
    )
