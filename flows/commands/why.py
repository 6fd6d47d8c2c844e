"""`jixiao why`: a figure's change between two moments, split into its causes, with the filings behind each."""

from __future__ import annotations

import difflib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from contracts.errors import UsageError
from contracts.exact import decimal_text
from contracts.kind import discover_kinds
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.commands.trace import only_home
from flows.homes import look
from flows.moments import moment_of
from flows.runs import code_version
from flows.settings import Settings
from flows.why import Cause, Step, Why, explain_change
from warehouse.home import Home
from warehouse.stored import StoredFigure


def explain_figure(figure_id: str, between: tuple[str, str], folder: Path | None, *, as_json: bool) -> None:
    """Print why a figure is another one at the second moment than at the first; a day means its end."""
    settings = Settings.of_environment()
    first, second = sorted(moment_of(text, "--between") for text in between)
    with look(folder or only_home(settings.var)) as home:
        if not home.find_figure(figure_id):
            raise _no_such_figure(home, figure_id)
        with settings.reader() as reader:
            why = explain_change(home, figure_id, first, second, discover_kinds(settings.kind_folders()), reader)
        worked_with = [_code_at(home, moment) for moment in (first, second)]
    told = _as_json(why) | {"between": [first.isoformat(), second.isoformat()]}
    if as_json:
        print_json(told | {"code": {"before": worked_with[0], "after": worked_with[1], "now": code_version()}})
    else:
        _print(why, told["between"], worked_with)


def _no_such_figure(home: Home, figure_id: str) -> UsageError:
    near = difflib.get_close_matches(figure_id, [f.figure_id for f in home.figures()], 5, 0.4)
    zh, en = (f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    return UsageError(f"没有编号为 {figure_id} 的数字{zh}", f"there is no figure {figure_id}{en}")


def _code_at(home: Home, moment: datetime) -> str | None:
    """The program of the last run that had ended by then; None where no run is on record."""
    runs = [r for r in home.runs() if r.what == "run" and r.ended_at <= moment]
    return str(runs[-1].content["code"]) if runs else None


def _as_json(why: Why) -> dict[str, Any]:
    return {
        "figure_id": why.figure_id,
        "name": why.name,
        "unit": why.unit,
        "before": _figure_json(why.before),
        "after": _figure_json(why.after),
        "change": decimal_text(why.change),
        "order": [cause.value for cause in Cause],
        "parts": [
            {
                "cause": part.cause.value,
                "cause_zh": part.cause.zh,
                "change": decimal_text(part.change),
                "steps": [_step_json(step) for step in part.steps],
            }
            for part in why.parts
        ],
        "replayed": why.replayed,
    }


def _figure_json(figure: StoredFigure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    since = figure.recorded_from.isoformat()
    return {"value": f"{figure.value:f}", "comparator": figure.comparator, "version": figure.version, "since": since}


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "figure_id": step.figure_id,
        "at": step.at.isoformat(),
        "change": decimal_text(step.change),
        "submission": step.submission,
        "cells": step.cells,
        "zh": step.zh,
        "en": step.en,
    }


def _print(why: Why, between: list[str], worked_with: list[str | None]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(inert(f"{why.name}  {why.figure_id}"), "bold"))
    for moment, figure in zip(between, (why.before, why.after), strict=True):
        value = "（无 / none）" if figure is None else f"{figure.comparator} {figure.value:f} {why.unit}"
        console.print(Text(inert(f"  {moment}  {value}")))
    ordered = "各部分依次计算，合计正好相等 / in this order, the parts add up exactly"
    console.print(Text(inert(f"变动 change {signed(why.change)} {why.unit}；{ordered}")))
    table = Table("原因 cause", "变动 change")
    for part in why.parts:
        table.add_row(f"{part.cause.zh} {part.cause.value}", Text(inert(f"{signed(part.change)} {why.unit}")))
    table.add_row(Text("合计 total", "bold"), Text(inert(f"{signed(why.change)} {why.unit}"), "bold"))
    console.print(table)
    for part in why.parts:
        for step in part.steps:
            _print_step(console, part.cause, step)
    if not why.replayed:
        console.print(
            "有的原文件不能以今天的程序重读，其变动未分出程序的部分。\n"
            "Some originals could not be replayed with today's program; none of their change is put down to code.",
            style="yellow",
        )
    if len({*worked_with, code_version()} - {None}) > 1:
        was, then = worked_with
        console.print(
            f"当时所用程序 program then: {was or '—'}，{then or '—'}；今天 now: {code_version()}", style="dim"
        )


def _print_step(console: Console, cause: Cause, step: Step) -> None:
    where = " ".join(filter(None, (step.submission, step.cells)))
    line = f"{cause.zh} {cause.value}: {step.figure_id} {signed(step.change)}  {step.at.isoformat()}  {where}"
    console.print(Text(inert(line), "bold"))
    console.print(Text(inert(f"  {step.zh} / {step.en}")))


def signed(change: Decimal) -> str:
    """+8, -0.5, 0: every digit and no idle zero."""
    return f"+{decimal_text(change)}" if change > 0 else decimal_text(change)
