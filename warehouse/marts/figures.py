"""One row a current figure, with every cell it comes from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, literal_column, select

from warehouse.marts.figure_history import MART as HISTORY
from warehouse.marts.mart import Mart
from warehouse.tables import figure_cells, figure_parts, figures, submissions

f, s = figures.c, submissions.c

# Written out, not bound: a view takes no parameters.
_PARTED: Any = literal_column("'|'")

# Every current figure with itself and whatever it is made of, however deep.
_made = select(f.key.label("figure"), f.key.label("part")).where(f.recorded_to.is_(None)).cte("made", recursive=True)
_made = _made.union(select(_made.c.figure, figure_parts.c.part).join(_made, figure_parts.c.figure == _made.c.part))

_cells = (
    select(_made.c.figure, figure_cells.c.submission, s.file, figure_cells.c.sheet, figure_cells.c.cell, s.sha256)
    .join(figure_cells, figure_cells.c.figure == _made.c.part)
    .join(submissions, s.id == figure_cells.c.submission)
    .distinct()
    .order_by(_made.c.figure, figure_cells.c.submission, figure_cells.c.sheet, figure_cells.c.cell)
    .subquery("cells")
)
_sources = (
    select(
        _cells.c.figure,
        *[
            func.aggregate_strings(_cells.c[name], _PARTED).label(f"source_{name}")
            for name in ("submission", "file", "sheet", "cell", "sha256")
        ],
        func.count().label("source_count"),
    )
    .group_by(_cells.c.figure)
    .subquery("sources")
)

_shared = [name for name in HISTORY.columns if name != "recorded_to"]
_from = ("submission", "file", "sheet", "cell", "sha256")

MART = Mart(
    name="figures",
    title_zh="现行指标值",
    title_en="Current figures",
    select=select(
        *[f[name] for name in _shared],
        func.coalesce(_sources.c.source_count, literal_column("0")).label("source_count"),
        *[_sources.c[f"source_{name}"] for name in _from],
    )
    .outerjoin(_sources, _sources.c.figure == f.key)
    .where(f.recorded_to.is_(None))
    .order_by(f.figure_id),
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
