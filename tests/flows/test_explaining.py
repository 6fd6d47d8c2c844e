"""Explanations from the command line through the ledger to the published report, and open again when a value moves."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.errors import PackError, UsageError
from contracts.finding import Finding
from flows.batch import BatchResult, load_pack
from flows.commands.explain import Said, explain_pack
from flows.pack import read_explanations
from flows.settings import Settings
from tests.flows import small_pack
from tests.flows.small_pack import BUILD, write_lines
from tests.flows.test_again import CM, CT, file, open_pack, run
from warehouse.home import Home

KEY = "NB-09@CT.network_build.2020-12:g5_shared:东市"
WHY = "共享方12月下旬割接，建成数未计入"
SAID = Said(KEY, WHY, "甲", date(2021, 1, 9), None)
HEADINGS = "rule,filer,kind,period,field,about,value,band_pct,text,by,given_on"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A pack whose sharing is more than the partner built, run into a home."""
    pack, home = open_pack(tmp_path / "pack", [CT, CM]), tmp_path / "home"
    run(pack, home)
    return pack, home


def asks(home: Path, name: str = CT[0]) -> Finding:
    with Home.look(home) as opened:
        submission = next(s for s in opened.submissions() if s.file == name)
        return next(f for f in opened.findings(submission.id) if f.rule == "NB-09")


def keys(result: BatchResult) -> list[tuple[str, bool]]:
    return [(q.key, q.moved) for q in result.questions.awaiting]


def test_what_is_open_is_listed_with_its_key(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    explain_pack(*places, replace(SAID, finding=None, text=None, by=None), as_json=False)
    out = capsys.readouterr().out
    assert f"\n{KEY}\n" in out
    assert "共享开通 7 个，超过共享方同期在该市建成的 5 个" in out
    explain_pack(*places, replace(SAID, finding=None, text=None, by=None), as_json=True)
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["key"], told["filed"], told["cell"], told["severity"]) == (KEY, "7", "D2", "核实")


def test_an_explanation_is_written_arrives_and_is_shown(places: tuple[Path, Path]) -> None:
    pack, home = places
    assert keys(run(pack, home)) == [(KEY, False)]
    explain_pack(pack, home, SAID, as_json=False)
    assert (pack / "explanations.csv").read_text(encoding="utf-8").splitlines() == [
        HEADINGS,
        f"NB-09,CT,network_build,2020-12,g5_shared,东市,7,,{SAID.text},甲,2021-01-09",
    ]
    # Until the next run nothing has arrived.
    assert asks(home).state == "open"
    result = run(pack, home)
    assert (keys(result), result.judged_again, result.new_lists) == ([], (CT[0],), 1)
    assert asks(home).explained_by == f"甲（2021-01-09）：{SAID.text}"
    with Home.look(home) as opened:
        submission = next(s for s in opened.submissions() if s.file == CT[0])
        assert [c.zh for c in opened.judgments(submission.id)[-1].causes] == ["说明有变化"]
        assert opened.judgments(submission.id)[-1].at.date() == date(2021, 1, 9)
        listed = next(s for s in opened.submissions() if s.file == "explanations.csv")
        assert (listed.accepted, listed.channel) == (1, "数据包")
        assert opened.verify_chain() == []
    page = (home / "published" / "validation" / f"{submission.id}.html").read_text(encoding="utf-8")
    assert "需核实的事项均已说明" in page
    assert WHY in page
    assert run(pack, home).judged_again == ()


def test_it_carries_over_within_its_band_and_opens_again_beyond_it(places: tuple[Path, Path]) -> None:
    pack, home = places
    explain_pack(pack, home, replace(SAID, band_pct="20"), as_json=False)
    run(pack, home)
    name = "submissions/network_build/CT_2020-12_v2.csv"
    row = "东市,34031,34039,8,小移动,2,1,0,1,0,3,45007,2020-12-31"
    file(pack, name, "2021-01-10T10:00:00+08:00", BUILD, row)
    assert keys(run(pack, home)) == []
    assert asks(home, name).filed == "8"
    assert asks(home, name).explained_by == f"甲（2021-01-09）：{SAID.text}"
    third = name.replace("_v2", "_v3")
    file(pack, third, "2021-01-11T10:00:00+08:00", BUILD, row.replace("34039,8", "34041,10"))
    assert keys(run(pack, home)) == [(KEY, True)]
    assert asks(home, third).state == "open"


