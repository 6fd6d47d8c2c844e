"""A submission's way through every stage, as plain functions over an open home. Take Prefect off and this still runs.

receive → read → parse → judge → part → record and load; then who was on time; check and publish the whole. Idempotent
throughout: what the ledger has is not done again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

import polars as pl
from sqlalchemy import URL

from contracts.comparing import Comparison, compare
from contracts.errors import PublicationHeld
from contracts.explanations import Explanation
from contracts.figure import Figure
from contracts.finding import Outcome, Verdict
from contracts.judge import Judgment
from contracts.kind import Kind
from contracts.obligations import ZONE
from contracts.period import Period
from contracts.register_comparing import compare_register
from contracts.schema import passes
from contracts.submission import Arrival, Submission
from contracts.waivers import Waiver
from flows.adjusting import adjusted, decided_at
from flows.bulk_filing import BulkFile, gate, judge_bulk, open_bulk
from flows.comparisons import all_explanations, applicable_waivers, counterparts, gather_references
from flows.duties import last_limit, timetable
from flows.expected import report_expected
from flows.filing import Filed, judge_filed, tabulate
from flows.pack import Pack
from flows.pack_reading import ARRIVALS, STAYS_HERE
from flows.reader import Reader
from flows.repeated import identical_to_accepted
from flows.runs import versions_of
from transforms.combining import combine
from transforms.figures import unfold
from transforms.parting import part
from transforms.register_figures import unfold_register
from warehouse.analyst import rebuild
from warehouse.audits import checks_content
from warehouse.erasure import finish
from warehouse.expectations import CheckResult, check_warehouse
from warehouse.files import hold
from warehouse.home import Home
from warehouse.kept_registers import KeptRegister
from warehouse.load import Cause
from warehouse.reports.edition import Edition
from warehouse.reports.publish import publish
from warehouse.runs import RUN
from warehouse.stored import StoredSubmission


@dataclass(frozen=True)
class Taken:
    """What became of one arrival. `new` is false where the ledger had its verdict already; `again`: a further pass.

    withdrawn: it had been accepted, and no longer is.
    """

    submission: Submission
    outcome: Outcome
    new: bool
    again: bool = False
    withdrawn: bool = False


def open_home(folder: Path, pack: Pack, database: URL | None = None) -> Home:
    """The home of the pack's bureau in `folder`, with what a process that died left behind swept away.

    database: the PostgreSQL that keeps it, where that is not a file in the folder.
    """
    home = Home.open(
        folder,
        bureau=pack.settings.bureau,
        title=pack.filer_names()[pack.settings.bureau],
        database_url=database,
    )
    finish(home)
    home.sweep_registers()
    return home


def keep_pack(home: Home, pack: Pack, now: datetime) -> None:
    """Keep what of the pack nobody files, its settings and notices, so that the home can give the pack back."""
    kept = pack.lists.keys() - {STAYS_HERE}
    home.keep_pack(pack.settings.year, pack.name, pack.own_files(), kept, pack.settings.issued_at, now)


def receive(home: Home, pack: Pack, arrival: Arrival, now: datetime) -> Submission:
    """Bytes stored before anything reads them; the receipt says when, from whom, and when it was due.

    What arrived once stays what it was: a filed file that has other bytes by now is not that arrival, and is not taken
    (`changed_since`). The pack's own lists are maintained in place, each state a version; the first is known since the
    pack was issued, a later one since it is found.
    """
    data = pack.read(arrival)
    known = _list_before(home, arrival) if pack.is_list(arrival.kind) else _received_before(home, arrival)
    if known is not None and pack.is_list(arrival.kind):
        if known.sha256 == hashlib.sha256(data).hexdigest():
            return known
        arrival = replace(arrival, received_at=_known_since(arrival, known, now))
    elif known is not None:
        return known
    arrived_on = arrival.received_at.astimezone(ZONE).date()
    deadline = pack.duties.deadline(arrival.filer, arrival.kind, arrival.period, arrived_on)
    return home.receive(arrival, data, None if deadline is None else deadline.at)


def _received_before(home: Home, arrival: Arrival) -> StoredSubmission | None:
    return next((s for s in home.submissions(arrival.period.year) if s.arrival == arrival), None)


def _list_before(home: Home, arrival: Arrival) -> StoredSubmission | None:
    """The version of a list that was received last."""
    versions = home.list_versions(arrival.kind, arrival.period.year)
    return versions[-1] if versions else None


def _known_since(arrival: Arrival, before: StoredSubmission, now: datetime) -> datetime:
    """When a further version of a list was there: the list of arrivals tells it by its lines, the others do not."""
    found = arrival.received_at if arrival.file == ARRIVALS else now
    return max(arrival.received_at, before.received_at, found)


def changed_since(home: Home, pack: Pack) -> list[str]:
    """Filed files whose bytes are no longer those that arrived under their line of arrivals.csv.

    One whose original was erased ought to be no more what it was.
    """
    received = {s.arrival: s.sha256 for s in home.submissions()}
    filed = (a for a in pack.arrivals if not pack.is_list(a.kind))
    kept = {a: h for a, h in received.items() if home.landing.erased(h) is None}
    return [a.file for a in filed if kept.get(a) not in (None, hashlib.sha256(pack.read(a)).hexdigest())]


@dataclass(frozen=True)
class _Judged:
    """A submission as judged: what was read, the judgment, what it was compared with, and what it yields."""

    kind: Kind
    filed: Filed
    judgment: Judgment
    compared: tuple[Comparison, ...]
    rows: pl.DataFrame | KeptRegister | None
    figures: list[Figure]
    waivers: tuple[Waiver, ...]
    explanations: tuple[Explanation, ...]

    @property
    def verdict(self) -> Verdict:
        return self.judgment.verdict


def settle(home: Home, pack: Pack, submission: Submission, reader: Reader, head: int | None = None) -> Taken | None:
    """Read, parse, judge, part, record and load one received submission, unless that is done.

    head: the ledger's last entry when it was found that nothing else has to be judged first. None where another
    process has written since then, and that has to be found out again.
    """
    if home.judged(submission.id):
        return _as_stored(home, submission)
    # What was decided later about its figures comes later: until then they are known as they were filed.
    judged = _judge(home, pack, submission, reader, submission.arrival.received_at)
    at = max([submission.arrival.received_at, *_granted(judged)])
    if _record(home, pack, submission, judged, at, (), head):
        return Taken(submission, judged.verdict.outcome, new=True)
    # Another process may have settled it meanwhile, to the same end: the first record stands.
    return Taken(submission, judged.verdict.outcome, new=True) if home.judged(submission.id) else None


def _as_stored(home: Home, submission: Submission) -> Taken:
    stored = next(s for s in home.submissions(submission.arrival.period.year) if s.id == submission.id)
    assert stored.outcome is not None
    return Taken(submission, stored.outcome, new=False)


def judge_again(
    home: Home, pack: Pack, submission: Submission, causes: Sequence[Cause], reader: Reader, head: int
) -> Taken | None:
    """Judge a submission once more, because of `causes`, and record that as a further pass.

    None where another process has written since `head`.
    """
    judged = _judge(home, pack, submission, reader)
    passes = home.judgments(submission.id)
    decided = decided_at(home, pack, judged.figures)
    given = _given(judged, submission.arrival.period)
    at = max([passes[-1].at, home.last_judged_at(), *_granted(judged), *given, *decided])
    if not _record(home, pack, submission, judged, at, causes, head):
        return None
    withdrawn = passes[-1].outcome is not Outcome.RETURNED and judged.verdict.outcome is Outcome.RETURNED
    return Taken(submission, judged.verdict.outcome, new=True, again=True, withdrawn=withdrawn)


def _judge(
    home: Home, pack: Pack, submission: Submission, reader: Reader, decided_by: datetime | None = None
) -> _Judged:
    arrival = submission.arrival
    kind = pack.kinds[arrival.kind].in_force(arrival.period)
    # What is judged is what was kept, not what lies in the inbox by now.
    path = home.landing.path(submission.sha256)
    if (bulk := open_bulk(reader, path, arrival.file, kind, arrival.period.year)) is not None:
        return _judge_bulk(home, pack, submission, bulk, decided_by)
    reading = reader.read(path, arrival.file)
    filed = tabulate(reading, arrival.file, kind, arrival.period.year, pack.kinds.values())
    if repeated := identical_to_accepted(home, pack, submission):
        filed = replace(filed, findings=(*filed.findings, repeated))
    waivers, explanations = applicable_waivers(pack, arrival), all_explanations(home, pack)
    judgment = judge_filed(
        filed,
        period=arrival.period,
        filer=arrival.filer,
        filer_class=pack.filer_class(arrival.filer),
        references=gather_references(home, pack, kind, arrival),
        waivers=waivers,
        explanations=explanations,
    )
    verdict = judgment.verdict
    accepted, _ = part(judgment.frame, judgment.quarantined)
    figures: list[Figure] = []
    rows: pl.DataFrame | None = None
    if verdict.outcome is not Outcome.RETURNED and filed.table is not None:
        gated = _gated(kind, accepted, verdict)
        # A measure may speak of what a row was compared with (the limit in force); that is not kept with the row.
        figures = unfold(kind, gated, filed.table, filer=arrival.filer, period=arrival.period)
        figures = adjusted(home, pack, kind, figures, decided_by)
        rows = gated.select(filed.frame.columns)
    beside = accepted if rows is not None else None
    compared = compare(kind, judgment.frame, beside, verdict.counts, counterparts(home, pack, kind, arrival))
    return _Judged(kind, filed, judgment, compared, rows, figures, waivers, explanations)


def _judge_bulk(home: Home, pack: Pack, submission: Submission, file: BulkFile, decided_by: datetime | None) -> _Judged:
    """As `_judge`, of a register that is judged where it lies."""
    arrival, kind = submission.arrival, file.filed.kind
    if repeated := identical_to_accepted(home, pack, submission):
        file = replace(file, filed=replace(file.filed, findings=(*file.filed.findings, repeated)))
    waivers, explanations = applicable_waivers(pack, arrival), all_explanations(home, pack)
    judged = judge_bulk(
        file,
        period=arrival.period,
        filer=arrival.filer,
        filer_class=pack.filer_class(arrival.filer),
        references=gather_references(home, pack, kind, arrival),
        waivers=waivers,
        explanations=explanations,
    )
    figures: list[Figure] = []
    rows, accepted = None, None
    if judged.verdict.outcome is not Outcome.RETURNED:
        gate(kind, judged)
        accepted = judged.accepted
        figures = unfold_register(kind, accepted, file.table, filer=arrival.filer, period=arrival.period)
        figures = adjusted(home, pack, kind, figures, decided_by)
        rows = KeptRegister(submission.sha256, file.height, file.plan, judged.left_out)
    given = counterparts(home, pack, kind, arrival)
    compared = compare_register(kind, judged.wide, accepted, judged.verdict.counts, given)
    judgment = Judgment(judged.verdict, file.filed.frame, ())
    return _Judged(kind, file.filed, judgment, compared, rows, figures, waivers, explanations)


def replay(home: Home, pack: Pack, submission: Submission, reader: Reader) -> list[Figure]:
    """The figures that a submission yields by today's program, as the home and the pack are; nothing is recorded."""
    return _judge(home, pack, submission, reader).figures


