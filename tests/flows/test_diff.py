"""Two versions of one filing: which cells differ, which rows came and went, and what every figure moves by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.errors import UsageError
from contracts.kind import discover_kinds
from flows.batch import load_pack, run_plain
from flows.commands.diff import diff_submissions
from flows.differences import key_of
from flows.settings import Settings
from tests.flows.small_pack import BUILD, write_pack
from tests.flows.test_again import file
from warehouse.home import Home

FIRST = "submissions/network_build/CT_2020-11.csv"
SECOND = "submissions/network_build/CT_2020-11_v2.csv"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diff")
    pack = write_pack(folder / "pack")
    rows = "东市,33031,33031,0,,2,1,0,1,0,3,45007,2020-11-30\n西市,40,40,0,,0,0,0,0,0,0,0,2020-11-30"
    file(pack, SECOND, "2020-12-28T09:00:00+08:00", BUILD, rows)
    run_plain(load_pack(pack, Settings()), folder / "home", Settings())
    return folder / "home"


@pytest.fixture(scope="module")
def ids(home: Path) -> dict[str, str]:
    with Home.look(home) as opened:
        return {s.file: s.id for s in opened.submissions()}


def told(home: Path, before: str, after: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    diff_submissions(before, after, home, as_json=True)
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_cells_rows_and_figures(home: Path, ids: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    found = told(home, ids[FIRST], ids[SECOND], capsys)
    assert found["matched_by"] == ["area"]
    cells = found["cells"]
    assert isinstance(cells, list)
    assert [(c["row"], c["field"], c["before_at"], c["after_at"], c["before"], c["after"]) for c in cells] == [
        ("东市", "g5_built", "B2", "B2", "33023", "33031"),
        ("东市", "g5_opened", "C2", "C2", "33023", "33031"),
    ]
    added = found["rows_added"]
    assert isinstance(added, list)
    assert [(r["row"], r["number"], r["texts"]["g5_built"]) for r in added] == [("西市", 3, "40")]
    assert found["rows_removed"] == []
    figures = found["figures"]
    assert isinstance(figures, list)
    moved = {m["figure_id"]: (m["before"]["value"], m["after"]["value"], m["change"], m["derived"]) for m in figures}
    assert moved == {
        "g5_built@CT.2020-11": ("33023", "33071", "48", False),
        "g5_opened@CT.2020-11": ("33023", "33071", "48", False),
        "g5_built@XJ.2020-11": ("55062", "55110", "48", True),
        "g5_opened@XJ.2020-11": ("55062", "55110", "48", True),
    }
    with Home.look(home) as opened:  # what it says of now is what is published now
        published = {f.figure_id: f"{f.value:f}" for f in opened.figures()}
    assert {name: published[name] for name in moved} == {name: after for name, (_, after, _, _) in moved.items()}


def test_the_other_way_round_is_the_opposite(
    home: Path, ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(home, ids[SECOND], ids[FIRST], capsys)
    removed, figures = found["rows_removed"], found["figures"]
    assert isinstance(removed, list)
    assert isinstance(figures, list)
    assert [r["row"] for r in removed] == ["西市"]
    assert {m["change"] for m in figures} == {"-48"}


def test_what_was_returned_has_no_figures(home: Path, ids: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    returned, right = (ids[f"submissions/network_build/CM_2020-11{n}.csv"] for n in ("", "_v2"))
    diff_submissions(returned, right, home, as_json=False)
    out = capsys.readouterr().out
    assert f"Not accepted, and without figures: {returned}" in out
    assert "22031" in out
    found = told(home, returned, right, capsys)
    figures = found["figures"]
    assert isinstance(figures, list)
    assert {m["before"] for m in figures if not m["derived"]} == {None}


def test_other_filers_and_periods_are_compared_without_figures(
    home: Path, ids: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(home, ids["submissions/network_build/CT_2020-10.csv"], ids[FIRST], capsys)
    assert found["figures"] is None
    assert found["cells"]


@pytest.mark.parametrize("other", ["XJ-2020-9999", "submissions/website_filing/GLC_2020-11.csv"])
def test_what_cannot_be_compared_is_refused(home: Path, ids: dict[str, str], other: str) -> None:
    with pytest.raises(UsageError):
        diff_submissions(ids[FIRST], ids.get(other, other), home, as_json=False)


def test_every_form_has_a_key_of_its_own_fields() -> None:
    for kind in discover_kinds().values():
        assert set(key_of(kind)) <= {f.name for f in kind.fields}
