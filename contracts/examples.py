"""The examples of a form: one submission that keeps every rule, and single changes that each break one.

They stand in a TOML file beside the form's module (`<code>.toml`), texts as a filer types them, and travel with it: the
rule book shows them and the tests judge them. What breaks the rules that a field's own declaration makes is not
written there but made here. Nothing is judged here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from contracts.errors import ContractError
from contracts.field import Type
from contracts.kind import Kind
from contracts.period import Period
from contracts.rule import Rule

Row = Mapping[str, str]
OF_FIELD = ("required", "type", "choice", "point", "unit", "length", "characters", "total")


@dataclass(frozen=True)
class Right:
    """One submission that is right: its rows, its total row, and what it is compared with.

    previous, peer: rows of the same form that were accepted before, or from the filer called `peer_name`; computed:
    the bureau's own figures (indicator, low, value, high); beside: rows of any other context, by its source. The
    pack's lists come from those forms' own right rows.
    """

    period: str
    filer: str
    rows: tuple[Row, ...]
    total: Row | None = None
    previous: tuple[Row, ...] = ()
    peer: tuple[Row, ...] = ()
    peer_name: str = ""
    computed: tuple[tuple[str, str, str, str], ...] = ()
    beside: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def changed(self, at: int, **texts: str) -> Right:
        """The same with some texts of row `at` changed; "" is a blank cell."""
        return replace(self, rows=_altered(self.rows, at, texts))


class Where(StrEnum):
    """Where an example was changed."""

    ROW = "row"
    AGAIN = "again"  # a row filed a second time
    TOTAL = "total"
    PREVIOUS = "previous"
    PEER = "peer"
    FILER = "filer"
    WITHOUT = "without"  # a setting left out, named by `field`


@dataclass(frozen=True)
class Change:
    """One thing that was changed. row: of the form, from 1; before, now: texts, "" where a cell is blank."""

    where: Where
    row: int = 0
    field: str = ""
    before: str = ""
    now: str = ""


@dataclass(frozen=True)
class Wrong:
    """A submission with one thing wrong in it, and every rule that this breaks, the one it is about in front.

    changes: what was changed, for a reader.
    """

    right: Right
    breaks: tuple[str, ...]
    code: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.code}: {self.breaks[0]}"


@dataclass(frozen=True)
class Examples:
    """What one examples file holds."""

    right: Right
    wrong: tuple[Wrong, ...]

    def breaking(self, kind: Kind, rule: Rule) -> Wrong | None:
        """The change that is about `rule`, else one that breaks it too, else what its field's declaration gives."""
        about = [w for w in self.wrong if w.breaks[0] == rule.id]
        beside = [w for w in self.wrong if rule.id in w.breaks]
        made = [of_field(kind, self.right, rule)] if is_of_field(kind, rule) else []
        return next(iter((*about, *made, *beside)), None)


def is_of_field(kind: Kind, rule: Rule) -> bool:
    """Whether the rule comes from the declaration of a field of the form."""
    return any(rule.id == f"{kind.prefix}-{f.name}-{what}" for f in kind.fields for what in OF_FIELD)


def of_field(kind: Kind, right: Right, rule: Rule) -> Wrong:
    """What breaks a rule of a field's declaration: a cell left blank, unreadable, no known word, without one value, in
    a strange unit, too long, with a character nobody sees, or a total row that is off by one."""
    what = rule.id.rpartition("-")[2]
    name = rule.fields[0].removeprefix("total_")
    if what == "total":
        return _of_total(kind, right, rule, name)
    declared = kind.field(name)
    nonsense = "、" if declared.type is Type.ITEMS else "说不清"
    at = next((i for i, row in enumerate(right.rows) if row.get(name)), 0)
    unseen, long = right.rows[at].get(name, "") + "\u00a0等", "很" * ((declared.length or (0, 0))[1] + 1)
    strange = {"required": "", "point": "数百", "unit": "3芯公里", "length": long, "characters": unseen}
    text = strange.get(what, nonsense)
    change = Change(Where.ROW, at + 1, name, right.rows[at].get(name, ""), text)
    return Wrong(right.changed(at, **{name: text}), (rule.id,), kind.code, (change,))


def _of_total(kind: Kind, right: Right, rule: Rule, name: str) -> Wrong:
    total = dict(right.total or {kind.total_in or name: "合计"})
    before = total.get(name, "")
    try:
        total[name] = str(Decimal(before.replace(",", "")) + 1)
    except InvalidOperation:
        total[name] = "99999"
    change = Change(Where.TOTAL, 0, name, before, total[name])
    return Wrong(replace(right, total=total), (rule.id,), kind.code, (change,))


def discover_examples(kinds: Iterable[Kind], folders: Iterable[Path] = ()) -> dict[str, Examples]:
    """The examples of every kind that has some, by its code: `<code>.toml` beside the kinds that ship or in `folders`.

    Raises ContractError where a file cannot be understood.
    """
    shipped = files("contracts.kinds")
    found = {}
    for kind in kinds:
        for place in (shipped, *folders):
            path = place / f"{kind.code}.toml"
            if path.is_file():
                found[kind.code] = read_examples(kind, path.read_bytes())
                break
    return found


