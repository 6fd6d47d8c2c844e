"""One row a rule of a form in a year: how often it was asked, what it answered, and what came of its objections."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select

from contracts.finding import Outcome, Severity
from contracts.quality import Family
from warehouse.exact_ratios import percent
from warehouse.marts.mart import Mart
from warehouse.states import Known

BLOCKING = [severity.value for severity in Severity if severity.blocks]
FAMILIES = {family.value: family.zh for family in Family}


def _select(known: Known) -> Select[Any]:
    s, c, v = known.submissions.c, known.rule_counts.c, known.rule_versions.c
    objections = _objections(known)
    found = objections.c
    told = func.sum(c.passed + c.failed)
    asked = func.sum(c.passed + c.failed + c.not_evaluable)
    of = and_(v.kind == s.kind, v.contract_version == s.contract_version, v.rule == c.rule)
    returned = case(((s.outcome == Outcome.RETURNED.value) & (found.blocking_count > 0), 1), else_=0)
    return (
        select(
            s.year,
            s.kind,
            c.rule,
            func.max(v.title_zh).label("title_zh"),
            func.max(v.title_en).label("title_en"),
            func.max(v.severity).label("severity"),
            func.max(v.level).label("level"),
            func.max(v.family).label("family"),
            case(FAMILIES, value=func.max(v.family), else_=None).label("family_zh"),
            func.count(s.contract_version.distinct()).label("version_count"),
            func.count().label("submission_count"),
            asked.label("evaluated_count"),
            func.sum(c.passed).label("passed_count"),
            func.sum(c.failed).label("failed_count"),
            func.sum(c.not_evaluable).label("not_evaluable_count"),
            func.sum(c.not_applicable).label("not_applicable_count"),
            percent(told, asked).label("told_pct"),
            percent(func.sum(c.failed), told).label("power_pct"),
            func.sum(case((c.failed > 0, 1), else_=0)).label("objected_count"),
            func.sum(returned).label("returned_count"),
            func.coalesce(func.sum(found.finding_count), 0).label("finding_count"),
            func.coalesce(func.sum(found.waived_count), 0).label("waived_count"),
            func.coalesce(func.sum(found.explained_count), 0).label("explained_count"),
        )
        .select_from(known.rule_counts)
        .join(known.submissions, (s.id == c.submission) & (s.pass_number == c.pass_number))
        .outerjoin(known.rule_versions, of)
        .outerjoin(objections, (found.submission == c.submission) & (found.rule == c.rule))
        .group_by(s.year, s.kind, c.rule)
        .order_by(s.year, s.kind, c.rule)
    )


def _objections(known: Known) -> Any:
    """The findings of every current pass by their rule: how many, and how many of them were set aside or explained."""
    s, f = known.submissions.c, known.findings.c
    return (
        select(
            f.submission,
            f.rule,
            func.count().label("finding_count"),
            func.count(f.waived_by).label("waived_count"),
            func.count(f.explained_by).label("explained_count"),
            func.sum(case((f.severity.in_(BLOCKING) & f.waived_by.is_(None), 1), else_=0)).label("blocking_count"),
        )
        .join(known.submissions, (s.id == f.submission) & (s.pass_number == f.pass_number))
        .group_by(f.submission, f.rule)
        .subquery("objections")
    )


MART = Mart(
    name="contract_health",
    title_zh="合同规则效力",
    title_en="Health of the contracts",
    row_zh="一行为一张报表的一条规则在一年中的情况：问过多少次、答了什么、所提问题结果如何。",
    row_en=(
        "One row a rule of a form in a year: how often it was asked, what it answered, and what came of its objections."
    ),
    make=_select,
    columns={
        "year": ("考核年度", "Performance year"),
        "kind": ("报表代码", "Form code"),
        "rule": ("规则编号", "Rule"),
        "title_zh": ("规则名称；空为未留存该版本合同", "Title; empty where that version of the contract was not kept"),
        "title_en": ("规则英文名称", "Title in English"),
        "severity": ("规则等级：强制、准强制、核实、提示", "Severity"),
        "level": ("校验层级（0–5）", "Validation level (0–5)"),
        "family": ("GB/T 36344 质量特性代码", "Family of GB/T 36344"),
        "family_zh": ("质量特性", "That family in Chinese"),
        "version_count": ("据以判定的合同版本数", "Versions of the contract that submissions were judged by"),
        "submission_count": ("判定过的报送数", "Submissions judged by it"),
        "evaluated_count": ("适用的行（组、份）次", "Times that it applied to a row, group or submission"),
        "passed_count": ("其中通过", "Of these passed"),
        "failed_count": ("其中未通过", "Of these failed"),
        "not_evaluable_count": ("其中未能判定", "Of these could not be told"),
        "not_applicable_count": ("不适用", "Times that it did not apply"),
        "told_pct": ("适用而能够判定的 %", "In % of where it applied: could be told"),
        "power_pct": (
            "区分力：能够判定的中未通过的 %；0 为从未发现问题",
            "Power: failed in % of what could be told; 0 where it never found anything",
        ),
        "objected_count": ("发现问题的报送数", "Submissions in which it found something"),
        "returned_count": ("其中因此被退回的", "Of these returned for it"),
        "finding_count": ("问题数", "Findings"),
        "waived_count": ("其中经豁免", "Of these waived"),
        "explained_count": ("其中已说明", "Of these explained"),
    },
    numbers=("told_pct", "power_pct"),
)
