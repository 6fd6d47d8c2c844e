"""Names as wholes and parts: what a mark says is taken, what no mark says is not guessed, and no name is lost."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.field import Field
from contracts.table import Table
from transforms.outline import Place, find_places, read_label
from transforms.parsing import parse_table

FIELDS = (
    Field("name", "指标名称", "indicator", outline=True),
    Field("unit", "单位", "unit", required=False, otherwise="name__unit"),
)


def placed(*names: str | None) -> list[tuple[int | None, bool]]:
    """The number (from 1) of each row's whole, and whether 其中 says so."""
    places = find_places([None if name is None else read_label(name) for name in names])
    return [(None if p.whole is None else p.whole + 1, p.marked) for p in places]


def wholes(*names: str | None) -> list[int | None]:
    return [whole for whole, _ in placed(*names)]


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [
        ("全省电话用户", "全省电话用户", None), ("其中:固定电话用户", "其中:固定电话用户", None),
        ("其中：固定电话用户", "其中:固定电话用户", None), ("　其中： 固定电话用户", "其中:固定电话用户", None),
        ("其中固定电话用户", "其中:固定电话用户", None), ("#固定电话用户", "其中:固定电话用户", None),
        ("＃ 固定电话用户", "其中:固定电话用户", None),
        ("电信业务总量（亿元）", "电信业务总量", "亿元"),
        ("电信业务总量(上年不变单价)", "电信业务总量(上年不变单价)", None),
        ("电信业务总量（上年不变单价）（亿元）", "电信业务总量(上年不变单价)", "亿元"),
        ("电 信 业 务 收 入", "电信业务收入", None),
        ("电信\n业务收入", "电信业务收入", None), ("5G SA 用户", "5G SA用户", None), ("一、电话用户", "电话用户", None),
        ("（一）电话用户", "电话用户", None), ("1.固定", "固定", None), ("1．固定", "固定", None),
        ("12、固定", "固定", None), ("(1) 固定", "固定", None),
        ("1）固定", "固定", None), ("①固定", "固定", None), ("1.1 固定", "固定", None),
        ("其中：1.固定（户）", "其中:固定", "户"),
        ("2.5G用户", "2.5G用户", None), ("5G用户", "5G用户", None), ("12321举报", "12321举报", None),
        ("1、5G用户", "5G用户", None),
        ("100M以上用户", "100M以上用户", None), ("一、", "一、", None), ("1.", "1.", None), ("其中：", "", None),
        ("#", "", None),
        ("IP电话", "IP电话", None), ("三网融合", "三网融合", None),
    ],
)  # fmt: skip
def test_a_bare_name_and_its_unit(text: str, name: str, unit: str | None) -> None:
    label = read_label(text)
    assert (label.name, label.unit) == (name, unit)


def test_one_of_which_speaks_of_its_own_row_where_nothing_else_is_marked() -> None:
    """As published: 移动电话用户 is a part too, but the table does not say it, and 4G is a part of that one."""
    names = ("电信业务收入", "全省电话用户", "其中:固定电话用户", "移动电话用户", "4G移动电话用户", "固定电话普及率")
    assert placed(*names) == [(None, False), (None, False), (2, True), (None, False), (None, False), (None, False)]


def test_rows_indented_to_the_name_behind_of_which_are_further_parts() -> None:
    names = (
        "电话用户",
        "其中：固定电话用户",
        "　　　移动电话用户",
        "　　　其中：4G",
        "　　　　　　5G",
        "宽带",
        "其中：家庭",
        "政企",
    )
    assert placed(*names) == [
        (None, False), (1, True), (1, True), (3, True), (3, True), (None, False), (6, True), (None, False),
    ]  # fmt: skip
    places = find_places([read_label(name) for name in names])
    assert [p.list for p in places] == [None, 1, 1, 3, 3, None, 6, None]


@pytest.mark.parametrize("blanks", ["  ", "　", "\t", "    ", "\u00a0\u00a0"])
def test_blanks_in_front_make_parts_of_the_last_row_further_left(blanks: str) -> None:
    names = ("合计", blanks + "甲", blanks * 2 + "甲一", blanks * 2 + "甲二", blanks + "乙", "其他")
    assert wholes(*names) == [None, 1, 2, 2, 1, None]
    assert not any(marked for _, marked in placed(*names))


def test_a_single_narrow_blank_is_no_indentation() -> None:
    assert wholes("合计", " 甲", "乙") == [None, None, None]


