"""Waivers from the command line through the ledger: a returned file comes in, unless the waiver had expired."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contracts.errors import PackError, UsageError
from contracts.finding import Outcome
from flows.batch import BatchResult, load_pack, run_plain
from flows.commands.waive import Granted, waive_pack
from flows.settings import Settings
from tests.flows.small_pack import write_lines
from tests.flows.test_again import file, open_pack, stored
from warehouse.home import Home

KIND = """
import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope

KIND = define_kind(
    code="faults",
    prefix="LF",
    title_zh="线路障碍表",
    title_en="line faults",
    purpose_zh="测试",
    filers=("basic_carrier",),
    cadence="monthly",
    fields=(Field("area", "地区", "area"), Field("faults", "障碍", "faults", Type.COUNT)),
    rules=(
        Rule(
            id="LF-01",
            severity=Severity.WAIVABLE,
            scope=Scope.ROW,
            title_zh="障碍不过百",
            title_en="at most a hundred faults",
            holds=pl.col("faults") <= 100,
            fields=("faults",),
            expected="≤ 100",
            message_zh="障碍 {faults} 次过多。",
            message_en="{faults} faults are too many.",
            basis="测试",
        ),
    ),
    measures=(Measure("faults", "障碍", "faults", "次", Method.SUM, pl.col("faults").sum(), cells=("faults",)),),
)
"""
FILED = ("submissions/faults/CT_2020-11.csv", "2020-12-07T09:00:00+08:00", "地区,障碍", "东市,120")
GRANTED = Granted(
    "LF-01", "CT", "2020-11", "张局长", "主干光缆中断", date(2021, 3, 31), date(2020, 12, 15), "小通函〔2020〕9号"
)
NOTHING = Granted(None, None, None, None, None, None, date(2020, 12, 15), None)
OLD = "rule,filer,period,approver,reason"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "faults.py").write_text(KIND, encoding="utf-8")
    monkeypatch.setenv("JIXIAO_KINDS", str(tmp_path / "kinds"))
    return Settings.of_environment()


@pytest.fixture
def places(tmp_path: Path, settings: Settings) -> tuple[Path, Path]:
    pack, home = open_pack(tmp_path / "pack", [FILED]), tmp_path / "home"
    assert run(pack, home).outcomes["returned"] == 1
    return pack, home


def run(pack: Path, home: Path) -> BatchResult:
    settings = Settings.of_environment()
    return run_plain(load_pack(pack, settings), home, settings)


def test_what_a_waiver_would_let_in_is_listed(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    waive_pack(*places, NOTHING, as_json=False)
    assert "LF-01 CT 2020-11  submissions/faults/CT_2020-11.csv\n  障碍 120 次过多。" in capsys.readouterr().out
    waive_pack(*places, NOTHING, as_json=True)
    assert [q["rule"] for q in json.loads(capsys.readouterr().out)["waivable"]] == ["LF-01"]


def test_a_waiver_lets_a_returned_file_in_from_the_day_it_was_granted(places: tuple[Path, Path]) -> None:
    pack, home = places
    waive_pack(pack, home, GRANTED, as_json=False)
    assert (pack / "waivers.csv").read_text(encoding="utf-8").splitlines()[1] == (
        "LF-01,CT,2020-11,张局长,主干光缆中断,2020-12-15,2021-03-31,小通函〔2020〕9号"
    )
    result = run(pack, home)
    assert (result.outcomes["accepted"], result.judged_again) == (1, (FILED[0],))
    assert (result.questions.waivable, result.questions.waivers_unused) == ((), ())
    with Home.look(home) as opened:
        submission = stored(home)[FILED[0]]
        (finding,) = opened.findings(submission.id)
        assert (finding.state, finding.waived_by) == ("waived", "张局长：主干光缆中断（小通函〔2020〕9号）")
        first, second = opened.judgments(submission.id)
        assert (first.outcome, second.outcome) == (Outcome.RETURNED, Outcome.ACCEPTED)
        assert [c.zh for c in second.causes] == ["豁免有变化"]
        figures = opened.find_figure("faults@CT.2020-11")
        assert [f.recorded_from.date() for f in figures] == [date(2020, 12, 15)]
        assert opened.verify_chain() == []


def test_one_taken_back_withdraws_what_it_let_in(places: tuple[Path, Path]) -> None:
    pack, home = places
    waive_pack(pack, home, GRANTED, as_json=False)
    run(pack, home)
    write_lines(pack / "waivers.csv", [OLD, "LF-01,CM,2020-11,张局长,主干光缆中断"])
    result = run(pack, home)
    assert result.withdrawn == (FILED[0],)
    assert [w.filer for w in result.questions.waivers_unused] == ["CM"]
    with Home.look(home) as opened:
        assert not [f for f in opened.figures() if f.filer == "CT"]


@pytest.mark.parametrize(
    ("lines", "applies"),
    [
        ([OLD, "LF-01,CT,2020-11,张局长,光缆中断"], True),
        ([f"{OLD},granted_on,until", "LF-01,CT,2020-11,张局长,光缆中断,,"], True),
        ([f"{OLD},granted_on,until", "LF-01,CT,2020-11,张局长,光缆中断,2020-11-01,2020-12-07"], True),
        ([f"{OLD},批准日期,有效期至", "LF-01,CT,2020-11,张局长,光缆中断,2020-11-01,2020-12-06"], False),
    ],
    ids=["without a day", "blank", "last day", "expired"],
)
def test_the_day_of_arrival_decides(tmp_path: Path, settings: Settings, lines: list[str], applies: bool) -> None:
    pack, home = open_pack(tmp_path / "pack", [FILED]), tmp_path / "home"
    write_lines(pack / "waivers.csv", lines)
    result = run(pack, home)
    assert result.outcomes["accepted" if applies else "returned"] == 1
    assert len(result.questions.waivers_expired) == (not applies)
    assert result.questions.waivers_unused == ()


def test_one_without_a_day_ends_a_year_after_its_period(tmp_path: Path, settings: Settings) -> None:
    late = (FILED[0], "2021-12-01T00:00:00+08:00", *FILED[2:])
    pack, home = open_pack(tmp_path / "pack", [late]), tmp_path / "home"
    write_lines(pack / "waivers.csv", [OLD, "LF-01,CT,2020-11,张局长,光缆中断"])
    result = run(pack, home)
    assert (result.outcomes["returned"], len(result.questions.waivers_expired)) == (1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rule": "LF-99"}, "LF-99"),
        ({"rule": "NB-01"}, "NB-01"),
        ({"rule": "NB-09"}, "NB-09"),
        ({"filer": "XX"}, "XX"),
        ({"period": "2020年底"}, "2020年底"),
        ({"until": None}, "--until"),
        ({"approver": None}, "--approver"),
        ({"reason": " "}, "reason"),
        ({"until": date(2022, 1, 1)}, "WV-03"),
        ({"until": date(2020, 12, 1)}, "WV-02"),
    ],
    ids=lambda change: str(change) if isinstance(change, dict) else "",
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    places: tuple[Path, Path], change: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        waive_pack(*places, replace(GRANTED, **change), as_json=False)  # type: ignore[arg-type]
    assert said in refused.value.zh
    assert said in refused.value.en
    assert not (places[0] / "waivers.csv").exists()


def test_an_old_list_gets_the_columns_that_a_waiver_needs(places: tuple[Path, Path]) -> None:
    pack, home = places
    write_lines(pack / "waivers.csv", [OLD, '"LF-01",CM,2020-11,"张局长","一,二"'])
    waive_pack(pack, home, GRANTED, as_json=True)
    first, second = load_pack(pack, Settings.of_environment()).all_waivers()
    assert (first.filer, first.reason, first.until) == ("CM", "一,二", None)
    assert (second.filer, second.until, second.evidence) == ("CT", GRANTED.until, GRANTED.evidence)
    waive_pack(pack, home, replace(GRANTED, filer="CM"), as_json=True)
    assert len(load_pack(pack, Settings.of_environment()).all_waivers()) == 3


@pytest.mark.parametrize(
    "line", ["NB-99,CT,2020-11,张局长,x", "FILER-01,CT,2020-11,张局长,x", "LF-01,XX,2020-11,张局长,x"]
)
def test_a_list_that_names_what_nobody_knows_is_refused(places: tuple[Path, Path], line: str) -> None:
    write_lines(places[0] / "waivers.csv", [OLD, line])
    with pytest.raises(PackError, match=r"waivers\.csv:2"):
        run(*places)


def test_a_correction_that_needs_no_waiver_leaves_it_unused(places: tuple[Path, Path]) -> None:
    pack, home = places
    waive_pack(pack, home, GRANTED, as_json=False)
    file(pack, FILED[0].replace(".csv", "_v2.csv"), "2020-12-20T09:00:00+08:00", FILED[2], "东市,90")
    result = run(pack, home)
    assert [w.filer for w in result.questions.waivers_unused] == ["CT"]
