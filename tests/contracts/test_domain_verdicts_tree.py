"""The verdicts of rules.md section 10, completeness of the indicator tree and of lists, by rule id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from contracts.finding import Finding, Outcome, Verdict
from contracts.numerals import chinese_integer
from contracts.prose import scan
from contracts.relations import ordered, same_as, within
from contracts.terms import stated
from tests.contracts.right_rows import FORMS, RIGHT
from tests.contracts.stated_rows import number, operands
from tests.contracts.verdicts import (
    COUNT,
    ERROR,
    HOLDS,
    TEXT,
    WARN,
    As,
    condition,
    decides,
    judged,
    relation,
    told,
    verdict,
    without_gaps,
    word,
)

COUNTS = As(kind=COUNT)
# The heads of the 37 paragraphs of the Jiangxi report, as they open: "21. 第二十一项三级指标：".
ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
ORDINALS = [ten + one for ten in ("", "十", "二十", "三十") for one in ONES][1:38]
HEADS = [f"{i}. 第{ordinal}项三级指标：" for i, ordinal in enumerate(ORDINALS, 1)]


def numbers_of(head: str) -> Mapping[str, str]:
    """The list number and the ordinal of a paragraph's head, each as our own reading of prose finds it."""
    marker, ordinal, *_ = (span.text for span in scan(head))
    return {"no": marker.rstrip("."), "ordinal": str(chinese_integer(ordinal.strip("第项")))}


NUMBERED = [number("no", type_=COUNT), number("ordinal", type_=COUNT)]


def numbering(heads: Sequence[str], declared: int) -> str:
    rule = without_gaps("TC-1", ERROR, "no", declared)
    return told("TC-1", judged([rule], NUMBERED, [numbers_of(head) for head in heads]))


@decides("TC-1")
def test_tc_1_as_many_paragraphs_as_declared_numbered_without_a_gap() -> None:
    assert numbering(HEADS, 37) == HOLDS
    assert numbering(HEADS[:-1], 37) == ERROR
    assert numbering([*HEADS[:20], *HEADS[21:]], 36) == ERROR, "21 is missing"
    assert numbering([*HEADS[:-1], HEADS[0]], 37) == ERROR, "1 stands twice"


@decides("TC-2")
def test_tc_2_list_number_and_ordinal_agree() -> None:
    rule = relation("TC-2", ERROR, same_as(*operands(NUMBERED)))
    rows = [numbers_of(head) for head in HEADS]
    (count,) = (c for c in judged([rule], NUMBERED, rows).verdict.counts if c.rule == "TC-2")
    assert (count.passed, count.failed) == (37, 0)
    assert word(rule, NUMBERED, numbers_of("21. 第二十二项三级指标：")) == ERROR


@decides("TC-3")
def test_tc_3_levels_never_get_fewer() -> None:
    fields = [number(name, type_=COUNT) for name in "abcd"]
    links = [relation("TC-3", ERROR, link) for link in ordered(*operands(fields))]
    row = dict(zip("abcd", ("14", "23", "37", "46"), strict=True))
    assert [word(link, fields, row) for link in links] == [HOLDS, HOLDS, HOLDS]
    assert [word(link, fields, row | {"c": "22"}) for link in links] == [HOLDS, ERROR, HOLDS]
    # Where the tree itself is there, the form that ships asks every parent for a child.
    right = RIGHT["indicator_tree"]
    childless = replace(right, rows=tuple(row for row in right.rows if row["level"] != "node"))
    assert told("IT-04", FORMS.judge("indicator_tree", childless)) == ERROR


TREE = {"tree_level1": 14, "tree_level2": 23, "tree_level3": 37, "tree_nodes": 46}


def claimed(counts: Mapping[str, int], computed: Mapping[str, int] | None) -> Verdict:
    """What the form that ships makes of counts that the office files, beside those that the tree yields."""
    rows = tuple({"indicator": name, "name": name, "value": f"{n}项", "unit": "项"} for name, n in counts.items())
    yields = tuple((name, str(n), str(n), str(n)) for name, n in (computed or {}).items())
    right = replace(RIGHT["indicator_figures"], rows=rows, computed=yields)
    return FORMS.judge("indicator_figures", right, given={} if computed is None else None).verdict


