"""Quantities of cells and of running prose, against the words of real submissions and against laws."""

from __future__ import annotations

import csv
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.period import parse_date
from contracts.quantity import Quantity, Span, parse_quantity, render, scan

CASES = list(csv.DictReader((Path(__file__).parent / "quantities.csv").open(encoding="utf-8-sig")))
YEARS = {"000": 2020, "001": 2020, "002": 2022, "003": 2019, "004": 2021}
TARGETS = {"Q247"}  # 拦截率达95% stands in a target cell, where 达 is a lower bound
KINDS = {"zero_target": "zero", "zero": "zero", "duration": "duration", "recurrence": "recurrence",
         "definition": "definition"}  # fmt: skip

Row = tuple[Decimal | None, str, str, Decimal]


def spans_of(case: dict[str, str]) -> list[Span]:
    role: Literal["actual", "target"] = "target" if case["case_id"] in TARGETS else "actual"
    return scan(case["snippet"].replace("\\n", "\n"), year=YEARS[case["source_file"][:3]], role=role)


def stated(case: dict[str, str]) -> list[Row]:
    if case["n"] == "0":
        return []
    columns = (case[name].split("|") for name in ("value", "unit", "comparator", "precision"))
    rows = zip(*columns, strict=True)
    return [(Decimal(v), unit.replace("-", ""), sign, Decimal(p)) for v, unit, sign, p in rows]


def dates_of(text: str) -> list[tuple[date, date | None]]:
    found: list[tuple[date, date | None]] = []
    for one in text.split(";"):
        first, slash, last = one.removeprefix("year ").removeprefix("<=").partition("/")
        start = parse_date(first, None)
        end = parse_date(last or first, None) if last or not slash else None
        assert start is not None
        found.append((start.first, end.last if end else None))
    return found


def test_the_cases_are_all_here() -> None:
    assert len(CASES) == 162


@pytest.mark.parametrize("case", CASES, ids=[case["case_id"] for case in CASES])
def test_prose_of_real_submissions(case: dict[str, str]) -> None:
    spans = spans_of(case)
    read = [span.quantity for span in spans if span.quantity is not None]
    assert [(q.value, q.unit, q.comparator, q.precision) for q in read] == stated(case)
    if case["kind"] in KINDS:
        assert [q.kind for q in read] == [KINDS[case["kind"]]]


@pytest.mark.parametrize("case", [c for c in CASES if c["date"]], ids=[c["case_id"] for c in CASES if c["date"]])
def test_dates_in_prose_of_real_submissions(case: dict[str, str]) -> None:
    dated = [span for span in spans_of(case) if span.kind in ("date", "year_range")]
    found = [(day, span.deadline) for span in dated for day in span.dates or (span.date,)]
    expected = dates_of(case["date"])
    assert len(found) == len(expected)
    for (day, deadline), (first, last), written in zip(found, expected, case["date"].split(";"), strict=True):
        assert day is not None
        assert (day.first, day.last if last else None) == (first, last)
        assert deadline == written.startswith("<=")


def interval(quantity: Quantity) -> str:
    left, right = "[" if quantity.low_closed else "(", "]" if quantity.high_closed else ")"
    low = "-∞" if quantity.low is None else f"{quantity.low:f}"
    high = "∞" if quantity.high is None else f"{quantity.high:f}"
    return f"{left}{low},{high}{right}"


