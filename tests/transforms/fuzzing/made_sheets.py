"""Sheets made by chance, as strategies: titles, headings, rows of typed values, merges, hidden rows, and odd texts.

Each cell knows the text that docs/reading.md promises for it, worked out here and not by the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from hypothesis import strategies as st


@dataclass(frozen=True)
class Percent:
    """A fraction in a cell that shows percentages."""

    fraction: float


@dataclass(frozen=True)
class Formula:
    """A formula; `result` None where nobody computed it."""

    text: str
    result: float | str | bool | None


Value = str | int | float | bool | date | datetime | time | Percent | Formula | None
Area = tuple[int, int, int, int]


@dataclass
class MadeSheet:
    """rows and their values, from A1 on; merges as first row, first column, last row, last column, all from 0."""

    name: str
    rows: list[list[Value]]
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def cells(self) -> dict[tuple[int, int], Value]:
        """Cells that hold something and are not covered by a merge."""
        covered = {
            (row, column)
            for top, left, bottom, right in self.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
            if (row, column) != (top, left)
        }
        return {
            (at, column): value
            for at, row in enumerate(self.rows)
            for column, value in enumerate(row)
            if value is not None and (at, column) not in covered
        }


def shown(value: Value) -> tuple[str, str]:
    """The text that is promised for a value, and what it is."""
    match value:
        case bool():
            return ("TRUE" if value else "FALSE"), "boolean"
        case int() | float():
            return plain_number(Decimal(f"{value:.15g}")), "number"
        case Percent():
            return plain_number(Decimal(f"{value.fraction:.15g}") * 100) + "%", "percent"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != time() else str(value.date()), "datetime"
        case date():
            return value.strftime("%Y-%m-%d"), "date"
        case time():
            return value.strftime("%H:%M:%S"), "time"
        case Formula(text, None):
            return text, "formula"
        case Formula(_, result):
            return shown(result)
        case _:
            return str(value), "text"


def plain_number(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


ODD_TEXTS = (
    *(
        "=A1+B1",
        "+1",
        "-1",
        "@SUM(A1)",
        "007",
        "00",
        "12345678901234567890",
        "1,234",
        "１２３",
        "３，０００",
        "1e5",
        "'490",
    ),
    *(
        "a\nb",
        "a\n\nb",
        'a"b',
        '"',
        '""',
        '"a"',
        'x""',
        "a,b",
        "a;b;c",
        "a|b",
        "a\tb",
        "，，",
        "sep=;",
        "——",
        "-",
        "/",
        "无",
        "N/A",
    ),
    *(
        "合计",
        "其中：移动",
        "注：按可比口径",
        "填表人：张某",
        "单位：万户",
        "#N/A",
        "#DIV/0!",
        "TRUE",
        "true",
        "2020-11-30",
        "44165",
    ),
    *(
        "15%",
        "０.５％",
        "_x0041_",
        "_x000D_",
        "&lt;",
        "&amp;amp;",
        "<b>粗</b>",
        "]]>",
        "<!-- -->",
        "\\n",
        "\u202eabc",
        "\u200f甲",
        "😀",
    ),
    *(
        "👨\u200d👩\u200d👧",
        "𠮷野家",
        "e\u0301",
        "（甲）",
        "㈱①",
        "甲 乙",
        " 前",
        "后 ",
        "\u3000全",
        "a\u00a0b",
        "a  b",
        "\u2028x",
        "*",
        "0" * 40,
    ),
)
_BLANKS = (" ", "\u3000", "\u00a0")
# Every seventh of the characters that GB 2312 puts first: those that texts are made of.
_COMMON = "".join(
    bytes((lead, trail)).decode("gb2312", "ignore") for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF, 7)
)
_HEADINGS = (
    "设区市",
    "指标名称",
    "计量单位",
    "本月底到达",
    "累计开通5G基站（个）",
    "同比增长 (%)",
    "备注",
    "报送\n日期",
    "负责人",
    "代码",
    "名称",
    "说明",
)
_TRADITIONAL = ("縣市", "指標名稱", "計量單位", "本月數量", "備註", "聯絡電話", "負責人", "統一編號")

letters = st.one_of(
    st.sampled_from(_COMMON),
    st.sampled_from("abcXYZ0123456789 .,;:-+=()%/'\"&<>|\n（）：，。％０１Ａ"),
    st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters="\ufeff"),
)
texts = st.one_of(
    st.sampled_from(ODD_TEXTS),
    st.text(st.sampled_from(_COMMON), min_size=1, max_size=8),
    st.text(letters, min_size=1, max_size=12),
)
# Of 15 digits: some writers round to 16, and what is rounded twice is nobody's mistake.
_floats = st.one_of(
    st.floats(-1e14, 1e14)
    .filter(lambda number: number == 0 or abs(number) > 1e-9)
    .map(lambda number: float(f"{number:.15g}")),
    st.decimals(-(10**6), 10**6, places=3).map(float),
)
_days = st.dates(date(1905, 1, 1), date(2199, 12, 31))
_moments = st.datetimes(datetime(1905, 1, 1), datetime(2199, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
_times = st.times().map(lambda moment: moment.replace(microsecond=0))
values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    texts,
    texts,
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(-1000, 10000),
    _floats,
    st.booleans(),
    _days,
    _moments,
    _times,
    st.integers(-(10**6), 10**6).map(lambda number: Percent(number / 10**5)),
)
computed = st.builds(
    Formula, st.just("=A1+1"), st.one_of(_floats, st.sampled_from(("甲", "=x", "见注")), st.booleans())
)
uncomputed = st.builds(Formula, st.sampled_from(("=A1+B1", "=SUM(A1:A3)", '="甲"&"乙"', "=1<2")), st.none())


@st.composite
def made_sheets(
    draw: st.DrawFn,
    value: st.SearchStrategy[Value],
    name: str = "表",
    *,
    layout: bool = True,
    headings: tuple[str, ...] = _HEADINGS,
) -> MadeSheet:
    """One sheet. Without `layout`: no merges, hidden rows, or empty columns in front."""
    left = draw(st.integers(0, 2)) if layout else 0
    width = draw(st.integers(2, 5))
    head = draw(st.permutations(headings))[:width]
    blank: list[Value] = [None] * width
    rows: list[list[Value]] = [list(blank) for _ in range(draw(st.integers(0, 2)) if layout else 0)]
    if draw(st.booleans()):
        rows.append([draw(texts.filter(lambda text: bool(text.strip()))), *blank[1:]])
    rows.append(list(head))
    for _ in range(draw(st.integers(0, 7))):
        rows.append(list(blank) if draw(st.integers(0, 9)) == 0 else [draw(value) for _ in range(width)])
    if draw(st.integers(0, 2)) == 0:
        rows.append(["合计", *(draw(st.integers(0, 10**6)) for _ in range(width - 1))])
    if draw(st.integers(0, 2)) == 0:
        rows.append(["注：按可比口径计算。", *blank[1:]])
    sheet = MadeSheet(name, [[None] * left + row for row in rows])
    if layout:
        sheet.merges = draw(_merges(len(rows), left + width))
        sheet.hidden_rows = draw(st.sets(st.integers(0, len(rows) - 1), max_size=2))
        sheet.hidden = draw(st.integers(0, 4)) == 0
    return sheet


@st.composite
def _merges(draw: st.DrawFn, height: int, width: int) -> list[Area]:
    """At most three areas that do not overlap."""
    areas: list[Area] = []
    for _ in range(draw(st.integers(0, 3))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        bottom, right = (
            draw(st.integers(top, min(height - 1, top + 2))),
            draw(st.integers(left, min(width - 1, left + 2))),
        )
        apart = all(bottom < t or top > b or right < le or left > r for t, le, b, r in areas)
        if apart and (top, left) != (bottom, right):
            areas.append((top, left, bottom, right))
    return areas


def _of_one_or_two(
    value: st.SearchStrategy[Value], other: st.SearchStrategy[Value]
) -> st.SearchStrategy[list[MadeSheet]]:
    one, two = made_sheets(value), made_sheets(other, "B & <乙> 'x' 😀")
    return st.one_of(st.builds(lambda sheet: [sheet], one), st.builds(lambda *sheets: list(sheets), one, two))


workbooks = _of_one_or_two(st.one_of(values, uncomputed), values)
computed_workbooks = _of_one_or_two(st.one_of(values, computed), st.one_of(values, computed))
text_sheets = made_sheets(st.one_of(texts, st.none()), "", layout=False)
traditional_sheets = made_sheets(st.one_of(texts, st.none()), "", layout=False, headings=_TRADITIONAL)
document_sheets = made_sheets(st.one_of(texts, st.none()), "表1")
