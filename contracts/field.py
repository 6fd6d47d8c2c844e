"""One column of a form: what it is called, what may stand in it, and what its blanks and words for nothing mean.

A field is carried by a Pandera column's metadata (`contracts.schema`); this module only describes it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from contracts.conversion import conversion
from contracts.errors import ContractError
from contracts.quantity import Role
from contracts.readings import Reading


class Type(StrEnum):
    """What a filed text becomes. The typed frame has the column `name`, and beside it:

    text and choice: nothing else. The others: `name__text`, the text as filed.
    date (PartialDate): also `name__first` and `name__last` (Date), and `name__granularity`.
    quantity: also `name__low`, `name__high` (Decimal), `name__low_closed`, `name__high_closed` (Boolean),
    `name__comparator`, `name__unit` (String), `name__direction` (Int8) and `name__precision` (Decimal, the place value
    of the last written digit); `name` is the value (Decimal).
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


class Meaning(StrEnum):
    """What a cell without a value says. "——", "/", "无" and a blank do not say the same, nor the same in every form."""

    NOT_APPLICABLE = "not applicable"  # there is no such value, and none is missing
    ZERO = "zero"
    MISSING = "missing"  # as a blank cell

    @property
    def zh(self) -> str:
        return {"not applicable": "不适用", "zero": "零", "missing": "未填"}[self.value]


_COUNTED = (Type.COUNT, Type.DECIMAL, Type.QUANTITY)


def fold_word(text: str) -> str:
    """A word for nothing as compared: width, case and blanks do not count."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


@dataclass(frozen=True)
class Field:
    """One column of a form, in the order of the form.

    `heading` is the one the template prints; `aliases` are others accepted. `unit` is the base unit of numbers.
    `words` are texts that stand for no value, each with its meaning; `blank` is what a blank cell means. ZERO is the
    value 0 with the text kept; NOT_APPLICABLE is no value with the text kept, and `name__na` (Boolean) says so: a rule
    over single rows that looks at the field does not apply there, and `required` is met; MISSING is a blank cell, and
    nothing is kept. A word that is not declared is a text like any other.
    `outline`: the rows are named in it as wholes and parts (其中：…). In the typed frame `name` is then the bare name
    behind an optional 其中:, and beside it are the text as filed, `name__unit` (String, a unit in brackets),
    `name__whole` (Int64, the `_row` of which this row is a part), `name__list` (Int64, the `_row` that opens the list
    of parts) and `name__marked` (Boolean: 其中 opened the list).
    `units`: for a quantity, the closed list of other units in which it may be filed. Each converts exactly to `unit`,
    as 万户 does to 户, and the typed columns are in `unit`; without a list every unit that so converts may be filed,
    and any unit at all where neither is declared. In another unit there is no number, and the rule `-unit` says so.
    `reading`: whether its numbers are rounded or cut off to their last digit; nobody says, so either is accepted.
    `name__low` and `name__high` are the rounded reading unless it is "truncated" (see `contracts.readings`).
    `length`: for a text, the least and the most characters it has without its blanks; it then has the rules `-length`
    and `-characters` of `contracts.text_bounds`.
    `otherwise` names the typed column whose text stands in where a cell is blank.
    Raises ContractError for a declaration that contradicts itself.
    """

    name: str
    heading: str
    title_en: str
    type: Type = Type.TEXT
    required: bool = True  # the cell may not be blank
    optional_column: bool = False  # the whole column may be left out
    aliases: tuple[str, ...] = ()
    unit: str = ""
    units: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    signed: bool = False
    adds_up: bool = True  # whether a total row of the form holds its sum
    personal: bool = False
    role: Role = "actual"
    reading: Reading = "either"
    length: tuple[int, int] | None = None
    words: tuple[tuple[str, Meaning], ...] = ()
    blank: Meaning = Meaning.MISSING
    outline: bool = False
    otherwise: str = ""
    note_zh: str = ""

    def __post_init__(self) -> None:
        wrong = self._contradiction()
        if wrong:
            raise ContractError(f"字段 {self.name} 的声明有矛盾：{wrong[0]}", f"the field {self.name}: {wrong[1]}")

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.heading, *self.aliases)

    @property
    def meanings(self) -> dict[str, Meaning]:
        """The declared words as `fold_word` gives them, each with its meaning."""
        return {fold_word(word): meaning for word, meaning in self.words}

    def takes_unit(self, unit: str) -> bool:
        """Whether a quantity may be filed in `unit`."""
        if unit == self.unit or unit in self.units:
            return True
        return not self.units and (not self.unit or conversion(unit, self.unit) is not None)

    @property
    def units_taken(self) -> str:
        """The field's own unit and those that are declared beside it, as a form names them: 户、万户."""
        return "、".join(dict.fromkeys(filter(None, (self.unit, *self.units))))

    @property
    def may_not_apply(self) -> bool:
        """Whether a cell can say that there is no value to file; the typed frame then has `name__na`."""
        return Meaning.NOT_APPLICABLE in (self.blank, *self.meanings.values())

    @property
    def has_text_twin(self) -> bool:
        """Whether the typed frame keeps the filed text in a column of its own."""
        return self.type not in (Type.TEXT, Type.CHOICE) or self.may_not_apply or self.outline

    @property
    def text_column(self) -> str:
        """The column of the typed frame in which the text as filed stands."""
        return f"{self.name}__text" if self.has_text_twin else self.name

    def _contradiction(self) -> tuple[str, str] | None:
        if len(self.meanings) < len(self.words) or "" in self.meanings:
            return "同一写法声明了两次，或为空白", "a word for nothing is declared twice, or is blank"
        if Meaning.ZERO in (self.blank, *self.meanings.values()) and self.type not in _COUNTED:
            return "只有数值可以以文字表示零", "only numbers have a word for zero"
        if self.required and self.blank is not Meaning.MISSING:
            return "必填的单元格不能以空白表示含义", "a cell that must be filled cannot mean something when blank"
        if self.units and self.type is not Type.QUANTITY:
            return "只有数量可以另列单位", "only a quantity has a list of units"
        if self.unit and any(conversion(unit, self.unit) is None for unit in self.units):
            return f"所列单位不能都换算为“{self.unit}”", f"not every unit listed converts to “{self.unit}”"
        if self.reading != "either" and self.type not in (Type.DECIMAL, Type.QUANTITY):
            return "只有小数和数量会被舍入或截断", "only decimals and quantities are rounded or truncated"
        if self.length and (self.type is not Type.TEXT or not 0 < self.length[0] <= self.length[1]):
            return "字数上下限只用于文本，且下限不大于上限", "only a text has a length, from 1 or more to no less"
        if self.outline and (self.type is not Type.TEXT or self.words):
            return "整体与部分的名称须为文本，且没有表示空缺的写法", "names of wholes and parts are texts without words"
        return None
