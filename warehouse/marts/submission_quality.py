"""One row a judged submission and family of GB/T 36344: what was checked, what held and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from contracts.finding import Severity
from contracts.quality import OF_ACCESS, OF_FORM, Family
from warehouse.exact_ratios import percent
from warehouse.marts.mart import Mart
from warehouse.marts.submission_log import MART as LOG
from warehouse.states import Known

BLOCKING = [severity.value for severity in Severity if severity.blocks]
UNKNOWN = "unknown"  # of a contract whose rules were not kept
_ANSWERS = ("passed", "failed", "not_evaluable", "not_applicable")
_NAMES = {family.value: family.zh for family in Family} | {UNKNOWN: "未分类"}
_ORDER = {value: number for number, value in enumerate(_NAMES)}


def _select(known: Known) -> Select[Any]:
    s, all_ = known.submissions.c, _checks(known).subquery("checks")
    c = all_.c
    passed, failed = func.sum(c.passed), func.sum(c.failed)
    return (
        select(
            s.id.label("submission"),
            s.year,
            s.filer,
            s.kind,
            s.period,
            s.version,
            s.outcome,
            c.family,
            case(_NAMES, value=c.family, else_="").label("family_zh"),
            func.count().label("check_count"),
            passed.label("passed_count"),
            failed.label("failed_count"),
            func.sum(c.not_evaluable).label("not_evaluable_count"),
            func.sum(c.not_applicable).label("not_applicable_count"),
            func.sum(case((c.failed > 0, 1), else_=0)).label("broken_count"),
            percent(passed, passed + failed).label("passed_pct"),
        )
        .join(all_, c.submission == s.id)
        .where(s.outcome.is_not(None))
        .group_by(s.id, s.sequence, s.year, s.filer, s.kind, s.period, s.version, s.outcome, c.family)
        .order_by(s.sequence, case(_ORDER, value=c.family, else_=len(_ORDER)))
    )


def _checks(known: Known) -> CompoundSelect[Any]:
    """Every rule that a submission was judged by, whether its file was in order, and whether it was late."""
    s, r, v = known.submissions.c, known.rule_counts.c, known.rule_versions.c
    of = (v.kind == s.kind) & (v.contract_version == s.contract_version) & (v.rule == r.rule)
    rules = (
        select(s.id.label("submission"), func.coalesce(v.family, UNKNOWN).label("family"), *[r[n] for n in _ANSWERS])
        .join_from(known.submissions, known.rule_counts, (s.id == r.submission) & (s.pass_number == r.pass_number))
        .outerjoin(known.rule_versions, of)
    )
    log = LOG.make(known).order_by(None).subquery("log")
    due = or_(log.c.due_at.is_not(None), log.c.late == 1)
    on_time = _answers(Family.TIMELINESS, log.c.submission, applies=due, fails=log.c.late == 1)
    judged = s.outcome.is_not(None)
    readable = _answers(Family.ACCESSIBILITY, s.id, applies=judged, fails=_found(known, OF_ACCESS))
    in_form = _answers(Family.CONFORMITY, s.id, applies=judged, fails=_found(known, OF_FORM))
    return union_all(rules, on_time, readable, in_form)


def _found(known: Known, begins: Sequence[str]) -> ColumnElement[bool]:
    """Whether there is a finding about the file's shape that returns it."""
    s, f = known.submissions.c, known.findings.c
    about = or_(*[f.rule.startswith(one) for one in begins])
    return exists().where(f.submission == s.id, f.pass_number == s.pass_number, about, f.severity.in_(BLOCKING))


def _answers(family: Family, submission: Any, *, applies: Any, fails: Any) -> Select[Any]:
    """One check of a submission as a whole, in the columns of a rule's counts."""
    told = {
        "passed": case((applies & ~fails, 1), else_=0),
        "failed": case((applies & fails, 1), else_=0),
        "not_evaluable": literal(0),
        "not_applicable": case((applies, 0), else_=1),
    }
    return select(
        submission.label("submission"),
        literal(family.value).label("family"),
        *[type_coerce(told[name], Integer).label(name) for name in _ANSWERS],
    )


MART = Mart(
    name="submission_quality",
    title_zh="报送质量",
    title_en="Quality of submissions",
    row_zh="一行为一份已判定的报送的一类质量特性：检查了什么、通过、未通过和未能判定各多少。",
    row_en=("One row a judged submission and family of GB/T 36344: what was checked, what held and what did not."),
    make=_select,
    columns={
        "submission": ("报送编号", "Submission"),
        "year": ("考核年度", "Performance year"),
        "filer": ("填报单位代码", "Filer code"),
        "kind": ("报表代码", "Form code"),
        "period": ("报告期", "Period"),
        "version": ("同一单位、报表、报告期的第几次报送", "Version among submissions of the filer, form and period"),
        "outcome": ("现行判定结果", "Current verdict"),
        "family": (
            "GB/T 36344 质量特性代码；unknown 为未留存所依合同的规则",
            "Family of GB/T 36344; unknown where the rules of the contract were not kept",
        ),
        "family_zh": ("质量特性：规范性、完整性、准确性、一致性、时效性、可访问性", "That family in Chinese"),
        "check_count": (
            "检查项数（规则；时效性另计是否按时，规范性另计表式，可访问性为文件能否读取）",
            "Checks: rules; and whether it was on time (timeliness), in form (conformity) and readable (accessibility)",
        ),
        "passed_count": ("通过的行（组、份）次", "Times that they passed for a row, group or submission"),
        "failed_count": ("未通过的行（组、份）次", "Times that they failed"),
        "not_evaluable_count": ("未能判定的次数（不算通过）", "Times that could not be told; no pass"),
        "not_applicable_count": ("不适用的次数", "Times that they did not apply"),
        "broken_count": ("有问题的检查项数", "Checks that found something"),
        "passed_pct": ("通过占能够判定的 %（由次数计算）", "Passed in % of what could be told, from the counts"),
    },
    numbers=("passed_pct",),
)
