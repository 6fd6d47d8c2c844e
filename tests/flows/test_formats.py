"""`check --format`: one model of what was found, written for people, scripts, build servers and SARIF readers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.finding import Cell, Finding, Severity, Suggestion
from contracts.level import level_of
from contracts.period import Period
from contracts.structure import RULES as STRUCTURE_RULES
from contracts.waivers import Waiver
from flows.commands.check import check_file
from flows.commands.formats.checked import Checked
from flows.commands.formats.junit import junit
from flows.commands.formats.sarif import sarif
from flows.commands.formats.text import print_text
from flows.commands.formats.text_places import TextFile
from flows.commands.telling import suggestion_texts
from tests.contracts.small_kind import Setting, judge_small, make_rule, small_kind
from tests.flows.conftest import EXAMPLES

JIANGXI = EXAMPLES / "jiangxi-2020"
RETURNED = JIANGXI / "submissions" / "network_build" / "CM_2020-11.xlsx"
ACCEPTED = JIANGXI / "submissions" / "network_build" / "CU_2020-12.csv"
HOSTILE = "]]>&amp;<b>\"'\x00\x1b[31m\u202e\ufffe\ud800:smile:[red]"
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
jsonschema: Any = import_module("jsonschema")  # has no types, and Prefect brings it
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)

Said = Mapping[str, Any]


def checked_as(shape: str, file: Path, capsys: pytest.CaptureFixture[str], kind: str = "network_build") -> Any:
    """Exit status and what was printed, parsed."""
    status = check_file(file, kind, JIANGXI, None, None, None, shape=shape)
    out = capsys.readouterr().out
    return status, fromstring(out.encode()) if shape == "junit" else json.loads(out)


def valid(log: Any) -> Any:
    """The one run of a SARIF log that keeps the schema."""
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


def cases(document: Element) -> dict[str, Element]:
    return {case.attrib["name"]: case for case in document.iter("testcase")}


def files(folder: Path) -> dict[str, tuple[Path, str]]:
    """Files that end in every way there is: accepted, returned, no file at all, hostile."""
    empty = folder / "CM_2020-10.xlsx"
    empty.write_bytes(b"")
    hostile = folder / "GLC_2020_<b>]]>&[\u202e.csv"
    words = "[red]甲[/red]\u009b31m<script>\ufffe"
    hostile.write_text(f'企业,举报查实数,已处置数\n"江\n西",12,13\n{words},多,6\n', encoding="utf-8")
    return {
        "returned": (RETURNED, "network_build"),
        "accepted": (ACCEPTED, "network_build"),
        "empty": (empty, "network_build"),
        "hostile": (hostile, "nuisance_calls"),
    }


@pytest.mark.parametrize("which", ["returned", "accepted", "empty", "hostile"])
def test_every_format_says_the_same(which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, kind = files(tmp_path)[which]
    plain, told = checked_as("json", file, capsys, kind)
    (status, log), (xml_status, document) = (checked_as(shape, file, capsys, kind) for shape in ("sarif", "junit"))
    assert plain == status == xml_status == (0 if which == "accepted" else 1)
    run = valid(log)
    findings = sorted((f["rule"], f["severity"], f["cell"]) for f in told["findings"])
    untold = sorted(c["rule"] for c in told["not_evaluable"])
    broken = [r["properties"] for r in run["results"] if r["kind"] == "fail"]
    assert sorted((r["rule"], r["severity"], r["cell"]) for r in broken) == findings
    assert sorted(r["ruleId"] for r in run["results"] if r["kind"] == "open") == untold
    blocking = {rule for rule, severity, _ in findings if Severity(severity).blocks}
    assert {name for name, case in cases(document).items() if case.find("failure") is not None} == blocking
    noted = {rule for rule, severity, _ in findings if not Severity(severity).blocks}
    assert {name for name, case in cases(document).items() if case.find("system-out") is not None} == noted
    skipped = {name for name, case in cases(document).items() if case.find("skipped") is not None}
    assert set(untold) - blocking <= skipped
    assert not skipped & blocking
    assert (which == "accepted") == (not blocking)


def test_the_sarif_of_a_returned_workbook(capsys: pytest.CaptureFixture[str]) -> None:
    _, log = checked_as("sarif", RETURNED, capsys)
    run = valid(log)
    (result,) = [r for r in run["results"] if r["ruleId"] == "NB-g5_opened-total"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"]["severity"] == "强制"
    assert rule["properties"]["level"] == 1
    assert "“累计开通5G基站”各行之和等于合计 / 5G stations opened" in rule["shortDescription"]["text"]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "CM_2020-11.xlsx"}}
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "填报表!C16"
    (beside,) = result["relatedLocations"]
    assert beside["logicalLocations"][0]["fullyQualifiedName"] == "填报表!C5:C15"
    assert result["suppressions"] == []
    levels = {r["id"]: r["properties"]["level"] for r in run["tool"]["driver"]["rules"]}
    assert {rule: levels[rule] for rule in STRUCTURE_RULES} == dict.fromkeys(STRUCTURE_RULES, 0)
    assert {r["level"] for r in run["results"] if r["kind"] == "open"} == {"none"}


def test_the_sarif_of_a_text_file_names_line_and_character(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, kind = files(tmp_path)["hostile"]
    _, log = checked_as("sarif", file, capsys, kind)
    run = valid(log)
    assert run["artifacts"][0]["location"]["uri"] == "GLC_2020_%3Cb%3E%5D%5D%3E%26%5B%E2%80%AE.csv"
    places = {
        r["ruleId"]: r["locations"][0]["physicalLocation"]["region"] for r in run["results"] if r["kind"] == "fail"
    }
    text = file.read_text(encoding="utf-8").splitlines()
    assert places["NC-02"] == {"startLine": 2}  # the record goes on in line 3, where its figures stand
    unread = places["NC-verified-type"]
    assert text[unread["startLine"] - 1][unread["startColumn"] - 1 :].startswith("多,6")


def waivable(words: str = "系统割接") -> Checked:
    """One finding waived, one that blocks, one rule that nobody can tell, with `words` wherever a filer may write."""
    kind = small_kind(
        make_rule(pl.col("a") > 1, id="SM-01", severity=Severity.WAIVABLE),
        make_rule(pl.col("b") > 1, id="SM-02", fields=("b",), message_zh="{b} 不对", message_en="{b} is wrong"),
        make_rule(pl.col("a") > pl.lit(None, pl.Int64), id="SM-03"),
        make_rule(pl.col("a") < pl.lit(None, pl.Int64), id="SM-04"),
        make_rule(pl.lit(value=True), id="SM-05", when=pl.lit(value=False)),
    )
    waivers = [Waiver("SM-01", "GLC", "2020-11", "局长", words)]
    verdict = judge_small(kind, [("甲", "1", "0")], Setting(waivers=waivers)).verdict
    cell = Cell("表", "B5", "b", "0")
    (found,) = [f for f in verdict.findings if f.rule == "SM-02"]
    guess = replace(found, filed=words, suggestions=(Suggestion(cell, "0", words, "数字对调", "digits swapped"),))
    findings: tuple[Finding, ...] = tuple(guess if f is found else f for f in verdict.findings)
    verdict = replace(verdict, findings=findings)
    return Checked(verdict, None, kind, f"GLC_{words}.xlsx", "0" * 64, Period.parse("2020-11"), words)


def test_what_was_waived_is_suppressed_and_fails_nothing() -> None:
    run = valid(sarif(waivable()))
    suppressed = {r["ruleId"]: r["suppressions"] for r in run["results"]}
    waived = [{"kind": "external", "status": "accepted", "justification": "局长：系统割接"}]
    assert suppressed == {"SM-01": waived, "SM-02": [], "SM-03": [], "SM-04": []}
    told = cases(fromstring(junit(waivable()).encode()))
    assert told["SM-01"].find("failure") is None
    assert "已豁免 waived: 局长：系统割接" in (told["SM-01"].findtext("system-out") or "")


def test_a_rule_that_is_not_told_or_does_not_apply_is_skipped_with_its_reason() -> None:
    document = fromstring(junit(waivable()).encode())
    skipped = {name: s.attrib["message"] for name, c in cases(document).items() if (s := c.find("skipped")) is not None}
    assert set(skipped) == {"SM-03", "SM-04", "SM-05"}
    assert "未能判定" in skipped["SM-03"]
    assert "没有适用此规则的行" in skipped["SM-05"]
    (suite,) = document.findall("testsuite")
    numbers = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert numbers == {"tests": len(cases(document)), "failures": 1, "errors": 0, "skipped": 3}
    assert {case.attrib["classname"] for case in document.iter("testcase")} == {"small"}


def test_rules_that_lack_the_same_thing_are_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(waivable())
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if "SM-03" in line]
    assert line.endswith("：SM-03、SM-04")
    assert "未能判定 2 条规则" in out


def test_a_suggestion_is_told_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    checked = waivable("12359")
    (finding,) = [f for f in checked.findings if f.rule == "SM-02"]
    (text,) = suggestion_texts(finding)
    assert text.startswith("建议：表!B5 可能应为 12359（数字对调）")
    print_text(checked)
    assert text in capsys.readouterr().out
    (result,) = [r for r in valid(sarif(checked))["results"] if r["ruleId"] == "SM-02"]
    assert text in result["message"]["text"]
    assert result["properties"]["suggestions"][0]["proposed"] == "12359"
    assert text in (cases(fromstring(junit(checked).encode()))["SM-02"].findtext("failure") or "")
    assert checked.record()["findings"][1]["suggestions"][0]["zh"] == "数字对调"


def test_hostile_text_breaks_no_format() -> None:
    checked = waivable(HOSTILE)
    document = fromstring(junit(checked, "gbk").encode("gbk"))
    assert document.findtext(".//system-out") == fromstring(junit(checked).encode()).findtext(".//system-out")
    assert "\\u001b[31m\\u202e\\ufffe\\ud800" in (document.findtext(".//system-out") or "")
    assert document.find(".//b") is None
    run = valid(json.loads(json.dumps(sarif(replace(checked, file="a\udcff.csv")))))
    assert run["artifacts"][0]["location"]["uri"] == "a%FF.csv"
    (waived,) = [r for r in run["results"] if r["suppressions"]]
    assert waived["suppressions"][0]["justification"].endswith(HOSTILE)


@given(st.text(st.characters(codec=None)))
def test_any_text_at_all_is_well_formed_xml(text: str) -> None:
    checked = waivable()
    findings = tuple(replace(f, message_zh=text, expected=text, waived_by=None) for f in checked.verdict.findings)
    document = fromstring(junit(replace(checked, verdict=replace(checked.verdict, findings=findings))).encode())
    assert document.find(".//failure") is not None


def test_the_levels_in_the_formats_are_those_of_the_rules() -> None:
    checked = waivable()
    rules = valid(sarif(checked))["tool"]["driver"]["rules"]
    own = {r["id"]: r["properties"]["level"] for r in rules if r["properties"]["kind"]}
    assert own == {rule.id: int(level_of(checked.kind, rule)) for rule in checked.kind.rules}


CELL = st.text(st.sampled_from('a中,"\n '), max_size=6)


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=5))
def test_a_place_is_where_the_cell_stands(rows: list[list[str]]) -> None:
    written = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    text = "\n".join(written) + "\n"
    places = TextFile(text, ",").places(range(1, len(rows) + 1))
    lines = text.split("\n")
    assert sorted(places) == list(range(1, len(rows) + 1))
    for number, row in enumerate(rows, start=1):
        line, starts = places[number]
        assert line == 1 + sum(w.count("\n") + 1 for w in written[: number - 1])
        first = written[number - 1].split("\n")[0]
        assert lines[line - 1] == first
        if "\n" not in written[number - 1]:
            assert [lines[line - 1][at - 1] for at in starts] == ['"'] * len(row)
