"""Many small submissions of one kind judged in one plan, each with the judgment that it would get by itself.

Most of the time of judging a small file goes into making plans, not into rows. Here the rows of all files stand in one
frame, numbered by file; what a rule asks of several rows it asks within each file. A rule for which no such form is
known is asked file by file. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts.answers import Answers, ask
from contracts.context import References, attach_context
from contracts.expression_rewrites import within
from contracts.finding import Finding, RuleCount
from contracts.judge import Judgment, conclude, unjudged
from contracts.kind import Kind
from contracts.period import Period
from contracts.register_plan import ABSENT
from contracts.rule import Rule
from contracts.table import Table
from contracts.waivers import Waiver

FILE = "_file"


@dataclass(frozen=True)
class Item:
    """One submission as `judge` takes it."""

    table: Table
    frame: pl.DataFrame
    period: Period | None = None
    filer: str | None = None
    totals: pl.DataFrame | None = None
    references: References | None = None
    waivers: Sequence[Waiver] = ()
    found: Sequence[Finding] = ()


def judge_many(kind: Kind, items: Sequence[Item]) -> list[Judgment]:
    """The judgments on submissions under a kind that is already narrowed to the period they share, in their order.

    Each is the same as `judge` gives. Raises ContractError where a rule crashes.
    """
    wides = [
        attach_context(kind, i.table, i.frame, i.totals, i.references or {}, period=i.period, filer=i.filer)
        for i in items
    ]
    judged = [number for number, item in enumerate(items) if not any(f.blocks for f in item.found)]
    answers = dict(zip(judged, _ask_many(kind.rules, [wides[number] for number in judged]), strict=True))
    return [
        conclude(kind, item.table, wide, answers[number], item.references or {}, item.waivers, item.found)
        if number in answers
        else Judgment(unjudged(kind, wide.height, item.found), wide, tuple(range(wide.height)))
        for number, (item, wide) in enumerate(zip(items, wides, strict=True))
    ]


def _ask_many(rules: Sequence[Rule], frames: Sequence[pl.DataFrame]) -> list[dict[str, Answers]]:
    plans = [plan for rule in rules if (plan := _plan_within(rule)) is not None]
    apart = [rule for rule in rules if rule not in {plan.rule for plan in plans}]
    told = [ask(apart, frame) if apart else {} for frame in frames]
    # Frames differ in their columns' types where one was given a context that another was not.
    alike: dict[tuple[object, ...], list[int]] = {}
    for number, frame in enumerate(frames):
        alike.setdefault(tuple(frame.schema.items()), []).append(number)
    for numbers in alike.values():
        for number, answers in zip(numbers, _ask_together(plans, [frames[n] for n in numbers]), strict=True):
            told[number] |= answers
    return told


@dataclass(frozen=True)
class _Plan:
    """What a rule asks, within each file: `absent` is true where it does not apply, None where it applies to all."""

    rule: Rule
    answer: pl.Expr
    absent: pl.Expr | None


def _plan_within(rule: Rule) -> _Plan | None:
    answer = within(rule.answer, FILE)
    absent = None if rule.when is None else within(rule.applies.not_(), FILE)
    return None if answer is None or (absent is None and rule.when is not None) else _Plan(rule, answer, absent)


def _ask_together(plans: Sequence[_Plan], frames: Sequence[pl.DataFrame]) -> Iterator[dict[str, Answers]]:
    heights = [frame.height for frame in frames]
    file = pl.Series(FILE, np.repeat(np.arange(len(frames), dtype=np.uint32), heights))
    asked = [plan.answer.alias(plan.rule.id) for plan in plans]
    asked += [plan.absent.alias(ABSENT + plan.rule.id) for plan in plans if plan.absent is not None]
    try:
        answers = pl.concat(frames).with_columns(file).lazy().select(FILE, *asked).collect()
    except pl.exceptions.PolarsError:
        # File by file it is said which rule it is that crashes.
        yield from (ask([plan.rule for plan in plans], frame) for frame in frames)
        return
    sums = {row[0]: row[1:] for row in _sums(plans, answers).rows()}
    first = 0
    for number, height in enumerate(heights):
        seen = sums.get(number, (0,) * (3 * len(plans)))
        yield dict(_split(plans, seen, height, answers.slice(first, height)))
        first += height


def _sums(plans: Sequence[_Plan], answers: pl.DataFrame) -> pl.DataFrame:
    """For every file that has rows: how many rows fail, cannot be told and are not spoken of, rule after rule."""
    made = []
    for number, plan in enumerate(plans):
        absent = pl.col(ABSENT + plan.rule.id).sum() if plan.absent is not None else pl.lit(0)
        answer = pl.col(plan.rule.id)
        made += [
            (~answer).sum().alias(f"f{number}"),
            answer.null_count().alias(f"u{number}"),
            absent.alias(f"a{number}"),
        ]
    return answers.lazy().group_by(FILE).agg(made).collect()


def _split(
    plans: Sequence[_Plan], sums: Sequence[int], height: int, answers: pl.DataFrame
) -> Iterator[tuple[str, Answers]]:
    """One file's answers, from its sums and its rows of answers."""
    for number, plan in enumerate(plans):
        rule = plan.rule.id
        failed, unknown, absent = sums[3 * number : 3 * number + 3]
        rows = answers[rule].eq(other=False).fill_null(value=False).arg_true().to_list() if failed else []
        untold = None if not unknown else 0 if unknown == height else answers[rule].is_null().arg_max()
        count = RuleCount(rule, height - failed - unknown - absent, failed, unknown, absent)
        yield rule, Answers(count, rows, untold)
