"""How answers are told: a finding with every operand's cell for each fault, and the reason for each "cannot tell".

Pure. Works on any frame that holds all rows of what a finding speaks of: the whole submission, or some rows of a
register. Never decides whether a rule holds. What is
personal is masked here, the moment it would be said: no finding ever holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from contracts.context import AT, Reference, References, cells_at
from contracts.exact import decimal_text
from contracts.finding import Cell, Finding
from contracts.kind import Kind
from contracts.masking import Screen, masked_prose
from contracts.measure import Context
from contracts.rule import Rule, Scope
from contracts.table import Table, runs

BLANK = "（空）"


def tell_reason(
    rule: Rule, kind: Kind, table: Table, frame: pl.DataFrame, row: int, references: References
) -> tuple[str, str]:
    """Why the rule could not be told, from the first row where it could not."""
    used = {
        *rule.fields,
        *rule.holds.meta.root_names(),
        *(rule.when.meta.root_names() if rule.when is not None else ()),
    }
    for context in kind.contexts:
        if any(name.startswith(context.prefix) for name in used) and not references.get(context.source):
            zh, en = _tell_whose(context, rule, frame, [])
            return f"没有可对照的{context.title_zh}{zh}", f"no {context.title_en} to compare with{en}"
    if rule.scope is Scope.FRAME:
        # The answer is the same in every row; the reason stands in the first row that lacks an operand.
        lacking = frame.select(pl.any_horizontal(pl.col(f).is_null() for f in rule.fields)).to_series()
        row = lacking.arg_max() or 0
    values = frame.row(row, named=True)
    missing = [f for f in rule.fields if values.get(f) is None]
    blank = [address for f in missing if (address := table.address(f, values["_row"]))]
    for context in kind.contexts:
        if not blank and any(f.startswith(context.prefix) for f in missing):
            given = references.get(context.source, [])
            zh, en = _tell_whose(context, rule, frame, given if isinstance(given, list) else [given])
            return f"{context.title_zh}中没有对应的数据{zh}", f"nothing that corresponds in the {context.title_en}{en}"
    zh = "、".join(blank) or f"第{values['_row']}行"
    en = ", ".join(blank) or f"row {values['_row']}"
    return f"参与判定的数据缺失或无法识别：{zh}", f"an operand is missing or unreadable: {en}"


def _tell_whose(context: Context, rule: Rule, frame: pl.DataFrame, references: Iterable[Reference]) -> tuple[str, str]:
    """Who has yet to file what the rule compares with, or filed it without the row; nothing where nobody is named."""
    beside = [pl.col(name).is_null() for name in rule.fields if name.startswith(context.prefix)]
    if context.whose is None or not beside or not set(context.whose.meta.root_names()) <= set(frame.columns):
        return "", ""
    asked = frame.lazy().filter(pl.any_horizontal(beside)).select(context.whose.alias("name")).collect()["name"]
    filed = {name for r in references if "_filer_name" in r.frame.columns for name in r.frame["_filer_name"].unique()}
    names = asked.drop_nulls().unique(maintain_order=True).to_list()
    there, lacking = ([masked_prose(n) for n in names if (n in filed) is has] for has in (True, False))
    zh = [f"缺少{'、'.join(lacking)}报送的数据"] if lacking else []
    en = [f"lacking what {', '.join(lacking)} should file"] if lacking else []
    zh += [f"{'、'.join(there)}已报送，但未填对应的行"] if there else []
    en += [f"{', '.join(there)} filed, but without the row"] if there else []
    return ("：" + "；".join(zh), ": " + "; ".join(en)) if names else ("", "")


def tell_findings(
    rule: Rule, frame: pl.DataFrame, table: Table, failed: list[int], screen: Screen
) -> Iterator[Finding]:
    """A finding for each fault at the positions `failed`, in which nothing personal is said (`screen`)."""
    extra = {name: expr.cast(pl.String, strict=False) for name, expr in rule.values.items()}
    expected = rule.expected if isinstance(rule.expected, pl.Expr) else pl.lit(rule.expected)
    position = pl.int_range(pl.len()).alias("_at")
    told = frame.lazy().select(position, expected.cast(pl.String).alias("_expected"), **extra).collect()
    dtypes = frame.lazy().select(**rule.values).collect_schema()
    for rows in _parts(rule, frame, failed):
        texts = {f: screen.operand(f, _text(frame, f, rows[0])) for f in rule.fields}
        words = {name: texts[name] or BLANK for name in texts}
        made = {n: screen.derived(e, _plain(told[n][rows[0]]), dtypes[n]) for n, e in rule.values.items()}
        words |= {name: value or BLANK for name, value in made.items()}
        words["rows"] = _row_list(frame["_row"][r] for r in rows)
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            message_zh=rule.message_zh.format(**words),
            message_en=rule.message_en.format(**words),
            expected=screen.derived(expected, _plain(told["_expected"][rows[0]]), pl.String()) or "",
            basis=rule.basis,
            cells=tuple(_cells(rule, frame, table, rows, screen)),
            field=rule.fields[0].removeprefix("total_"),
            # Of a whole column no single cell is what was filed; a control total is one cell.
            filed=texts[rule.fields[0]] if rule.scope is not Scope.FRAME or rule.fields[0] + AT in frame else None,
            rows=tuple(rows),
        )


def _parts(rule: Rule, frame: pl.DataFrame, failed: list[int]) -> list[list[int]]:
    """The failing rows, one list for each finding: single rows, groups, or all of them."""
    if rule.scope is Scope.ROW:
        return [[row] for row in failed]
    if rule.scope is Scope.FRAME:
        return [failed]
    keys = frame[failed].select(rule.group).rows()
    groups: dict[Any, list[int]] = {}
    for row, key in zip(failed, keys, strict=True):
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _cells(rule: Rule, frame: pl.DataFrame, table: Table, rows: list[int], screen: Screen) -> Iterator[Cell]:
    """Every operand's cell; runs of neighbouring rows as ranges."""
    for name in rule.fields:
        if name + AT in frame.columns:
            for places in dict.fromkeys(frame[name + AT][r] for r in rows):
                if places is not None:
                    yield from cells_at(places, name, screen.operand(name, _text(frame, name, rows[0])))
        elif letter := table.columns.get(name):
            for first, last in runs(frame["_row"][r] for r in rows):
                text = _text(frame, name, rows[0]) if first == last and len(rows) == 1 else None
                address = f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
                yield Cell(table.sheet, address, name, screen.operand(name, text))


def _row_list(rows: Iterable[int]) -> str:
    """5、7、9–14: every row, long runs as spans."""
    return "、".join(span_text(first, last) for first, last in runs(rows))


def span_text(first: int, last: int) -> str:
    """Neighbouring rows as a message names them."""
    return f"{first}–{last}" if last - first > 1 else "、".join(str(n) for n in range(first, last + 1))


def _text(frame: pl.DataFrame, name: str, row: int) -> str | None:
    column = f"{name}__text" if f"{name}__text" in frame.columns else name
    return _plain(frame[column][row])


def _plain(value: object) -> str | None:
    """A value as a person writes it: exact decimals without trailing zeros."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return decimal_text(value)
    text = str(value)
    head, point, tail = text.partition(".")
    if point and tail and head.lstrip("-").isdigit() and tail.isdigit() and len(tail) >= 6:
        return head if not tail.strip("0") else f"{head}.{tail.rstrip('0')}"
    return text
