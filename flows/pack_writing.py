"""Adding one entry to a list of a pack: judged first by the list's own contract, then written, whole or not at all.

What stands in the file stays byte for byte, unless it lacks a column that the entry needs; then the file is written
anew with that column. The entry counts once the pack is run: the ledger decides, not this file.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

from contracts.context import Reference
from contracts.errors import StorageError, UsageError
from contracts.kind import Kind
from contracts.period import Period
from flows.filing import Filed, judge_filed, tabulate
from flows.pack import Pack
from transforms.reading import read_book
from warehouse.files import hold, sync_folder, unfinished_name


def add_entry(pack: Pack, kind: Kind, entry: Mapping[str, str]) -> Path:
    """Append `entry` (field → text) to the pack's list of `kind`, which is made when there is none; the list's path.

    Raises UsageError where the contract refuses the entry, in the contract's own words.
    """
    assert kind.pack_file is not None
    path = pack.folder / kind.pack_file
    said = {name: " ".join(text.split()) for name, text in entry.items()}
    try:
        with hold(pack.folder):  # two people may add something at the same moment
            data = _with_entry(path.read_bytes() if path.is_file() else b"", pack, kind, said)
            _refuse_wrong(data, pack, kind)
            _write(path, data)
    except OSError as error:
        raise StorageError(f"无法写入 {path}：{error.strerror}", f"cannot write {path}: {error.strerror}") from error
    return path


def _with_entry(data: bytes, pack: Pack, kind: Kind, entry: Mapping[str, str]) -> bytes:
    """The list with the entry at its end."""
    if not data.strip():
        return (
            _line([f.heading for f in kind.fields], ",").encode()
            + _line([entry.get(f.name, "") for f in kind.fields], ",").encode()
        )
    reading = read_book(data, kind.pack_file or "")
    filed = tabulate(reading, kind.pack_file or "", kind, pack.settings.year)
    book, table = reading.book, filed.table
    if book is None or table is None or book.encoding is None or book.delimiter is None:
        raise UsageError(
            f"{kind.pack_file} 中没有可以续写的表：{_first_fault(filed, 'zh')}",
            f"there is no table in {kind.pack_file} to add to: {_first_fault(filed, 'en')}",
        )
    places = {name: _column(letter) for name, letter in table.columns.items()}
    missing = [f for f in kind.fields if f.name not in places and entry.get(f.name)]
    if missing:
        heading = min(int(re.sub(r"\D", "", at)) for at in table.headings.values())
        data, width = _widened(data, book.encoding, book.delimiter, heading, [f.heading for f in missing])
        places |= {f.name: width - len(missing) + n for n, f in enumerate(missing)}
    row = [""] * (max(places.values()) + 1)
    for name, text in entry.items():
        if name in places:
            row[places[name]] = text
    ended = data if data.endswith((b"\n", b"\r")) else data + _line([], "").encode(book.encoding.removesuffix("-sig"))
    return ended + _line(row, book.delimiter).encode(_plain(book.encoding))


def _widened(data: bytes, encoding: str, delimiter: str, heading: int, more: list[str]) -> tuple[bytes, int]:
    """The list with columns added at its right end, and how wide it is then. heading: the line of the headings."""
    text = data.decode(encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    width = len(rows[heading - 1])
    lines = [
        _line([*row, *[""] * (width - len(row)), *(more if n == heading else [""] * len(more))], delimiter)
        for n, row in enumerate(rows, 1)
    ]
    return "".join(lines).encode(encoding), width + len(more)


def _line(texts: list[str], delimiter: str) -> str:
    if not texts:
        return "\n"
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(texts)
    return out.getvalue()


def _plain(encoding: str) -> str:
    """The encoding without the mark at the beginning of a file, which may not stand in its middle."""
    folded = encoding.lower().replace("_", "-")
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(folded, encoding)


def _column(letter: str) -> int:
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def _refuse_wrong(data: bytes, pack: Pack, kind: Kind) -> None:
    """Judge the list as a run will; what speaks of its last row speaks of the entry."""
    file, period = kind.pack_file or "", Period.parse(str(pack.settings.year))
    filed = tabulate(read_book(data, file), file, kind.in_force(period), pack.settings.year)
    references = {}
    for context in kind.contexts:
        reference: Reference | None = pack.reference(pack.kinds[context.source].pack_file or "")
        if reference is not None:
            references[context.source] = reference
    judgment = judge_filed(filed, period=period, filer=pack.settings.bureau, references=references)
    last = judgment.frame.height - 1
    blocking = [f for f in judgment.verdict.blocking if not f.rows or last in f.rows]
    if blocking:
        zh = "；".join(f"{f.message_zh}（{f.rule}，应为：{f.expected}）" for f in blocking)
        en = "; ".join(f"{f.message_en} ({f.rule}, expected: {f.expected})" for f in blocking)
        raise UsageError(f"未写入 {file}：{zh}", f"nothing was written to {file}: {en}")


def _first_fault(filed: Filed, language: str) -> str:
    return next((getattr(f, f"message_{language}") for f in filed.findings if f.blocks), "—")


def _write(path: Path, data: bytes) -> None:
    unfinished = unfinished_name(path)
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    sync_folder(path.parent)
