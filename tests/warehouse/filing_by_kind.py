"""How a small bureau files real forms and lists without a pack or Prefect: read, judged, unfolded, recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy import URL

from contracts.finding import Outcome, Verdict
from contracts.kind import discover_kinds
from contracts.period import Period
from contracts.submission import Arrival, Submission
from contracts.table import Table
from flows.filing import judge_filed, read_filed
from tests.warehouse.toy import moment, open_home
from transforms.combining import combine
from transforms.figures import unfold
from transforms.parting import part
from warehouse.home import Home
from warehouse.load import Cause

KINDS = discover_kinds()
BUREAU = "JX"
CARRIERS = ("CT", "CM", "CU")
NAMES = {"CT": "江西电信", "CM": "江西移动", "CU": "江西联通"}

FILERS = """code,name,full_name,class,area,succeeds,former_name,valid_from
JX,示例局,示例通信管理局,bureau,江西,,,
SSC,申诉中心,示例申诉处理中心,complaint_centre,江西,,,
CT,江西电信,示例电信,basic_carrier,江西,,,
CM,江西移动,示例移动,basic_carrier,江西,TIETONG,江西铁通,2020-03-01
CU,江西联通,示例联通,basic_carrier,江西,,,
"""
TREE = """code,level,parent,title,department,target_indicator,target_name,target,unit,nature
A,1,,申诉办理,,,,,,
B,2,A,申诉办理,,,,,,
1,3,B,提高申诉办理率,,carrier_complaints_handled_rate,企业用户申诉办理率,90%以上,%,约束性
1-1,node,1,督促企业办理申诉,SSC,carrier_complaints_received,收到申诉,不超过100件,件,预期性
1-2,node,1,无人受损,SSC,harmed,受损用户,零,人,预期性
"""


def file(
    home: Home,
    kind: str,
    text: str,
    at: datetime,
    *,
    filer: str = BUREAU,
    period: str = "2020",
    owing: Collection[str] = CARRIERS,
    causes: Sequence[Cause] = (),
    known: datetime | None = None,
) -> Verdict:
    """File `text` as the form or list of that code; with causes it is judged once more, as it was then `known`."""
    of = Period.parse(period)
    contract = KINDS[kind].in_force(of)
    submission = receive(home, kind, text, at, filer=filer, period=period)
    name = submission.arrival.file
    filed = read_filed(text.encode(), name, contract, of.year)
    judgment = judge_filed(filed, period=of, filer=filer)
    taken = judgment.verdict.outcome is not Outcome.RETURNED and filed.table is not None
    rows = part(judgment.frame, judgment.quarantined)[0].select(filed.frame.columns) if taken else None
    own = [] if rows is None or filed.table is None else unfold(contract, rows, filed.table, filer=filer, period=of)
    others = [
        f
        for f in home.figures(of.year, kinds=[kind], own_only=True)
        if (f.filer, f.period) != (filer, of) and f.filer != BUREAU
    ]
    derived = []
    for one in sorted({f.period for f in (*others, *own)}):
        together = [f for f in (*others, *own) if f.period == one and f.filer != BUREAU]
        derived += combine(contract, together, bureau=BUREAU, owing=owing) if together else []
    kept = home.record(
        submission, contract, judgment.verdict, rows, filed.table, own, derived, None, at=known or at, causes=causes
    )
    assert kept
    return judgment.verdict


def receive(home: Home, kind: str, text: str, at: datetime, *, filer: str = BUREAU, period: str = "2020") -> Submission:
    """Let it arrive, and no more."""
    name = KINDS[kind].pack_file or f"submissions/{kind}/{filer}_{period}.csv"
    return home.receive(Arrival(name, filer, kind, Period.parse(period), at, "pack"), text.encode())


def withdraw(home: Home, submission: str, kind: str, at: datetime) -> None:
    """Judge again what was accepted, and return it."""
    stored = next(s for s in home.submissions() if s.id == submission)
    table = Table("", pl.DataFrame(), {}, {}, pl.DataFrame())
    verdict = Verdict(Outcome.RETURNED, (), (), stored.received or 0, 0, stored.received or 0)
    contract = KINDS[kind].in_force(stored.period)
    assert home.record(stored, contract, verdict, None, table, [], [], None, at=at, causes=[Cause("撤回", "withdrawn")])


def counts(filer: str, received: int, handled: int, year: int = 2020) -> str:
    """What a carrier counts of complaints."""
    return f"企业,收到申诉,已办理,办理率,统计截止日期\n{NAMES[filer]},{received},{handled},,{year}-12-31\n"


def complaints(*rows: str) -> str:
    """A register of complaints: 编号,企业,类别,收到,受理,答复,办结,结果."""
    return "\n".join(["申诉编号,被申诉企业,申诉类别,收到日期,受理日期,答复日期,办结日期,处理结果", *rows]) + "\n"


REGISTER = complaints(
    "S-1,江西电信,收费争议,2020-03-01,2020-03-03,2020-03-05,2020-03-11,办结",
    "S-2,江西电信,收费争议,2020-03-01,2020-03-02,2020-03-02,2020-03-02,办结",
    "S-3,江西电信,网络质量,2020-04-01,2020-04-05,2020-04-09,2020-06-30,办结",
    "S-4,江西移动,其他,2020-05-01,,2020-05-04,,不予受理",
    "S-5,江西移动,其他,2020-12-01,2020-12-02,,,处理中",
)


def open_at(folder: Path, url: URL | None = None) -> Home:
    return open_home(folder) if url is None else Home.open(folder, bureau=BUREAU, title="示例", database_url=url)


def filings() -> Iterator[tuple[str, str, datetime, str, str]]:
    """Kind, text, arrival, filer and period: two years of counts by three carriers, the plan, a register, a correction
    and one that is returned.
    """
    yield "filer_list", FILERS, moment(1, month=1), BUREAU, "2020"
    yield "indicator_tree", TREE, moment(2, month=1), BUREAU, "2020"
    for filer, received, handled in (("CT", 2, 1), ("CM", 100, 90), ("CU", 4, 4)):
        yield "complaint_counts", counts(filer, received * 2, handled, 2019), moment(3, month=2), filer, "2019"
        yield "complaint_counts", counts(filer, received, handled), moment(4), filer, "2020"
    yield "complaint_counts", counts("CU", 8, 9), moment(5), "CU", "2020"
    yield "complaint_counts", counts("CU", 8, 8), moment(6), "CU", "2020"
    yield "user_complaints", REGISTER, moment(7), "SSC", "2020"


def fill(home: Home, until: datetime | None = None) -> None:
    """File what there is, all of it or what had come by then."""
    for kind, text, at, filer, period in filings():
        if until is None or at <= until:
            file(home, kind, text, at, filer=filer, period=period, owing=("SSC",) if filer == "SSC" else CARRIERS)