def test_numbering_goes_by_rank_and_by_series() -> None:
    names = ("一、业务", "1.甲", "2.乙", "(1)乙一", "（2）乙二", "①乙二甲", "3.丙", "二、用户", "1.丁", "(1)丁一")
    assert wholes(*names) == [None, 1, 1, 3, 3, 5, 1, None, 8, 9]


def test_a_series_is_part_of_the_row_in_front_of_its_first_item() -> None:
    assert wholes("电话用户", "1、固定", "2、移动", "宽带", "1、家庭") == [None, 1, 1, None, 4]
    assert wholes("1.电话用户", "2.宽带", "3.短信") == [None, None, None]
    assert wholes("电话用户", "2.移动", "4.短信") == [None, None, None]


def test_numbered_rows_go_on_with_the_list_that_of_which_opened() -> None:
    assert placed("电话用户", "其中：1.固定", "2.移动", "3.卫星") == [(None, False), (1, True), (1, True), (1, True)]


def test_of_which_alone_in_a_row_marks_the_next_one() -> None:
    assert placed("电话用户", "其中：", "　固定", "　移动", "宽带") == [
        (None, False), (None, False), (1, True), (1, True), (None, False),
    ]  # fmt: skip


def test_each_of_which_opens_a_list_of_its_own() -> None:
    places = find_places([read_label(name) for name in ("宽带", "其中：100M以上", "其中：农村", "#家庭")])
    assert [p.list for p in places] == [None, 1, 2, 3]
    assert [p.whole for p in places] == [None, 0, 0, 0]


def test_nothing_stands_above_the_first_row_and_a_blank_name_is_nobodys_part() -> None:
    assert wholes("其中：固定", "　甲", "1.乙") == [None, None, 2]
    assert wholes("合计", None, "　甲", "") == [None, None, 1, None]


def test_the_typed_frame_tells_places_by_the_rows_of_the_sheet() -> None:
    names = ["电话用户（万户）", "其中：固定", None, "　　　移动（户）", "\u3000"]
    texts = {"name": names, "unit": [None, "万户", None, " ", None]}
    frame = pl.DataFrame({"_row": [7, 8, 9, 11, 12], **texts}, schema_overrides=dict.fromkeys(texts, pl.String))
    typed = parse_table(Table("", frame, {}, {}, frame.clear()), FIELDS, year=None)
    assert typed.rows(named=True) == [
        {"_row": row, "name": name, "name__text": text, "name__unit": stated, "name__whole": whole, "name__list": first,
         "name__marked": marked, "unit": unit}
        for row, name, text, stated, whole, first, marked, unit in [
            (7, "电话用户", names[0], "万户", None, None, False, "万户"),
            (8, "其中:固定", names[1], None, 7, 8, True, "万户"),
            (9, None, None, None, None, None, False, None),
            (11, "移动", names[3], "户", 7, 8, True, "户"),
            (12, None, None, None, None, None, False, None),
        ]
    ]  # fmt: skip


NAMES = st.lists(
    st.none()
    | st.builds(
        lambda blanks, mark, number, name: blanks + mark + number + name,
        st.text(st.sampled_from(" 　\t"), max_size=5),
        st.sampled_from(["", "", "其中：", "#", "其中"]),
        st.sampled_from(["", "", "1.", "2.", "3、", "(1)", "一、", "（二）", "①", "②", "1.1 "]),
        st.sampled_from(["", "甲", "乙（户）", "丙合计", "4G"]),
    ),
    max_size=30,
)


@given(NAMES)
def test_a_whole_stands_above_its_parts_and_a_list_is_of_one_whole(names: list[str | None]) -> None:
    labels = [None if name is None else read_label(name) for name in names]
    places = find_places(labels)
    assert len(places) == len(names)
    for at, place in enumerate(places):
        if place.whole is None:
            assert place == Place()
            continue
        assert place.whole < at
        assert place.list is not None
        assert place.whole < place.list <= at
        first = places[place.list]
        assert (first.whole, first.list, first.marked) == (place.whole, place.list, place.marked)


@given(NAMES)
def test_a_blank_column_of_margin_changes_no_place(names: list[str | None]) -> None:
    shifted = [None if name is None else "　" + name for name in names]
    assert wholes(*shifted) == wholes(*names)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_label_and_its_name_is_a_label_of_the_same_name(text: str) -> None:
    name = read_label(text).name
    if name and not read_label(name).rank:
        assert read_label(name).name == name


@pytest.mark.alone
def test_long_outlines_are_quick() -> None:
    names = [("　" * (i % 50)) + ("其中：" if i % 3 else "") + f"{i}" for i in range(50_000)]
    start = time.perf_counter()
    find_places([read_label(name) for name in names])
    assert time.perf_counter() - start < 5
