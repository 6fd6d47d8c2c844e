"""`jixiao rules test`: the pack's accepted submissions made wrong one figure at a time, and which rules notice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from contracts.errors import UsageError
from flows.batch import load_pack
from flows.commands.console import Console
from flows.commands.run import shown
from flows.commands.terminal import inert, print_json
from flows.proof_summary import summarise
from flows.proving import Proof, prove
from flows.rehearsal import home_to_try
from flows.settings import Settings

TARGET_CAUGHT, TARGET_RELATED = 0.95, 0.60
LISTED, BUSIEST = 20, 3


def try_rules(folder: Path, home: Path | None, code: str | None, seed: int, *, as_json: bool) -> int:
    """Corrupt, judge, report. The exit status: 0, or 1 where an untouched accepted file would be returned."""
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    if code is not None and (code not in pack.kinds or pack.kinds[code].pack_file is not None):
        known = [k.code for k in pack.kinds.values() if k.pack_file is None]
        raise UsageError(
            f"没有报表“{code}”；有：{'、'.join(known)}", f"there is no kind “{code}”; there are: {', '.join(known)}"
        )
    with (
        shown("试验规则 trying the rules", quiet=as_json),
        settings.reader() as reader,
        home_to_try(pack, home, reader) as opened,
    ):
        proof = prove(pack, opened, reader, code=code, seed=seed)
    told = {"pack": pack.name} | summarise(proof)
    if as_json:
        print_json(told)
    else:
        _print(told, proof)
    return 1 if proof.alarms else 0


def _print(told: dict[str, Any], proof: Proof) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if not proof.files:
        console.print("没有已接受的报送，无从试验。 / Nothing accepted to try the rules on.", style="yellow")
        return
    figures, cells, tried = told["figures_in_relation"], told["numeric_cells"], told["corruptions"]["tried"]
    head = f"{told['pack']}：{told['files']} 件已接受的报送，逐一改错 {tried} 次（种子 {told['seed']}）"
    head += f" / {told['files']} accepted files, {tried} corruptions, one at a time"
    console.print(Text(inert(head), "bold"))
    for zh, en, said in (
        (
            "处于勾稽关系中的数值单元格",
            "numeric cells in a relation",
            _share(cells, "in_relation", "cells", TARGET_RELATED),
        ),
        ("这些单元格改错后被发现", "corruptions of these caught", _share(figures, target=TARGET_CAUGHT)),
        ("有勾稽关系的日期改错后被发现", "of dates in a relation", _share(told["dates_in_relation"])),
        ("全部改错中被发现", "of all corruptions", _share(told["corruptions"])),
        ("仅有提示、不要求说明", "only noted", str(told["corruptions"]["noted_only"])),
        ("误报：未改动的已接受文件被退回", "false alarms on untouched files", str(len(proof.alarms))),
        ("未改动文件上的核实项", "questions on untouched files", str(proof.questions)),
    ):
        console.print(Text(f"  {zh} {en}: ").append(said, "bold"))
    for sample in told["sampled"]:
        console.print(Text(inert(f"抽样 drawn by lot: {sample['file']} {sample['tried']}/{sample['cells']}"), "yellow"))
    _print_shares(console, told)
    _print_gaps(console, told)
    for alarm in told["false_alarms"]:
        console.print(Text(inert(f"误报 false alarm: {alarm['file']} {alarm['rule']} {alarm['cell']}"), "bold red"))


def _print_shares(console: Console, told: dict[str, Any]) -> None:
    grid = Grid(Column("改错 corruption"), *_numbers("次数", "发现", "%"), Column("主要规则 rules", overflow="fold"))
    for one in told["by_corruption"]:
        counts = (str(one["tried"]), str(one["caught"]), _percent(one["share"]))
        grid.add_row(f"{one['zh']} {one['corruption']}", *counts, _busiest(one["rules"]))
    console.print(grid)
    heads = _numbers("数值", "有勾稽", "次数", "发现", "%", "勾稽中 %")
    grid = Grid(Column("报表 kind", no_wrap=True), *heads)
    for one in told["by_kind"]:
        cells, every = one["numeric_cells"], one["corruptions"]
        counts_of = (cells["cells"], cells["in_relation"], every["tried"], every["caught"])
        shares = (_percent(every["share"]), _percent(one["figures_in_relation"]["share"]))
        grid.add_row(one["kind"], *map(str, counts_of), *shares)
    console.print(grid)


def _numbers(*heads: str) -> list[Column]:
    return [Column(head, justify="right", no_wrap=True) for head in heads]


def _print_gaps(console: Console, told: dict[str, Any]) -> None:
    """What no rule watches, and what slipped through: the reason to read the report at all."""
    for key, zh, en in (
        ("untouched", "没有任何规则涉及的数值单元格", "numeric cells that no rule touches"),
        ("unrelated", "只有单项规则、没有勾稽关系的数值单元格", "numeric cells with rules, but in no relation"),
    ):
        if told[key]:
            console.print(f"\n{zh} / {en}:", style="bold")
        for one in told[key]:
            console.print(Text(f"  {one['kind']} {one['field']} “{one['heading']}” {one['cells']}/{one['of']}"))
    if told["escaped"]:
        console.print("\n未被发现的改错（每类举一例） / what slipped through, one case of each:", style="bold")
    for one in told["escaped"][:LISTED]:
        case = f"{one['file']} {one['cell']} “{one['filed']}”→“{one['became']}”"
        console.print(Text(inert(f"  {one['count']:4} {one['kind']} {one['field']} {one['corruption']}: {case}")))
    more = sum(one["count"] for one in told["escaped"][LISTED:])
    if more:
        console.print(f"  另有 {more} 处，见 --format json / {more} more with --format json", style="dim")


def _share(counts: dict[str, Any], part: str = "caught", whole: str = "tried", target: float | None = None) -> str:
    said = f"{counts[part]}/{counts[whole]} = {_percent(counts['share'])} %"
    if target is None or counts["share"] is None:
        return said
    met = "达到 met" if counts["share"] >= target else "未达到 not met"
    return f"{said}（目标 target ≥ {100 * target:.0f} %，{met}）"


def _percent(ratio: float | None) -> str:
    return "—" if ratio is None else f"{100 * ratio:.1f}"


def _busiest(rules: dict[str, int]) -> str:
    named = [f"{rule} {count}" for rule, count in list(rules.items())[:BUSIEST]]
    return "\n".join(named) + (f"\n…{len(rules) - BUSIEST}" if len(rules) > BUSIEST else "")