@pytest.mark.parametrize(
    ("text", "value", "unit", "comparator", "expected", "kind"),
    [
        ("21544 个", "21544", "个", "=", "[21544,21544]", "quantity"),
        ("３２８６件", "3286", "件", "=", "[3286,3286]", "quantity"),
        ("3,286 件", "3286", "件", "=", "[3286,3286]", "quantity"),
        ("2.3万个", "23000", "个", "=", "[22500,23500)", "quantity"),
        ("2.5萬(wàn)座", "25000", "座", "=", "[24500,25500)", "quantity"),
        ("180万款", "1800000", "款", "=", "[1795000,1805000)", "quantity"),
        ("1.98亿元", "198000000", "元", "=", "[197500000,198500000)", "quantity"),
        ("45.2万皮长公里", "452000", "皮长公里", "=", "[451500,452500)", "quantity"),
        ("7400台\n次", "7400", "台次", "=", "[7400,7400]", "quantity"),
        ("10架次", "10", "架次", "=", "[10,10]", "quantity"),
        ("99.5%", "99.5", "%", "=", "[99.45,99.55)", "percentage"),
        ("100％", "100", "%", "=", "[100,100]", "percentage"),
        ("99%以上", "99", "%", ">=", "[99,∞)", "percentage"),
        ("达到 99%以上", "99", "%", ">=", "[99,∞)", "percentage"),
        ("≥95%", "95", "%", ">=", "[95,∞)", "percentage"),
        ("不少于6000个", "6000", "个", ">=", "[6000,∞)", "quantity"),
        ("750万以上", "7500000", "", ">=", "[7500000,∞)", "quantity"),
        ("上百家", "100", "家", ">=", "[100,∞)", "quantity"),
        ("超50亿次", "5000000000", "次", ">", "(5000000000,∞)", "quantity"),
        ("突破97亿", "9700000000", "", ">", "(9700000000,∞)", "quantity"),
        ("过亿", "100000000", "", ">", "(100000000,∞)", "quantity"),
        ("超7000\n余条", "7000", "条", ">", "(7000,∞)", "quantity"),
        ("100 余次", "100", "次", ">", "(100,200)", "quantity"),
        ("700余本", "700", "本", ">", "(700,800)", "quantity"),
        ("470余起", "470", "起", ">", "(470,480)", "quantity"),
        ("900多个", "900", "个", ">", "(900,1000)", "quantity"),
        ("1.4万余个", "14000", "个", ">", "(14000,15000)", "quantity"),
        ("2万多个", "20000", "个", ">", "(20000,30000)", "quantity"),
        ("20余万户", "200000", "户", ">", "(200000,300000)", "quantity"),
        ("近2个小时", "2", "小时", "~", "(1,2)", "duration"),
        ("近22万人次", "220000", "人次", "~", "(210000,220000)", "quantity"),
        ("近3成", "30", "%", "~", "(20,30)", "percentage"),
        ("数百小时", None, "小时", "~", "[200,999]", "duration"),
        ("20~30个", None, "个", "~", "[20,30]", "quantity"),
        ("1至2万户", None, "户", "~", "[10000,20000]", "quantity"),
        ("60%-80%", None, "%", "~", "[60,80]", "percentage"),
        ("不得超过5个", "5", "个", "<=", "(-∞,5]", "quantity"),
        ("两年内", "2", "年", "=", "[2,2]", "duration"),
        ("两年以内", "2", "年", "<=", "(-∞,2]", "duration"),
        ("6个月以内", "6", "月", "<=", "(-∞,6]", "duration"),
        ("不足5%", "5", "%", "<", "(-∞,5)", "percentage"),
        ("未达到98%", "98", "%", "<", "(-∞,98)", "percentage"),
        ("8 个科目", "8", "个", "=", "[8,8]", "quantity"),
        ("26个工作日", "26", "工作日", "=", "[26,26]", "working days"),
        ("提高2.5个百分点", "2.5", "百分点", "=", "[2.45,2.55)", "percentage point"),
        ("三年", "3", "年", "=", "[3,3]", "duration"),
        ("6个月", "6", "月", "=", "[6,6]", "duration"),
        ("一个", "1", "个", "=", "[1,1]", "quantity"),
        ("两项", "2", "项", "=", "[2,2]", "quantity"),
        ("十家", "10", "家", "=", "[10,10]", "quantity"),
        ("16亿9466万", "1694660000", "", "=", "[1694655000,1694665000)", "quantity"),
        ("16亿\n9466 万户", "1694660000", "户", "=", "[1694655000,1694665000)", "quantity"),
        ("超16亿9466万户", "1694660000", "户", ">", "(1694660000,∞)", "quantity"),
        ("16亿9466万余户", "1694660000", "户", ">", "(1694660000,1694670000)", "quantity"),
        ("2亿3000万", "230000000", "", "=", "[229995000,230005000)", "quantity"),
        ("1亿零5万", "100050000", "", "=", "[100045000,100055000)", "quantity"),
        ("3亿4千万户", "340000000", "户", "=", "[335000000,345000000)", "quantity"),
        ("一亿三千万元", "130000000", "元", "=", "[125000000,135000000)", "quantity"),
        ("三百分点", "3", "百分点", "=", "[2.5,3.5)", "percentage point"),
        ("1亿2345万6789户", "123456789", "户", "=", "[123456789,123456789]", "quantity"),
        ("1.68万亿", "1680000000000", "", "=", "[1675000000000,1685000000000)", "quantity"),
        ("1万亿6800亿元", "1680000000000", "元", "=", "[1679950000000,1680050000000)", "quantity"),
        ("十六亿九千四百六十六万", "1694660000", "", "=", "[1694655000,1694665000)", "quantity"),
        ("４．５亿", "450000000", "", "=", "[445000000,455000000)", "quantity"),
        ("超百万用户", "1000000", "户", ">", "(1000000,∞)", "quantity"),
        ("3百万用户", "3000000", "户", "=", "[2500000,3500000)", "quantity"),
        ("12.5GB/户·月", "12.5", "GB/户·月", "=", "[12.45,12.55)", "quantity"),
        ("12.5 GB/户/月", "12.5", "GB/户·月", "=", "[12.45,12.55)", "quantity"),
        ("35元／户.月", "35", "元/户·月", "=", "[35,35]", "quantity"),
        ("3.2件/百万用户", "3.2", "件/百万用户", "=", "[3.15,3.25)", "quantity"),
        ("112.3部/百人", "112.3", "部/百人", "=", "[112.25,112.35)", "quantity"),
        ("12.5部每百人", "12.5", "部/百人", "=", "[12.45,12.55)", "quantity"),
        ("降低15%-20%", None, "%", "~", "[15,20]", "percentage"),
        ("三家基础电信企业", "3", "家", "=", "[3,3]", "quantity"),
        ("十二万", "120000", "", "=", "[115000,125000)", "quantity"),
        ("一百二十三座", "123", "座", "=", "[123,123]", "quantity"),
        ("三折", "0.3", "倍", "=", "[0.25,0.35)", "quantity"),
        ("八五折", "0.85", "倍", "=", "[0.845,0.855)", "quantity"),
        ("3成", "30", "%", "=", "[25,35)", "percentage"),
        ("16亿9466万百分点", "1694660000", "百分点", "=", "[1694655000,1694665000)", "percentage point"),
        ("百分之三十", "30", "%", "=", "[29.5,30.5)", "percentage"),
        ("2.5KW", "2.5", "kW", "=", "[2.45,2.55)", "quantity"),
        ("2000 Gbps", "2000", "Gbps", "=", "[2000,2000]", "quantity"),
        ("1000M", "1000", "Mbps", "=", "[1000,1000]", "quantity"),
        ("0.31元/Mbps", "0.31", "元/Mbps", "=", "[0.305,0.315)", "quantity"),
        ("10万千兆用户", "100000", "户", "=", "[95000,105000)", "quantity"),
        ("251.7万5G用户", "2517000", "户", "=", "[2516500,2517500)", "quantity"),
        ("日均超7000条", "7000", "条/日", ">", "(7000,∞)", "quantity"),
        ("65歲以上", "65", "岁", ">=", "[65,∞)", "definition"),
        ("零伤亡", "0", "人", "=", "[0,0]", "zero"),
        ("零投诉", "0", "件", "=", "[0,0]", "zero"),
        ("无重大网络安全事件发生", "0", "起", "=", "[0,0]", "zero"),
        ("未发生重大及以上事故", "0", "起", "=", "[0,0]", "zero"),
        ("每周", "1", "次/周", "=", "[1,1]", "recurrence"),
        ("每月2次", "2", "次/月", "=", "[2,2]", "recurrence"),
        ("每季度", "1", "次/季", "=", "[1,1]", "recurrence"),
        ("每半年一次", "1", "次/半年", "=", "[1,1]", "recurrence"),
        ("每年", "1", "次/年", "=", "[1,1]", "recurrence"),
        ("翻了一倍", "2", "倍", "=", "[2,2]", "ratio"),
        ("翻两番", "4", "倍", "=", "[4,4]", "ratio"),
        ("-5.2%", "-5.2", "%", "=", "[-5.25,-5.15)", "percentage"),
    ],
)
def test_a_cell(text: str, value: str | None, unit: str, comparator: str, expected: str, kind: str) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert read.value == (None if value is None else Decimal(value))
    assert (read.unit, read.comparator, interval(read), read.kind) == (unit, comparator, expected, kind)
    assert read.text == text


