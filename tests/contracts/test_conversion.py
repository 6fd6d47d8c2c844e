"""Units: their one spelling, the exact factor between two, and quantities of fields that are filed in another unit."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.conversion import conversion, in_unit, spelled_unit
from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.quantity import parse_quantity
from transforms.parsing import parse_column


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("万户", "万户"), ("千米", "公里"), ("GB/户/月", "GB/户·月"), ("GB/户.月", "GB/户·月"), ("部/百人", "部/百人"),
        ("件/百万用户", "件/百万用户"), ("元/Mbps", "元/Mbps"), ("亿元", "亿元"), ("元/", None), ("/月", None),
        ("", None), ("瓶", None),
    ],
)  # fmt: skip
def test_a_unit_has_one_spelling(text: str, unit: str | None) -> None:
    assert spelled_unit(text) == unit
    if unit is not None:
        assert spelled_unit(unit) == unit


@pytest.mark.parametrize(
    ("stated", "base", "times"),
    [
        ("万户", "户", "10000"), ("户", "万户", "0.0001"), ("件/百万用户", "件/万户", "0.01"),
        ("件/百万用户", "件/百万户", "1"), ("部/百人", "部/人", "0.01"), ("元/Gbps", "元/Mbps", "0.001"),
        ("万元/户·月", "元/户·月", "10000"), ("GB/户·月", "GB/户/月", "1"), ("GB/户·月", "GB/户", None),
        ("‰", "%", "0.1"), ("百分点", "%", None), ("人次", "人", None), ("家", "个", None), ("瓶", "瓶", None),
    ],
)  # fmt: skip
def test_what_converts(stated: str, base: str, times: str | None) -> None:
    assert conversion(stated, base) == (None if times is None else Decimal(times))


@given(st.integers(-(10**17), 10**17), st.integers(0, 8), st.sampled_from([("户", "万户"), ("户", "亿户"), ("‰", "%")]))
def test_converting_loses_no_digit_and_converts_back(coefficient: int, places: int, units: tuple[str, str]) -> None:
    one, other = units
    read = parse_quantity(f"{Decimal(coefficient).scaleb(-places):f}{one}")
    assert read is not None
    there = in_unit(read, other)
    assert there is not None
    assert there.unit == other
    assert in_unit(there, one) == read
    times = conversion(one, other)
    assert times is not None
    assert read.value is not None
    assert there.value is not None
    # exactly, however many digits: as fractions, which no context rounds
    assert there.value.as_integer_ratio()[0] * times.as_integer_ratio()[1] * read.value.as_integer_ratio()[1] == (
        read.value.as_integer_ratio()[0] * times.as_integer_ratio()[0] * there.value.as_integer_ratio()[1]
    )


def columns(texts: list[str | None], **declared: object) -> dict[str, list[object]]:
    field = Field("x", "值", "x", Type.QUANTITY, **declared)  # type: ignore[arg-type]
    series = parse_column(pl.Series("x", texts, dtype=pl.String), field, year=None)
    return {one.name: one.to_list() for one in series}


def test_a_quantity_is_stored_in_the_unit_of_its_field() -> None:
    read = columns(["12.5万户", "125000户", "125000", "0.1亿户", "不少于3户", None], unit="万户")
    assert read["x"] == [
        Decimal("12.5"), Decimal("12.5"), Decimal(125000), Decimal(1000), Decimal("0.0003"), None,
    ]  # fmt: skip
    assert read["x__low"][:2] == [Decimal("12.45"), Decimal("12.5")]
    assert read["x__high"][:2] == [Decimal("12.55"), Decimal("12.5")]
    assert read["x__precision"][:2] == [Decimal("0.1"), Decimal("0.0001")]
    assert read["x__unit"] == ["万户"] * 5 + [None]
    assert read["x__text"][1] == "125000户"


def test_per_mille_and_nothing_at_all_are_percentages() -> None:
    read = columns(["22.5‰", "零投诉", "95%"], unit="%")
    assert read["x"] == [Decimal("2.25"), Decimal(0), Decimal(95)]
    assert read["x__unit"] == ["%"] * 3


@pytest.mark.parametrize("text", ["490家", "2.5个百分点", "3人次", "每周"])
def test_in_another_unit_there_is_no_number(text: str) -> None:
    read = columns([text], unit="%")
    assert (read["x"], read["x__low"], read["x__high"], read["x__precision"]) == ([None], [None], [None], [None])
    assert read["x__comparator"] == ["="]
    assert read["x__unit"] != ["%"]


def test_a_list_of_units_is_closed() -> None:
    listed = columns(["12万户", "3千户", "5户"], unit="户", units=("万户",))
    assert listed["x"] == [Decimal(120000), Decimal(3000), Decimal(5)]  # both are counted in 户 once 万 is taken
    assert columns(["5Gbps", "5Mbps"], unit="Mbps")["x"] == [Decimal(5000), Decimal(5)]
    assert columns(["5Gbps", "5Mbps"], unit="Mbps", units=("Mbps",))["x"] == [None, Decimal(5)]
    rhythm = columns(["每周", "每月2次", "每年", "零"], units=("次/周", "次/月"))
    assert rhythm["x"] == [Decimal(1), Decimal(2), None, Decimal(0)]


@pytest.mark.parametrize(
    "declared",
    [
        {"type": Type.COUNT, "unit": "户", "units": ("万户",)},
        {"type": Type.QUANTITY, "unit": "%", "units": ("百分点",)},
    ],
)
def test_a_list_of_units_that_contradicts_the_field_is_refused(declared: dict[str, object]) -> None:
    with pytest.raises(ContractError):
        Field("x", "值", "x", **declared)  # type: ignore[arg-type]
