"""What filers and files say, put on a terminal or into JSON so that nothing in it can act there.

Control characters (an escape sequence among them), marks that turn or hide the text around them, and halves of
characters from a file's undecodable name are written out. Whoever prints a text that came from outside passes it
through here; our own words need not.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

from rich.text import Text

from contracts.errors import UsageError
from contracts.finding import Finding
from contracts.table import Account

MARK = {"强制": "✗", "准强制": "✗", "核实": "?", "提示": "·"}
ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def inert(text: str) -> str:
    """`text` with everything that a terminal would obey written as \\u001b, \\u202e, …; line ends stay."""
    return "".join(c if c == "\n" else _written(c) for c in text)


def finding_text(finding: Finding, name: str) -> Text:
    """A finding as it is read; whatever a filer wrote in it is inert, markup and control characters alike."""
    where = "、".join(c.where for c in finding.cells) or name
    mark = f"\n{MARK[finding.severity.value]} {finding.severity.value} "
    line = Text(mark, "bold red" if finding.blocks else "bold yellow")
    line.append(inert(f"{finding.rule}  {where}\n"), "bold")
    line.append(inert(f"  {finding.message_zh}\n  {finding.message_en}\n"), "")
    line.append(inert(f"  应为 expected: {finding.expected}\n  依据 basis: {finding.basis}"), "dim")
    if finding.waived_by:
        line.append(inert(f"\n  已豁免 waived: {finding.waived_by}"), "dim")
    return line


def digest(file: Path) -> str:
    """SHA-256 of a file that the command line named. Raises UsageError where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}") from error


def reconciled(account: Account) -> str:
    """The account of a file's cells in one line of each language."""
    used = "、".join(sheet.name for sheet in account.sheets if sheet.used and sheet.name)
    where = f"工作表 {used}；" if used else ""
    return (
        f"{where}非空单元格 {account.nonempty} = 使用 {account.used} + 注明忽略 {account.ignored_cells}"
        f" + 列入问题 {account.found}\n"
        f"filled cells {account.nonempty} = used {account.used} + named as ignored {account.ignored_cells}"
        f" + found {account.found}"
    )


def print_json(value: Any) -> None:
    """`value` as readable JSON with nothing in it that a terminal would obey; it parses to the same value."""
    # Line ends of the layout stay; all else that is written out stands inside strings, where \uXXXX is JSON.
    print(inert(json.dumps(value, ensure_ascii=False, indent=2)))


def _written(character: str) -> str:
    return json.dumps(character)[1:-1] if unicodedata.category(character) in ACTIVE else character
