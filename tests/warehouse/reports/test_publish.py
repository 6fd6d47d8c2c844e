"""Publishing: which files, the same bytes every time, one self-contained page, every figure with its cells."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.warehouse.reports.bureau import BGS_DONE, BGS_OPEN, FZC_DONE, TREE, Inbox, edition, figure_row, node
from warehouse.reports.edition import PLAIN
from warehouse.reports.pages import escape_markdown
from warehouse.reports.publish import publish

VOID = {"meta", "hr", "br", "input", "link", "img"}


class Page(HTMLParser):
    """Elements, ids, links, and whether every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]] = self.texts.get(self.open[-1], "") + data

    def values(self, attribute: str) -> list[str]:
        return [v for _, attrs in self.elements if (v := attrs.get(attribute)) is not None]


@pytest.fixture
def filled(inbox: Inbox) -> Inbox:
    inbox.file("indicator_tree", "JX", TREE, name="indicators.csv", sheet="")
    inbox.file("work_nodes", "FZC", FZC_DONE)
    inbox.file("work_nodes", "BGS", [node("2-1", finished="2020-12-31", due="2020-06-30")])
    inbox.file("work_nodes", "BGS", BGS_OPEN)
    inbox.file("indicator_figures", "FZC", [figure_row("1", "price_cut", "平均资费降幅", "降低16%以上", "%")])
    inbox.file("indicator_figures", "BGS", [figure_row("2", "meetings", "会议次数", "3次", "次")], "2019")
    return inbox


def test_files_and_hashes(filled: Inbox, tmp_path: Path) -> None:
    published = publish(filled.home, edition(), tmp_path / "out")
    ids = [s.id for s in filled.home.submissions()]
    assert set(published) == {
        *(f"annual/2020/{name}" for name in ("summary.html", "summary.md", "figures.csv")),
        *(f"validation/{i}.{ending}" for i in ids for ending in ("html", "json")),
        "validation/index.html",
    }
    on_disk = {p.relative_to(tmp_path / "out").as_posix(): p for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in on_disk.items()} == published


def test_publishing_again_writes_nothing(filled: Inbox, tmp_path: Path) -> None:
    first = publish(filled.home, edition(), tmp_path / "out")
    written = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")}
    assert publish(filled.home, edition(), tmp_path / "out") == first
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")} == written
    assert publish(filled.home, edition(), tmp_path / "elsewhere") == first


