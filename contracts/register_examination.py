"""One register while it is being judged: the pass over its rows, the second looks, and what each rule has answered.

Used by `contracts.register` only. Holds marks, counts and a few findings in words, never the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

import numpy as np
import polars as pl

from contracts.context import AT, References
from contracts.finding import Cell, Finding, RuleCount
from contracts.kind import Kind
from contracts.masking import screen_of
from contracts.register_held import Held
from contracts.register_marks import mark
from contracts.register_plan import ABSENT, CLEAN, columns_of, make_plan
from contracts.register_source import Register, Shape, copied_out, picked
from contracts.register_suspects import Suspects, suspects_of
from contracts.rule import Rule, Scope
from contracts.table import Table
from contracts.wording import span_text, tell_findings, tell_reason

_LISTED = 1000  # rows of one group that its finding lists


class Examination:
    """What is known of a register so far, by rule id.

    counts: `passed` stays 0, it follows from the rest. marks: parts for `Marks.gather`. findings: the first `told` of
    each rule in words. broken: rules about the register as a whole that fail. held: rows with `_at`, ascending.
    """

    def __init__(
        self,
        kind: Kind,
        table: Table,
        register: Register,
        widen: Shape,
        references: References,
        told: int,
        hold: int = 0,
    ) -> None:
        self.height = 0
        self.counts = {rule.id: RuleCount(rule.id, 0, 0, 0) for rule in kind.rules}
        self.marks: list[pl.DataFrame] = []
        self.findings: dict[str, list[Finding]] = {rule.id: [] for rule in kind.rules}
        self.broken: set[str] = set()
        self.held: pl.DataFrame | None = None
        self._untold: dict[str, int] = {}
        self._kind, self._table, self._register, self._widen = kind, table, register, widen
        self._references, self._told, self._hold = references, told, hold
        self._screen = screen_of(kind, references)
        self._whole = widen(register.rows)
        self._schema = self._whole.collect_schema()
        self._plan = make_plan(kind.rules, self._schema, register.made)
        self._first: int | None = None  # the first row's `_row`, while those of the rest follow without a gap
        self._gapless = True

    def run(self) -> None:
        suspects = {rule.id: suspects_of(rule) for rule in self._plan.spans}
        asked = [*self._plan.first_look(self._schema), *(e for one in suspects.values() for e in one.asks())]
        held = Held(self._hold, suspects.values())
        needed = self._plan.needed(self._schema)
        for at, piece in self._pieces(asked):
            self.height = at + piece.height
            self._follow(at, piece["_row"])
            self._count_absent(piece)
            for one in suspects.values():
                one.take(piece)
            dirty = (~piece[CLEAN]).arg_true()
            held.note(piece, dirty)
            if len(dirty) > piece.height // 2:
                # To part the few from the many costs more than to ask all.
                dirty = pl.int_range(piece.height, eager=True)
            if len(dirty):
                self._ask(self._plan.rows, self._plan.with_made(picked(piece.select(needed), at, dirty)))
        self._look_again({r: suspects[r.id] for r in self._plan.spans if suspects[r.id].any}, held.test())
        for rule in self._plan.rest:
            self._look_at_all(rule)

    def _pieces(self, asked: Iterable[pl.Expr | str]) -> Iterator[tuple[int, pl.DataFrame]]:
        wanted = list(asked)
        return self._register.pieces(lambda rows: self._widen(rows).select(wanted))

    def _follow(self, at: int, rows: pl.Series) -> None:
        if self._first is None:
            self._first = rows[0]
        if self._gapless:
            begin = (self._first or 0) + at
            self._gapless = np.array_equal(rows.to_numpy(), np.arange(begin, begin + len(rows)))

    def _numbered(self) -> pl.LazyFrame:
        """The rows with their positions in the register, `_at` (UInt32)."""
        if self._gapless:
            # Polars passes rows over while it reads only where it does not count them.
            return self._whole.with_columns((pl.col("_row") - (self._first or 0)).cast(pl.UInt32).alias("_at"))
        return self._widen(self._register.rows.with_row_index("_at"))

    def _count_absent(self, batch: pl.DataFrame) -> None:
        for name in batch.columns:
            if name.startswith(ABSENT):
                self._add(name.removeprefix(ABSENT), not_applicable=int(batch[name].sum()))

    def _add(self, rule: str, *, failed: int = 0, not_evaluable: int = 0, not_applicable: int = 0) -> None:
        count = self.counts[rule]
        self.counts[rule] = replace(
            count,
            failed=count.failed + failed,
            not_evaluable=count.not_evaluable + not_evaluable,
            not_applicable=count.not_applicable + not_applicable,
        )

    def _ask(self, rules: Sequence[Rule], frame: pl.DataFrame) -> None:
        """Rule by rule over rows that carry `_at`; all rows of a group where a rule is over groups."""
        answers = frame.lazy().select("_at", *(rule.answer.alias(rule.id) for rule in rules)).collect()
        wrong = answers.lazy().select((~pl.col(r.id)).sum() for r in rules).collect().row(0)
        unknown = answers.null_count().row(0)[1:]
        some = [rule.id for rule, *seen in zip(rules, wrong, unknown, strict=True) if any(seen)]
        if some:
            self.marks.append(mark(list(self.counts), answers.select("_at", *some)))
        for rule, failures, unknowns in zip(rules, wrong, unknown, strict=True):
            self._add(rule.id, failed=failures, not_evaluable=unknowns)
            if unknowns:
                row = answers[rule.id].is_null().arg_max() or 0
                # The reason is that of the first row, whichever look finds it.
                if answers["_at"][row] < self._untold.get(rule.id, self.height):
                    self._untold[rule.id] = answers["_at"][row]
                    self._tell_reason(rule, frame, row)
            if failures and len(self.findings[rule.id]) < self._told:
                self._tell(rule, frame, answers[rule.id].eq(other=False).fill_null(value=False))

    def _look_again(self, suspects: Mapping[Rule, Suspects], held: pl.Expr | None) -> None:
        """At the suspects only, and the rows to hold. To which rows a rule applies was asked, and counted, in the pass
        over all.
        """
        tests = {rule: one.test() for rule, one in suspects.items() if rule.scope is not Scope.FRAME}
        if tests or held is not None:
            needed = dict.fromkeys(name for rule in tests for name in columns_of(rule, self._schema))
            sought = list(tests.values())
            if held is not None:
                needed |= dict.fromkeys(self._register.rows.collect_schema())
                sought.append(held)
            # One query for all of them, so that a Parquet file is decoded only where a key is suspect.
            rows = self._numbered().filter(reduce(or_, sought)).select("_at", *needed)
            found = copied_out(rows.collect(engine="streaming").sort("_at"))
            self.held = None if held is None else found
        for rule in suspects:
            if rule.scope is Scope.FRAME:
                self._look_at_whole(rule, counted=True)
                continue
            applies = pl.lit(value=True) if rule.when is None else rule.when
            holds = pl.when(applies).then(rule.holds).otherwise(statement=True)
            self._ask([replace(rule, when=None, holds=holds)], found.filter(tests[rule]))

    def _look_at_all(self, rule: Rule) -> None:
        """A rule over several rows that does not say where to look: all of what it reads is held at once."""
        if rule.scope is Scope.FRAME:
            self._look_at_whole(rule, counted=False)
            return
        frame = self._whole.select(columns_of(rule, self._schema)).with_row_index("_at").collect()
        absent = frame.lazy().select(pl.int_range(pl.len()), rule.applies.not_().alias("absent")).select("absent")
        self._add(rule.id, not_applicable=int(absent.collect().to_series().sum()))
        self._ask([rule], frame)

    def _look_at_whole(self, rule: Rule, *, counted: bool) -> None:
        """A rule about the register as a whole says the same in every row to which it applies."""
        position = pl.int_range(pl.len()).alias("_at")
        answers = self._whole.select(position, rule.answer.alias("answer"), rule.applies.alias("applies")).select(
            pl.col("answer").not_().sum().alias("failed"),
            pl.col("answer").null_count().alias("unknown"),
            pl.col("applies").not_().sum().alias("absent"),
        )
        failed, unknown, absent = answers.collect().row(0)
        earlier = self.counts[rule.id]
        self._add(rule.id, failed=failed, not_evaluable=unknown - (earlier.not_evaluable if counted else 0))
        self._add(rule.id, not_applicable=0 if counted else absent)
        if unknown and not self.counts[rule.id].reason_zh:
            lacking = pl.any_horizontal(pl.col(name).is_null() for name in rule.fields)
            rows = self._whole.select(columns_of(rule, self._schema))
            first = rows.filter(lacking).head(1).collect()
            self._tell_reason(rule, rows.head(1).collect() if first.is_empty() else first, 0)
        if failed:
            self._tell_whole(rule)
        if failed == self.height:
            self.broken.add(rule.id)
        elif failed:
            wrong = self._whole.select(position, rule.answer.alias(rule.id)).filter(~pl.col(rule.id)).collect()
            self.marks.append(mark(list(self.counts), wrong))

    # --- in words

    def _tell_reason(self, rule: Rule, frame: pl.DataFrame, row: int) -> None:
        rule = next(r for r in self._kind.rules if r.id == rule.id)  # as declared, not as it was asked
        zh, en = tell_reason(rule, self._kind, self._table, frame, row, self._references)
        self.counts[rule.id] = replace(self.counts[rule.id], reason_zh=zh, reason_en=en)

    def _tell(self, rule: Rule, frame: pl.DataFrame, failed: pl.Series) -> None:
        rows = _first_groups(rule, frame, failed, self._told - len(self.findings[rule.id]))
        at = frame["_at"]
        for finding in tell_findings(rule, frame, self._table, rows, self._screen):
            self.findings[rule.id].append(replace(finding, rows=tuple(at[row] for row in finding.rows)))

    def _tell_whole(self, rule: Rule) -> None:
        """From the first row, with what is said of all rows made constant; its cells are columns from end to end."""
        expected = rule.expected if isinstance(rule.expected, pl.Expr) else pl.lit(rule.expected)
        said = {name: value.cast(pl.String, strict=False).first() for name, value in rule.values.items()}
        ends = {"_first": pl.col("_row").min(), "_last": pl.col("_row").max()}
        told = self._whole.select(_expected=expected.cast(pl.String).first(), **ends, **said).collect()
        words = told.row(0, named=True)
        # What is constant no longer shows what it was made of.
        dtypes = self._whole.select(**rule.values).collect_schema()
        words |= {name: self._screen.derived(e, words[name], dtypes[name]) for name, e in rule.values.items()}
        words["_expected"] = self._screen.derived(expected, words["_expected"], pl.String())
        constant = {name: pl.lit(words[name], dtype=pl.String) for name in said}
        span = span_text(words["_first"], words["_last"])
        zh, en = (message.replace("{rows}", span) for message in (rule.message_zh, rule.message_en))
        rule = replace(rule, values=constant, expected=words["_expected"] or "", message_zh=zh, message_en=en)
        first = self._whole.select(columns_of(rule, self._schema)).head(1).collect()
        for finding in tell_findings(rule, first, self._table, [0], self._screen):
            cells = tuple(self._stretched(c, first.columns, words["_first"], words["_last"]) for c in finding.cells)
            self.findings[rule.id].append(replace(finding, rows=(), cells=cells))

    def _stretched(self, cell: Cell, columns: Sequence[str], first: int, last: int) -> Cell:
        if cell.field is None or cell.field + AT in columns or first == last:
            return cell
        letter = self._table.columns[cell.field]
        return replace(cell, address=f"{letter}{first}:{letter}{last}", text=None)


def _first_groups(rule: Rule, frame: pl.DataFrame, failed: pl.Series, room: int) -> list[int]:
    """The failing rows of the first groups that there is room to tell of, the first rows of each."""
    if rule.scope is not Scope.GROUP:
        return failed.arg_true().head(room).to_list()
    rows = frame.select(pl.int_range(pl.len()).alias("_nth"), *rule.group).filter(failed)
    groups = rows.select(rule.group).unique(maintain_order=True).head(room)
    rows = rows.join(groups, on=rule.group, how="semi", nulls_equal=True, maintain_order="left")
    return rows.group_by(rule.group, maintain_order=True).head(_LISTED)["_nth"].sort().to_list()
