"""What a run says last about what is open: loudest first, and nothing where nothing is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from flows.batch import BatchResult, load_pack, run_plain
from flows.commands.closing import SHOWN, print_open, questions_json
from flows.commands.console import Console
from flows.questions import Missing, Questions
from flows.settings import Settings
from tests.flows import small_pack
from tests.flows.conftest import Finished

NOTHING = Questions((), (), (), (), (), 0, ())


def said(result: BatchResult) -> list[str]:
    out = io.StringIO()
    print_open(Console(file=out, width=80), result, "PACK")
    return out.getvalue().splitlines()


def test_the_example_says_what_it_leaves_open(jiangxi: Finished) -> None:
    lines = said(jiangxi.result)
    assert lines[0] == "未能对照：4 份报送缺少对照，有关规则未能判定（不算通过）；对照报送收到后重新判定。"
    (missing,) = [line for line in lines if line.startswith("  上期报送 earlier submission")]
    assert missing.endswith("：CT_2020-10.xlsx、GLC_2020-10.xlsx、CM_2020-10.xlsx、CU_2020-10.csv")
    at = lines.index("待说明 2 项 / 2 findings await an explanation（jixiao explain PACK）:")
    assert [line.split()[0] for line in lines[at + 1 : at + 3]] == [
        "WN-06@BGS.work_nodes.2020:finished:13-2",
        "IF-05@BGS.indicator_figures.2020:value:nodes_done",
    ]
    assert lines[-1].startswith("重新判定 4 份")


def test_a_machine_is_told_the_same(jiangxi: Finished) -> None:
    told = json.loads(json.dumps(questions_json(jiangxi.result.questions)))
    assert [q["key"] for q in told["awaiting"]] == [q.key for q in jiangxi.result.questions.awaiting]
    assert {m["counterpart_en"] for m in told["missing"]} == {"earlier submission"}
    assert told["explanations_unused"] == told["waivers_expired"] == told["waivers_unused"] == told["waivable"] == []


def test_what_was_withdrawn_comes_first(tmp_path: Path) -> None:
    pack = load_pack(small_pack.write_pack(tmp_path / "pack", upsetting=True), Settings())
    lines = said(run_plain(pack, tmp_path / "home", Settings()))
    assert lines[0].startswith("已撤回：1 份报送曾被接受")
    assert lines[2] == f"  {small_pack.WITHDRAWN}"


def test_where_nothing_is_open_nothing_is_said(jiangxi: Finished) -> None:
    assert said(replace(jiangxi.result, questions=NOTHING, judged_again=())) == []


def test_a_long_list_is_cut_and_counted(jiangxi: Finished) -> None:
    many = tuple(Missing(f"{n}.csv", f"对照{n}", f"counterpart {n}", (f"R-{n}",)) for n in range(SHOWN + 3))
    lines = said(replace(jiangxi.result, questions=replace(NOTHING, missing=many), judged_again=()))
    assert len(lines) == 2 + SHOWN + 1
    assert lines[-1] == "  其余 3 项见校验报告 / 3 more in the validation reports"
