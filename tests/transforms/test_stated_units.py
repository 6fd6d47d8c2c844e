"""Units in headings, names and notes: one or none, in one spelling; only decimal multiples are converted."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.conversion import conversion
from transforms.stated_units import stated_unit, without_unit

BASES = ("户", "元", "个", "公里", "分钟", "条", "次", "人次", "%", "GB", "Mbps", "kW", "座", "人", "芯公里")
SCALES = ("", "千", "万", "百万", "千万", "亿", "万亿")
UNITS = st.builds(lambda scale, base: scale + base, st.sampled_from(SCALES[2:]), st.sampled_from(BASES[:8])) | (
    st.sampled_from(BASES)
)
BRACKETS = st.sampled_from(["({})", "（{}）", "[{}]", "【{}】", " ( {} )", "（单位：{}）", "（±{}）"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("累计（万户）", "万户"), ("同比增长 (%)", "%"), ("同比增长（％）", "%"), ("比上年同期累计(±%)", "%"),
        ("同比±%", "%"),
        ("同比增长%", "%"), ("单位：万户", "万户"), ("计量单位: 亿元", "亿元"), ("（单位：个）", "个"),
        ("金额单位：万元", "万元"),
        ("累计（单位：亿元）", "亿元"), ("固定电话普及率（部/百人）", "部/百人"), ("DOU（GB/户·月）", "GB/户·月"),
        ("ARPU（元/户.月）", "元/户·月"), ("线路（千米）", "公里"), ("功率(KW)", "kW"), ("短信【亿条】", "亿条"),
        ("流量（PB）", "PB"),
        ("累计（万户）(可比口径)", "万户"), ("万户（万户）", "万户"), ("表1 （单位：万分钟） 2024年", "万分钟"),
        ("单位：万元、%", None), ("单位：万元 %", None), ("单位：万户，亿元", None), ("累计（万户）增长（%）", None),
        ("电信业务总量(上年不变单价)", None), ("移动电话通话时长合计(含本地)", None), ("累计", None), ("万户", None),
        ("", None),
        ("（）", None), ("单位：", None), ("填报单位：户", None), ("填报单位：江西移动", None),
        ("单位：江西移动", None),
        ("单位负责人：人", None), ("（元/）", None), ("（/月）", None), ("备注（一）", None), ("5G（SA）", None),
    ],
)  # fmt: skip
def test_the_one_unit_a_text_states(text: str, unit: str | None) -> None:
    assert stated_unit(text) == unit


@pytest.mark.parametrize(
    ("stated", "base", "times"),
    [
        ("万户", "户", "10000"), ("亿元", "万元", "10000"), ("元", "亿元", "0.00000001"), ("千万次", "万次", "1000"),
        ("户", "户", "1"), ("km", "公里", "1"), ("千米", "万公里", "0.0001"), ("部/百人", "部/人", "0.01"),
        ("‰", "%", "0.1"),
        ("亿元/户·月", "元/户·月", "100000000"), ("Gbps", "Mbps", "1000"), ("MW", "kW", "1000"),
        ("万GB", "GB", "10000"),
        ("GB", "TB", None), ("PB", "GB", None), ("小时", "分钟", None), ("人", "人次", None), ("百分点", "%", None),
        ("%", "个", None), ("元/月", "元/年", None), ("元/月", "元", None), ("万", "个", None), ("", "", None),
        ("户", "", None),
        ("上年不变单价", "上年不变单价", None), ("个、座", "个", None),
    ],
)  # fmt: skip
def test_only_decimal_multiples_of_one_unit_are_converted(stated: str, base: str, times: str | None) -> None:
    assert conversion(stated, base) == (None if times is None else Decimal(times))


@given(UNITS, BRACKETS, st.sampled_from(["累计", "本月末到达", "", "电信业务总量(上年不变单价)"]))
def test_a_unit_in_brackets_is_found_and_taken_off(unit: str, brackets: str, heading: str) -> None:
    text = heading + brackets.format(unit)
    assert stated_unit(text) == unit
    assert without_unit(text) == heading
    assert stated_unit(without_unit(text)) is None


@given(UNITS, UNITS)
def test_two_units_are_none(one: str, other: str) -> None:
    assume(one != other)
    assert stated_unit(f"单位：{one}、{other}") is None
    assert stated_unit(f"累计（{one}）增长（{other}）") is None


@given(UNITS, UNITS, UNITS)
def test_conversion_is_exact_there_and_back(one: str, other: str, third: str) -> None:
    assert conversion(one, one) == 1
    there, back, on = conversion(one, other), conversion(other, one), conversion(other, third)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there * back == 1
        assert there.as_tuple().digits == (1, *there.as_tuple().digits[1:])
        if on is not None:
            assert conversion(one, third) == there * on


@given(TEXT | TEXT.map("（{}）".format) | TEXT.map("单位：{}".format))
def test_what_is_stated_is_a_spelling_that_states_itself(text: str) -> None:
    unit = stated_unit(text)
    if unit is not None:
        assert stated_unit(f"（{unit}）") == unit
        assert conversion(unit, unit) == 1
    assert stated_unit(without_unit(text)) in (None, unit)


@given(TEXT, TEXT)
def test_nothing_is_converted_to_what_is_no_unit(stated: str, base: str) -> None:
    times = conversion(stated, base)
    assert times is None or (stated_unit(f"（{stated}）") and stated_unit(f"（{base}）"))
