"""What no rule of a pack's list can know: that names it gives are names of something, and that each row does something.

A row that would do nothing without a word (an extension of what nobody owes, a nil return where none is allowed) is a
mistake like any other: a PackError that names file, line and column, what was found and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl

from contracts.errors import PackError
from contracts.kind import Kind
from contracts.obligations import EVERY, bounding
from contracts.period import Period
from contracts.structure import RULES as STRUCTURE_RULES
from flows.filing import Filed
from flows.pack import Pack

Row = Mapping[str, Any]


def check_obligations(filed: Filed, kinds: Mapping[str, Kind]) -> None:
    """The forms are forms, and what is awaited is owed by somebody."""
    owed = set(filed.frame["kind"].to_list())
    for row in filed.frame.iter_rows(named=True):
        known_kind(place_of(filed, "kind", row), row["kind"], kinds)
        awaited = row["awaits"]
        if awaited is not None and known_kind(place_of(filed, "awaits", row), awaited, kinds) not in owed:
            where, there = place_of(filed, "awaits", row), sorted(owed)
            raise PackError(
                f"{where} 所待的报表“{awaited}”不在本表中，没有谁应报；应为 {'、'.join(there)} 之一",
                f"{where} nobody owes the awaited form “{awaited}”; expected one of {', '.join(there)}",
            )


def check_names(filed: Filed, filers: pl.DataFrame, kinds: Mapping[str, Kind]) -> None:
    """A waiver or an explanation for a rule, a filer or a period that nobody knows would do nothing without a word."""
    known = {
        "rule": {rule.id for kind in kinds.values() for rule in kind.rules},
        "filer": set(filers["code"].to_list()),
    }
    if "kind" in filed.frame.columns:
        known["rule"] |= set(STRUCTURE_RULES)
        known["kind"] = {kind.code for kind in kinds.values() if kind.pack_file is None}
    for row in filed.frame.iter_rows(named=True):
        for name, names in known.items():
            if row[name] not in names:
                where = place_of(filed, name, row)
                raise PackError(f"{where} 没有“{row[name]}”", f"{where} there is no “{row[name]}”")
        known_period(place_of(filed, "period", row), row["period"])


def check_forms(filed: Filed, kinds: Mapping[str, Kind]) -> None:
    """A limit on the cases of a form that there is not would limit nothing without a word."""
    for row in filed.frame.iter_rows(named=True):
        known_kind(place_of(filed, "kind", row), row["kind"], kinds)


def check_duties(pack: Pack) -> None:
    """Nobody owes a form twice for one period; events, extensions and nil returns are of what is owed."""
    for row, filed in _rows(pack, "obligations.csv"):
        _check_bounds(filed, row)
    _check_doubled(pack)
    for row, filed in _rows(pack, "events.csv"):
        _check_event(pack, filed, row)
    for row, filed in _rows(pack, "extensions.csv"):
        _check_extension(pack, filed, row)
    for row, filed in _rows(pack, "nil_returns.csv"):
        _check_nil(pack, filed, row)


def _rows(pack: Pack, file: str) -> Iterable[tuple[Row, Filed]]:
    filed = pack.lists.get(file)
    return () if filed is None else ((row, filed) for row in filed.frame.iter_rows(named=True))


def _check_bounds(filed: Filed, row: Row) -> None:
    """A first or last period that cuts one of the row's own in two would drop that one without a word."""
    for name in ("from", "until"):
        if row[name] is None:
            continue
        bound = Period.parse(row[name])
        cut = bounding(row["cadence"], bound.start if name == "from" else bound.end)
        if cut is None or (cut.start == bound.start if name == "from" else cut.end == bound.end):
            continue
        beside = bounding(row["cadence"], cut.end + timedelta(days=1)) if name == "from" else cut.before
        assert beside is not None
        where, (first, last) = place_of(filed, name, row), sorted((cut.label, beside.label))
        begins_zh, begins_en = ("开始", "begin") if name == "from" else ("结束", "end")
        raise PackError(
            f"{where} {row[name]} 不在 {row['cadence']} 一期{begins_zh}之处，{cut.label} 会不声不响地落掉；"
            f"应如 {first} 或 {last}",
            f"{where} {row[name]} does not {begins_en} where a {row['cadence']} period does: {cut.label} would be "
            f"dropped without a word; expected such as {first} or {last}",
        )


def _check_doubled(pack: Pack) -> None:
    found = pack.duties.doubled(pack.period)
    if found is None:
        return
    first, second, period = found
    where, line = place_of(pack.lists["obligations.csv"], "filer", second), first["_row"]
    filer, kind = second["filer"], second["kind"]
    raise PackError(
        f"{where} 与第{line}行重复：{filer} 的 {kind} 在 {period.label} 由两行规定；应只有一行，"
        f"请以 class、from、until 分开（{EVERY} 包含该类别的每一家）",
        f"{where} overlaps row {line}: both make {filer} owe {kind} for {period.label}; expected one row: "
        f"part them by class, from and until ({EVERY} is everyone of a class)",
    )


