"""Something false in a copy of each example file gives exactly the rules that relate that cell, operands named.

`falsified.csv` is the whole of what is promised, one falsified copy a line: file, what was done, the edits (see
`falsifying`), the findings that appear and those that go. It is read by people; a finding is written as its rule and
the cells it names ("NB-08 F5 CT_2020-10!F5").
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from contracts.context import Reference
from contracts.kind import Kind
from contracts.rule import Rule
from contracts.submission import Arrival
from flows.batch import load_pack
from flows.filing import judge_filed, read_filed
from flows.pack import Pack
from flows.settings import Settings
from tests.flows.conftest import EXAMPLES, Finished
from tests.flows.falsifying import falsify, in_short, judge_copy, letters
from warehouse.home import Home

TABLE = Path(__file__).with_name("falsified.csv")
# What no single falsified file can break: nothing was removed anywhere, so no removal can have been taken back.
NEEDS_TWO_FILES = {"NB-dc_removed-falls"}
# Not asked where the pack lists no limits on cases; tests/kinds/approval_cases has one that does.
NEEDS_LIMITS = {"UC-11"}
FIELD_RULES = ("-required", "-type", "-choice")


def lines() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_file() -> dict[str, list[dict[str, str]]]:
    files: dict[str, list[dict[str, str]]] = {}
    for line in lines():
        files.setdefault("submissions/" + line["file"], []).append(line)
    return files


CASES = by_file()


@pytest.fixture(scope="module")
def home(jiangxi: Finished) -> Iterator[Home]:
    with Home.look(jiangxi.home) as opened:
        yield opened


def arrival_of(pack: Pack, file: str) -> Arrival:
    return next(a for a in pack.arrivals if a.file == file)


def found_in(pack: Pack, home: Home, arrival: Arrival, data: bytes) -> Counter[str]:
    return Counter(in_short(f) for f in judge_copy(pack, home, arrival, data).verdict.findings)


def listed(text: str) -> Counter[str]:
    return Counter(part for part in text.split("|") if part)


def test_every_example_file_is_falsified(jiangxi: Finished) -> None:
    filed = {a.file for a in jiangxi.pack.arrivals if a.file.startswith("submissions/")}
    assert filed == set(CASES)
    for file, cases in CASES.items():
        said = {case["case"].partition(":")[0] for case in cases}
        assert {"untouched", "column missing"} <= said, file
        assert "date" in said or "nuisance_calls" in file, file  # a form without a date
        assert "figure" in said or "user_complaints" in file, file  # a register without a figure
        if "network_build" in file or "nuisance_calls" in file:
            assert "part dropped" in said, file


@pytest.mark.parametrize("file", CASES, ids=[file.removeprefix("submissions/") for file in CASES])
def test_exactly_the_rules_that_relate_the_cell(file: str, jiangxi: Finished, home: Home) -> None:
    pack, arrival = jiangxi.pack, arrival_of(jiangxi.pack, file)
    data = pack.read(arrival)
    before = found_in(pack, home, arrival, data)
    wrong = []
    for case in CASES[file]:
        after = found_in(pack, home, arrival, falsify(data, case["edits"])) if case["edits"] else before
        came, went = (after, Counter[str]()) if not case["edits"] else (after - before, before - after)
        if (came, went) != (listed(case["found"]), listed(case["gone"])):
            wrong.append((case["case"], case["edits"], sorted(came.elements()), sorted(went.elements())))
    assert not wrong


def test_the_table_asks_for_no_rule_that_does_not_relate_the_cell(jiangxi: Finished) -> None:
    """The other half: what the table expects, checked against what the contract says its rules are about."""
    for file, cases in CASES.items():
        arrival = arrival_of(jiangxi.pack, file)
        kind = jiangxi.pack.kinds[arrival.kind]
        table = read_filed(jiangxi.pack.read(arrival), file, kind, arrival.period.year).table
        assert table is not None
        for case in cases:
            touched = letters(case["edits"])
            names = {f.name for f in kind.fields if "*" in touched or table.columns.get(f.name) in touched}
            expected = {finding.split(" ")[0] for finding in listed(case["found"])}
            if case["case"] == "column missing":
                assert expected == {"HEAD-02"}
            elif case["edits"]:
                assert expected <= {r.id for r in kind.rules if names & about(kind, r)}, (file, case)


def about(kind: Kind, rule: Rule) -> set[str]:
    """The form's own fields that a rule speaks of: operands, and those by which the row on the other side is found."""
    names = {f.name for f in kind.fields}
    prefixes = {c.prefix: c for c in kind.contexts}
    said = set(rule.fields) & names
    for operand in rule.fields:
        said |= {operand.removeprefix("total_")} & names
        for prefix, context in prefixes.items():
            if operand.startswith(prefix):
                said |= {n for own, _ in context.on for n in own.meta.root_names()}
    return said


