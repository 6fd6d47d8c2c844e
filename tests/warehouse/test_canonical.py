"""One written form for equal things, and files that are whole or not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.exact import decimal_text
from warehouse.canonical import json_text, moment_text
from warehouse.files import hold, write_once
from warehouse.promises import DECIMAL, MOMENT

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
MOMENTS = st.datetimes(
    min_value=datetime(1990, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-5, minutes=-30))]),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [("12.50", "12.5"), ("1E+3", "1000"), ("-0", "0"), ("-0.00", "0"), ("100", "100"), ("1E-7", "0.0000001")],
)
def test_decimals_are_written_plainly(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


@given(DECIMALS)
def test_a_decimal_comes_back_as_it_was(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value
    assert re.match(DECIMAL, decimal_text(value))


@given(DECIMALS, st.integers(0, 6))
def test_equal_decimals_are_written_alike(value: Decimal, zeros: int) -> None:
    padded = Decimal(f"{value:f}" + ("" if "." in f"{value:f}" else ".") + "0" * zeros)
    assert decimal_text(padded) == decimal_text(value)


@given(MOMENTS, MOMENTS)
def test_moments_compare_as_their_texts_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (moment_text(one) < moment_text(other))
    assert (one == other) == (moment_text(one) == moment_text(other))
    assert datetime.fromisoformat(moment_text(one)) == one
    assert re.match(MOMENT, moment_text(one))


def test_json_has_one_form() -> None:
    assert json_text({"b": 1, "a": "绩效"}) == '{"a":"绩效","b":1}'


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "one"
    (tmp_path / ".one.part").write_bytes(b"left by a process that died, and longer")
    with hold(tmp_path):
        write_once(path, b"first")
        write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o222 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["one"]
