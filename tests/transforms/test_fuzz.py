"""A short run of what `make fuzz` does for as long as it is told to; with the same files each time, so that nothing
fails by chance."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import strategies as st

from tests.transforms.fuzzing.batches import Child, ChildDiedError, Run
from tests.transforms.fuzzing.mutations import mutate
from tests.transforms.fuzzing.others import missing_cells
from tests.transforms.fuzzing.seeds import FORMATS, seeds
from tests.transforms.fuzzing.sheets import CHECKS, check_read, run_check
from transforms.book import Book, Sheet
from transforms.reading import read_book

FILES = 300
EXAMPLES = 12


@pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])
def test_a_made_sheet_is_read_as_it_was_written(check: Callable[[st.DataObject], None]) -> None:
    assert run_check(check, EXAMPLES) >= EXAMPLES


def test_a_changed_file_is_read_or_refused_and_no_cell_of_it_is_lost(tmp_path: Path) -> None:
    tally = Run(seeds(), tmp_path, base=1).go(files=FILES)
    assert set(tally.executions) == set(FORMATS)
    assert min(tally.books.values()) > 0
    assert tally.compared.total() > FILES / 5
    assert not tally.faults
    assert not tally.suspicions


# --- the harness sees what it is there for


def test_every_seed_is_whole_and_every_mutation_is_made_again_by_its_number() -> None:
    for name, data in seeds().items():
        assert read_book(data, name).book is not None, name
        assert mutate(name, data, [data], Random("1/2")) == mutate(name, data, [data], Random("1/2"))


def test_a_member_is_changed_and_packed_with_sizes_that_are_right() -> None:
    data = seeds()["made.xlsx"]
    changed = [mutate("made.xlsx", data, [data], Random(number)) for number in range(40)]
    assert data not in changed
    assert sum(map(_is_whole, changed)) > 25


def _is_whole(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def test_a_lost_cell_is_seen() -> None:
    data = seeds()["table.sheetjs.xlsx"]
    book = read_book(data, "a.xlsx").book
    assert book is not None
    assert missing_cells(data, book) == []
    short = Book("a.xlsx", "xlsx", tuple(_without_last_row(sheet) for sheet in book.sheets))
    assert missing_cells(data, short)
    with pytest.raises(AssertionError, match="A1"):
        check_read(b"a,b\n1,2\n", "a.csv", {"": {"A1": ("x", "text")}})


def _without_last_row(sheet: Sheet) -> Sheet:
    return Sheet(sheet.name, sheet.hidden, sheet.first_row, sheet.grid.head(max(0, sheet.grid.height - 1)))


def test_a_child_that_dies_is_seen_and_another_takes_its_place(tmp_path: Path) -> None:
    child, path = Child(), tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    try:
        assert child.ask("read", path, "a.csv")["faults"] == []
        with pytest.raises(ChildDiedError, match="crash"):
            child.ask("what it cannot do", path, "a.csv")
        assert child.ask("read", path, "a.csv")["clean"]
    finally:
        child.close()
