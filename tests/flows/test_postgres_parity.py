"""One script of events, SQLite and PostgreSQL: the same ledger, the same marts, the same bytes published.

The script goes through all that moves a warehouse; each of its chapters is a run, and after each of them both homes
are compared as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from contracts.finding import Outcome
from contracts.obligations import ZONE
from flows.batch import load_pack, run_plain
from flows.settings import Settings
from tests.flows import small_pack
from tests.flows.conftest import EXAMPLES
from tests.flows.home_contents import ANALYST, read_analyst
from tests.flows.small_pack import write_lines
from tests.postgres import Cluster
from tests.postgres_contents import differences, read_marts, read_tables, read_views
from warehouse.home import Home
from warehouse.place import ELSEWHERE

REGISTER = "submissions/user_complaints/SSC_2020.csv"
COMPLAINTS = (
    "申诉编号,被申诉企业,申诉类别,收到日期,受理日期,答复日期,办结日期,处理结果",
    "S1,小电信,用户服务,2020-01-01,2020-01-06,2020-01-18,2020-01-18,办结",
    "S2,小移动,收费争议,2020-01-01,2020-01-04,2020-01-17,2020-01-22,办结",
    "S2,小移动,网络质量,2020-01-01,2020-01-05,2020-01-20,2020-01-23,办结",
)
EXPLAINED = (
    "rule,filer,kind,period,field,about,value,band_pct,text,by,given_on",
    "WF-06,GLC,website_filing,2020-10,handled,,50021,,历史存量网站主体已注销，逐批核减,甲,2021-01-05",
)
NEXT_YEAR = "submissions/website_filing/GLC_2021-01.csv"
FIRST = datetime(2021, 1, 2, 8, tzinfo=ZONE)
pytestmark = pytest.mark.timeout(600)  # every chapter is a run into both


@dataclass(frozen=True)
class Both:
    """The homes, and where each has its database."""

    sqlite: Path
    postgres: Path
    url: URL

    def run(self, pack: Path, at: datetime) -> None:
        """The pack into both, at the same moment."""
        for folder, told in ((self.sqlite, ""), (self.postgres, self.url.render_as_string(hide_password=False))):
            settings = Settings.model_validate({"database_url": told})
            run_plain(load_pack(pack, settings), folder, settings, clock=lambda: at)

    def look(self) -> tuple[Home, Home]:
        return Home.look(self.sqlite), Home.look(self.postgres, database_url=self.url)


def first_year(folder: Path, both: Both) -> None:
    """First filings, one late, one in part, one returned and filed again, some judged again, one withdrawn for that."""
    small_pack.write_pack(folder, upsetting=True)
    for name, line in (
        ("filers.csv", "SSC,申诉中心,小省电信用户申诉处理中心,complaint_centre"),
        ("obligations.csv", "SSC,user_complaints,yearly,12-31,none,,,测试约定"),
        ("arrivals.csv", f"{REGISTER},2020-12-23T10:00:00+08:00,报送系统"),
    ):
        (folder / name).write_text((folder / name).read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    write_lines(folder / REGISTER, COMPLAINTS)
    both.run(folder, FIRST)


def late_list(folder: Path, both: Both) -> None:
    """An explanation that comes in January; and the list of filers calls somebody by another name."""
    write_lines(folder / "explanations.csv", EXPLAINED)
    filers = (folder / "filers.csv").read_text(encoding="utf-8").replace("小省移动公司", "小省移动有限公司")
    (folder / "filers.csv").write_text(filers, encoding="utf-8")
    both.run(folder, FIRST.replace(day=6))


def second_year(folder: Path, both: Both) -> None:
    year = folder.parent / "next-year"
    year.mkdir()
    (year / "pack.toml").write_text(small_pack.PACK.replace("2020", "2021"), encoding="utf-8")
    (year / "filers.csv").write_bytes((folder / "filers.csv").read_bytes())
    duty = "GLC,website_filing,monthly,+10d,none,2021-01,2021-01,测试约定"
    write_lines(year / "obligations.csv", [small_pack.OBLIGATIONS.partition("\n")[0], duty])
    write_lines(year / NEXT_YEAR, [small_pack.FILING, "99.5%以上,53003,52999,119,每周1次,2021-01-31"])
    write_lines(year / "arrivals.csv", ["file,received_at,channel", f"{NEXT_YEAR},2021-02-05T10:00:00+08:00,报送系统"])
    both.run(year, datetime(2021, 12, 31, 20, tzinfo=ZONE))


CHAPTERS: tuple[Callable[[Path, Both], None], ...] = (first_year, late_list, second_year)


@pytest.fixture(scope="module")
def both(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("parity")
    with cluster.fresh() as url:
        yield Both(folder / "sqlite", folder / "postgres", url)


def files(home: Path) -> dict[str, str]:
    """Everything but the databases: path → SHA-256."""
    found = {p.relative_to(home).as_posix(): p for p in home.rglob("*") if p.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in found.items()
        if name not in (ANALYST, ELSEWHERE) and not name.startswith("warehouse.db")
    }


def assert_equal(both: Both) -> None:
    one, other = both.look()
    with one, other:
        assert differences(read_tables(one), read_tables(other)) == []
        assert differences(read_marts(one), read_marts(other)) == []
        assert differences(read_views(one), read_views(other)) == []
        assert one.verify_chain() == other.verify_chain() == []
        assert [f.figure_id for f in one.figures()] == [f.figure_id for f in other.figures()]
    assert differences(files(both.sqlite), files(both.postgres)) == []
    assert differences(read_analyst(both.sqlite), read_analyst(both.postgres)) == []


def test_both_are_equal_after_every_chapter(both: Both, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("script") / "pack"
    for chapter in CHAPTERS:
        chapter(folder, both)
        assert_equal(both)


def test_the_script_has_what_it_says(both: Both) -> None:
    _, home = both.look()
    with home:
        stored = {s.file: s for s in home.submissions()}
        events = {
            "in part": stored[REGISTER].outcome is Outcome.PARTIAL,
            "returned": stored[small_pack.RETURNED].outcome is Outcome.RETURNED,
            "filed again": stored[small_pack.RETURNED.replace(".csv", "_v2.csv")].stands,
            "withdrawn": stored[small_pack.WITHDRAWN].outcome is Outcome.RETURNED,
            "stands again": stored[small_pack.STANDS_AGAIN].stands,
            "late": home.lateness().days(stored[small_pack.LATE]) is not None,
            "judged again": {j.number for j in home.judgments()} > {1},
            "second year": stored[NEXT_YEAR].stands,
            "late list": len([s for s in home.submissions() if s.file == "filers.csv"]) > 2,
            "explained": any(f.explained_by for s in home.submissions() for f in home.findings(s.id)),
        }
        assert [name for name, so in events.items() if not so] == []
        empty = {name for name, rows in read_marts(home).items() if not rows}
        assert empty & {"deadline_record", "figures", "finding_log", "judgment_log", "submission_log"} == set()


def test_a_difference_would_be_seen(both: Both) -> None:
    one, other = both.look()
    with one, other:
        tables = read_tables(one)
        changed = tables | {"figures": [*tables["figures"][1:], tuple(reversed(tables["figures"][0]))]}
        assert differences(changed, read_tables(other)) == ["figures"]


def test_the_example_is_the_same_on_both(cluster: Cluster, tmp_path: Path) -> None:
    with ExitStack() as stack:
        both = Both(tmp_path / "sqlite", tmp_path / "postgres", stack.enter_context(cluster.fresh()))
        both.run(EXAMPLES / "jiangxi-2020", FIRST)
        assert_equal(both)
        assert (both.postgres / "published" / "annual" / "2020" / "summary.html").is_file()
