"""Rules about wholes and parts that stand in one column under an outline of names (`Field.outline`).

A part of a whole in the same unit is not more than it, and the parts of one 其中 together are not either: beyond what
rounding explains, because published figures are rounded one by one. What 其中 lists need not be all there is. Rates,
net changes and negative figures have no such law; names of which several say 以上 are classes within classes, which do
not add up. Nothing here decides what is a part of what.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.rule import Rule, Scope
from contracts.written_step import written_step

_RATE = r"[/%‰]|百分点|倍"
_NET = "净"  # 净增, 净减
_CLASS = "以上"
_TOTAL = r"(?:合计|总计|共计)$"
_IDLE = 1e-6  # what adding up in binary may leave over


@dataclass(frozen=True, eq=False)
class Parts:
    """The figures `value` of rows whose `names` are an outline, each in its row's `unit`.

    marked: the parts that 其中 introduces, or else those that only indentation or numbering shows to be parts. Both
    fields of figures and of units are the form's own; a figure may be filed as not applicable.
    """

    names: Field
    unit: Field
    value: Field
    marked: bool
    basis: str

    def not_more(self, rule_id: str, severity: Severity) -> Rule:
        """No part is more than its whole."""
        names, value = self.names.name, self.value.name
        return Rule(
            id=rule_id,
            severity=severity,
            scope=Scope.ROW,
            title_zh=f"{self._how_zh}的“{self.value.heading}”不大于其整体",
            title_en=f"{self.value.title_en}: a part {self._how_en} is not more than its whole",
            when=self._comparable,
            holds=self._least <= self._whole_at_most,
            fields=(value, names),
            expected=pl.lit("≤ ") + self._whole_words["figure"],
            message_zh=f"“{{part}}”{{{value}}} 大于其整体（第 {{row}} 行“{{whole}}”）{{figure}}；请核对两项。",
            message_en=f"“{{part}}” {{{value}}} is more than its whole, {{figure}} in row {{row}} (“{{whole}}”).",
            values=self._whole_words | {"part": pl.col(self.names.text_column).str.strip_chars()},
            basis=self.basis,
        )

    def sum_not_more(self, rule_id: str, severity: Severity) -> Rule:
        """The parts of one list, two or more, are together not more than their whole; said at the list's first row.

        What a 合计 is made of is asked by `sum_is_whole`, where no 其中 says that it is a selection.
        """
        names, value = self.names.name, self.value.name
        when = self._adds_up if self.marked else self._adds_up & ~self._is_total
        return Rule(
            id=rule_id,
            severity=severity,
            scope=Scope.ROW,
            title_zh=f"{self._how_zh}的“{self.value.heading}”之和不大于其整体",
            title_en=f"{self.value.title_en}: parts {self._how_en} add up to no more than their whole",
            when=when,
            holds=self._of_list(self._least) <= self._whole_at_most,
            fields=(value, names),
            expected=self._of_rows + pl.lit("≤ ") + self._whole_words["figure"],
            message_zh="第 {parts} 行各部分之和为 {sum}，大于其整体（第 {row} 行“{whole}”）{figure}，"
            "超出四舍五入的范围；请核对各行。",
            message_en="rows {parts} add up to {sum}, more than their whole, {figure} in row {row} (“{whole}”), "
            "beyond what rounding explains.",
            values=self._whole_words | self._list_words,
            basis=self.basis,
        )

    def sum_is_whole(self, rule_id: str, severity: Severity) -> Rule:
        """A row whose name ends in 合计 is the sum of the rows that stand under it as its parts."""
        names, value = self.names.name, self.value.name
        return Rule(
            id=rule_id,
            severity=severity,
            scope=Scope.ROW,
            title_zh=f"“合计”的“{self.value.heading}”等于其下各行之和",
            title_en=f"{self.value.title_en}: a total is the sum of the rows under it",
            when=self._adds_up & self._is_total & self._over((pl.col(self.unit.name) == self._first_unit).all()),
            holds=(self._of_list(self._least) <= self._whole_at_most)
            & (self._of_list(self._most) >= self._at_whole(self._least)),
            fields=(value, names),
            expected=self._of_rows + pl.lit("= ") + self._whole_words["figure"],
            message_zh="第 {parts} 行之和为 {sum}，与第 {row} 行“{whole}”{figure} 不等，"
            "超出四舍五入的范围；请核对各行。",
            message_en="rows {parts} add up to {sum}, but row {row} (“{whole}”) says {figure}, "
            "more apart than rounding explains.",
            values=self._whole_words | self._list_words,
            basis=self.basis,
        )

    # --- of one row

    @property
    def _how_zh(self) -> str:
        return "“其中”各项" if self.marked else "按缩进或编号属于某项的各行"

    @property
    def _how_en(self) -> str:
        return "listed under “of which”" if self.marked else "shown by indentation or numbering"

    def _at_whole(self, of_row: pl.Expr) -> pl.Expr:
        """What the row's whole has; null for a row that is no part."""
        return pl.col(f"{self.names.name}__whole").replace_strict(pl.col("_row"), of_row, default=None)

    @property
    def _least(self) -> pl.Expr:
        """Twice the least that the row's rounded figure may stand for."""
        return _number(self.value.name) * 2 - _step(self.value) - _IDLE

    @property
    def _most(self) -> pl.Expr:
        return _number(self.value.name) * 2 + _step(self.value) + _IDLE

    @property
    def _lawful(self) -> pl.Expr:
        """Rows for whose kind of figure the law of wholes and parts holds at all; a blank one may be such."""
        net = pl.col(self.names.name).str.contains(_NET)
        rate = pl.col(self.unit.name).str.contains(_RATE)
        return ~pl.any_horizontal(other.fill_null(value=False) for other in (net, rate, pl.col(self.value.name) < 0))

    @property
    def _whole_at_most(self) -> pl.Expr:
        """`_most` of the row's whole; null where it has no figure to compare with."""
        return self._at_whole(pl.when(self._lawful).then(self._most))

    @property
    def _comparable(self) -> pl.Expr:
        """The rows that are parts of a whole with which their figure can be compared; null where no unit tells."""
        return (
            pl.col(f"{self.names.name}__marked").eq(other=self.marked)
            & self._whole_at_most.is_not_null()
            & self._lawful
            & ~self._over((pl.col(self.value.name) < 0).any())
            & (pl.col(self.unit.name) == self._at_whole(pl.col(self.unit.name)))
        )

    @property
    def _whole_words(self) -> dict[str, pl.Expr]:
        names, value = pl.col(self.names.text_column), pl.col(self.value.text_column)
        row = pl.col(f"{self.names.name}__whole")
        return {"whole": self._at_whole(names.str.strip_chars()), "figure": self._at_whole(value), "row": row}

    # --- of the list that a row opens

    def _over(self, of_list: pl.Expr) -> pl.Expr:
        return of_list.over(f"{self.names.name}__list")

    @property
    def _first_unit(self) -> pl.Expr:
        return pl.col(self.unit.name).first()

    @property
    def _counts(self) -> pl.Expr:
        """The rows of a list that have a figure to add: in the unit of the first one, and not filed as none."""
        same = pl.col(self.unit.name) == self._first_unit
        return same & ~pl.col(f"{self.value.name}__na") if self.value.may_not_apply else same

    def _of_list(self, figure: pl.Expr) -> pl.Expr:
        """The sum over the list; null where one of its figures is missing."""
        lacking = (self._counts & figure.is_null()).any()
        return self._over(pl.when(~lacking).then(pl.when(self._counts).then(figure).sum()))

    @property
    def _is_total(self) -> pl.Expr:
        return self._at_whole(pl.col(self.names.name).str.contains(_TOTAL)).fill_null(value=False)

    @property
    def _adds_up(self) -> pl.Expr:
        """The first rows of lists of two or more parts that can be added up and compared with their whole."""
        classes = pl.col(self.names.name).str.contains(_CLASS).sum() > 1
        fit = self._over((self._counts.sum() > 1) & ~classes)
        opens = (pl.col(f"{self.names.name}__list") == pl.col("_row")).fill_null(value=False)
        return opens & fit & self._comparable

    @property
    def _of_rows(self) -> pl.Expr:
        """What the whole is expected of, since it is none of the list's cells."""
        return pl.lit("第 ") + self._list_words["parts"] + pl.lit(" 行之和 ")

    @property
    def _list_words(self) -> dict[str, pl.Expr]:
        rows = self._over(pl.when(self._counts).then(pl.col("_row").cast(pl.String)).str.join("、"))
        return {"parts": rows, "sum": self._of_list(_number(self.value.name)).round(6)}


def _number(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Float64)


def _step(field: Field) -> pl.Expr:
    return written_step(field).cast(pl.Float64)