def test_pages_are_whole_and_ask_nobody_for_anything(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        assert page.values("src") == []
        assert not re.search(r"https?:|//[a-z]|@import|url\(", text)
        assert "示例数据" in text
        for link in page.values("href"):
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.is_file(), f"{path.name}: {link}"
            assert not anchor or anchor in Page(target.read_text(encoding="utf-8")).values("id")


def test_the_policy_lets_our_script_run_and_no_other(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    for path in (tmp_path / "annual/2020/summary.html", tmp_path / "validation/index.html"):
        page = Page(path.read_text(encoding="utf-8"))
        (policy,) = [v for v in page.values("content") if "default-src" in v]
        digest = base64.b64encode(hashlib.sha256(page.texts["script"].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}';" in policy
        assert policy.startswith("default-src 'none';")


def test_every_figure_leads_to_its_cells(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    text = (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    page = Page(text)
    buttons = [attrs for tag, attrs in page.elements if tag == "button"]
    figures = {f.figure_id: f for f in filled.home.figures(2020)}
    assert {b["data-figure"] for b in buttons} == set(figures)
    entries = dict(re.findall(r'<li id="(s[0-9]+)"[^>]*>(.*?)</dl>', text, re.S))
    for button in buttons:
        entry, figure = entries[str(button["data-entry"])], figures[str(button["data-figure"])]
        assert figure.figure_id in entry
        for source in figure.sources:
            place = f"{source.sheet}!{source.cell}" if source.sheet else source.cell
            assert all(part in entry for part in (source.file, place, source.submission, source.sha256))


def test_figures_csv_holds_the_figures_of_the_year(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    rows = list(csv.DictReader((tmp_path / "annual/2020/figures.csv").open(encoding="utf-8", newline="")))
    assert [r["figure_id"] for r in rows] == [f.figure_id for f in filled.home.figures(2020)]
    cut = next(r for r in rows if r["figure_id"] == "filed/price_cut@FZC.2020")
    assert (cut["comparator"], cut["value"], cut["low"], cut["high"], cut["cell"]) == ("<=", "-16", "", "-16", "D2")


def test_a_target_is_drawn_beside_what_was_reached(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    text = (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    assert 'aria-label="平均资费降幅：完成 下降16%以上，目标 下降15%以上，达到目标"' in text


def test_html_and_markdown_say_the_same_in_the_same_order(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(), tmp_path)
    markdown = (tmp_path / "annual/2020/summary.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", markdown, re.M)
    page = (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    at = -1
    for heading in (
        "一、绩效管理基本情况",
        "二、绩效指标完成情况",
        "（一）职能职责方面",
        "三、指标数据",
        "四、数据质量",
    ):
        assert heading in headings
        assert (at := page.index(heading, at + 1)) > 0
    marks = set(re.findall(r"\[\^([0-9]+)\](?!:)", markdown))
    assert marks == set(re.findall(r"^\[\^([0-9]+)\]:", markdown, re.M))
    assert "不作此表述" in markdown
    assert "不作此表述" in page


def test_a_plain_edition_publishes_every_year_by_form_and_period(filled: Inbox, tmp_path: Path) -> None:
    publish(filled.home, edition(form=PLAIN, title="公报"), tmp_path)
    rows = list(csv.DictReader((tmp_path / "annual/2020/figures.csv").open(encoding="utf-8", newline="")))
    assert [r["figure_id"] for r in rows] == [f.figure_id for f in filled.home.figures()]
    text = (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    assert "<h1>公报</h1>" in text
    assert "指标数据报送表　2019年" in text
    assert "三级指标：" not in text


def test_an_empty_home_can_be_published(inbox: Inbox, tmp_path: Path) -> None:
    published = publish(inbox.home, edition(), tmp_path)
    assert len(published) == 4
    assert "尚无已接受的绩效指标体系" in (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")


# --- hostile text

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
LINK = "[点这里](http://evil.example) ![x](http://evil.example/a.png) `code` **粗** www.evil.example"
TURNED = "\u202e倒\x07"
ON_ONE_LINE = f"{FORMULA}{SCRIPT}{LINK}|甲|乙|{TURNED}"
HOSTILE = f"{ON_ONE_LINE}\n# 标题\n| 表 | 格 |"


@pytest.fixture
def attacked(inbox: Inbox) -> Inbox:
    """Every text that anybody files or that comes with the pack is hostile."""
    tree = [{**row, "title": HOSTILE} for row in TREE]
    inbox.file("indicator_tree", "JX", tree, name=f"{SCRIPT}.csv", sheet=ON_ONE_LINE)
    more = {"narrative": HOSTILE, "problem": HOSTILE, "node": HOSTILE, "document": HOSTILE, "object_name": HOSTILE}
    fzc = [node(n, "进行中", **more, objects=HOSTILE, object_unit=HOSTILE) for n in ("1-1", "1-2")]
    inbox.file("work_nodes", "FZC", fzc, sheet=ON_ONE_LINE)
    inbox.file("work_nodes", "BGS", [node(HOSTILE, finished=HOSTILE)], name=f"{ON_ONE_LINE}.xlsx", sheet=ON_ONE_LINE)
    filed = figure_row("1", "meetings", HOSTILE, "3次", "次") | {"source": HOSTILE}
    inbox.file("indicator_figures", "FZC", [filed], sheet=ON_ONE_LINE)
    inbox.file("work_nodes", HOSTILE, BGS_DONE)
    return inbox


def test_hostile_text_comes_out_inert(attacked: Inbox, tmp_path: Path) -> None:
    filers = {"JX": "江西局", "FZC": HOSTILE, "BGS": HOSTILE}
    printed = edition(title=HOSTILE, bureau_name=HOSTILE, notice=HOSTILE, filers=filers)
    publish(attacked.home, printed, tmp_path)
    for path in tmp_path.rglob("*.html"):
        page = Page(path.read_text(encoding="utf-8"))
        assert len([tag for tag, _ in page.elements if tag == "script"]) == page.texts.get("script", "").count(
            'document.documentElement.classList.add("js")'
        )
        assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object", "embed", "form")]
        assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on")]
        assert not [v for v in page.values("href") if ":" in v]
        assert "\u202e" not in path.read_text(encoding="utf-8")
    assert "alert(1)" in (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    for path in tmp_path.rglob("*.json"):
        assert "<" not in path.read_text(encoding="utf-8")
        json.loads(path.read_text(encoding="utf-8"))


def test_hostile_text_is_inert_in_markdown(attacked: Inbox, tmp_path: Path) -> None:
    publish(attacked.home, edition(title=HOSTILE, notice=HOSTILE, filers={"FZC": HOSTILE}), tmp_path)
    lines = (tmp_path / "annual/2020/summary.md").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert not re.search(r"<(?!br)", line)
        assert not re.search(r"https?:|www\.", line)
        for target in re.findall(r"(?<!\\)\]\(([^)]*)\)", line):
            assert target == "figures.csv" or target.startswith("../../validation/")
        assert "`" not in re.sub(r"\\`", "", line)
        assert not line.startswith("# 标题")
    tables = [line for line in lines if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} <= {6, 7}


def test_hostile_text_is_inert_in_the_csv(attacked: Inbox, tmp_path: Path) -> None:
    publish(attacked.home, edition(), tmp_path)
    rows = list(csv.reader((tmp_path / "annual/2020/figures.csv").open(encoding="utf-8", newline="")))
    numbers = {rows[0].index(n) for n in ("value", "low", "high", "comparator")}
    texts = [cell for row in rows[1:] for i, cell in enumerate(row) if i not in numbers]
    assert any(HOSTILE in cell for cell in texts)
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a|b", "a\\|b"),
        ("[x](y)", "\\[x\\](y)"),
        ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
        ("1. 不是列表", "1\\. 不是列表"),
        ("# 不是标题\n- 也不是", "\\# 不是标题 - 也不是"),
        ("HTTP://x www.x", "HTTP\\://x www\\.x"),
    ],
)
def test_markdown_is_escaped(text: str, escaped: str) -> None:
    assert escape_markdown(text) == escaped


def test_prose_is_printed_as_it_was_filed(filled: Inbox, tmp_path: Path) -> None:
    text = "组织4家企业（电信、移动等4家），完成8个科目。"
    more = {"objects": "电信、移动、联通、铁塔", "object_name": "参演企业数", "object_unit": "家"}
    filled.file("work_nodes", "FZC", [FZC_DONE[0], node("1-2", narrative=text, **more)])
    publish(filled.home, edition(), tmp_path)
    page = (tmp_path / "annual/2020/summary.html").read_text(encoding="utf-8")
    paragraphs = re.findall(r'<p class="body">(.*?)</p>', page, re.S)
    (drill,) = [p for p in paragraphs if "4家" in p]
    assert drill.count("<button") == 2
    assert re.sub(r"<sup>.*?</sup>|<[^>]+>", "", drill) == text
