"""Frame and contract in, verdict out: all rules of a kind in one plan, found by walking its Pandera schema.

Pure. Three answers: pass, fail, cannot tell; a null is never a pass. A rule that crashes is our fault (ContractError).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

import polars as pl

from contracts.context import AT, References, attach_context, cells_at
from contracts.errors import ContractError
from contracts.exact import decimal_text
from contracts.finding import Cell, Finding, Outcome, RuleCount, Verdict
from contracts.kind import Kind
from contracts.period import Period
from contracts.rule import Rule, Scope
from contracts.table import Table
from contracts.waivers import Waiver, waive

BLANK = "（空）"


@dataclass(frozen=True)
class Judgment:
    """A verdict, the frame it was reached on (with context columns), and which of its rows are quarantined."""

    verdict: Verdict
    frame: pl.DataFrame
    quarantined: tuple[int, ...]


def judge(
    kind: Kind,
    table: Table,
    frame: pl.DataFrame,
    *,
    period: Period | None = None,
    filer: str | None = None,
    totals: pl.DataFrame | None = None,
    references: References | None = None,
    waivers: Sequence[Waiver] = (),
    found: Sequence[Finding] = (),
) -> Judgment:
    """Judge typed rows under a kind that is already narrowed to its period (`Kind.in_force`).

    frame, totals: typed rows of `table`. references: for each context source what to compare with. found: findings
    about the file's shape, made while reading; a blocking one (a missing column, say) leaves every rule unevaluated,
    because its rows are not what the contract speaks of.
    """
    references = references or {}
    wide = attach_context(kind, table, frame, totals, references, period=period, filer=filer)
    if any(f.blocks for f in found):
        reason = ("文件结构有误，未判定", "not judged: the file's shape is wrong")
        counts = tuple(RuleCount(r.id, 0, 0, wide.height, 0, *reason) for r in kind.rules)
        return _conclude(kind, wide, tuple(found), counts)
    answers = _answer(kind.rules, wide)
    tallies = _tally(kind.rules, answers)
    findings: list[Finding] = []
    counts_made: list[RuleCount] = []
    for rule in kind.rules:
        count = tallies[rule.id]
        if count.not_evaluable:
            zh, en = _reason(rule, kind, table, wide, answers[rule.id].is_null().arg_max() or 0, references)
            count = replace(count, reason_zh=zh, reason_en=en)
        if count.failed:
            failed = answers[rule.id].eq(other=False).fill_null(value=False).arg_true().to_list()
            findings += [waive(f, waivers) for f in _findings(rule, wide, table, failed)]
        counts_made.append(count)
    return _conclude(kind, wide, (*found, *findings), tuple(counts_made))


def _answer(rules: Iterable[Rule], frame: pl.DataFrame) -> pl.DataFrame:
    """One column of answers for every rule, and one of applicability for those with a `when`, from a single plan."""
    plan = [pl.int_range(pl.len()).alias("_at")]
    for rule in rules:
        plan.append(rule.answer.alias(rule.id))
        if rule.when is not None:
            plan.append(rule.applies.alias(rule.id + "?"))
    try:
        # Lazily, as Pandera runs its checks: eagerly, an aggregate compared with a literal column is one row only.
        return frame.lazy().select(plan).collect()
    except pl.exceptions.PolarsError as error:
        raise ContractError(*_crashed(rules, frame)) from error


def _crashed(rules: Iterable[Rule], frame: pl.DataFrame) -> tuple[str, str]:
    """Which rule it was that crashed the plan, and why in one line."""
    for rule in rules:
        try:
            frame.lazy().select(rule.answer.alias("answer"), rule.applies.alias("applies")).collect()
        except pl.exceptions.PolarsError as error:
            said = str(error).splitlines()[0]
            return f"规则 {rule.id} 无法执行：{said}", f"the rule {rule.id} crashed: {said}"
    return "规则无法一并执行", "the rules crash together, though none does alone"


def _tally(rules: Sequence[Rule], answers: pl.DataFrame) -> dict[str, RuleCount]:
    """How often each rule answered what, in one pass over the answers; reasons are added where there are any."""
    sums: list[pl.Expr] = []
    for number, rule in enumerate(rules):
        answer = pl.col(rule.id)
        applies = pl.col(rule.id + "?") if rule.when is not None else pl.lit(value=True)
        sums += [
            (answer & applies).sum().alias(f"passed{number}"),
            answer.not_().sum().alias(f"failed{number}"),
            answer.null_count().alias(f"unknown{number}"),
        ]
    told = answers.select(sums).row(0, named=True)
    counts = {}
    for number, rule in enumerate(rules):
        passed, failed, unknown = (told[f"{what}{number}"] for what in ("passed", "failed", "unknown"))
        counts[rule.id] = RuleCount(rule.id, passed, failed, unknown, answers.height - passed - failed - unknown)
    return counts


def _reason(
    rule: Rule, kind: Kind, table: Table, frame: pl.DataFrame, row: int, references: References
) -> tuple[str, str]:
    """Why the rule could not be told, from the first row where it could not."""
    used = {
        *rule.fields,
        *rule.holds.meta.root_names(),
        *(rule.when.meta.root_names() if rule.when is not None else ()),
    }
    for context in kind.contexts:
        if any(name.startswith(context.prefix) for name in used) and not references.get(context.source):
            return f"没有可对照的{context.title_zh}", f"no {context.title_en} to compare with"
    if rule.scope is Scope.FRAME:
        # The answer is the same in every row; the reason stands in the first row that lacks an operand.
        lacking = frame.select(pl.any_horizontal(pl.col(f).is_null() for f in rule.fields)).to_series()
        row = lacking.arg_max() or 0
    values = frame.row(row, named=True)
    missing = [f for f in rule.fields if values.get(f) is None]
    blank = [address for f in missing if (address := table.address(f, values["_row"]))]
    for context in kind.contexts:
        if not blank and any(f.startswith(context.prefix) for f in missing):
            return f"{context.title_zh}中没有对应的数据", f"nothing that corresponds in the {context.title_en}"
    zh = "、".join(blank) or f"第{values['_row']}行"
    en = ", ".join(blank) or f"row {values['_row']}"
    return f"参与判定的数据缺失或无法识别：{zh}", f"an operand is missing or unreadable: {en}"


def _findings(rule: Rule, frame: pl.DataFrame, table: Table, failed: list[int]) -> Iterator[Finding]:
    extra = {name: expr.cast(pl.String, strict=False) for name, expr in rule.values.items()}
    expected = rule.expected if isinstance(rule.expected, pl.Expr) else pl.lit(rule.expected)
    position = pl.int_range(pl.len()).alias("_at")
    told = frame.lazy().select(position, expected.cast(pl.String).alias("_expected"), **extra).collect()
    for rows in _parts(rule, frame, failed):
        texts = {f: _text(frame, f, rows[0]) for f in rule.fields}
        words = {name: texts[name] or BLANK for name in texts}
        words |= {name: _plain(told[name][rows[0]]) or BLANK for name in extra}
        words["rows"] = _row_list(frame["_row"][r] for r in rows)
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            message_zh=rule.message_zh.format(**words),
            message_en=rule.message_en.format(**words),
            expected=_plain(told["_expected"][rows[0]]) or "",
            basis=rule.basis,
            cells=tuple(_cells(rule, frame, table, rows)),
            field=rule.fields[0].removeprefix("total_"),
            # Of a whole column no single cell is what was filed; a control total is one cell.
            filed=texts[rule.fields[0]] if rule.scope is not Scope.FRAME or rule.fields[0] + AT in frame else None,
            rows=tuple(rows),
        )


def _parts(rule: Rule, frame: pl.DataFrame, failed: list[int]) -> list[list[int]]:
    """The failing rows, one list for each finding: single rows, groups, or all of them."""
    if rule.scope is Scope.ROW:
        return [[row] for row in failed]
    if rule.scope is Scope.FRAME:
        return [failed]
    keys = frame[failed].select(rule.group).rows()
    groups: dict[Any, list[int]] = {}
    for row, key in zip(failed, keys, strict=True):
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _cells(rule: Rule, frame: pl.DataFrame, table: Table, rows: list[int]) -> Iterator[Cell]:
    """Every operand's cell; runs of neighbouring rows as ranges."""
    for name in rule.fields:
        if name + AT in frame.columns:
            for places in dict.fromkeys(frame[name + AT][r] for r in rows):
                if places is not None:
                    yield from cells_at(places, name, _text(frame, name, rows[0]))
        elif letter := table.columns.get(name):
            for first, last in runs(frame["_row"][r] for r in rows):
                text = _text(frame, name, rows[0]) if first == last and len(rows) == 1 else None
                address = f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
                yield Cell(table.sheet, address, name, text)


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending row numbers as (first, last) of each unbroken run."""
    ordered = sorted(set(rows))
    pairs = [list(g) for _, g in groupby(enumerate(ordered), key=lambda p: p[1] - p[0])]
    return [(run[0][1], run[-1][1]) for run in pairs]


def _row_list(rows: Iterable[int]) -> str:
    """5、7、9–14: every row, long runs as spans."""
    spans = (f"{a}–{b}" if b - a > 1 else "、".join(str(n) for n in range(a, b + 1)) for a, b in runs(rows))
    return "、".join(spans)


def _text(frame: pl.DataFrame, name: str, row: int) -> str | None:
    column = f"{name}__text" if f"{name}__text" in frame.columns else name
    return _plain(frame[column][row])


def _plain(value: object) -> str | None:
    """A value as a person writes it: exact decimals without trailing zeros."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return decimal_text(value)
    text = str(value)
    head, point, tail = text.partition(".")
    if point and tail and head.lstrip("-").isdigit() and tail.isdigit() and len(tail) >= 6:
        return head if not tail.strip("0") else f"{head}.{tail.rstrip('0')}"
    return text


def _conclude(
    kind: Kind, frame: pl.DataFrame, findings: tuple[Finding, ...], counts: tuple[RuleCount, ...]
) -> Judgment:
    blocking = [f for f in findings if f.blocks]
    everything = tuple(range(frame.height))
    alone = kind.rows_stand_alone and all(f.rows and len(f.rows) < frame.height for f in blocking)
    bad = tuple(sorted({row for f in blocking for row in f.rows})) if alone else (everything if blocking else ())
    if not blocking:
        outcome = Outcome.ACCEPTED
    else:
        outcome = Outcome.PARTIAL if alone and len(bad) < frame.height else Outcome.RETURNED
    verdict = Verdict(outcome, findings, counts, frame.height, frame.height - len(bad), len(bad))
    return Judgment(verdict, frame, bad)
