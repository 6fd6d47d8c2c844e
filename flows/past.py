"""A home and its pack as they were known at a moment, and any report printed from them. Changes neither.

The pack is laid out anew from what the home keeps: its settings and notices, its lists as last received by then, and
what had arrived. So a report needs the home alone, and is made by the same code as on the day itself.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from contracts.errors import UsageError
from contracts.kind import Kind
from flows.pack import Pack
from flows.pack_reading import ARRIVALS, STAYS_HERE, read_pack
from flows.stages import keep_timetable
from warehouse.canonical import moment_text
from warehouse.home import Home
from warehouse.past import as_of
from warehouse.stored import StoredSubmission


@contextmanager
def known(home: Home, year: int, kinds: Mapping[str, Kind], moment: datetime | None) -> Iterator[tuple[Home, Pack]]:
    """The home and the year's pack as known at `moment`, with who owed what judged as on that day; None: as they are.

    Raises StorageError where the home keeps no pack of that year, UsageError where nothing of it was known yet.
    """
    if moment is None:
        with laid_out(home, year, kinds) as pack:
            yield home, pack
        return
    with as_of(home, moment) as then:
        if not then.submissions(year):
            told = moment_text(moment)
            raise UsageError(
                f"{told} 时还没有 {year} 年度的任何报送", f"at {told} nothing was known of the year {year} yet"
            )
        with laid_out(then, year, kinds) as pack:
            keep_timetable(then, pack, moment)
            yield then, pack


@contextmanager
def laid_out(home: Home, year: int, kinds: Mapping[str, Kind]) -> Iterator[Pack]:
    """The year's pack as a home keeps it, in a folder of its own for as long as it is needed."""
    name, files, gone = home.kept_pack(year)
    submissions = home.submissions(year)
    lists = {k.code: k.pack_file for k in kinds.values() if k.pack_file not in gone | {None, ARRIVALS, STAYS_HERE}}
    with tempfile.TemporaryDirectory(prefix="jixiao-") as made:
        folder = Path(made) / name
        for file, data in files.items():
            _write(folder / file, data)
        for submission in submissions:  # of several versions of a list the last one is written last
            if listed := lists.get(submission.kind):
                _write(folder / listed, home.landing.read(submission.sha256))
        # One whose line was put right later has arrived twice under one name; the line that is there now is the last.
        filed = {s.file: s for s in submissions if s.kind in kinds and kinds[s.kind].pack_file is None}
        for submission in filed.values():
            _link(folder / submission.file, home.landing.folder / submission.sha256)
        _write(folder / ARRIVALS, _arrivals(filed.values()))
        yield read_pack(folder, kinds)


def _arrivals(filed: Iterable[StoredSubmission]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("file", "received_at", "channel"))
    rows.writerows((s.file, moment_text(s.received_at), s.channel) for s in filed)
    return text.getvalue().encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _link(path: Path, kept: Path) -> None:
    """What was filed is not read again, but a pack whose file is not there is refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kept.exists():
        path.symlink_to(kept.absolute())
    else:
        path.touch()
