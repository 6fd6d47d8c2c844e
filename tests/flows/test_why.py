"""Why a figure changed: each cause by itself and several at once; they add up exactly, also in what is made of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import UsageError
from flows.batch import load_pack, run_plain
from flows.commands.adjust import adjust_pack
from flows.commands.waive import waive_pack
from flows.commands.why import explain_figure
from flows.settings import Settings
from tests.flows.small_pack import BUILD, write_lines, write_pack
from tests.flows.test_adjusting import DECISION
from tests.flows.test_again import file, open_pack
from tests.flows.test_signing import CORRECTED
from tests.flows.test_waiving import FILED, GRANTED, KIND
from warehouse.home import Home

OWN, TOTAL = "g5_built@CT.2020-11", "g5_built@XJ.2020-11"
CAUSES = ["data", "rule version", "calendar", "manual adjustment", "code"]
FOREVER = ("2020-12-31", "2099-12-31")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    run(pack, home)
    return pack, home


def run(pack: Path, home: Path) -> None:
    settings = Settings.of_environment()
    run_plain(load_pack(pack, settings), home, settings)


def why(home: Path, figure: str, between: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    explain_figure(figure, between, home, as_json=True)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [p["cause"] for p in told["parts"]] == told["order"] == CAUSES
    assert sum((Decimal(p["change"]) for p in told["parts"]), Decimal(0)) == Decimal(told["change"])
    return told


def split(told: dict[str, Any]) -> dict[str, str]:
    return {p["cause"]: p["change"] for p in told["parts"] if p["change"] != "0"}


def test_another_submission_is_data(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = places
    file(pack, *CORRECTED)
    run(pack, home)
    told = why(home, TOTAL, FOREVER, capsys)
    assert (told["before"]["value"], told["after"]["value"], told["replayed"]) == ("55062", "55070", True)
    assert split(told) == {"data": "8"}
    (step,) = told["parts"][0]["steps"]
    with Home.look(home) as opened:
        second = next(s.id for s in opened.submissions() if s.file == CORRECTED[0])
    assert (step["figure_id"], step["submission"], step["cells"], step["change"]) == (OWN, second, "B2", "8")
    assert split(why(home, TOTAL, ("2020-12-31", "2021-01-31"), capsys)) == {}


def test_data_and_adjustment_at_once(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = places
    other = ("submissions/network_build/CM_2020-11_v3.csv", "2021-02-02T09:00:00+08:00", BUILD,
             "东市,22041,22041,0,,1,0,0,0,0,1,47017,2020-11-30")  # fmt: skip
    file(pack, *other)
    adjust_pack(*places, DECISION, as_json=False)
    run(pack, home)
    told = why(home, TOTAL, ("2020-12-19", "2099-12-31"), capsys)
    assert split(told) == {"data": "2", "manual adjustment": "2"}
    (step,) = told["parts"][3]["steps"]
    assert (step["figure_id"], step["cells"]) == (OWN, "A2:H2")
    assert "漏计东市两个站点" in step["zh"]
    explain_figure(TOTAL, ("2020-12-19", "2099-12-31"), home, as_json=False)
    assert "+4 个" in capsys.readouterr().out


def test_an_adjustment_that_lapses_is_taken_back(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = places
    adjust_pack(*places, DECISION, as_json=False)
    run(pack, home)
    with Home.look(home) as opened:
        since = opened.find_figure(OWN)[-1].recorded_from
    late = (CORRECTED[0], "2098-01-01T09:00:00+08:00", *CORRECTED[2:])
    file(pack, *late)
    run(pack, home)
    told = why(home, OWN, (since.isoformat(timespec="seconds")[:10], "2099-12-31"), capsys)
    assert (told["before"]["value"], told["after"]["value"]) == ("33025", "33031")
    assert split(told) == {"data": "8", "manual adjustment": "-2"}


def test_what_was_recorded_by_another_program_is_code(
    places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that had left three of the stations out recorded 33020; today's counts them all."""
    pack, home = places
    with sqlite3.connect(home / "warehouse.db") as database:
        for name, value in ((OWN, "33020"), (TOTAL, "55059")):
            database.execute(
                "UPDATE figures SET value = ?, low = ?, high = ? WHERE figure_id = ?", (*[value] * 3, name)
            )
    file(pack, *CORRECTED)
    run(pack, home)
    for name in (OWN, TOTAL):
        told = why(home, name, FOREVER, capsys)
        assert told["change"] == "11"
        assert split(told) == {"data": "8", "code": "3"}


