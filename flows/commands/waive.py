"""`jixiao waive`: what a waiver would let in and which waivers there are, or one waiver added to the pack's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.text import Text

from contracts.errors import UsageError
from contracts.finding import Severity
from contracts.period import Period
from contracts.waivers import Waiver
from flows.batch import load_pack
from flows.commands.closing import questions_json
from flows.commands.console import Console
from flows.commands.explain import questions_of
from flows.commands.terminal import inert, print_json
from flows.pack import Pack
from flows.pack_writing import add_entry
from flows.questions import Questions
from flows.settings import Settings


@dataclass(frozen=True)
class Granted:
    """What is to be added; the five in front are needed, and none of them to list what there is."""

    rule: str | None
    filer: str | None
    period: str | None
    approver: str | None
    reason: str | None
    until: date | None
    on: date
    evidence: str | None

    @property
    def given(self) -> list[str]:
        """The names of the options that say what is granted and were given."""
        names = ("rule", "filer", "period", "approver", "reason", "until", "evidence")
        return [name for name in names if getattr(self, name) is not None]


def waive_pack(folder: Path, home: Path | None, granted: Granted, *, as_json: bool) -> None:
    """Print what there is to waive and the waivers there are, or add one."""
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    if not granted.given:
        _print(pack, questions_of(pack, home or settings.var / pack.name), as_json=as_json)
        return
    path = add_entry(pack, pack.kinds["waiver_list"], _entry(pack, granted))
    said = f"{granted.rule} {granted.filer} {granted.period}"
    if as_json:
        print_json({"added": said, "file": path.name})
        return
    Console().print(Text(inert(f"已写入 {path}：{said}。下次 jixiao run 时收到并重新判定。")), soft_wrap=True)
    Console().print(Text(inert(f"Written: {said}. It is received, and the file judged again, by the next jixiao run.")))


def _entry(pack: Pack, granted: Granted) -> dict[str, str]:
    needed = ("rule", "filer", "period", "approver", "reason", "until")
    missing = [f"--{name}" for name in needed if name not in granted.given]
    if missing:
        raise UsageError(f"还须填写 {'、'.join(missing)}", f"also needed: {', '.join(missing)}")
    rule, filer, period = granted.rule or "", granted.filer or "", granted.period or ""
    _check_names(pack, rule, filer, period)
    return {
        "rule": rule,
        "filer": filer,
        "period": period,
        "approver": granted.approver or "",
        "reason": granted.reason or "",
        "granted_on": granted.on.isoformat(),
        "until": granted.until.isoformat() if granted.until else "",
        "evidence": granted.evidence or "",
    }


def _check_names(pack: Pack, rule: str, filer: str, period: str) -> None:
    severities = {r.id: r.severity for kind in pack.kinds.values() for r in kind.rules}
    if rule not in severities:
        raise UsageError(f"没有规则“{rule}”（见 jixiao rules）", f"there is no rule “{rule}” (see jixiao rules)")
    if severities[rule] is not Severity.WAIVABLE:
        found = severities[rule]
        raise UsageError(
            f"规则 {rule} 的级别是{found.value}，只有{Severity.WAIVABLE.value}规则可以豁免",
            f"the rule {rule} is of severity “{found.en}”; only “{Severity.WAIVABLE.en}” can be waived",
        )
    if filer not in pack.filer_names():
        known = list(pack.filer_names())
        raise UsageError(
            f"填报单位“{filer}”不在 filers.csv 中；有：{'、'.join(known)}",
            f"there is no filer “{filer}” in filers.csv; there are: {', '.join(known)}",
        )
    try:
        Period.parse(period)
    except ValueError as error:
        raise UsageError(
            f"报告期“{period}”无法识别，应如 2020-11、2020Q4", f"“{period}” is no period; such as 2020-11, 2020Q4"
        ) from error


def _print(pack: Pack, asked: Questions, *, as_json: bool) -> None:
    if as_json:
        told = questions_json(asked)
        print_json({name: told[name] for name in ("waivable", "waivers_expired", "waivers_unused")})
        return
    console = Console(highlight=False, soft_wrap=True)
    heading = f"可以豁免的问题 {len(asked.waivable)} 项 / findings that a waiver would let in: {len(asked.waivable)}"
    console.print(heading, style="bold")
    for question in asked.waivable:
        s, finding = question.submission, question.finding
        console.print(Text(inert(f"\n{finding.rule} {s.filer} {s.period.label}  {s.file}"), "bold yellow"))
        console.print(Text(inert(f"  {finding.message_zh}\n  {finding.message_en}")))
    waivers = pack.all_waivers()
    console.print(f"\n豁免清单 {len(waivers)} 条 / waivers: {len(waivers)}", style="bold")
    for waiver in waivers:
        console.print(Text(inert(f"  {_line(waiver)}  {_state(waiver, asked)}")))


def _line(waiver: Waiver) -> str:
    return f"{waiver.rule} {waiver.filer} {waiver.period} 至 {waiver.last_day.isoformat()} {waiver.told}"


def _state(waiver: Waiver, asked: Questions) -> str:
    if waiver in asked.waivers_expired:
        return "已过期，未适用 / expired"
    return "未用到 / unused" if waiver in asked.waivers_unused else "适用中 / in use"
