"""Command lines that cannot be read: one message in both languages, how the command is written, status 2."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from flows.cli import main
from flows.commands.version import PROJECT
from tests.flows.conftest import EXAMPLES

CHECK = "用法：jixiao check [OPTIONS] FILE（usage；详见 more: jixiao check --help）"
ALL = "用法：jixiao [OPTIONS] COMMAND [ARGS]...（usage；详见 more: jixiao --help）"
# What was typed, what is said of it in Chinese and in English, and the line of usage.
MISTAKES = {
    "a command alike": (
        "chek x",
        "没有命令“chek”；相近的有：check",
        "there is no command “chek”; near to it: check",
        ALL,
    ),
    "no command": ("zzz", "没有命令“zzz”；有：run、check、", "there is no command “zzz”; there are: run, check, ", ALL),
    "no argument": ("check", "缺少参数 FILE（要检查的文件）", "the argument FILE is missing (the file)", CHECK),
    "no option": (
        "check x",
        "缺少选项 --kind KIND（报表代码）",
        "the option --kind KIND is missing (code of the kind)",
        CHECK,
    ),
    "an option alike": (
        "check x --kin y",
        "没有选项“--kin”；相近的有：--kind",
        "there is no option “--kin”; near to it: --kind",
        CHECK,
    ),
    "an option of nobody": (
        "rules --xyzzy",
        "没有选项“--xyzzy”；有：--kind、--format、--help",
        "there is no option “--xyzzy”; there are: --kind, --format, --help",
        "用法：jixiao rules [OPTIONS] COMMAND [ARGS]...（usage；详见 more: jixiao rules --help）",
    ),
    "no such word": (
        "check x --kind y --format yaml",
        "“yaml”不能用作 --format 的值；应为 text、json、junit、sarif 之一",
        "“yaml” is no value of --format; it has to be one of text, json, junit, sarif",
        CHECK,
    ),
    "no such word behind =": (
        "kinds --format=xml",
        "“xml”不能用作 --format 的值；应为 text、json 之一",
        "“xml” is no value of --format; it has to be one of text, json",
        "用法：jixiao kinds [OPTIONS]（usage；详见 more: jixiao kinds --help）",
    ),
    "no number": (
        "figures x --year abc",
        "“abc”不能用作 --year 的值；应为整数",
        "“abc” is no value of --year; it has to be a whole number",
        "用法：jixiao figures [OPTIONS] FILE（usage；详见 more: jixiao figures --help）",
    ),
    "no day": (
        "explain x --on 2020",
        "“2020”不能用作 --on 的值；应为日期，如 2020-12-31",
        "“2020” is no value of --on; it has to be a day, such as 2020-12-31",
        "用法：jixiao explain [OPTIONS] PACK（usage；详见 more: jixiao explain --help）",
    ),
    "no value": (
        "rules test x --kind",
        "选项 --kind 之后缺少值，应写作 --kind KIND",
        "--kind has no value; write --kind KIND",
        "用法：jixiao rules test [OPTIONS] PACK（usage；详见 more: jixiao rules test --help）",
    ),
    "a value too many": (
        "read x --rows=1",
        "选项 --rows 不带值",
        "the option --rows takes no value",
        "用法：jixiao read [OPTIONS] FILE（usage；详见 more: jixiao read --help）",
    ),
    "arguments too many": ("check a b c --kind k", "多出参数：b c", "there are arguments too many: b c", CHECK),
}


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["jixiao", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_our_own_words(
    mistake: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed, zh, en, usage = MISTAKES[mistake]
    status, out, err = said(monkeypatch, capsys, *typed.split())
    assert (status, out) == (2, "")
    first, second, third = err.splitlines()
    assert first.startswith(f"错误：{zh}")
    assert second.startswith(f"error: {en}")
    assert third == usage


def test_what_is_typed_does_nothing_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, err = said(monkeypatch, capsys, "\x1b[31mchek[/red]")
    assert "\x1b" not in err
    assert "\\u001b[31mchek[/red]" in err


def test_typer_raises_what_we_take_for_a_mistake() -> None:
    """The class has no public name; of another version of Typer it must still be that of all such mistakes."""
    from flows.commands.usage import Unreadable

    assert issubclass(typer.BadParameter, Unreadable)
    assert Unreadable.__name__ == "ClickException"


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_is_no_mistake(asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ((), ("check",), ("rules", "test")):
        status, out, err = said(monkeypatch, capsys, *command, asked)
        assert (status, err) == (0, "")
        assert " ".join(("Usage: jixiao", *command)) in out


def test_no_command_at_all_gives_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(monkeypatch, capsys)
    assert (status, err) == (2, "")
    assert "Usage: jixiao" in out


def test_the_version_is_that_of_the_project(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    status, out, err = said(monkeypatch, capsys, "--version")
    assert (status, out, err) == (0, f"jixiao {declared} (Python {platform.python_version()})\n", "")


@pytest.mark.parametrize("command", [["--help"], ["check", "--help"], ["rules", "test", "-h"]])
def test_a_reader_who_has_had_enough_of_help_is_no_error(command: list[str]) -> None:
    mine, theirs = os.pipe()
    os.close(mine)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "flows.cli", *command],
            stdout=theirs, stderr=subprocess.PIPE, timeout=60, cwd=EXAMPLES.parent, check=False,
        )  # fmt: skip
    finally:
        os.close(theirs)
    assert (child.returncode, child.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["x.csv", "x.xls", "x"])
def test_a_blank_form_is_written_under_no_other_suffix(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = said(monkeypatch, capsys, "template", "network_build", "--out", str(tmp_path / name))
    assert (status, out) == (2, "")
    assert f"不能写成 {name}；请以 .xlsx 结尾，如 x.xlsx" in err
    assert "let the name end in .xlsx, as in x.xlsx" in err
    assert list(tmp_path.iterdir()) == []
