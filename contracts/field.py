"""One column of a form: what it is called, what may stand in it, and what its blanks mean.

A field is carried by a Pandera column's metadata (`contracts.schema`); this module only describes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.quantity import Role


class Type(StrEnum):
    """What a filed text becomes. The typed frame has the column `name`, and beside it:

    text and choice: nothing else. The others: `name__text`, the text as filed.
    date (PartialDate): also `name__first` and `name__last` (Date), and `name__granularity`.
    quantity: also `name__low`, `name__high` (Decimal), `name__low_closed`, `name__high_closed` (Boolean),
    `name__comparator`, `name__unit` (String) and `name__direction` (Int8); `name` is the value (Decimal).
    items (names parted by 、 or ;): also `name__count` (Int64).
    """

    TEXT = "text"
    CHOICE = "choice"
    COUNT = "count"  # Int64, whole and never negative unless `signed`
    DECIMAL = "decimal"  # Decimal(38, 6), exact
    DAY = "day"  # Date
    DATE = "date"  # a date that may be a month, ten days or a range
    QUANTITY = "quantity"  # "99%以上"
    ITEMS = "items"


@dataclass(frozen=True)
class Field:
    """One column of a form, in the order of the form.

    `heading` is the one the template prints; `aliases` are others accepted. `unit` is the base unit of numbers.
    `blank_texts` are texts that mean "nothing filed here" beside an empty cell.
    """

    name: str
    heading: str
    title_en: str
    type: Type = Type.TEXT
    required: bool = True  # the cell may not be blank
    optional_column: bool = False  # the whole column may be left out
    aliases: tuple[str, ...] = ()
    unit: str = ""
    choices: tuple[str, ...] = ()
    signed: bool = False
    adds_up: bool = True  # whether a total row of the form holds its sum
    personal: bool = False
    role: Role = "actual"
    blank_texts: tuple[str, ...] = ()
    note_zh: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.heading, *self.aliases)

    @property
    def has_text_twin(self) -> bool:
        """Whether the typed frame keeps the filed text in a column of its own."""
        return self.type not in (Type.TEXT, Type.CHOICE)

    @property
    def text_column(self) -> str:
        """The column of the typed frame in which the text as filed stands."""
        return f"{self.name}__text" if self.has_text_twin else self.name
