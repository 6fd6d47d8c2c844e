"""What filers and files say, put on a terminal or into JSON so that nothing in it can act there.

Control characters (an escape sequence among them), marks that turn or hide the text around them, and halves of
characters from a file's undecodable name are written out. Whoever prints a text that came from outside passes it
through here; our own words need not.
"""

from __future__ import annotations

import hashlib
import json
import stat
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from contracts.errors import UsageError

_PIECE = 1 << 20
ACTIVE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(name: str) -> str:
    """A file's name as a message shows it: line ends are written out like everything else that acts."""
    return "".join(map(_written, name))


def inert(text: str) -> str:
    """`text` with everything that a terminal would obey written as \\u001b, \\u202e, …; line ends stay."""
    return "".join(c if c == "\n" else _written(c) for c in text)


@contextmanager
def snapshot(file: Path) -> Iterator[tuple[Path, str]]:
    """A copy of a file that the command line named, and its SHA-256: what is read is what was hashed, whoever writes.

    Raises UsageError where it cannot be read, or is a device, a pipe or a folder and no file.
    """
    with tempfile.TemporaryDirectory(prefix="jixiao-") as folder:
        copy, sha256 = Path(folder) / "file", hashlib.sha256()
        try:
            if not stat.S_ISREG(file.stat().st_mode):
                raise UsageError(f"{file} 不是普通文件", f"{file} is no regular file")
            with file.open("rb") as source, copy.open("wb") as target:
                while piece := source.read(_PIECE):
                    sha256.update(piece)
                    target.write(piece)
        except OSError as error:
            raise UsageError(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}") from error
        yield copy, sha256.hexdigest()


def day_or_today(told: datetime | None) -> date:
    """The day that the command line named, or today where the bureaus are."""
    from contracts.obligations import ZONE  # with Polars behind it, which --help need not wait for

    return told.date() if told else datetime.now(ZONE).date()


def print_json(value: Any) -> None:
    """`value` as readable JSON with nothing in it that a terminal would obey; it parses to the same value."""
    # Line ends of the layout stay; all else that is written out stands inside strings, where \uXXXX is JSON.
    print(inert(json.dumps(value, ensure_ascii=False, indent=2)))


def _written(character: str) -> str:
    return json.dumps(character)[1:-1] if unicodedata.category(character) in ACTIVE else character
