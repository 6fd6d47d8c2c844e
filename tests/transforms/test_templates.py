"""The blank workbook of every kind: what it offers, that it is read back, and that filled in rightly it is accepted."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import takewhile

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from contracts.field import Field, Type
from contracts.finding import Outcome
from contracts.kind import Kind, define_kind
from contracts.period import Period
from flows.filing import judge_filed, read_filed
from tests.contracts.right_rows import RIGHT, kinds, references
from transforms.heading_match import best_block
from transforms.headings import find_table
from transforms.reading import read_book
from transforms.templates import GUIDE, ROWS, blank_workbook, sheet_name

ALL = sorted(kinds())
FIRST = 5


def cell_value(field: Field, text: str) -> str | int | date:
    """What a person's typing becomes in a spreadsheet: a number, a date, or the text."""
    if field.type is Type.COUNT and text.isdigit():
        return int(text)
    if field.type is Type.DAY and len(text) == 10 and text[4] == "-":
        return date.fromisoformat(text)
    return text


def fill(blank: bytes, kind: Kind, rows: Sequence[Mapping[str, str]]) -> bytes:
    """The blank with `rows` typed in under its headings, saved by a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book.worksheets[0]
    for row, texts in enumerate(rows, start=FIRST):
        for column, field in enumerate(kind.fields, start=1):
            if texts.get(field.name):
                sheet.cell(row, column).value = cell_value(field, texts[field.name])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def form_of(kind: Kind) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(blank_workbook(kind))).worksheets[0]


@pytest.mark.parametrize("code", ALL)
def test_filled_in_rightly_it_is_accepted(code: str) -> None:
    right, kind = RIGHT[code], kinds()[code]
    period = Period.parse(right.period)
    rows = [*right.rows, *([right.total] if right.total else [])]
    filed = read_filed(fill(blank_workbook(kind), kind, rows), "filled.xlsx", kind.in_force(period), period.year)
    assert filed.table is not None
    assert list(filed.table.columns) == [f.name for f in kind.fields]
    assert filed.frame.height == len(right.rows)
    assert filed.totals.height == (1 if right.total else 0)
    judgment = judge_filed(filed, period=period, filer=right.filer, references=references(code, right))
    assert [(f.rule, f.message_zh) for f in judgment.verdict.findings] == []
    assert judgment.verdict.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize("code", ALL)
def test_blank_it_has_every_heading_and_no_row(code: str) -> None:
    kind = kinds()[code]
    book = read_book(blank_workbook(kind), "blank.xlsx").book
    assert book is not None
    assert [finding.rule for finding in find_table(book, kind.fields, kind.total_in).findings] == ["TABLE-01"]
    assert [form_of(kind).cell(FIRST - 1, i).value for i in range(1, len(kind.fields) + 1)] == [
        f.heading for f in kind.fields
    ]


@pytest.mark.parametrize("code", ALL)
def test_the_guide_is_never_taken_for_the_table(code: str) -> None:
    kind = kinds()[code]
    book = read_book(blank_workbook(kind), "blank.xlsx").book
    assert book is not None
    (guide,) = [sheet for sheet in book.sheets if sheet.name == GUIDE]
    block = best_block(guide.grid.rows(), (), kind.fields)
    assert block is not None
    assert block.matched == {}


@pytest.mark.parametrize("code", ALL)
def test_the_guide_names_every_field_and_every_rule(code: str) -> None:
    kind = kinds()[code]
    guide = openpyxl.load_workbook(io.BytesIO(blank_workbook(kind)))[GUIDE]
    texts = {str(cell.value) for row in guide.iter_rows() for cell in row if cell.value is not None}
    for field in kind.fields:
        assert f"“{field.heading}”：{field.title_en}" in texts
    assert {rule.id for rule in kind.rules} <= texts
    assert {f"{rule.title_zh}。" for rule in kind.rules} <= texts


@pytest.mark.parametrize("code", ALL)
def test_every_clause_that_is_cited_stands_in_the_guide(code: str) -> None:
    """“本表填报说明第4条” can be looked up: the clause stands there once, with the rules that rest on it below it."""
    kind = kinds()[code]
    guide = openpyxl.load_workbook(io.BytesIO(blank_workbook(kind)))[GUIDE]
    column = [(str(a.value or ""), str(b.value or "")) for a, b in guide.iter_rows(max_col=2)]
    firsts = [a for a, _ in column]
    for rule in kind.rules:
        cited = re.search(r"填报说明(?:第(\d+)条)?", rule.basis)
        if cited is None:
            continue
        assert cited[1], f"{rule.id} cites no clause of the 填报说明: {rule.basis}"
        at = firsts.index(f"第{cited[1]}条")
        assert firsts.count(f"第{cited[1]}条") == 1
        below = [b for a, b in takewhile(lambda row: not row[0], column[at + 1 :])]
        assert f"{rule.title_zh}（{rule.id}，{rule.severity.value}）。" in below
        called = rule.basis.partition("条（")[2].removesuffix("）")
        assert not called or column[at][1] == f"{called}。"
    numbers = [int(text[1:-1]) for text in firsts if re.fullmatch(r"第\d+条", text)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("code", ["network_build", "nuisance_calls", "tariffs"])
def test_the_guide_comes_back_ignored_and_named(code: str) -> None:
    right, kind = RIGHT[code], kinds()[code]
    data = fill(blank_workbook(kind), kind, right.rows)
    filed = read_filed(data, "filled.xlsx", kind.in_force(Period.parse(right.period)), 2020)
    assert filed.findings == ()
    assert filed.account is not None
    (ignored,) = (one for one in filed.account.ignored if one.sheet == GUIDE)
    assert (ignored.reason_zh, filed.account.found) == ("不是本表的工作表", 0)


@pytest.mark.parametrize("code", ALL)
def test_the_bytes_depend_on_the_contract_alone(code: str) -> None:
    assert blank_workbook(kinds()[code]) == blank_workbook(kinds()[code])


@pytest.mark.parametrize("code", ALL)
def test_every_column_has_its_note_and_every_choice_its_list(code: str) -> None:
    kind = kinds()[code]
    rules = {str(v.sqref): v for v in form_of(kind).data_validations.dataValidation}
    assert len(rules) == len(kind.fields)
    for column, field in enumerate(kind.fields, start=1):
        letter = get_column_letter(column)
        rule = rules[f"{letter}{FIRST}:{letter}{FIRST + ROWS - 1}"]
        assert rule.promptTitle == field.heading[:32]
        assert ("必填" in rule.prompt) == field.required
        assert field.unit in rule.prompt
        assert (rule.type == "list") == bool(field.choices)
        if field.choices:
            assert rule.formula1 == f'"{",".join(field.choices)}"'


def test_required_columns_are_told_by_their_colour_and_not_by_their_heading() -> None:
    kind = kinds()["work_nodes"]
    form = form_of(kind)
    colours = {f.name: form.cell(FIRST - 1, i).fill.fgColor.rgb for i, f in enumerate(kind.fields, start=1)}
    needed = {colours[f.name] for f in kind.fields if f.required}
    others = {colours[f.name] for f in kind.fields if not f.required}
    assert len(needed) == len(others) == 1
    assert needed != others
    assert "橙色" in str(form["A3"].value)


def test_what_a_spreadsheet_would_change_on_entry_is_kept_as_text() -> None:
    kind = kinds()["work_nodes"]
    form = form_of(kind)
    formats = {
        f.name: form.column_dimensions[get_column_letter(i)].number_format for i, f in enumerate(kind.fields, start=1)
    }
    assert formats["node_no"] == "@"
    assert formats["finished"] == "@"
    assert formats["indicator_no"] == "0"


def odd_kind(choices: tuple[str, ...]) -> Kind:
    return define_kind(
        code="odd",
        prefix="OD",
        title_zh="填报说明",
        title_en="a form with an awkward title",
        purpose_zh="测试",
        filers=("department",),
        cadence="yearly",
        fields=[Field("place", "地区", "place", Type.CHOICE, choices=choices), Field("n", "数", "n", Type.COUNT)],
    )


@pytest.mark.parametrize("choices", [tuple(f"第{i}号很长的地区名称" for i in range(60)), ("甲,乙", "丙")])
def test_a_list_that_no_formula_holds_stands_in_cells(choices: tuple[str, ...]) -> None:
    kind = odd_kind(choices)
    assert sheet_name(kind) != GUIDE
    book = openpyxl.load_workbook(io.BytesIO(blank_workbook(kind)))
    validations = book.worksheets[0].data_validations.dataValidation
    (drop_down,) = [v for v in validations if v.type == "list"]
    sheet, _, area = drop_down.formula1.partition("!")
    assert sheet == f"'{GUIDE}'"
    assert tuple(cell.value for (cell,) in book[GUIDE][area.replace("$", "")]) == choices
    rows = [{"place": choices[-1], "n": "3"}]
    filed = read_filed(fill(blank_workbook(kind), kind, rows), "filled.xlsx", kind, 2020)
    assert judge_filed(filed, period=None, filer=None).verdict.findings == ()


@pytest.mark.parametrize("title", ["a/b:c*?[d]\\", "很长的标题" * 10, "'quoted'"])
def test_a_title_that_no_sheet_may_bear_is_made_one(title: str) -> None:
    kind = kinds()["nuisance_calls"]
    renamed = define_kind(
        code="x", prefix="XX", title_zh=title, title_en=title, purpose_zh="测试", filers=(), cadence="yearly",
        fields=kind.fields,
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(blank_workbook(renamed)))
    assert book.sheetnames == [sheet_name(renamed), GUIDE]
