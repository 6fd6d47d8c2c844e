"""The Jiangxi example with one change each: a wrong digit in prose, and a carrier that corrects its report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from flows.batch import load_pack, run_plain
from flows.settings import Settings

JIANGXI = Path(__file__).parents[3] / "examples" / "jiangxi-2020"
CARRIER = "submissions/network_build/CT_2020-11.xlsx"
# Built and opened alone grow by six in Nanchang; what is shared stays 9185, the number that prose has for 江西电信.
CORRECTION = {"B5": 1320, "B16": 5058, "C5": 2394, "C16": 9191}


def page_of(folder: Path) -> str:
    result = run_plain(load_pack(folder, Settings()), folder.parent / "home", Settings())
    return (result.home / "published/annual/2020/summary.html").read_text(encoding="utf-8")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(JIANGXI, tmp_path / "jiangxi-2020")


def listed(page: str) -> list[tuple[str, str]]:
    return re.findall("正文“…([^”]*)”与指标数据不符：<code>([^<]*)</code>", page)


def edit(book: Path, to: Path, cells: Mapping[str, int]) -> None:
    workbook = openpyxl.load_workbook(book)
    for cell, value in cells.items():
        workbook.worksheets[0][cell] = value
    workbook.save(to)


def test_as_it_stands_nothing_differs(pack: Path) -> None:
    page = page_of(pack)
    assert listed(page) == []
    found = re.search("绑定指标 ([0-9]+) 处.*按原文引用 ([0-9]+) 处，与指标数据不符 0 处", page)
    assert found is not None
    assert (int(found[1]), int(found[2])) == (30, 15)
    # docs/queries.md says of both that they are met by what was reported, which ends two months before the year does.
    assert re.findall('aria-label="[^"]*目标 (下降15%[^，]*)，([^"]*)"', page) == [
        (wanted, "不可直接比较；按现有数值为达到目标（目标到 2020-12-31，实际值截至 2020-10-31）")
        for wanted in ("下降15%以上", "下降15%")
    ]
    numbers = [int(n) for n in re.findall('<td data-h="指标">第([0-9]+)项三级指标的工作节点数', page)]
    assert numbers == list(range(1, 38))


def test_a_wrong_digit_in_prose_is_listed(pack: Path) -> None:
    path = pack / "submissions/work_nodes/FZC_2020.xlsx"
    workbook = openpyxl.load_workbook(path)
    (cell,) = [c for row in workbook.worksheets[0].iter_rows() for c in row if "30729" in str(c.value)]
    cell.value = str(cell.value).replace("30729", "30792")
    workbook.save(path)
    page = page_of(pack)
    ((said, figure),) = listed(page)
    assert said == "累计开通 5G 基站 30792 个"
    assert figure == "g5_opened@JXCA.2020-11"
    assert "与指标数据不符 1 处。" in page


def test_after_a_correction_the_prose_that_was_not_corrected_is_listed(pack: Path) -> None:
    edit(pack / CARRIER, pack / CARRIER.replace("-11", "-11_v2"), CORRECTION)
    with (pack / "arrivals.csv").open("a", encoding="utf-8", newline="") as arrivals:
        arrivals.write(f"{CARRIER.replace('-11', '-11_v2')},2020-12-31T16:30:00+08:00,报送系统\n")
    page = page_of(pack)
    assert [figure for _, figure in listed(page)] == [
        "g5_built@JXCA.2020-11", "g5_opened@JXCA.2020-11", "g5_opened@CT.2020-11",
    ]  # fmt: skip
    prose = page[: page.index('<h2 id="figures">')]
    assert "g5_shared" not in prose
