"""`jixiao report`: what was published, printed again from the home alone, as things are or as they were on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.text import Text

from contracts.errors import UsageError
from contracts.kind import discover_kinds
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import folder_of, look
from flows.moments import moment_of
from flows.past import known
from flows.runs import code_version
from flows.settings import Settings
from flows.stages import make_edition
from warehouse.canonical import moment_text
from warehouse.home import Home
from warehouse.reports.publish import documents, write_documents

# Report → the folders of a publication that it is.
FOLDERS: Final = {"annual": ("annual",), "validation": ("validation",), "deadlines": ("deadlines",)}
EVERYTHING: Final = "all"
SHOWN: Final = 6  # files that are named one by one; of more only those to open


def print_report(
    report: str,
    target: Path,
    home: Path | None,
    year: int | None,
    as_of: str | None,
    formats: str | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write the files of a report into a folder, and say which.

    Raises UsageError for a report, year or format that there is not, and where nothing was known yet at `as_of`.
    """
    _known("报告", "report", report, [*FOLDERS, EVERYTHING])
    moment = None if as_of is None else moment_of(as_of, "--as-of")
    folder = folder_of(target, home)
    kinds = discover_kinds(Settings.of_environment().kind_folders())
    with look(folder) as opened:
        told = _year(opened, year)
        with known(opened, told, kinds, moment) as (then, pack):
            made = list(_chosen(documents(then, make_edition(then, pack)), report, formats))
        worked_with = _code_then(opened, told, moment)
    target_folder = out or folder / "reports" / _name(told, moment)
    write_documents(target_folder, made)
    files = [target_folder / path for path, _ in made]
    if as_json:
        print_json({"year": told, "as_of": moment and moment_text(moment), "files": [str(f) for f in files]})
    else:
        _print(told, moment, files, worked_with)


def _known(zh: str, en: str, given: str, there: list[str]) -> None:
    if given not in there:
        raise UsageError(
            f"没有{zh}“{given}”；有：{'、'.join(there)}", f"no {en} “{given}”; there are: {', '.join(there)}"
        )


def _year(home: Home, year: int | None) -> int:
    """The year asked for, or the last one of the home."""
    years = home.years()
    if not years:
        raise UsageError(f"数据目录 {home.folder} 中还没有报送", f"nothing was filed in the home {home.folder} yet")
    if year is not None:
        _known("年度", "year", str(year), [str(y) for y in years])
    return years[-1] if year is None else year


def _chosen(made: Iterator[tuple[str, bytes]], report: str, formats: str | None) -> Iterator[tuple[str, bytes]]:
    """Of all documents those of the report, in the formats asked for."""
    wanted = [f.strip().removeprefix(".") for f in formats.split(",")] if formats else None
    kept = [(p, d) for p, d in made if report == EVERYTHING or p.split("/")[0] in FOLDERS[report]]
    there = sorted({Path(p).suffix[1:] for p, _ in kept})
    for name in wanted or ():
        _known("格式", "format", name, there)
    yield from ((p, d) for p, d in kept if wanted is None or Path(p).suffix[1:] in wanted)


def _name(year: int, moment: datetime | None) -> str:
    return f"{year}" if moment is None else f"{year}-as-of-{moment:%Y-%m-%dT%H%M%S}"


def _code_then(home: Home, year: int, moment: datetime | None) -> str | None:
    """The program that the last run before a moment was made with, where that is not this one."""
    runs = [r for r in home.runs() if r.what == "run" and r.year == year and moment and r.ended_at <= moment]
    code = str(runs[-1].content["code"]) if runs else None
    return None if code == code_version() else code


def _print(year: int, moment: datetime | None, files: list[Path], worked_with: str | None) -> None:
    console = Console()
    known_at = "" if moment is None else f"，截至 {moment:%Y-%m-%d %H:%M:%S} 所知 / as known then"
    console.print(f"{year} 年度{known_at}：{len(files)} 个文件 / files", style="bold")
    for file in files if len(files) <= SHOWN else [f for f in files if f.stem in ("index", "summary")]:
        console.print(Text(inert(f"  {file}")), soft_wrap=True)
    if worked_with:
        console.print(
            f"当日运行所用程序为 {worked_with}，本次为 {code_version()}：数字和结论取自当时的记录，版式可能不同。\n"
            f"That day's run was made with {worked_with}, this with {code_version()}: figures and verdicts are those "
            "recorded then; the layout may differ.",
            style="yellow",
        )