def _record(
    home: Home,
    pack: Pack,
    submission: Submission,
    judged: _Judged,
    at: datetime,
    causes: Sequence[Cause],
    head: int | None,
) -> bool:
    # Of one that was accepted and is not any more, the bureau's figures are those without it.
    derived = _derive(home, pack, judged.kind, submission.arrival, judged.figures)
    keeps = judged.rows is not None or bool(causes)
    return home.record(
        submission,
        judged.kind,
        judged.verdict,
        judged.rows,
        judged.filed.table,
        judged.figures,
        derived if keeps else [],
        judged.filed.account,
        at=at,
        compared=judged.compared,
        causes=causes,
        head=head,
    )


def _granted(judged: _Judged) -> list[datetime]:
    """When the waivers were granted without which it would have been returned: it was not accepted before."""
    waived = {f.rule for f in judged.verdict.findings if f.waived_by}
    return [datetime.combine(w.granted_on, time.min, ZONE) for w in judged.waivers if w.rule in waived and w.granted_on]


def _given(judged: _Judged, period: Period) -> list[datetime]:
    """When the explanations were given that hold for the findings."""
    told = {f.explained_by for f in judged.verdict.findings}
    given = {e.given_on for e in judged.explanations if e.given_on and e.told(period) in told}
    return [datetime.combine(day, time.min, ZONE) for day in given]


