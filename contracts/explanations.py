"""Explanations: what a filer says about a 核实 finding, bound to the value it explains. Values, and what they do.

An explanation holds for later versions and later periods as long as the value stays in its band; when it moves out of
it the finding is open again. Never judges whether an explanation is true, only whether it says anything
(`contracts.kinds.explanation_list`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import polars as pl

from contracts.field import Type
from contracts.finding import Finding, Severity
from contracts.kind import Kind
from contracts.masking import Screen, masked, masked_prose, screen_of
from contracts.period import Period
from contracts.quantity import parse_quantity
from contracts.rule import Rule, Scope

BAND_PCT = Decimal(10)  # how far a number may move and still be the one that was explained


@dataclass(frozen=True)
class Explanation:
    """What a filer said about one finding.

    kind, field, about: form, field and row of the finding (`Finding.about`). value: what was filed there, as text.
    band_pct: how many per cent of it a number may move; any other text has to stay what it is. by: who explains.
    """

    rule: str
    filer: str
    kind: str
    period: Period
    field: str
    about: str
    value: str
    text: str
    by: str
    given_on: date | None = None
    band_pct: Decimal = BAND_PCT

    @property
    def key(self) -> str:
        return finding_key(self.rule, self.filer, self.kind, self.period, self.field, self.about)

    def speaks_of(self, finding: Finding, kind: str, filer: str, period: Period) -> bool:
        """Whether it is about this finding, whatever its value: of the same period, or of a later one."""
        there = (finding.rule, kind, filer, finding.field or "", finding.about)
        here = (self.rule, self.kind, self.filer, self.field, self.about)
        return there == here and self.period.end <= period.end

    def told(self, period: Period) -> str:
        """Who explained it, when and how, as it is printed beside the finding of `period`."""
        carried = "" if period == self.period else f"沿用{self.period.label_zh}的说明"
        when = "，".join(part for part in (self.given_on.isoformat() if self.given_on else "", carried) if part)
        return f"{self.by}{f'（{when}）' if when else ''}：{masked_prose(self.text)}"


def explain(finding: Finding, explanations: Sequence[Explanation], *, kind: str, filer: str, period: Period) -> Finding:
    """The finding, with who explained it where an explanation covers it; the last one counts. Only for 核实."""
    if finding.severity is not Severity.EXPLAIN:
        return finding
    fitting = [
        e
        for e in explanations
        if e.speaks_of(finding, kind, filer, period) and in_band(e.value, value_of(finding), e.band_pct)
    ]
    return replace(finding, explained_by=fitting[-1].told(period)) if fitting else finding


def value_of(finding: Finding) -> str:
    """What an explanation of the finding is bound to: what was filed, or what was found where no one cell was."""
    return finding.message_zh if finding.filed is None else finding.filed


def in_band(explained: str, now: str, band_pct: Decimal) -> bool:
    """Whether `now` is still the value that was explained: the same text, or a number within the band of it.

    now: as a finding says it, with what is personal masked; the explanation may have been written with the value.
    """
    if now.strip() in (explained.strip(), masked_prose(explained).strip(), masked(explained).strip()):
        return True
    old, new = parse_quantity(explained), parse_quantity(now)
    if old is None or new is None or old.value is None or new.value is None:
        return False
    if (old.unit, old.comparator, old.direction) != (new.unit, new.comparator, new.direction):
        return False
    return abs(new.value - old.value) * 100 <= abs(old.value) * band_pct


def finding_key(rule: str, filer: str, kind: str, period: Period, field: str, about: str) -> str:
    """What a finding is called when it is explained: RULE@FILER.kind.PERIOD:field:row, empty ends left out."""
    return f"{rule}@{filer}.{kind}.{period.label}:{field}:{about}".rstrip(":")


def named(
    findings: Sequence[Finding], kind: Kind, frame: pl.DataFrame, screen: Screen | None = None
) -> tuple[Finding, ...]:
    """The findings, each with what its row or group is called in the form, so that it is known again in a later file.

    A row is called by the form's first text, a group by what its rows share; what is about the file as a whole, by what
    was filed. Findings that would be called the same are numbered. No row is called by what is personal (`screen`, by
    default the kind's own) where it has any other text, and it is masked where it has none.
    """
    screen = screen or screen_of(kind)
    rules, label = {rule.id: rule for rule in kind.rules}, _label(kind)
    seen: dict[tuple[str, str, str], int] = {}
    made = []
    for finding in findings:
        about = _about(finding, rules.get(finding.rule), label, frame, screen)
        name = (finding.rule, finding.field or "", about)
        seen[name] = seen.get(name, 0) + 1
        made.append(replace(finding, about=about if seen[name] == 1 else f"{about}#{seen[name]}"))
    return tuple(made)


def _label(kind: Kind) -> tuple[str, ...]:
    """The column by which a form's rows are called: its first text; none in a form of one row without a name."""
    texts = [field for field in kind.fields if field.type is Type.TEXT and field.required]
    return tuple(field.text_column for field in sorted(texts, key=lambda field: field.personal)[:1])


def _about(finding: Finding, rule: Rule | None, label: tuple[str, ...], frame: pl.DataFrame, screen: Screen) -> str:
    if rule is None:
        return finding.filed or ""
    if not finding.rows or rule.scope is Scope.FRAME:
        return ""
    names = rule.group if rule.scope is Scope.GROUP else label
    texts = {name: frame[_text_column(name, frame)][finding.rows[0]] for name in names}
    said = (None if text is None else screen.operand(name, str(text).strip()) for name, text in texts.items())
    return "、".join(text for text in said if text is not None)


def _text_column(name: str, frame: pl.DataFrame) -> str:
    twin = f"{name}__text"
    return twin if twin in frame.columns else name
