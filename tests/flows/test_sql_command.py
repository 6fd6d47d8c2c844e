"""`jixiao sql`: asking, writing out, as of a day, and everything that it refuses; by the command line's own door."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from contracts.errors import JixiaoError, StorageError, UsageError
from flows.cli import _run
from tests.flows.conftest import EXAMPLES, Finished
from warehouse.analyst import FILE, rebuild
from warehouse.asking import open_copy
from warehouse.marts import discover_marts

Printed = pytest.CaptureFixture[str]
STATIONS = "SELECT as_of, value FROM mart.figures WHERE indicator = 'g5_opened' AND filer = 'JXCA' ORDER BY as_of"
ANSWER = [("2020-10-31", 28472), ("2020-11-30", 30729), ("2020-12-20", 32581), ("2020-12-31", 33544)]


@pytest.fixture
def home(jiangxi: Finished, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's home; the terminal is 100 columns wide."""
    monkeypatch.setenv("COLUMNS", "100")
    return jiangxi.home


@pytest.fixture
def own(jiangxi: Finished, tmp_path: Path) -> Path:
    """One that may be changed."""
    return Path(shutil.copytree(jiangxi.home, tmp_path / "var" / "jiangxi-2020"))


def sql(*words: str | Path) -> int:
    return _run(["sql", *map(str, words)])


def answered(printed: Printed, *words: str | Path) -> list[dict[str, str]]:
    """An answer as CSV."""
    assert sql(*words, "--format", "csv") == 0
    return list(csv.DictReader(io.StringIO(printed.readouterr().out)))


def refused(*words: str | Path) -> JixiaoError:
    with pytest.raises(UsageError) as caught:
        sql(*words)
    assert caught.value.exit_status == 2
    assert caught.value.zh != caught.value.en
    return caught.value


# --- asking


def test_an_answer_as_a_table(home: Path, capsys: Printed) -> None:
    assert sql(STATIONS, "--home", home) == 0
    out, err = capsys.readouterr()
    assert [line.split("│")[1:3] for line in out.splitlines() if line.startswith("│")] == [
        [f" {day} ", f" {value} "] for day, value in ANSWER
    ]
    assert out.endswith("4 行 / rows\n")
    assert err == ""


