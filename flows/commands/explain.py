"""`jixiao explain`: the findings that await an explanation, or one explanation added to the pack's list."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.text import Text

from contracts.errors import UsageError
from contracts.explanations import value_of
from flows.batch import load_pack
from flows.commands.closing import question_json
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import look
from flows.pack import Pack
from flows.pack_writing import add_entry
from flows.questions import Question, Questions, gather_questions
from flows.settings import Settings


@dataclass(frozen=True)
class Said:
    """What is to be added: which finding, why, by whom, when, and how far the value may move."""

    finding: str | None
    text: str | None
    by: str | None
    on: date
    band_pct: str | None


def explain_pack(folder: Path, home: Path | None, said: Said, *, as_json: bool) -> None:
    """Print what is open, or add what was said about one of them."""
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    asked = questions_of(pack, home or settings.var / pack.name)
    if said.finding is None:
        if said.text or said.by or said.band_pct:
            raise UsageError("请用 --finding 指明所说明的问题", "say with --finding which finding is explained")
        _print(asked.awaiting, folder, as_json=as_json)
        return
    question = _find(said.finding, asked.awaiting)
    path = add_entry(pack, pack.kinds["explanation_list"], _entry(question, said))
    key = question.key
    if as_json:
        print_json({"added": key, "file": path.name})
        return
    Console().print(Text(inert(f"已写入 {path}：{key}。下次 jixiao run 时收到并重新判定。")), soft_wrap=True)
    Console().print(Text(inert(f"Written: {key}. It is received, and the file judged again, by the next jixiao run.")))


def questions_of(pack: Pack, home: Path) -> Questions:
    """What is open in the home, which has to be of the pack's bureau."""
    with look(home) as opened:
        if opened.bureau != pack.settings.bureau:
            raise UsageError(
                f"数据目录 {home} 属于 {opened.bureau}，不是 {pack.settings.bureau}",
                f"{home} is {opened.bureau}'s, not {pack.settings.bureau}'s",
            )
        return gather_questions(opened, pack)


def _entry(question: Question, said: Said) -> dict[str, str]:
    if not said.text or not said.by:
        raise UsageError(
            "请用 --text 写明原因，用 --by 写明说明人", "say why with --text, and who explains it with --by"
        )
    s, finding = question.submission, question.finding
    return {
        "rule": finding.rule,
        "filer": s.filer,
        "kind": s.kind,
        "period": s.period.label,
        "field": finding.field or "",
        "about": finding.about,
        "value": value_of(finding),
        "band_pct": said.band_pct or "",
        "text": said.text,
        "by": said.by,
        "given_on": said.on.isoformat(),
    }


def _find(key: str, awaiting: tuple[Question, ...]) -> Question:
    found = next((q for q in awaiting if q.key == key), None)
    if found is not None:
        return found
    near = difflib.get_close_matches(key, [q.key for q in awaiting], 5, 0.4)
    hint, hint_en = (f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else ("", "")
    raise UsageError(
        f"没有待说明的问题“{key}”{hint}（jixiao explain PACK 列出全部）",
        f"no finding “{key}” awaits an explanation{hint_en} (jixiao explain PACK lists them)",
    )


def _print(awaiting: tuple[Question, ...], folder: Path, *, as_json: bool) -> None:
    if as_json:
        print_json([question_json(q) for q in awaiting])
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"待说明 {len(awaiting)} 项 / {len(awaiting)} findings await an explanation", style="bold")
    for question in awaiting:
        finding = question.finding
        console.print(Text(inert(f"\n{question.key}"), "bold yellow"))
        where = "、".join(c.where for c in finding.cells[:3]) or "整个文件"
        console.print(Text(inert(f"  {question.submission.file}  {where}")))
        console.print(Text(inert(f"  {finding.message_zh}\n  {finding.message_en}")))
        if question.written:
            console.print(
                Text("  说明已写入，下次 jixiao run 收到后生效 / explained; it counts from the next run", "green")
            )
        if question.moved:
            console.print(Text("  原说明所指的数值已变动 / explained before, but the value has moved", "yellow"))
    if awaiting:
        example = f'jixiao explain {folder} --finding "{awaiting[0].key}" --text "……" --by 说明人'
        console.print(Text(inert(f"\n说明其中一项 / to explain one: {example}"), "dim"))
