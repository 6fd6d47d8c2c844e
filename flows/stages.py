"""A submission's way through every stage, as plain functions over an open home. Take Prefect off and this still runs.

receive → read → parse → judge → part → record and load; then check and publish the whole. Idempotent throughout: what
the ledger has is not done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.context import PLACES, Reference, place
from contracts.errors import PublicationHeld
from contracts.figure import Figure
from contracts.finding import Outcome, Verdict
from contracts.kind import Kind
from contracts.obligations import due_at, filers_owing
from contracts.schema import passes
from contracts.submission import Arrival, Submission
from flows.expected import report_expected
from flows.filing import judge_filed, tabulate
from flows.pack import Pack
from flows.reader import Reader
from transforms.figures import combine, unfold
from transforms.parting import part
from warehouse.analyst import rebuild
from warehouse.expectations import CheckResult, check_warehouse
from warehouse.files import hold
from warehouse.home import Home
from warehouse.reports.edition import Edition
from warehouse.reports.publish import publish


@dataclass(frozen=True)
class Taken:
    """What became of one arrival. `new` is false where the ledger had its verdict already."""

    submission: Submission
    outcome: Outcome
    new: bool


def open_home(folder: Path, pack: Pack) -> Home:
    """The home of the pack's bureau in `folder`, with what a process that died left behind swept away."""
    home = Home.open(
        folder,
        bureau=pack.settings.bureau,
        title=pack.filer_names()[pack.settings.bureau],
    )
    home.sweep_registers()
    return home


def receive(home: Home, pack: Pack, arrival: Arrival) -> Submission:
    """Bytes stored before anything reads them; the receipt says when, from whom, and when it was due.

    What arrived once stays what it was: a filed file that has other bytes by now is not that arrival, and is not taken
    (`changed_since`). The pack's own lists are maintained in place, each state a version.
    """
    known = _received_before(home, pack, arrival)
    if known is not None:
        return known
    due = due_at(pack.rows("obligations.csv"), arrival.filer, arrival.kind, arrival.period)
    return home.receive(arrival, pack.read(arrival), due)


def _received_before(home: Home, pack: Pack, arrival: Arrival) -> Submission | None:
    if pack.kinds[arrival.kind].pack_file is not None:
        return None
    return next((s for s in home.submissions(arrival.period.year) if s.arrival == arrival), None)


def changed_since(home: Home, pack: Pack) -> list[str]:
    """Filed files whose bytes are no longer those that arrived under their line of arrivals.csv."""
    received = {s.arrival: s.sha256 for s in home.submissions()}
    filed = (a for a in pack.arrivals if pack.kinds[a.kind].pack_file is None)
    return [a.file for a in filed if received.get(a) not in (None, hashlib.sha256(pack.read(a)).hexdigest())]


def settle(home: Home, pack: Pack, submission: Submission, reader: Reader) -> Taken:
    """Read, parse, judge, part, record and load one received submission, unless that is done."""
    if home.judged(submission.id):
        stored = next(s for s in home.submissions() if s.id == submission.id)
        assert stored.outcome is not None
        return Taken(submission, stored.outcome, new=False)
    arrival = submission.arrival
    kind = pack.kinds[arrival.kind].in_force(arrival.period)
    # What is judged is what was kept, not what lies in the inbox by now.
    reading = reader.read(home.landing.path(submission.sha256), arrival.file)
    filed = tabulate(reading, arrival.file, kind, arrival.period.year)
    judgment = judge_filed(
        filed,
        period=arrival.period,
        filer=arrival.filer,
        filer_class=pack.filer_class(arrival.filer),
        references=gather_references(home, pack, kind, arrival),
        waivers=pack.waivers(arrival.filer, arrival.period),
    )
    verdict = judgment.verdict
    accepted, _ = part(judgment.frame, judgment.quarantined)
    figures: list[Figure] = []
    rows: pl.DataFrame | None = None
    if verdict.outcome is not Outcome.RETURNED and filed.table is not None:
        rows = _gated(kind, accepted, verdict, filed.frame.columns)
        figures = unfold(kind, rows, filed.table, filer=arrival.filer, period=arrival.period)
    derived = _derive(home, pack, kind, arrival, figures) if rows is not None else []
    home.record(submission, kind, verdict, rows, filed.table, figures, derived, filed.account)
    return Taken(submission, verdict.outcome, new=True)


