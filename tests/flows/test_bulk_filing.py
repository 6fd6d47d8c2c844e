"""A typed register in Parquet judged where it lies: the same answers as cell by cell, and rows that read the same."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from contracts.comparing import Comparison, compare
from contracts.context import Reference
from contracts.errors import ContractError, StorageError
from contracts.explanations import Explanation
from contracts.field import Field, Meaning, Type
from contracts.figure import Figure
from contracts.finding import Finding, Outcome, Severity, Verdict
from contracts.kind import Kind, define_kind, discover_kinds
from contracts.measure import Context, Measure, Method
from contracts.obligations import ZONE
from contracts.period import Period
from contracts.register_comparing import compare_register
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once
from contracts.schema import build_schema
from flows.batch import BatchResult, load_pack, run_plain
from flows.bulk_filing import LEAST, BulkFile, gate, judge_bulk, open_bulk
from flows.cli import app
from flows.filing import judge_filed, tabulate
from flows.reader import Reader
from flows.settings import Settings
from tests.flows.bulk_pack import REGISTER, make_repairs, write_bulk_pack
from transforms.figures import MOST_SPANS, unfold
from transforms.parting import part
from transforms.register_figures import _Spans, unfold_register
from warehouse.erasure import candidates, erase
from warehouse.home import Home
from warehouse.recounting import Tally
from warehouse.registers import Registers
from warehouse.stored import StoredSubmission
from warehouse.tallies import TALLIES
from warehouse.verification import verify

PERIOD = Period.parse("2020")
FIELDS = (
    Field("number", "编号", "number"),
    Field("area", "地区", "area", Type.CHOICE, choices=("东市", "西市", "南市")),
    Field("fee", "金额", "fee", Type.DECIMAL, unit="元"),
    Field("times", "次数", "times", Type.COUNT),
    Field("change", "变动", "change", Type.COUNT, signed=True, required=False),
    Field("begun_on", "开始日期", "begun", Type.DAY),
    Field("ended_on", "结束日期", "ended", Type.DAY, required=False),
    Field("note", "备注", "note", required=False),
    Field("extra", "附加", "extra", required=False, optional_column=True),
)
NAMES = {field.name: field for field in FIELDS}


def _rule(number: int, holds: pl.Expr, fields: tuple[str, ...], **more: Any) -> Rule:
    words = {"severity": Severity.MUST, "scope": Scope.ROW} | more
    return Rule(
        id=f"BR-{number:02}", title_zh="测试", title_en="a rule of the test", holds=holds, fields=fields,
        expected="另一个值", message_zh="{rows} 不对", message_en="{rows} wrong", basis="测试", **words,
    )  # fmt: skip


RULES = (
    stands_once("BR-01", NAMES["number"], basis="测试"),
    _rule(2, pl.col("begun_on") <= pl.col("ended_on"), ("ended_on", "begun_on"),
          when=pl.col("ended_on__text").is_not_null()),
    _rule(3, pl.col("fee").is_between(0, 1000), ("fee",), severity=Severity.EXPLAIN),
    _rule(4, pl.col("times").sum() < 10**9, ("times",), scope=Scope.FRAME),
    _rule(5, pl.col("partner_name").is_not_null(), ("area",), severity=Severity.EXPLAIN,
          when=pl.col("partner_given")),
    _rule(6, pl.col("change") > -50, ("change",), severity=Severity.WAIVABLE),
    _rule(7, pl.len().over("note") < 4, ("note",), scope=Scope.GROUP, group=("note",), severity=Severity.NOTE,
          when=pl.col("note").is_not_null()),
)  # fmt: skip
LATE = pl.col("ended_on") > pl.date(2020, 6, 1)
MEASURES = (
    Measure("br_all", "全部", "all", "件", Method.COUNT, pl.len(), cells=("number",)),
    Measure("br_late", "迟", "late", "件", Method.COUNT, pl.len(), cells=("ended_on",), where=LATE),
    Measure("br_never", "从不", "never", "件", Method.COUNT, pl.len(), cells=("area",), where=pl.col("times") > 10**6,
            as_of=pl.col("ended_on").max()),
    Measure("br_fee", "金额", "fee", "元", Method.SUM, pl.col("fee").sum(), cells=("fee",),
            as_of=pl.col("ended_on").max()),
    Measure("br_by/{each}", "{each}的次数", "by area", "次", Method.SUM, pl.col("times").sum(), cells=("times", "area"),
            each="area"),
    Measure("br_west", "西市", "west", "件", Method.COUNT, pl.len(), cells=("area",), where=pl.col("area") == "西市"),
    Measure("br_rate", "迟的比率", "rate", "%", Method.RATIO, of=("br_late", "br_all")),
)  # fmt: skip
KIND = define_kind(
    code="bulk_register", prefix="BR", title_zh="批量登记", title_en="register", purpose_zh="测试",
    filers=("basic_carrier",), cadence="yearly", fields=FIELDS, rules=RULES, measures=MEASURES, rows_stand_alone=True,
    contexts=(Context("filer_list", ((pl.col("area"), "name"),), ("name",), "partner_", "名录", "list"),),
)  # fmt: skip
LISTED = Reference(
    pl.DataFrame({"_row": [2, 3], "name": ["东市", "西市"]}, schema={"_row": pl.Int64, "name": pl.String}),
    {"name": "A"}, "", "filers.csv",
)  # fmt: skip
EXPLANATION = Explanation("BR-03", "CT", KIND.code, PERIOD, "fee", "N7", "2000", "一次性", "某人", date(2021, 1, 5))
Frame = pl.DataFrame
Corruption = Callable[[Frame, random.Random], Frame]


def clean(rows: int, seed: int) -> Frame:
    draw = random.Random(seed)
    begun = [date(2020, 1, 1) + timedelta(days=draw.randrange(300)) for _ in range(rows)]
    return pl.DataFrame(
        {
            "编号": [f"N{n}" for n in range(rows)],
            "地区": [draw.choice(("东市", "西市", "南市")) for _ in range(rows)],
            "金额": [Decimal(draw.randrange(100_000)) / 100 for _ in range(rows)],
            "次数": [draw.randrange(9) for _ in range(rows)],
            "变动": [draw.choice((None, draw.randrange(-20, 20))) for _ in range(rows)],
            "开始日期": begun,
            "结束日期": [draw.choice((None, day + timedelta(days=draw.randrange(40)))) for day in begun],
            "备注": [draw.choice((None, f"备注{n}")) for n in range(rows)],
        },
        schema_overrides={"金额": pl.Decimal(18, 2), "次数": pl.UInt32, "变动": pl.Int32},
    )


def _at(name: str, value: object, share: float = 0.1) -> Corruption:
    def spoil(frame: Frame, draw: random.Random) -> Frame:
        hit = pl.Series([draw.random() < share for _ in range(frame.height)])
        return frame.with_columns(pl.when(hit).then(pl.lit(value).cast(frame.schema[name])).otherwise(name).alias(name))

    return spoil


CORRUPTIONS: dict[str, Corruption] = {
    "nothing": lambda frame, _: frame,
    "no number": _at("编号", None),
    "blanks for a number": _at("编号", "  "),
    "blanks around": lambda frame, _: frame.with_columns((pl.lit(" ") + pl.col("编号") + pl.lit("　")).alias("编号")),
    "one number": _at("编号", "N3", 0.2),
    "another area": _at("地区", "北市"),
    "no fee": _at("金额", None),
    "a large fee": _at("金额", Decimal(2000), 0.2),
    "ends before it begins": lambda f, _: f.with_columns(pl.col("结束日期") - pl.duration(days=30)),
    "no day": _at("开始日期", None),
    "a fall": _at("变动", -60),
    "the same note": _at("备注", "同一备注", 0.3),
    "negative": lambda f, d: _at("次数", -1)(f.with_columns(pl.col("次数").cast(pl.Int64)), d),
    "too many": lambda f, d: _at("次数", 10**9, 0.02)(f.with_columns(pl.col("次数").cast(pl.Int64)), d),
    "all wrong": _at("地区", "北市", 1.0),
    "whole fee": lambda f, _: f.with_columns(pl.col("金额").cast(pl.Int64)),
    "another order": lambda f, _: f.select(reversed(f.columns)),
    "by the field's name": lambda f, _: f.rename({"地区": "地区*", "编号": "编号 "}),
}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


def bulk(
    reader: Reader, folder: Path, frame: Frame, kind: Kind = KIND, name: str = "CT_2020.parquet"
) -> BulkFile | None:
    path = folder / "file"
    frame.write_parquet(path, row_group_size=max(frame.height // 3, 1))
    return open_bulk(reader, path, name, kind, 2020, least=1)


ASKED: dict[str, Any] = {
    "period": PERIOD, "filer": "CT", "filer_class": "basic_carrier", "references": {"filer_list": LISTED},
    "explanations": (EXPLANATION,),
}  # fmt: skip
Answer = tuple[Verdict, Frame | None, list[Figure], tuple[Comparison, ...]]


def by_cells(reader: Reader, folder: Path, kind: Kind, name: str) -> Answer:
    filed = tabulate(reader.read(folder / "file", name), name, kind, 2020)
    judgment = judge_filed(filed, **ASKED)
    accepted, _ = part(judgment.frame, judgment.quarantined)
    taken = judgment.verdict.outcome is not Outcome.RETURNED
    assert filed.table is not None
    figures = unfold(kind, accepted, filed.table, filer="CT", period=PERIOD) if taken else []
    compared = compare(kind, judgment.frame, accepted if taken else None, judgment.verdict.counts, {})
    return judgment.verdict, accepted.select(filed.frame.columns) if taken else None, figures, compared


def in_bulk(file: BulkFile, kind: Kind) -> Answer:
    judged = judge_bulk(file, **ASKED)
    taken = judged.verdict.outcome is not Outcome.RETURNED
    accepted = judged.accepted if taken else None
    figures = [] if accepted is None else unfold_register(kind, accepted, file.table, filer="CT", period=PERIOD)
    compared = compare_register(kind, judged.wide, accepted, judged.verdict.counts, {})
    rows = None if accepted is None else accepted.select(file.filed.frame.columns).collect()
    return judged.verdict, rows, figures, compared


@pytest.mark.parametrize("rows", [60])
@pytest.mark.parametrize("spoilt", CORRUPTIONS)
def test_the_answers_are_those_of_the_way_cell_by_cell(reader: Reader, tmp_path: Path, spoilt: str, rows: int) -> None:
    frame = CORRUPTIONS[spoilt](clean(rows, 3), random.Random(spoilt))
    file = bulk(reader, tmp_path, frame)
    assert file is not None
    verdict, accepted, figures, compared = by_cells(reader, tmp_path, KIND, "CT_2020.parquet")
    told = in_bulk(file, KIND)
    assert [_without_fixes(f) for f in told[0].findings] == [_without_fixes(f) for f in verdict.findings]
    assert replace(told[0], findings=()) == replace(verdict, findings=())
    assert told[2:] == (figures, compared)
    if accepted is None or told[1] is None:
        assert accepted is told[1] is None
    else:
        assert_frame_equal(told[1], accepted)
    filed = tabulate(reader.read(tmp_path / "file", "CT_2020.parquet"), "CT_2020.parquet", KIND, 2020)
    assert file.filed.account == filed.account
    assert filed.account is not None
    assert filed.account.holds


def _without_fixes(finding: Finding) -> Finding:
    """Fixes are looked for among a row's neighbours, and in a small file among all of its rows; and what is about all
    rows lists none of them."""
    rule = next((rule for rule in RULES if rule.id == finding.rule), None)
    rows = () if rule is not None and rule.scope is Scope.FRAME else finding.rows
    return replace(finding, suggestions=(), rows=rows)


def test_another_suffix_is_told_and_changes_nothing(reader: Reader, tmp_path: Path) -> None:
    file = bulk(reader, tmp_path, clean(20, 1), name="CT_2020.csv")
    assert file is not None
    verdict, accepted, figures, _ = by_cells(reader, tmp_path, KIND, "CT_2020.csv")
    told = in_bulk(file, KIND)
    assert [f.rule for f in told[0].findings] == [f.rule for f in verdict.findings]
    assert told[0].findings[0] == verdict.findings[0]
    assert verdict.findings[0].rule == "FILE-06"
    assert told[2] == figures
    assert accepted is not None
    assert told[1] is not None
    assert_frame_equal(told[1], accepted)


FOR_CELLS: dict[str, Corruption] = {
    "an approximate number": lambda f, _: f.with_columns(pl.col("金额").cast(pl.Float64)),
    "numbers as text": lambda f, _: f.with_columns(pl.col("次数").cast(pl.String)),
    "days with times": lambda f, _: f.with_columns(pl.col("开始日期").cast(pl.Datetime)),
    "more decimals than there is room for": lambda f, _: f.with_columns(pl.col("金额").cast(pl.Decimal(30, 9))),
    "a column of no field": lambda f, _: f.with_columns(pl.lit("x").alias("别的")),
    "a column that is missing": lambda f, _: f.drop("地区"),
    "a column twice": lambda f, _: f.with_columns(pl.col("编号").alias("编号*")),
    "a blank row": lambda f, _: pl.concat([f.head(5), f.head(1).clear(1), f.tail(-5)]),
    "the headings once more": lambda f, _: f.with_columns(
        pl.when(pl.int_range(pl.len()) == 9).then(pl.lit("编号")).otherwise("编号").alias("编号")
    ),
    "a note behind the rows": lambda f, _: pl.concat(
        [f, f.head(1).clear(1).with_columns(pl.lit("注：完").alias("编号"))]
    ),
    "a day that there is not": lambda f, _: f.with_columns(pl.lit(3_000_000).cast(pl.Date).alias("结束日期")),
}


@pytest.mark.parametrize("shape", FOR_CELLS)
def test_what_is_not_plainly_a_register_is_read_cell_by_cell(reader: Reader, tmp_path: Path, shape: str) -> None:
    assert bulk(reader, tmp_path, clean(20, 1)) is not None
    assert bulk(reader, tmp_path, FOR_CELLS[shape](clean(20, 1), random.Random(1))) is None


def test_what_the_form_has_words_for_or_counts_in_groups_is_read_cell_by_cell(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "file"
    clean(20, 1).write_parquet(path)
    worded = Field("note", "备注", "note", required=False, words=(("无", Meaning.MISSING),))
    for other in (
        replace(KIND, rows_stand_alone=False),
        replace(KIND, total_in="area"),
        replace(KIND, schema=build_schema("BR", [worded if f.name == "note" else f for f in FIELDS], RULES)),
    ):
        assert open_bulk(reader, path, "CT_2020.parquet", other, 2020, least=1) is None
    assert open_bulk(reader, path, "CT_2020.parquet", KIND, 2020, least=21) is None
    assert open_bulk(reader, path, "CT_2020.parquet", KIND, 2020) is None
    assert open_bulk(reader, path, "CT_2020.parquet", KIND, 2020, least=20) is not None


@pytest.mark.parametrize("cut", [4, 500, -1, -9])
def test_a_damaged_file_is_left_to_who_says_what_is_wrong_with_it(reader: Reader, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "file"
    clean(2000, 1).write_parquet(path)
    path.write_bytes(path.read_bytes()[:cut])
    assert open_bulk(reader, path, "CT_2020.parquet", KIND, 2020, least=1) is None
    assert [f.rule for f in reader.read(path, "CT_2020.parquet").findings] == ["FILE-04"]


def test_what_a_file_says_of_its_values_is_not_believed(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "file"
    clean(60, 1).write_parquet(path)
    data = path.read_bytes()
    begin = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    lying = data[:begin] + data[begin:].replace("西市".encode(), "东市".encode())
    assert lying != data
    path.write_bytes(lying)
    there = pl.read_parquet(path)["地区"].to_list().count("西市")
    file = open_bulk(reader, path, "CT_2020.parquet", KIND, 2020, least=1)
    assert file is not None
    (west,) = [figure for figure in in_bulk(file, KIND)[2] if figure.indicator == "br_west"]
    assert west.value == there > 0
    assert pl.scan_parquet(path).filter(pl.col("地区") == "西市").select(pl.len()).collect().item() == 0


def test_bytes_that_are_something_else_are_left_alone(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "CT_2020.parquet"
    clean(20, 1).write_csv(path)
    assert open_bulk(reader, path, path.name, KIND, 2020, least=1) is None


def test_only_the_first_findings_of_a_rule_are_told_and_all_are_counted(reader: Reader, tmp_path: Path) -> None:
    spoilt = _at("地区", "北市", 0.5)(clean(600, 5), random.Random(2))
    file = bulk(reader, tmp_path, spoilt)
    assert file is not None
    verdict, accepted, figures, _ = by_cells(reader, tmp_path, KIND, "CT_2020.parquet")
    told = in_bulk(file, KIND)
    wrong = [f for f in verdict.findings if f.rule == "BR-area-choice"]
    assert [f.about for f in told[0].findings if f.rule == "BR-area-choice"] == [f.about for f in wrong[:100]]
    assert len(wrong) > 200
    assert replace(told[0], findings=()) == replace(verdict, findings=())
    assert told[2] == figures
    assert accepted is not None
    assert told[1] is not None
    assert_frame_equal(told[1], accepted)


def test_pandera_looks_at_what_was_accepted(reader: Reader, tmp_path: Path) -> None:
    file = bulk(reader, tmp_path, _at("地区", "北市")(clean(60, 5), random.Random(2)))
    assert file is not None
    judged = judge_bulk(file, **ASKED)
    gate(KIND, judged)
    with pytest.raises(ContractError):
        gate(KIND, replace(judged, left_out=judged.left_out.clear()))


def test_spans_of_scattered_rows_are_cut_off_and_joined_across_batches() -> None:
    whole, pieces = _Spans(), _Spans()
    rows = np.array([n for n in range(90_000) if n % 7])
    whole.add(rows)
    for piece in np.array_split(rows, 13):
        pieces.add(piece)
    assert len(whole.spans) == len(pieces.spans) == MOST_SPANS + 1
    assert whole.spans[0] == pieces.spans[0] == (1, 6)
    assert whole.spans[-1][1] == pieces.spans[-1][1] == rows[-1]
    assert whole.spans[:-1] == pieces.spans[:-1]
    joined = _Spans()
    for some in (range(2, 5), range(5, 9), range(10, 11)):
        joined.add(np.array(some))
    assert joined.spans == [(2, 8), (10, 10)]


# --- in a home


@dataclass(frozen=True)
class Place:
    """A pack with one register, the folder of its kind, and its home."""

    pack: Path
    kinds: Path
    home: Path

    @property
    def settings(self) -> Settings:
        return Settings(kinds=str(self.kinds))

    def run(self) -> BatchResult:
        return run_plain(load_pack(self.pack, self.settings), self.home, self.settings)

    def open(self) -> Home:
        return Home.open(self.home, bureau="XJ", title="小局")


ROWS, BAD = LEAST + 1, 100
LEFT_OUT = -(-ROWS // BAD)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run over one register, in which one row of a hundred is wrong. Nobody may change it."""
    folder = tmp_path_factory.mktemp("bulk")
    place = Place(*write_bulk_pack(folder, ROWS, BAD), folder / "home")
    place.run()
    return place


