"""Reading a pack: judged by the same contracts as anything that is filed, and refused whole where it is wrong.

Every mistake is a PackError that names file, line and column and what was expected. A submission with a mistake in it
is not the pack's fault and goes its way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from pydantic import ValidationError

from contracts.calendar import Calendar, shipped_calendar
from contracts.errors import CalendarError, PackError, UsageError
from contracts.kind import Kind
from contracts.notices import Notice, read_notice
from contracts.period import Period
from contracts.submission import Arrival
from flows.filing import Filed, judge_filed, read_filed
from flows.pack import Pack, PackSettings, read_bytes
from flows.pack_checks import (
    at_cell,
    check_duties,
    check_forms,
    check_names,
    check_obligations,
    known_kind,
    known_period,
    place_of,
)
from transforms.parting import part

ARRIVALS = "arrivals.csv"
NEEDED = ("filers.csv", ARRIVALS)  # every other list may be left out
STAYS_HERE = "contacts.csv"  # people's addresses: read where they are needed, never stored in a home
PATH = re.compile(
    r"submissions/(?P<kind>[^/]+)/(?P<filer>[A-Za-z0-9-]+)_(?P<period>[0-9QHW-]+)(?:_[^/\x00-\x1f]*)?\.[^./\x00-\x1f]+"
)

SAID = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项设置",
    "timezone_aware": "时间须带时区，如 2020-12-31T18:00:00+08:00",
    "int_parsing": "应为整数",
    "literal_error": "应为 indicator_paragraphs 或 plain",
}


def read_pack(folder: Path, kinds: Mapping[str, Kind]) -> Pack:
    """The pack in `folder`. Raises PackError at the first file that is wrong, with all that is wrong in it."""
    if not folder.is_dir():
        raise UsageError(f"没有这个文件夹：{folder}", f"there is no folder {folder}")
    settings = _read_settings(folder)
    lists: dict[str, Filed] = {}
    # Lists that are judged against another list come after it.
    described = sorted((k for k in kinds.values() if k.pack_file), key=lambda k: len(k.contexts))
    for kind in described:
        assert kind.pack_file is not None
        if (folder / kind.pack_file).is_file():
            lists[kind.pack_file] = _read_list(folder, kind, settings, lists, kinds)
        elif kind.pack_file in NEEDED:
            raise PackError(f"数据包缺少 {kind.pack_file}", f"the pack has no {kind.pack_file}")
    _check_bureau(folder, settings, lists["filers.csv"].frame)
    if "obligations.csv" in lists:
        check_obligations(lists["obligations.csv"], kinds)
    for file in ("waivers.csv", "explanations.csv"):
        if file in lists:
            check_names(lists[file], lists["filers.csv"].frame, kinds)
    if "limits.csv" in lists:
        check_forms(lists["limits.csv"], kinds)
    arrivals = _own_arrivals(settings, lists) + _filed_arrivals(folder, lists, kinds)
    if lists[ARRIVALS].frame.height:  # a list that names nothing yet is no record of anything
        arrivals.append(_list_of_arrivals(settings, lists[ARRIVALS], arrivals))
    pack = Pack(folder, settings, kinds, lists, tuple(arrivals), _read_calendar(folder, settings))
    check_duties(pack)
    return pack


def _read_settings(folder: Path) -> PackSettings:
    data = read_bytes(folder, "pack.toml")
    try:
        return PackSettings.model_validate(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"pack.toml 无法解析：{error}", f"pack.toml cannot be parsed: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        line = _line_of(data.decode(), key)
        zh, en = (f"pack.toml 第{line}行", f"pack.toml line {line}") if line else ("pack.toml", "pack.toml")
        said = SAID.get(first["type"], first["msg"])
        raise PackError(f"{zh} {key}：{said}", f"{en}, {key}: {first['msg']}") from error


def _line_of(text: str, key: str) -> int | None:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*=", line)), None)


def _read_calendar(folder: Path, settings: PackSettings) -> Calendar:
    """The calendar that the pack names, and the notices of its own: a province's festivals, an order of the bureau."""
    shipped = shipped_calendar(settings.calendar)
    own = sorted((folder / "calendar").glob("*.toml"))
    if not own:
        return shipped
    notices = (_read_notice(folder, file) for file in own)
    return Calendar(f"{settings.calendar}+{folder.resolve().name}", (*shipped.notices, *notices))


def _read_notice(folder: Path, path: Path) -> Notice:
    """A notice of the pack's own: days of a province beside the whole country's, which it leaves to be arranged."""
    file = f"calendar/{path.name}"
    try:
        text = read_bytes(folder, file).decode()
    except UnicodeDecodeError as error:
        raise CalendarError(f"{file} 应为 UTF-8 编码：{error}", f"{file} should be UTF-8: {error}") from error
    return read_notice(text, path.stem, file, arranges_year=False)


