"""A pack: one bureau's year as a folder of data. Read here, judged by the same contracts as anything that is filed.

A pack with a mistake is refused whole (PackError: file, line, column, what was expected); a submission in it with a
mistake is not the pack's fault and goes its way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from contracts.context import Reference
from contracts.errors import PackError, UsageError
from contracts.judge import Waiver
from contracts.kind import Kind
from contracts.period import Period
from contracts.submission import Arrival
from flows.filing import Filed, judge_filed, read_filed

PATH = re.compile(
    r"submissions/(?P<kind>[^/]+)/(?P<filer>[A-Za-z0-9-]+)_(?P<period>[0-9QH-]+)(?:_[^/\x00-\x1f]*)?\.[^./\x00-\x1f]+"
)


class PackSettings(BaseModel):
    """pack.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    bureau: str
    jurisdiction: str
    year: int = Field(ge=1949, le=2200)
    issued_at: AwareDatetime
    publish_at: AwareDatetime
    notice: str = ""
    form: Literal["indicator_paragraphs", "plain"] = "plain"


@dataclass(frozen=True)
class Pack:
    """A pack that was read and found right.

    lists: file name → the list as filed; arrivals: what came, in order of arrival, the pack's own lists first.
    """

    folder: Path
    settings: PackSettings
    kinds: Mapping[str, Kind]
    lists: Mapping[str, Filed]
    arrivals: tuple[Arrival, ...]

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def period(self) -> Period:
        return Period.parse(str(self.settings.year))

    def rows(self, file: str) -> pl.DataFrame:
        """The typed rows of one of the pack's lists ("filers.csv"); no rows where the pack has no such list."""
        if file in self.lists:
            return self.lists[file].frame
        kind = next(k for k in self.kinds.values() if k.pack_file == file)
        return read_filed(b"", file, kind, None).frame

    def reference(self, file: str) -> Reference | None:
        """The list as rules compare with it."""
        filed = self.lists.get(file)
        if filed is None or filed.table is None:
            return None
        return Reference(filed.frame, filed.table.columns, filed.table.sheet, file)

    def filer_names(self) -> dict[str, str]:
        rows = self.rows("filers.csv")
        return dict(zip(rows["code"].to_list(), rows["name"].to_list(), strict=True))

    def waivers(self, filer: str, period: Period) -> tuple[Waiver, ...]:
        """The waivers granted to a filer for a period."""
        rows = self.rows("waivers.csv").filter((pl.col("filer") == filer) & (pl.col("period") == period.label))
        names = ("rule", "filer", "period", "approver", "reason")
        return tuple(Waiver(**{n: row[n] for n in names}) for row in rows.iter_rows(named=True))

    def unlisted(self) -> list[str]:
        """Files under submissions/ that arrivals.csv does not name; nothing is taken that did not verifiably arrive."""
        listed = {arrival.file for arrival in self.arrivals}
        there = (p for p in (self.folder / "submissions").rglob("*") if p.is_file() and not p.name.startswith("."))
        return sorted({p.relative_to(self.folder).as_posix() for p in there} - listed)

    def read(self, arrival: Arrival) -> bytes:
        """The bytes that arrived. Raises PackError where the file has gone since the pack was read."""
        return _bytes(self.folder, arrival.file)


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
        elif kind.pack_file not in ("waivers.csv", "obligations.csv", "indicators.csv"):
            raise PackError(f"数据包缺少 {kind.pack_file}", f"the pack has no {kind.pack_file}")
    _refuse_unknown(settings, lists, kinds)
    arrivals = _own_arrivals(settings, lists) + _filed_arrivals(folder, lists, kinds)
    return Pack(folder, settings, kinds, lists, tuple(arrivals))


def _read_settings(folder: Path) -> PackSettings:
    data = _bytes(folder, "pack.toml")
    try:
        return PackSettings.model_validate(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"pack.toml 无法解析：{error}", f"pack.toml cannot be parsed: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        line = _line_of(data.decode(), key)
        where = f"pack.toml 第{line}行" if line else "pack.toml"
        raise PackError(
            f"{where} {key}：{first['msg']}", f"pack.toml line {line or '-'}, {key}: {first['msg']}"
        ) from error


def _line_of(text: str, key: str) -> int | None:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if re.match(rf"\s*{re.escape(key)}\s*=", line)), None)