def _check_event(pack: Pack, filed: Filed, row: Row) -> None:
    known_kind(place_of(filed, "kind", row), row["kind"], pack.kinds)
    day = Period(row["occurred_on"], row["occurred_on"])
    owing = pack.duties.owing(row["kind"], day)
    if not owing or row["filer"] not in (EVERY, *owing):
        where = place_of(filed, "filer", row)
        raise PackError(
            f"{where} {row['filer']} 没有按事件报送 {row['kind']} 的义务，此事件不产生报送；"
            f"应在 obligations.csv 中有 cadence 为 event 的一行",
            f"{where} {row['filer']} does not owe {row['kind']} on events, so nothing follows from this one; "
            f"expected a row of obligations.csv whose cadence is event",
        )


def _check_extension(pack: Pack, filed: Filed, row: Row) -> None:
    period = _owed_period(pack, filed, row)
    deadline = pack.duties.deadline(row["filer"], row["kind"], period, row["granted_on"])
    if deadline is None or deadline.final is None:
        where = place_of(filed, "kind", row)
        raise PackError(
            f"{where} {row['filer']} 的 {row['kind']} 没有规定日期，无期限可延；"
            f"应为 obligations.csv 中 due 写明日期的义务",
            f"{where} no day is stated for {row['kind']} of {row['filer']}, so there is nothing to extend; "
            f"expected an obligation whose due term names a day",
        )
    due_on = deadline.final.date
    if row["until"] <= due_on:
        where = place_of(filed, "until", row)
        raise PackError(
            f"{where} 延期至 {row['until']}，而期限本为 {due_on}，没有延长；应晚于 {due_on}",
            f"{where} extended to {row['until']}, but it is due on {due_on} anyway; expected a later day",
        )
    limit = max([due_on, *_until_before(filed, row)])
    if row["granted_on"] > limit:
        where = place_of(filed, "granted_on", row)
        raise PackError(
            f"{where} 延期 {row['granted_on']} 才批准，而期限（含此前的延期）{limit} 已过：已经迟报的不能事后改为按时；"
            f"应不晚于 {limit}",
            f"{where} granted on {row['granted_on']}, after the limit of {limit}, earlier extensions included: what is "
            f"late is not made timely afterwards; expected {limit} or before",
        )


def _until_before(filed: Filed, row: Row) -> list[date]:
    """How far the extension that was in force before this one reached, if there was one."""
    same = (pl.col(name) == row[name] for name in ("filer", "kind", "period"))
    earlier = filed.frame.filter(*same, pl.col("granted_on") < row["granted_on"]).sort("granted_on")
    return earlier["until"].tail(1).to_list()


def _check_nil(pack: Pack, filed: Filed, row: Row) -> None:
    period = _owed_period(pack, filed, row)
    if _owed(pack, row, period)["nil"].to_list() != ["yes"]:
        where = place_of(filed, "kind", row)
        raise PackError(
            f"{where} {row['filer']} 的 {row['kind']} 不可零报告；应在 obligations.csv 中该义务的 nil 为 yes",
            f"{where} {row['filer']} may not declare {row['kind']} nil; expected nil = yes in its obligation",
        )


def _owed_period(pack: Pack, filed: Filed, row: Row) -> Period:
    """The period of a row about what its filer owes in this year."""
    known_kind(place_of(filed, "kind", row), row["kind"], pack.kinds)
    where = place_of(filed, "period", row)
    period = known_period(where, row["period"])
    if not pack.period.contains(period.end):
        raise PackError(
            f"{where} {period.label} 不在本数据包的年度内；应为 {pack.period.label} 年结束的一期",
            f"{where} {period.label} is not of this pack's year; expected a period that ends in {pack.period.label}",
        )
    if _owed(pack, row, period).is_empty():
        raise PackError(
            f"{where} {row['filer']} 在 {period.label} 没有报送 {row['kind']} 的义务；应为 obligations.csv 规定的一期",
            f"{where} {row['filer']} does not owe {row['kind']} for {period.label}; "
            f"expected a period that obligations.csv asks for",
        )
    return period


def _owed(pack: Pack, row: Row, period: Period) -> pl.DataFrame:
    """The obligation of the row's filer, if there is one."""
    return pack.duties.owed(row["kind"], period).filter(pl.col("filer") == row["filer"])


def known_period(where: str, text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        zh = f"{where} 报告期“{text}”无法识别，应如 2020、2020-11、2020Q4、2019-W24"
        raise PackError(zh, f"{where} “{text}” is no period; such as 2020, 2020-11, 2020Q4, 2019-W24") from error


def known_kind(where: str, code: str, kinds: Mapping[str, Kind]) -> str:
    """`code`, if it is a form that filers file; the pack's own lists are not."""
    filed = [k.code for k in kinds.values() if k.pack_file is None]
    if code not in filed:
        raise PackError(
            f"{where} 没有报表“{code}”；有：{'、'.join(filed)}",
            f"{where} there is no kind “{code}”; there are: {', '.join(filed)}",
        )
    return code


def place_of(filed: Filed, name: str, row: Row) -> str:
    """file:line:column of a field in a row of a list."""
    assert filed.table is not None
    return at_cell(filed.name, filed.table.address(name, row["_row"]))


def at_cell(file: str, cell: str | None) -> str:
    found = re.fullmatch(r"([A-Z]+)(\d+).*", cell or "")
    return f"{file}:{found[2]}:{found[1]}" if found else file
