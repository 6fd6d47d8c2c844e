"""What is shown of a personal value, what is known by itself in prose, and that no finding says the rest."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.explanations import in_band
from contracts.field import Field, Type
from contracts.finding import Cell, Finding, Severity
from contracts.kind import Kind
from contracts.masking import (
    is_identity_number,
    is_personal_heading,
    masked,
    masked_column,
    masked_prose,
    screen_of,
    without_persons,
)
from contracts.measure import Measure, Method
from contracts.period import Period
from contracts.rule import Scope
from tests.contracts.small_kind import judge_small, make_rule, small_kind

IDENTITY = "110101197703090014"
FIELDS = (
    Field("name", "名称", "name", personal=True),
    Field("a", "甲数", "a number", Type.COUNT, required=False, personal=True),
    Field("b", "乙数", "another number", Type.COUNT, required=False, optional_column=True),
)


@pytest.mark.parametrize(
    ("filed", "shown"),
    [
        ("张三", "张**"),
        ("欧阳 娜娜", "欧**"),
        ("阿不都·热合", "***"),
        ("张", "***"),
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        (IDENTITY, "1101**********0014"),
        ("36010119900307123x", "3601**********123x"),
        ("0731-80000000", "***"),
        ("zhang@example.org", "***"),
        ("138123412345", "***"),
        ("", ""),
    ],
)
def test_a_personal_value_is_masked_by_its_shape(filed: str, shown: str) -> None:
    assert masked(filed) == shown
    assert masked(shown) == shown


@given(st.text())
def test_a_masked_value_is_masked_for_good(text: str) -> None:
    assert masked(masked(text)) == masked(text)
    assert masked_prose(masked_prose(text)) == masked_prose(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请致电13812341234。", "请致电138****1234。"),
        ("138 1234 1234 或 139-1234-1234", "138****1234 或 139****1234"),
        (f"证件{IDENTITY}，见附件", "证件1101**********0014，见附件"),
        ("110101197703090015", "110101197703090015"),  # its check digit is wrong: some other number
        ("110101197713090014", "110101197713090014"),  # nobody is born in a thirteenth month
        ("113812341234", "113812341234"),
        ("13812341234.5万元", "13812341234.5万元"),
        ("12812341234", "12812341234"),
        ("2020年建成30729个", "2020年建成30729个"),
    ],
)
def test_in_prose_only_what_is_known_by_itself_is_masked(text: str, shown: str) -> None:
    assert masked_prose(text) == shown
    assert masked_column(pl.Series("t", [None, text, "短"])).to_list() == [None, shown, "短"]


@given(st.integers(min_value=0, max_value=999))
def test_one_last_character_in_eleven_makes_an_identity_number(number: int) -> None:
    assert sum(is_identity_number(f"11010119770309{number:03}{last}") for last in "0123456789X") == 1


def test_headings_say_of_whom_a_column_is_about() -> None:
    assert [h for h in ("联系人", "联系电话", "身份证号码", "Ｅ-mail") if not is_personal_heading(h)] == []
    assert [h for h in ("设区市", "统计截止日期", "基站数") if is_personal_heading(h)] == []


def personal_kind(**changes: object) -> Kind:
    rule = make_rule(
        pl.col("a") < 0,
        expected=pl.lit("不是") + pl.col("a__text"),
        message_zh="{name} 的 {a}（{half}），共 {rows_in_all} 行",
        message_en="{name}: {a} {half} {rows_in_all}",
        fields=("a", "name", "b"),
        values={"half": pl.col("a") // 2, "rows_in_all": pl.len().over("name")},
        severity=Severity.EXPLAIN,
    )
    return small_kind(rule, fields=FIELDS, **changes)


def test_a_finding_is_made_without_what_is_personal_and_the_rule_saw_it() -> None:
    (found,) = (f for f in judge_small(personal_kind(), [("王小明", "77110022", "5")]).verdict.findings)
    assert found.message_zh == "王** 的 ***（***），共 1 行"
    assert (found.filed, found.expected) == ("***", "***")
    assert [cell.text for cell in found.cells] == ["***", "王**", "5"]
    assert "77110022" not in repr(found)
    assert "38555011" not in repr(found)


def test_of_a_group_and_of_the_whole_nothing_is_said_either() -> None:
    group = make_rule(
        pl.len().over("name") == 1,
        scope=Scope.GROUP,
        group=("name",),
        fields=("name",),
        message_zh="{name}",
        message_en="x",
    )
    frame = make_rule(
        pl.col("b").sum() < 0,
        id="SM-02",
        scope=Scope.FRAME,
        fields=("b",),
        message_zh="{all}",
        message_en="x",
        values={"all": pl.col("name").str.join("、")},
    )
    kind = small_kind(group, frame, fields=FIELDS)
    findings = judge_small(kind, [("王小明", "1", "5"), ("王小明", "2", "5")]).verdict.findings
    assert {f.rule: f.message_zh for f in findings} == {"SM-01": "王**", "SM-02": "***"}


def test_what_another_submission_filed_is_as_personal_as_ones_own() -> None:
    from contracts.context import Reference
    from tests.contracts.small_kind import Setting, previous_context

    rule = make_rule(pl.col("a") == pl.col("prev_a"), fields=("b", "prev_a"), message_zh="{prev_a}", message_en="x")
    kind = small_kind(rule, fields=FIELDS, contexts=(previous_context(),))
    there = pl.DataFrame({"_row": [5], "name": ["王小明"], "a": [77110022]})
    setting = Setting(references={"previous": Reference(there, {"name": "A", "a": "B"}, "一", "上期.csv")})
    (found,) = judge_small(kind, [("王小明", "1", "5")], setting).verdict.findings
    assert found.message_zh == "***"
    assert "77110022" not in repr(found)


def test_a_number_of_eleven_digits_is_a_number_where_a_number_is_asked_for() -> None:
    rule = make_rule(pl.col("a") < 0)
    (found,) = judge_small(small_kind(rule), [("东市", "13812341234", "5")]).verdict.findings
    assert found.message_zh == "13812341234 不对"
    words = make_rule(pl.col("name") == "", fields=("name",), message_zh="{name}", message_en="x")
    (found,) = judge_small(small_kind(words), [("东市13812341234", "1", "5")]).verdict.findings
    assert found.message_zh == "东市138****1234"


def test_what_the_file_itself_is_found_to_hold_is_masked() -> None:
    screen = screen_of(personal_kind())
    cells = (Cell("一", "A5", "name", "=1+77110022"), Cell("一", "C5", "b", "=B5"))
    found = Finding(
        "CELL-01", Severity.MUST, "A5（=1+77110022）", "A5 (=1+77110022)", "", "", cells, filed="=1+77110022"
    )
    assert "77110022" not in repr(screen.found(found))
    assert screen.found(found).cells[1].text == "=B5"
    above = Finding(
        "HEAD-09", Severity.EXPLAIN, "第 1 行", "row 1", "", "", (Cell("一", "A1", text="王小明"),), filed="王小明"
    )
    assert "小明" not in repr(screen.found(above))
    heading = Finding(
        "HEAD-04", Severity.MUST, "“名称”两次", "“名称”", "", "", (Cell("一", "A1", "name", "名称"),), filed="名称"
    )
    assert screen.found(heading) == heading


def test_an_explanation_stays_bound_to_what_a_finding_shows_now() -> None:
    assert in_band("13812341234", "138****1234", 10)  # type: ignore[arg-type]
    assert not in_band("13812349999", "138****1234", 10)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "measure",
    [
        Measure("n/{each}", "数", "n", "个", Method.COUNT, pl.len(), each="name"),
        Measure("n", "{name}", "n", "个", Method.COUNT, pl.len(), name="name"),
        Measure("n", "数", "n", "个", Method.STATED, cells=("a",)),
        Measure("n", "数", "n", "个", Method.COUNT, pl.len(), as_of=pl.col("name")),
    ],
    ids=["each", "name", "stated", "as of"],
)
def test_no_figure_may_publish_a_personal_field(measure: Measure) -> None:
    with pytest.raises(ContractError, match="personal"):
        personal_kind(measures=(measure,))


def test_retention_is_counted_from_the_end_of_the_period() -> None:
    november = Period.parse("2020-11")
    assert str(personal_kind(retained="P1Y").kept_until(november)) == "2021-12-01"
    assert str(personal_kind(retained="P3M").kept_until(november)) == "2021-03-01"
    assert personal_kind().kept_until(november) is None
    for wrong in ("3Y", "P0Y", "P1D", "PY"):
        with pytest.raises(ContractError):
            personal_kind(retained=wrong)


def test_rows_without_persons_keep_their_shape() -> None:
    rows = pl.DataFrame(
        {"_row": [1], "name": ["王小明"], "a": [5], "a__text": ["5"], "b": [13812341234], "b__text": ["13812341234"],
         "note": ["致电13812341234"], "_sha256": ["0013812341234ab"]}
    )  # fmt: skip
    bare = without_persons(rows, ("name", "a"))
    assert bare.schema == rows.schema
    assert bare.rows() == [(1, None, None, None, 13812341234, "13812341234", "致电138****1234", "0013812341234ab")]
