"""A new submission kind is one module and one file of examples: the spine names no kind, and one more just runs."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.kind import Kind
from contracts.schema import CONVENTION
from flows.batch import BatchResult, load_pack, run_plain
from flows.commands.catalogue import known_kinds, write_template
from flows.settings import Settings
from flows.starter import write_starter
from tests.contracts.right_rows import kinds
from transforms.reading import read_book

PACKAGES = ("contracts", "transforms", "warehouse", "flows")
NAMES = sorted(kind.code for kind in kinds().values() if kind.pack_file is None)

# What may name a kind, and why. Whoever adds a line here gives up that the kind is one module.
ALLOWED = {
    "warehouse/reports/nodes.py": {"work_nodes"},  # the annual form is a report on the nodes of the plan
    "warehouse/reports/attachments.py": {
        "indicator_figures"
    },  # figures that were filed and not computed are told apart
    # The examples that `--help` shows.
    "flows/command_line/asking.py": {"user_complaints"},
    "flows/command_line/filing.py": {"network_build"},
    "flows/command_line/rule_book.py": {"network_build"},
    # The mart of complaints' timeliness is over that register, as its law has it.
    "warehouse/complaint_tallies.py": {"user_complaints"},
    "warehouse/dimensions.py": {"user_complaints", "work_nodes"},
    # The table of the plan's nodes is called what the form that reports on them is called.
    "warehouse/dimension_tables.py": {"work_nodes"},
    "warehouse/marts/dimensions.py": {"work_nodes"},
    "warehouse/meanings.py": {"work_nodes"},
    "warehouse/migrations/versions/0007_dimensions.py": {"work_nodes"},
    "warehouse/roles.py": {"work_nodes"},
}


def sources(root: Path) -> Iterator[Path]:
    """Every source file and template of the packages but the kinds themselves and the starter, which is a pack."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            inside = path.relative_to(root).as_posix()
            if path.suffix in (".pyc", ".woff2") or "__pycache__" in inside or not path.is_file():
                continue
            if not inside.startswith(("contracts/kinds/", "flows/starter/pack/")):
                yield path


def named_in(root: Path) -> dict[str, set[str]]:
    word = re.compile(rf"\b(?:{'|'.join(NAMES)})\b")
    found = {p.relative_to(root).as_posix(): set(word.findall(p.read_text(encoding="utf-8"))) for p in sources(root)}
    return {path: names for path, names in found.items() if names}


def test_no_source_outside_the_kinds_names_one(root: Path) -> None:
    assert len(NAMES) >= 8
    assert {path: names - ALLOWED.get(path, set()) for path, names in named_in(root).items()} == {
        path: set() for path in ALLOWED
    }


def test_a_kinds_name_in_the_spine_would_be_seen(tmp_path: Path) -> None:
    for package in PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "contracts" / "stray.py").write_text("if kind.code == 'network_build': ...\n", encoding="utf-8")
    (tmp_path / "warehouse" / "stray.html.j2").write_text("{% if kind == 'tariffs' %}", encoding="utf-8")
    assert named_in(tmp_path) == {
        "contracts/stray.py": {"network_build"},
        "warehouse/stray.html.j2": {"tariffs"},
    }


def test_a_kind_module_is_called_as_its_kind(root: Path) -> None:
    modules = {path.stem for path in (root / "contracts" / "kinds").glob("*.py")} - {"__init__"}
    assert modules == set(kinds())


# --- one more kind, in a folder of its own


MODULE = '''
"""杆路资源表: poles by county."""

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Measure, Method
from contracts.rule import Rule, Scope

KIND = define_kind(
    code="pole_routes",
    prefix="PR",
    title_zh="杆路资源表",
    title_en="pole routes",
    purpose_zh="各县杆路数量和共享数量。",
    filers=("basic_carrier",),
    cadence="yearly",
    fields=(
        Field("county", "县区", "county"),
        Field("poles", "杆路数", "poles", Type.COUNT, unit="根"),
        Field("shared", "其中共享", "of them shared", Type.COUNT, unit="根"),
    ),
    rules=(
        Rule(
            id="PR-01",
            severity=Severity.MUST,
            scope=Scope.ROW,
            title_zh="共享不超过总数",
            title_en="no more shared than there are",
            holds=pl.col("shared") <= pl.col("poles"),
            fields=("shared", "poles"),
            expected=pl.lit("≤ ") + pl.col("poles").cast(pl.String),
            message_zh="共享 {shared} 根，超过总数 {poles} 根。",
            message_en="{shared} shared of {poles}.",
            basis="示例约定",
        ),
    ),
    total_in="county",
    measures=(
        Measure("poles", "杆路", "poles", "根", Method.SUM, pl.col("poles").sum(), cells=("poles",), across=True),
        Measure(
            "poles_shared", "共享杆路", "poles shared", "根", Method.SUM, pl.col("shared").sum(), cells=("shared",),
            across=True,
        ),
        Measure("shared_rate", "共享率", "rate", "%", Method.RATIO, of=("poles_shared", "poles"), across=True),
    ),
)
'''
HEADING = "县区,杆路数,其中共享\n"
FILED = {
    "JIA_2025.csv": "甲县,1200,300\n乙县,800,0\n合计,2000,300\n",
    "YI_2025.csv": "甲县,1000,1700\n",
    "YI_2025_v2.csv": "甲县,1000,700\n",
}