def _read_list(
    folder: Path, kind: Kind, settings: PackSettings, lists: Mapping[str, Filed], kinds: Mapping[str, Kind]
) -> Filed:
    assert kind.pack_file is not None
    period = Period.parse(str(settings.year))
    filed = read_filed(_bytes(folder, kind.pack_file), kind.pack_file, kind.in_force(period), settings.year)
    references: dict[str, Any] = {}
    for context in kind.contexts:
        other = lists.get(kinds[context.source].pack_file or "") if context.source in kinds else None
        if other is not None and other.table is not None:
            references[context.source] = Reference(other.frame, other.table.columns, other.table.sheet, other.name)
    verdict = judge_filed(filed, period=period, filer=settings.bureau, references=references).verdict
    if kind.code == "arrival_list" and {f.rule for f in verdict.blocking} == {"TABLE-01"}:
        # A pack nobody has filed to yet: nothing arrived is not a mistake.
        return filed
    if verdict.blocking:
        zh = "；".join(f"{_at(kind.pack_file, f.cell)} {f.message_zh}（应为：{f.expected}）" for f in verdict.blocking)
        en = "; ".join(
            f"{_at(kind.pack_file, f.cell)} {f.message_en} (expected: {f.expected})" for f in verdict.blocking
        )
        raise PackError(f"数据包有误：{zh}", f"the pack is wrong: {en}")
    return filed


def _at(file: str, cell: str | None) -> str:
    found = re.fullmatch(r"([A-Z]+)(\d+).*", cell or "")
    return f"{file}:{found[2]}:{found[1]}" if found else file


def _refuse_unknown(settings: PackSettings, lists: Mapping[str, Filed], kinds: Mapping[str, Kind]) -> None:
    """Refuse what a pack names and nobody knows: the bureau, a form, a rule, a filer, a period."""
    filers = lists["filers.csv"].frame
    if settings.bureau not in filers.filter(pl.col("class") == "bureau")["code"].to_list():
        raise PackError(
            f"pack.toml bureau：filers.csv 中没有代码为“{settings.bureau}”的 bureau",
            f"pack.toml bureau: filers.csv has no bureau “{settings.bureau}”",
        )
    known = {
        "kind": set(kinds),
        "filer": set(filers["code"].to_list()),
        "rule": {rule.id for kind in kinds.values() for rule in kind.rules},
    }
    for file in ("obligations.csv", "waivers.csv"):
        for row in lists[file].frame.iter_rows(named=True) if file in lists else ():
            for column in known.keys() & row.keys():
                if row[column] not in known[column]:
                    where = f"{file}:{row['_row']} {column}"
                    raise PackError(f"{where}：没有“{row[column]}”", f"{where}: there is no “{row[column]}”")
            if "period" in row:
                _period(row["period"], f"{file}:{row['_row']} period")


def _period(text: str, where: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise PackError(f"{where}：{error}", f"{where}: {error}") from error


def _own_arrivals(settings: PackSettings, lists: Mapping[str, Filed]) -> list[Arrival]:
    period = Period.parse(str(settings.year))
    return [
        Arrival(file, settings.bureau, filed.kind.code, period, settings.issued_at, "pack")
        for file, filed in sorted(lists.items())
    ]


def _filed_arrivals(folder: Path, lists: Mapping[str, Filed], kinds: Mapping[str, Kind]) -> list[Arrival]:
    filed = lists["arrivals.csv"]
    known = set(lists["filers.csv"].frame["code"].to_list())
    arrivals = []
    for row in filed.frame.iter_rows(named=True):
        arrivals.append(_arrival(folder, row, filed, known, kinds))
    # Two files of the same moment keep the order of the list.
    return sorted(arrivals, key=lambda arrival: arrival.received_at)


def _arrival(folder: Path, row: Mapping[str, Any], filed: Filed, known: set[str], kinds: Mapping[str, Kind]) -> Arrival:
    file, line = row["file"], row["_row"]
    where = f"arrivals.csv:{line}"
    found = PATH.fullmatch(file)
    if found is None or ".." in PurePosixPath(file).parts:
        want = "submissions/<kind>/<FILER>_<period>[_<note>].<suffix>"
        raise PackError(f"{where} 文件路径“{file}”应为 {want}", f"{where} “{file}” should be {want}")
    if found["kind"] not in kinds:
        raise PackError(f"{where} 没有报表“{found['kind']}”", f"{where} there is no kind “{found['kind']}”")
    if found["filer"] not in known:
        raise PackError(
            f"{where} 填报单位“{found['filer']}”不在 filers.csv 中", f"{where} “{found['filer']}” is not in filers.csv"
        )
    if not (folder / file).is_file():
        raise PackError(f"{where} 文件不存在：{file}", f"{where} there is no file {file}")
    try:
        received = datetime.fromisoformat(row["received_at"])
    except ValueError as error:  # the contract has seen its shape; this is 30 February
        raise PackError(f"{where} received_at：{error}", f"{where} received_at: {error}") from error
    period = _period(found["period"], f"{where} file")
    return Arrival(file, found["filer"], found["kind"], period, received, row["channel"])


def _bytes(folder: Path, file: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except OSError as error:
        raise PackError(
            f"数据包中的 {file} 无法读取：{error.strerror}", f"cannot read {file} of the pack: {error.strerror}"
        ) from error
