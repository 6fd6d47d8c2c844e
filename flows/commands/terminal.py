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

from contracts.errors import UsageError

ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def inert(text: str) -> str:
    """`text` with everything that a terminal would obey written as \\u001b, \\u202e, …; line ends stay."""
    return "".join(c if c == "\n" else _written(c) for c in text)


def digest(file: Path) -> str:
    """SHA-256 of a file that the command line named. Raises UsageError where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}") from error


def print_json(value: Any) -> None:
    """`value` as readable JSON with nothing in it that a terminal would obey; it parses to the same value."""
    # Line ends of the layout stay; all else that is written out stands inside strings, where \uXXXX is JSON.
    print(inert(json.dumps(value, ensure_ascii=False, indent=2)))


def _written(character: str) -> str:
    return json.dumps(character)[1:-1] if unicodedata.category(character) in ACTIVE else character