def test_one_refused_leaves_the_others_and_the_submission(places: tuple[Path, Path]) -> None:
    pack, home = places
    good = f"NB-09,CT,network_build,2020-12,g5_shared,东市,7,,{SAID.text},甲,2021-01-09"
    empty = "NB-10,CT,network_build,2020-12,g5_opened,东市,34038,,经核实，数据无误,甲,2021-01-09"
    write_lines(pack / "explanations.csv", [HEADINGS, good, empty])
    result = run(pack, home)
    assert (result.questions.explanations_refused, keys(result)) == (1, [])
    assert result.outcomes["accepted"] == 2
    with Home.look(home) as opened:
        listed = next(s for s in opened.submissions() if s.file == "explanations.csv")
        assert (listed.accepted, listed.quarantined) == (1, 1)
        assert [f.rule for f in opened.findings(listed.id)] == ["EX-01"]
    write_lines(pack / "explanations.csv", [HEADINGS, empty])
    result = run(pack, home)
    assert (result.questions.explanations_refused, keys(result)) == (1, [(KEY, False)])


def test_an_explanation_of_nothing_is_reported(places: tuple[Path, Path]) -> None:
    pack, home = places
    line = "NB-09,CM,network_build,2020-12,g5_shared,东市,7,,共享方割接未计入,甲,2021-01-09"
    write_lines(pack / "explanations.csv", [HEADINGS, line])
    assert [e.filer for e in run(pack, home).questions.explanations_unused] == ["CM"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "经核实，情况属实"}, "EX-01"),
        ({"band_pct": "90"}, "EX-04"),
        ({"band_pct": "很多"}, "band_pct"),
        ({"by": None}, "--by"),
        ({"text": ""}, "--text"),
        ({"finding": KEY.replace("东", "西")}, KEY),
        ({"finding": None}, "--finding"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(
    places: tuple[Path, Path], change: dict[str, str | None], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        explain_pack(*places, replace(SAID, **change), as_json=False)  # type: ignore[arg-type]
    assert said in refused.value.zh
    assert said in refused.value.en
    assert not (places[0] / "explanations.csv").exists()


def test_the_same_words_for_another_finding_are_refused(tmp_path: Path) -> None:
    pack, home = open_pack(tmp_path / "pack", [CT, CM]), tmp_path / "home"
    rows = [
        "东市,34031,34038,7,小移动,2,1,0,1,0,3,45007,2020-12-31",
        "西市,34031,34038,7,小移动,2,1,0,1,0,3,45007,2020-12-31",
    ]
    write_lines(pack / CT[0], [BUILD, *rows])
    write_lines(pack / CM[0], [BUILD, CM[3], CM[3].replace("东市", "西市")])
    run(pack, home)
    explain_pack(pack, home, SAID, as_json=False)
    with pytest.raises(UsageError, match="EX-02"):
        explain_pack(pack, home, replace(SAID, finding=KEY.replace("东", "西")), as_json=False)
    other = replace(SAID, finding=KEY.replace("东", "西"), text="西市为新并入的县，共享方尚未统计")
    explain_pack(pack, home, other, as_json=False)
    assert keys(run(pack, home)) == []


@pytest.mark.parametrize(
    ("encoding", "ending", "heading"),
    [
        ("utf-8", "\n", HEADINGS),
        ("utf-8", "", HEADINGS),
        ("utf-8-sig", "\r\n", "说明,说明人,说明日期,规则,填报单位,报表,报告期,字段,行,所说明的数值"),
        ("gb18030", "\n", "规则,填报单位,报表,报告期,字段,行,所说明的数值,说明,说明人,说明日期"),
    ],
)
def test_what_stands_in_the_list_stays(places: tuple[Path, Path], encoding: str, ending: str, heading: str) -> None:
    """Whatever its encoding, its order and its line ends; a column that is missing is added."""
    pack, home = places
    words = {"rule": "规则", "filer": "填报单位", "kind": "报表", "period": "报告期", "field": "字段", "about": "行"}
    words |= {"value": "所说明的数值", "text": "说明", "by": "说明人", "given_on": "说明日期", "band_pct": "适用幅度"}
    old = {"rule": "NB-10", "filer": "CT", "kind": "network_build", "period": "2020-12", "field": "g5_opened"}
    old |= {
        "about": "东市",
        "value": "34038",
        "text": "两家口径不同，按各自平台统计",
        "by": "甲",
        "given_on": "2021-01-08",
    }
    by_heading = {words[name]: text for name, text in old.items()} | old
    line = ",".join(by_heading.get(name, "") for name in heading.split(","))
    newline = "\r\n" if ending == "\r\n" else "\n"
    before = (heading + newline + line + ending).encode(encoding)
    (pack / "explanations.csv").write_bytes(before)
    explain_pack(pack, home, SAID, as_json=False)
    after = (pack / "explanations.csv").read_bytes()
    assert after.startswith(before)
    explain_pack(pack, home, replace(SAID, band_pct="5"), as_json=False)
    rows = read_explanations(load_pack(pack, Settings()).rows("explanations.csv"))
    assert [(e.rule, e.text, e.band_pct) for e in rows] == [
        ("NB-10", old["text"], Decimal(10)), ("NB-09", WHY, Decimal(10)), ("NB-09", WHY, Decimal(5)),
    ]  # fmt: skip
    with (pack / "explanations.csv").open(encoding=encoding, newline="") as lines:
        assert len({len(row) for row in csv.reader(lines)}) == 1 or "band_pct" not in heading


@pytest.mark.parametrize(
    ("column", "text"), [("rule", "NB-99"), ("filer", "XX"), ("kind", "nothing"), ("period", "2020年12月")]
)
def test_a_list_that_names_what_nobody_knows_is_refused_whole(
    places: tuple[Path, Path], column: str, text: str
) -> None:
    pack, home = places
    texts = f"NB-09,CT,network_build,2020-12,g5_shared,东市,7,,{SAID.text},甲,2021-01-09".split(",")
    row = dict(zip(HEADINGS.split(","), texts, strict=True))
    write_lines(pack / "explanations.csv", [HEADINGS, ",".join((row | {column: text}).values())])
    if column == "filer":  # its own rule refuses that row alone
        assert run(pack, home).questions.explanations_refused == 1
        return
    with pytest.raises(PackError, match=r"explanations\.csv:2"):
        run(pack, home)


def test_next_year_what_was_explained_is_still_known(places: tuple[Path, Path], tmp_path: Path) -> None:
    pack, home = places
    explain_pack(pack, home, SAID, as_json=False)
    run(pack, home)
    later = small_pack.write_pack(tmp_path / "later")
    shutil.rmtree(later / "submissions")
    for name in ("pack.toml", "obligations.csv"):
        text = (later / name).read_text(encoding="utf-8")
        (later / name).write_text(text.replace("2020", "2021"), encoding="utf-8")
    write_lines(later / "arrivals.csv", ["file,received_at,channel"])
    for name, at, heading, row in (CT, CM):
        told = row.replace("2020", "2021").replace("45007", "46007").replace("34031,34038", "35031,35038")
        file(later, name.replace("2020", "2021"), at.replace("2021", "2022"), heading, told)
    run(later, home)
    assert asks(home, CT[0].replace("2020", "2021")).explained_by == (
        f"甲（2021-01-09，沿用2020年12月的说明）：{SAID.text}"
    )