def _read_list(
    folder: Path, kind: Kind, settings: PackSettings, lists: Mapping[str, Filed], kinds: Mapping[str, Kind]
) -> Filed:
    assert kind.pack_file is not None
    period = Period.parse(str(settings.year))
    filed = read_filed(read_bytes(folder, kind.pack_file), kind.pack_file, kind.in_force(period), settings.year)
    references: dict[str, Any] = {}
    for context in kind.contexts:
        other = lists.get(kinds[context.source].pack_file or "") if context.source in kinds else None
        if other is not None and (reference := other.reference()) is not None:
            references[context.source] = reference
    judgment = judge_filed(filed, period=period, filer=settings.bureau, references=references)
    verdict = judgment.verdict
    if kind.code == "arrival_list" and {f.rule for f in verdict.blocking} == {"TABLE-01"}:
        # A pack nobody has filed to yet: nothing arrived is not a mistake.
        return filed
    if kind.rows_stand_alone and all(finding.rows for finding in verdict.blocking):
        # What is refused is refused by itself, in its own verdict; the rest of the list holds.
        kept, _ = part(filed.frame, judgment.quarantined)
        return replace(filed, frame=kept)
    if verdict.blocking:
        zh = "；".join(
            f"{at_cell(kind.pack_file, f.cell)} {f.message_zh}（应为：{f.expected}）" for f in verdict.blocking
        )
        en = "; ".join(
            f"{at_cell(kind.pack_file, f.cell)} {f.message_en} (expected: {f.expected})" for f in verdict.blocking
        )
        raise PackError(f"数据包有误：{zh}", f"the pack is wrong: {en}")
    return filed


def _own_arrivals(settings: PackSettings, lists: Mapping[str, Filed]) -> list[Arrival]:
    period = Period.parse(str(settings.year))
    return [
        Arrival(file, settings.bureau, filed.kind.code, period, settings.issued_at, "数据包")
        for file, filed in sorted(lists.items())
        if file not in (ARRIVALS, STAYS_HERE)
    ]


def _list_of_arrivals(settings: PackSettings, filed: Filed, arrivals: list[Arrival]) -> Arrival:
    """arrivals.csv itself: it was complete when the last file it names had come."""
    moment = max((a.received_at for a in arrivals), default=settings.issued_at)
    period = Period.parse(str(settings.year))
    return Arrival(ARRIVALS, settings.bureau, filed.kind.code, period, moment, "数据包")


def _filed_arrivals(folder: Path, lists: Mapping[str, Filed], kinds: Mapping[str, Kind]) -> list[Arrival]:
    filed = lists[ARRIVALS]
    known = set(lists["filers.csv"].frame["code"].to_list())
    arrivals = []
    for row in filed.frame.iter_rows(named=True):
        arrivals.append(_arrival(folder, row, filed, known, kinds))
    # Two files of the same moment keep the order of the list.
    return sorted(arrivals, key=lambda arrival: arrival.received_at)


def _arrival(folder: Path, row: Mapping[str, Any], filed: Filed, known: set[str], kinds: Mapping[str, Kind]) -> Arrival:
    """One line of arrivals.csv: what its path says must be known, and the file must be there."""
    file, place = row["file"], place_of(filed, "file", row)
    found = PATH.fullmatch(file)
    if found is None or ".." in PurePosixPath(file).parts:
        want = "submissions/<kind>/<FILER>_<period>[_<note>].<suffix>"
        raise PackError(f"{place} 文件路径“{file}”应为 {want}", f"{place} “{file}” should be {want}")
    code = known_kind(place, found["kind"], kinds)
    if found["filer"] not in known:
        raise PackError(
            f"{place} 填报单位“{found['filer']}”不在 filers.csv 中；有：{'、'.join(sorted(known))}",
            f"{place} “{found['filer']}” is not in filers.csv; there are: {', '.join(sorted(known))}",
        )
    if not (folder / file).is_file():
        raise PackError(f"{place} 文件不存在：{file}", f"{place} there is no file {file}")
    period = known_period(place, found["period"])
    return Arrival(file, found["filer"], code, period, _moment(filed, row), row["channel"])


def _moment(filed: Filed, row: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(row["received_at"])
    except ValueError as error:
        place, text = place_of(filed, "received_at", row), row["received_at"]
        zh = f"{place} 没有“{text}”这一时刻，应如 2020-12-10T16:30:00+08:00"
        raise PackError(zh, f"{place} there is no moment “{text}”; such as 2020-12-10T16:30:00+08:00") from error


def _check_bureau(folder: Path, settings: PackSettings, filers: pl.DataFrame) -> None:
    bureaus = filers.filter(pl.col("class") == "bureau")["code"].to_list()
    if settings.bureau not in bureaus:
        line = _line_of(read_bytes(folder, "pack.toml").decode(), "bureau")
        raise PackError(
            f"pack.toml 第{line}行 bureau：“{settings.bureau}”不是 filers.csv 中的主管局；应为 {'、'.join(bureaus)}",
            f"pack.toml line {line}, bureau: “{settings.bureau}” is not the bureau of filers.csv; "
            f"expected {', '.join(bureaus)}",
        )