def write_kind_and_pack(folder: Path) -> tuple[Path, Path]:
    """One module and samples: where the module is, and the pack."""
    module, pack = folder / "kinds", folder / "pack"
    module.mkdir()
    (module / "pole_routes.py").write_text(MODULE, encoding="utf-8")
    write_starter(pack)
    shutil.rmtree(pack / "submissions")
    (pack / "submissions" / "pole_routes").mkdir(parents=True)
    arrivals, owed = ["file,received_at,channel"], ["filer,kind,cadence,due,roll,from,until,basis"]
    for day, (name, rows) in enumerate(FILED.items(), start=10):
        (pack / "submissions" / "pole_routes" / name).write_text(HEADING + rows, encoding="utf-8")
        arrivals.append(f"submissions/pole_routes/{name},2025-12-{day}T09:00:00+08:00,邮件")
    owed += [f"{filer},pole_routes,yearly,12-31,none,,,示例" for filer in ("JIA", "YI")]
    (pack / "arrivals.csv").write_text("\n".join(arrivals) + "\n", encoding="utf-8")
    (pack / "obligations.csv").write_text("\n".join(owed) + "\n", encoding="utf-8")
    return module, pack


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatchResult]:
    """A run of a pack whose only submissions are of a kind that ships with nobody."""
    folder = tmp_path_factory.mktemp("one more")
    module, pack = write_kind_and_pack(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIXIAO_KINDS", str(module))
        settings = Settings()
        yield run_plain(load_pack(pack, settings), folder / "home", settings)


def test_one_more_kind_is_received_judged_and_loaded(ran: BatchResult) -> None:
    assert (ran.submissions, ran.outcomes) == (3, {"accepted": 2, "partial": 0, "returned": 1})
    assert ran.findings == {"强制": 1, "准强制": 0, "核实": 0, "提示": 0}


def test_one_more_kinds_figures_are_published_with_their_cells(ran: BatchResult) -> None:
    with (ran.home / "published" / "annual" / "2025" / "figures.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["figure_id"]: row for row in csv.DictReader(file)}
    own = {name: (row["value"], row["unit"]) for name, row in rows.items() if row["submission"] and "pole" in name}
    assert own["poles@JIA.2025"] == ("2000", "根")
    assert own["poles_shared@YI.2025"] == ("700", "根")
    assert own["poles@SLJ.2025"] == ("3000", "根")
    assert rows["shared_rate@SLJ.2025"]["value"] == "33.333333"
    assert rows["poles@JIA.2025"]["cell"] == "B2:B3"
    assert rows["poles@YI.2025"]["file"] == "submissions/pole_routes/YI_2025_v2.csv"
    assert "杆路" in ran.summary.read_text(encoding="utf-8")


def test_one_more_kinds_findings_are_published_with_their_rule(ran: BatchResult) -> None:
    reports = [json.loads(p.read_text(encoding="utf-8")) for p in ran.validation.parent.glob("*.json")]
    (finding,) = [finding for report in reports for finding in report["findings"]]
    assert (finding["rule"], finding["cell"], finding["filed"]) == ("PR-01", "C2", "1700")
    assert finding["message_zh"] == "共享 1700 根，超过总数 1000 根。"


def test_one_more_kind_has_its_template_and_stands_in_the_lists(ran: BatchResult, tmp_path: Path) -> None:
    kind = known_kinds("pole_routes")["pole_routes"]
    assert isinstance(kind, Kind)
    assert {rule.basis for rule in kind.rules} == {CONVENTION, "示例约定"}
    out = tmp_path / "blank.xlsx"
    write_template("pole_routes", out)
    book = read_book(out.read_bytes(), out.name).book
    assert book is not None
    assert "县区" in book.sheets[0].grid.rows()[-1]