def contradictions(found: Verdict) -> list[Finding]:
    return [f for f in found.findings if f.rule == "IF-05"]


@decides("TC-4")
def test_tc_4_what_is_declared_twice_is_equal() -> None:
    for declared in TREE.values():
        assert verdict("TC-4", ERROR, same_as, [f"{declared}"] * 2, COUNTS) == HOLDS
        assert verdict("TC-4", ERROR, same_as, [f"{declared}", f"{declared + 1}"], COUNTS) == ERROR
    # One document's two chapters, as they are filed: found (IF-05), but a contradiction of its own keeps it not out.
    assert contradictions(claimed(TREE, TREE)) == []
    found = claimed(TREE | {"tree_level3": 38}, TREE)
    assert [(f.expected, f.awaits) for f in contradictions(found)] == [("37", True)]
    assert found.outcome is Outcome.ACCEPTED


@decides("TC-5")
def test_tc_5_levels_that_are_nowhere_listed_are_not_evaluable() -> None:
    found = claimed(TREE, None)
    (count,) = (c for c in found.counts if c.rule == "IF-05")
    assert (count.passed, count.failed, count.not_evaluable) == (0, 0, 4)
    assert count.reason_zh
    assert contradictions(found) == []


@decides("TC-6")
def test_tc_6_all_done_while_one_is_in_progress_is_found_and_never_keeps_the_file_out() -> None:
    """The nodes by the form that reports them, the claim by the form that files it."""
    nodes = FORMS.judge("work_nodes", RIGHT["work_nodes"])
    states = nodes.frame["state"].to_list()
    assert "跨年推进" in states, "a node that spans the year is neither done nor late"
    assert nodes.verdict.outcome is Outcome.ACCEPTED
    done = sum(state in ("已完成", "提前完成") for state in states)
    assert done < len(states)
    for claim, expected in ((done, []), (len(states), [str(done)])):
        found = claimed({"nodes_done": claim}, {"nodes_done": done})
        assert [f.expected for f in contradictions(found)] == expected
        assert all(f.awaits for f in contradictions(found))
        assert found.outcome is Outcome.ACCEPTED


# Of each paragraph of the Jiangxi report, how many facts it states.
FACTS = (6, 2, 6, 1, 6, 2, 5, 7, 1, 1, 1, 1, 2, 1, 1, 3, 4, 4, 4, 1, 2, 5, 3, 3, 4, 3, 2, 1, 1, 2, 1, 1, 1, 1, 4, 2, 2)


@decides("TC-8")
def test_tc_8_no_paragraph_names_a_department_and_each_states_a_fact() -> None:
    fields = [number("no", type_=COUNT), replace(number("department", type_=TEXT), required=False)]
    fields += [number("facts", type_=COUNT)]
    named = condition("TC-8", WARN, pl.col("department").is_not_null(), "department", "no")
    stating = relation("TC-8f", WARN, within(stated(fields[2]), 1, None))
    rows = [{"no": str(no), "department": None, "facts": str(n)} for no, n in enumerate(FACTS, 1)]
    found = judged([named, stating], fields, rows).verdict
    assert [f.rule for f in found.findings] == ["TC-8"] * 37, "a missing dimension"
    assert word(stating, fields, rows[0] | {"facts": "0"}) == WARN
    assert all(f.awaits for f in found.findings)
    assert found.outcome is Outcome.ACCEPTED
    # In the bureau's own list, from which reports are asked for, the form that ships does not take a node without one.
    right = RIGHT["indicator_tree"]
    at = next(i for i, row in enumerate(right.rows) if row["level"] == "node")
    assert told("IT-03", FORMS.judge("indicator_tree", right.changed(at, department=""))) == ERROR
