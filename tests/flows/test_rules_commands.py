"""`jixiao rules test` and `rules backtest`: the short way is the long way, the figures, what is not watched, drafts."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from contracts.context import attach_context
from contracts.finding import Finding, Severity
from contracts.kind import Kind
from contracts.places import Place, address, places
from contracts.rule import Rule, Scope
from contracts.schema import build_schema, rules_of
from contracts.trial import Trial
from flows.backtesting import Answer, backtest
from flows.cli import main
from flows.comparisons import gather_references
from flows.corrupting import CORRUPTIONS, ROW_DROPPED, corrupt, last_texts
from flows.filing import read_filed
from flows.pack import Pack
from flows.proof_summary import summarise
from flows.proving import Proof, prove
from flows.rehearsal import home_to_try
from flows.settings import Settings
from tests.flows.conftest import EXAMPLES, Finished
from tests.flows.falsifying import falsify, judge_copy
from warehouse.home import Home

FALSIFIED = Path(__file__).with_name("falsified.csv")
FILES = (
    "network_build/CT_2020-11.xlsx",
    "network_build/CU_2020-11.csv",
    "website_filing/GLC_2020-11.xlsx",
    "tariffs/CT_2020.xlsx",
    "nuisance_calls/GLC_2020.xlsx",
    "indicator_figures/FZC_2020.xlsx",
    "work_nodes/ZFC_2020.xlsx",
)
DRAFT = """
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.kinds import website_filing as now
from contracts.rule import Rule, Scope
import polars as pl
from dataclasses import replace
from contracts.schema import build_schema