@pytest.fixture
def own(finished: Place, tmp_path: Path) -> Place:
    """The same, to be changed."""
    shutil.copytree(finished.pack.parent, tmp_path / "own")
    return Place(*(tmp_path / "own" / name for name in ("pack", "kinds", "home")))


def filed(home: Home) -> StoredSubmission:
    return next(s for s in home.submissions() if s.kind == "repairs")


def test_the_landed_file_is_the_register_and_what_is_read_are_the_accepted_rows(finished: Place) -> None:
    with Home.look(finished.home) as home:
        one = filed(home)
        assert (one.outcome, one.received, one.accepted) == (Outcome.PARTIAL, ROWS, ROWS - LEFT_OUT)
        assert one.register is not None
        kept, rows = home.registers.kept(one.kind, one.register), home.registers.read(one.kind, one.register)
        gathered = home.rows(one.kind, 2020)
        source = next(f for f in home.figures() if f.indicator == "repaired" and f.filer == "CT")
    assert kept is not None
    assert (kept.original, kept.height, len(kept.left_out)) == (one.sha256, ROWS, LEFT_OUT)
    assert home.registers.height(one.kind, one.register) == rows.height == ROWS - LEFT_OUT
    assert home.registers.path(one.kind, one.register).stat().st_size < 20_000
    bad = make_repairs(ROWS, BAD)["编号"].gather_every(BAD)
    assert not set(bad) & set(rows["number"])
    assert rows["_row"].to_list()[:3] == [3, 4, 5]
    assert gathered.height == rows.height
    assert gathered["number__at"][0] == "A3"
    assert source.value == rows["ended_on"].count()


