"""What a judgment was compared with, kept beside it, so that the next one knows whether anything there has changed.

Pure values and hashes. Never judges, and never decides that a submission is to be judged again (`flows.again`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.context import References, attach_context
from contracts.finding import RuleCount
from contracts.kind import Kind
from contracts.measure import Context
from contracts.period import Period
from contracts.rule import Rule
from contracts.table import Table


@dataclass(frozen=True)
class Comparison:
    """One source that a judgment compared with, as it was then.

    with_: what it was, by id; empty where nothing had come yet. content: SHA-256 over what stood beside the accepted
    rows, "" where no row was accepted. lacking: rules that could not be told for want of it.
    """

    source: str
    title_zh: str
    title_en: str
    with_: tuple[str, ...]
    content: str
    lacking: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether nothing at all was there to compare with, and a rule was left open by that."""
        return bool(self.lacking) and not self.with_

    def record(self) -> dict[str, Any]:
        return {**vars(self), "with_": list(self.with_), "lacking": list(self.lacking)}

    @classmethod
    def of_record(cls, told: Mapping[str, Any]) -> Comparison:
        return cls(**{**told, "with_": tuple(told["with_"]), "lacking": tuple(told["lacking"])})


def compare(
    kind: Kind,
    wide: pl.DataFrame,
    accepted: pl.DataFrame | None,
    counts: Sequence[RuleCount],
    given: Mapping[str, Sequence[str]],
) -> tuple[Comparison, ...]:
    """What a judgment compared with, for every context of the kind.

    wide: the judged frame with its context columns; accepted: those of its rows that were accepted, None where the
    submission was returned. given: for each source what it was, by id.
    """
    unknown = {count.rule for count in counts if count.not_evaluable}
    return tuple(
        Comparison(
            context.source,
            context.title_zh,
            context.title_en,
            tuple(given.get(context.source, ())),
            "" if accepted is None else content(context, accepted),
            tuple(r.id for r in kind.rules if r.id in unknown and lacking_beside(r, kind, context, wide.lazy())),
        )
        for context in kind.contexts
    )


def contents_now(
    kind: Kind, accepted: pl.DataFrame, references: References, *, period: Period, filer: str
) -> dict[str, str]:
    """source → `content` of accepted rows as they are kept, beside what there is to compare them with now."""
    own = accepted.select(name for name in accepted.columns if not name.startswith("_") or name == "_row")
    table = Table("", own, {}, {}, own.clear())
    wide = attach_context(kind, table, own, None, references, period=period, filer=filer)
    return {context.source: content(context, wide) for context in kind.contexts}


def content(context: Context, wide: pl.DataFrame) -> str:
    """SHA-256 over the columns that a context brought to these rows."""
    names = [context.prefix + name for name in context.brings]
    texts = wide.select(pl.col(name).cast(pl.String, strict=False) for name in names)
    return hashlib.sha256(texts.write_csv(quote_style="always").encode()).hexdigest()


def compares(rule: Rule, context: Context) -> bool:
    """Whether the rule looks at anything that the context brings."""
    return any(name.startswith(context.prefix) for name in _used(rule))


def asks_whether_given(rule: Rule, context: Context) -> bool:
    """Whether the rule's answer depends on there being anything at all, whatever stands beside a row."""
    return f"{context.prefix}given" in _used(rule)


def _used(rule: Rule) -> set[str]:
    names = {*rule.fields, *rule.holds.meta.root_names()}
    return names | set(rule.when.meta.root_names() if rule.when is not None else ())


def lacking_beside(rule: Rule, kind: Kind, context: Context, wide: pl.LazyFrame) -> bool:
    """Whether the rule was left open by the context: by all of it, or by what is not there beside some row whose own
    operands are there."""
    if not compares(rule, context):
        return False
    if wide.select(pl.col(context.prefix + "given").is_null().any()).collect(engine="streaming").item():
        return True
    columns = set(wide.collect_schema().names())
    own = [name for name in rule.fields if name in kind.schema.columns]
    beside = [n for n in _used(rule) if n.startswith(context.prefix) and n in columns]
    there = pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_not_null() for name in own))
    absent = pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_null() for name in beside))
    return bool(wide.select((there & absent).any()).collect(engine="streaming").item())
