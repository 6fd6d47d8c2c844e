"""Readings of a written number, rounded and cut off, and how finely a column was written."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.quantity import Quantity, parse_quantity
from contracts.readings import Reading, principal_reading, readings
from contracts.written_step import written_step
from transforms.parsing import parse_column


def read(text: str) -> Quantity:
    quantity = parse_quantity(text)
    assert quantity is not None
    return quantity


def interval(quantity: Quantity) -> str:
    left, right = "[" if quantity.low_closed else "(", "]" if quantity.high_closed else ")"
    return f"{left}{quantity.low},{quantity.high}{right}"


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("22.1%", "either", ["[22.05,22.15)", "[22.1,22.2)"]),
        ("22.1%", "rounded", ["[22.05,22.15)"]),
        ("22.1%", "truncated", ["[22.1,22.2)"]),
        ("2.3万个", "either", ["[22500,23500)", "[23000,24000)"]),
        ("-5.2%", "truncated", ["(-5.3,-5.2]"]),
        ("0.0%", "truncated", ["(-0.1,0.1)"]),
        ("降低15.0%", "truncated", ["[15.0,15.1)"]),
        ("490个", "either", ["[490,490]"]),
        ("490个", "truncated", ["[490,490]"]),
        ("零投诉", "either", ["[0,0]"]),
        ("99%以上", "either", ["[99,None)"]),
        ("近3成", "truncated", ["(20,30)"]),
        ("2万多个", "either", ["(20000,30000)"]),
        ("20~30个", "either", ["[20,30]"]),
        ("数百小时", "truncated", ["[200,999]"]),
    ],
)
def test_the_readings_of_a_quantity(text: str, reading: Reading, expected: list[str]) -> None:
    found = readings(read(text), reading)
    assert [interval(one) for one in found] == expected
    assert {(one.value, one.precision, one.unit) for one in found} == {
        (read(text).value, read(text).precision, read(text).unit)
    }


@given(st.decimals(-10000, 10000, places=5), st.integers(1, 3))
def test_whatever_was_rounded_or_cut_off_lies_in_the_interval(true: Decimal, places: int) -> None:
    step = Decimal(1).scaleb(-places)
    both: tuple[tuple[str, Reading], ...] = ((ROUND_HALF_UP, "rounded"), (ROUND_DOWN, "truncated"))
    for how, reading in both:
        written = true.quantize(step, how)
        sign = "-" if true < 0 and written == 0 else ""
        [one] = readings(read(f"{sign}{written}%" if not str(written).startswith("-") else f"{written}%"), reading)
        assert one.low is not None
        assert one.high is not None
        assert one.low <= true <= one.high
        assert one.low < true or one.low_closed
        if reading == "truncated":  # a half is rounded up or away from zero: which of them, nobody says
            assert true < one.high or one.high_closed


@pytest.mark.parametrize(
    ("reading", "low", "high"),
    [("either", "22500", "23500"), ("rounded", "22500", "23500"), ("truncated", "23000", "24000")],
)
def test_the_typed_columns_hold_the_declared_reading_and_the_precision(reading: Reading, low: str, high: str) -> None:
    field = Field("x", "值", "x", Type.QUANTITY, reading=reading)
    columns = {series.name: series for series in parse_column(pl.Series("x", ["2.3万个", "7", None]), field, year=None)}
    assert columns["x__low"].to_list() == [Decimal(low), Decimal(7), None]
    assert columns["x__high"].to_list() == [Decimal(high), Decimal(7), None]
    assert columns["x__precision"].to_list() == [Decimal(1000), Decimal(1), None]
    assert principal_reading(read("2.3万个"), reading).low == Decimal(low)


@pytest.mark.parametrize("kind", [Type.COUNT, Type.TEXT, Type.DAY])
def test_what_is_not_rounded_declares_no_reading(kind: Type) -> None:
    with pytest.raises(ContractError):
        Field("x", "值", "x", kind, reading="truncated")


def test_the_step_of_each_number_in_a_column_is_exact() -> None:
    texts = ["12.50", "1,234", "15.2%", "１２．５", "-0.001", "(3.25)", "1.000000000", None, " "]
    field = Field("x", "值", "x", Type.DECIMAL, unit="%", signed=True)
    frame = pl.DataFrame(parse_column(pl.Series("x", texts), field, year=None))
    steps = frame.select(written_step(field))["x__text"]
    assert steps.dtype == pl.Decimal(38, 6)
    assert steps.to_list() == [*map(Decimal, ["0.01", "1", "0.1", "0.1", "0.001", "0.01", "0.000001"]), None, None]