def test_the_analyst_and_the_copy_see_the_same_rows(finished: Place) -> None:
    with Home.look(finished.home) as home:
        one = filed(home)
        rows = home.registers.read(one.kind, one.register or "")
        kept = home.registers.kept(one.kind, one.register or "")
    with duckdb.connect(str(finished.home / "analyst.duckdb"), read_only=True) as connection:
        count, fees = connection.execute("SELECT count(*), sum(fee) FROM register.repairs").fetchone() or (0, 0)
        columns = [name for name, *_ in connection.execute("DESCRIBE register.repairs").fetchall()]
    assert (count, fees) == (rows.height, rows["fee"].sum())
    assert "caller" not in columns
    assert {"number", "number__at", "ended_on__text", "_submission"} <= set(columns)
    assert kept is not None
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = '{finished.home}'")
        listed = connection.sql(f"SELECT * FROM {kept.relation(f'registers/repairs/{one.register}.parquet')}").pl()
    assert_frame_equal(listed.sort("_row"), rows)


def test_all_checks_hold_and_a_second_run_finds_nothing_to_do(own: Place) -> None:
    assert verify(own.home).holds
    again = own.run()
    assert (again.new, again.judged_again) == (0, ())
    with own.open() as home:
        assert differing(home, own) == []


def differing(home: Home, place: Place) -> list[Tally]:
    """Of all that is counted twice what came out differently."""
    tallies = [t for one in TALLIES for t in one.count(home, discover_kinds([place.kinds]))]
    assert tallies
    return [tally for tally in tallies if tally.kept != tally.counted]


