"""What holds of every kind there is: told in two languages, dated, and each rule both kept and broken at least once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from string import Formatter

import polars as pl
import pytest

from contracts.errors import ContractError, UsageError
from contracts.examples import Wrong, is_of_field, of_field
from contracts.finding import Outcome
from contracts.kind import Kind, discover_kinds
from contracts.measure import Measure, Method
from contracts.obligations import CADENCES
from contracts.period import Period
from contracts.rule import Rule
from tests.contracts.right_rows import RIGHT, judge_right, kinds, references
from tests.contracts.small_kind import make_rule, previous_context, small_kind
from tests.contracts.wrong_rows import WRONG
from transforms.heading_match import normalise

ALL = sorted(kinds())
EVERY_RULE = [(code, rule) for code in ALL for rule in kinds()[code].rules]
OF_FIELDS = [(code, rule) for code, rule in EVERY_RULE if is_of_field(kinds()[code], rule)]
HAN = re.compile("[\u4e00-\u9fff]")


def test_every_kind_has_rows_that_are_right() -> None:
    assert set(RIGHT) == set(kinds())


def test_every_kind_has_an_examples_file_and_every_examples_file_a_kind(root: Path) -> None:
    assert {path.stem for path in (root / "contracts" / "kinds").glob("*.toml")} == set(kinds())


def test_no_rule_id_is_used_twice_and_each_has_its_kinds_prefix() -> None:
    assert [rule_id for rule_id, n in Counter(rule.id for _, rule in EVERY_RULE).items() if n > 1] == []
    assert [rule.id for code, rule in EVERY_RULE if not rule.id.startswith(f"{kinds()[code].prefix}-")] == []


@pytest.mark.parametrize("code", ALL)
def test_the_right_rows_keep_every_rule_and_every_rule_speaks_of_them(code: str) -> None:
    verdict = judge_right(code, RIGHT[code]).verdict
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.findings == ()
    assert [count.rule for count in verdict.counts] == [rule.id for rule in kinds()[code].rules]
    assert [count.rule for count in verdict.counts if not count.passed] == []


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.title)
def test_one_thing_wrong_breaks_exactly_the_rules_about_it(wrong: Wrong) -> None:
    verdict = judge_right(wrong.code, wrong.right).verdict
    assert sorted(finding.rule for finding in verdict.findings) == sorted(wrong.breaks)


@pytest.mark.parametrize(("code", "rule"), OF_FIELDS, ids=[rule.id for _, rule in OF_FIELDS])
def test_a_blank_or_unreadable_cell_breaks_the_fields_own_rule(code: str, rule: Rule) -> None:
    wrong = of_field(kinds()[code], RIGHT[code], rule)
    if rule.id.endswith("-total"):
        (total,) = [f for f in judge_right(code, wrong.right).verdict.findings if f.rule == rule.id]
        assert total.filed == (wrong.right.total or {})[rule.fields[1]]
        return
    (finding,) = [f for f in judge_right(code, wrong.right).verdict.findings if f.rule == rule.id]
    (row,) = finding.rows
    assert finding.field == rule.fields[0]
    assert finding.filed == (wrong.right.rows[row].get(rule.fields[0]) or None)


def test_every_rule_is_broken_by_an_example() -> None:
    broken = {rule for wrong in WRONG for rule in wrong.breaks}
    assert [r.id for code, r in EVERY_RULE if not is_of_field(kinds()[code], r) and r.id not in broken] == []


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.title)
def test_every_finding_can_be_read_and_leads_to_cells(wrong: Wrong) -> None:
    for finding in judge_right(wrong.code, wrong.right).verdict.findings:
        for text in (finding.message_zh, finding.message_en, finding.expected, finding.basis):
            assert text.strip()
            assert "None" not in text
            assert not re.search(r"[{}]|\bnull\b|\.0{3,}", text)
        assert HAN.search(finding.message_zh)
        assert finding.cells
        rule = next(r for r in kinds()[wrong.code].rules if r.id == finding.rule)
        assert {cell.field for cell in finding.cells} <= set(rule.fields)
        assert finding.cells[0].field == rule.fields[0]


@pytest.mark.parametrize(("code", "rule"), EVERY_RULE, ids=[rule.id for _, rule in EVERY_RULE])
def test_a_rule_says_what_it_wants_in_both_languages(code: str, rule: Rule) -> None:
    assert HAN.search(rule.title_zh)
    assert not HAN.search(rule.title_en)
    for text in (rule.title_zh, rule.title_en, rule.message_zh, rule.message_en, rule.basis):
        assert text.strip()
    assert isinstance(rule.expected, pl.Expr) or rule.expected.strip()
    known = {*rule.fields, *rule.values, "rows"}
    for message in (rule.message_zh, rule.message_en):
        assert {name for _, name, _, _ in Formatter().parse(message) if name is not None} <= known
    assert rule.fields


@pytest.mark.parametrize(("code", "rule"), EVERY_RULE, ids=[rule.id for _, rule in EVERY_RULE])
def test_a_rules_operands_are_columns_that_are_there_when_it_is_judged(code: str, rule: Rule) -> None:
    assert set(rule.fields) <= set(judge_right(code, RIGHT[code]).frame.columns)
    assert set(rule.group) <= {field.name for field in kinds()[code].fields}


@pytest.mark.parametrize("code", ALL)
def test_headings_are_told_apart_by_a_reader(code: str) -> None:
    kind = kinds()[code]
    assert len({f.name for f in kind.fields}) == len(kind.fields)
    claimed = Counter(name for f in kind.fields for name in {normalise(heading) for heading in f.headings})
    assert [heading for heading, n in claimed.items() if n > 1] == []


@pytest.mark.parametrize("code", ALL)
def test_a_kind_is_told_in_both_languages(code: str) -> None:
    kind = kinds()[code]
    assert HAN.search(kind.title_zh)
    assert HAN.search(kind.purpose_zh)
    assert kind.title_en.strip()
    assert not HAN.search(kind.title_en)
    assert kind.filers
    assert kind.cadence in CADENCES
    assert re.fullmatch(r"[a-z][a-z_]*", kind.code)
    assert all(field.title_en.strip() and not HAN.search(field.title_en) for field in kind.fields)
    assert kind.total_in is None or kind.field(kind.total_in)


@pytest.mark.parametrize("code", ALL)
def test_measures_and_contexts_speak_of_fields_there_are(code: str) -> None:
    kind = kinds()[code]
    names = {field.name for field in kind.fields}
    indicators = [measure.indicator for measure in kind.measures]
    assert len(set(indicators)) == len(indicators)
    for measure in kind.measures:
        assert set(measure.cells) <= names
        assert {measure.each, measure.code, measure.name, measure.unit_from} - {None} <= names
        assert (measure.value is not None) == (measure.method in (Method.SUM, Method.COUNT, Method.SPAN))
        assert (measure.of is not None) == (measure.method is Method.RATIO)
        assert measure.of is None or set(measure.of) <= set(indicators[: indicators.index(measure.indicator)])
    for context in kind.contexts:
        if context.source in kinds():
            asked = {*context.take, *(there for _, there in context.on), *(context.during or ())[1:]}
            assert asked <= {field.name for field in kinds()[context.source].fields}


# A pack that lists no limits at all sets none for accepting a complaint, and nobody waits for the list.
ONLY_WHERE_LISTED = {"UC-11"}


@pytest.mark.parametrize("code", ALL)
def test_without_anything_to_compare_with_right_rows_are_still_accepted(code: str) -> None:
    verdict = judge_right(code, RIGHT[code], given={}).verdict
    assert (verdict.outcome, verdict.findings) == (Outcome.ACCEPTED, ())
    compared = {rule.id for rule in kinds()[code].rules if _compares(kinds()[code], rule)} - ONLY_WHERE_LISTED
    assert {count.rule for count in verdict.not_evaluable} == compared
    assert references(code, RIGHT[code]) or not compared


def _compares(kind: Kind, rule: Rule) -> bool:
    return any(name.startswith(context.prefix) for context in kind.contexts for name in _columns(rule))


def _columns(rule: Rule) -> set[str]:
    return {*rule.holds.meta.root_names(), *(rule.when.meta.root_names() if rule.when is not None else [])}


# --- in force


SINCE, UNTIL = date(2020, 11, 1), date(2021, 3, 1)


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2020-10", False), ("2020-11", True), ("2021-03", True), ("2021-04", False), ("2020", False), ("2021", True)],
)
def test_a_rule_is_in_force_by_the_periods_first_day(period: str, expected: bool) -> None:
    rule = make_rule(pl.col("a") > 1, since=SINCE, until=UNTIL)
    kind = small_kind(rule).in_force(Period.parse(period))
    assert rule.in_force(Period.parse(period)) is expected
    assert ("SM-01" in {r.id for r in kind.rules}) is expected
    assert [f.name for f in kind.fields] == ["name", "a", "b"]


def test_a_form_is_not_judged_for_a_period_in_which_it_was_not_in_use() -> None:
    kind = small_kind(since=SINCE, until=UNTIL)
    assert kind.in_force(Period.parse("2020-11")).code == "small"
    for label in ("2020-10", "2021-04"):
        with pytest.raises(UsageError, match="未启用"):
            kind.in_force(Period.parse(label))


@pytest.mark.parametrize("code", ALL)
def test_every_kind_applies_in_the_years_of_its_examples(code: str) -> None:
    assert kinds()[code].in_force(Period.parse(RIGHT[code].period)).rules


# --- version and discovery


def test_a_version_changes_with_the_contract_and_with_nothing_else() -> None:
    before = small_kind(make_rule(pl.col("a") > 1)).version
    assert small_kind(make_rule(pl.col("a") > 1)).version == before
    assert re.fullmatch(r"[0-9a-f]{12}", before)
    changed = [
        small_kind(make_rule(pl.col("a") > 2)),
        small_kind(make_rule(pl.col("a") > 1, when=pl.col("b") > 0)),
        small_kind(make_rule(pl.col("a") > 1, since=SINCE)),
        small_kind(make_rule(pl.col("a") > 1, until=SINCE + timedelta(days=1))),
        small_kind(make_rule(pl.col("a") > 1, id="SM-02")),
        small_kind(make_rule(pl.col("a") > 1), rows_stand_alone=True),
        small_kind(make_rule(pl.col("a") > 1, message_zh="另一句")),
        small_kind(make_rule(pl.col("a") > 1, values={"n": pl.len()})),
        small_kind(make_rule(pl.col("a") > 1), measures=(counting(None),)),
        small_kind(make_rule(pl.col("a") > 1), measures=(counting(pl.col("name").first()),)),
        small_kind(make_rule(pl.col("a") > 1), contexts=(previous_context(),)),
        small_kind(make_rule(pl.col("a") > 1), contexts=(replace(previous_context(), on=()),)),
        small_kind(),
    ]
    assert len({before, *(kind.version for kind in changed)}) == len(changed) + 1


def counting(as_of: pl.Expr | None) -> Measure:
    return Measure("rows", "行数", "rows", "行", Method.COUNT, pl.len(), cells=("name",), as_of=as_of)


def test_a_version_sees_the_middle_of_a_long_list() -> None:
    words = [str(number) for number in range(100)]
    other = [*words[:50], "x", *words[51:]]
    versions = {small_kind(make_rule(pl.col("name").is_in(w))).version for w in (words, other)}
    assert len(versions) == 2


def test_a_version_is_the_same_in_another_process(root: Path) -> None:
    code = "from tests.contracts.right_rows import kinds; print(*(k.version for k in kinds().values()))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == [kind.version for kind in kinds().values()]


@pytest.mark.parametrize("words", [{"message_zh": "{c} 不对"}, {"message_en": "{a} is not {expected}"}])
def test_a_message_that_speaks_of_what_the_rule_does_not_know_is_our_fault(words: dict[str, str]) -> None:
    with pytest.raises(ContractError, match="SM-01"):
        small_kind(make_rule(pl.col("a") > 1, **words))


def test_one_rule_id_used_twice_is_our_fault() -> None:
    with pytest.raises(ContractError, match="SM-01"):
        small_kind(make_rule(pl.col("a") > 1), make_rule(pl.col("b") > 1))


MODULE = """
from contracts.field import Field
from contracts.kind import define_kind