@pytest.fixture
def waived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "faults.py").write_text(KIND, encoding="utf-8")
    monkeypatch.setenv("JIXIAO_KINDS", str(tmp_path / "kinds"))
    return open_pack(tmp_path / "pack", [FILED]), tmp_path / "home"


def test_a_waiver_is_the_rules_doing(waived: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = waived
    run(pack, home)
    waive_pack(pack, home, GRANTED, as_json=False)
    run(pack, home)
    told = why(home, "faults@CT.2020-11", ("2020-12-08", "2099-12-31"), capsys)
    assert (told["before"], told["after"]["value"]) == (None, "120")
    assert split(told) == {"rule version": "120"}


def test_another_contract_is_the_rules_doing(waived: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    pack, home = waived
    heading = "rule,filer,period,approver,reason"
    write_lines(pack / "waivers.csv", [heading, "LF-01,CT,2020-11,张局长,主干光缆中断"])
    run(pack, home)
    module = pack.parent / "kinds" / "faults.py"
    module.write_text(KIND.replace('pl.col("faults").sum()', 'pl.col("faults").sum() * 2'), encoding="utf-8")
    write_lines(pack / "waivers.csv", [heading, "LF-01,CT,2020-11,张局长,主干光缆中断并抢修"])
    run(pack, home)
    told = why(home, "faults@CT.2020-11", FOREVER, capsys)
    assert (told["before"]["value"], told["after"]["value"]) == ("120", "240")
    assert split(told) == {"rule version": "120"}


RATE = (
    KIND.replace(
        "measures=(Measure(",
        'measures=(Measure("lines", "线路", "lines", "条", Method.SUM, pl.col("lines").sum(), '
        'cells=("lines",), across=True), Measure(',
    )
    .replace(
        'cells=("faults",)),)',
        'cells=("faults",), across=True), '
        'Measure("rate", "障碍率", "rate", "%", Method.RATIO, of=("faults", "lines"), across=True))',
    )
    .replace(
        'Field("faults", "障碍", "faults", Type.COUNT)',
        'Field("faults", "障碍", "faults", Type.COUNT), Field("lines", "线路", "lines", Type.COUNT)',
    )
)


def test_a_ratio_of_sums_is_split_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seven thirds of a per cent here and there: each cause is what swapping it adds, and nothing is left over."""
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "faults.py").write_text(RATE, encoding="utf-8")
    monkeypatch.setenv("JIXIAO_KINDS", str(tmp_path / "kinds"))
    heading = "地区,障碍,线路"
    filed = [
        (
            f"submissions/faults/{who}_2020-11.csv",
            f"2020-12-0{n}T09:00:00+08:00",
            heading,
            f"东市,{faults},{lines}",
        )
        for n, (who, faults, lines) in enumerate((("CT", 7, 300), ("CM", 11, 700)), 1)
    ]
    pack, home = open_pack(tmp_path / "pack", filed), tmp_path / "home"
    with (pack / "obligations.csv").open("a", encoding="utf-8") as lines:
        lines.write("".join(f"{who},faults,monthly,+10d,none,2020-11,2020-11,测试\n" for who in ("CT", "CM")))
    run(pack, home)
    name = "rate@XJ.2020-11"
    file(pack, "submissions/faults/CT_2020-11_v2.csv", "2021-02-01T09:00:00+08:00", heading, "东市,8,333")
    decision = replace(DECISION, figure="faults@CM.2020-11", to="13", on=date(2021, 2, 3))
    adjust_pack(pack, home, decision, as_json=False)
    run(pack, home)
    told = why(home, name, FOREVER, capsys)
    before, data = Decimal("1.8"), Decimal(19 * 100) / Decimal(1033)
    step = Decimal("0.000001")
    after = (Decimal(21 * 100) / Decimal(1033)).quantize(step)
    assert told["before"]["value"] == "1.8"
    assert Decimal(told["after"]["value"]) == after
    assert split(told) == {
        "data": f"{data.quantize(step) - before:f}",
        "manual adjustment": f"{after - data.quantize(step):f}",
    }


def test_what_was_never_known_cannot_be_explained(
    places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="没有编号"):
        explain_figure("g5_bilt@CT.2020-11", FOREVER, places[1], as_json=True)
    with pytest.raises(UsageError, match="都没有数值"):
        explain_figure(OWN, ("2020-01-01", "2020-01-02"), places[1], as_json=True)