def test_a_changed_original_is_a_changed_register(own: Place) -> None:
    with own.open() as home:
        one = filed(home)
        path = home.landing.path(one.sha256)
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(StorageError):
            home.registers.read(one.kind, one.register or "")
    assert not verify(own.home).holds


def test_the_same_file_once_more_is_refused_as_the_same(own: Place) -> None:
    shutil.copy(own.pack / REGISTER, own.pack / REGISTER.replace(".parquet", "_v2.parquet"))
    with (own.pack / "arrivals.csv").open("a", encoding="utf-8") as arrivals:
        arrivals.write(f"{REGISTER.replace('.parquet', '_v2.parquet')},2020-11-07T10:00:00+08:00,报送系统\n")
    assert own.run().outcomes["returned"] == 1
    with own.open() as home:
        first, second = (s for s in home.submissions() if s.kind == "repairs")
        assert (first.stands, second.outcome, second.received) == (True, Outcome.RETURNED, ROWS)
        assert [f.rule for f in home.findings(second.id)] == ["FILE-16"]


def test_erasing_the_persons_leaves_the_rows_without_them(own: Place) -> None:
    with own.open() as home:
        before = home.registers.read("repairs", filed(home).register or "")
        due = candidates(home, discover_kinds([own.kinds]), today=date(2026, 1, 1))
        erase(home, due, by="信息处", basis="保存期满", at=datetime(2026, 1, 1, 9, tzinfo=ZONE))
        one = filed(home)
        rows = home.registers.read(one.kind, one.register or "")
        assert home.registers.kept(one.kind, one.register or "") is None
        assert differing(home, own) == []
        assert home.landing.erased(one.sha256) is not None
    assert before["caller"].null_count() == 0
    assert rows["caller"].null_count() == rows.height
    assert_frame_equal(rows.drop("caller"), before.drop("caller"))
    assert verify(own.home).holds


