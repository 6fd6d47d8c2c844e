"""The example packs as files: made the same every time, listed completely, and holding what the source states.

Reads them with openpyxl and csv, not with our own reader, so that a mistake there cannot hide one here.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

PACKS = ("jiangxi-2020", "published-bulletins", "hunan-2019")
MADE = ("jiangxi-2020", "hunan-2019")  # by a script
NOTICE = "示例数据（据公开总结重构）"
AREAS = 11
# Every fact of the source that has a number: part of the document → its numbered facts.
FACTS = {
    "B": (1, 2, 3, 4, 5), "C": (1, 2, 3, 4), "001": (1, 2, 3, 5), "002": (2,), "003": (1, 2, 3, 4, 5), "004": (1,),
    "005": (1, 2, 3, 4, 5, 6), "007": (2,), "008": (1, 2, 3), "016": (3,), "017": (2, 3, 4), "018": (3, 4),
    "019": (4,), "020": (1,), "021": (1, 2), "022": (1, 2, 3, 4, 5), "023": (2, 3), "024": (2,), "025": (4,),
    "026": (2,), "027": (2,), "035": (1,),
}  # fmt: skip


class Made(NamedTuple):
    """A pack, what its generator wrote just now, and the generator."""

    pack: Path
    folder: Path
    script: Path


@pytest.fixture(scope="module")
def jiangxi(root: Path) -> Path:
    return root / "examples" / "jiangxi-2020"


@pytest.fixture(scope="module", params=MADE)
def made(root: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What a pack's generator writes, run as a script into an empty folder."""
    folder = tmp_path_factory.mktemp("pack")
    script = root / "tests" / "examples" / f"make_{request.param.replace('-', '_')}.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True)
    return Made(root / "examples" / request.param, folder, script)


def read_list(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_rows(path: Path) -> list[list[Any]]:
    """The cells of a form, as the library gives them."""
    if path.suffix == ".csv":
        data = path.read_bytes()
        encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "gb18030"
        return list(csv.reader(io.StringIO(data.decode(encoding))))
    (sheet,) = openpyxl.load_workbook(path).worksheets
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def members(path: Path) -> dict[str, bytes]:
    """A workbook's parts; how hard they are packed depends on the machine's zlib and is not compared."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def filed(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in (folder / "submissions").rglob("*") if path.is_file()}


def prefectures(rows: list[list[Any]]) -> list[list[Any]]:
    """The data rows of a network form: 南昌市 and its like, not the heading 设区市."""
    found = [row for row in rows if str(row[0]).endswith("市") and row[0] != "设区市"]
    assert len({row[0] for row in found}) == len(found) == AREAS
    return found


def network(jiangxi: Path, period: str) -> dict[str, list[list[int]]]:
    """By carrier: built, opened, shared, then the seven counts behind the partner's name, of every prefecture."""
    tables = {}
    for carrier, suffix in (("CT", "xlsx"), ("CM", "xlsx"), ("CU", "csv")):
        rows = read_rows(jiangxi / "submissions" / "network_build" / f"{carrier}_{period}.{suffix}")
        tables[carrier] = [[int(value) for value in (*row[1:4], *row[5:12])] for row in prefectures(rows)]
    return tables


def column(tables: dict[str, list[list[int]]], at: int) -> int:
    return sum(row[at] for rows in tables.values() for row in rows)


def test_generator_reproduces_committed_files(made: Made) -> None:
    kept, again = filed(made.pack), filed(made.folder)
    assert kept.keys() == again.keys()
    for name, path in kept.items():
        if zipfile.is_zipfile(path):
            assert members(path) == members(again[name]), name
        else:
            assert path.read_bytes() == again[name].read_bytes(), name


def test_generator_writes_same_bytes_twice(made: Made) -> None:
    before = {name: path.read_bytes() for name, path in filed(made.folder).items()}
    subprocess.run([sys.executable, str(made.script), str(made.folder)], check=True)
    assert before == {name: path.read_bytes() for name, path in filed(made.folder).items()}


def test_every_form_of_hunan_says_that_it_is_made_up(root: Path) -> None:
    notice = "示例数据（内容为示意，非任何企业实际报送）"
    for name, path in filed(root / "examples" / "hunan-2019").items():
        data = path.read_bytes()
        if zipfile.is_zipfile(path):
            data = b"".join(members(path).values())
        encoding = "gb18030" if path.suffix == ".csv" and not data.startswith(b"\xef\xbb\xbf") else "utf-8"
        assert notice.encode(encoding) in data, name


@pytest.mark.parametrize("pack", PACKS)
def test_arrivals_list_every_file_once_and_in_order(root: Path, pack: str) -> None:
    folder = root / "examples" / pack
    meta = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))
    arrivals = read_list(folder / "arrivals.csv")
    assert sorted(row["file"] for row in arrivals) == sorted(filed(folder))
    times = [datetime.fromisoformat(row["received_at"]) for row in arrivals]
    assert times == sorted(times)
    assert all(time.utcoffset() == timedelta(hours=8) for time in times)
    assert datetime.fromisoformat(meta["issued_at"]) < times[0]
    assert times[-1] < datetime.fromisoformat(meta["publish_at"])


