"""The rule book: every rule with its severity, level, texts, basis and dates, and with an example kept and one broken.

What an example is answered is never written down: it is judged when the book is made, so no text of it can be older
than the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from contracts.errors import ContractError
from contracts.exact import decimal_text
from contracts.examples import Change, Examples, Right, Where, Wrong
from contracts.finding import Finding, Severity
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.level import Level, contexts_of, level_of
from contracts.rule import Rule, Scope
from contracts.schema import keep_rules
from contracts.structure import BASIS, StructureRule
from contracts.structure import RULES as STRUCTURE_RULES
from transforms.book import column_letter
from transforms.example_forms import FIRST, ExampleForms

SHOWN = 6  # values of a column that an example names
LONG = 60  # characters of a changed text that are shown
BLANK_ZH, BLANK_EN = "空白", "blank"


@dataclass(frozen=True)
class Example:
    """A rule kept and a rule broken. cell: where the finding leads; messages: what the judge says of it."""

    right_zh: str
    right_en: str
    wrong_zh: str
    wrong_en: str
    cell: str = ""
    message_zh: str = ""
    message_en: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Entry:
    """One rule of the book. kind: code of its form, None for a rule of every file. example: None where a form brings
    none (a bureau's own)."""

    id: str
    kind: str | None
    form_zh: str
    severity: Severity
    level: Level
    scope: str
    title_zh: str
    title_en: str
    fields: tuple[str, ...]
    operands: tuple[str, ...]
    message_zh: str
    message_en: str
    basis: str
    since: str | None
    until: str | None
    example: Example | None

    def record(self) -> dict[str, Any]:
        """The entry for a machine to read."""
        told = {name: value for name, value in vars(self).items() if name not in ("form_zh", "operands", "example")}
        told |= {"severity": self.severity.value, "level": int(self.level), "level_zh": self.level.zh}
        told |= {"level_en": self.level.en, "fields": list(self.fields)}
        return told | {"example": vars(self.example) if self.example else None}


@dataclass(frozen=True)
class RuleBook:
    """The rules of these forms and of every file, in the order of the forms."""

    kinds: Mapping[str, Kind]
    examples: Mapping[str, Examples]

    @cached_property
    def forms(self) -> ExampleForms:
        return ExampleForms(self.kinds, self.examples)

    def entries(self, kind: Kind) -> Iterator[Entry]:
        examples = self.examples.get(kind.code)
        right = self.forms.judge(kind.code, examples.right, kind=kind) if examples else None
        for rule in kind.rules:
            yield self._entry(kind, rule, right)

    def entry(self, rule_id: str) -> Entry | None:
        """The entry of one rule, wherever it is from; None where there is no such rule."""
        for structure in STRUCTURE_RULES.values():
            if structure.id == rule_id:
                return shape_entry(structure)
        for kind in self.kinds.values():
            rule = next((r for r in kind.rules if r.id == rule_id), None)
            if rule is not None:
                examples = self.examples.get(kind.code)
                right = self.forms.judge(kind.code, examples.right, kind=_alone(kind, rule)) if examples else None
                return self._entry(kind, rule, right)
        return None

    def _entry(self, kind: Kind, rule: Rule, right: Judgment | None) -> Entry:
        return Entry(
            id=rule.id,
            kind=kind.code,
            form_zh=kind.title_zh,
            severity=rule.severity,
            level=level_of(kind, rule),
            scope=rule.scope.value,
            title_zh=rule.title_zh,
            title_en=rule.title_en,
            fields=rule.fields,
            operands=tuple(self._names(kind, rule)[name][0] for name in rule.fields),
            message_zh=rule.message_zh,
            message_en=rule.message_en,
            basis=rule.basis,
            since=rule.since.isoformat() if rule.since else None,
            until=rule.until.isoformat() if rule.until else None,
            example=self._example(kind, rule, right) if right is not None else None,
        )

    def _names(self, kind: Kind, rule: Rule) -> dict[str, tuple[str, str]]:
        """What each operand is called on paper, in Chinese and English: the form's own column, its total, another's."""
        names = {f.name: (f.heading, f.title_en) for f in kind.fields}
        names |= {f"total_{name}": (f"合计行“{zh}”", f"{en} in the total row") for name, (zh, en) in names.items()}
        for context in contexts_of(kind, rule):
            there = self.kinds.get(context.source, kind)
            titles = {f.name: (f.heading, f.title_en) for f in there.fields}
            for name in context.take:
                zh, en = titles.get(name, (name, name))
                names[context.prefix + name] = (f"{context.title_zh}的“{zh}”", f"{en} of the {context.title_en}")
            if context.count:
                names[context.prefix + context.count] = (f"{context.title_zh}的行数", f"rows of the {context.title_en}")
        return names | {name: (name, name) for name in rule.fields if name not in names}

    def _example(self, kind: Kind, rule: Rule, right: Judgment) -> Example | None:
        wrong = self.examples[kind.code].breaking(kind, rule)
        if wrong is None:
            return None
        found = self._finding(kind, rule, wrong)
        texts = _kept(rule, right)
        names = self._names(kind, rule)
        changes_zh, changes_en = zip(*(_told(kind, wrong.right, change) for change in wrong.changes), strict=True)
        return Example(
            right_zh="；".join(f"{names[n][0]}：{text or BLANK_ZH}" for n, text in texts.items()),
            right_en="; ".join(f"{names[n][1]}: {text or BLANK_EN}" for n, text in texts.items()),
            wrong_zh="；".join(changes_zh),
            wrong_en="; ".join(changes_en),
            cell="、".join(cell.where for cell in found.cells[:1]),
            message_zh=found.message_zh,
            message_en=found.message_en,
            expected=found.expected,
        )

    def _finding(self, kind: Kind, rule: Rule, wrong: Wrong) -> Finding:
        verdict = self.forms.judge(kind.code, wrong.right, kind=_alone(kind, rule)).verdict
        for finding in verdict.findings:
            if finding.rule == rule.id:
                return finding
        raise ContractError(f"示例没有违反规则 {rule.id}", f"the example does not break {rule.id}")


def shape_entry(rule: StructureRule) -> Entry:
    """The entry of a rule about the shape of any file."""
    right_zh, _, right_en = rule.expected.partition(" / ")
    return Entry(
        id=rule.id,
        kind=None,
        form_zh="全部报表",
        severity=rule.severity,
        level=Level.FORMAT,
        scope="file",
        title_zh=rule.title_zh,
        title_en=rule.title_en,
        fields=(),
        operands=(),
        message_zh="",
        message_en="",
        basis=BASIS,
        since=None,
        until=None,
        example=Example(right_zh, right_en or right_zh, rule.wrong_zh, rule.wrong_en),
    )


def _alone(kind: Kind, rule: Rule) -> Kind:
    return replace(kind, schema=keep_rules(kind.schema, {rule.id}))


def _kept(rule: Rule, judged: Judgment) -> dict[str, str]:
    """The operands' texts where the right rows keep the rule: of one row, or of the rows that it speaks of."""
    frame = judged.frame
    # A position beside the answer makes an aggregate answer once for every row.
    told = (
        frame.lazy().select(pl.int_range(pl.len()).alias("_at"), (rule.answer & rule.applies).alias("_kept")).collect()
    )
    kept = told["_kept"].fill_null(value=False).arg_true().to_list()[: 1 if rule.scope is Scope.ROW else None]
    return {name: _texts(frame, name, kept) for name in rule.fields}


def _texts(frame: pl.DataFrame, name: str, rows: list[int]) -> str:
    column = frame[f"{name}__text" if f"{name}__text" in frame.columns else name]
    # A total stands in every row of the frame and once in the form.
    texts = [
        decimal_text(v) if isinstance(v := column[row], Decimal) else str(v) for row in rows if column[row] is not None
    ]
    texts = texts[:1] if name.startswith("total_") else texts
    return "、".join(texts[:SHOWN]) + (f"……（共 {len(texts)} 行）" if len(texts) > SHOWN else "")


def _told(kind: Kind, right: Right, change: Change) -> tuple[str, str]:
    """One change of an example in both languages, with the row or cell that the finding will name."""
    row = change.row + FIRST - 1
    if change.where is Where.AGAIN:
        return f"第 {row} 行重复填报一次", f"row {row} filed twice"
    if change.where is Where.FILER:
        return f"由 {change.now} 填报，而不是 {change.before}", f"filed by {change.now} instead of {change.before}"
    if change.where is Where.WITHOUT:
        return "没有可对照的报送", f"without the {change.field} submission"
    field = kind.field(change.field)
    letter = column_letter(kind.fields.index(field))
    zh, en = {
        Where.ROW: (f"{letter}{row}", f"{letter}{row}"),
        Where.TOTAL: (f"合计行 {letter}{FIRST + len(right.rows)}", f"total row, {letter}{FIRST + len(right.rows)}"),
        Where.PREVIOUS: ("上期报送的", "earlier submission"),
        Where.PEER: ("另一单位报送的", "submission of the other filer"),
    }[change.where]
    return (
        f"{zh}“{field.heading}”由 {_seen(change.before) or BLANK_ZH} 改为 {_seen(change.now) or BLANK_ZH}",
        f"{en}: {field.title_en} {_seen(change.now) or BLANK_EN} instead of {_seen(change.before) or BLANK_EN}",
    )


def _seen(text: str) -> str:
    """A text with what nobody sees in it written out, and the middle of a long one left out."""
    shown = "".join(c if c.isprintable() or c == "\u3000" else f"\\u{ord(c):04x}" for c in text)
    return shown if len(shown) <= LONG else f"{shown[: LONG // 2]}……（共 {len(text)} 字）"
