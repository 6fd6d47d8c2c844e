"""`jixiao run`: a pack through the intake flow, with progress, and a short table at the end."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

from contracts.errors import UsageError
from contracts.finding import Outcome, Severity
from flows.batch import BatchResult, load_pack
from flows.commands.closing import print_open, questions_json
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.progress import listener
from flows.settings import Settings, place_prefect

DOING = {"check": "检查数据仓库 checking the warehouse", "publish": "发布 publishing"}


def run_pack(pack: Path, home: Path | None, *, as_json: bool) -> None:
    """Run the pack in folder `pack` and print what came of it; faults of ours are raised."""
    settings = Settings.of_environment()
    # Read once before Prefect starts: a mistake in the pack is told at once, not after a server's start.
    contents = load_pack(pack, settings)
    folder = home or settings.var / contents.name
    _make(folder)
    place_prefect(folder / "prefect")
    # Prefect prints a fault with its traceback; the message is ours to print. What it logs to its server stays.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    with shown("启动 Prefect starting", quiet=as_json):
        result = _run_flow(pack, folder)
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result, str(pack))


def _make(folder: Path) -> None:
    """The home's folder, so that one that cannot be written is told now and not by a server that does not start."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"数据目录 {folder} 无法写入：{error.strerror}", f"the home {folder} cannot be written: {error.strerror}"
        ) from error


def _run_flow(pack: Path, folder: Path) -> BatchResult:
    from flows.intake import intake

    return intake(str(pack), str(folder))


@contextlib.contextmanager
def shown(first: str, *, quiet: bool) -> Iterator[None]:
    """Progress on the terminal while something runs, `first` said first; nothing of it where a machine reads."""
    if quiet:
        yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(first, total=None)

        def heard(doing: str, done: int, total: int) -> None:
            progress.update(bar, description=DOING.get(doing, inert(doing)), completed=done, total=total or None)

        token = listener.set(heard)
        try:
            yield
        finally:
            listener.reset(token)


def _print(result: BatchResult, pack: str) -> None:
    console = Console()
    grid = Grid(title=f"{result.year} 年度报送处理结果", show_header=False, title_justify="left")
    grid.add_column(style="bold")
    grid.add_column()
    grid.add_row("报送 submissions", f"{result.submissions}（本次新处理 {result.new}）")
    for outcome in Outcome:
        grid.add_row(f"{outcome.zh} {outcome.value}", str(result.outcomes[outcome.value]))
    grid.add_row("迟报 late", str(result.late))
    grid.add_row("缺报 missing", str(result.missing))
    found = "，".join(f"{s.value} {result.findings[s.value]}" for s in Severity)
    grid.add_row("问题 findings", found)
    grid.add_row("未能判定的规则 not evaluable", str(result.not_evaluable))
    grid.add_row("公布的数字 figures", str(result.figures))
    console.print(grid)
    if result.unlisted:
        console.print(
            f"未处理：{len(result.unlisted)} 个文件不在 arrivals.csv 中 / not in arrivals.csv:",
            style="yellow",
        )
        for file in result.unlisted:
            console.print(Text(inert(f"  {file}")), soft_wrap=True)
    if result.changed:
        console.print(
            f"未处理：{len(result.changed)} 个文件的内容已不是收到时的内容；更正请另存为新文件并登记到 arrivals.csv。\n"
            "Not taken, no longer what arrived; file a correction under a new name and list it in arrivals.csv:",
            style="yellow",
        )
        for file in result.changed:
            console.print(Text(inert(f"  {file}")), soft_wrap=True)
    print_open(console, result, pack)
    if not result.new and not result.new_lists and not result.judged_again:
        console.print("没有新的报送，数据未变。 / Nothing new was filed; the data are unchanged.")
    console.print("年度总结 summary:   ", style="bold", end="")
    console.print(str(result.summary), soft_wrap=True, markup=False)
    console.print("校验报告 validation:", style="bold", end=" ")
    console.print(str(result.validation), soft_wrap=True, markup=False)


def _as_json(result: BatchResult) -> dict[str, Any]:
    told = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    told["questions"] = questions_json(result.questions)
    return {k: str(v) if isinstance(v, Path) else v for k, v in told.items()}
