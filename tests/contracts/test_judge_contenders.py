"""The benchmark of judging compares like with like: every contender finds the same rows and the same reasons."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from benchmarks.judge.contenders import CONTENDERS, installed
from benchmarks.judge.registers import STATES, scan_register, write_register
from benchmarks.judge.run_one import digest
from benchmarks.judge.twelve_rules import HOLDS, SCHEMA

ROWS = 10_000
JUDGES = sorted(name for name in CONTENDERS if name != "bare read" and installed(name))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registers")


@pytest.mark.parametrize("csv", [False, True], ids=["parquet", "csv"])
@pytest.mark.parametrize("state", STATES)
def test_all_contenders_give_the_same_reasons_for_the_same_rows(folder: Path, state: str, csv: bool) -> None:
    path = write_register(folder, ROWS, state, csv=csv)
    answers = {name: CONTENDERS[name](path) for name in JUDGES}
    assert len({digest(answer) for answer in answers.values()}) == 1, {n: a.height for n, a in answers.items()}
    failing = answers["jixiao"].height
    assert {"clean": failing == 0, "some": 50 < failing < 300, "most": failing > ROWS // 2}[state]


def test_every_rule_is_broken_somewhere(folder: Path) -> None:
    answer = CONTENDERS["jixiao"](write_register(folder, ROWS, "some", csv=False))
    assert set(Counter(answer["rules"].explode().to_list())) == set(HOLDS)


def test_the_failing_rows_are_those_of_the_file(folder: Path) -> None:
    path = write_register(folder, ROWS, "some", csv=False)
    rows = CONTENDERS["jixiao with rows"](path)
    whole = scan_register(path).with_row_index("_row").collect()
    assert rows.select(list(SCHEMA)).equals(whole[rows["_row"]].select(list(SCHEMA)))


def test_a_different_reason_is_another_digest() -> None:
    one = pl.DataFrame({"_row": [3], "rules": [["R01"]]})
    assert digest(one) == digest(one)
    assert digest(one) != digest(one.with_columns(rules=pl.lit(["R02"])))
    assert digest(one) != digest(one.with_columns(_row=pl.lit(4)))