@pytest.mark.parametrize("pack", PACKS)
def test_paths_name_known_filers(root: Path, pack: str) -> None:
    folder = root / "examples" / pack
    codes = {row["code"] for row in read_list(folder / "filers.csv")}
    for name in filed(folder):
        found = re.fullmatch(
            r"submissions/[a-z_]+/([A-Za-z0-9-]+)_\d{4}(?:(?:-\d{2}){1,2}|Q[1-4]|H[12])?(?:_\w+)?"
            r"\.(?:xlsx|csv|docx|ods)",
            name,
        )
        assert found, name
        assert found[1] in codes, name
    assert {row["filer"] for row in read_list(folder / "obligations.csv")} <= codes | {"*"}


def test_every_workbook_carries_the_notice(jiangxi: Path) -> None:
    workbooks = [path for path in filed(jiangxi).values() if path.suffix == ".xlsx"]
    assert workbooks
    for path in workbooks:
        assert NOTICE in [cell for row in read_rows(path)[:2] for cell in row], path.name


def test_indicator_tree_has_the_stated_shape(jiangxi: Path) -> None:
    tree = read_list(jiangxi / "indicators.csv")
    levels = {level: [row for row in tree if row["level"] == level] for level in ("1", "2", "3", "node")}
    assert {level: len(rows) for level, rows in levels.items()} == {"1": 14, "2": 23, "3": 37, "node": 46}
    assert sorted(int(row["code"]) for row in levels["3"]) == list(range(1, 38))
    departments = {
        row["parent"]: {n["department"] for n in levels["node"] if n["parent"] == row["parent"]}
        for row in levels["node"]
    }
    assert all(len(names) == 1 for names in departments.values())
    assert len(set.union(*departments.values())) == 5


def test_expected_covers_every_numeric_fact(jiangxi: Path) -> None:
    expected = read_list(jiangxi / "expected.csv")
    assert [row["fact_id"] for row in expected] == [f"JX2020-{part}-{n}" for part, ns in FACTS.items() for n in ns]
    codes = {row["code"] for row in read_list(jiangxi / "filers.csv")}
    for row in expected:
        assert row["filer"] in codes
        assert row["comparator"] in ("=", ">", ">=", "<", "<=", "~")
        assert Decimal(row["value"]).is_finite()
        assert (row["computed"], bool(row["reason"])) in (("yes", False), ("no", True)), row["fact_id"]
    figures = {(r["indicator"], r["filer"], r["period"], r["as_of"]): (r["value"], r["unit"]) for r in expected}
    assert all(
        figures[r["indicator"], r["filer"], r["period"], r["as_of"]] == (r["value"], r["unit"]) for r in expected
    )


