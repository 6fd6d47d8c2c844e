"""What was known on a day is printed again as it was printed on that day, whatever has come since."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from contracts.errors import StorageError, UsageError
from contracts.kind import discover_kinds
from contracts.obligations import ZONE
from flows.batch import load_pack, run_plain
from flows.cli import _run
from flows.past import known
from flows.settings import Settings
from flows.stages import make_edition
from tests.flows import small_pack
from tests.flows.conftest import EXAMPLES
from tests.flows.falsifying import falsify
from tests.flows.home_contents import DATABASE, read_contents
from tests.flows.test_second_year import make_pack
from warehouse.home import Home
from warehouse.ledger import ABOUT_SUBMISSIONS
from warehouse.past import as_of
from warehouse.reports.publish import documents

JIANGXI = EXAMPLES / "jiangxi-2020"
DAYS = (datetime(2020, 11, 12, 20, tzinfo=ZONE), datetime(2020, 12, 11, 9, tzinfo=ZONE))
AFTER = datetime(2021, 1, 15, 9, tzinfo=ZONE)
# A November sheet of one carrier, corrected in January: two stations more in one prefecture.
CORRECTION = ("network_build/CT_2020-11_v9.xlsx", "network_build/CT_2020-11.xlsx", "B5=1316;B16=5054;C5=2390;C16=9187")


@dataclass(frozen=True)
class Remembering:
    """A home that was run on three days, and then for another year. Of each day what its run published and kept."""

    home: Path
    printed: Mapping[datetime, dict[str, bytes]]
    kept: Mapping[datetime, dict[str, list[str]]]


def named_rows(database: Path) -> dict[str, list[str]]:
    """Table → its rows as text, by the names of their columns: a migration adds a column at the end."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    return {name: sorted(str(sorted(dict(row).items())) for row in some) for name, some in rows.items()}


def printed(home: Path) -> dict[str, bytes]:
    """The published files that say what was known: all but the checks, and what the pack itself was held against."""
    folder = home / "published"
    files = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    told = (f for f in files if not f.startswith("checks/") and not f.endswith("/expected-report.csv"))
    return {name: (folder / name).read_bytes() for name in told}


def as_it_lay(folder: Path, day: datetime) -> Path:
    """The example's pack as it lay on a day: what had arrived by then, and nothing else."""
    shutil.copytree(JIANGXI, folder)
    path = folder / "arrivals.csv"
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    kept = [rows[0], *(row for row in rows[1:] if datetime.fromisoformat(row[1]) <= day)]
    assert 1 < len(kept) < len(rows)
    path.write_text("".join(",".join(row) + "\n" for row in kept), encoding="utf-8")
    for row in rows[1:]:
        if row not in kept:
            (folder / row[0]).unlink()
    return folder


def corrected(folder: Path) -> Path:
    """The whole pack, and a correction that came in January."""
    shutil.copytree(JIANGXI, folder)
    new, old, edits = CORRECTION
    (folder / "submissions" / new).write_bytes(falsify((folder / "submissions" / old).read_bytes(), edits))
    with (folder / "arrivals.csv").open("a", encoding="utf-8") as file:
        file.write(f"submissions/{new},2021-01-12T10:00:00+08:00,报送系统\n")
    return folder


def run(pack: Path, home: Path, day: datetime) -> None:
    run_plain(load_pack(pack, Settings()), home, Settings(), clock=lambda: day)


@pytest.fixture(scope="module")
def remembering(tmp_path_factory: pytest.TempPathFactory) -> Remembering:
    folder = tmp_path_factory.mktemp("remembering")
    home, said, kept = folder / "home", {}, {}
    packs = [as_it_lay(folder / str(number) / "jiangxi-2020", day) for number, day in enumerate(DAYS)]
    for day, pack in zip([*DAYS, AFTER], [*packs, corrected(folder / "last" / "jiangxi-2020")], strict=True):
        run(pack, home, day)
        said[day], kept[day] = printed(home), named_rows(home / DATABASE)
    run(make_pack(folder / "jiangxi-2021"), home, datetime(2022, 1, 20, 9, tzinfo=ZONE))
    return Remembering(home, said, kept)


def printed_again(folder: Path, day: datetime | None) -> dict[str, bytes]:
    with Home.look(folder) as home, known(home, 2020, discover_kinds(), day) as (then, pack):
        return dict(documents(then, make_edition(then, pack)))


@pytest.mark.parametrize("day", [*DAYS, AFTER])
def test_a_summary_as_of_a_day_is_the_one_of_that_day_byte_for_byte(remembering: Remembering, day: datetime) -> None:
    again = printed_again(remembering.home, day)
    before = remembering.printed[day]
    assert before.keys() == again.keys()
    assert {name for name, data in again.items() if before[name] != data} == set()


@pytest.mark.parametrize("day", [*DAYS, AFTER])
def test_every_table_is_what_it_was_on_that_day(remembering: Remembering, day: datetime) -> None:
    """But for what the run itself noted after it had printed, and what it said of deadlines that earlier runs said."""
    with Home.look(remembering.home) as home, as_of(home, day) as then:
        tables = named_rows(Path(str(then.engine.url.database)))
    before = remembering.kept[day]
    assert tables.keys() == before.keys()
    different = {name for name, rows in before.items() if rows != tables[name]}
    assert different <= {"runs", "ledger", "publications", "deadlines"}
    about = [row for row in before["ledger"] if any(f"('event', '{event}')" in row for event in ABOUT_SUBMISSIONS)]
    assert set(about) <= set(tables["ledger"])


