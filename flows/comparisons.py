"""What a submission is judged beside: other submissions, the pack's lists, computed figures, waivers, explanations.

Only looks things up, in the home and in the pack; what they mean for a submission is the judge's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from contracts.context import PLACES, Reference, place
from contracts.explanations import Explanation
from contracts.kind import Kind
from contracts.measure import Context
from contracts.obligations import ZONE
from contracts.submission import Arrival
from contracts.waivers import Waiver
from flows.pack import Pack, read_explanations
from warehouse.home import Home
from warehouse.stored import StoredSubmission


def gather_references(home: Home, pack: Pack, kind: Kind, arrival: Arrival) -> dict[str, Reference | list[Reference]]:
    """What the kind's rules compare with, for each of its contexts that there is something for."""
    found: dict[str, Reference | list[Reference] | None] = {}
    names = pack.filer_names()
    for context in kind.contexts:
        if context.source == "figures":
            found["figures"] = _computed(home, pack)
        elif file := _list_file(pack, context):
            found[context.source] = pack.reference(file)
        else:
            found[context.source] = [_named(home.refer(s), names) for s in _beside(home, context, kind, arrival)]
    return {source: reference for source, reference in found.items() if reference}


def _list_file(pack: Pack, context: Context) -> str | None:
    """The file of the pack's list that a context is; None where it is none."""
    kind = pack.kinds.get(context.source)
    return kind.pack_file if kind else None


def _beside(home: Home, context: Context, kind: Kind, arrival: Arrival) -> list[StoredSubmission]:
    """The submissions that stand and that a context brings; of another form what is for the same period."""
    match context.source:
        case "previous":
            previous = home.previous_submission(kind.code, arrival.filer, arrival.period)
            return [previous] if previous else []
        case "period_before" | "year_before":
            then = arrival.period.before if context.source == "period_before" else arrival.period.year_before
            return [s for s in home.standing(kind.code) if s.filer == arrival.filer and s.period == then]
        case "peer":
            return home.peer_submissions(kind.code, arrival.period, arrival.filer)
        case form:
            return [s for s in home.standing(form) if s.period == arrival.period]


def _named(reference: Reference, names: Mapping[str, str]) -> Reference:
    """A filer names its partner by short name; the frame knows the code."""
    name = pl.col("_filer").replace_strict(names, default=None, return_dtype=pl.String).alias("_filer_name")
    return replace(reference, frame=reference.frame.with_columns(name))


def _computed(home: Home, pack: Pack) -> Reference:
    """The bureau's own computed figures of the year, to compare a filed statement with.

    An indicator that the forms would yield but do not yet, because not all have been filed, is there without a value.
    """
    known = {f.indicator: f for f in home.figures(pack.settings.year) if f.filer == pack.settings.bureau and f.parts}
    yielded = {m.indicator for k in pack.kinds.values() for m in k.measures if m.across and "{" not in m.indicator}
    exact = pl.Decimal(38, 6)
    rows = []
    for indicator in sorted(yielded | known.keys()):
        f = known.get(indicator)
        at = PLACES.join(place(s.file, s.sheet, s.cell) for s in f.sources) if f else None
        rows.append((0, indicator, f and f.value, f and f.low, f and f.high, at))
    names = ("value", "low", "high")
    schema = {"_row": pl.Int64, "indicator": pl.String} | dict.fromkeys(names, exact) | {"value__at": pl.String}
    return Reference(pl.DataFrame(rows, schema=schema, orient="row"), {}, "", "")


def counterparts(home: Home, pack: Pack, kind: Kind, arrival: Arrival) -> dict[str, tuple[str, ...]]:
    """source → by what name and state each of the things that `gather_references` finds goes, without reading any.

    Where a name is the same, so is what stands behind it.
    """
    return {context.source: _names(home, pack, context, kind, arrival) for context in kind.contexts}


def _names(home: Home, pack: Pack, context: Context, kind: Kind, arrival: Arrival) -> tuple[str, ...]:
    if context.source == "figures":
        return (f"figures.csv#{_digest(_computed(home, pack).frame)}",)
    file = _list_file(pack, context)
    if file is None:
        return tuple(f"{s.file}#{s.id}/{s.pass_number}" for s in _beside(home, context, kind, arrival))
    reference = pack.reference(file)
    return () if reference is None else (f"{file}#{_digest(reference.frame)}",)


def _digest(frame: pl.DataFrame) -> str:
    texts = frame.select(pl.all().cast(pl.String, strict=False))
    return hashlib.sha256(texts.write_csv(quote_style="always").encode()).hexdigest()[:16]


def applicable_waivers(pack: Pack, arrival: Arrival) -> tuple[Waiver, ...]:
    """Those granted to the filer for the period that had not expired when the file came."""
    return pack.waivers(arrival.filer, arrival.period, arrival.received_at.astimezone(ZONE).date())


def all_explanations(home: Home, pack: Pack) -> tuple[Explanation, ...]:
    """Those of earlier years, as the ledger has them, then those of the pack; the last one counts."""
    earlier = [s for s in home.standing("explanation_list") if s.period.year < pack.settings.year]
    told = [e for s in earlier for e in read_explanations(home.refer(s).frame)]
    return (*told, *pack.explanations())
