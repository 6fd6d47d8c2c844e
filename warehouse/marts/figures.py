"""One row a current figure, with every cell it comes from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, func, literal_column, select

from warehouse.marts.figure_history import MART as HISTORY
from warehouse.marts.mart import Mart
from warehouse.states import Known
from warehouse.tables import figure_cells, figure_parts, submissions

_shared = [name for name in HISTORY.columns if name != "recorded_to"]
# Written out, not bound: a view takes no parameters.
_PARTED: Any = literal_column("'|'")
_FROM = ("submission", "file", "sheet", "cell", "sha256")


def _select(known: Known) -> Select[Any]:
    f = known.figures.c
    sources = _sources(known)
    return (
        select(
            *[f[name] for name in _shared],
            func.coalesce(sources.c.source_count, 0).label("source_count"),
            *[sources.c[f"source_{name}"] for name in _FROM],
        )
        .outerjoin(sources, sources.c.figure == f.key)
        .order_by(f.figure_id)
    )


def _sources(known: Known) -> FromClause:
    """Every cell that a figure comes from, by itself or through whatever it is made of, in one line of each.

    What a version is made of was known when it was, and never changes: the tables themselves tell it.
    """
    f, s, parts, own = known.figures.c, submissions.c, figure_parts.c, figure_cells.c
    begun = select(f.key.label("figure"), f.key.label("part"))
    if known.lateral:
        begun = begun.correlate(known.figures)
    made = begun.cte("made", recursive=True, nesting=True)
    made = made.union(select(made.c.figure, parts.part).join(figure_parts, parts.figure == made.c.part))
    cells = (
        select(made.c.figure, own.submission, s.file, own.sheet, own.cell, s.sha256)
        .join(figure_cells, own.figure == made.c.part)
        .join(submissions, s.id == own.submission)
        .distinct()
        .order_by(made.c.figure, own.submission, own.sheet, own.cell)
        .subquery("cells")
    )
    found = select(
        cells.c.figure,
        *[func.aggregate_strings(cells.c[name], _PARTED).label(f"source_{name}") for name in _FROM],
        func.count().label("source_count"),
    ).group_by(cells.c.figure)
    return found.lateral("sources") if known.lateral else found.subquery("sources")


MART = Mart(
    name="figures",
    title_zh="现行指标值",
    title_en="Current figures",
    row_zh="一行为一个现行指标值及其全部来源单元格。",
    row_en="One row a current figure, with every cell it comes from.",
    make=_select,
    columns={name: HISTORY.columns[name] for name in _shared}
    | {
        "source_count": ("来源数", "Number of sources"),
        "source_submission": ("来源报送编号（以 | 分隔）", "Submissions it comes from, parted by |"),
        "source_file": ("来源文件（以 | 分隔，次序同上）", "Files, in the same order"),
        "source_sheet": ("来源工作表（以 | 分隔，次序同上）", "Sheets, in the same order"),
        "source_cell": ("来源单元格（以 | 分隔，次序同上）", "Cells, in the same order"),
        "source_sha256": ("来源文件的 SHA-256（以 | 分隔，次序同上）", "SHA-256 of the files, in the same order"),
    },
    numbers=("value", "low", "high"),
)
