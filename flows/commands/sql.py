"""`jixiao sql`: one query over the analyst's copy of a home, as things are or as they were known on a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from contracts.errors import JixiaoError, UsageError
from flows.commands.console import Console
from flows.commands.formats.answers import WRITERS, csv_lines, json_lines, text_of
from flows.commands.terminal import inert, print_json
from flows.homes import folder_of, look
from flows.moments import moment_of
from flows.settings import Settings
from warehouse.analyst import FILE, state_of
from warehouse.asking import Answer, Copy, Described, open_copy
from warehouse.canonical import moment_text
from warehouse.database import reading

TABLE: Final = "table"
WIDEST_CELL: Final = 60  # columns of the terminal; `--out` has all of it
_EDGES: Final = 3  # of a column: its blanks and its line


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for. shape: None where the name of `out` says it. limit: 0 for every row."""

    query: str | None
    place: Path | None
    home: Path | None
    as_of: str | None
    shape: str | None
    out: Path | None
    limit: int
    tables: bool


def ask(wanted: Wanted) -> None:
    """Print or write what the query gives; without a query, what can be asked.

    Raises UsageError for what is no query of one, StorageError where there is no copy.
    """
    query, place = _query(wanted)
    file = _file(place, wanted.home)
    moment = None if wanted.as_of is None else moment_text(moment_of(wanted.as_of, "--as-of"))
    shape = _shape(wanted)
    with open_copy(file, moment) as copy:
        _tell_age(copy)
        if query is None:
            _list(copy, wanted.tables, as_json=shape == "json")
            return
        answer = copy.ask(query)
        if wanted.out is not None:
            _write(answer, shape, wanted.out)
        elif shape == TABLE:
            _print(answer, wanted.limit)
        else:
            lines = csv_lines(answer) if shape == "csv" else json_lines(answer)
            for line in lines:
                sys.stdout.write(inert(line))


def _query(wanted: Wanted) -> tuple[str | None, Path | None]:
    """The query, and the home or pack that is meant: a folder in the place of a query is no query."""
    if wanted.query and wanted.place is None and (wanted.tables or Path(wanted.query).is_dir()):
        return None, Path(wanted.query)
    if wanted.tables:
        return None, wanted.place
    return (sys.stdin.read() if wanted.query == "-" else wanted.query), wanted.place


def _file(place: Path | None, home: Path | None) -> Path:
    """The copy that is meant. Raises UsageError where nothing says which."""
    if place is not None and home is None and place.is_file():
        return place
    if place is not None or home is not None:
        folder = home if home is not None and place is None else folder_of(place or Path(), home)
        return folder / FILE
    var = Settings.of_environment().var
    found = sorted(var.glob(f"*/{FILE}"))
    if len(found) == 1:
        return found[0]
    homes = [str(path.parent) for path in found]
    raise UsageError(
        f"请用 --home 指定数据目录（{var} 下：{'、'.join(homes) or '没有'}）",
        f"say which home with --home (under {var}: {', '.join(homes) or 'none'})",
    )


def _shape(wanted: Wanted) -> str:
    """How the answer is written: as told, or as the name of the file ends."""
    named = wanted.out.suffix.lower().lstrip(".") if wanted.out is not None else None
    shape = wanted.shape or (named if named and named in WRITERS else TABLE)
    if wanted.out is not None and shape not in WRITERS:
        raise UsageError(
            f"写入文件的格式为 {'、'.join(WRITERS)}，由 --format 或文件扩展名指定",
            f"a file is {', '.join(WRITERS)}: say which with --format, or by how its name ends",
        )
    if wanted.out is None and wanted.query is not None and shape in ("xlsx", "parquet"):
        raise UsageError(f"{shape} 只能写入文件，请给出 --out", f"{shape} goes into a file: name it with --out")
    return shape


def _tell_age(copy: Copy) -> None:
    """Say it where the warehouse has gone on since the copy was made; one that was carried away is what it is."""
    folder = copy.file.parent
    if copy.file.name != FILE or not (folder / "landing").is_dir():
        return
    try:
        with look(folder) as home, reading(home.engine) as connection:
            now = state_of(connection)
    except JixiaoError as error:
        _warn(f"无法与数据仓库核对新旧：{error.zh}", f"not compared with the warehouse: {error.en}")
        return
    if now != copy.made_of():
        _warn(
            f"{FILE} 早于数据仓库，结果不含其后的变动；下一次 jixiao run 会更新",
            f"{FILE} is older than the warehouse and does not show what came since; the next jixiao run makes it anew",
        )


