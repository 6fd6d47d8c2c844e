"""The daily run as a page of Markdown for Prefect's UI: what is open, and what became of every message.

What a filer or a pack wrote is escaped whole; no address and no credential is in what it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from contracts.calendar import Day
from contracts.reminding_words import one_line
from flows.reminders import MOST_ATTEMPTS, Round, Told
from warehouse.reminders import Sending


def markdown(title: str, day: Day, open_: Sequence[Sequence[str]], round_: Round, notes: Iterable[str]) -> str:
    """open_: rows of (filer, what is open with it); notes: sentences of the run."""
    return "\n".join(_lines(title, day, open_, round_, notes)) + "\n"


def escaped(text: str) -> str:
    """A text as itself: neither HTML nor Markdown, on one line."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~:-])", r"\\\1", escape(one_line(text), quote=False))


def sentence(told: Told) -> str:
    """What became of a message, in one line for a log."""
    state = "仅列出，未发送" if told.state is None else told.state.zh
    again = f"，重发第{told.attempts}次" if told.repeated else ""
    why = f"：{told.said}" if told.said else ""
    return one_line(f"{told.filer}·{told.recipient}（{told.channel}）{told.reminders}项 {state}{again}{why}")


def _lines(title: str, day: Day, open_: Sequence[Sequence[str]], round_: Round, notes: Iterable[str]) -> Iterator[str]:
    yield f"# {escaped(title)} {day.date}"
    yield ""
    yield escaped(f"工作日：{day.reason_zh}。 / A working day: {day.reason_en}.")
    yield ""
    for note in notes:
        yield f"- {escaped(note)}"
    unsure = [t for t in round_.told if t.state is Sending.UNCERTAIN]
    if unsure:
        yield ""
        yield f"**是否送达不明 {len(unsure)} 件，请向收件人核实**（同一编号最多发送 {MOST_ATTEMPTS} 次）"
    yield ""
    yield from _table(("填报单位", "未了事项"), open_)
    yield ""
    rows = [
        (
            t.filer,
            t.recipient,
            t.channel,
            str(t.reminders),
            "仅列出" if t.state is None else t.state.zh,
            f"{t.attempts}{'（重发）' if t.repeated else ''}",
            t.said,
            t.message_id,
        )
        for t in round_.told
    ]
    yield from _table(("单位", "收件人", "渠道", "项数", "结果", "次数", "说明", "编号"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield "| " + " | ".join(heads) + " |"
        yield "|" + " --- |" * len(heads)
        for row in rows:
            yield "| " + " | ".join(escaped(text) for text in row) + " |"