KIND = define_kind(code={code!r}, prefix={prefix!r}, title_zh="表", title_en="form", purpose_zh="测试",
                   filers=("department",), cadence="yearly", fields=[Field("name", "名称", "name")])
"""


def test_a_kind_is_found_in_a_folder_handed_in(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("more")
    (folder / "another.py").write_text(MODULE.format(code="another", prefix="ZZ"), encoding="utf-8")
    (folder / "no_kind.py").write_text("A = 1\n", encoding="utf-8")
    assert set(discover_kinds([folder])) == {*kinds(), "another"}


@pytest.mark.parametrize(("code", "prefix"), [("network_build", "ZZ"), ("another", "NB")])
def test_a_code_or_prefix_used_twice_is_our_fault(
    tmp_path_factory: pytest.TempPathFactory, code: str, prefix: str
) -> None:
    folder = tmp_path_factory.mktemp("twice")
    (folder / "clash.py").write_text(MODULE.format(code=code, prefix=prefix), encoding="utf-8")
    with pytest.raises(ContractError, match="used twice"):
        discover_kinds([folder])


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        discover_kinds([tmp_path / "nowhere"])


@pytest.mark.parametrize("text", ["import no_such_module\n", "KIND = (\n", "KIND = 1 / 0\n"])
def test_a_module_that_does_not_load_is_our_fault_and_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"broken\.py"):
        discover_kinds([tmp_path])


@pytest.mark.parametrize("text", ["-600", "六百余", "12359 个左右"])
def test_a_control_total_that_cannot_be_read_is_found(text: str) -> None:
    right = RIGHT["nuisance_calls"]
    assert right.total is not None
    verdict = judge_right("nuisance_calls", replace(right, total={**right.total, "verified": text})).verdict
    (finding,) = verdict.findings
    assert (finding.rule, finding.filed) == ("NC-verified-total", text)
    assert verdict.outcome is Outcome.RETURNED