def test_every_rule_is_broken_by_a_line_of_the_table(jiangxi: Finished) -> None:
    filed = {arrival_of(jiangxi.pack, file).kind for file in CASES}
    rules = {r.id for code in filed for r in jiangxi.pack.kinds[code].rules if not r.id.endswith(FIELD_RULES)}
    broken = {finding.split(" ")[0] for line in lines() for finding in listed(line["found"])}
    assert rules - broken == NEEDS_TWO_FILES | NEEDS_LIMITS


def test_a_removal_that_is_taken_back(jiangxi: Finished, home: Home) -> None:
    pack = jiangxi.pack
    before = arrival_of(pack, "submissions/network_build/CT_2020-11.xlsx")
    now = arrival_of(pack, "submissions/network_build/CT_2020-12.xlsx")
    kind = pack.kinds["network_build"]
    last = read_filed(falsify(pack.read(before), "J5=1;K5=5;J16=1;K16=17"), before.file, kind, 2020)
    assert last.table is not None
    reference = Reference(last.frame, last.table.columns, last.table.sheet, before.file)
    filed = read_filed(pack.read(now), now.file, kind, 2020)
    verdict = judge_filed(filed, period=now.period, filer="CT", references={"previous": reference}).verdict
    assert [in_short(f) for f in verdict.blocking] == ["NB-dc_removed-falls J5 CT_2020-11!J5"]


def test_cells_are_named_with_their_sheets(jiangxi: Finished, home: Home) -> None:
    """The table leaves the sheet out; here is one finding with everything it says of its cells."""
    arrival = arrival_of(jiangxi.pack, "submissions/network_build/CT_2020-11.xlsx")
    data = falsify(jiangxi.pack.read(arrival), "B5=1")
    findings = judge_copy(jiangxi.pack, home, arrival, data).verdict.findings
    assert {f.rule: [(c.where, c.text) for c in f.cells] for f in findings if f.blocks} == {
        "NB-01": [("填报表!B5", "1"), ("填报表!C5", "2388"), ("填报表!D5", "1074")],
        "NB-g5_built-falls": [
            ("填报表!B5", "1"),
            ("submissions/network_build/CT_2020-10.xlsx:填报表!B5", "1209"),
        ],
        "NB-g5_built-total": [("填报表!B16", "5052"), ("填报表!B5:B15", None)],
    }


def test_a_rule_names_every_column_it_compares(jiangxi: Finished) -> None:
    """No operand can be forgotten: what an expression reads is what the rule names."""
    forgotten = {}
    for code in {arrival_of(jiangxi.pack, file).kind for file in CASES}:
        for rule in jiangxi.pack.kinds[code].rules:
            reads = {name.split("__")[0] for name in rule.holds.meta.root_names()}
            named = {name.split("__")[0] for name in rule.fields}
            if missing := {n for n in reads - named if not n.startswith("_")} - same_cell(rule, named):
                forgotten[rule.id] = sorted(missing)
    assert not forgotten


def same_cell(rule: Rule, named: Iterable[str]) -> set[str]:
    """What stands in a cell the rule names already: the bounds of a computed figure, the rest of a limit, a key."""
    if "fig_value" in named:
        return {"fig_low", "fig_high"}
    if "limit_number" in named:
        return {f"limit_{part}" for part in ("basis", "calendar", "first_day", "roll", "unit")}
    return {"tree_code", "filer_name"} & set(rule.holds.meta.root_names())


@pytest.mark.parametrize("folder", ["jiangxi-2020", "published-bulletins"])
def test_no_false_alarm(
    folder: str, jiangxi: Finished, bulletins: Finished, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that is right is returned: of the files as they are, only the one that was made wrong."""
    finished = jiangxi if folder == "jiangxi-2020" else bulletins
    blocking: dict[str, list[str]] = {}
    with Home.look(finished.home) as home, capsys.disabled():
        print(f"\n{folder}: untouched files")
        for arrival in finished.pack.arrivals:
            if not arrival.file.startswith("submissions/"):
                continue
            verdict = judge_copy(finished.pack, home, arrival, finished.pack.read(arrival)).verdict
            by = {severity.value: n for severity, n in verdict.by_severity().items() if n}
            print(f"  {arrival.file:52} {verdict.outcome.value:9} {by or ''}")
            if verdict.blocking:
                blocking[arrival.file] = [in_short(f) for f in verdict.blocking]
    made_wrong = {"submissions/network_build/CM_2020-11.xlsx": ["NB-g5_opened-total C16 C5:C15"]}
    assert blocking == (made_wrong if folder == "jiangxi-2020" else {})


def test_a_pack_that_was_not_changed_reads_the_same(jiangxi: Finished) -> None:
    """Saving a workbook again through another program changes nothing that is judged."""
    pack = load_pack(EXAMPLES / "jiangxi-2020", Settings())
    for arrival in pack.arrivals:
        if not arrival.file.endswith(".xlsx"):
            continue
        kind = pack.kinds[arrival.kind]
        data = pack.read(arrival)
        first, again = (read_filed(d, arrival.file, kind, 2020).frame for d in (data, falsify(data, "Z99=x;Z99=")))
        assert first.equals(again), arrival.file