def _gated(kind: Kind, accepted: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
    """The accepted rows once Pandera itself has passed them, with the columns they were compared with."""
    waived = {f.rule for f in verdict.findings if f.waived_by}
    if verdict.outcome is Outcome.PARTIAL:
        # Rules about the whole were judged on the rows as filed; of what is left of them they say nothing.
        waived |= {rule.id for rule in kind.rules if rule.scope == "frame"}
    return passes(kind.schema, accepted, waived)


def _derive(home: Home, pack: Pack, kind: Kind, arrival: Arrival, new: list[Figure]) -> list[Figure]:
    """All of the bureau's figures for the kind and the year, as they are once `new` stands."""
    standing = [
        f
        for f in home.figures(arrival.period.year, kinds=[kind.code], own_only=True)
        if not (f.filer == arrival.filer and f.period == arrival.period)
    ]
    together = [*standing, *new]
    derived: list[Figure] = []
    for period in sorted({f.period for f in together}):
        owing = pack.duties.owing(kind.code, period)
        filed = [f for f in together if f.period == period]
        derived += combine(kind, filed, bureau=pack.settings.bureau, owing=owing)
    return derived


def looked_at(home: Home, pack: Pack, now: datetime) -> datetime:
    """As of when a run judges who owed what: once all of the year is past its limit, but never ahead of today.

    What is due after the summary's day (12-31 at midnight, a December report in January) is seen as well, and nothing
    that is still to come is missing. Until then it is the beginning of today, or the last arrival: two runs on one day
    that find the same say the same, and a year that is over is told alike on any day.
    """
    filed = (s for s in home.submissions(pack.settings.year) if not pack.is_list(s.kind))
    over = max([pack.settings.publish_at, *filter(None, [last_limit(pack)])])
    today = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    return max([min(over, today), *(s.received_at for s in filed)])


def keep_timetable(home: Home, pack: Pack, now: datetime) -> None:
    """Judge who owed what by when (`looked_at`), and keep that in the place of what was kept before."""
    on, kept = looked_at(home, pack, now), False
    while not kept:  # another process may settle something meanwhile, and that may be what was awaited
        head = home.last_entry()
        told = timetable(pack, home, on)
        kept = home.keep_deadlines(pack.settings.year, told.frame, told.on, pack.calendar.code, head)


def note_run(home: Home, pack: Pack, result: CheckResult, started_at: datetime, ended_at: datetime) -> None:
    """What the checks found, and what who asks later why a figure changed has to know: program, contracts, calendar.

    A run that left everything as the last one had, with the same of all of them, is not noted: an intake that looks
    every ten minutes would fill the table with nothing.
    """
    versions, year = versions_of(pack), pack.settings.year
    last = next((r for r in reversed(home.runs()) if r.what == RUN and r.year == year), None)
    same = last is not None and {name: last.content.get(name) for name in versions} == versions
    if last is None or not same or last.ledger_head != home.head_hash():
        home.append_run(RUN, started_at, ended_at, year, checks_content(result, **versions))


def check(home: Home) -> CheckResult:
    """Great Expectations over the loaded warehouse. Raises PublicationHeld where it does not hold, or where a
    submission stands again whose original was erased: its figures are closed, and there is nothing to judge anew."""
    waiting = [s for s in home.submissions() if s.stands and s.again]
    if lost := "、".join(f"{s.id}（{s.file}）" for s in waiting if home.landing.erased(s.sha256) is not None):
        raise PublicationHeld(
            f"取代 {lost} 的报送已被撤回，它重新有效，但原件已清除，指标值无法重新记录，暂不发布；"
            "请填报单位重新报送，或修正被撤回的报送",
            f"what superseded {lost} was withdrawn, so it stands again, but its original was erased and its figures "
            "cannot be recorded anew; nothing is published. Have its filer file again, or correct what was withdrawn",
        )
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
        annual = f"annual/{pack.settings.year}"
        expected = report_expected(pack, home.figures(), published / annual)
        files |= {f"{annual}/{name}": sha256 for name, sha256 in expected.items()}
        home.publish_entry(pack.settings.year, files, pack.settings.publish_at)
    tell("analyst")
    rebuild(home.folder, home.engine.url)
    return files
