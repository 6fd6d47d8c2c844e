"""The audit: each nightly check broken alone in a real home, the page of the checks, the command, and the flow."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness
from typer.testing import CliRunner

from contracts.errors import StorageError, UsageError
from contracts.kind import discover_kinds
from contracts.obligations import ZONE
from flows.audit import BROKEN, audit
from flows.auditing import Audit, audit_home, home_of, publish_audit
from flows.batch import load_pack, run_plain
from flows.cli import app
from flows.settings import Settings
from tests.flows import small_pack
from tests.warehouse.reports import browser
from tests.warehouse.test_expectations import LOADED
from warehouse import expectations
from warehouse.audits import past_checks
from warehouse.database import reading
from warehouse.home import Home
from warehouse.integrity import FRESHNESS
from warehouse.reconciliation import FILE_CHECKS
from warehouse.runs import list_runs, verify_runs
from warehouse.tallies import TALLIES

BEGAN = datetime(2026, 11, 22, 3, 35, tzinfo=ZONE)
NIGHTLY = [
    *(p.name for p in FRESHNESS),
    *(c.name for c in FILE_CHECKS if c.nightly),
    *(c.name for c in TALLIES if c.nightly),
]
KINDS = discover_kinds()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_pack.write_pack(tmp_path_factory.mktemp("audited") / "pack", upsetting=True)


@pytest.fixture(scope="module")
def good(pack: Path) -> Path:
    """A home with everything in it that a run makes, audited and published once. Nobody may change it."""
    run_plain(load_pack(pack, Settings()), pack.parent / "home", Settings())
    with writable(pack.parent / "home") as home:
        publish_audit(home, look(home), "测试数据", BEGAN, lambda: BEGAN)
    return pack.parent / "home"


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(good, tmp_path / "home"))


def writable(folder: Path) -> Home:
    return Home.open(folder, bureau="XJ", title="小省通信管理局")


def look(home: Home) -> Audit:
    return audit_home(home, KINDS, None)


def audited(folder: Path) -> Audit:
    with Home.look(folder) as home:
        return look(home)


def spoil(folder: Path, *statements: str) -> None:
    """Direct SQL by somebody whom no foreign key stops."""
    with closing(sqlite3.connect(folder / "warehouse.db")) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()


def broken(found: Audit) -> set[str]:
    return {check.name for check in found.checks.checks if check.broken}


def test_a_good_home_holds(good: Path) -> None:
    found = audited(good)
    assert (found.checks.failures, found.mismatches, found.holds) == ((), (), True)
    assert {check.name for check in found.checks.checks} == {*LOADED, *NIGHTLY}
    looked_at = {check.name: check.looked_at for check in found.checks.checks}
    assert [name for name in NIGHTLY if looked_at[name] == 0] == []


SUM = "method = 'sum' AND recorded_to IS NULL AND submission IS NOT NULL"
CORRUPTIONS: dict[str, tuple[str, ...]] = {
    "deadlines_are_as_new_as_what_came": ("UPDATE deadlines SET judged_on = '2020-11-01T00:00:00+08:00'",),
    "deadlines_say_what_came": (
        "UPDATE deadlines SET received_at = NULL, accepted_at = NULL, submission = NULL, state = 'nil',"
        " nil_on = '2020-11-05' WHERE ordinal = 1",
    ),
    # A figure of a filer, and with it the total that it is part of: only the register knows better.
    "registers_give_the_figures": (
        "UPDATE figures SET value = '31014', low = '31014', high = '31014' WHERE value = '31013'",
        "UPDATE figures SET value = '52025', low = '52025', high = '52025' WHERE value = '52024'",
    ),
    "totals_are_made_of_their_parts": (
        "UPDATE figures SET value = '52025', low = '52025', high = '52025' WHERE value = '52024'",
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_breaks_its_check_and_no_other(bad: Path, name: str) -> None:
    spoil(bad, *CORRUPTIONS[name])
    found = audited(bad)
    assert broken(found) == {name}
    assert found.mismatches  # whoever verifies sees it, too
    assert {told for told, _, _ in found.checks.failures} == {name}


def test_what_is_unequal_is_named_with_both_counts(bad: Path) -> None:
    spoil(bad, *CORRUPTIONS["totals_are_made_of_their_parts"])
    said = " ".join(zh for _, zh, _ in audited(bad).checks.failures)
    assert re.search(r"g5_built@XJ\.2020-10：所存为 52025，重算为 52024", said), said


def _forget(folder: Path) -> None:
    (folder / "annual" / "2020" / "figures.csv").unlink()


def _rewrite(folder: Path) -> None:
    page = folder / "validation" / "index.html"
    page.write_bytes(page.read_bytes().replace("校验".encode(), "检验".encode(), 1))


def _rewrite_the_checks(folder: Path) -> None:
    (folder / "checks" / "index.html").write_bytes("一切成立".encode())


@pytest.mark.parametrize("change", [_forget, _rewrite, _rewrite_the_checks])
def test_a_published_file_that_is_not_what_was_published(bad: Path, change: Callable[[Path], None]) -> None:
    change(bad / "published")
    found = audited(bad)
    assert broken(found) == {"publications_are_there"}
    assert len(found.mismatches) == 1


def test_every_nightly_check_is_broken_by_some_test() -> None:
    assert {*CORRUPTIONS, "publications_are_there"} == set(NIGHTLY)


def test_a_figure_that_the_register_does_not_give_and_one_that_is_gone(bad: Path) -> None:
    """Not only other values: a figure too many is found, and one that is missing."""
    spoil(bad, f"UPDATE figures SET indicator = 'g5_opened/x', figure_id = 'x' WHERE {SUM} AND value = '31013'"
          " AND indicator = 'g5_opened'")  # fmt: skip
    said = [zh for name, zh, _ in audited(bad).checks.failures if name == "registers_give_the_figures"]
    assert any("所存为 —，重算为 31013" in one for one in said), said


def test_a_contract_that_has_changed_since_is_no_measure_of_what_was_made_by_another(good: Path) -> None:
    changed = {code: KINDS["website_filing"] if code == "network_build" else kind for code, kind in KINDS.items()}
    with Home.look(good) as home:
        found = audit_home(home, changed, None)
    before = {c.name: c.looked_at for c in audited(good).checks.checks}["registers_give_the_figures"]
    after = {c.name: c.looked_at for c in found.checks.checks}["registers_give_the_figures"]
    assert found.holds
    assert 0 < after < before


def test_what_cannot_be_evaluated_is_our_fault(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = type(FRESHNESS[0])(
        "impossible", "", "", "deadlines", "UnexpectedRowsExpectation", {"unexpected_rows_query": "SELECT no {batch}"}
    )
    monkeypatch.setattr(expectations, "FRESHNESS", (wrong,))
    with Home.look(good) as home, pytest.raises(StorageError, match="impossible"):
        look(home)


# --- what is kept and published


def test_an_audit_is_one_of_the_runs_and_changes_nothing_else(good: Path) -> None:
    with Home.look(good) as home, reading(home.engine) as connection:
        runs = list_runs(connection)
        assert verify_runs(connection) == []
    (noted,) = [run for run in runs if run.what == "audit"]
    checks = cast("dict[str, Any]", noted.content["checks"])
    assert checks["holds"] is True
    assert set(checks["checks"]) == {*LOADED, *NIGHTLY}
    assert set(noted.content["published"]) == {"checks/index.html", "checks/checks.json"}
    assert noted.started_at == BEGAN


def test_the_same_result_gives_the_same_bytes(good: Path, tmp_path: Path) -> None:
    first, second = (Path(shutil.copytree(good, tmp_path / name)) for name in ("first", "second"))
    for folder in (first, second):
        with writable(folder) as home:
            publish_audit(home, look(home), "", BEGAN, lambda: datetime.now(ZONE))
    for name in ("index.html", "checks.json"):
        assert (first / "published/checks" / name).read_bytes() == (second / "published/checks" / name).read_bytes()


def test_the_page_tells_every_check_and_what_earlier_ones_found(bad: Path) -> None:
    spoil(bad, *CORRUPTIONS["totals_are_made_of_their_parts"])
    with writable(bad) as home:
        publish_audit(home, look(home), "", BEGAN, lambda: BEGAN)
        past = past_checks(home)
    assert [(one.what, one.holds) for one in past if one.what == "audit"] == [("audit", False), ("audit", True)]
    assert past[0].broken == ("totals_are_made_of_their_parts",)
    page = (bad / "published/checks/index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'data-check="(\w+)"', page)) == {*LOADED, *NIGHTLY}
    assert page.count("✕</i>不成立") == 1
    assert "由指标值组成的指标值可由其组成部分重算" in page
    assert "figures made of figures can be made of them again" in page
    told = json.loads((bad / "published/checks/checks.json").read_text(encoding="utf-8"))
    assert told["holds"] is False
    assert {one["check"] for one in told["failures"]} == {"totals_are_made_of_their_parts"}


HOSTILE = "<script>document.title='PWNED'</script><img src=\"http://192.0.2.1/x\" onerror=\"document.title='PWNED'\">"
FORMULA = "=cmd|' /C calc'!A0"


class _Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def _hostile_everywhere(folder: Path) -> None:
    """Every text that somebody may have filed or that is shown becomes a script, a picture and a formula."""
    with closing(sqlite3.connect(folder / "warehouse.db")) as connection:
        for table, columns in {
            "figures": ("figure_id", "name", "as_written", "unit", "indicator"),
            "findings": ("message_zh", "message_en", "filed", "expected", "basis", "about", "field"),
            "submissions": ("file", "channel"),
            "deadlines": ("filer_name", "kind_zh", "kind_en", "why_zh", "basis"),
        }.items():
            for column in columns:
                text = f"'{(HOSTILE + FORMULA).replace(chr(39), chr(39) * 2)}' || rowid"
                connection.execute(f"UPDATE {table} SET {column} = {text}")
        connection.execute("UPDATE deadlines SET state = 'missing', received_at = NULL, accepted_at = NULL")
        connection.commit()


def _published_hostile(bad: Path) -> Path:
    """Some promises are broken by that, so a second home is made whose failures are all named by filed texts."""
    _hostile_everywhere(bad)
    with writable(bad) as home:
        found = look(home)
        figures = tuple((name, f"{HOSTILE}{FORMULA}", f"{FORMULA}{HOSTILE}") for name, _, _ in found.checks.failures)
        assert figures
        told = found.checks.__class__(False, figures, found.checks.evaluated, found.checks.checks, ())
        publish_audit(home, Audit(told, found.mismatches, found.absent, found.head), HOSTILE, BEGAN, lambda: BEGAN)
        assert found.absent
    return bad / "published/checks/index.html"


def test_what_was_filed_is_inert_on_the_page_and_nothing_is_fetched(bad: Path) -> None:
    page = _published_hostile(bad)
    tags = _Tags()
    text = page.read_text(encoding="utf-8")
    tags.feed(text)
    assert HOSTILE.replace("<", "&lt;").partition("'")[0] in text.replace("&gt;", ">")
    assert {tag for tag, _ in tags.seen} & {"script", "img", "iframe", "object", "embed", "base", "form"} == set()
    assert [a for _, a in tags.seen if any(name.startswith("on") for name in a)] == []
    addresses = [a[name] for _, a in tags.seen for name in ("src", "href", "action", "srcset", "poster") if name in a]
    assert addresses == ["checks.json"]
    assert "url(" not in text
    assert "@import" not in text
    (policy,) = [a["content"] for tag, a in tags.seen if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")


@pytest.mark.needs("chromium")
def test_a_real_browser_runs_nothing_of_it(bad: Path) -> None:
    page = _published_hostile(bad)
    log = bad / "net.json"
    shown = browser.run(page, "--dump-dom", "--host-resolver-rules=MAP * ~NOTFOUND", f"--log-net-log={log}")
    assert "<title>数据仓库检查" in shown
    assert "<title>PWNED" not in shown
    # Chromium itself may look for news of its own; of the page's addresses it must have asked for none.
    assert "192.0.2.1" not in log.read_text(encoding="utf-8")


# --- the command


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["audit", *arguments])
    return answer.exit_code, answer.output


def test_the_command_says_that_a_home_holds(good: Path) -> None:
    status, said = run(str(good))
    assert status == 0
    assert "全部成立" in said
    assert "all checks hold" in said


def test_the_command_names_what_does_not_hold_in_both_languages(bad: Path) -> None:
    spoil(bad, *CORRUPTIONS["totals_are_made_of_their_parts"])
    status, said = run(str(bad))
    assert status == 1
    assert "totals_are_made_of_their_parts" in said
    assert "重算为" in said
    assert "counted again" in said
    status, said = run(str(bad), "--format", "json")
    assert status == 1
    assert json.loads(said)["checks"]["checks"]["totals_are_made_of_their_parts"]["broken"] == 2


def test_the_command_only_looks_unless_it_is_told_to_publish(bad: Path) -> None:
    before = {p: p.read_bytes() for p in (bad / "published").rglob("*") if p.is_file()}
    run(str(bad))
    assert {p: p.read_bytes() for p in (bad / "published").rglob("*") if p.is_file()} == before
    with Home.look(bad) as home:
        noted = len(past_checks(home))
    assert run(str(bad), "--publish")[0] == 0
    with Home.look(bad) as home:
        assert len(past_checks(home)) == noted + 1
    assert audited(bad).holds


def test_a_pack_means_its_home(pack: Path, good: Path, tmp_path: Path) -> None:
    shutil.copytree(good, tmp_path / "var" / pack.name)
    settings = Settings(var=tmp_path / "var")
    assert home_of(pack, settings) == tmp_path / "var" / pack.name
    assert home_of(good, settings) == good
    with pytest.raises(UsageError, match="neither a pack"):
        home_of(tmp_path, settings)


# --- the flow


def test_the_flow_notes_publishes_and_fails_where_something_does_not_hold(pack: Path, bad: Path) -> None:
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
    ):
        held = cast("Any", audit)(str(pack), str(bad), return_state=True)
        assert (held.is_completed(), held.result().holds) == (True, True)
        spoil(bad, *CORRUPTIONS["totals_are_made_of_their_parts"])
        failed = cast("Any", audit)(str(pack), str(bad), return_state=True)
    assert (failed.is_failed(), failed.name) == (True, BROKEN)
    assert "1 checks do not hold" in failed.message
    with Home.look(bad) as home:
        assert [one.holds for one in past_checks(home) if one.what == "audit"] == [False, True, True]