def _warn(zh: str, en: str) -> None:
    print(inert(f"注意：{zh}\nnote: {en}"), file=sys.stderr)


def _write(answer: Answer, shape: str, out: Path) -> None:
    with _new(out) as file:
        rows = WRITERS[shape](answer, file)
    print(inert(f"已写入 {out}，{rows} 行 / written, {rows} rows"))


@contextmanager
def _new(out: Path) -> Iterator[BinaryIO]:
    """A file that was not there; nothing of it stays where it could not be written to its end."""
    try:
        with out.open("xb") as file:
            try:
                yield file
            except BaseException:
                os.unlink(out)
                raise
    except FileExistsError as error:
        raise UsageError(f"{out} 已存在，未覆盖", f"{out} exists and was not overwritten") from error
    except OSError as error:
        raise UsageError(f"无法写入 {out}：{error.strerror}", f"cannot write {out}: {error.strerror}") from error


def _print(answer: Answer, limit: int) -> None:
    """The first rows as a table, or each by itself where the terminal is too narrow, and how many there are."""
    rows = answer.rows()
    shown = list(islice(rows, limit or None))
    more = sum(1 for _ in rows)
    cells = [[_cell(value) for value in row] for row in shown]
    heads = [inert(name) for name in answer.columns]
    widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
    console = Console(highlight=False)
    wide = sum(widths) + _EDGES * len(widths) + 1
    if not console.is_terminal:
        console.width = max(console.width, wide)
    if wide <= console.width:
        console.print(_table(heads, cells, shown))
    else:
        _print_apart(console, heads, cells)
    told = f"{len(shown) + more} 行 / rows"
    told += f"，显示前 {len(shown)} 行，--limit 0 显示全部 / the first {len(shown)} are shown" if more else ""
    console.print(told, style="dim", soft_wrap=True)


def _table(heads: list[str], cells: list[list[str]], rows: list[tuple[Any, ...]]) -> Table:
    table = Table()
    for at, head in enumerate(heads):
        number = any(isinstance(row[at], int | float | Decimal) and not isinstance(row[at], bool) for row in rows)
        table.add_column(Text(head), justify="right" if number else "left", no_wrap=True)
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _print_apart(console: Console, heads: list[str], cells: list[list[str]]) -> None:
    """A row a block, a column a line."""
    widest = max(map(cell_len, heads))
    for number, row in enumerate(cells, 1):
        console.print(Text(f"── {number} ──", "bold"))
        for head, cell in zip(heads, row, strict=True):
            console.print(Text(f"{set_cell_size(head, widest)}  {cell}"), soft_wrap=True)


def _cell(value: Any) -> str:
    """A value on one line, cut where it is too wide."""
    text = inert(text_of(value)).replace("\n", "⏎")
    return text if cell_len(text) <= WIDEST_CELL else set_cell_size(text, WIDEST_CELL - 1).rstrip() + "…"


def _list(copy: Copy, everything: bool, *, as_json: bool) -> None:
    """What can be asked: every mart with its columns, or every table by its name."""
    found = copy.describe(*(copy.schemas if everything else ("mart",)))
    if as_json:
        print_json([_described(one, columns=not everything) for one in found])
        return
    console = Console(highlight=False)
    for one in found:
        console.print(Text(inert(f"{one.schema}.{one.name}"), "bold cyan"), Text(inert(one.title)), soft_wrap=True)
        if not everything:
            for name, type_, said in one.columns:
                console.print(Text(inert(f"    {name:<24} {type_:<15} {said}")), soft_wrap=True)
    console.print(
        "某日所知：mart.<名称>_as_of('2020-12-31') 或 --as-of；全部表：jixiao sql --tables\n"
        "as known on a day: mart.<name>_as_of('2020-12-31') or --as-of; every table: jixiao sql --tables",
        style="dim",
        soft_wrap=True,
    )


def _described(one: Described, *, columns: bool) -> dict[str, Any]:
    told = {"schema": one.schema, "name": one.name, "title": one.title}
    listed = [{"name": name, "type": type_, "meaning": said} for name, type_, said in one.columns]
    return told | ({"columns": listed} if columns else {})