def test_check_says_of_a_register_what_a_run_says(finished: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIXIAO_KINDS", str(finished.kinds))
    arguments = [
        "check",
        str(finished.pack / REGISTER),
        "--kind",
        "repairs",
        "--pack",
        str(finished.pack),
        "--format",
        "json",
    ]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    with Home.look(finished.home) as home:
        one = filed(home)
        findings = home.findings(one.id)
    assert [f["cells"] for f in told["findings"]] == [f.record(Path(one.file).name)["cells"] for f in findings]
    assert len(findings) == 100


# --- a register that has to be written


def test_a_register_is_written_as_it_is_computed(tmp_path: Path) -> None:
    (tmp_path / "registers").mkdir()
    registers, rows = Registers(tmp_path / "registers"), clean(700, 9)
    with registers.held():
        one = registers.sink("toy", rows.lazy())
        other = registers.sink("toy", pl.concat([rows.head(300), rows.tail(400)]).lazy())
        less = registers.sink("toy", rows.head(699).lazy())
    assert one == other != less
    assert_frame_equal(registers.read("toy", one), rows)
    assert sorted(p.name for p in (tmp_path / "registers/toy").iterdir()) == sorted(f"{n}.parquet" for n in (one, less))
    assert hashlib.sha256(registers.path("toy", one).read_bytes()).hexdigest() == one
