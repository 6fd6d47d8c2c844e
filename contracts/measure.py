"""How the accepted rows of a kind unfold into figures of the warehouse.

Declarations only; `transforms.figures` carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Method(StrEnum):
    """How a figure comes about; printed beside it."""

    SUM = "sum"
    COUNT = "count"
    RATIO = "ratio"
    SPAN = "span of years"
    STATED = "as filed"
    WEAKEST = "weakest bound"  # the statement every filer's statement supports
    ADJUSTED = "adjusted"  # by hand, by an entry of the list of adjustments; its part is the figure as filed

    @property
    def zh(self) -> str:
        return {
            "sum": "求和",
            "count": "计数",
            "span of years": "按起止年份计算",
            "ratio": "比率（由合计重算）",
            "as filed": "按报送原文",
            "weakest bound": "各填报单位共同支持的界限",
            "adjusted": "人工调整",
        }[self.value]


@dataclass(frozen=True, eq=False)
class Measure:
    """One indicator a kind yields.

    SUM, COUNT and SPAN: `value` is an aggregate expression over the accepted rows that pass `where`; `cells` are the
        fields whose cells (on those rows) make the figure. With `each`, one figure for every value of that field.
    STATED: `cells[0]` is the quantity field taken as written, one figure a row.
    indicator and titles are templates over `{each}`, `{code}` and `{name}`: the values of the fields that the
        attributes of those names point to. `unit_from` is the field that carries the unit.
    RATIO: `of` = (numerator, denominator), two indicators of the same kind; the figure is their quotient in %.
    across: the bureau's own figure is made over all filers who owe the kind: SUM and COUNT add up, RATIO is made from
        the bureau's totals, STATED takes the weakest bound. It is withheld until all of them have filed.
    as_of: expression over the used rows giving the day (Date) or text the figure speaks of; None: the period is enough.
    """

    indicator: str
    title_zh: str
    title_en: str
    unit: str
    method: Method
    value: pl.Expr | None = None
    cells: tuple[str, ...] = ()
    where: pl.Expr | None = None
    each: str | None = None
    of: tuple[str, str] | None = None
    across: bool = False
    as_of: pl.Expr | None = None
    code: str | None = None
    name: str | None = None
    unit_from: str | None = None


@dataclass(frozen=True, eq=False)
class Context:
    """Rows from elsewhere that rules of a kind compare with, joined on to the frame before it is judged.

    source: "previous" (the same filer's last accepted submission of the kind before this one's period), "period_before"
        (the same filer's for the period just before, no earlier one), "year_before" (the same filer's for the same
        period of the year before), "peer" (other filers' accepted submissions of the
        kind for the same period), the code of a list of the pack ("indicator_tree", "filer_list") or of another form
        (all accepted submissions of it for the same period), or "figures" (the bureau's computed figures: `indicator`,
        `low`, `high`, `value`).
    on: pairs (expression over the own row, field there), none for forms of one row.
    take: fields brought over as `<prefix><field>`, each with `<prefix><field>__at`, the place it stands.
    count: instead of fields, how many rows there have the key, as `<prefix><count>` (Int64; 0 where none has it), and
        as `<prefix><count>__at` the cells of the key in these rows, or in all that were counted through.
    missed: beside fields, which keys there no row of this form has, as `<prefix><missed>` in every row: the keys as
        text, joined by 、, empty where there is none.
    whose: expression over the own row, the short name of the filer whose row is the one to compare with; says who is
        to be asked where it is not there.
    during: beside fields, of several rows there with one key, the one that holds on a day: (that day, over the own row;
        the fields there of a row's first and of its last day, either blank for no bound).
    """

    source: str
    on: tuple[tuple[pl.Expr, str], ...]
    take: tuple[str, ...]
    prefix: str
    title_zh: str
    title_en: str
    count: str = ""
    whose: pl.Expr | None = None
    missed: str = ""
    during: tuple[pl.Expr, str, str] | None = None

    @property
    def sought_by(self) -> tuple[pl.Expr, ...]:
        """The expressions over the own row that decide which row there stands beside it."""
        return (*(own for own, _ in self.on), *([self.during[0]] if self.during else []))

    @property
    def brings(self) -> tuple[str, ...]:
        """What stands beside a row once this was joined on, without the prefix."""
        return (self.count,) if self.count else (*self.take, *([self.missed] if self.missed else []))