@pytest.mark.parametrize(
    ("text", "direction", "value"),
    [
        ("降低15%以上", -1, "15"), ("再降低 15%", -1, "15"), ("同比下降81.07%", -1, "81.07"), ("降幅42.9%", -1, "42.9"),
        ("降幅为42.9%", -1, "42.9"), ("减少了10个", -1, "10"), ("增长3%", 1, "3"), ("降至5.75元/Mbps", 0, "5.75"),
        ("增加至46座", 0, "46"), ("新增6000个", 0, "6000"), ("46座", 0, "46"),
        ("降低15%-20%", -1, None), ("降低了15~20个", -1, None), ("降至15%-20%", 0, None), ("提高2至3个百分点", 1, None),
        ("净减3万户", -1, "30000"), ("净增3万户", 1, "30000"), ("净减少3万户", -1, "30000"), ("环比降低-5%", -1, "-5"),
    ],
)  # fmt: skip
def test_a_fall_is_a_magnitude_with_a_direction_and_a_level_is_not(
    text: str, direction: int, value: str | None
) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert (read.direction, read.value) == (direction, None if value is None else Decimal(value))


def test_a_target_said_to_be_reached_is_a_lower_bound() -> None:
    cell = parse_quantity("已完成降低 15%的目标")
    assert cell is not None
    assert (cell.comparator, interval(cell), cell.direction, cell.unit) == (">=", "[15,∞)", -1, "%")
    [span] = scan("平均资费已完成降低 15%的目标。")
    assert span.quantity == replace(cell, text="降低 15%")
    [announced] = scan("提出降低 15%的目标。")
    assert announced.quantity is not None
    assert announced.quantity.comparator == "="


