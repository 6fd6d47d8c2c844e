"""What a pack says its publication must hold (expected.csv), matched to what was published. Never feeds anything back.

Matched by indicator, filer, period and as-of, and by nothing else: a value is what is being tested.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from contracts.errors import PackError
from contracts.figure import Figure
from flows.pack import Pack

FILE = "expected.csv"
REPORT = "expected-report.csv"
KEYS = ("indicator", "filer", "period", "as_of")


def report_expected(pack: Pack, figures: Iterable[Figure], folder: Path) -> dict[str, str]:
    """Write `folder`/expected-report.csv (fact_id, figure_id; empty where nothing matches).

    Its name → its SHA-256, as it is noted with what is published; nothing where the pack expects nothing.
    """
    path = pack.folder / FILE
    if not path.is_file():
        return {}
    by_key = {(f.indicator, f.filer, f.period.label, f.as_of): f.figure_id for f in figures}
    rows = [
        (row["fact_id"], by_key.get((row["indicator"], row["filer"], row["period"], row["as_of"]), ""))
        for row in _read(path)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("fact_id", "figure_id"))
    writer.writerows(rows)
    data = text.getvalue().encode()
    (folder / REPORT).write_bytes(data)
    return {REPORT: hashlib.sha256(data).hexdigest()}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"fact_id", *KEYS} - set(reader.fieldnames or ())
        if missing:
            zh, en = (
                f"{FILE}:1 缺少列 {'、'.join(sorted(missing))}",
                f"{FILE}:1 lacks columns {', '.join(sorted(missing))}",
            )
            raise PackError(zh, en)
        return list(reader)
