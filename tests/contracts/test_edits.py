"""Every slip of one cell: what it makes of texts as people write them, and that it undoes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.edits import (
    Edit,
    Slip,
    dropped,
    mistyped,
    moved,
    negated,
    number_edits,
    off_by_one,
    repeated,
    scaled,
    shifted,
    swapped,
    transposed,
    written,
)
from contracts.partial_date import parse_date

NUMBERS = st.decimals(min_value=Decimal("0.001"), max_value=Decimal("9999999"), places=3)


def texts(edits: Iterable[Edit]) -> list[str | None]:
    return [edit.text for edit in edits]


@pytest.mark.parametrize(
    ("edit", "text", "expected"),
    [
        (transposed, "12395", ["21395", "13295", "12935", "12359"]),
        (transposed, "1,209", ["2,109", "1,029", "1,290"]),
        (transposed, "１２３", ["２１３", "１３２"]),
        (transposed, "22.1%", ["21.2%"]),
        (transposed, "11", []),
        (transposed, "10", []),  # nobody writes 01
        (negated, "-5", ["5"]),
        (negated, "1,209个", ["-1,209个"]),
        (negated, "降低15%以上", ["提高15%以上"]),
        (negated, "同比增加3个", ["同比减少3个"]),
        (negated, "0", []),
        (off_by_one, "12359", ["12360", "12358"]),
        (off_by_one, "99.9%", ["100.0%", "99.8%"]),
        (off_by_one, "0", ["1"]),
        (mistyped, "7", list("012345689")),
        (dropped, "5", [None]),
        (moved, "2020-03-05", ["2019-03-05", "2021-03-05", "2020-02-05", "2020-04-05", "2020-05-03"]),
        (moved, "2020年3月5日", ["2019年3月5日", "2021年3月5日", "2020年2月5日", "2020年4月5日", "2020年5月3日"]),
        (moved, "20201130", ["20191130", "20211130", "20201030", "20201230"]),
        (moved, "2020-12-31", ["2019-12-31", "2021-12-31"]),  # there is no 31 November
        (moved, "9月15日-18日", ["8月15日-18日", "10月15日-18日"]),
        (moved, "2020-11", ["2019-11", "2021-11", "2020-10", "2020-12"]),
        (moved, "2020-2022", []),
        (moved, "2019-11-02/2019-11-08", []),  # which of the two is not known
        (moved, "12395", []),
    ],
)
def test_a_slip(edit: Callable[[str], Iterable[Edit]], text: str, expected: list[str | None]) -> None:
    assert texts(edit(text)) == expected


@pytest.mark.parametrize(
    ("text", "power", "expected"),
    [
        ("23000", -4, "2.3"),
        ("2.3", 4, "23000"),
        ("2.3万", 4, "2.3亿"),
        ("2.3万", -4, "2.3"),
        ("2.3万个", 2, "230万个"),
        ("2.3万亿", 4, None),
        ("0.987", 2, "98.7"),
        ("98.7%", -2, "0.987%"),
        ("1,209", 3, "1,209,000"),
        ("12,090,000", -4, "1,209"),
        ("5", -4, "0.0005"),
        ("12.30", 2, "1230"),
        ("0", 4, None),
        ("0.0001", -4, None),  # more decimals than a form keeps
        ("999999999999", 4, None),
        ("约", 4, None),
        ("20～30", 4, None),  # two numbers: which of them slipped is not known
    ],
)
def test_a_shifted_number_keeps_its_shape(text: str, power: int, expected: str | None) -> None:
    assert shifted(text, power) == expected


def test_slips_of_size_are_named_by_what_they_mostly_are() -> None:
    by_slip = {(e.slip, e.text) for e in scaled("1209")}
    assert {(Slip.TEN_THOUSAND, "12090000"), (Slip.HUNDRED, "12.09"), (Slip.DECIMAL, "12090")} <= by_slip


def test_what_stands_beside_and_what_stood_before() -> None:
    beside = {("左侧 B5", "on its left"): "1201", ("上方 C4", "above"): "7", ("下方 C6", "below"): None}
    assert texts(swapped("7", beside)) == ["1201"]
    assert [e.zh for e in swapped("7", beside)] == ["与左侧 B5的“1201”对调"]
    assert texts(repeated("7", "9")) == ["9"]
    assert texts(repeated("7", "7")) == texts(repeated("7", None)) == []


@pytest.mark.parametrize("text", [None, "", "无", "七", "1/2", "2020-2022"])
def test_no_single_number_no_edit(text: str | None) -> None:
    assert written(text) is None
    assert texts(number_edits(text or "")) == []


@given(st.integers(1, 10**9), st.sampled_from(["", "个", "%", "万户", "亿次"]), st.booleans(), st.booleans())
def test_what_was_written_is_written_again(number: int, behind: str, grouped: bool, wide: bool) -> None:
    plain = f"{number:,}" if grouped else str(number)
    text = "约" + (plain.translate(str.maketrans("0123456789", "０１２３４５６７８９")) if wide else plain) + behind
    assert str(written(text)) == text


@given(NUMBERS)
def test_every_slip_of_a_number_is_undone_by_one(number: Decimal) -> None:
    text = f"{number.normalize():f}"
    for edit in number_edits(text):
        assert edit.text is not None
        assert Decimal(edit.text) != number
        undone = {Decimal(again.text) for again in number_edits(edit.text) if again.text and again.slip is edit.slip}
        assert number in undone, edit


DAYS = st.dates(date(1950, 1, 1), date(2050, 12, 31))


@given(DAYS, st.sampled_from(["{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0:%Y年%m月%d日}", "{0:%Y%m%d}"]))
def test_every_moved_date_is_moved_back_by_one(day: date, how: str) -> None:
    for edit in moved(how.format(day)):
        assert edit.text is not None
        back = [parse_date(text or "", None) for text in texts(moved(edit.text))]
        assert day in {found.first for found in back if found}, edit


@given(st.text(max_size=30))
def test_any_text_is_only_looked_at(text: str) -> None:
    for edits in (number_edits, off_by_one, mistyped, moved, dropped):
        assert all(e.text is None or e.text != text for e in edits(text))
