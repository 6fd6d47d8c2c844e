"""What a sample folder tests/kinds/<code>/ says in its rows.py, and where such folders are found.

Names no kind: a new one brings its folder and changes nothing here. Rows are texts as a filer would type them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path

Row = Mapping[str, str]
HOME = Path(__file__).resolve().parents[1] / "kinds"


@dataclass(frozen=True)
class Right:
    """One submission that is right: its rows, its total row, and what it is compared with.

    previous, peer: rows of the same kind that were accepted before, or from the filer called `peer_name`; computed:
    the bureau's own figures. The pack's lists come from those kinds' own right rows.
    """

    period: str
    filer: str
    rows: tuple[Row, ...]
    total: Row | None = None
    previous: tuple[Row, ...] = ()
    peer: tuple[Row, ...] = ()
    peer_name: str = ""
    computed: tuple[tuple[str, str, str, str], ...] = ()  # indicator, low, value, high

    def changed(self, at: int, **texts: str) -> Right:
        """The same with some texts of row `at` changed; "" is a blank cell."""
        rows = list(self.rows)
        rows[at] = {**rows[at], **texts}
        return replace(self, rows=tuple(rows))


@dataclass(frozen=True)
class Wrong:
    """A submission with one thing wrong in it, and every rule that this breaks, the one it is about in front.

    code: the kind it is of; a rows.py leaves it to the name of its folder.
    """

    right: Right
    breaks: tuple[str, ...]
    code: str = ""

    @property
    def title(self) -> str:
        return f"{self.code}: {self.breaks[0]}"


def change(right: Right, breaks: str, at: int = 0, /, **texts: str) -> Wrong:
    """Texts of row `at` changed; `breaks` names the rules, parted by blanks."""
    return Wrong(right.changed(at, **texts), tuple(breaks.split()))


def double(right: Right, breaks: str, at: int = 0, /, **texts: str) -> Wrong:
    """Row `at` filed twice, with `texts` changed the second time."""
    return Wrong(replace(right, rows=(*right.rows, {**right.rows[at], **texts})), tuple(breaks.split()))


def total(right: Right, breaks: str, /, **texts: str) -> Wrong:
    """Texts of the total row changed."""
    return Wrong(replace(right, total={**(right.total or {}), **texts}), tuple(breaks.split()))


@dataclass(frozen=True)
class Samples:
    """What one rows.py holds: a submission that is right, and single changes that break its rules."""

    right: Right
    wrong: tuple[Wrong, ...]


def sample_folders(home: Path = HOME) -> set[str]:
    """The sample folders: every folder in which there is anything but what Python leaves behind."""
    files = (path.relative_to(home).parts for path in home.rglob("*") if path.is_file())
    return {parts[0] for parts in files if len(parts) > 1 and "__pycache__" not in parts}


@cache
def discover_samples() -> dict[str, Samples]:
    """The samples of every kind that has a rows.py, by the kind's code."""
    found: dict[str, Samples] = {}
    for code in sorted(path.parent.name for path in HOME.glob("*/rows.py")):
        rows = import_module(f"tests.kinds.{code}.rows")
        found[code] = Samples(rows.RIGHT, tuple(replace(wrong, code=code) for wrong in rows.WRONG))
    return found
