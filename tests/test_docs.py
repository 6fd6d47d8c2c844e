"""The texts keep their word: everything is listed, every link leads somewhere, every marked command really runs.

A fenced block behind `<!-- run -->` is run by bash in a folder that looks like a clone in which `make run` was called;
behind `<!-- file: PATH -->` stands a file that is written there; behind `<!-- prints: COMMAND -->` what the block
before (or `make run`) must end its output with. `make run` stands for what it calls; `make test` is not called here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
import typer
from rich.console import Console
from sqlalchemy import URL, Connection, delete, insert, select, text

from contracts.kind import discover_kinds
from contracts.structure import RULES as STRUCTURE_RULES
from flows import settings
from flows.batch import load_pack, run_plain
from flows.cli import app
from flows.commands import run as run_command
from flows.settings import Settings
from tests.mart_dictionary import tables_read
from tests.regenerate_docs import PAGES, every_command
from warehouse.database import reading, writing
from warehouse.home import Home
from warehouse.integrity import FRESHNESS, INTEGRITY
from warehouse.marts import discover_marts
from warehouse.promises import PROMISES
from warehouse.reconciliation import FILE_CHECKS
from warehouse.tables import metadata
from warehouse.tallies import TALLIES

ROOT = Path(__file__).resolve().parents[1]
MADE_BY_TOOLS = {".git", ".venv", "var", "build", "dist", "__pycache__"}
COMMANDS = [name for name, _ in every_command(typer.main.get_command(app))]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>run|file|prints)(?:: (?P<what>[^\n]+))? -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
QUESTION = re.compile(r"^```sql\n(?P<sql>.*?)^```\n\n(?P<table>(?:^\|[^\n]*\|\n)+)", re.M | re.S)
# Hosts and switches that would tie a reader to one registry; written so that this file does not match itself.
INDEX = re.compile(
    r"py(?:pi)\.org|python(?:hosted)\.org|https?://(?!example\.org)[^\s\"'<>`]*/simple\b|(?:PIP|UV)_(?:EXTRA_)?INDEX_URL"
    r"|https?://[^\s\"'<>`]*(?:artifactory|nexus|mirror)",
    re.I,
)


def files(suffix: str = "") -> list[Path]:
    """Every file of the clone that is ours, as a checkout has it."""
    found = []
    for folder, names, here in os.walk(ROOT):
        names[:] = [n for n in names if n not in MADE_BY_TOOLS and not n.endswith("_cache") and n != ".hypothesis"]
        found += [Path(folder) / name for name in here if name.endswith(suffix) and not name.endswith(".pyc")]
    return sorted(found)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands under `## heading: …` or `## heading` of a page of docs/."""
    found = re.search(rf"^## {re.escape(heading)}(?::[^\n]*)?\n(.*?)(?=^## |\Z)", text_of(f"docs/{page}"), re.M | re.S)
    assert found, f"docs/{page} has no section {heading}"
    return found[1]


# --- everything has its line


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_what_the_code_says_now(page: str) -> None:
    assert text_of(f"docs/{page}") == PAGES[page](), "run make docs"


def test_every_command_is_described() -> None:
    assert COMMANDS
    for name in COMMANDS:
        assert f"jixiao {name}" in section("commands.md", name)


def test_every_setting_and_switch_is_listed() -> None:
    page = text_of("docs/settings.md")
    for name in Settings.model_fields:
        line = re.search(rf"^\| `JIXIAO_{name.upper()}` \|.*\| (.+) \|$", page, re.M)
        assert line, name
        assert len(line[1]) > 10
    for name, value in {**settings.QUIET, **settings.PATIENT}.items():
        assert f"| `{name}` | `{value}` |" in page


