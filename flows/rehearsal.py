"""A home to try rules on: the one that is named, or the pack run into one that goes away again.

Nothing is checked or published on the way, and a home that is named is only looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import UsageError
from contracts.submission import Submission
from flows import stages
from flows.again import Due, Watch, work_through
from flows.homes import look
from flows.pack import Pack
from flows.progress import tell
from flows.reader import Reader
from flows.stages import Taken
from warehouse.home import Home


@contextmanager
def home_to_try(pack: Pack, folder: Path | None, reader: Reader) -> Iterator[Home]:
    """The home in `folder`, read-only; without one, every arrival of the pack taken in the order it came.

    Raises UsageError where the home is another bureau's, StorageError where there is none.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="jixiao-") as made:
            _fill(Path(made), pack, reader)
            with Home.look(Path(made)) as home:
                yield home
        return
    with look(folder) as home:
        if home.bureau != pack.settings.bureau:
            raise UsageError(
                f"数据目录 {folder} 属于 {home.bureau}，不是 {pack.settings.bureau}",
                f"{folder} is {home.bureau}'s, not {pack.settings.bureau}'s",
            )
        yield home


def _fill(folder: Path, pack: Pack, reader: Reader) -> None:
    with stages.open_home(folder, pack) as home:
        received = [stages.receive(home, pack, arrival, pack.settings.issued_at) for arrival in pack.arrivals]

        def settle(submission: Submission, head: int | None) -> Taken | None:
            return stages.settle(home, pack, submission, reader, head)

        def again(due: Due) -> Taken | None:
            return stages.judge_again(home, pack, due.submission, due.causes, reader, due.head)

        for done, taken in enumerate(work_through(Watch(home, pack), pack, received, settle, again)):
            tell(taken.submission.arrival.file, min(done, len(received)), len(received))
