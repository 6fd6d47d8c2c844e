"""Writes the pages of docs/ that are made from the code: the same bytes every time, and nothing in them by hand.

`make docs` runs this; tests/test_docs.py compares. It must never say anything that the code does not say itself.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, Python looks beside it only

import typer  # noqa: E402

from contracts.examples import discover_examples  # noqa: E402
from contracts.field import Field, Meaning  # noqa: E402
from contracts.kind import Kind, discover_kinds  # noqa: E402
from contracts.level import Level  # noqa: E402
from contracts.measure import Measure, Method  # noqa: E402
from contracts.structure import RULES as STRUCTURE_RULES  # noqa: E402
from flows import settings  # noqa: E402
from flows.cli import app  # noqa: E402
from flows.commands.formats.rule_pages import rules_markdown  # noqa: E402
from flows.commands.rule_book import RuleBook, shape_entry  # noqa: E402
from tests.mart_dictionary import diagram, overview, tables_behind  # noqa: E402
from transforms.templates import TYPES_ZH  # noqa: E402
from warehouse.integrity import FRESHNESS, INTEGRITY  # noqa: E402
from warehouse.marts import Mart, discover_marts, view_name  # noqa: E402
from warehouse.promises import PROMISES  # noqa: E402
from warehouse.reconciliation import FILE_CHECKS  # noqa: E402
from warehouse.tallies import TALLIES  # noqa: E402

MADE = "<!-- made by `make docs` from {}; do not edit by hand -->\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;") if "`" not in text else _code_cell(text)


def _code_cell(text: str) -> str:
    """Inside backticks only the bar has to be escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def page(title: str, source: str, lead: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", MADE.format(source), lead.strip() + "\n", *parts])


# --- commands.md


def commands() -> str:
    # typed Any: Typer gives no public type to what it makes of an app
    group: Any = typer.main.get_command(app)
    lead = """\
`jixiao` is in `.venv/bin` after `make run`. `jixiao --help` and `jixiao COMMAND --help` say the same as this page,
`jixiao --version` which version it is. A command line that cannot be read is told in Chinese and English, with what is
written alike and how the command is written.

Exit status: 0 done, and nothing blocks; 1 `check` returned the file, or part of it, `read` could not read it,
`rules test` found a rule that would return an accepted file, or `audit` or `verify` something that does not hold; 2
misuse or a fault of ours."""
    parts = [_command(name, command) for name, command in every_command(group)]
    return page("Commands", "flows/command_line", lead, *parts)


def every_command(group: Any) -> list[tuple[str, Any]]:
    """Each command of a group by its full name, a group's own commands behind it."""
    found = []
    for name, command in group.commands.items():
        found.append((name, command))
        if hasattr(command, "commands"):
            found += [(f"{name} {below}", one) for below, one in every_command(command)]
    return found


def _command(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"jixiao {name}")
    usage = command.get_usage(context).removeprefix("Usage: ")
    rows = []
    for param in command.params:
        said, meaning = param.get_help_record(context)
        marks = re.search(r"\s*\[([^\]]*)\]$", meaning)
        rows.append((_code(said), meaning[: marks.start()] if marks else meaning, marks[1] if marks else ""))
    example = re.sub(r"\[/?bold\]", "", command.epilog or "")
    text = f"## {name}\n\n{command.help}\n\n```text\n{usage}\n```\n\n"
    return text + table(("argument or option", "meaning", ""), rows) + (f"\n{example}\n" if example else "")


# --- kinds.md, rules.md


def kinds() -> str:
    lead = """\
Every form (报表) and every list of a pack, with its columns in the order of the form and what its rows become.
`jixiao template KIND --out FILE.xlsx` writes the blank form. How a form is read: [reading.md](reading.md); what it is
judged by: [rules.md](rules.md). A column may stand under any of its headings; 必填 means that no cell of it may be
blank, 可缺列 that the whole column may be left out."""
    return page("Forms", "contracts/kinds", lead, *(_kind(k) for k in discover_kinds().values()))


OUTLINE = """\
Rows may be parts of others, and only marks say so: 其中 or # in front of a name (a part of the last row that stands
as far left or further), blanks in front (a part of the last row that begins further left), numbering (一、 （一） 1.
1.1 (1) ①: a series is part of the row in front of its first item). A row without a mark is nobody's part; 其中 speaks
of its own row, and of those behind it that are indented or numbered as parts of the same whole. 其中： alone in a row
marks the next one. A name is taken without blanks, numbering and a unit in brackets; 其中 and # become “其中:”."""


def _kind(kind: Kind) -> str:
    facts = [
        f"Filed by {', '.join(_code(f) for f in kind.filers)}; {kind.cadence}; rule prefix `{kind.prefix}`;"
        f" {len(kind.rules)} rules."
    ]
    if kind.pack_file:
        facts.append(f"It is the list `{kind.pack_file}` of a pack.")
    if kind.total_in:
        facts.append(f"A row with 合计 in “{kind.field(kind.total_in).heading}” is a control total and no data.")
    if kind.rows_stand_alone:
        facts.append("Rows stand alone: a wrong row is quarantined, the others are accepted.")
    if any(field.outline for field in kind.fields):
        facts.append(OUTLINE)
    if kind.retained:
        facts.append(f"Personal data are kept for {kind.retained} after the period (`jixiao erase`).")
    facts += [f"Compared with: {c.title_zh} ({c.title_en}, `{c.source}`)." for c in kind.contexts]
    heads = ("heading", "field", "type", "unit", "必填", "also accepted", "notes")
    parts = [
        f"## {kind.code}: {kind.title_zh}\n",
        f"{kind.title_en}. {kind.purpose_zh}\n",
        " ".join(facts) + "\n",
        table(heads, (_field(f) for f in kind.fields)),
    ]
    if kind.measures:
        titles = ("figure", "name", "unit", "how", "from", "bureau's own")
        parts.append(table(titles, (_measure(kind, m) for m in kind.measures)))
    return "\n".join(parts)


def _field(field: Field) -> tuple[str, ...]:
    notes = [field.note_zh]
    notes += [f"可选：{'、'.join(field.choices)}"] if field.choices else []
    for meaning in Meaning:
        words = " ".join(_code(word) for word, means in field.words if means is meaning)
        notes += [f"{meaning.zh}：{words}"] if words else []
    notes += [f"空白：{field.blank.zh}"] if field.blank is not Meaning.MISSING else []
    notes += [f"空白时取 {_code(field.otherwise)}"] if field.otherwise else []
    notes += ["可为负"] if field.signed else []
    notes += [f"{field.length[0]} 至 {field.length[1]} 字"] if field.length else []
    notes += ["个人信息"] if field.personal else []
    needed = ("必填" if field.required else "") + ("可缺列" if field.optional_column else "")
    kind = f"{TYPES_ZH[field.type]} `{field.type.value}`"
    said = "；".join(filter(None, notes))
    return field.heading, _code(field.name), kind, field.units_taken, needed, "、".join(field.aliases), said


def _measure(kind: Kind, measure: Measure) -> tuple[str, ...]:
    if measure.of:
        source = " ÷ ".join(_code(part) for part in measure.of)
    else:
        source = "、".join(kind.field(name).heading for name in measure.cells)
        source += " (some rows)" if measure.where is not None else ""
        source += f", one for each {kind.field(measure.each).heading}" if measure.each else ""
    across = ("weakest bound of all who owe it" if measure.method is Method.STATED else "over all who owe it") * (
        measure.across
    )
    unit = measure.unit or (f"“{kind.field(measure.unit_from).heading}”" if measure.unit_from else "")
    name = f"{measure.title_zh} / {measure.title_en}"
    return _code(measure.indicator), name, unit, measure.method.zh, source, across


def rules() -> str:
    lead = """\
强制 blocks; 准强制 blocks unless a waiver covers it; 核实 is accepted and asks for an explanation; 提示 is a note. A
rule answers pass, fail or cannot tell; what cannot be told is counted and never passes. 范围: `row` one row, `group`
the rows that share a value, `frame` the whole submission. The expressions themselves stand in `contracts/kinds/`, the
examples beside them; what a broken one is told is judged when this page is made. In a template `{name}` is an operand.

层级 is the validation level of the European Statistical System: how far a rule looks."""
    levels = table(("层级", "与什么比较", "what it compares with"), ((str(int(n)), n.zh, n.en) for n in Level))
    kinds = discover_kinds()
    book = RuleBook(kinds, discover_examples(kinds.values()))
    shape = "## Every file\n\nBefore there is a row to judge; see [reading.md](reading.md).\n\n"
    shape += rules_markdown([shape_entry(rule) for rule in STRUCTURE_RULES.values()])
    forms = (f"## {k.code}: {k.title_zh}\n\n{rules_markdown(list(book.entries(k)))}" for k in kinds.values())
    return page("Rules", "contracts/kinds and contracts/structure.py", lead, levels, shape, *forms)


# --- settings.md


def settings_page() -> str:
    lead = """\
Everything has a default; nothing has to be set. A variable that is set but empty counts as not set."""
    model = settings.Settings
    prefix = model.model_config["env_prefix"]
    meanings = attribute_docstrings(model)
    rows = [
        (
            _code(f"{prefix}{name}".upper()),
            _code(str(field.default)) if str(field.default) not in ("None", "") else "",
            meanings[name],
        )
        for name, field in model.model_fields.items()
    ]
    ours = "## Ours\n\n" + table(("variable", "default", "meaning"), rows)
    switches = [
        (
            "Telemetry",
            settings.QUIET,
            "Switched off before any of these libraries is imported. What you set yourself stays.",
        ),
        (
            "Prefect",
            settings.PATIENT,
            "Defaults for the ephemeral Prefect server of a run. What you set yourself stays.",
        ),
    ]
    parts = [
        f"## {title}\n\n{said}\n\n" + table(("variable", "set to"), [(_code(k), _code(v)) for k, v in values.items()])
        for title, values, said in switches
    ]
    last = (inspect.getdoc(settings.place_prefect) or "").partition("\n\n")[0]
    parts.append(
        f"`PREFECT_HOME` and `PREFECT_API_URL`: {last[0].lower()}{last[1:]} The folder is `prefect/` in the home.\n"
    )
    return page("Settings", "flows/settings.py", lead, ours, *parts)


def attribute_docstrings(owner: type) -> dict[str, str]:
    """What stands as a string behind each annotated attribute of a class."""
    body = ast.parse(inspect.getsource(owner)).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for first, then in zip(body.body, body.body[1:], strict=False):
        if isinstance(first, ast.AnnAssign) and isinstance(first.target, ast.Name) and isinstance(then, ast.Expr):
            found[first.target.id] = str(ast.literal_eval(then.value))
    return found


# --- marts.md, checks.md


def marts() -> str:
    lead = """\
The tables for analysts. In `analyst.duckdb` and on PostgreSQL they are views of schema `mart`, with numbers, days and
moments as such, and each can be asked as of a day: `SELECT * FROM mart.figures_as_of('2020-12-10')`; in `warehouse.db`
they are views with exact text, of the present. Each is one SQLAlchemy select in `warehouse/marts/`. Worked questions:
[queries.md](queries.md). Beside them, schema `register` of `analyst.duckdb` holds one table a form with the rows of
every submission that stands (columns: [kinds.md](kinds.md), and `_submission`, `_filer`, `_file`, `_sheet`, `_sha256`,
`_period`, `_row`, and `<field>__at`, the cell a field stands in), without fields marked 个人信息.

Sums and counts may be added up. A percentage or a mean may not: it is made of the sums beside it, and of a group it is
made of the group's sums. Of a value that was rounded or bounded (`约90`, `99%以上`) `low` and `high` say what it may
be; targets and changes are decided on them, exactly, when a figure is recorded."""
    every = table(("mart", "名称", "title", "reads"), ((_code(n), *rest) for n, *rest in overview()))
    behind = table(("table", "含义", "what it holds", "columns"), tables_behind())
    return page(
        "Marts",
        "warehouse/marts and warehouse/tables.py",
        lead,
        every,
        *(_mart(m) for m in discover_marts()),
        f"## Entity diagram\n\n{DIAGRAM}\n{diagram()}",
        f"## Tables behind the marts\n\n{BEHIND}\n{behind}",
    )


DIAGRAM = """\
The tables that marts read, with their keys. A solid line is a foreign key; a dotted one a code that both use, which the
database does not enforce, because a list may be filed after what it speaks of. `||` is exactly one, `|o` none or one,
`o{` any number.
"""
BEHIND = """\
All versions of everything that was ever known, as exact text. Where a table has `recorded_from` and `recorded_to`, a
row held from the one moment until the other, and is current while the latter is empty.
"""


def _mart(mart: Mart) -> str:
    rows = [(_code(name), zh, en) for name, (zh, en) in mart.columns.items()]
    names = f"`mart.{mart.name}` in DuckDB and on PostgreSQL, `{view_name(mart)}` in SQLite."
    said = f"{mart.title_en}. {names} {mart.row_en}\n\n{mart.row_zh}"
    return f"## {mart.name}: {mart.title_zh}\n\n{said}\n\n" + table(("column", "含义", "meaning"), rows)


def checks() -> str:
    lead = """\
After every load and before anything is published, whatever is marked “load” below; every night, and whenever
`jixiao audit` is called, all of it. What does not hold after a load stops the publication with exit status 2; what does
not hold in an audit ends `jixiao audit` with 1 and the flow `audit` in the state `DoesNotHold`. It is a fault of ours
or a hand in the database, never a filer's mistake. A check that could not be evaluated is an error, not a failure of
the data."""
    heads = ("check", "when", "table", "what must hold", "Great Expectations")
    promised = [(p, "load") for p in (*PROMISES, *INTEGRITY)] + [(p, "night") for p in FRESHNESS]
    rows = [(_code(p.name), when, p.table, f"{p.zh} / {p.en}", _code(p.expectation)) for p, when in promised]
    files = [(_code(c.name), _when(c.nightly), f"{c.zh} / {c.en}") for c in FILE_CHECKS]
    twice = [(_code(c.name), _when(c.nightly), f"{c.zh} / {c.en}") for c in TALLIES]
    return page(
        "Checks of the warehouse",
        "warehouse/promises.py, integrity.py, reconciliation.py and tallies.py",
        lead,
        "## Promises\n\nCarried out by Great Expectations over the tables.\n\n" + table(heads, rows),
        "## Files and chains\n\nFrom `warehouse/reconciliation.py`, once the promises hold.\n\n"
        + table(("check", "when", "what must hold"), files),
        "## Counted twice\n\nFrom `warehouse/tallies.py`, once the files hold: one thing counted on two ways, and Great"
        " Expectations compares.\n\n" + table(("check", "when", "what must hold"), twice),
        AUDIT,
    )


def _when(nightly: bool) -> str:
    return "night" if nightly else "load"


AUDIT = """\
## An audit

The flow `audit` (nightly at 3:35, `prefect.yaml`) and `jixiao audit PACK_OR_HOME` carry out all of the above and then
do what `jixiao verify` does: everything that is kept against the chain of the ledger. An audit tells, besides, what is
due and never came; that breaks nothing. Where somebody writes while it looks, what does not hold is looked at again.

What a night finds is one more row of the table `runs` (its own hash chain), and is published in `published/checks/`:
`index.html` with every check in both languages, how many rows it looked at, how many were not as they must be, and the
results so far; `checks.json` with the same for machines. `jixiao audit` only looks, unless `--publish` is given.

The page holds counts and texts of the program, never a value of a cell; names that a filer gave are shown as text. It
runs no script and fetches nothing, so it can be opened on any machine. Great Expectations' own Data Docs are not
published: each of their pages names seventeen things of other hosts, shows no verdict without them, and writes filed
texts as they are.

What a contract has changed since is not counted again from its registers: it would be measured by what it was not made
with. Neither is what was taken as it was written, nor what was adjusted by hand.
"""


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "kinds.md": kinds,
    "rules.md": rules,
    "settings.md": settings_page,
    "marts.md": marts,
    "checks.md": checks,
}


def main() -> None:
    for name, make in PAGES.items():
        path, text = ROOT / "docs" / name, make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"docs/{name} written")


if __name__ == "__main__":
    main()
