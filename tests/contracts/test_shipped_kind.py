"""A kind that ships is one module and one examples file: the checklist's example is put into a copy, nothing edited."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CODE, PREFIX = "line_faults", "LF"
MODULE, EXAMPLES = f"contracts/kinds/{CODE}.py", f"contracts/kinds/{CODE}.toml"
COPIED = ("contracts", "transforms", "tests/contracts", "tests/conftest.py", "tests/postgres.py", "pyproject.toml")
TWO_WAYS = "test_every_kind_has_an_examples_file_and_every_examples_file_a_kind"


def page_blocks(root: Path) -> dict[str, str]:
    """The files that the checklist writes, by path."""
    page = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```$", page, re.M | re.S))


def copy_with(root: Path, to: Path, *added: str) -> Path:
    """A copy of the contracts and their tests, in which `added` of the example's two files were put."""
    for name in COPIED:
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        if (root / name).is_dir():
            shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(root / name, to / name)
    blocks = page_blocks(root)
    texts = {MODULE: blocks[f"kinds/{CODE}.py"], EXAMPLES: blocks[f"kinds/{CODE}.toml"]}
    for path in added:
        assert not (to / path).exists()
        (to / path).parent.mkdir(exist_ok=True)
        (to / path).write_text(texts[path], encoding="utf-8")
    return to


def judge_copy(copy: Path, words: str) -> subprocess.CompletedProcess[str]:
    options = ["-v", "--color=no", "-p", "no:cacheprovider", "-k", words]
    command = [sys.executable, "-m", "pytest", *options, "tests/contracts/test_kinds.py"]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120)


def test_one_module_and_one_examples_file_are_a_kind_that_keeps_every_law(root: Path, tmp_path: Path) -> None:
    answer = judge_copy(copy_with(root, tmp_path, MODULE, EXAMPLES), f"{CODE} or {PREFIX}- or every_kind or every_rule")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    passed = re.findall(r"::(\S+?)(?:\[(.*)\])? PASSED", answer.stdout)
    assert (TWO_WAYS, "") in passed
    assert ("test_the_right_rows_keep_every_rule_and_every_rule_speaks_of_them", CODE) in passed
    broken = {case for name, case in passed if name == "test_one_thing_wrong_breaks_exactly_the_rules_about_it"}
    assert {f"{CODE}: {PREFIX}-01", f"{CODE}: {PREFIX}-02"} <= broken


@pytest.mark.parametrize("alone", [MODULE, EXAMPLES])
def test_one_without_the_other_fails(root: Path, tmp_path: Path, alone: str) -> None:
    answer = judge_copy(copy_with(root, tmp_path, alone), TWO_WAYS)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert re.search(rf"{TWO_WAYS} FAILED", answer.stdout)
    assert CODE in answer.stdout
