"""Rows of stated numbers for tests of relations: texts typed by the real parser, operands for their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts.field import Field, Type
from contracts.readings import Reading
from contracts.relations import Answer, Relation
from contracts.terms import Operand, stated
from transforms.parsing import parse_column


def number(name: str, unit: str = "", type_: Type = Type.QUANTITY, *, reading: Reading = "either") -> Field:
    return Field(name, name, name, type_, unit=unit, reading=reading)


def typed(fields: Sequence[Field], rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    """Typed columns of the texts, as a form's rows would have them."""
    columns = [pl.Series("_row", range(1, len(rows) + 1), dtype=pl.Int64)]
    for field in fields:
        columns += parse_column(pl.Series([row.get(field.name) for row in rows], dtype=pl.String), field, year=2020)
    return pl.DataFrame(columns)


def operands(fields: Sequence[Field]) -> list[Operand]:
    return [stated(field) for field in fields]


def rows_of(relation: Relation, frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Every row as `Relation.answer` takes it."""
    return frame.select(operand.columns for operand in relation.operands).to_dicts()


def columnwise(relation: Relation, frame: pl.DataFrame) -> list[bool | None]:
    """The answers as a judge gets them: from one plan over the columns."""
    return frame.lazy().select(pl.int_range(pl.len()), relation.holds.alias("answer")).collect()["answer"].to_list()


def ask(relation: Relation, fields: Sequence[Field], **texts: str | None) -> Answer:
    """The answer to one row of texts, once exactly and once by columns; the two must agree."""
    frame = typed(fields, [texts])
    answer = relation.answer(rows_of(relation, frame)[0])
    assert columnwise(relation, frame) == [answer.holds]
    return answer