@pytest.mark.parametrize("text", ["达98%", "达到98%"])
def test_da_is_a_bound_in_a_target_only(text: str) -> None:
    target, actual = parse_quantity(text, role="target"), parse_quantity(text)
    assert target is not None
    assert actual is not None
    assert (target.comparator, interval(target)) == (">=", "[98,∞)")
    assert (actual.comparator, interval(actual)) == ("=", "[97.5,98.5)")
    exact = parse_quantity("98%", role="target")
    assert exact is not None
    assert (exact.comparator, interval(exact)) == ("=", "[98,98]"), "what a target names was not rounded"


def test_the_default_unit_stands_in_only_where_none_is_written() -> None:
    assert [q.unit for q in (parse_quantity(t, unit="个") for t in ("490", "490家", "2万", "零", "无")) if q] == [
        "个", "家", "个", "个", "个",
    ]  # fmt: skip
    percent = parse_quantity("95", unit="%")
    assert percent is not None
    assert percent.kind == "percentage"
    assert parse_quantity("10瓶", unit="个") is None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "—", "/", "NaN", "1e5", "inf", "1 000", "1.2.3", "1/3", "5G", "7×24小时", "16+3+4", "赣通-2020",
        "2020年", "2020-11-30", "12月", "2020-2022年", "30-20个", "10%-5个", "2万5千", "1,23,456",
        "10个未完成", "100个(其中2个)", "1234567890123456789012个", "超过数百个", "数百个以上",
        "百万用户", "百万", "千户", "第十二项", "2020-2022", "超大型", "16亿9466亿", "1亿2345万67", "16亿9466.5万",
        "零容忍", "无要求", "已完成", "第三项", "两会", "举一反三",
    ],
)  # fmt: skip
def test_what_is_not_wholly_a_quantity_is_not_read(text: str) -> None:
    assert parse_quantity(text, unit="个") is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("（赣残联字〔2020〕11 号）", ["document_number"]),
        ("赣通-2020", ["name"]),
        ("“2022清源”行动", ["name"]),
        ("517电信日", ["name"]),
        ("NB-IoT与5G、IMT-2030", ["name", "name"]),
        ("联系电话：0731-81111233", ["other"]),
        ("7×24小时", ["other"]),
        ("（2020-2022）", ["year_range"]),
        ("1. 第一项：3 件\n2. 5 件", ["ordinal", "ordinal", "quantity", "ordinal", "quantity"]),
        ("第3-5项", ["ordinal"]),
        ("第三项", ["ordinal"]),
        ("一是印发", ["ordinal"]),
        ("3、5、8家", ["other", "other", "quantity"]),
        ("四家企业共完成 8 个科目", ["quantity", "quantity"]),
        ("通过三年时间", ["quantity"]),
        ("三年行动", ["name"]),
        ("无\n\n有效防范较大事故", []),
        ("无线网络故障处置 3 起", ["quantity"]),
        ("IPv6用户", ["name"]),
        ("20-30个企业", ["quantity"]),
        ("从20%到30%", ["quantity", "quantity"]),
        ("百万用户申诉率3.2件/百万用户", ["quantity"]),
        ("用户十二万、两亿元", ["quantity", "quantity"]),
        ("总数16亿9466万", ["quantity"]),
        ("超大型数据中心", []),
        ("2020-2022", ["year_range"]),
        ("《关于推进3000个行政村通光纤的通知》明确100个试点", ["name", "quantity"]),
        ("《三家企业共建办法（2019-2023年）》零投诉", ["year_range", "quantity"]),
        ("每月15日前", ["date"]),
    ],
)
def test_what_a_number_in_prose_is(text: str, kinds: list[str]) -> None:
    assert [span.kind for span in scan(text, year=2020)] == kinds


