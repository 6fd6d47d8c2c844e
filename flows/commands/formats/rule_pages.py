"""Rules of the book as Markdown (`docs/rules.md`, `jixiao rules --format md`), and one rule as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.commands.rule_book import Entry
from flows.commands.terminal import inert

HEADS = ("rule", "级别", "层级", "范围", "content", "looks at", "in force", "basis")
BARE = "`{}`"
# What one answer of a rule is about.
SCOPES = {
    "row": ("逐行", "each row"),
    "group": ("分组", "rows alike"),
    "frame": ("全表", "the form"),
    "file": ("文件", "the file"),
}


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of GitHub Markdown; a cell stays on its line."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines) + "\n"


def rules_markdown(entries: Sequence[Entry]) -> str:
    """A table of the rules, and below it every rule with its examples and what the judge says of the broken one."""
    rows = [
        (
            BARE.format(e.id),
            e.severity.value,
            str(int(e.level)),
            BARE.format(e.scope),
            f"{e.title_zh} / {e.title_en}",
            "、".join(e.operands),
            _dates(e),
            e.basis,
        )
        for e in entries
    ]
    examples = [_example(e) for e in entries if e.example]
    page = markdown_table(HEADS, rows) + ("\n### Examples\n\n" + "\n".join(examples) if examples else "")
    # An example may be wrong by a character that nobody sees.
    return inert(page)


def entry_text(entry: Entry) -> str:
    """One rule in full, as it is read on a terminal."""
    lines = [
        f"{entry.id}  {entry.title_zh} / {entry.title_en}",
        f"报表 form: {entry.form_zh}{f' ({entry.kind})' if entry.kind else ''}",
        f"级别 severity: {entry.severity.value} {entry.severity.en}",
        f"层级 level: {int(entry.level)} {entry.level.zh} / {entry.level.en}",
        f"范围 scope: {SCOPES[entry.scope][0]} {entry.scope}（{SCOPES[entry.scope][1]}）",
        f"依据 basis: {entry.basis}",
    ]
    lines += [f"参与判定 looks at: {'、'.join(entry.operands)}"] if entry.operands else []
    lines += [f"施行 in force: {_dates(entry)}"] if _dates(entry) else []
    if entry.message_zh:
        lines += ["提示 message:", f"  {entry.message_zh}", f"  {entry.message_en}"]
    if entry.example:
        e = entry.example
        lines += [f"合格 right: {e.right_zh}", f"  {e.right_en}", f"不合格 wrong: {e.wrong_zh}", f"  {e.wrong_en}"]
        lines += [f"判定 judged: {e.cell}", f"  {e.message_zh}", f"  {e.message_en}"] if e.message_zh else []
        lines += [f"应为 expected: {e.expected}"] if e.expected else []
    else:
        lines += ["未提供示例 / no examples given"]
    return "\n".join(lines)


def _example(entry: Entry) -> str:
    e = entry.example
    assert e is not None
    lines = [f"**`{entry.id}`** {_plain(entry.title_zh)}", ""]
    lines += [f"- 合格 right: {_plain(e.right_zh)}", f"- 不合格 wrong: {_plain(e.wrong_zh)} / {_plain(e.wrong_en)}"]
    if e.message_zh:
        lines += [f"- {e.cell}: {_plain(e.message_zh)} / {_plain(e.message_en)}"]
        lines += [f"- 应为 expected: {_plain(e.expected)}"]
        lines += [f"- template: `{entry.message_zh}` / `{entry.message_en}`"]
    return "\n".join(lines) + "\n"


def _dates(entry: Entry) -> str:
    since = f"from {entry.since}" if entry.since else ""
    until = f"until {entry.until}" if entry.until else ""
    return " ".join(filter(None, (since, until)))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in " ".join(text.split()))


def _cell(text: str) -> str:
    text = " ".join(text.split()).replace("|", "\\|")
    return text if "`" in text else text.replace("<", "&lt;")