def facts(jiangxi: Path) -> Iterator[tuple[str, Decimal]]:
    """Facts recomputed from the cells of the files."""
    november, december, year = (network(jiangxi, p) for p in ("2020-11", "2020-12", "2020"))
    yield "003-1", Decimal(column(november, 0))
    yield "003-2", Decimal(column(november, 1))
    yield from ((f"003-{n}", Decimal(sum(r[1] for r in november[c]))) for n, c in ((3, "CT"), (4, "CM"), (5, "CU")))
    yield "005-1", Decimal(column(december, 8))
    yield "005-2", Decimal(column(december, 5))
    yield "005-3", Decimal(column(december, 6))
    yield "005-4", Decimal(column(december, 9))
    yield "008-1", Decimal(column(year, 1))
    yield "008-2", Decimal(column(year, 3))
    yield "008-3", Decimal(column(year, 8))
    register = read_rows(jiangxi / "submissions" / "user_complaints" / "SSC_2020.csv")[1:]
    done = [row for row in register if row[7] in ("办结", "不予受理")]
    yield "021-1", Decimal(len({row[0] for row in register}))
    yield "021-2", Decimal(100 * len(done)) / len(register)
    calls = {row[0]: row for row in read_rows(jiangxi / "submissions" / "nuisance_calls" / "GLC_2020.xlsx")}
    yield "020-1", Decimal(100 * calls["合计"][2]) / calls["合计"][1]
    (sites,) = (r for r in read_rows(jiangxi / "submissions/website_filing/GLC_2020-11.xlsx") if r[0] == "99%以上")
    yield "022-2", Decimal(sites[2])
    yield "022-3", Decimal(sites[3])
    yield "022-4", Decimal(100 * sites[2]) / sites[1]
    nodes = {row[1]: row for path in sorted((jiangxi / "submissions/work_nodes").iterdir()) for row in read_rows(path)}
    for fact, node in (("002-2", "2-1"), ("017-2", "17-1"), ("024-2", "24-2"), ("025-4", "25-2")):
        yield fact, Decimal(len(nodes[node][10].split("、")))
    for fact, node in (("007-2", "7-1"), ("018-4", "18-1")):
        first, last = nodes[node][12].split("-")
        yield fact, Decimal(int(last) - int(first) + 1)


def test_cells_yield_the_expected_facts(jiangxi: Path) -> None:
    expected = {
        row["fact_id"].removeprefix("JX2020-"): Decimal(row["value"]) for row in read_list(jiangxi / "expected.csv")
    }
    found = dict(facts(jiangxi))
    assert found == {fact: expected[fact] for fact in found}


def test_counts_never_fall_and_sharers_agree(jiangxi: Path) -> None:
    before = None
    for period in ("2020-10", "2020-11", "2020-12", "2020"):
        tables = network(jiangxi, period)
        for telecom, unicom in zip(tables["CT"], tables["CU"], strict=True):
            assert telecom[1] == unicom[1] == telecom[0] + unicom[0]
            assert (telecom[2], unicom[2]) == (unicom[0], telecom[0])
        if before:
            for carrier, rows in tables.items():
                for now, then in zip(rows, before[carrier], strict=True):
                    assert all(now[at] >= then[at] for at in (0, 1, 4, 9))
        before = tables


def test_one_total_is_wrong_and_only_in_the_returned_file(jiangxi: Path) -> None:
    wrong = []
    for path in sorted((jiangxi / "submissions" / "network_build").iterdir()):
        rows = read_rows(path)
        (total,) = (row for row in rows if row[0] == "合计")
        areas = prefectures(rows)
        for at in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11):
            if sum(int(row[at]) for row in areas) != int(total[at]):
                wrong.append((path.name, at, int(total[at])))
    assert wrong == [("CM_2020-11.xlsx", 2, 12395)]


def test_register_dates_run_in_order_within_the_year(jiangxi: Path) -> None:
    register = read_rows(jiangxi / "submissions" / "user_complaints" / "SSC_2020.csv")[1:]
    for row in register:
        dates = [day for day in row[3:7] if day]
        assert dates == sorted(dates)
        assert "2020-01-01" <= dates[0] <= dates[-1] <= "2020-12-30"
    assert {row[7] for row in register} == {"办结", "不予受理"}


def test_claim_of_the_office_exceeds_what_the_nodes_say(jiangxi: Path) -> None:
    nodes = [row for path in sorted((jiangxi / "submissions/work_nodes").iterdir()) for row in read_rows(path)]
    states = [row[3] for row in nodes if re.fullmatch(r"\d+-\d", str(row[1]))]
    done = [state for state in states if state in ("已完成", "提前完成")]
    claims = {row[1]: row[3] for row in read_rows(jiangxi / "submissions/indicator_figures/BGS_2020.xlsx")}
    assert (len(states), len(done), states.count("跨年推进")) == (46, 45, 1)
    assert claims["nodes_done"] == f"{len(states)}个"


def test_published_tables_are_the_same_in_both_formats(root: Path) -> None:
    folder = root / "examples" / "published-bulletins" / "submissions" / "monthly_bulletin"
    book, text = read_rows(folder / "GZ_2024-07.xlsx")[1:], read_rows(folder / "GZ_2024-07.csv")
    assert len(book) == len(text) == 15
    for cells, texts in zip(book[1:], text[1:], strict=True):
        assert cells[:2] == texts[:2]
        for cell, written in zip(cells[2:], texts[2:], strict=True):
            assert cell == written or Decimal(str(cell)) == Decimal(written)