@pytest.mark.parametrize("name", ["home", "pack", "file", "only"])
def test_a_home_is_found(name: str, own: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_VAR", str(own.parent))
    place = {"home": [own], "pack": [EXAMPLES / "jiangxi-2020"], "file": [own / FILE], "only": []}[name]
    assert [row["value"] for row in answered(capsys, STATIONS, *place)] == [str(value) for _, value in ANSWER]


def test_which_home_has_to_be_said(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_VAR", str(own.parent))
    shutil.copytree(own, own.parent / "other")
    assert "jiangxi-2020" in refused(STATIONS).en


def test_a_query_may_come_from_standard_input(home: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(STATIONS + ";\n"))
    assert len(answered(capsys, "-", "--home", home)) == 4


def test_an_empty_answer_is_an_answer(home: Path, capsys: Printed) -> None:
    assert sql("SELECT * FROM mart.waivers WHERE false", "--home", home) == 0
    assert capsys.readouterr().out.endswith("0 行 / rows\n")
    assert sql("SELECT 1 AS one WHERE false", "--home", home, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_more_rows_than_are_shown(home: Path, capsys: Printed) -> None:
    assert sql("FROM range(250)", "--home", home) == 0
    out = capsys.readouterr().out
    assert out.endswith("250 行 / rows，显示前 100 行，--limit 0 显示全部 / the first 100 are shown\n")
    assert " 99 " in out
    assert " 100 │" not in out
    assert sql("FROM range(250)", "--home", home, "--limit", "0") == 0
    assert " 249 " in capsys.readouterr().out


def test_a_wide_cell_is_cut_and_a_wide_row_is_printed_apart(home: Path, capsys: Printed) -> None:
    assert sql("SELECT repeat('宽', 100) AS w, 1 AS n", "--home", home) == 0
    cut = next(line for line in capsys.readouterr().out.splitlines() if "宽" in line)
    assert "宽…" in cut
    assert cut.count("宽") == 29  # sixty columns of the terminal, the mark of the cut included


@pytest.mark.parametrize("query", ["DESCRIBE mart.figures", "SUMMARIZE mart.periods", "WITH a AS (SELECT 1) FROM a"])
def test_other_words_that_read(query: str, home: Path, capsys: Printed) -> None:
    assert answered(capsys, query, "--home", home)


def test_what_a_filer_wrote_does_not_act_on_the_terminal(home: Path, capsys: Printed) -> None:
    for shape in ("table", "csv", "json"):
        assert sql("SELECT chr(27) || '[31m' AS red", "--home", home, "--format", shape) == 0
        out = capsys.readouterr().out
        assert "\x1b[31m" not in out
        assert "[31m" in out


# --- what there is


def test_without_a_query_the_marts_and_their_columns(home: Path, capsys: Printed) -> None:
    assert sql("--home", home) == 0
    out = capsys.readouterr().out
    for mart in discover_marts():
        assert f"mart.{mart.name} {mart.title_zh} / {mart.title_en}" in out
        assert all(f"{zh} / {en}" in out for zh, en in mart.columns.values())


def test_a_folder_in_the_place_of_a_query(home: Path, capsys: Printed) -> None:
    assert sql(home, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told] == sorted(mart.name for mart in discover_marts())
    value = next(c for one in told if one["name"] == "figures" for c in one["columns"] if c["name"] == "value")
    assert value["type"] == "DECIMAL(38,10)"


def test_every_table(home: Path, capsys: Printed) -> None:
    assert sql("--tables", "--home", home) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("mart.figures", "register.user_complaints", "warehouse.figures"))


# --- as of


def test_a_mart_as_of_a_day(home: Path, capsys: Printed) -> None:
    then = answered(capsys, STATIONS, "--home", home, "--as-of", "2020-12-15")
    assert [row["as_of"] for row in then] == ["2020-10-31", "2020-11-30"]
    macro = STATIONS.replace("mart.figures", "mart.figures_as_of('2020-12-15')")
    assert answered(capsys, macro, "--home", home) == then
    assert answered(capsys, STATIONS, "--home", home, "--as-of", "2019-01-01") == []


def test_every_mart_can_be_asked_as_of_a_moment(home: Path) -> None:
    with open_copy(home / FILE, "2020-12-10T09:30:00+08:00") as then, open_copy(home / FILE) as now:
        for mart in discover_marts():
            asked = then.ask(f"FROM mart.{mart.name}")
            assert asked.columns == tuple(mart.columns)
            macro = now.ask(f"FROM mart.{mart.name}_as_of('2020-12-10T09:30')")
            assert list(asked.rows()) == list(macro.rows())
            assert asked.types == macro.types


def test_no_moment_is_told_as_everywhere(home: Path) -> None:
    assert "--as-of" in refused(STATIONS, "--home", home, "--as-of", "soon").zh


def test_as_of_a_day_there_are_no_registers(home: Path) -> None:
    error = refused("FROM register.user_complaints", "--home", home, "--as-of", "2020-12-15")
    assert "--as-of 时不可用" in error.zh
    assert "not there as of a day" in error.en


# --- files


def test_csv(home: Path, capsys: Printed, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    assert sql(STATIONS, "--home", home, "--out", out) == 0
    assert out.read_text(encoding="utf-8") == "as_of,value\n" + "".join(f"{d},{v}\n" for d, v in ANSWER)
    assert f"已写入 {out}，4 行 / written, 4 rows" in capsys.readouterr().out


TYPED = """
SELECT 12345678901234567.25 AS exact, 0.1::DECIMAL(38,10) AS tenth, 1.5::DOUBLE AS half, 7::BIGINT AS seven,
    DATE '2020-12-31' AS day, TIMESTAMP '2020-12-31 18:30:00' AS moment, true AS flag, NULL AS nothing,
    '=1+1' AS formula, 'https://example.org' AS link, '007' AS code, [1, 2] AS list"""


def test_xlsx_keeps_numbers_as_numbers_and_texts_as_texts(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    assert sql(TYPED, "--home", home, "--out", out) == 0
    sheet = openpyxl.load_workbook(out)["结果"]
    heads, row = list(sheet.iter_rows())
    found = {head.value: cell for head, cell in zip(heads, row, strict=True)}
    assert {name: cell.value for name, cell in found.items()} == {
        "exact": "12345678901234567.25",  # a spreadsheet would round it
        "tenth": 0.1,
        "half": 1.5,
        "seven": 7,
        "day": datetime(2020, 12, 31),
        "moment": datetime(2020, 12, 31, 18, 30),
        "flag": True,
        "nothing": None,
        "formula": "=1+1",
        "link": "https://example.org",
        "code": "007",
        "list": "[1, 2]",
    }
    assert found["formula"].data_type == "s"
    assert found["link"].hyperlink is None
    assert found["day"].number_format == "yyyy-mm-dd"


def test_the_same_answer_is_the_same_workbook(home: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert sql(STATIONS, "--home", home, "--out", tmp_path / name) == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_text_too_long_for_a_sheet_leaves_no_file(home: Path, tmp_path: Path) -> None:
    error = refused("SELECT repeat('x', 40000)", "--home", home, "--out", tmp_path / "a.xlsx")
    assert "32767" in error.zh
    assert list(tmp_path.iterdir()) == []


def test_parquet_keeps_every_type(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.parquet"
    assert sql(TYPED, "--home", home, "--out", out) == 0
    frame = pl.read_parquet(out)
    assert frame.row(0, named=True) | {"list": [1, 2]} == {
        "exact": Decimal("12345678901234567.25"),
        "tenth": Decimal("0.1"),
        "half": 1.5,
        "seven": 7,
        "day": date(2020, 12, 31),
        "moment": datetime(2020, 12, 31, 18, 30),
        "flag": True,
        "nothing": None,
        "formula": "=1+1",
        "link": "https://example.org",
        "code": "007",
        "list": [1, 2],
    }


def test_json_rounds_nothing(home: Path, capsys: Printed, tmp_path: Path) -> None:
    assert sql(TYPED, "--home", home, "--format", "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["exact"], row["tenth"], row["seven"], row["nothing"]) == ("12345678901234567.25", 0.1, 7, None)
    assert sql(TYPED, "--home", home, "--out", tmp_path / "a.json") == 0
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == [row]


def test_a_large_sum_stays_exact(home: Path, tmp_path: Path) -> None:
    query = "SELECT sum(v) AS total FROM (VALUES (9007199254740993::BIGINT), (9007199254740993)) t(v)"
    assert sql(query, "--home", home, "--out", tmp_path / "a.parquet") == 0
    assert pl.read_parquet(tmp_path / "a.parquet").item() == Decimal(18014398509481986)


def test_a_file_is_never_overwritten(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("mine", encoding="utf-8")
    assert "未覆盖" in refused(STATIONS, "--home", home, "--out", out).zh
    assert out.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "xlsx"), "--out"),
        (("--format", "parquet"), "--out"),
        (("--out", "a.txt"), "--format"),
        (("--out", "a.txt", "--format", "table"), "--format"),
    ],
)
def test_a_file_needs_a_name_and_a_format(words: tuple[str, ...], said: str, home: Path) -> None:
    assert said in refused(STATIONS, "--home", home, *words).zh


# --- what is refused


OUTSIDE = (
    "FROM read_csv('/etc/passwd')",
    "FROM read_text('/etc/passwd')",
    "FROM read_parquet('{registers}')",
    "FROM glob('/etc/*')",
    "FROM sniff_csv('/etc/passwd')",
    "FROM read_csv('https://example.org/a.csv')",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
)
WRITES = (
    "COPY (SELECT 1) TO '{out}'",
    "COPY mart.figures TO '{out}'",
    "EXPORT DATABASE '{out}'",
    "ATTACH '{out}' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA enable_profiling",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "INSERT INTO warehouse.home VALUES ('a', 'b')",
    "UPDATE warehouse.figures SET value = '1'",
    "DELETE FROM warehouse.figures",
    "DROP VIEW mart.figures",
    "CALL pragma_version()",
    "BEGIN",
    "CHECKPOINT",
    "USE mart",
    "DETACH analyst",
    "VACUUM",
    "PREPARE p AS SELECT 1",
)


@pytest.mark.parametrize("as_of", [(), ("--as-of", "2020-12-31")], ids=["now", "as of"])
@pytest.mark.parametrize("query", [*OUTSIDE, *WRITES])
def test_nothing_is_written_and_no_other_file_read(
    query: str, as_of: tuple[str, ...], home: Path, tmp_path: Path
) -> None:
    before = (home / FILE).read_bytes()
    registers = home / "registers" / "*" / "*.parquet"
    error = refused(query.format(out=tmp_path / "out", registers=registers), "--home", home, *as_of)
    told = "只查询，不执行" if query in WRITES else "不读写其他文件"
    assert told in error.zh
    assert list(tmp_path.iterdir()) == []
    assert (home / FILE).read_bytes() == before
    assert not (home / f"{FILE}.tmp").exists()


@pytest.mark.parametrize("query", ["SELECT 1; SELECT 2", "SELECT 1; DROP VIEW mart.figures"])
def test_one_query_at_a_time(query: str, home: Path) -> None:
    assert "一次只能查询一条语句，这里有 2 条" in refused(query, "--home", home).zh


@pytest.mark.parametrize("query", ["", "   ", "/* nothing */"])
def test_no_query_at_all(query: str, home: Path) -> None:
    assert refused(query, "--home", home).zh == "没有查询"


def test_variables_of_ours_are_no_tables(home: Path) -> None:
    frame = pl.DataFrame({"a": [1]})
    assert "没有“frame”" in refused("FROM frame", "--home", home).zh
    assert frame.height == 1


def test_with_a_write_inside(home: Path) -> None:
    refused("WITH gone AS (DELETE FROM warehouse.figures RETURNING key) FROM gone", "--home", home)


# --- mistakes


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        (
            "SELECT * FROM mart.figuers",
            "第 1 行第 15 个字符起）：没有“figuers”，相近的有：mart.figures",
            "from character 15",
        ),
        ("SELECT * FROM figures", "相近的有：mart.figures", "near to it: mart.figures"),
        ("SELECT filler FROM mart.figures", "没有“filler”，相近的有：filer", "there is no “filler”; near to it: filer"),
        ("SELECT 1\nFROM mart.figures\nWHERE filler = 1", "第 3 行第 7 个字符起", "line 3, from character 7"),
        ("SELEC 1", "第 1 行第 1 个字符起", 'syntax error at or near "SELEC"'),
        ("SELECT CAST('甲' AS INTEGER)", "SQL 有误", "Could not convert string"),
        ("SELECT $1", "SQL 有误", "parameters"),
    ],
)
def test_a_mistake_is_shown_where_it_is(query: str, zh: str, en: str, home: Path) -> None:
    error = refused(query, "--home", home)
    assert zh in error.zh
    assert en in error.en


def test_a_mistake_in_a_row_that_comes_late(home: Path) -> None:
    query = "SELECT CAST(CASE WHEN range = 900000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(1000000)"
    assert "Could not convert" in refused(query, "--home", home, "--format", "csv").en


# --- the copy itself


def test_an_older_copy_is_answered_from_and_said_to_be_older(own: Path, capsys: Printed) -> None:
    assert sql("SELECT 1", own) == 0
    assert capsys.readouterr().err == ""
    with closing(sqlite3.connect(own / "warehouse.db")) as connection, connection:
        connection.execute("DROP TRIGGER IF EXISTS ledger_kept")
        connection.execute(
            "INSERT INTO ledger (sequence, at, event, subject, content, previous_hash, hash) "
            "SELECT sequence + 1, at, event, subject, content, hash, 'x' FROM ledger ORDER BY sequence DESC LIMIT 1"
        )
    assert sql("SELECT 1", own) == 0
    err = capsys.readouterr().err
    assert "早于数据仓库" in err
    assert "older than the warehouse" in err
    rebuild(own)
    assert sql("SELECT 1", own) == 0
    assert capsys.readouterr().err == ""


def test_a_copy_that_was_carried_away(own: Path, tmp_path: Path, capsys: Printed) -> None:
    away = Path(shutil.copy(own / FILE, tmp_path / "副本 2020.duckdb"))
    shutil.rmtree(own)
    assert len(answered(capsys, STATIONS, away)) == 4
    assert len(answered(capsys, STATIONS, away, "--as-of", "2020-12-15")) == 2


def test_there_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    with pytest.raises(StorageError, match="jixiao run"):
        sql("SELECT 1", tmp_path)
    (tmp_path / FILE).write_bytes(b"no database")
    with pytest.raises(StorageError, match="无法打开"):
        sql("SELECT 1", tmp_path)


HOLDING = "import duckdb, sys; held = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()"


def test_asking_while_somebody_else_has_it_open(home: Path, capsys: Printed) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDING, home / FILE], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        assert len(answered(capsys, STATIONS, home)) == 4
        other.communicate("\n")
    assert other.returncode == 0
