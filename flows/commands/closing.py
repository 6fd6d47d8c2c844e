"""The closing lines of a run about what is open: missing counterparts, findings to explain, idle waivers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from contracts.adjustments import Adjustment
from contracts.waivers import Waiver
from flows.batch import BatchResult
from flows.commands.console import Console
from flows.commands.terminal import inert
from flows.questions import Missing, Question, Questions

SHOWN = 8  # lines of one sort; the rest is counted, and all of it stands in the validation reports


def print_open(console: Console, result: BatchResult, pack: str) -> None:
    """What the run leaves open, loudest first; nothing where nothing is."""
    asked = result.questions
    files = {m.file for m in asked.missing}
    _lines(
        console,
        "bold red",
        f"已撤回：{len(result.withdrawn)} 份报送曾被接受，重新判定后退回，其数字不再有效。\n"
        f"Withdrawn: {len(result.withdrawn)} accepted before, returned now that they were judged again:",
        result.withdrawn,
    )
    _lines(
        console,
        "bold red",
        f"{len(result.erased)} 个文件的原件已按规定清除，但仍在数据包中；请手工删除该文件（连同 arrivals.csv 中的一行，"
        "或换成同名的空文件）。\n"
        "Erased, but still in the pack; remove them by hand (with their lines of arrivals.csv, or empty the files):",
        result.erased,
    )
    _lines(
        console,
        "yellow",
        f"{len(result.not_judged_again)} 份报送本应重新判定，但原件已清除，维持原判定。\n"
        f"{len(result.not_judged_again)} ought to be judged again, but their originals were erased; verdicts stay:",
        [f"{file}：{zh} / {en}" for file, zh, en in result.not_judged_again],
    )
    _lines(
        console,
        "bold yellow",
        f"未能对照：{len(files)} 份报送缺少对照，有关规则未能判定（不算通过）；对照报送收到后重新判定。\n"
        f"Not compared: {len(files)} submissions lack a counterpart; judged again when it comes. Missing:",
        _by_counterpart(asked.missing),
    )
    _lines(
        console,
        "yellow",
        f"待说明 {len(asked.awaiting)} 项 / {len(asked.awaiting)} findings await an explanation"
        f"（jixiao explain {inert(pack)}）:",
        [_question(q) for q in asked.awaiting],
    )
    _lines(
        console,
        "yellow",
        f"{asked.explanations_refused} 项说明未被采纳（没有说出原因，或多处雷同），见说明清单的校验报告。\n"
        f"{asked.explanations_refused} explanations were refused; see the report on the list of explanations.",
        [] if not asked.explanations_refused else [""],
    )
    _lines(
        console, "yellow", "说明没有对应的问题 / explanations of nothing:", [e.key for e in asked.explanations_unused]
    )
    _lines(console, "yellow", "已过期、未适用的豁免 / expired waivers:", [_waiver(w) for w in asked.waivers_expired])
    _lines(console, "yellow", "未用到的豁免 / unused waivers:", [_waiver(w) for w in asked.waivers_unused])
    _lines(
        console,
        "bold yellow",
        "人工调整已失效：报送的数值已变，按报送公布；请重新决定。\n"
        "Adjustments that lapsed: the figure is filed otherwise by now, and published as filed; decide again:",
        [_adjustment(a) for a in asked.adjustments_lapsed],
    )
    _lines(
        console,
        "yellow",
        "人工调整没有对应的数字 / adjustments of no figure:",
        [_adjustment(a) for a in asked.adjustments_unused],
    )
    if result.judged_again:
        console.print(
            f"重新判定 {len(result.judged_again)} 份（对照或说明有变化） / judged again: {len(result.judged_again)}"
        )


def _lines(console: Console, style: str, heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(Text(heading, style), soft_wrap=True)
    for line in [line for line in lines if line][:SHOWN]:
        console.print(Text(inert(f"  {line}")), soft_wrap=True)
    if len(lines) > SHOWN:
        more = len(lines) - SHOWN
        console.print(f"  其余 {more} 项见校验报告 / {more} more in the validation reports")


def _by_counterpart(missing: Sequence[Missing]) -> list[str]:
    """One line for each thing that is missing, with the files that lack it."""
    lines = []
    for zh, en in dict.fromkeys((m.title_zh, m.title_en) for m in missing):
        of = [m for m in missing if m.title_zh == zh]
        rules = list(dict.fromkeys(rule for m in of for rule in m.rules))
        named = "、".join(rules[:3]) + (f" 等 {len(rules)} 条" if len(rules) > 3 else "")
        lines.append(f"{zh} {en}（{named}）：{'、'.join(m.file.rpartition('/')[2] for m in of)}")
    return lines


def _question(question: Question) -> str:
    moved = "（原说明的数值已变动 / the value has moved）" if question.moved else ""
    return f"{question.key} {question.finding.message_zh}{moved}"


def _waiver(waiver: Waiver) -> str:
    return f"{waiver.rule} {waiver.filer} {waiver.period}，至 {waiver.last_day.isoformat()}（{waiver.approver}）"


def _adjustment(adjustment: Adjustment) -> str:
    return f"{adjustment.figure_id} {adjustment.filed} → {adjustment.value:f}（{adjustment.told}）"


def questions_json(asked: Questions) -> dict[str, Any]:
    """The same for a machine to read."""
    return {
        "awaiting": [question_json(q) for q in asked.awaiting],
        "waivable": [question_json(q) for q in asked.waivable],
        "missing": [
            {"file": m.file, "counterpart_zh": m.title_zh, "counterpart_en": m.title_en, "rules": list(m.rules)}
            for m in asked.missing
        ],
        "waivers_expired": [_waiver_json(w) for w in asked.waivers_expired],
        "waivers_unused": [_waiver_json(w) for w in asked.waivers_unused],
        "explanations_refused": asked.explanations_refused,
        "explanations_unused": [e.key for e in asked.explanations_unused],
        "adjustments_lapsed": [adjustment_json(a) for a in asked.adjustments_lapsed],
        "adjustments_unused": [adjustment_json(a) for a in asked.adjustments_unused],
    }


def question_json(question: Question) -> dict[str, Any]:
    s, f = question.submission, question.finding
    return {
        "key": question.key,
        "submission": s.id,
        "file": s.file,
        "rule": f.rule,
        "severity": f.severity.value,
        "filer": s.filer,
        "period": s.period.label,
        "cell": f.cell,
        "filed": f.filed,
        "message_zh": f.message_zh,
        "message_en": f.message_en,
        "moved": question.moved,
    }


def _waiver_json(waiver: Waiver) -> dict[str, Any]:
    names = ("rule", "filer", "period", "approver", "reason")
    return {n: getattr(waiver, n) for n in names} | {"until": waiver.last_day.isoformat()}


def adjustment_json(adjustment: Adjustment) -> dict[str, Any]:
    names = ("figure_id", "filed", "unit", "approver", "reason", "evidence")
    told = {"value": f"{adjustment.value:f}", "decided_on": adjustment.decided_on.isoformat()}
    return {n: getattr(adjustment, n) for n in names} | told