def _gated(kind: Kind, accepted: pl.DataFrame, verdict: Verdict, columns: list[str]) -> pl.DataFrame:
    """The accepted rows once Pandera itself has passed them, without the columns they were only compared with."""
    waived = {f.rule for f in verdict.findings if f.waived_by}
    if verdict.outcome is Outcome.PARTIAL:
        # Rules about the whole were judged on the rows as filed; of what is left of them they say nothing.
        waived |= {rule.id for rule in kind.rules if rule.scope == "frame"}
    return passes(kind.schema, accepted, waived).select(columns)


def gather_references(home: Home, pack: Pack, kind: Kind, arrival: Arrival) -> dict[str, Reference | list[Reference]]:
    """What the kind's rules compare with, for each of its contexts that there is something for."""
    found: dict[str, Reference | list[Reference] | None] = {}
    names = pack.filer_names()
    for context in kind.contexts:
        if context.source == "previous":
            found["previous"] = home.previous(kind.code, arrival.filer, arrival.period)
        elif context.source == "peer":
            found["peer"] = [_named(r, names) for r in home.peers(kind.code, arrival.period, arrival.filer)]
        elif context.source == "figures":
            found["figures"] = _computed(home, pack)
        else:
            found[context.source] = pack.reference(pack.kinds[context.source].pack_file or "")
    return {source: reference for source, reference in found.items() if reference}


def _named(reference: Reference, names: Mapping[str, str]) -> Reference:
    """A filer names its partner by short name; the frame knows the code."""
    name = pl.col("_filer").replace_strict(names, default=None, return_dtype=pl.String).alias("_filer_name")
    return Reference(reference.frame.with_columns(name), reference.columns, reference.sheet, reference.file)


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


def _derive(home: Home, pack: Pack, kind: Kind, arrival: Arrival, new: list[Figure]) -> list[Figure]:
    """All of the bureau's figures for the kind and the year, as they are once `new` stands."""
    standing = [
        f
        for f in home.figures(arrival.period.year, kinds=[kind.code], own_only=True)
        if not (f.filer == arrival.filer and f.period == arrival.period)
    ]
    together = [*standing, *new]
    obligations = pack.rows("obligations.csv")
    derived: list[Figure] = []
    for period in sorted({f.period for f in together}):
        owing = filers_owing(obligations, kind.code, period)
        filed = [f for f in together if f.period == period]
        derived += combine(kind, filed, bureau=pack.settings.bureau, owing=owing)
    return derived


def check(home: Home) -> CheckResult:
    """Great Expectations over the loaded warehouse. Raises PublicationHeld where it does not hold."""
    result = check_warehouse(home)
    if not result.success:
        zh = "；".join(f"{name}：{said}" for name, said, _ in result.failures)
        en = "; ".join(f"{name}: {said}" for name, _, said in result.failures)
        raise PublicationHeld(
            f"数据仓库检查未通过，暂不发布。{zh}", f"the warehouse fails its checks; nothing is published. {en}"
        )
    return result


def make_edition(home: Home, pack: Pack) -> Edition:
    return Edition(
        title=pack.settings.title,
        bureau_code=home.bureau,
        bureau_name=home.title,
        jurisdiction=pack.settings.jurisdiction,
        year=pack.settings.year,
        published_at=pack.settings.publish_at,
        notice=pack.settings.notice,
        form=pack.settings.form,
        kinds=pack.kinds,
        filers=pack.filer_names(),
    )


def publish_all(home: Home, pack: Pack, tell: Callable[[str], None] = lambda _: None) -> dict[str, str]:
    """The annual summary, the figures and every validation report, and the analyst's copy; noted in the ledger."""
    tell("publish")
    published = home.folder / "published"
    # Of two runs into one home the later reads what the earlier has written, and neither takes the other's half file.
    with hold(published):
        files = publish(home, make_edition(home, pack), published)
        home.publish_entry(pack.settings.year, files, pack.settings.publish_at)
        report_expected(pack, home.figures(), published / "annual" / str(pack.settings.year))
    tell("analyst")
    rebuild(home.folder)
    return files
