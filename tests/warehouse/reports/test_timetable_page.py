"""The grid of deadlines as people meet it: in a real browser, on a phone, on paper, without scripts, in English."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from contracts.obligations import ZONE
from contracts.timeliness import State
from tests.warehouse import made_timetable as made
from tests.warehouse.reports.browser import POLICY, as_shown, ask, run
from tests.warehouse.reports.bureau import BGS_DONE, BGS_OPEN, TREE, Inbox, edition, open_home
from tests.warehouse.reports.test_publish import HOSTILE, SCRIPT, Page
from warehouse.reports.pages import render
from warehouse.reports.publish import publish
from warehouse.reports.timeliness import measure_timeliness
from warehouse.reports.timetable import SIGNS, read_timetable

GRID = f"deadlines/{made.YEAR}.html"
VISIBLE = "const seen = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    with open_home(folder / "home") as home:
        home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
        publish(home, edition(year=made.YEAR), folder / "published")
    return folder / "published"


@pytest.fixture(scope="module")
def grid(published: Path) -> Path:
    return published / GRID


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.S))


# --- what is published


def test_a_page_for_the_year_and_the_last_year_first(inbox: Inbox, tmp_path: Path) -> None:
    for year in (2018, made.YEAR):
        inbox.home.keep_deadlines(year, made.make(made.OWED[:1], year=year, came=()), made.ON, "cn")
        publish(inbox.home, edition(year=year), tmp_path)
    publish(inbox.home, edition(year=2018), tmp_path)
    pages = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "deadlines").iterdir()}
    assert set(pages) == {"2018.html", "2019.html", "index.html"}
    assert pages["index.html"] == pages["2019.html"] != pages["2018.html"]
    assert '<a href="2018.html">' in pages["2019.html"]
    assert "2019.html" not in pages["2018.html"]  # what was published before is not touched by a later year


def test_every_instance_is_a_cell_with_colour_shape_and_word_and_has_its_explanation(grid: Path) -> None:
    html = grid.read_text(encoding="utf-8")
    frame = made.make()
    entries = dict(re.findall(r'<li id="(d\d+)"(.*?)</li>', html, re.S))
    cells = re.findall(r'<td class="s (\w+)" data-state="(\w+)"><a href="#(d\d+)">(.*?)</a></td>', html, re.S)
    assert len(cells) == len(entries) == frame.height
    for colour, state, anchor, inside in cells:
        row = frame.row(int(anchor[1:]) - 1, named=True)
        assert state == colour == row["state"]
        assert f">{SIGNS[State(state)][0]}</i>" in inside
        assert f'<span class="z">{State(state).zh}</span><span class="e" lang="en">{State(state).en}</span>' in inside
        assert row["why_zh"] in entries[anchor]
        assert f'data-filer="{row["filer"]}"' in entries[anchor]
    assert Counter(state for _, state, _, _ in cells) == Counter(frame["state"].to_list())
    assert set(frame["state"].to_list()) == {s.value for s in State} == {s.value for s in SIGNS}
    assert len({SIGNS[s][0] for s in State}) == len(State)


def test_months_are_twelve_columns_and_what_has_no_columns_is_a_list(inbox: Inbox) -> None:
    inbox.home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    page = read_timetable(inbox.home, made.YEAR)
    assert page is not None
    blocks = {block.cadence: block for block in page.blocks}
    assert list(blocks) == ["monthly", "quarterly", "yearly", "once", "weekly", "event"]
    assert [zh for zh, _ in blocks["monthly"].columns] == [f"{n}月" for n in range(1, 13)]
    assert len(blocks["quarterly"].columns) == 4
    assert {len(b.columns) for c, b in blocks.items() if c not in ("monthly", "quarterly")} == {0}
    (form,) = blocks["monthly"].forms
    assert [line.name for line in form.lines] == list(made.FILERS.values())
    cm = form.lines[1].cells
    assert [cell.detail[0] if cell else "" for cell in cm[:5]] == ["+3日", "03-08收", "+89日", "+59日", "06-09收"]
    assert cm[11] is not None
    assert cm[11].detail == ("限2020-01-10", "due 2020-01-10")
    assert page.told[0][0] is State.MISSING
    assert page.number == made.make().height


def test_a_nil_return_that_a_later_filing_withdrew_is_not_what_came(inbox: Inbox) -> None:
    since = ("TT", "network_build", "2019-01", "2019-02-15T10:00", None)
    inbox.home.keep_deadlines(made.YEAR, made.make(came=(*made.CAME, since)), made.ON, "cn")
    page = read_timetable(inbox.home, made.YEAR)
    assert page is not None
    (form,) = next(block for block in page.blocks if block.cadence == "monthly").forms
    cell = form.lines[3].cells[0]
    assert cell is not None
    assert (cell.state, cell.detail[0]) == (State.RECEIVED, "02-15收")


def test_a_month_in_which_nothing_is_owed_is_an_empty_cell(inbox: Inbox) -> None:
    inbox.home.keep_deadlines(made.YEAR, made.make([made.OWED[0] | {"from": "2019-11"}], ()), made.ON, "cn")
    page = read_timetable(inbox.home, made.YEAR)
    assert page is not None
    assert [cell is None for cell in page.blocks[0].forms[0].lines[0].cells] == [True] * 10 + [False] * 2


# --- in a browser


@pytest.mark.needs("chromium")
def test_its_own_script_runs_under_its_own_policy(grid: Path) -> None:
    shown = as_shown(grid)
    assert '<html lang="zh-CN" class="js">' in shown
    number = made.make().height
    assert f'<output id="shown">{number} / {number}</output>' in shown
    assert '<details class="of plain">' in shown  # closed


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("place", "open_"), [("#1", False), ("#a:b", False), ("#%", False), ("", False), (None, True)])
def test_any_address_of_a_place_leaves_the_script_running(grid: Path, place: str | None, open_: bool) -> None:
    text = grid.read_text(encoding="utf-8")
    plain = text.partition('<details class="of plain"')[2]
    there = "#" + re.findall(r'<li id="([^"]+)"', plain)[0] if place is None else place
    # The page's own script sees the address that a reader followed; its policy would let no changed one run.
    asked = grid.with_name("addressed.html")
    asked.write_text(POLICY.sub("", text).replace("location.hash", json.dumps(there)), encoding="utf-8")
    shown = as_shown(asked)
    asked.unlink()
    number = made.make().height
    assert f'<output id="shown">{number} / {number}</output>' in shown
    assert ('<details class="of plain" open="">' in shown) is open_


@pytest.mark.needs("chromium")
def test_a_click_explains_and_escape_takes_it_back(grid: Path) -> None:
    told = ask(
        grid,
        VISIBLE
        + """
        const pop = document.getElementById("pop"), link = document.querySelector("td.accepted_late a");
        const before = seen(pop);
        link.focus(); link.click();
        const said = pop.innerText, open = seen(pop), focus = pop.contains(document.activeElement);
        const inside = pop.getBoundingClientRect();
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
        const closed = !seen(pop), back = document.activeElement === link;
        link.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        const moved = document.activeElement.innerText;
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
        const column = document.activeElement.closest("td").cellIndex;
        return { before, said, open, focus, closed, back, moved, column, expanded: link.getAttribute("aria-expanded"),
                 fits: inside.left >= 0 && inside.right <= innerWidth };
        """,
    )
    assert (told["before"], told["open"], told["focus"], told["closed"], told["back"]) == (False, *[True] * 4)
    assert "首次2019年2月10日10:00收到，未被接受；2019年2月14日16:00收到并接受：迟报接受，逾期3日" in told["said"]
    assert "accepted late" not in told["said"]
    assert told["moved"].split() == ["●按时接受", "03-08收"]
    assert (told["column"], told["expanded"], told["fits"]) == (2, "false", True)


@pytest.mark.needs("chromium")
def test_filters_leave_what_was_asked_for(grid: Path) -> None:
    told = ask(
        grid,
        VISIBLE
        + """
        const set = (id, value) => { const e = document.getElementById(id); e.value = value;
                                     e.dispatchEvent(new Event("change")); };
        const look = () => ({
          shown: document.getElementById("shown").textContent,
          rows: [...document.querySelectorAll("tr[data-filer]")].filter(seen).map(r => r.dataset.filer),
          bright: [...document.querySelectorAll("td.s:not(.dim)")].filter(seen).map(c => c.dataset.state),
          told: [...document.querySelectorAll("ol.told li")].filter(seen).map(e => e.dataset.state),
          heads: [...document.querySelectorAll(".block h2")].filter(seen).map(h => h.innerText),
        });
        set("state", "missing"); const missing = look();
        set("filer", "CU"); const both = look();
        set("state", ""); const cu = look();
        return { missing, both, cu };
        """,
    )
    missing = made.make().filter(state="missing")
    assert set(told["missing"]["bright"]) == set(told["missing"]["told"]) == {"missing"}
    assert len(told["missing"]["bright"]) == len(told["missing"]["told"]) == missing.height
    assert told["missing"]["shown"] == f"{missing.height} / {made.make().height}"
    assert told["missing"]["heads"] == ["月报", "季报", "周报", "按事项报送"]
    assert (told["both"]["rows"], told["both"]["heads"]) == (["CU"], ["季报"])
    assert set(told["cu"]["rows"]) == {"CU"}


@pytest.mark.needs("chromium")
def test_without_scripts_every_explanation_stands_below_and_english_still_switches(grid: Path) -> None:
    told = ask(
        grid,
        VISIBLE
        + """
        const links = [...document.querySelectorAll("td.s a")];
        const read = () => document.querySelector("#told").innerText;
        const zh = read(), all = links.every(a => seen(document.querySelector(a.getAttribute("href"))));
        document.getElementById("en").click();
        const title = document.querySelector("h1").innerText, filter = seen(document.querySelector(".filter"));
        return { all, zh, en: read(), title, filter };
        """,
        script=False,
    )
    assert told["all"]
    assert not told["filter"]
    for row in made.make().iter_rows(named=True):
        assert row["why_zh"] in told["zh"]
        assert row["why_en"] in told["en"]
        assert row["why_zh"] not in told["en"]
    assert "who owed what in 2019" in told["title"]


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_but_the_tables_scrolls(grid: Path, width: int) -> None:
    told = ask(
        grid,
        """
        const page = document.documentElement, boxes = [...document.querySelectorAll(".scroll")];
        const spills = [...document.querySelectorAll("main *")].filter(e => !e.closest(".scroll")
          && e.getClientRects().length && e.getBoundingClientRect().right > page.clientWidth + 1).map(e => e.outerHTML);
        const months = boxes[0]; months.scrollLeft = 400;
        const name = months.querySelector("tbody th[scope=row]").getBoundingClientRect();
        return { over: page.scrollWidth - page.clientWidth, spills: spills.slice(0, 3), within: months.scrollLeft,
                 name: name.left - months.getBoundingClientRect().left };
        """,
        width=width,
    )
    assert (told["over"], told["spills"]) == (0, [])
    assert (told["within"] > 0) is (width == 375)
    assert 0 <= told["name"] < 4  # the filer's name stays in sight


@pytest.mark.needs("chromium")
def test_paper_has_the_grid_in_colour_and_every_explanation_but_the_plain_ones(grid: Path) -> None:
    told = ask(
        grid,
        VISIBLE
        + """
        const inked = getComputedStyle(document.querySelector("td.missing")).printColorAdjust;
        return { inked, told: [...document.querySelectorAll("ol.told li")].filter(seen).map(e => e.dataset.state),
                 words: [...document.querySelectorAll("td.s a")].every(seen),
                 gone: [".filter", "nav.top", "#pop"].map(s => seen(document.querySelector(s))) };
        """,
        on_paper=True,
    )
    states = made.make()["state"].to_list()
    assert Counter(told["told"]) == Counter(s for s in states if s != "accepted")
    assert told["inked"] == "exact"
    assert told["words"]
    assert told["gone"] == [False] * 3
    paper = grid.with_name("grid.pdf")
    run(grid, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    assert paper.read_bytes().startswith(b"%PDF-")
    paper.unlink()


@pytest.mark.needs("chromium")
def test_words_can_be_read_on_every_colour(grid: Path) -> None:
    told = ask(
        grid,
        """
        const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = text => rgb(text).map(v => v / 255)
          .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
        return Object.fromEntries([...document.querySelectorAll("td.s")].map(cell => {
          const style = getComputedStyle(cell), both = [light(style.color), light(style.backgroundColor)];
          return [cell.dataset.state, (Math.max(...both) + .05) / (Math.min(...both) + .05)];
        }));
        """,
    )
    assert set(told) == {s.value for s in State}
    assert {state: ratio for state, ratio in told.items() if ratio < 4.5} == {}


# --- hostile text


def test_hostile_text_is_inert(inbox: Inbox, tmp_path: Path) -> None:
    frame = made.make(
        [row | {"assumed": HOSTILE} for row in made.OWED],
        filers=dict.fromkeys(made.FILERS, HOSTILE),
        kinds=dict.fromkeys(made.KINDS, (HOSTILE, HOSTILE)),
        basis=HOSTILE,
    )
    inbox.home.keep_deadlines(made.YEAR, frame, made.ON, HOSTILE)
    publish(inbox.home, edition(year=made.YEAR, notice=HOSTILE, bureau_name=HOSTILE), tmp_path)
    for name in (GRID, "deadlines/index.html", f"annual/{made.YEAR}/summary.html", "validation/index.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        page = Page(text)
        assert "alert(1)" in text
        assert SCRIPT not in text
        assert "\u202e" not in text
        assert [tag for tag, _ in page.elements].count("script") == 1
        assert not [tag for tag, _ in page.elements if tag in ("img", "iframe", "object", "embed", "form")]
        assert not [a for _, attrs in page.elements for a in attrs if a.startswith("on")]
        for link in page.values("href"):
            file, _, anchor = link.partition("#")
            target = (tmp_path / name).parent / file if file else tmp_path / name
            assert target.is_file()
            assert not anchor or f'id="{anchor}"' in target.read_text(encoding="utf-8")
    lines = (tmp_path / f"annual/{made.YEAR}/summary.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "alert(1)" in line]
    assert not [line for line in lines if re.search(r"<(?!br)|https?:|www\.", line)]
    counted = {len(re.findall(r"(?<!\\)\|", line)) for line in lines if line.startswith("| ")}
    assert counted <= {6, 7, 13}


# --- the annual summary and the index


def test_each_instance_is_counted_once_and_the_share_is_of_what_was_due(inbox: Inbox) -> None:
    frame = made.make()
    inbox.home.keep_deadlines(made.YEAR, frame, made.ON, "cn")
    told = measure_timeliness(inbox.home.deadlines(made.YEAR))
    assert told is not None
    states = Counter(frame["state"].to_list())
    total = told.total
    assert total.owed + total.not_applicable == frame.height
    assert (total.on_time, total.late, total.days_late) == (states["accepted"], states["accepted_late"], 3 + 2 + 0)
    assert (total.missing, total.nil, total.returned) == (states["missing"], states["nil"], states["returned"])
    assert (total.provisional, total.not_applicable) == (states["provisional"], states["not_applicable"])
    open_ = ("received", "not_yet_due", "due_soon", "extended")
    assert total.open_ == sum(states[s] for s in open_)
    assert total.undated == states["undated"] + states["accepted_undated"]
    # Late nil returns, and what was returned past its day, are due and not kept; what nobody judged is not counted.
    assert states["received"] == 1
    assert total.due == sum(states[s] for s in ("accepted", "accepted_late", "missing", "nil", "returned"))
    assert total.kept == states["accepted"] + 1
    for name in ("owed", "due", "kept", "late", "days_late", "missing", "open_", "undated"):
        assert sum(getattr(p, name) for p in told.filers) == getattr(total, name)
    cm = told.filers[1]
    assert (cm.name, cm.on_time, cm.late, cm.missing, cm.returned) == ("江西移动", 1, 3, 1, 1)
    assert [(d.filer, d.period.label) for d in told.unfiled] == [
        (r["filer"], r["period"]) for r in frame.filter(state="missing").iter_rows(named=True)
    ]


@pytest.mark.parametrize(
    ("on_time", "of", "said"), [(1, 1, "100%"), (1999, 2000, "99.9%"), (0, 3, "0%"), (1, 3, "33.3%")]
)
def test_the_share_is_never_rounded_up(inbox: Inbox, on_time: int, of: int, said: str) -> None:
    inbox.home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    told = measure_timeliness(inbox.home.deadlines(made.YEAR))
    assert told is not None
    assert replace(told.total, kept=on_time, due=of).share == said
    assert replace(told.total, kept=0, due=0).share == ""


def test_the_summary_and_the_index_say_who_did_not_file(published: Path) -> None:
    missing = made.make().filter(state="missing")
    annual = (published / f"annual/{made.YEAR}/summary.html").read_text(encoding="utf-8")
    index = (published / "validation/index.html").read_text(encoding="utf-8")
    markdown = (published / f"annual/{made.YEAR}/summary.md").read_text(encoding="utf-8")
    for row in missing.iter_rows(named=True):
        said = f"{row['filer_name']}《{row['kind_zh']}》"
        assert said in text_of(annual)
        assert said in text_of(index)
        assert said in markdown
    assert f"{missing.height} 项时限已过而从未收到" in index
    at = re.search(r"\| 江西移动 \|.*\|", markdown)
    assert at
    assert at[0] == "| 江西移动 | 17 | 1 | 3（5） | 1 | 0 | 1 | 1 | 10 | 0 | 16.6%（1/6） | 1 |"
    found = re.search(r'<tr><td data-h="填报单位">江西移动</td>.*?</tr>', annual)
    assert found
    cells = [text_of(c) for c in re.findall(r"<td.*?</td>", found[0])]
    assert [c.strip() for c in at[0].strip("| ").split("|")] == cells


def test_without_obligations_nothing_is_said_of_deadlines(inbox: Inbox, tmp_path: Path) -> None:
    assert read_timetable(inbox.home, 2020) is None
    published = publish(inbox.home, edition(), tmp_path)
    assert not [name for name in published if name.startswith("deadlines/")]
    for name in published:
        assert "报送时限" not in (tmp_path / name).read_text(encoding="utf-8")


def test_a_correction_after_acceptance_is_late_nowhere(inbox: Inbox, tmp_path: Path) -> None:
    due = datetime(2020, 12, 1, 11, tzinfo=ZONE)
    inbox.file("indicator_tree", "JX", TREE, sheet="")
    inbox.file("work_nodes", "BGS", BGS_DONE, due=due)
    corrected, _ = inbox.file("work_nodes", "BGS", BGS_OPEN, due=due)
    publish(inbox.home, edition(), tmp_path)
    page = (tmp_path / f"validation/{corrected.id}.html").read_text(encoding="utf-8")
    assert "接受后更正，不算迟报" in page
    assert "报送 2 份（接受 2，退回 0，迟报 0）" in (tmp_path / "validation/index.html").read_text(encoding="utf-8")
    assert "迟报 0" in (tmp_path / "annual/2020/summary.md").read_text(encoding="utf-8")
    assert "迟报1" not in (tmp_path / "annual/2020/summary.md").read_text(encoding="utf-8")


def test_the_same_home_gives_the_same_bytes(inbox: Inbox) -> None:
    inbox.home.keep_deadlines(made.YEAR, made.make(), made.ON, "cn")
    pages = [
        render("timetable.html.j2", edition=edition(), page=read_timetable(inbox.home, made.YEAR)) for _ in range(2)
    ]
    assert pages[0] == pages[1]