def test_a_comparator_in_prose_is_one_only_as_a_word() -> None:
    spans = scan("通过3家、附近4家、签约5家、超大型6家、超过7家、近8家、约9家")
    assert [s.quantity.comparator for s in spans if s.quantity] == ["=", "=", "=", "=", ">", "~", "~"]


def test_a_span_quotes_the_source_with_its_breaks() -> None:
    text = "车辆装备7400台\n次，处置率达\n95%"
    spans = scan(text)
    assert [span.text for span in spans] == ["7400台\n次", "达\n95%"]
    assert [text[span.start : span.end] for span in spans] == [span.text for span in spans]


# --- laws ------------------------------------------------------------------------------------------------------------

UNITS = st.sampled_from(
    ["个", "家", "次", "条", "户", "%", "人次", "元", "元/Mbps", "kW", "小时", "工作日", "个月", "公里", "皮长公里",
     "GB/户·月", "件/百万用户", "部/百人", "百分点"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["", "达到", "超过", "突破", "不少于", "不得超过", "近", "约", "至少", "再降低", "同比下降"],
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number in its canonical writing: 万 and 亿 where the last significant digit is above the unit."""
    scale, most = draw(st.sampled_from([("", 4), ("万", 3), ("亿", 3)]))
    decimals = draw(st.integers(0, most))
    whole = draw(st.integers(1 if scale else 0, 99_999_999))
    tail = f".{draw(st.integers(0, 10**decimals - 1)):0{decimals}d}" if decimals else ""
    return f"{whole}{tail}{scale}"


@st.composite
def canonical(draw: st.DrawFn) -> str:
    verb = draw(st.sampled_from(["", "降低", "增长"]))
    before, middle, after = draw(
        st.sampled_from(
            [("", "", ""), ("超", "", ""), ("不超过", "", ""), ("不足", "", ""), ("近", "", ""), ("约", "", ""),
             ("", "余", ""), ("", "", "以上")]
        )
    )  # fmt: skip
    return f"{verb}{before}{draw(numbers())}{middle}{draw(UNITS)}{after}"


@given(canonical())
def test_render_after_parse_is_the_identity(text: str) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert render(read) == text


@st.composite
def written(draw: st.DrawFn) -> str:
    """The many writings people use, each of which must be read."""
    number = draw(
        st.one_of(
            numbers(),
            st.integers(1000, 10**9).map(lambda n: f"{n:,}"),
            st.sampled_from(
                [
                    "三",
                    "十二",
                    "一百零五",
                    "两千",
                    "3千",
                    "2百",
                    "30万",
                    "1.2345万",
                    "百分之二十",
                    "16亿9466万",
                    "3亿零5万",
                ]
            ),
        )
    )
    unit = "" if number.startswith("百分之") else draw(UNITS)
    tail = draw(st.sampled_from(["", "以上", "以内", "左右"]))
    gap = draw(st.sampled_from(["", " ", "\n"]))
    text = f"{draw(WORDS)}{gap}{number}{gap}{unit}{gap}{tail}"
    return text.translate({0x30 + d: 0xFF10 + d for d in range(10)}) if draw(st.booleans()) else text


@given(written(), st.sampled_from(["actual", "target"]))
def test_a_value_lies_in_its_interval_and_survives_rendering(text: str, role: Literal["actual", "target"]) -> None:
    read = parse_quantity(text, role=role)
    assert read is not None
    assert read.value is not None
    assert read.low <= read.value if read.low is not None else not read.low_closed
    assert read.value <= read.high if read.high is not None else not read.high_closed
    again = parse_quantity(render(read), role=role)
    assert again is not None
    assert replace(again, text=read.text) == read


@pytest.mark.parametrize(
    "text",
    ["零伤亡", "零投诉", "零事故", "零", "每周1次", "每季度2次", "翻一倍", "3成", "近3成", "3千家", "数百小时",
     "数万户", "1.2345万个", "20~30个", "日均超7000条", "-5.2%"],
)  # fmt: skip
def test_special_words_render_to_themselves(text: str) -> None:
    read = parse_quantity(text)
    assert read is not None
    assert render(read) == text


@given(canonical())
def test_prose_and_cell_agree(text: str) -> None:
    [span] = scan(f"其中（{text}），")
    assert span.quantity == parse_quantity(text)


PIECES = [
    "2020 年", "11 月 30 日", "〔2020〕11 号", "(wàn)", "\n", "\n\n", " ", "1.", "2.5", "１２",
    "5G", "NB-IoT", "APP", "M", "0", "7", "42", "1833", "个", "家", "项", "万", "亿", "%", "余", "以上", "超过", "降低",
    "第", "三", "无", "发生", "事故", "每", "周", "年", "月", "日", "至", "-", "～", "+", "*", "/", ".", ",", "，",
    "。", "（", "）", "“", "”",
]  # fmt: skip
PROSE = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
DIGITS = set("0123456789０１２３４５６７８９")


@given(PROSE)
def test_every_digit_of_prose_is_in_exactly_one_span(text: str) -> None:
    spans = scan(text, year=2020)
    covered = [0] * len(text)
    for span in spans:
        assert text[span.start : span.end] == span.text
        for place in range(span.start, span.end):
            covered[place] += 1
    assert max(covered, default=0) <= 1
    assert all(covered[place] == 1 for place, char in enumerate(text) if char in DIGITS)
    assert spans == sorted(spans, key=lambda span: span.start)
    assert all((span.quantity is not None) == (span.kind == "quantity") for span in spans)
    assert all(span.date is None or span.kind in ("date", "year_range") for span in spans)


@pytest.mark.parametrize("piece", ["1", "一", "1,", "1-", "1+", "日均", "每", "第", "1.", "再", "无", "“", "9月"])
def test_a_very_long_run_is_scanned_and_refused_as_a_cell(piece: str) -> None:
    text = piece * 5000
    assert sum(len(span.text) for span in scan(text, year=2020) if DIGITS & set(span.text)) >= text.count("1")
    assert parse_quantity(text) is None


@pytest.mark.alone
def test_a_book_is_scanned_in_time_that_grows_with_its_length() -> None:
    page = "截至11月30日，第三项任务开通5G基站3.1万个，\n同比降低15%以上；《三年规划》26个工作日内办结，零投诉。" * 500
    seconds = []
    for text in (page, page * 16):
        started = time.process_time()
        scan(text, year=2020)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 60 * seconds[0]  # 16 times; copying the text for every span made it more than 100


@given(PROSE)
def test_no_text_breaks_the_cell_parser(text: str) -> None:
    read = parse_quantity(text)
    assert read is None or (read.text == text and read.precision > 0)
