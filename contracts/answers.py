"""What each rule answers over a frame: how often what, which rows fail, and the first row that cannot be told.

A low frame is asked everything in one plan. A tall one is asked as a register is (`contracts.register_plan`): rules
that go row by row as one mask, and only the rows that it does not find clean rule by rule; rules over several rows that
say where to look only where they find suspects. The answers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from contracts.errors import ContractError
from contracts.finding import RuleCount
from contracts.register_plan import ABSENT, CLEAN, make_plan, mask_of
from contracts.register_suspects import suspects_of
from contracts.rule import Rule

TALL = 5_000  # rows from which on the second plan costs less than it saves


@dataclass(frozen=True)
class Answers:
    """count: without its reason. failed: positions of failing rows, ascending. untold: the first position that cannot
    be told, None where all can.
    """

    count: RuleCount
    failed: list[int]
    untold: int | None


def ask(rules: Sequence[Rule], frame: pl.DataFrame, *, tall: int = TALL) -> dict[str, Answers]:
    """The answers of all rules over all rows, by rule id. Raises ContractError where a rule crashes."""
    try:
        found = _ask_tall(rules, frame) if frame.height >= tall else _ask_each(rules, frame)
    except pl.exceptions.PolarsError as error:
        raise ContractError(*crashed(rules, frame)) from error
    return {rule.id: found[rule.id] for rule in rules}


def _ask_tall(rules: Sequence[Rule], frame: pl.DataFrame) -> dict[str, Answers]:
    plan = make_plan(rules, frame.schema)
    suspect = [rule for rule in plan.spans if _has_suspects(rule, frame)]
    together = [*suspect, *plan.rest]
    alone = [rule for rule in plan.rows if rule.id not in {one.id for one in suspect}]
    clear = [replace(r, holds=pl.lit(value=True)) for r in plan.spans if r not in suspect and r.when is None]
    found = _ask_each(together, frame) if together else {}
    return found | (_ask_dirty([*alone, *clear], frame) if alone or clear else {})


def _has_suspects(rule: Rule, frame: pl.DataFrame) -> bool:
    suspects = suspects_of(rule)
    suspects.take(frame.with_columns(suspects.asks()))
    return suspects.any


def _ask_each(rules: Sequence[Rule], frame: pl.DataFrame) -> dict[str, Answers]:
    """One column of answers for every rule, and one of applicability for those with a `when`, from a single plan."""
    # A position beside them: eagerly, an aggregate compared with a literal column would be one row only.
    plan = [pl.int_range(pl.len()).alias("_at"), *(rule.answer.alias(rule.id) for rule in rules)]
    plan += [rule.applies.not_().alias(ABSENT + rule.id) for rule in rules if rule.when is not None]
    answers = frame.lazy().select(plan).collect()
    absent = [pl.col(ABSENT + r.id).sum() if r.when is not None else pl.lit(0).alias(ABSENT + r.id) for r in rules]
    return _told(rules, answers, frame.height, answers.lazy().select(absent).collect().row(0))


def _ask_dirty(rules: Sequence[Rule], frame: pl.DataFrame) -> dict[str, Answers]:
    # Summed in a second step: the sum of a constant is one, not one a row.
    absent = [r.applies.not_().alias(ABSENT + r.id) for r in rules if r.when is not None]
    seen = frame.lazy().select(pl.int_range(pl.len()).alias("_at"), mask_of(rules), *absent).collect()
    missing = {name: int(seen[name].sum()) for name in seen.columns if name.startswith(ABSENT)}
    at = (~seen[CLEAN]).arg_true()
    if len(at) > frame.height // 4:
        return _ask_each(rules, frame)
    dirty = frame[at].with_columns(at.alias("_at")).lazy()
    answers = dirty.select("_at", *(rule.answer.alias(rule.id) for rule in rules)).collect()
    return _told(rules, answers, frame.height, [missing.get(ABSENT + rule.id, 0) for rule in rules])


def _told(rules: Sequence[Rule], answers: pl.DataFrame, height: int, absent: Sequence[int]) -> dict[str, Answers]:
    """From answers that hold every row that does not pass; `absent` is of all rows."""
    wrong = answers.lazy().select((~pl.col(rule.id)).sum() for rule in rules).collect().row(0)
    told = {}
    for rule, failed, gone in zip(rules, wrong, absent, strict=True):
        answer = answers[rule.id]
        unknown = answer.null_count()
        rows = answers["_at"].filter(answer.eq(other=False).fill_null(value=False)).to_list() if failed else []
        first = answers["_at"][answer.is_null().arg_max() or 0] if unknown else None
        told[rule.id] = Answers(
            RuleCount(rule.id, height - failed - unknown - gone, failed, unknown, gone), rows, first
        )
    return told


def crashed(rules: Iterable[Rule], frame: pl.DataFrame) -> tuple[str, str]:
    """Which rule it was that crashed the plan, and why in one line."""
    for rule in rules:
        try:
            frame.lazy().select(rule.answer.alias("answer"), rule.applies.alias("applies")).collect()
        except pl.exceptions.PolarsError as error:
            said = str(error).splitlines()[0]
            return f"规则 {rule.id} 无法执行：{said}", f"the rule {rule.id} crashed: {said}"
    return "规则无法一并执行", "the rules crash together, though none does alone"
