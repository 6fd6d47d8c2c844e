"""Numbers of filed prose: bound to the one figure that says the same, else quoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.measure import Method
from contracts.period import Period
from tests.warehouse.reports.bureau import CHINA, FILERS
from warehouse.reports.citations import Citations, Piece
from warehouse.reports.narrative import Binder, Place
from warehouse.stored import StoredFigure

OPENED = StoredFigure(
    indicator="opened",
    name="累计开通5G基站",
    filer="JX",
    unit="个",
    comparator="=",
    value=Decimal(30729),
    low=Decimal(30729),
    high=Decimal(30729),
    low_closed=True,
    high_closed=True,
    as_written="30729",
    period=Period.parse("2020-11"),
    as_of="2020-11-30",
    method=Method.SUM,
    key=1,
    version=1,
    kind="network_build",
    submission=None,
    recorded_from=datetime(2020, 12, 1, tzinfo=CHINA),
    recorded_to=None,
    sources=(),
)
PLACE = Place("a.xlsx 填报表!I2", "FZC")


def exactly(value: str, filer: str = "JX", **more: object) -> StoredFigure:
    number = Decimal(value)
    return replace(OPENED, filer=filer, value=number, low=number, high=number, **more)  # type: ignore[arg-type]


def read(text: str, *figures: StoredFigure, place: Place = PLACE) -> list[Piece]:
    return Binder(figures, FILERS, "JX", 2020).read(text, place, Citations())


def bound(pieces: list[Piece]) -> dict[str, str]:
    return {p.text: p.figure.figure_id for p in pieces if p.kind == "figure" and p.figure is not None}


def test_parts_are_bound_each_to_its_own_filer() -> None:
    text = "累计开通5G基站30729个（其中江西电信9185个、江西联通9185个）。"
    pieces = read(text, OPENED, exactly("9185", "CT"), exactly("9185", "CU"))
    assert [p.figure.filer for p in pieces if p.figure] == ["JX", "CT", "CU"]


def test_a_part_speaks_of_what_the_whole_before_it_speaks_of() -> None:
    built = exactly("12359", "CT", indicator="built", name="累计建成5G基站")
    text = "累计建成5G基站21544个，累计开通5G基站30729个（其中江西电信12359个）。"
    pieces = read(text, OPENED, built, exactly("12359", "CT"))
    assert bound(pieces)["12359个"] == "opened@CT.2020-11"


def test_a_number_behind_another_filers_name_is_quoted() -> None:
    pieces = read("累计开通5G基站，其中江西联通9185个。", exactly("9185", "CT"))
    assert bound(pieces) == {}
    assert [(p.text, p.span, p.place) for p in pieces if p.kind == "quote"] == [
        ("5G", "name", PLACE.text),
        ("9185个", "quantity", PLACE.text),
    ]


@pytest.mark.parametrize(
    "text",
    ["累计开通5G基站30729座。", "累计开通5G基站30728个。", "累计开通5G基站30729个以上。", "查处违规30729个。"],
    ids=["other unit", "other value", "says less than it could, but no figure says so little", "other matter"],
)
def test_what_does_not_agree_is_not_bound(text: str) -> None:
    figures = [OPENED] if "以上" not in text else [replace(OPENED, comparator="~", low=Decimal(30000), high=None)]
    assert bound(read(text, *figures)) == {}


def test_prose_may_say_less_than_the_figure_but_not_more() -> None:
    rate = exactly("99", name="网站备案率", unit="%", indicator="rate")
    assert bound(read("网站备案率达到99%以上。", rate))
    stated = replace(rate, comparator=">=", high=Decimal(100))
    assert bound(read("网站备案率达到99%以上。", stated))
    assert not bound(read("网站备案率为99%。", stated))


def test_two_figures_that_would_do_as_well_leave_it_quoted() -> None:
    one = exactly("8", indicator="a", name="演练科目数")
    other = exactly("8", indicator="b", name="演练科目数")
    assert bound(read("完成8个演练科目。", one))
    assert not bound(read("完成8个演练科目。", one, other))


def test_a_figure_of_the_same_row_needs_no_name_in_common() -> None:
    names = exactly("4", name="参演名单", indicator="n", unit="家")
    text = "组织4家企业参加。"
    assert not bound(read(text, names))
    assert bound(read(text, names, place=replace(PLACE, attached=frozenset({names.figure_id}))))


def test_the_day_named_before_a_number_decides_between_days() -> None:
    december = exactly("30729", period=Period.parse("2020-12"), as_of="2020-12-31")
    text = "截至11月30日，累计开通5G基站30729个。"
    assert bound(read(text, december, OPENED)) == {"30729个": "opened@JX.2020-11"}


def test_a_fall_is_bound_to_a_negative_figure() -> None:
    target = replace(exactly("-15", name="平均资费降幅", unit="%", indicator="target/price"), comparator="<=", low=None)
    actual = replace(target, indicator="price")
    text = "要求平均资费降低15%以上。各企业平均资费降低15%以上。"
    place = replace(PLACE, attached=frozenset({target.figure_id, actual.figure_id}))
    pieces = read(text, target, actual, place=place)
    assert [p.figure.indicator for p in pieces if p.figure] == ["target/price", "price"]


SHARED = exactly("9185", indicator="shared", name="共享开通5G基站")
CORRECTED = (exactly("30735"), exactly("9191", "CT"), exactly("9185", "CU"), SHARED)
SENTENCE = "截至11月30日，全省累计开通 5G 基站 30729 个（其中江西电信 9185 个、江西联通 9185 个）。"


def differing(pieces: list[Piece]) -> dict[str, str]:
    return {p.text: p.figure.figure_id for p in pieces if p.figure is not None and p.kind == "differs"}


def test_after_a_correction_the_old_number_is_not_bound_to_another_figure() -> None:
    pieces = read(SENTENCE, *CORRECTED)
    said = [(p.text, p.kind, p.figure.figure_id) for p in pieces if p.figure]
    assert said == [
        ("30729 个", "differs", "opened@JX.2020-11"),
        ("9185 个", "differs", "opened@CT.2020-11"),
        ("9185 个", "figure", "opened@CU.2020-11"),
    ]
    assert next(p.context for p in pieces if p.kind == "differs").endswith("累计开通 5G 基站 30729 个")


def test_one_wrong_digit_is_a_difference() -> None:
    pieces = read(SENTENCE.replace("30729", "30792"), OPENED, exactly("9185", "CT"), exactly("9185", "CU"))
    assert differing(pieces) == {"30792 个": "opened@JX.2020-11"}


@pytest.mark.parametrize(
    "text",
    [
        "截至10月31日，累计开通5G基站28472个。",
        "南昌市累计开通5G基站6000个。",
        "南昌市加快建设，累计开通5G基站6000个。",
        "累计开通5G基站较上年增加6000个。",
        "累计开通5G基站同比多6000个。",
        "力争累计开通5G基站40000个。",
        "江西移动累计开通5G基站12359个。",
        "江西电信加大投入，累计开通5G基站9185个。",
        "累计开通5G基站超过30000个。",
        "累计开通5G基站30729个，新建6000个。",
        "截至10月31日情况如下。累计开通5G基站28472个。",
        "7月至11月累计开通5G基站6000个。",
    ],
)
def test_what_may_mean_something_else_is_no_difference(text: str) -> None:
    pieces = read(text, OPENED, exactly("33544", period=Period.parse("2020"), as_of="2020-12-31"))
    assert differing(pieces) == {}


@pytest.mark.parametrize(
    "text",
    ["南昌市累计开通5G基站30729个。", "江西电信累计开通5G基站30729个。", "截至10月31日，累计开通5G基站30729个。"],
    ids=["another place", "another filer", "another day"],
)
def test_a_like_number_of_another_place_filer_or_day_is_not_bound(text: str) -> None:
    assert bound(read(text, OPENED)) == {}


def test_what_names_no_day_speaks_of_the_year() -> None:
    year = exactly("33544", period=Period.parse("2020"), as_of="2020-12-31")
    assert bound(read("二是全省累计开通5G基站33544个。", OPENED, year)) == {"33544个": year.figure_id}
    assert differing(read("二是全省累计开通5G基站33545个。", OPENED, year)) == {"33545个": year.figure_id}


def test_brackets_of_a_name_need_not_be_written() -> None:
    assert bound(read("累计开通5G基站30729个。", replace(OPENED, name="累计开通 5Ｇ 基站（含共享）")))


def test_a_name_may_stand_around_its_number() -> None:
    assert bound(
        read(
            "今年以来，共办理3286件用户申诉。",
            exactly("3286", name="办理用户申诉", unit="件", as_of="", period=Period.parse("2020")),
        )
    )


@given(st.text(alphabet="0123456789年月日个%万亿家超过余（），。、\n 5G江西电信〔〕号第一三十<&|", max_size=60))
def test_no_character_of_what_was_filed_is_lost(text: str) -> None:
    pieces = read(text, OPENED, exactly("5"), exactly("3", unit="家"))
    assert "".join(p.text for p in pieces) == text
    assert not any(c.isdigit() and c.isascii() for p in pieces if p.kind == "plain" for c in p.text)