def test_every_kind_its_fields_measures_and_rules_are_listed() -> None:
    for kind in discover_kinds().values():
        form, judged = section("kinds.md", kind.code), section("rules.md", kind.code)
        assert [f.name for f in kind.fields if f"| {f.heading} | `{f.name}` |" not in form] == []
        assert [m.indicator for m in kind.measures if f"| `{m.indicator}` |" not in form] == []
        assert [r.id for r in kind.rules if f"| `{r.id}` | {r.severity.value} |" not in judged] == []
    shape = section("rules.md", "Every file")
    assert [rule for rule in STRUCTURE_RULES if f"| `{rule}` |" not in shape] == []
    assert [rule for rule in STRUCTURE_RULES if rule not in text_of("docs/reading.md")] == []


def test_every_mart_and_column_is_listed() -> None:
    for mart in discover_marts():
        described = section("marts.md", mart.name)
        names = [column.name for column in mart.select.selected_columns]
        assert names
        assert [name for name in names if f"| `{name}` |" not in described] == []


def test_the_entity_diagram_has_every_table_that_a_mart_reads() -> None:
    drawn = section("marts.md", "Entity diagram")
    read = {table for mart in discover_marts() for table in tables_read(mart)}
    assert read
    assert read <= set(re.findall(r"^    (\w+) \{$", drawn, re.M))
    ends = {name for line in re.findall(r"^    (\w+) \S+(?:--|\.\.)\S+ (\w+) :", drawn, re.M) for name in line}
    assert read - ends == {"home"}, "a table that nothing leads to"
    behind = section("marts.md", "Tables behind the marts")
    assert [table for table in read if f"| {table} | " not in behind] == []


def test_every_check_is_listed() -> None:
    page = section("checks.md", "Promises")
    promised = {p.name: "load" for p in (*PROMISES, *INTEGRITY)} | {p.name: "night" for p in FRESHNESS}
    told = {p.name: p for p in (*PROMISES, *INTEGRITY, *FRESHNESS)}
    lines = [f"| `{name}` | {when} | {told[name].table} | {told[name].zh}" for name, when in promised.items()]
    assert [line for line in lines if line not in page] == []
    for heading, checks in (("Files and chains", FILE_CHECKS), ("Counted twice", TALLIES)):
        lines = [f"| `{c.name}` | {'night' if c.nightly else 'load'} | {c.zh} / {c.en} |" for c in checks]
        assert [line for line in lines if line not in section("checks.md", heading)] == []
        assert len(re.findall(r"^\| `", section("checks.md", heading), re.M)) == len(checks) > 0


# --- what is named exists


@pytest.mark.parametrize("page", files(".md"), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in t]
    assert [t for t in targets if t and not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", files(".md"), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_and_target_that_is_named_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", text_of("Makefile"), re.M))
    assert set(re.findall(r"(?:`|^\$ |^)make ([a-z]+)", text, re.M)) <= targets
    assert set(re.findall(r"(?:`|^ *|&& )jixiao ([a-z]+)", text, re.M)) <= set(COMMANDS)


def test_make_run_calls_what_is_run_here() -> None:
    makefile = text_of("Makefile")
    assert "\nPACK ?= examples/jiangxi-2020\n" in makefile
    assert "\n\t@$(BIN)/jixiao run $(PACK)\n" in makefile
    scripts = tomllib.loads(text_of("pyproject.toml"))["project"]["scripts"]
    assert scripts == {"jixiao": "flows.cli:main"}


def test_no_file_names_a_registry() -> None:
    named = {
        str(path.relative_to(ROOT)): found[0]
        for path in files()
        if (found := INDEX.search(path.read_bytes().decode("utf-8", "ignore")))
    }
    assert named == {}


@pytest.mark.parametrize(
    "text", ["https://pypi" + ".org/project/x", "http://10.0.0.1/root/" + "simple/", "PIP_INDEX" + "_URL=x"]
)
def test_a_registry_would_be_noticed(text: str) -> None:
    assert INDEX.search(f"see {text} for more")


# --- what is marked runs


@dataclass(frozen=True)
class Block:
    """A marked fenced block: "run", "file" or "prints", and of what."""

    mark: str
    what: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    for found in BLOCK.finditer(text_of(page)):
        if found["mark"]:
            yield Block(found["mark"], found["what"] or "", found["text"])


