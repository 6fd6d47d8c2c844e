"""One row a submission: what arrived when, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, exists, func, select

from contracts.finding import Outcome
from contracts.timeliness import State
from warehouse.marts.mart import Mart
from warehouse.states import Known


def _select(known: Known) -> Select[Any]:
    s, d, f = known.submissions.c, known.deadlines.c, known.findings.c
    earlier = known.submissions.alias("earlier").c
    owed = (d.filer == s.filer) & (d.kind == s.kind) & (d.period == s.period)
    # That of the timetable, and that of the receipt where none is kept (as `warehouse.deadlines.Lateness` has it).
    limit = case((exists().where(owed), select(func.max(d.limit_at)).where(owed).scalar_subquery()), else_=s.due_at)
    out_of_scope = exists().where(owed, d.state == State.NOT_APPLICABLE.value)
    corrects = exists().where(
        earlier.filer == s.filer,
        earlier.kind == s.kind,
        earlier.period == s.period,
        # In the order of arrival; moments are texts of one zone, which compare as the moments do.
        (earlier.received_at < s.received_at)
        | ((earlier.received_at == s.received_at) & (earlier.sequence < s.sequence)),
        earlier.outcome.in_([Outcome.ACCEPTED.value, Outcome.PARTIAL.value]),
    )
    # What was filed after a nil return that was in time corrects that, unless it was returned.
    corrects_nil = exists().where(
        owed,
        d.nil_on <= func.substr(d.limit_at, 1, 10),
        func.substr(s.received_at, 1, 10) >= d.nil_on,
        func.coalesce(s.outcome, "") != Outcome.RETURNED.value,
    )
    found = select(func.count()).where(f.submission == s.id, f.pass_number == s.pass_number).scalar_subquery()
    return select(
        s.id.label("submission"),
        s.sequence,
        s.filer,
        s.kind,
        s.period,
        s.year,
        s.version,
        s.file,
        s.sha256,
        s.received_at,
        s.due_at,
        case(
            (limit.is_(None), 0),
            (out_of_scope, 0),
            (corrects, 0),
            (corrects_nil, 0),
            (s.received_at > limit, 1),
            else_=0,
        ).label("late"),
        s.pass_number,
        s.outcome,
        s.received.label("received_count"),
        s.accepted.label("accepted_count"),
        s.quarantined.label("quarantined_count"),
        found.label("finding_count"),
        s.contract_version,
        s.superseded_by,
    ).order_by(s.sequence)


MART = Mart(
    name="submission_log",
    title_zh="报送登记",
    title_en="Submissions",
    row_zh="一行为一份报送：何时收到何文件，结果如何。数据包自带的清单也是报送，填报单位为本局。",
    row_en=(
        "One row a submission: what arrived when, and what became of it. The lists of the pack are submissions too, "
        "filed by the bureau."
    ),
    make=_select,
    columns={
        "submission": ("报送编号", "Submission"),
        "sequence": ("收到次序", "Order of arrival"),
        "filer": ("填报单位代码", "Filer code"),
        "kind": ("报表代码", "Form code"),
        "period": ("报告期", "Period"),
        "year": ("考核年度", "Performance year"),
        "version": ("同一单位、报表、报告期的第几次报送", "Version among submissions of the filer, form and period"),
        "file": ("文件", "File"),
        "sha256": ("文件的 SHA-256", "SHA-256 of the file"),
        "received_at": ("收到时间", "Received at"),
        "due_at": ("应报时间；空为未规定", "Due at; empty where no day is set"),
        "late": (
            "是否迟报（1 为迟报）：晚于时限（含延期），且不是对已接受报送或按时零报告的更正",
            "Late (1) or not (0): after its limit, extensions included, and no correction of what had been accepted or "
            "declared nil in time",
        ),
        "pass_number": ("判定次数；空为尚未判定", "How often it was judged; empty until then"),
        "outcome": ("现行判定结果；空为尚未判定", "Current verdict; empty until judged"),
        "received_count": ("收到行数", "Rows received"),
        "accepted_count": ("接受行数", "Rows accepted"),
        "quarantined_count": ("隔离行数", "Rows quarantined"),
        "finding_count": ("问题数", "Findings"),
        "contract_version": ("判定所依合同版本", "Version of the contract judged by"),
        "superseded_by": ("被哪次报送取代；空为未被取代", "Superseded by; empty where it is not"),
    },
)