RULE = Rule(
    id="WF-90", severity=Severity.EXPLAIN, scope=Scope.ROW, title_zh="应处置不超过450", title_en="no more than 450",
    holds=pl.col("found") <= 450, fields=("found",), expected="≤ 450", message_zh="{found}", message_en="{found}",
    basis="草案",
)
CHANGED = replace(now.RULES[0], holds=pl.col("handled") < pl.col("found"))
RULES = (CHANGED, *now.RULES[1:], RULE)
KIND = replace(now.KIND, schema=build_schema("WF", now.FIELDS, RULES))
"""


@pytest.fixture(scope="module")
def home(jiangxi: Finished) -> Iterator[Home]:
    with Home.look(jiangxi.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def proof(jiangxi: Finished, home: Home) -> Proof:
    with Settings().reader() as reader:
        return prove(jiangxi.pack, home, reader, seed=4)


def failing(findings: tuple[Finding, ...], scopes: dict[str, Scope]) -> set[tuple[str, int]]:
    """(rule, row) of what fails; of a rule over the whole form its first row."""
    rows = {f.rule: f.rows[:1] if scopes[f.rule] is Scope.FRAME else f.rows for f in findings if f.rule in scopes}
    several = {(f.rule, r) for f in findings if f.rule in scopes for r in f.rows if scopes[f.rule] is not Scope.FRAME}
    return several | {(rule, r) for rule, rs in rows.items() for r in rs}


@pytest.mark.parametrize("file", FILES)
def test_trying_a_cell_is_judging_a_corrupted_file(file: str, jiangxi: Finished, home: Home) -> None:
    """The proof asks only the rules that read a cell, of typed rows; here the bytes are changed, read and judged."""
    pack = jiangxi.pack
    arrival = next(a for a in pack.arrivals if a.file == f"submissions/{file}")
    kind = pack.kinds[arrival.kind].in_force(arrival.period)
    data = pack.read(arrival)
    filed = read_filed(data, arrival.file, kind, arrival.period.year)
    assert filed.table is not None
    references = gather_references(home, pack, kind, arrival)
    wide = attach_context(
        kind, filed.table, filed.frame, filed.totals, references, period=arrival.period, filer=arrival.filer
    )
    trial = Trial(kind, filed.table, wide, filed.retype)
    scopes = {rule.id: rule.scope for rule in kind.rules}
    before = failing(judge_copy(pack, home, arrival, data).verdict.findings, scopes)
    last, chance = last_texts(kind, wide, home.previous(kind.code, arrival.filer, arrival.period)), Random(file)
    cells = list(places(kind, filed.table))
    tried = 0
    for place in chance.sample(cells, min(9, len(cells))):
        made = sorted(corrupt(trial, place, last, chance).items())
        for name, changes in chance.sample(made, min(3, len(made))):
            edits = ";".join(f"{address(filed.table, Place(c.field, c.row))}={c.text or ''}" for c in changes)
            after = failing(judge_copy(pack, home, arrival, falsify(data, edits)).verdict.findings, scopes)
            effect = trial.effect(*changes)
            broken = {(rule, row) for rule, rows in effect.broken.items() for row in rows}
            mended = {(rule, row) for rule, rows in effect.mended.items() for row in rows}
            assert after - before == broken, (name, edits)
            assert before - after >= mended, (name, edits)
            tried += 1
    assert tried >= 8


def test_the_example_meets_what_is_asked_of_it(proof: Proof) -> None:
    told = summarise(proof)
    assert told["false_alarms"] == []
    assert told["numeric_cells"]["share"] >= 0.60
    assert told["figures_in_relation"]["share"] >= 0.95
    assert told["figures_in_relation"]["tried"] > 8_000
    assert {one["corruption"] for one in told["by_corruption"]} == {c.name for c in CORRUPTIONS}


def test_the_published_tables_meet_it_too(bulletins: Finished) -> None:
    """Four files without a history, so that nothing but themselves can show what is wrong in them."""
    settings = Settings.of_environment()
    with settings.reader() as reader, home_to_try(bulletins.pack, bulletins.home, reader) as opened:
        told = summarise(prove(bulletins.pack, opened, reader))
    assert told["false_alarms"] == []
    assert told["numeric_cells"]["share"] >= 0.72
    assert told["figures_in_relation"]["share"] >= 0.95
    assert told["figures_in_relation"]["tried"] > 800
    assert told["corruptions"]["share"] >= 0.78
    assert {one["field"] for one in told["untouched"]} == {"reached", "rate_growth"}


def test_the_figures_of_the_report_add_up(proof: Proof) -> None:
    told = summarise(proof)
    every = told["corruptions"]
    for parts in (told["by_corruption"], [one["corruptions"] for one in told["by_kind"]]):
        for name in ("tried", "caught", "noted_only"):
            assert sum(one[name] for one in parts) == every[name]
    assert sum(one["numeric_cells"]["cells"] for one in told["by_kind"]) == told["numeric_cells"]["cells"]
    assert sum(one["cells"] for one in told["untouched"]) == told["numeric_cells"]["untouched"]
    assert every["caught"] + sum(one["count"] for one in told["escaped"]) == every["tried"]
    assert sum(told["by_rule"].values()) >= every["caught"]


def test_what_nothing_watches_is_said(proof: Proof) -> None:
    """A form without relations: its cells are listed, and no corruption of them counts as caught by a relation."""
    listed = summarise(proof)["untouched"]
    untouched = {(one["kind"], one["field"]) for one in listed if one["cells"] == one["of"]}
    assert ("indicator_figures", "item_no") in untouched
    assert not any(t.cell.related for t in proof.tried if (t.cell.kind, t.cell.field) in untouched)
    assert {t.corruption for t in proof.tried if not t.cell.field} == {ROW_DROPPED}


def test_a_cell_is_related_by_the_rules_that_compare_it(proof: Proof) -> None:
    by_field: dict[tuple[str, str], set[str]] = {}
    for cell in proof.cells:
        if cell.file.endswith("CT_2020-11.xlsx"):
            by_field.setdefault((cell.field, cell.sort), set()).update(cell.related)
    assert {"NB-01", "NB-g5_built-total", "NB-g5_built-falls"} <= by_field["g5_built", "figure"]
    assert "NB-g5_built-total" in by_field["g5_built", "total"]
    assert "NB-01" not in by_field["racks_added", "figure"]
    notes = {r for cell in proof.cells for r in cell.related if r in ("NB-10", "NB-11")}
    assert not notes


def test_a_register_is_tried_in_part_and_that_is_said(proof: Proof) -> None:
    (file,) = proof.sampled
    assert file.endswith("SSC_2020.csv")
    tried, cells = proof.sampled[file]
    assert tried == sum(cell.file == file for cell in proof.cells) < cells


def test_the_seed_decides_what_is_drawn(jiangxi: Finished, home: Home) -> None:
    with Settings().reader() as reader:
        first, again, other = (prove(jiangxi.pack, home, reader, code="tariffs", seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert [t.became for t in first.tried] != [t.became for t in other.tried]
    assert {c.kind for c in first.cells} == {"tariffs"}


def test_an_accepted_file_that_a_rule_would_return_now_is_an_alarm(jiangxi: Finished, home: Home) -> None:
    """The home stands as the rules then were; a rule that came later is not true of everything in it."""
    kinds = dict(jiangxi.pack.kinds)
    code = "website_filing"
    rules = {r.id: r for r in kinds[code].rules}
    strict = replace(rules["WF-01"], holds=rules["WF-02"].holds & (rules["WF-01"].holds.not_()))
    kinds[code] = draft_of(kinds[code], strict)
    with Settings().reader() as reader:
        found = prove(replace(jiangxi.pack, kinds=kinds), home, reader, code=code)
    assert {(f.rule, f.severity) for _, f in found.alarms} == {("WF-01", Severity.MUST)}


def draft_of(kind: Kind, rule: Rule) -> Kind:
    """The kind with one of its rules changed."""
    given = [rule if r.id == rule.id else r for r in rules_of(kind.schema)]
    own = [r for r in given if not r.id.startswith(tuple(f"{kind.prefix}-{f.name}-" for f in kind.fields))]
    return replace(kind, schema=build_schema(kind.prefix, kind.fields, own, kind.total_in))


def test_the_pack_is_run_for_it_where_there_is_no_home(jiangxi: Finished, home: Home) -> None:
    with Settings().reader() as reader, home_to_try(jiangxi.pack, None, reader) as made:
        here = [(s.file, s.outcome, s.version) for s in made.submissions()]
        folder = made.folder
    assert here == [(s.file, s.outcome, s.version) for s in home.submissions()]
    assert not folder.exists()


def test_the_true_error_of_the_example_is_named_with_its_fix(jiangxi: Finished, home: Home) -> None:
    arrival = next(a for a in jiangxi.pack.arrivals if a.file.endswith("network_build/CM_2020-11.xlsx"))
    verdict = judge_copy(jiangxi.pack, home, arrival, jiangxi.pack.read(arrival)).verdict
    (finding,) = verdict.blocking
    (only,) = finding.suggestions
    assert (only.cell.where, only.filed, only.proposed) == ("填报表!C16", "12395", "12359")
    assert only.zh == "相邻两位数字颠倒"
    stored = next(s for s in home.submissions() if s.arrival == arrival)
    assert [f.suggestions for f in home.findings(stored.id) if f.blocks] == [finding.suggestions]


def test_of_the_falsified_copies_nothing_absurd_is_proposed(jiangxi: Finished, home: Home) -> None:
    """Whatever is proposed for a line of falsified.csv makes its finding go when it is really typed in."""
    proposed = 0
    with FALSIFIED.open(encoding="utf-8", newline="") as lines:
        cases = [c for c in csv.DictReader(lines) if c["case"].startswith("figure") and "CT_2020-11" in c["file"]]
    for case in cases:
        arrival = next(a for a in jiangxi.pack.arrivals if a.file == "submissions/" + case["file"])
        data = falsify(jiangxi.pack.read(arrival), case["edits"])
        for finding in judge_copy(jiangxi.pack, home, arrival, data).verdict.findings:
            for fix in finding.suggestions:
                if "对调" in fix.zh:
                    continue
                mended = falsify(data, f"{fix.cell.address}={fix.proposed}")
                left = judge_copy(jiangxi.pack, home, arrival, mended).verdict.findings
                assert (finding.rule, finding.rows) not in {(f.rule, f.rows) for f in left}, (case, fix)
                proposed += 1
    assert proposed


# --- looking back


def answers(pack: Pack, home: Home, rule: str) -> dict[str, Answer]:
    kind = next(k for k in pack.kinds.values() if rule in {r.id for r in k.rules})
    with Settings().reader() as reader:
        return {p.submission.file: p.answer for p in backtest(pack, home, reader, kind, rule)}


def test_a_rule_looks_back_at_every_version(jiangxi: Finished, home: Home) -> None:
    told = answers(jiangxi.pack, home, "NB-g5_opened-total")
    assert len(told) == 13
    assert {file: a for file, a in told.items() if a is not Answer.PASS} == {
        "submissions/network_build/CM_2020-11.xlsx": Answer.FAIL
    }


def test_a_rule_that_does_not_apply_or_cannot_be_told_says_so(jiangxi: Finished, home: Home) -> None:
    told = answers(jiangxi.pack, home, "NB-09")
    by_filer = {file: answer for file, answer in told.items() if file.endswith("2020-10.xlsx")}
    assert by_filer["submissions/network_build/CM_2020-10.xlsx"] is Answer.IDLE
    assert by_filer["submissions/network_build/CT_2020-10.xlsx"] is Answer.PASS
    first = answers(jiangxi.pack, home, "NB-08")["submissions/network_build/CT_2020-10.xlsx"]
    assert first is Answer.UNKNOWN


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    (tmp_path / "website_filing.py").write_text(DRAFT, encoding="utf-8")
    return tmp_path


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["jixiao", "rules", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


PACK = EXAMPLES / "jiangxi-2020"


def test_a_draft_is_tried_before_it_is_deployed(
    drafts: Path, jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--home", jiangxi.home, "--rules-from", drafts, "--format", "json")
    status, out, _ = run(monkeypatch, capsys, "backtest", PACK, "--rule", "WF-90", *at)
    told = json.loads(out)
    assert status == 0
    assert {s["period"]: s["answer"] for s in told["submissions"]} == {"2020-10": "pass", "2020-11": "fail"}
    assert [c["cell"] for s in told["submissions"] for c in s["cells"]] == ["B4"]
    assert told["summary"] | {"newly": 1, "fail": 1, "pass": 1} == told["summary"]
    # The changed rule, not the one of the same id that is in use.
    _, out, _ = run(monkeypatch, capsys, "backtest", PACK, "--rule", "WF-01", *at)
    assert json.loads(out)["summary"]["fail"] == 2
    _, out, _ = run(
        monkeypatch, capsys, "backtest", PACK, "--rule", "WF-01", "--home", jiangxi.home, "--format", "json"
    )
    assert json.loads(out)["summary"]["fail"] == 0


def test_backtest_reads_as_a_table_with_a_summary(
    jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = run(monkeypatch, capsys, "backtest", PACK, "--rule", "NB-g5_opened-total", "--home", jiangxi.home)
    assert status == 0
    with Home.look(jiangxi.home) as home:
        returned = next(s for s in home.submissions() if s.file.endswith("CM_2020-11.xlsx"))
    assert re.search(rf"{returned.id} .* CM .* 2020-11 .* 退回 .* 不符合 fail .* 填报表!C16", out)
    assert "13 件报送：不符合 1，符合 12。其中 0 件当时接受、按此规则会被退回。" in out
    assert "13 submissions, 1 fail; 0 of them were accepted and would be returned." in out


def test_a_form_that_nobody_filed_is_said_and_no_empty_table_shown(
    jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = run(monkeypatch, capsys, "backtest", PACK, "--rule", "NP-04", "--home", jiangxi.home)
    assert status == 0
    assert out.splitlines()[2:] == [
        "没有可回溯的报送：尚无人报送《携号转网情况表》（number_portability）。",
        "Nothing to look back on: no number portability (number_portability) was filed here.",
    ]


def test_the_report_for_a_reader_and_for_a_machine_say_the_same(
    jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    at = ("test", PACK, "--home", jiangxi.home, "--kind", "website_filing")
    status, out, _ = run(monkeypatch, capsys, *at, "--format", "json")
    told = json.loads(out)
    shown, text, _ = run(monkeypatch, capsys, *at)
    assert status == shown == 0
    every = told["corruptions"]
    assert f"逐一改错 {every['tried']} 次" in text
    assert f"{every['caught']}/{every['tried']} = {100 * every['share']:.1f} %" in text
    assert "website_filing list_cadence “未备案网站数据下发频次” 1/2" in text
    assert all(one["corruption"] in text for one in told["by_corruption"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("test", PACK, "--kind", "nothing"), "没有报表“nothing”"),
        (("test", PACK, "--kind", "filer_list"), "没有报表“filer_list”"),
        (("test", PACK, "--home", EXAMPLES), "没有数据仓库"),
        (("test", EXAMPLES / "nowhere"), "没有这个文件夹"),
        (("backtest", PACK, "--rule", "NB-99"), "没有规则“NB-99”；有：NB-"),
        (("backtest", PACK, "--rule", "XX-1"), "没有规则“XX-1”"),
        (("backtest", PACK, "--rule", "NB-01", "--rules-from", EXAMPLES), "没有报表模块"),
        (("backtest", PACK, "--rule", "NB-01", "--rules-from", EXAMPLES / "nowhere"), "没有报表模块文件夹"),
    ],
)
def test_misuse_is_told_in_both_languages(
    arguments: tuple[str | Path, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, _, err = run(monkeypatch, capsys, *arguments)
    assert status == 2
    assert said in err
    assert "error: " in err
