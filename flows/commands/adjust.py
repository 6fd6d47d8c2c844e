"""`jixiao adjust`: the figures that are adjusted and what was decided, or one adjustment added to the pack's list."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rich.text import Text

from contracts.adjustments import Adjustment, filed_text
from contracts.errors import UsageError
from contracts.exact import decimal_text
from flows.adjusting import idle
from flows.batch import load_pack
from flows.commands.closing import adjustment_json
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import look
from flows.pack import Pack
from flows.pack_writing import add_entry
from flows.settings import Settings
from warehouse.adjusted import adjusted_now, as_filed
from warehouse.home import Home
from warehouse.stored import StoredFigure


@dataclass(frozen=True)
class Decision:
    """What is to be added: which figure, to what, by whom, why, on what ground and when."""

    figure: str | None
    to: str | None
    approver: str | None
    reason: str | None
    evidence: str | None
    on: date

    @property
    def given(self) -> list[str]:
        """The names of the options that were given."""
        names = ("figure", "to", "approver", "reason", "evidence")
        return [name for name in names if getattr(self, name) is not None]


def adjust_pack(folder: Path, home: Path | None, decision: Decision, *, as_json: bool) -> None:
    """Print the adjustments there are and what became of each, or add one."""
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    with look(home or settings.var / pack.name) as opened:
        if opened.bureau != pack.settings.bureau:
            raise UsageError(
                f"数据目录 {opened.folder} 属于 {opened.bureau}，不是 {pack.settings.bureau}",
                f"{opened.folder} is {opened.bureau}'s, not {pack.settings.bureau}'s",
            )
        if not decision.given:
            _print(opened, pack, as_json=as_json)
            return
        entry = _entry(opened, decision)
    path = add_entry(pack, pack.kinds["adjustment_list"], entry)
    said = f"{entry['figure_id']} {entry['from']} → {entry['to']} {entry['unit']}"
    if as_json:
        print_json({"added": said, "file": path.name})
        return
    Console().print(Text(inert(f"已写入 {path}：{said}。下次 jixiao run 时收到并生效。")), soft_wrap=True)
    Console().print(Text(inert(f"Written: {said}. It is received, and takes effect, by the next jixiao run.")))


def _entry(home: Home, decision: Decision) -> dict[str, str]:
    needed = ("figure", "to", "approver", "reason", "evidence")
    missing = [f"--{name}" for name in needed if name not in decision.given]
    if missing:
        raise UsageError(f"还须填写 {'、'.join(missing)}", f"also needed: {', '.join(missing)}")
    figure = _filed(home, decision.figure or "")
    return {
        "figure_id": figure.figure_id,
        "from": filed_text(figure),
        "to": _number(decision.to or ""),
        "unit": figure.unit,
        "approver": decision.approver or "",
        "reason": decision.reason or "",
        "evidence": decision.evidence or "",
        "decided_on": decision.on.isoformat(),
    }


def _filed(home: Home, name: str) -> StoredFigure:
    """The figure as filed. Raises UsageError for one that is computed from others, and for none."""
    filed = as_filed(home, {name}).get(name)
    if filed is not None and filed.parts:
        raise UsageError(
            f"{name} 由 {'、'.join(filed.parts)} 计算而来；请调整其中之一",
            f"{name} is computed from {', '.join(filed.parts)}; adjust one of those",
        )
    if filed is not None:
        return filed
    figures = {f.figure_id: f for f in home.figures()}
    if name in figures:
        parts = figures[name].parts
        raise UsageError(
            f"{name} 由 {'、'.join(parts)} 计算而来，不是报送的数字；请调整其中之一",
            f"{name} is computed from {', '.join(parts)} and was not filed; adjust one of those",
        )
    near = difflib.get_close_matches(name, figures, 5, 0.4)
    zh, en = (f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    raise UsageError(f"没有编号为 {name} 的数字{zh}", f"there is no figure {name}{en}")


def _number(text: str) -> str:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise UsageError(f"“{text}”不是数值", f"“{text}” is no number")
    return decimal_text(value)


def _print(home: Home, pack: Pack, *, as_json: bool) -> None:
    lapsed, unused = idle(home, pack)
    current = {f.figure_id: f for f in adjusted_now(home)}
    listed = pack.adjustments()
    states = [_state(a, current, lapsed, unused) for a in listed]
    if as_json:
        told = zip(listed, states, strict=True)
        print_json([adjustment_json(a) | {"state_zh": zh, "state_en": en} for a, (zh, en) in told])
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"人工调整 {len(listed)} 条 / adjustments: {len(listed)}", style="bold")
    for adjustment, (zh, en) in zip(listed, states, strict=True):
        line = f"{adjustment.figure_id} {adjustment.filed} → {adjustment.value:f} {adjustment.unit}"
        console.print(Text(inert(f"\n{line}  {zh} / {en}"), "bold yellow"))
        console.print(Text(inert(f"  {adjustment.told}")))
    example = "--figure FIGURE --to 数值 --approver 批准人 --reason 理由 --evidence 文号"
    console.print(
        Text(inert(f"\n调整一个报送的数字 / to adjust a filed figure: jixiao adjust {pack.folder} {example}"), "dim")
    )


def _state(
    adjustment: Adjustment,
    current: dict[str, StoredFigure],
    lapsed: tuple[Adjustment, ...],
    unused: tuple[Adjustment, ...],
) -> tuple[str, str]:
    if adjustment in lapsed:
        return "已失效：报送的数值已变", "lapsed: filed otherwise by now"
    if adjustment in unused:
        return "没有这个数字", "no such figure"
    figure = current.get(adjustment.figure_id)
    if figure is not None and figure.value == adjustment.value:
        return "适用中", "in force"
    return "下次运行收到后生效，或已由后一条取代", "from the next run, or replaced by a later line"
