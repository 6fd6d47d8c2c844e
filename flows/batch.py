"""A pack into its home, stage after stage, without Prefect: the order of things, and what to say at the end.

`flows.intake` is the same order with a Prefect task around each step; both call `flows.stages` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from contracts.finding import Outcome, Severity, count_by_severity
from contracts.kind import discover_kinds
from contracts.obligations import ZONE
from contracts.submission import Submission
from flows import stages
from flows.again import Due, Watch, beyond_judging, work_through
from flows.erasing import still_in_pack
from flows.pack import Pack
from flows.pack_reading import read_pack
from flows.progress import tell
from flows.questions import Questions, gather_questions
from flows.settings import Settings
from flows.stages import Taken
from warehouse.home import Home
from warehouse.reports.timeliness import unfiled


@dataclass(frozen=True)
class BatchResult:
    """What a run did. findings: by severity, over the submissions of this pack's arrivals.

    late: of those, what came after its limit, corrections of what had been accepted left out. missing: what was owed
    for the year, is past its limit and never came.

    unlisted, changed: files not taken, because arrivals.csv does not name them, or because they are no longer what
    arrived under their line. new_lists: how many of the pack's own lists were new. judged_again: files judged once
    more in this run; withdrawn: those of them that were accepted before and no longer are. questions: what is open.
    erased: files of the pack whose originals were erased and that still lie in it; not_judged_again: those that ought
    to be judged again and cannot be, each with why in Chinese and English.
    """

    home: Path
    year: int
    submissions: int
    new: int
    outcomes: dict[str, int]
    late: int
    missing: int
    findings: dict[str, int]
    not_evaluable: int
    unlisted: tuple[str, ...]
    changed: tuple[str, ...]
    new_lists: int
    judged_again: tuple[str, ...]
    withdrawn: tuple[str, ...]
    questions: Questions
    figures: int
    summary: Path
    validation: Path
    erased: tuple[str, ...] = ()
    not_judged_again: tuple[tuple[str, str, str], ...] = ()


def load_pack(folder: Path, settings: Settings) -> Pack:
    return read_pack(folder, discover_kinds(settings.kind_folders()))


def run_plain(
    pack: Pack,
    folder: Path,
    settings: Settings,
    *,
    pause: Callable[[str], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: datetime.now(ZONE),
) -> BatchResult:
    """The whole run in this process. `pause` is called between any two steps with the name of the one just done."""
    began = clock()
    with stages.open_home(folder, pack, settings.database()) as home, settings.reader() as reader:
        pause("open")
        stages.keep_pack(home, pack, began)
        pause("keep the pack")
        received: list[Submission] = []
        for arrival in pack.arrivals:
            received.append(stages.receive(home, pack, arrival, began))
            pause(f"receive {arrival.file}")
        done: list[str] = []

        def settle(submission: Submission, head: int | None) -> Taken | None:
            tell(submission.arrival.file, len(done), len(received))
            taken = stages.settle(home, pack, submission, reader, head)
            if taken is not None:
                done.append(submission.id)
                pause(f"settle {submission.arrival.file}")
            return taken

        def again(due: Due) -> Taken | None:
            tell(due.submission.arrival.file, len(done), len(received))
            taken = stages.judge_again(home, pack, due.submission, due.causes, reader, due.head)
            pause(f"again {due.submission.arrival.file}")
            return taken

        taken = list(work_through(Watch(home, pack), pack, received, settle, again))
        stages.keep_timetable(home, pack, began)
        pause("deadlines")
        checked = stages.check(home)
        pause("check")
        stages.publish_all(home, pack, lambda step: pause(f"before {step}"))
        pause("publish")
        stages.note_run(home, pack, checked, began, clock())
        pause("note the run")
        return conclude(home, pack, taken)


def conclude(home: Home, pack: Pack, taken: Sequence[Taken]) -> BatchResult:
    """Count what the run's arrivals came to; the pack's own lists are not submissions of a filer."""
    first = [t for t in taken if not t.again]
    filed = [t for t in first if not pack.is_list(t.submission.arrival.kind)]
    # What was judged again is counted as it stands now.
    stored = {s.id: s for s in home.submissions()}
    lateness = home.lateness()
    findings = [f for t in filed for f in home.findings(t.submission.id)]
    severities = count_by_severity(findings)
    published = home.folder / "published"
    return BatchResult(
        home=home.folder,
        year=pack.settings.year,
        submissions=len(filed),
        new=sum(t.new for t in filed),
        outcomes={o.value: sum(stored[t.submission.id].outcome is o for t in filed) for o in Outcome},
        late=sum(lateness.days(stored[t.submission.id]) is not None for t in filed),
        missing=len(unfiled(home.deadlines(pack.settings.year))),
        findings={s.value: severities[s] for s in Severity},
        not_evaluable=sum(1 for t in filed for c in home.counts(t.submission.id) if c.not_evaluable),
        unlisted=tuple(pack.unlisted()),
        changed=tuple(stages.changed_since(home, pack)),
        new_lists=sum(t.new for t in first) - sum(t.new for t in filed),
        judged_again=tuple(dict.fromkeys(t.submission.arrival.file for t in taken if t.again)),
        withdrawn=tuple(t.submission.arrival.file for t in taken if t.withdrawn),
        questions=gather_questions(home, pack),
        figures=len(home.figures(pack.settings.year)),
        summary=published / "annual" / str(pack.settings.year) / "summary.html",
        validation=published / "validation" / "index.html",
        erased=tuple(still_in_pack(home, pack)),
        not_judged_again=tuple(
            (s.file, "；".join(c.zh for c in causes), "; ".join(c.en for c in causes))
            for s, causes in beyond_judging(home, pack)
        ),
    )