MARKED = [str(p.relative_to(ROOT)) for p in files(".md") if any(blocks(str(p.relative_to(ROOT))))]


@dataclass(frozen=True)
class Clone:
    """A folder like a clone after `make run`, and what that run printed."""

    folder: Path
    printed: str

    def bash(self, script: str) -> subprocess.CompletedProcess[str]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("JIXIAO_", "PREFECT_HOME"))}
        path = f"{self.folder / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=kept | {"PATH": path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=280,
        )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: pytest.MonkeyPatch) -> Clone:
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name, command in (("python", ""), ("jixiao", "-m flows.cli")):
        shim = folder / ".venv" / "bin" / name
        shim.parent.mkdir(parents=True, exist_ok=True)
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
    own = Settings(var=Path("var"), kinds="")
    said = StringIO()
    monkeypatch_module.setattr(run_command, "Console", lambda: Console(file=said, width=80))
    with chdir(folder):
        pack = load_pack(Path("examples/jiangxi-2020"), own)
        run_command._print(run_plain(pack, own.var / pack.name, own), "examples/jiangxi-2020")
    return Clone(folder, said.getvalue())


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def plain(text: str) -> str:
    """Without blank lines at the ends and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_there_are_marked_commands() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/queries.md"} <= set(MARKED)
    marks = re.findall(r"^<!-- (?:run|file|prints)\b.*$", "".join(map(text_of, MARKED)), re.M)
    assert len(marks) == sum(1 for page in MARKED for _ in blocks(page)), "a mark without its block"


@pytest.mark.parametrize("page", MARKED)
def test_every_marked_block_does_what_the_page_says(page: str, clone: Clone) -> None:
    said = clone.printed
    for block in blocks(page):
        if block.mark == "file":
            (clone.folder / block.what).parent.mkdir(parents=True, exist_ok=True)
            (clone.folder / block.what).write_text(block.text, encoding="utf-8")
        elif block.mark == "run":
            answer = clone.bash(block.text)
            assert answer.returncode == 0, f"{block.text}\n{answer.stdout}\n{answer.stderr}"
            said = answer.stdout
        else:
            printed = clone.printed if block.what == "make run" else said
            assert plain(printed).endswith(plain(block.text)), printed


def questions() -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Of every question of docs/queries.md the query, and the headings and rows of the answer that is stated."""
    page = text_of("docs/queries.md")
    asked = list(QUESTION.finditer(page))
    assert len(asked) == page.count("```sql") == 10
    for question in asked:
        heads, _, *rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in question["table"].splitlines()
        ]
        yield question["sql"], heads, rows


def test_the_queries_give_the_answers_that_are_stated(clone: Clone) -> None:
    path = str(clone.folder / "var" / "jiangxi-2020" / "analyst.duckdb")
    with duckdb.connect(path, read_only=True) as home:
        for sql, heads, rows in questions():
            answer = home.execute(sql)
            assert [column[0] for column in answer.description or ()] == heads
            assert [[written(value) for value in row] for row in answer.fetchall()] == rows, sql


def test_the_queries_give_the_same_answers_on_postgresql(clone: Clone, tmp_path: Path, database: URL) -> None:
    kept = Home.look(clone.folder / "var" / "jiangxi-2020")
    with kept, Home.open(tmp_path, bureau=kept.bureau, title=kept.title, database_url=database) as home:
        with reading(kept.engine) as source:
            copy_rows(source, home)
        with reading(home.engine) as connection:
            for sql, heads, rows in questions():
                answer = connection.execute(text(sql))
                assert list(answer.keys()) == heads
                assert [[written(value) for value in row] for row in answer] == rows, sql


def copy_rows(source: Connection, home: Home) -> None:
    """Every table as it stands there; rows may refer to later ones of their own table."""
    with writing(home.engine) as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table in metadata.sorted_tables:
            connection.execute(delete(table))
            if rows := [dict(row) for row in source.execute(select(table)).mappings()]:
                connection.execute(insert(table), rows)


def written(value: object) -> str:
    """A value as the page writes it: no idle zeros, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
