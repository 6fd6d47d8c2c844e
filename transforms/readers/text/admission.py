"""Which records of another length than the others may stand in a text file, and as what.

A title above the table and a note below it fill one field; a blank line fills none; a record may be longer by empty
fields. Any other is a mistake: nothing is cut off and nothing is filled up in a record that should have been full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from transforms.notes import is_note

Shape = Literal["fits", "blank", "single", "ragged"]


def shape_of(fields: Sequence[str], width: int) -> Shape:
    """What a record is in a file whose records have `width` fields."""
    if len(fields) >= width:
        return "ragged" if any(fields[width:]) else "fits"
    if any(field.strip() for field in fields[1:]):
        return "ragged"
    return "single" if fields and fields[0].strip() else "blank"


def is_full(fields: Sequence[str], width: int) -> bool:
    """Whether a record that fits is one of the table rather than a title or note with its empty fields written out."""
    return width == 1 or sum(1 for field in fields if field.strip()) > 1


class Admission:
    """Passes records in their order and says which of a single field are mistakes.

    A single field is a title until the first full record; behind it, it is a note if it reads like one, or stands below
    one, and no full record follows.
    """

    def __init__(self) -> None:
        self._full_seen = self._notes = False

    def full(self) -> bool:
        """A full record came: whether notes were passed before it, which were none then."""
        refused, self._notes, self._full_seen = self._notes, False, True
        return refused

    def single(self, text: str) -> Literal["title", "note", "mistake"]:
        """A record of one filled field came."""
        if not self._full_seen:
            return "title"
        self._notes = self._notes or is_note(text)
        return "note" if self._notes else "mistake"
