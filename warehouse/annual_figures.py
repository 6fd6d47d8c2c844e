"""Which figure speaks for a year and what it is beside others: the choices that marts share. SQL expressions only."""

from __future__ import annotations

from sqlalchemy import Subquery, func, select

from warehouse.figure_pairs import TARGET, Relation
from warehouse.states import Known

FILED = "filed/"  # begins the indicator of a figure that was filed as such, without a form that yields it


def latest_of_year(known: Known) -> Subquery:
    """The figures, each with its `place` among those of its indicator, filer and year, and how many there are.

    The first (`place` 1) is the one that reaches furthest: of two periods that end on one day the longer, of two days
    in it the later. All of the figure's columns are here, so that whoever asks for one indicator has only that one
    sorted. Targets are no figures of that kind.
    """
    f = known.figures.c
    within = [f.year, f.filer, f.indicator]
    order = [f.period_end.desc(), f.period_start, f.as_of.desc(), f.figure_id]
    return (
        select(
            *f,
            func.row_number().over(partition_by=within, order_by=order).label("place"),
            func.count().over(partition_by=within).label("figure_count"),
        )
        .where(~f.indicator.startswith(TARGET))
        .subquery("latest")
    )


def pairs_of(known: Known, relation: Relation) -> Subquery:
    """What is said of a figure beside the other of its pair (`other_*`), both as known; a figure stands there once.

    Of what came before, and of what it is a part of, there is one by the way they are found. Of two targets that may
    mean one indicator, it is the one that names more of it.
    """
    p, name = known.figure_pairs.c, relation.name.lower()
    others = known.figures.alias(f"{name}_other")
    other = others.c
    same = ("figure_id", "indicator", "name", "comparator", "value", "low", "high", "as_written", "period")
    query = (
        select(*p, *[other[column].label(f"other_{column}") for column in same])
        .join_from(known.figure_pairs, others, other.key == p.other)
        .where(p.relation == relation.value)
    )
    if relation is not Relation.TARGET:
        return query.subquery(name)
    place = func.row_number().over(partition_by=p.figure, order_by=[func.length(other.indicator).desc(), other.key])
    ranked = query.add_columns(place.label("place")).subquery(f"{name}_ranked")
    return select(*[c for c in ranked.c if c.name != "place"]).where(ranked.c.place == 1).subquery(name)