def read_examples(kind: Kind, data: bytes) -> Examples:
    """Bytes of an examples file as values; ContractError names the file, and what in it is not understood."""
    try:
        told = tomllib.loads(data.decode("utf-8"))
        right = _right(told)
        wrong = tuple(_wrong(kind.code, right, one) for one in told.pop("wrong", ()))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _unclear(kind, f"{type(error).__name__}: {error}") from error
    if told:
        raise _unclear(kind, f"{', '.join(told)} ?")
    names = {f.name for f in kind.fields}
    rows = (*right.rows, right.total or {}, *(w for one in wrong for w in (*one.right.rows, one.right.total or {})))
    unknown = sorted({name for row in rows for name in row} - names)
    if unknown:
        raise _unclear(kind, f"{', '.join(unknown)}: {kind.code} ?")
    return Examples(right, wrong)


def _unclear(kind: Kind, what: str) -> ContractError:
    file = f"{kind.code}.toml"
    return ContractError(f"示例文件 {file} 无法理解：{what}", f"the examples {file} cannot be understood: {what}")


def _right(told: dict[str, Any]) -> Right:
    Period.parse(told["period"])
    right = Right(
        period=told.pop("period"),
        filer=told.pop("filer"),
        rows=_rows(told.pop("rows")),
        total=_row(told.pop("total")) if "total" in told else None,
        previous=_rows(told.pop("previous", ())),
        peer=_rows(told.pop("peer", ())),
        peer_name=told.pop("peer_name", ""),
        computed=tuple((c["indicator"], c["low"], c["value"], c["high"]) for c in _rows(told.pop("computed", ()))),
        beside={source: _rows(rows) for source, rows in told.pop("beside", {}).items()},
    )
    if not right.rows:
        raise ValueError("rows = []")
    return right


def _wrong(code: str, right: Right, told: dict[str, Any]) -> Wrong:
    """One `[[wrong]]`: `change` (of `row`, from 1), or with `repeat` that row filed again with it; `total`; `previous`,
    `peer` (of their first row); `filer`; `without`: a setting that is left out."""
    breaks = tuple(told.pop("breaks"))
    wrong, changes = _changed_row(right, told)
    if "total" in told:
        total = _row(told.pop("total"))
        changes += _noted(Where.TOTAL, 0, right.total or {}, total)
        wrong = replace(wrong, total={**(right.total or {}), **total})
    for where, rows in ((Where.PREVIOUS, right.previous), (Where.PEER, right.peer)):
        if where.value in told:
            texts = _row(told.pop(where.value))
            changes += _noted(where, 1, rows[0], texts)
            wrong = _with(wrong, where.value, _altered(rows, 0, texts))
    if "filer" in told:
        changes.append(Change(Where.FILER, before=right.filer, now=told["filer"]))
        wrong = replace(wrong, filer=told.pop("filer"))
    for setting in told.pop("without", ()):
        changes.append(Change(Where.WITHOUT, field=setting))
        wrong = _with(wrong, setting, ())
    if told or not breaks or not changes:
        raise ValueError(f"[[wrong]] {', '.join(told) or breaks}")
    return Wrong(wrong, breaks, code, tuple(changes))


def _with(right: Right, setting: str, rows: tuple[Row, ...]) -> Right:
    if setting not in (Where.PREVIOUS, Where.PEER, "computed"):
        raise ValueError(f"without = [{setting!r}]")
    return replace(right, **{setting: rows})  # type: ignore[arg-type]  # one of the three, all of them rows


def _changed_row(right: Right, told: dict[str, Any]) -> tuple[Right, list[Change]]:
    """`change` of the row `row`, or with `repeat` of a second copy of it."""
    row, texts, again = told.pop("row", 1), _row(told.pop("change", {})), told.pop("repeat", False)
    if not again:
        rows = _altered(right.rows, row - 1, texts)
        return replace(right, rows=rows), _noted(Where.ROW, row, right.rows[row - 1], texts)
    first = right.rows[row - 1]
    changes = [Change(Where.AGAIN, row), *_noted(Where.ROW, len(right.rows) + 1, first, texts)]
    return replace(right, rows=(*right.rows, {**first, **texts})), changes


def _noted(where: Where, row: int, before: Row, texts: Row) -> list[Change]:
    return [Change(where, row, name, before.get(name, ""), text) for name, text in texts.items()]


def _altered(rows: tuple[Row, ...], at: int, texts: Row) -> tuple[Row, ...]:
    if not 0 <= at < len(rows):
        raise IndexError(f"row = {at + 1}")
    return tuple({**row, **texts} if i == at else row for i, row in enumerate(rows))


def _rows(told: Iterable[Any]) -> tuple[Row, ...]:
    return tuple(_row(row) for row in told)


def _row(told: Any) -> Row:
    """A table of texts; a bare number or date would say nothing of how it was typed."""
    row = dict(told)
    plain = [name for name, text in row.items() if not isinstance(text, str)]
    if plain:
        raise ValueError(f'{", ".join(plain)} = "…"')
    return row
