"""What the tests of the domain's verdicts share: texts as filed in, the domain's own word for the answer out.

`said` asks a relation alone and gives its whole answer. `word` judges a filed row, under a rule of the domain's
severity, by the same judge as a submission, and tells the outcome in the rule list's words. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import polars as pl

from contracts.context import References
from contracts.field import Field, Type
from contracts.finding import Outcome, Severity
from contracts.judge import Judgment, judge
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.period import Period
from contracts.quantity import Quantity, Role, parse_quantity
from contracts.relation_rules import relation_rule
from contracts.relations import Relation
from contracts.rule import Rule, Scope
from contracts.targets import Attainment, Stated, attain, stated_quantity
from tests.contracts.right_rows import make_table
from tests.contracts.stated_rows import ask, number, operands
from transforms.parsing import parse_table

COUNT, DECIMAL, QUANTITY, DATE, ITEMS, TEXT = (
    Type.COUNT, Type.DECIMAL, Type.QUANTITY, Type.DATE, Type.ITEMS, Type.TEXT,
)  # fmt: skip
ERROR, WARN, INFO = "error", "warn", "info"
HOLDS, BLOCKED, NOT_ASKED = "holds", "blocked", "not asked"
SEVERITIES: Final = {ERROR: Severity.MUST, WARN: Severity.EXPLAIN, INFO: Severity.NOTE}
Made = Callable[..., Relation]
Test = TypeVar("Test", bound=Callable[..., None])


def decides(*ids: str) -> Callable[[Test], Test]:
    """Marks the one test in which the verdict of each of these rules is compared with the document's."""

    def mark(test: Test) -> Test:
        test.decides = ids  # type: ignore[attr-defined]
        return test

    return mark


# --- one relation


def _fields(texts: Sequence[str | None], unit: str, kind: Type, units: tuple[str, ...]) -> list[Field]:
    names = [f"x{i}" for i in range(len(texts))]
    return [number(name, one, kind) for name, one in zip(names, units or (unit,) * len(texts), strict=True)]


def said(make: Made, *texts: str | None, unit: str = "", kind: Type = QUANTITY, units: tuple[str, ...] = ()) -> Any:
    """The answer of the relation made of one operand for each text."""
    fields = _fields(texts, unit, kind, units)
    return ask(make(*operands(fields)), fields, **{f.name: t for f, t in zip(fields, texts, strict=True)})


@dataclass(frozen=True)
class As:
    """As what texts are filed: the unit of all or of each, and the type of the fields."""

    unit: str = ""
    kind: Type = QUANTITY
    units: tuple[str, ...] = ()


def verdict(rule: str, severity: str, make: Made, texts: Sequence[str | None], filed: As | None = None) -> str:
    """`word` for a row of texts that stand in the relation, under a rule of that severity."""
    filed = filed or As()
    fields = _fields(texts, filed.unit, filed.kind, filed.units)
    asked = relation(rule, severity, make(*operands(fields)))
    return word(asked, fields, {f.name: t for f, t in zip(fields, texts, strict=True)})


def relation(rule: str, severity: str, asked: Relation, when: pl.Expr | None = None) -> Rule:
    """The rule of that severity, in the domain's words, that a relation holds."""
    return relation_rule(
        rule, asked, title_zh=rule, title_en=rule, basis="rules.md", severity=SEVERITIES[severity], when=when
    )


def condition(rule: str, severity: str, holds: pl.Expr, *fields: str, **more: Any) -> Rule:
    """A rule that is no relation between numbers: a cell is filled, a word is of a list."""
    words: dict[str, Any] = {"scope": Scope.ROW, "title_zh": rule, "title_en": rule, "expected": "—"}
    words |= {"message_zh": f"{rule}：{{{fields[0]}}}", "message_en": f"{rule}: {{{fields[0]}}}", "basis": "rules.md"}
    return Rule(id=rule, severity=SEVERITIES[severity], holds=holds, fields=fields, **(words | more))


def without_gaps(rule: str, severity: str, name: str, declared: int | None = None) -> Rule:
    """The rule that the numbers run 1, 2, 3 … to the last, and that there are as many as were declared."""
    runs = (pl.col(name).sort() == pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).all()
    return condition(
        rule, severity, runs if declared is None else runs & (pl.len() == declared), name, scope=Scope.FRAME,
        message_zh=f"{rule}：序号不连续", message_en=f"{rule}: a gap in the numbers",
    )  # fmt: skip


# --- one filed row or more


@dataclass(frozen=True)
class Setting:
    """What rows are judged with: other rules of the same form, contexts and what they bring, and the period."""

    beside: tuple[Rule, ...] = ()
    contexts: tuple[Context, ...] = ()
    references: References | None = None
    period: str = "2020"


def judged(
    rules: Sequence[Rule],
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, str | None]],
    setting: Setting | None = None,
) -> Judgment:
    """The judgment on rows of a form that has just these fields and rules."""
    setting = setting or Setting()
    period = Period.parse(setting.period)
    kind = define_kind(
        code="seed", prefix="SEED", title_zh="种子文档", title_en="seed document", purpose_zh="测试",
        filers=("department",), cadence="yearly", fields=fields, rules=rules, contexts=setting.contexts,
    )  # fmt: skip
    table = make_table(kind, [{name: text or "" for name, text in row.items()} for row in rows])
    frame = parse_table(table, kind.fields, year=period.year)
    return judge(kind, table, frame, period=period, filer="GLC", references=setting.references)


def word(rule: Rule, fields: Sequence[Field], row: Mapping[str, str | None], setting: Setting | None = None) -> str:
    """holds, blocked (not evaluable), not asked, or, where it is broken, error, warn or info.

    What the word says is looked up in the verdict: an error returns the file, a warning is accepted and waits for an
    explanation, an information is noted; and what is blocked is neither a pass nor a finding.
    """
    return told(rule.id, judged([rule, *(setting.beside if setting else ())], fields, [row], setting))


def told(rule: str, judgment: Judgment) -> str:
    (count,) = (c for c in judgment.verdict.counts if c.rule == rule)
    findings = [f for f in judgment.verdict.findings if f.rule == rule]
    assert bool(findings) == bool(count.failed)
    if count.not_evaluable:
        assert not findings
        assert count.reason_zh, "what cannot be told says why"
        return BLOCKED
    if not findings:
        return HOLDS if count.passed else NOT_ASKED
    finding = findings[0]
    returned = judgment.verdict.outcome is Outcome.RETURNED
    assert returned == any(f.blocks for f in judgment.verdict.findings)
    if finding.severity is Severity.MUST:
        assert returned
        return ERROR
    return {"open": WARN, "noted": INFO}[finding.state]


# --- targets


def quantity(text: str, *, role: Role = "actual") -> Quantity:
    found = parse_quantity(text, role=role)
    assert found is not None, text
    return found


def figure(text: str, *, role: Role = "actual", **about: object) -> Stated:
    """A text as it is compared: as a target, or with one."""
    return stated_quantity(quantity(text, role=role), **about)


def aimed(text: str, actual: str | None) -> Attainment:
    return attain(figure(text, role="target"), None if actual is None else figure(actual))
