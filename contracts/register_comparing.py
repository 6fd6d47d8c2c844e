"""What a register of any height was compared with: as `contracts.comparing` says it, without holding the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import polars as pl

from contracts.comparing import Comparison, lacking_beside
from contracts.context import References, attach_context
from contracts.finding import RuleCount
from contracts.kind import Kind
from contracts.measure import Context
from contracts.period import Period
from contracts.table import Table


def compare_register(
    kind: Kind,
    wide: pl.LazyFrame,
    accepted: pl.LazyFrame | None,
    counts: Sequence[RuleCount],
    given: Mapping[str, Sequence[str]],
) -> tuple[Comparison, ...]:
    """As `compare` does, of lazy frames with their context columns."""
    unknown = {count.rule for count in counts if count.not_evaluable}
    contents = {} if accepted is None else contents_of(kind, accepted)
    return tuple(
        Comparison(
            context.source,
            context.title_zh,
            context.title_en,
            tuple(given.get(context.source, ())),
            contents.get(context.source, ""),
            tuple(r.id for r in kind.rules if r.id in unknown and lacking_beside(r, kind, context, wide)),
        )
        for context in kind.contexts
    )


def register_contents_now(
    kind: Kind, accepted: pl.LazyFrame, references: References, *, period: Period, filer: str
) -> dict[str, str]:
    """As `contents_now`, of the accepted rows of a register."""
    names = accepted.collect_schema().names()
    own = accepted.select(name for name in names if not name.startswith("_") or name == "_row")
    table = Table("", own.head(0).collect(), {}, {}, own.head(0).collect())
    return contents_of(kind, attach_context(kind, table, own, None, references, period=period, filer=filer))


def contents_of(kind: Kind, wide: pl.LazyFrame) -> dict[str, str]:
    """source → `contracts.comparing.content` of these rows, for every context of the kind; read piece by piece."""
    brought = {context: _brought(context) for context in kind.contexts}
    if not brought:
        return {}
    names = dict.fromkeys(name for some in brought.values() for name in some)
    texts = wide.select(pl.col(name).cast(pl.String, strict=False) for name in names)
    none = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    hashes = {
        c: hashlib.sha256(none.select(some).write_csv(quote_style="always").encode()) for c, some in brought.items()
    }
    for piece in texts.collect_batches(maintain_order=True):
        for context, some in brought.items():
            said = piece.select(some).write_csv(include_header=False, quote_style="always")
            hashes[context].update(said.encode())
    return {context.source: made.hexdigest() for context, made in hashes.items()}


def _brought(context: Context) -> list[str]:
    return [context.prefix + name for name in context.brings]
