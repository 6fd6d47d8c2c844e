"""Accepted rows unfold into figures, and filers' figures combine into the bureau's: exact, bounded, never estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.exact import canonical
from contracts.field import Field, Type
from contracts.figure import Figure
from contracts.kind import Kind
from contracts.measure import Measure, Method
from contracts.period import Period
from tests.contracts.right_rows import RIGHT, judge_right, kinds, make_table
from tests.contracts.small_kind import small_kind
from transforms.combining import combine
from transforms.figures import STEP, unfold
from transforms.parsing import parse_table

YEAR = Period.parse("2020")
FIELDS = (
    Field("name", "名称", "name"),
    Field("done", "完成数", "done", Type.COUNT, required=False),
    Field("all", "总数", "all", Type.COUNT, required=False),
    Field("stated", "填报值", "as stated", Type.QUANTITY, required=False),
    Field("number", "数值", "number", Type.DECIMAL, required=False, signed=True),
    Field("unit", "单位", "unit", required=False),
    Field("as_of", "截止", "as of", Type.DATE, required=False),
)
SUMS = (
    Measure("done", "完成", "done", "件", Method.SUM, pl.col("done").sum(), cells=("done",), across=True),
    Measure("all", "全部", "all", "件", Method.SUM, pl.col("all").sum(), cells=("all",), across=True),
    Measure("rate", "完成率", "rate", "%", Method.RATIO, of=("done", "all"), across=True),
)


def stated(field: str, **changes: Any) -> Measure:
    words: dict[str, Any] = {"unit_from": "unit", "name": "name", "as_of": pl.col("as_of").first()}
    return Measure(
        "said/{each}", "{name}", "{name}", "", Method.STATED, cells=(field,), each="name", **(words | changes)
    )


def kind_with(*measures: Measure) -> Kind:
    return small_kind(fields=FIELDS, measures=measures)


def figures_of(
    measures: Sequence[Measure], rows: Sequence[Mapping[str, str]], filer: str = "JIA", period: Period = YEAR
) -> list[Figure]:
    kind = kind_with(*measures)
    table = make_table(kind, rows)
    return unfold(kind, parse_table(table, kind.fields, year=2020), table, filer=filer, period=period)


def one(measure: Measure, **texts: str) -> Figure:
    (figure,) = figures_of([measure], [{"name": "甲", **texts}])
    return figure


# --- sums and counts


def test_a_sum_is_exact_and_names_every_cell_it_is_made_of() -> None:
    rows = [{"done": "1"}, {"done": ""}, {"done": "2,000"}, {"done": "30"}]
    (figure,) = figures_of(SUMS[:1], rows)
    assert (figure.value, figure.low, figure.high, figure.comparator) == (
        Decimal(2031),
        Decimal(2031),
        Decimal(2031),
        "=",
    )
    assert (figure.low_closed, figure.high_closed) == (True, True)
    assert (figure.indicator, figure.name, figure.unit, figure.filer) == ("done", "完成", "件", "JIA")
    assert (figure.cells, figure.as_written, figure.method) == ("B5:B8", "2031", Method.SUM)
    assert (figure.parts, figure.figure_id) == ((), "done@JIA.2020")


def test_a_count_looks_only_at_the_rows_it_is_for() -> None:
    small = Measure(
        "few", "少的", "few", "个", Method.COUNT, pl.len(), cells=("name", "done"), where=pl.col("done") < 5
    )
    rows = [{"name": n, "done": d} for n, d in (("甲", "1"), ("乙", "9"), ("丙", "2"), ("丁", "3"))]
    (figure,) = figures_of([small], rows)
    assert (figure.value, figure.cells) == (Decimal(3), "A5;A7:A8;B5;B7:B8")


def test_a_count_of_none_is_a_figure_and_names_what_was_looked_at() -> None:
    none = Measure("many", "多的", "many", "个", Method.COUNT, pl.len(), cells=("done",), where=pl.col("done") > 5)
    (figure,) = figures_of([none], [{"done": "1"}, {"done": "2"}])
    assert (figure.value, figure.as_written, figure.cells) == (Decimal(0), "0", "B5:B6")


def test_a_count_for_each_value_has_a_figure_each_with_its_own_cells() -> None:
    each = Measure("of/{each}", "{each}件数", "of {each}", "件", Method.COUNT, pl.len(), cells=("name",), each="name")
    rows = [{"name": "甲"}, {"name": "乙"}, {"name": "甲"}]
    assert [(f.indicator, f.name, f.value, f.cells) for f in figures_of([each], rows)] == [
        ("of/甲", "甲件数", Decimal(2), "A5;A7"),
        ("of/乙", "乙件数", Decimal(1), "A6"),
    ]


def test_what_has_no_value_yields_no_figure() -> None:
    largest = Measure("most", "最多", "most", "件", Method.SUM, pl.col("done").max(), cells=("done",))
    assert figures_of([largest], [{"name": "甲"}]) == []


def test_the_day_a_figure_speaks_of_is_in_its_id_unless_it_ends_the_period() -> None:
    day = Measure(
        "done", "完成", "done", "件", Method.SUM, pl.col("done").sum(), cells=("done",), as_of=pl.col("as_of").first()
    )
    assert one(day, done="1", as_of="2020-11-30").figure_id == "done@JIA.2020~2020-11-30"
    assert one(day, done="1", as_of="2020年12月31日").figure_id == "done@JIA.2020"
    assert one(day, done="1").figure_id == "done@JIA.2020"


@given(st.lists(st.integers(0, 10**15), max_size=6))
def test_sums_are_exact_however_large(numbers: Sequence[int]) -> None:
    assume(numbers)
    (figure,) = figures_of(SUMS[:1], [{"done": str(n)} for n in numbers])
    assert figure.value == sum(numbers)


# --- ratios


def test_a_ratio_is_made_of_the_two_figures_before_it() -> None:
    *_, rate = figures_of(SUMS, [{"done": "1", "all": "3"}, {"done": "0", "all": "0"}])
    assert (rate.value, rate.low, rate.high) == tuple(map(Decimal, ("33.333333", "33.333333", "33.333334")))
    assert (rate.unit, rate.comparator, rate.method, rate.as_written) == ("%", "=", Method.RATIO, "1/3")
    assert (rate.cells, rate.parts) == ("B5:B6;C5:C6", ())


def test_nothing_is_divided_by_nothing() -> None:
    assert [f.indicator for f in figures_of(SUMS, [{"done": "0", "all": "0"}])] == ["done", "all"]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_ratio_is_exact_within_its_bounds(over: int, under: int) -> None:
    *_, rate = figures_of(SUMS, [{"done": str(over), "all": str(under)}])
    exact = Fraction(over * 100, under)
    assert rate.low is not None
    assert rate.high is not None
    assert Fraction(rate.low) <= exact <= Fraction(rate.high)
    assert rate.low <= rate.value <= rate.high
    assert rate.high - rate.low <= STEP
    assert (rate.low == rate.high) == (exact * 10**6 % 1 == 0)


# --- as filed


def test_a_stated_figure_keeps_its_words_and_its_bounds() -> None:
    figure = one(stated("stated"), stated="99%以上", unit="%", as_of="2020-11-30")
    assert (figure.indicator, figure.name, figure.as_written, figure.unit) == ("said/甲", "甲", "99%以上", "%")
    assert (figure.comparator, figure.value, figure.low, figure.high) == (">=", Decimal(99), Decimal(99), None)
    assert (figure.low_closed, figure.cells, figure.method) == (True, "D5", Method.STATED)
    assert figure.as_of == "2020-11-30"


@pytest.mark.parametrize(
    ("text", "comparator", "value", "low", "high", "low_closed", "high_closed"),
    [
        ("降低15%以上", "<=", "-15", None, "-15", False, True),
        ("下降超过15%", "<", "-15", None, "-15", False, False),
        ("降低不超过15%", ">=", "-15", "-15", None, True, False),
        ("降低15%", "=", "-15", "-15.5", "-14.5", False, True),
        ("增长15%以上", ">=", "15", "15", None, True, False),
        ("降低15.5%", "=", "-15.5", "-15.55", "-15.45", False, True),
    ],
)
def test_a_fall_is_negative_and_its_bounds_are_mirrored(
    text: str, comparator: str, value: str, low: str | None, high: str | None, low_closed: bool, high_closed: bool
) -> None:
    figure = one(stated("stated"), stated=text, unit="%")
    assert (figure.comparator, figure.value, figure.as_written) == (comparator, Decimal(value), text)
    assert (figure.low, figure.high) == (low and Decimal(low), high and Decimal(high))
    assert (figure.low_closed, figure.high_closed) == (low_closed, high_closed)


@pytest.mark.parametrize(
    ("text", "unit", "value", "low", "high", "base"),
    [
        ("4859.7", "万户", "48597000", "48596500", "48597500", "户"),
        ("500", "万户", "5000000", "4995000", "5005000", "户"),
        ("1.25", "亿元", "125000000", "124500000", "125500000", "元"),
        ("12", "户", "12", "12", "12", "户"),
    ],
)
def test_a_number_and_the_unit_in_a_column_of_its_own_are_one_quantity(
    text: str, unit: str, value: str, low: str, high: str, base: str
) -> None:
    figure = one(stated("number"), number=text, unit=unit)
    assert (figure.value, figure.unit, figure.as_written) == (Decimal(value), base, text)
    assert (figure.low, figure.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("field", ["number", "stated"])
def test_a_negative_number_in_a_column_of_units_stays_negative(field: str) -> None:
    figure = one(stated(field), **{field: "-2.0"}, unit="%")
    assert (figure.value, figure.unit, figure.comparator) == (Decimal("-2"), "%", "=")
    assert (figure.low, figure.high) == (Decimal("-2.05"), Decimal("-1.95"))


def test_a_unit_written_with_the_number_is_not_put_there_twice() -> None:
    figure = one(stated("stated"), stated="490个", unit="个")
    assert (figure.value, figure.unit) == (Decimal(490), "个")


def test_a_unit_nobody_knows_is_kept_as_declared() -> None:
    figure = one(stated("stated"), stated="6", unit="次/周")
    assert (figure.value, figure.unit, figure.as_written) == (Decimal(6), "次/周", "6")


def test_what_states_no_number_yields_no_figure() -> None:
    assert figures_of([stated("stated")], [{"name": "甲", "stated": "数百家"}]) == []


def test_rows_without_a_statement_are_left_out() -> None:
    measure = stated("stated", where=pl.col("stated").is_not_null())
    rows = [{"name": "甲", "stated": ""}, {"name": "乙", "stated": "3次"}]
    assert [(f.indicator, f.cells) for f in figures_of([measure], rows)] == [("said/乙", "D6")]


# --- the bureau's own


def filed(kind: Kind, **by_filer: Mapping[str, str]) -> list[Figure]:
    """The figures of several filers, one row each."""
    return [f for who, texts in by_filer.items() for f in figures_of(kind.measures, [{"name": "甲", **texts}], who)]


def bureau(kind: Kind, figures: Sequence[Figure], *owing: str) -> dict[str, Figure]:
    return {f.indicator: f for f in combine(kind, figures, bureau="CA", owing=owing)}


def test_the_bureaus_sums_add_up_and_its_ratio_is_made_of_them() -> None:
    kind = kind_with(*SUMS)
    figures = filed(kind, JIA={"done": "1", "all": "2"}, YI={"done": "1", "all": "98"})
    made = bureau(kind, figures, "JIA", "YI")
    assert (made["done"].value, made["all"].value, made["rate"].value) == (Decimal(2), Decimal(100), Decimal(2))
    assert made["done"].parts == ("done@JIA.2020", "done@YI.2020")
    assert made["rate"].parts == ("done@CA.2020", "all@CA.2020")
    assert (made["done"].as_written, made["rate"].as_written) == ("1 + 1", "2/100")
    assert {(f.filer, f.cells) for f in made.values()} == {("CA", "")}


@pytest.mark.parametrize("owing", [("JIA", "YI", "BING"), ()])
def test_until_all_who_owe_have_filed_the_bureau_has_no_figure(owing: tuple[str, ...]) -> None:
    kind = kind_with(*SUMS)
    figures = filed(kind, JIA={"done": "1", "all": "2"}, YI={"done": "1", "all": "98"})
    assert bureau(kind, figures, *owing) == {}


def test_figures_of_different_days_are_never_added_up() -> None:
    measure = Measure(
        "done", "完成", "done", "件", Method.SUM, pl.col("done").sum(), ("done",), across=True,
        as_of=pl.col("as_of").first(),
    )  # fmt: skip
    kind = kind_with(measure)
    figures = filed(kind, JIA={"done": "1", "as_of": "2020-11-30"}, YI={"done": "1", "as_of": "2020-12-20"})
    assert bureau(kind, figures, "JIA", "YI") == {}


def test_what_is_not_across_stays_with_its_filer() -> None:
    kind = kind_with(Measure("done", "完成", "done", "件", Method.SUM, pl.col("done").sum(), cells=("done",)))
    assert bureau(kind, filed(kind, JIA={"done": "1"}), "JIA") == {}


@pytest.mark.parametrize(
    ("first", "second", "comparator", "value", "low", "high"),
    [
        ("降低20%以上", "降低15%以上", "<=", -15, None, -15),
        ("99%以上", "97%以上", ">=", 97, 97, None),
        ("超过10次", "超过12次", ">", 10, 10, None),
        ("100%", "100%", "=", 100, 100, 100),
        ("超过10次", "10次", ">=", 10, 10, None),
    ],
)
def test_the_bureau_states_what_every_filers_statement_supports(
    first: str, second: str, comparator: str, value: int, low: int | None, high: int | None
) -> None:
    kind = kind_with(stated("stated", across=True))
    figures = filed(kind, JIA={"stated": first}, YI={"stated": second})
    (made,) = bureau(kind, figures, "JIA", "YI").values()
    assert (made.comparator, made.value) == (comparator, Decimal(value))
    assert (made.low, made.high) == (None if low is None else Decimal(low), None if high is None else Decimal(high))
    assert (made.method, made.as_written) == (Method.WEAKEST, f"{first}；{second}")
    assert made.parts == ("said/甲@JIA.2020", "said/甲@YI.2020")


def test_statements_that_together_bound_nothing_make_no_figure() -> None:
    kind = kind_with(stated("stated", across=True))
    assert bureau(kind, filed(kind, JIA={"stated": "15%以上"}, YI={"stated": "不超过30%"}), "JIA", "YI") == {}


def test_statements_in_different_units_are_never_put_together() -> None:
    kind = kind_with(stated("stated", across=True))
    figures = filed(kind, JIA={"stated": "15次", "unit": "次"}, YI={"stated": "15个", "unit": "个"})
    assert bureau(kind, figures, "JIA", "YI") == {}


interval = st.sampled_from(["15%", "15%以上", "超过20%", "不超过30%", "降低5%", "降低10%以上", "约12%", "18.5%"])


@given(interval, interval, interval)
def test_the_weakest_bound_holds_whatever_any_filer_holds(first: str, second: str, third: str) -> None:
    kind = kind_with(stated("stated", across=True))
    figures = filed(kind, JIA={"stated": first}, YI={"stated": second}, BING={"stated": third})
    open_below, open_above = None in {f.low for f in figures}, None in {f.high for f in figures}
    together = list(bureau(kind, figures, "JIA", "YI", "BING").values())
    assert len(together) == (0 if open_below and open_above else 1)
    for figure, made in product(figures, together):
        assert made.low is None or (figure.low is not None and made.low <= figure.low)
        assert made.high is None or (figure.high is not None and made.high >= figure.high)
        if made.low == figure.low and figure.low_closed:
            assert made.low is None or made.low_closed
        if made.high == figure.high and figure.high_closed:
            assert made.high is None or made.high_closed
        assert made.low is None or made.low <= made.value
        assert made.high is None or made.value <= made.high
        assert (made.comparator == ">=") == (made.high is None and made.low_closed)
        assert (made.comparator == "<") == (made.low is None and not made.high_closed)


# --- real kinds


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_measure_of_every_kind_yields_figures_that_lead_to_cells(code: str) -> None:
    kind, right = kinds()[code], RIGHT[code]
    period = Period.parse(right.period)
    table = make_table(kind, right.rows, right.total)
    figures = unfold(kind, judge_right(code, right).frame, table, filer=right.filer, period=period)
    assert len({f.figure_id for f in figures}) == len(figures)
    assert all(f.cells and f.name and f.as_written for f in figures)
    assert [f for f in figures if "{" in f.indicator or "{" in f.name or not f.indicator] == []
    assert [f.figure_id for f in figures if f.low is not None and f.low > f.value] == []
    assert [f.figure_id for f in figures if f.high is not None and f.high < f.value] == []
    assert len(figures) >= len(kind.measures) or not kind.measures


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20))
def test_one_number_has_one_form(number: Decimal) -> None:
    form = canonical(number)
    assert form == number
    assert str(form) == str(canonical(form * Decimal("1.000")))
    assert "E" not in str(form)
    assert str(form) != "-0"


def test_a_number_of_38_digits_is_kept_to_the_last() -> None:
    """The default decimal context holds 28."""
    long = Decimal("12345678901234567890123456789012.345678")
    assert canonical(long) == long
    assert str(canonical(Decimal("12345678901234567890123456789012.340000"))) == "12345678901234567890123456789012.34"
