"""Records of a text file many at a time: the fast way, for what can be proved regular while it is read.

Every piece is proved by its bytes before Polars parses it (`proof`). Whatever is not proved ends it with
`IrregularError`, and `delimited` reads the file; neither way may give another grid than the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl

from transforms.book import Limits, column_letter
from transforms.readers.shelf import Shelf
from transforms.readers.text.admission import Admission
from transforms.readers.text.dialects import Dialect
from transforms.readers.text.proof import IrregularError, Proved, opens_quotes, prove

__all__ = ["CellsError", "IrregularError", "read_regularly"]

_AHEAD = 2
_LONGEST_PIECE = 16 * 1024 * 1024
_BREAKS_TRIED = 10_000


class CellsError(Exception):
    """More cells than `limits.laid_cells`."""


Events = tuple[str | None, ...]
"""What matters for admission, in order: the text of a record of one filled field, or None for full records."""


def read_regularly(pieces: Iterator[bytes], dialect: Dialect, limits: Limits, shelf: Shelf) -> None:
    """Put the records of the UTF-8 `pieces` on the shelf. Raises `IrregularError`, `ControlError`, `CellsError`."""
    if not dialect.delimiter.isascii() or dialect.delimiter in '"\r\n':
        raise IrregularError
    admission, rows = Admission(), dialect.offset
    waiting: deque[Future[tuple[int, Events]]] = deque()
    # Decoding holds the interpreter, proving, parsing and writing mostly do not: they go on beside it.
    with ThreadPoolExecutor(2) as beside:
        try:
            for number, records in enumerate(_whole_records(pieces, dialect.delimiter)):
                waiting.append(beside.submit(_take, records, dialect, limits, shelf, number))
                if len(waiting) > _AHEAD:
                    rows = _admit(*waiting.popleft().result(), rows, admission, dialect, limits)
            while waiting:
                rows = _admit(*waiting.popleft().result(), rows, admission, dialect, limits)
        finally:
            for future in waiting:
                future.cancel()


def _admit(records: int, events: Events, rows: int, admission: Admission, dialect: Dialect, limits: Limits) -> int:
    """The number of rows with these records; what is not admitted is for the careful way to say."""
    for text in events:
        if admission.full() if text is None else admission.single(text) == "mistake":
            raise IrregularError
    if (rows + records) * dialect.width > limits.laid_cells:
        raise CellsError
    return rows + records


def _whole_records(pieces: Iterator[bytes], delimiter: str) -> Iterator[bytes]:
    """The same bytes, each piece ended by a line break outside quotes; the last one gets the one it lacks."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        end = _last_break(text, delimiter)
        if end:
            yield text[:end]
        rest = text[end:]
        if len(rest) > _LONGEST_PIECE:
            raise IrregularError
    if rest:
        yield rest if rest.endswith((b"\n", b"\r")) else rest + b"\n"


def _last_break(text: bytes, delimiter: str) -> int:
    """Behind the last line break outside quotes; 0 where there is none, or none near the end."""
    end = len(text) - text.endswith(b"\r")  # it may yet become "\r\n"
    quotes = text.count(b'"') if opens_quotes(text, delimiter) else 0
    for _ in range(_BREAKS_TRIED):
        found = max(text.rfind(b"\n", 0, end), text.rfind(b"\r", max(0, text.rfind(b"\n", 0, end)), end))
        quotes -= text.count(b'"', found + 1, end) if quotes else 0
        if found < 0 or quotes % 2 == 0:
            return found + 1
        end = found
    return 0


def _take(records: bytes, dialect: Dialect, limits: Limits, shelf: Shelf, number: int) -> tuple[int, Events]:
    """Prove and parse one piece and put it on the shelf as `number`: its records, and what matters for admission."""
    proved = prove(records, dialect, limits.characters)
    frame = _parse(proved, dialect)
    shelf.put(number, frame)
    return frame.height, _events(frame, proved, dialect.width)


def _parse(proved: Proved, dialect: Dialect) -> pl.DataFrame:
    try:
        frame = pl.read_csv(
            proved.text,
            has_header=False,
            schema={column_letter(i): pl.String for i in range(dialect.width)},
            separator=dialect.delimiter,
            quote_char='"' if proved.quoted else None,
        )
    except pl.exceptions.PolarsError as error:
        raise IrregularError from error
    if frame.height != proved.records:
        raise IrregularError
    # an empty field is null to Polars, a quoted empty one is not
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all())) if proved.doubled else frame


def _events(frame: pl.DataFrame, proved: Proved, width: int) -> Events:
    if not proved.singles:
        return (None,) if any(_full(part, width).any() for part in frame.iter_slices(64)) else ()
    full = _full(frame, width).cum_sum().to_list()
    events: list[str | None] = []
    seen = 0
    for place, text in proved.singles:
        events += [None, text] if full[place] > seen else [text]
        seen = full[place]
    return (*events, None) if full[-1] > seen else tuple(events)


def _full(frame: pl.DataFrame, width: int) -> pl.Series:
    """Which records are of the table: `admission.is_full`, many at a time."""
    if width == 1:
        return pl.repeat(True, frame.height, eager=True).cast(pl.UInt32).cast(pl.Boolean)
    filled = pl.sum_horizontal(pl.all().str.strip_chars().str.len_bytes() > 0)
    return frame.select((filled > 1).cast(pl.UInt32)).to_series().cast(pl.Boolean)
