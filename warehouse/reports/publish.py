"""Publishing: the files of an edition, each whole or not at all. The same home and edition give the same bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from contracts.errors import StorageError
from warehouse.editions import Standing, read_standing, updated
from warehouse.files import sync_folder, unfinished_name
from warehouse.home import Home
from warehouse.reports.annual import figures_of, write_summary
from warehouse.reports.edition import Edition
from warehouse.reports.figures_csv import figures_csv
from warehouse.reports.pages import render
from warehouse.reports.timetable import read_timetable
from warehouse.reports.validation import read_report, report_json
from warehouse.reports.validation_index import ledger_head, ledger_heads, sum_up


def publish(home: Home, edition: Edition, folder: Path) -> dict[str, str]:
    """Write the annual summary and the deadlines of the edition's year, and the validation reports of the whole home.

    Relative path → SHA-256. A file that has its bytes already is left alone, and so are files of earlier editions.
    Raises StorageError where a file cannot be written.
    """
    return write_documents(folder, documents(home, edition))


def write_documents(folder: Path, made: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Write files given as (path relative to `folder`, bytes), each whole or not at all; path → SHA-256.

    Raises StorageError where one cannot be written.
    """
    written = {}
    for path, data in made:
        _replace(folder / path, data)
        written[path] = hashlib.sha256(data).hexdigest()
    return written


def documents(
    home: Home, edition: Edition, signing: Callable[[Standing], Standing] = lambda standing: standing
) -> Iterator[tuple[str, bytes]]:
    """Every file as (path relative to the published folder, bytes).

    signing: how what is published stands to what was signed, once somebody has just signed it.
    """
    annual, figures = f"annual/{edition.year}", figures_csv(figures_of(home, edition))
    heads, head = ledger_heads(home), ledger_head(home, edition.year)
    summary = write_summary(home, edition, signing(read_standing(home, edition.year, figures)))
    page = render("summary.html.j2", edition=edition, s=summary, head=head)
    if (standing := updated(summary.standing, f"{annual}/summary.html", page)).updated:
        summary = replace(summary, standing=standing)
        page = render("summary.html.j2", edition=edition, s=summary, head=head)
    yield f"{annual}/summary.html", page
    yield f"{annual}/summary.md", render("summary.md.j2", edition=edition, s=summary, head=head)
    yield f"{annual}/figures.csv", figures
    submissions, lateness = home.submissions(), home.lateness()
    reports = [read_report(home, edition, s, submissions, lateness) for s in submissions]
    for report in reports:
        path = f"validation/{report.submission.id}"
        own = heads.get((report.submission.id, report.submission.period.year))
        yield f"{path}.html", render("submission.html.j2", edition=edition, r=report, head=own)
        yield f"{path}.json", report_json(report, None if own is None else vars(own))
    totals = sum_up(reports, home.deadlines(edition.year))
    page = render("index.html.j2", edition=edition, reports=reports, totals=totals, head=ledger_head(home))
    yield "validation/index.html", page
    yield from _timetable(home, edition)


def _timetable(home: Home, edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The grid of the edition's year; the one of the home's last year is also what `deadlines/` opens with."""
    timetable = read_timetable(home, edition.year)
    if timetable is None:
        return
    page = render("timetable.html.j2", edition=edition, page=timetable, head=ledger_head(home, edition.year))
    yield f"deadlines/{edition.year}.html", page
    if timetable.is_last:
        yield "deadlines/index.html", page


def _replace(path: Path, data: bytes) -> None:
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = unfinished_name(path)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"无法写入发布文件 {path}：{error}", f"cannot write {path}: {error}") from error
