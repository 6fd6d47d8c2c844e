"""A further pass: what it changes, what it leaves, and that what the first one said stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from contracts.comparing import Comparison
from contracts.figure import Figure
from contracts.finding import Cell, Outcome, Severity, Suggestion, Verdict
from contracts.submission import Submission
from tests.warehouse import toy
from tests.warehouse.toy import Filed, moment, receive, submit
from warehouse.expectations import check_warehouse
from warehouse.home import Home
from warehouse.load import Cause
from warehouse.standing import REINSTATED

CT = Filed("CT", ["3", "4"], moment(2))
CM = Filed("CM", ["5"], moment(3))
LATER = replace(CT, built=["3", "40"], at=moment(4))
CAUSE = (Cause("上期报送已收到", "the earlier submission has come"),)


def again(home: Home, filed: Filed, submission: Submission, *, returned: bool = False, head: int | None = None) -> bool:
    """Judge once more on the tenth, as returned or as it was; derived figures are those that then hold."""
    table, frame, verdict = toy.judge_by_hand(replace(filed, built=["many"]) if returned else filed)
    rest = {"at": moment(10), "causes": CAUSE, "head": head}
    standing = [f for f in home.figures(2020, own_only=True) if f.filer != filed.filer]
    if returned:
        derived = totals(standing)
        return home.record(submission, filed.kind, verdict, None, table, [], derived, None, **rest)  # type: ignore[arg-type]
    own = [toy.stations(filed, int(frame["built"].sum()), frame.height)]
    return home.record(
        submission,
        filed.kind,
        verdict,
        frame,
        table,
        own,
        totals([*standing, *own]),
        filed.account,
        **rest,  # type: ignore[arg-type]
    )


def totals(parts: Sequence[Figure]) -> list[Figure]:
    if not parts:
        return []
    total = sum((p.value for p in parts), Decimal(0))
    names = tuple(sorted(p.figure_id for p in parts))
    whole = toy.figure("toy_stations.total", "JX", total, toy.NOVEMBER, parts=names)
    return [toy.figure("toy_stations.thousands", "JX", total / 1000, toy.NOVEMBER, parts=(whole.figure_id,)), whole]


def values(home: Home) -> dict[str, int]:
    return {f.figure_id.partition(".")[2]: int(f.value) for f in home.figures() if "thousands" not in f.figure_id}


def test_the_same_again_is_a_further_pass_and_touches_no_figure(home: Home) -> None:
    first = submit(home, CT)
    submit(home, CM)
    before = home.figures()
    assert again(home, CT, first)
    assert home.figures() == before
    assert [(j.number, j.outcome, j.at, len(j.causes)) for j in home.judgments(first.id)] == [
        (1, Outcome.ACCEPTED, moment(2), 0),
        (2, Outcome.ACCEPTED, moment(10), 1),
    ]
    assert home.submissions()[0].pass_number == 2
    with home.engine.connect() as connection:
        entry = connection.execute(text("SELECT * FROM ledger ORDER BY sequence DESC LIMIT 1")).one()
    assert (entry.event, entry.subject, entry.at) == ("judged again", first.id, "2020-12-10T09:00:00+08:00")
    assert json.loads(entry.content)["figures"] == "kept"
    assert check_warehouse(home).failures == ()


def test_one_that_is_returned_now_is_withdrawn_with_its_figures(home: Home) -> None:
    first = submit(home, CT)
    submit(home, CM)
    assert values(home) == {"built@CT.2020-11": 7, "built@CM.2020-11": 5, "total@JX.2020-11": 12}
    assert again(home, CT, first, returned=True)
    stored = home.submissions()[0]
    assert (stored.outcome, stored.stands, stored.register, stored.pass_number) == (Outcome.RETURNED, False, None, 2)
    assert values(home) == {"built@CM.2020-11": 5, "total@JX.2020-11": 5}
    # What was known until then is known to have been so, and the first verdict stays.
    assert {f.figure_id for f in home.figures(at=moment(9))} > {"toy_stations.built@CT.2020-11"}
    (closed,) = home.find_figure("toy_stations.built@CT.2020-11")
    assert closed.recorded_to == moment(10)
    assert home.findings(first.id, 1) == []
    assert [f.rule for f in home.findings(first.id)] == ["TOY-built-type"]
    assert home.judgments(first.id)[0].outcome is Outcome.ACCEPTED
    assert home.sweep_registers() == []  # the first judgment still names its rows
    assert check_warehouse(home).failures == ()


def test_what_a_withdrawn_one_had_superseded_stands_again(home: Home) -> None:
    first, later = submit(home, CT), submit(home, LATER)
    assert again(home, LATER, later, returned=True)
    stored = home.submissions()
    assert [(s.stands, s.superseded_by, s.again) for s in stored] == [(True, None, REINSTATED), (False, None, None)]
    # Its figures come back when it is judged again, which it waits for: nothing may be published before.
    assert values(home) == {}
    assert {name for name, _, _ in check_warehouse(home).failures} == {"nothing_waits_to_be_judged_again"}
    assert again(home, CT, first)
    assert values(home) == {"built@CT.2020-11": 7, "total@JX.2020-11": 7}
    assert [(f.version, int(f.value)) for f in home.find_figure("toy_stations.built@CT.2020-11")] == [
        (1, 7), (2, 43), (3, 7),
    ]  # fmt: skip
    assert check_warehouse(home).failures == ()
    assert home.verify_chain() == []


def test_one_that_is_accepted_now_supersedes_what_stood(home: Home) -> None:
    submit(home, CT)
    filed = replace(LATER, built=["many"])
    later = submit(home, filed)
    assert values(home)["built@CT.2020-11"] == 7
    assert again(home, replace(filed, built=["3", "40"]), later)
    assert values(home) == {"built@CT.2020-11": 43, "total@JX.2020-11": 43}
    assert [(s.stands, s.superseded_by) for s in home.submissions()] == [(False, later.id), (True, None)]
    assert check_warehouse(home).failures == ()


def test_nothing_is_kept_where_another_process_has_written_since(home: Home) -> None:
    first = submit(home, CT)
    head = home.last_entry()
    second = receive(home, CM)
    assert not again(home, CT, first, head=head)
    table, frame, verdict = toy.judge_by_hand(CM)
    own = [toy.stations(CM, 5, 1)]
    assert not home.record(second, CM.kind, verdict, frame, table, own, totals(own), CM.account, head=head)
    assert not home.judged(second.id)
    assert [s.pass_number for s in home.submissions()] == [1, None]
    assert again(home, CT, first, head=home.last_entry())


def test_a_finding_comes_back_with_all_that_was_said_of_it(home: Home) -> None:
    submission = receive(home, CT)
    table, frame, verdict = toy.judge_by_hand(replace(CT, built=["3", "400"]))
    cell = Cell("一", "B3", "built", "400")
    (finding,) = verdict.findings
    told = replace(
        finding,
        about="区2",
        explained_by="甲（2020-12-09）：合并两县",
        suggestions=(Suggestion(cell, "400", "40", "多一个零", "a zero too many"),),
    )
    said = Verdict(verdict.outcome, (told,), verdict.counts, 2, 2, 0)
    own = [toy.stations(CT, 403, 2)]
    compared = [Comparison("previous", "上期报送", "earlier submission", (), "ab", ("TOY-01",))]
    home.record(submission, CT.kind, said, frame, table, own, totals(own), CT.account, compared=compared)
    assert home.findings(submission.id) == [told]
    assert home.findings_of(Severity.EXPLAIN) == {submission.id: [told]}
    assert home.findings_of(Severity.MUST) == {}
    assert home.judgments(submission.id)[0].compared == tuple(compared)
    assert compared[0].missing
    assert home.last_judged_at() == moment(2)


@pytest.mark.parametrize("change", ["outcome = 'returned'", "register = NULL", "contract_version = 'x'"])
def test_a_submission_that_is_not_as_its_last_entry_says_is_found(home: Home, change: str) -> None:
    first = submit(home, CT)
    assert again(home, CT, first)
    assert home.verify_chain() == []
    toy.corrupt(home, f"UPDATE submissions SET {change}")
    assert any(first.id in problem for problem in home.verify_chain())
