"""The console command as its users meet it: real processes, what they print, how they end, how much they cost.

Seconds are CPU seconds of the child: what else this machine does at the time is not the command's doing.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.kind import discover_kinds
from flows.cli import app, main
from flows.commands.terminal import inert, print_json
from tests.flows.conftest import EXAMPLES, Finished
from tests.flows.falsifying import falsify
from tests.regenerate_docs import every_command

JIANGXI = EXAMPLES / "jiangxi-2020"
SUBMISSIONS = JIANGXI / "submissions"
RETURNED = SUBMISSIONS / "network_build" / "CM_2020-11.xlsx"
ACCEPTED = SUBMISSIONS / "network_build" / "CU_2020-12.csv"
COMMANDS = sorted(name for name, _ in every_command(typer.main.get_command(app)))
HEAVY = ("prefect", "great_expectations", "duckdb")
HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str
    seconds: float

    def imported(self) -> set[str]:
        """Top-level modules, from a child that ran with -X importtime."""
        return {line.rpartition("|")[2].strip().partition(".")[0] for line in self.err.splitlines() if "|" in line}


def jixiao(*arguments: str | Path, python: tuple[str, ...] = (), **environment: str) -> Ended:
    """Run the command as a child of its own, in UTF-8 and 80 columns, whatever this terminal is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = subprocess.run(
        [sys.executable, *python, "-m", "flows.cli", *map(str, arguments)],
        cwd=EXAMPLES.parent,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "80"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    encoding = environment.get("PYTHONIOENCODING", "utf-8").partition(":")[0]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ended(child.returncode, child.stdout.decode(encoding), child.stderr.decode(encoding), seconds)


def in_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str, str]:
    """The same without a child, for what differs only in what is said."""
    monkeypatch.setattr(sys, "argv", ["jixiao", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


# What it costs


@pytest.mark.alone
def test_help_answers_at_once() -> None:
    ended = jixiao("--help", python=("-X", "importtime"))
    assert ended.status == 0
    assert not ended.imported() & {*HEAVY, "pandera", "polars", "sqlalchemy", "pandas"}
    assert ended.seconds < 1.0
    assert all(name.partition(" ")[0] in ended.out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example(command: str) -> None:
    ended = jixiao(*command.split(), "--help")
    assert ended.status == 0
    text = " ".join(ended.out.replace("│", " ").split())
    assert f"示例: jixiao {command} " in text
    assert HAN.search(ended.out)


LIGHT: dict[str, tuple[str | Path, ...]] = {
    "check": ("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI),
    "kinds": ("kinds",),
    "rules": ("rules", "network_build"),
}


@pytest.mark.alone
@pytest.mark.parametrize("command", LIGHT)
def test_a_light_command_stays_light(command: str) -> None:
    ended = jixiao(*LIGHT[command], python=("-X", "importtime"))
    assert ended.status == (1 if command == "check" else 0)
    assert "pandera" in ended.imported()  # the reading of what was imported works
    assert not ended.imported() & {*HEAVY, "sqlalchemy"}
    assert ended.seconds < 4.0


def test_trace_needs_no_orchestration(jiangxi: Finished) -> None:
    ended = jixiao("trace", "g5_built@CT.2020", "--home", jiangxi.home, python=("-X", "importtime"))
    assert ended.status == 0
    assert not ended.imported() & set(HEAVY)


# How it ends


def test_check_ends_with_0_when_nothing_blocks() -> None:
    ended = jixiao("check", ACCEPTED, "--kind", "network_build")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("接受 accepted  CU_2020-12.csv")
    assert "报告期 2020-12 · 填报单位 CU" in ended.out


def test_check_ends_with_1_for_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    register = (SUBMISSIONS / "user_complaints" / "SSC_2020.csv").read_bytes()
    copy = tmp_path / "SSC_2020.csv"
    copy.write_bytes(falsify(register, "A3=JXSS202000001"))
    command = ("check", copy, "--kind", "user_complaints", "--format", "json")
    status, out, err = in_process(monkeypatch, capsys, *command)
    assert (status, err) == (1, "")
    assert json.loads(out)["verdict"] == "partial"
    assert json.loads(out)["rows"] == {"received": 3286, "accepted": 3284, "quarantined": 2}


MISUSE: dict[str, tuple[tuple[str | Path, ...], str]] = {
    "unknown kind": (("check", RETURNED, "--kind", "network_bild"), "network_build"),
    "missing file": (("check", "nowhere.xlsx", "--kind", "network_build"), "nowhere.xlsx"),
    "a folder": (("check", SUBMISSIONS, "--kind", "network_build"), "submissions"),
    "bad period": (("check", RETURNED, "--kind", "network_build", "--period", "2020-13"), "2020-11"),
    "missing pack": (("check", RETURNED, "--kind", "network_build", "--pack", "nowhere"), "nowhere"),
    "unknown filer": (
        ("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI, "--filer", "CX"),
        "CX",
    ),
    "no home": (
        ("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI, "--home", "nowhere"),
        "warehouse.db",
    ),
    "a home without its pack": (("check", RETURNED, "--kind", "network_build", "--home", "nowhere"), "--pack"),
    "rules of no kind": (("rules", "--kind", "network_bild"), "network_build"),
    "a rule nobody knows": (("rules", "NB-99"), "NB-09"),
    "a form nobody knows": (("rules", "show", "network_bild"), "network_build"),
    "template of no kind": (("template", "network_bild", "--out", "nowhere.xlsx"), "network_build"),
    "template nowhere": (("template", "network_build", "--out", "nowhere/a.xlsx"), "nowhere/a.xlsx"),
    "trace without a home": (("trace", "g5_built@CT.2020", "--home", "nowhere"), "nowhere"),
    "run without a pack": (("run", "nowhere"), "nowhere"),
}


@pytest.mark.parametrize("misuse", MISUSE)
def test_misuse_ends_with_2_and_one_message(
    misuse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    command, word = MISUSE[misuse]
    status, out, err = in_process(monkeypatch, capsys, *command)
    assert (status, out) == (2, "")
    zh, en = err.splitlines()
    assert zh.startswith("错误：")
    assert en.startswith("error: ")
    assert HAN.search(zh.removeprefix("错误："))
    assert word in zh
    assert word in en
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (("check", RETURNED, "--kind", "network_build", "--bogus"), "--bogus"),
        (("check", RETURNED), "--kind"),
        (("check", RETURNED, "--kind", "network_build", "--format", "yaml"), "yaml"),
        (("bogus",), "bogus"),
    ],
)
def test_a_command_line_that_cannot_be_read(
    command: tuple[str | Path, ...], word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = in_process(monkeypatch, capsys, *command)
    assert (status, out) == (2, "")
    assert word in err


@pytest.mark.parametrize("below", ["a file", "a folder that takes nothing"])
def test_a_home_that_cannot_be_written(below: str, tmp_path: Path) -> None:
    """Told at once, before Prefect starts a server that could not keep its database."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    home = tmp_path / "file" / "home" if below == "a file" else Path("/proc/jixiao")
    ended = jixiao("run", JIANGXI, "--home", home)
    assert (ended.status, ended.out) == (2, "")
    zh, en = ended.err.splitlines()
    assert zh.startswith("错误：")
    assert en.startswith("error: ")
    assert str(home) in zh
    assert str(home) in en


@pytest.mark.parametrize("command", [("rules",), ("kinds", "--format", "json")])
def test_whoever_stops_reading_sees_no_traceback(command: tuple[str, ...]) -> None:
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "flows.cli", *command],
        cwd=EXAMPLES.parent,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    assert child.stdout.read(1)
    child.stdout.close()
    said = child.stderr.read().decode()
    child.stderr.close()
    child.wait(60)
    assert said == ""


# What check says


def test_the_json_of_check_is_what_was_promised() -> None:
    ended = jixiao("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI, "--format", "json")
    assert (ended.status, ended.err) == (1, "")
    said: dict[str, Any] = json.loads(ended.out)
    assert {"verdict", "kind", "file", "sha256", "rows", "findings"} <= set(said)
    assert (said["verdict"], said["kind"], said["file"]) == ("returned", "network_build", "CM_2020-11.xlsx")
    assert said["sha256"] == hashlib.sha256(RETURNED.read_bytes()).hexdigest()
    assert said["rows"] == {"received": 11, "accepted": 0, "quarantined": 11}
    keys = {"rule", "severity", "sheet", "cell", "field", "filed", "expected", "message_zh", "message_en", "basis"}
    assert all(keys <= set(finding) for finding in said["findings"])
    (blocking,) = [f for f in said["findings"] if f["severity"] == "强制"]
    assert {key: blocking[key] for key in keys - {"message_zh", "message_en"}} == {
        "rule": "NB-g5_opened-total",
        "severity": "强制",
        "sheet": "填报表",
        "cell": "C16",
        "field": "g5_opened",
        "filed": "12395",
        "expected": "12359",
        "basis": "本框架的填报约定",
    }
    for word in ("12359", "12395"):
        assert word in blocking["message_zh"]
        assert word in blocking["message_en"]
    for finding in said["findings"]:
        assert HAN.search(finding["message_zh"])
        assert re.search("[a-z]{3}", finding["message_en"])


def test_the_text_of_check_says_the_same_in_both_languages() -> None:
    """In a pipe as on a terminal of any width: a message is one line and can be searched for."""
    ended = jixiao("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI, COLUMNS="40")
    lines = ended.out.splitlines()
    assert "✗ 强制 NB-g5_opened-total  填报表!C16、填报表!C5:C15" in lines
    zh = "  “累计开通5G基站”各行之和为 12359，合计行填写 12395，二者应相等；请核对各行或更正合计。"
    assert zh in lines
    assert "  5G stations opened: the rows add up to 12359, the total row says 12395." in lines
    assert "未能判定 9 条规则（不算通过） / 9 rules could not be evaluated:" in lines


def test_a_terminal_that_cannot_show_a_character_does_not_end_the_check() -> None:
    ended = jixiao("check", RETURNED, "--kind", "network_build", PYTHONIOENCODING="gbk")
    assert (ended.status, ended.err) == (1, "")
    assert "合计行填写 12395" in ended.out


HOSTILE = "[red]甲[/red]\u009b31m\u202e<script>alert(1)</script>:smile:"


def acts_on_a_terminal(text: str) -> list[str]:
    """Characters that a terminal obeys rather than shows, or cannot be given at all."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@given(st.text(st.characters(codec=None)))
@example("\x1b]0;title\x07\x9b2J\u202e\u2028\U000e0041\udcff\t")
def test_no_text_at_all_acts_on_a_terminal(text: str) -> None:
    assert acts_on_a_terminal(inert(text)) == []
    shown = text.isascii() and text.isprintable()
    assert not shown or inert(text) == text
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_json({text: [text]})
    assert acts_on_a_terminal(out.getvalue()) == []
    assert json.loads(out.getvalue()) == {text: [text]}


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    """A name in another encoding is bytes to us; the file is judged all the same."""
    copy = tmp_path / os.fsdecode("江西联通".encode("gb18030") + b"_2020-12.csv")
    copy.write_bytes(ACCEPTED.read_bytes())
    for form in ("text", "json"):
        ended = jixiao("check", copy, "--kind", "network_build", "--period", "2020-12", "--format", form)
        assert (ended.status, ended.err) == (0, "")
        assert "_2020-12.csv" in ended.out
    missing = jixiao("check", copy.with_suffix(".xlsx"), "--kind", "network_build")
    assert (missing.status, missing.out) == (2, "")
    assert [line.partition("：")[0].partition(": ")[0] for line in missing.err.splitlines()] == ["错误", "error"]


def hostile_file(folder: Path) -> Path:
    """A filer's text, sheet and file name, each trying to be more than text."""
    path = folder / "GLC_2020_[bold]x[\u009b2J].csv"
    rows = ("企业,举报查实数,已处置数", f"江西电信,{HOSTILE},1", f"{HOSTILE},1,2")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_what_a_filer_wrote_does_nothing_on_a_terminal(tmp_path: Path) -> None:
    ended = jixiao("check", hostile_file(tmp_path), "--kind", "nuisance_calls", FORCE_COLOR="1", TERM="xterm-256color")
    assert (ended.status, ended.err) == (1, "")
    assert "\x1b[" in ended.out  # our own colours are on
    plain = re.sub("\x1b\\[[0-9;]*m", "", ended.out)
    assert acts_on_a_terminal(plain) == []
    assert "[red]甲[/red]\\u009b31m\\u202e<script>alert(1)</script>:smile:" in plain
    assert "GLC_2020_[bold]x[\\u009b2J].csv" in plain


def test_what_a_filer_wrote_is_whole_in_json(tmp_path: Path) -> None:
    ended = jixiao("check", hostile_file(tmp_path), "--kind", "nuisance_calls", "--format", "json")
    assert acts_on_a_terminal(ended.out) == []
    assert HOSTILE in [finding["filed"] for finding in json.loads(ended.out)["findings"]]


# The others


def test_trace_leads_to_every_cell_and_hash(jiangxi: Finished) -> None:
    ended = jixiao("trace", "g5_opened@JXCA.2020-11", "--home", jiangxi.home)
    assert (ended.status, ended.err) == (0, "")
    assert "= 30729 个" in ended.out
    for part in ("CT.2020-11 = 9185", "CM.2020-11 = 12359", "CU.2020-11 = 9185"):
        assert f"由 g5_opened@{part} 个" in ended.out
    for name, column in (("CT_2020-11.xlsx", "C5:C15"), ("CM_2020-11_v2.xlsx", "C5:C15"), ("CU_2020-11.csv", "C3:C13")):
        file = f"submissions/network_build/{name}"
        assert re.search(rf"{re.escape(file)}  (填报表!)?{column}\n", ended.out)
        assert f"sha256 {hashlib.sha256((JIANGXI / file).read_bytes()).hexdigest()}\n" in ended.out
    cells = [int(value) for value in re.findall(r"C\d+ = (\d+)\n", ended.out)]
    assert (len(cells), sum(cells)) == (33, 30729)


def test_trace_of_a_register_counts_its_cells(
    jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("trace", "complaints@JXCA.2020", "--home", jiangxi.home)
    _, text, _ = in_process(monkeypatch, capsys, *command)
    assert "共 3286 个单元格，全部见 --format json" in text
    status, out, _ = in_process(monkeypatch, capsys, *command, "--format", "json")
    (source,) = json.loads(out)["sources"]
    assert status == 0
    assert len({cell["text"] for cell in source["cells"]}) == 3286


def test_trace_suggests_what_was_meant(
    jiangxi: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = in_process(monkeypatch, capsys, "trace", "g5_open@JXCA.2020-11", "--home", jiangxi.home)
    assert status == 2
    zh, en = err.splitlines()
    assert "相近的有：g5_opened@JXCA.2020-11、" in zh
    assert "near to it: g5_opened@JXCA.2020-11, " in en


def test_another_bureaus_home_is_refused(
    bulletins: Finished, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("check", RETURNED, "--kind", "network_build", "--pack", JIANGXI, "--home", bulletins.home)
    status, out, err = in_process(monkeypatch, capsys, *command)
    assert (status, out) == (2, "")
    assert all("MIIT" in line and "JXCA" in line for line in err.splitlines())


def test_trace_finds_the_only_home(
    jiangxi: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("landing", "registers"):
        shutil.copytree(jiangxi.home / name, tmp_path / "var" / "here" / name)
    shutil.copy(jiangxi.home / "warehouse.db", tmp_path / "var" / "here" / "warehouse.db")
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path / "var"))
    command = ("trace", "g5_built@CT.2020")
    status, only, _ = in_process(monkeypatch, capsys, *command)
    assert status == 0
    assert (
        f"sha256 {hashlib.sha256((SUBMISSIONS / 'network_build' / 'CT_2020.xlsx').read_bytes()).hexdigest()}\n" in only
    )
    shutil.copytree(tmp_path / "var" / "here", tmp_path / "var" / "there")
    status, _, err = in_process(monkeypatch, capsys, *command)
    assert status == 2
    assert all("here" in line and "there" in line and "--home" in line for line in err.splitlines())


def test_rules_cuts_nothing_off(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    status, out, _ = in_process(monkeypatch, capsys, "rules", "network_build")
    kind = discover_kinds()["network_build"]
    assert status == 0
    assert "…" not in out
    assert [rule.id for rule in kind.rules if f" {rule.id} " not in out] == []
    for rule in ("FILE-03", "HEAD-02", "TABLE-01"):
        assert rule in out


@pytest.mark.parametrize("command", ["kinds", "rules"])
def test_lists_for_machines(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = in_process(monkeypatch, capsys, command, "--format", "json")
    kinds = discover_kinds()
    said = json.loads(out)
    assert status == 0
    if command == "kinds":
        assert {k["code"] for k in said} == set(kinds)
    else:
        assert {(r["kind"], r["id"]) for r in said if r["kind"]} == {
            (k.code, r.id) for k in kinds.values() for r in k.rules
        }
        assert {"FILE-01", "HEAD-01"} <= {r["id"] for r in said}


def test_template_is_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "CM_2020-11.xlsx"
    command = ("template", "network_build", "--out", out)
    assert in_process(monkeypatch, capsys, *command)[0] == 0
    written = out.read_bytes()
    status, said, _ = in_process(monkeypatch, capsys, "check", out, "--kind", "network_build", "--format", "json")
    assert status == 1
    assert [f["rule"] for f in json.loads(said)["findings"]] == ["TABLE-01"]  # nothing filled in yet, all else right
    status, _, err = in_process(monkeypatch, capsys, *command)
    assert status == 2
    assert "已存在" in err
    assert "not overwritten" in err
    assert out.read_bytes() == written


@pytest.mark.parametrize("command", [["rules"], ["kinds"], ["read", str(ACCEPTED), "--rows"]])
def test_a_reader_who_has_had_enough_is_no_error(command: list[str]) -> None:
    """`jixiao rules | head` in a script that looks at every status (pipefail): the reader is gone before we print."""
    mine, theirs = os.pipe()
    os.close(mine)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "flows.cli", *command], stdout=theirs, stderr=subprocess.PIPE, timeout=60
        )
    finally:
        os.close(theirs)
    assert (child.returncode, child.stderr) == (0, b"")