def test_a_correction_in_january_leaves_december_as_it_was(remembering: Remembering) -> None:
    name, december = "g5_opened@CT.2020-11", datetime(2020, 12, 31, 20, tzinfo=ZONE)
    with Home.look(remembering.home) as home:
        now = {f.figure_id: f.value for f in home.figures(2020)}
        with as_of(home, december) as then:
            before = {f.figure_id: f.value for f in then.figures(2020)}
            assert then.find_figure(name)[-1].recorded_to is None
            assert not then.submissions(2021)
        assert home.find_figure(name)[-1].recorded_from == datetime(2021, 1, 12, 10, tzinfo=ZONE)
    moved = {name for name in now if now[name] != before.get(name)}
    assert name in moved
    assert moved <= {i for i in now if i.endswith(("@CT.2020-11", "@JXCA.2020-11"))}


def test_the_other_year_is_there_and_neither_is_in_the_other(remembering: Remembering) -> None:
    kinds = discover_kinds()
    with Home.look(remembering.home) as home, known(home, 2021, kinds, None) as (_, pack):
        assert (pack.settings.year, pack.name) == (2021, "jiangxi-2021")
        assert {a.period.year for a in pack.arrivals} == {2021}
    with Home.look(remembering.home) as home:
        assert home.years() == [2020, 2021]
        assert [r.year for r in home.runs()] == [2020, 2020, 2020, 2021]


def test_before_anything_was_known_there_is_nothing_to_print(remembering: Remembering) -> None:
    early = datetime(2020, 1, 1, tzinfo=ZONE)
    with (
        Home.look(remembering.home) as home,
        pytest.raises(UsageError, match="nothing was known of the year 2020"),
        known(home, 2020, discover_kinds(), early),
    ):
        pass
    with Home.look(remembering.home) as home, pytest.raises(StorageError, match="2019"), known(home, 2019, {}, None):
        pass


def test_printing_the_past_leaves_the_home_as_it_is(remembering: Remembering) -> None:
    before = read_contents(remembering.home)
    assert printed_again(remembering.home, DAYS[0])
    assert read_contents(remembering.home) == before


def test_the_command_prints_what_was_printed(
    remembering: Remembering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = f"{DAYS[1]:%Y-%m-%dT%H:%M:%S}"
    command = ["report", "annual", str(remembering.home), "--year", "2020", "--as-of", day, "--out", str(tmp_path)]
    assert _run([*command, "--format", "html,csv"]) == 0
    assert "2 个文件" in capsys.readouterr().out
    made = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert made.keys() == {"annual/2020/summary.html", "annual/2020/figures.csv"}
    assert all(remembering.printed[DAYS[1]][name] == data for name, data in made.items())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["annual", "{home}", "--as-of", "gestern"], "--as-of"),
        (["anual", "{home}"], "annual"),
        (["annual", "{home}", "--format", "pdf"], "pdf"),
        (["annual", "{home}", "--year", "1999"], "1999"),
        (["annual", "{none}"], "pack.toml"),
    ],
)
def test_what_cannot_be_printed_is_said(
    remembering: Remembering, tmp_path: Path, arguments: list[str], said: str
) -> None:
    filled = [a.format(home=remembering.home, none=tmp_path) for a in arguments]
    with pytest.raises(UsageError, match=said):
        _run(["report", *filled])


# --- what is maintained in place


def printed_then(home: Path, day: datetime) -> dict[str, bytes]:
    with Home.look(home) as opened, known(opened, 2020, discover_kinds(), day) as (then, pack):
        return dict(documents(then, make_edition(then, pack)))


def test_a_line_of_the_arrivals_that_was_put_right_stops_no_report(tmp_path: Path) -> None:
    """The same file at another moment is another arrival, and the reports know it by the line that is there now."""
    pack, home = small_pack.write_pack(tmp_path / "pack"), tmp_path / "home"
    run(pack, home, datetime(2020, 12, 15, 9, tzinfo=ZONE))
    path = pack / "arrivals.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2020-12-09T11:00:00", "2020-12-09T11:30:00"), encoding="utf-8")
    later = datetime(2020, 12, 16, 9, tzinfo=ZONE)
    run(pack, home, later)
    assert printed_then(home, later) == printed(home)


def test_a_title_and_a_list_are_those_of_the_day(tmp_path: Path) -> None:
    """Also where nothing has arrived since the title was changed, and where a list has gone."""
    pack, home = small_pack.write_pack(tmp_path / "pack"), tmp_path / "home"
    days = [datetime(2020, 12, number, 9, tzinfo=ZONE) for number in (15, 16, 17)]
    heads = "filer,kind,period,until,approver,reason,granted_on"
    line = "CM,network_build,2020-11,2020-12-18,示例局长,计费系统割接,2020-12-09"
    (pack / "extensions.csv").write_text(f"{heads}\n{line}\n", encoding="utf-8")
    said = []
    for day in days:
        run(pack, home, day)
        said.append(printed(home))
        if day == days[0]:
            settings = (pack / "pack.toml").read_text(encoding="utf-8")
            (pack / "pack.toml").write_text(settings.replace("小局2020", "新名2020"), encoding="utf-8")
        else:
            (pack / "extensions.csv").unlink(missing_ok=True)
    assert "新名2020" in said[1]["annual/2020/summary.md"].decode()
    assert "新名2020" not in said[0]["annual/2020/summary.md"].decode()
    with Home.look(home) as opened, known(opened, 2020, discover_kinds(), days[1]) as (_, then):
        assert then.rows("extensions.csv").height == 1
    with Home.look(home) as opened, known(opened, 2020, discover_kinds(), days[2]) as (_, then):
        assert then.rows("extensions.csv").height == 0
    assert [printed_then(home, day) for day in days] == said
