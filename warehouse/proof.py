"""`jixiao proof`: a year's published figures in one zip that proves them again with plain Python (`warehouse.prove`).

    prove.py README.txt manifest.json     the verifier, how to call it, what is in here and with which hashes
    ledger.jsonl figures.json             every entry of the chain; the figures with their cells and parts, as stored
    inputs/ published/                    the files that the figures come from, as received; what was published
    contracts/ calendar/ pack/            what was asked, by version; working days; the pack's lists and settings

Never changes the home. What cannot be gone again with the standard library alone is said, not left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Table, select

from contracts.errors import StorageError, UsageError
from warehouse import prove, tables
from warehouse.backup import member
from warehouse.commitments import Entry, gather_commitments, read_entries
from warehouse.database import connect
from warehouse.dimension_tables import rule_versions
from warehouse.discrepancies import Verification
from warehouse.files import hold, sync_folder, unfinished_name
from warehouse.named_files import erased_files
from warehouse.place import DATABASE, ELSEWHERE, place_of
from warehouse.sealing import Seal, read_rows
from warehouse.verification import one_moment
from warehouse.verification_derived import all_rows, check_publications

README: Final = """证明 {year} 年度公布的数字 / A proof of the figures published for {year}

    python3 prove.py
    python3 prove.py --head N:HASH

只需 Python 3.11 或更新版本，不需安装任何软件，不连网络；在解压后的文件夹中运行，或 python3 prove.py 本文件.zip。
Needs Python 3.11 or newer and nothing else; run it in the unpacked folder, or as python3 prove.py THIS.zip.

它核对：每个文件的哈希；台账链；年度总结（summary.md）上印出的台账值在链中；所存的每个数字、其单元格和构成与台账
封存值一致；公布的 figures.csv 逐行与所存一致；能重算的数字由构成或由原始报送文件的单元格重算一致。不能重算的逐类列出。
It checks the hash of every file; the chain of the ledger; that the head printed in the annual summary (summary.md) is
in it; that each stored figure is what the ledger sealed; each line of the published figures.csv; and, where it can be
gone again, how each figure comes from its parts or from the cells of the files that were filed. What it could not is
listed.

手中的纸：页脚印有“第 N 条”和哈希值，以 --head N:HASH 查它是否在链中（哈希可只写前 8 位以上）；不在则退出状态为 1。
纸上印的是该页所依据的最后一条，其后还有“公布”等条目，所以通常不是最后显示的台账末条。
With a paper in hand: its foot prints the number N of an entry and a hash; --head N:HASH looks for it in the chain (the
first 8 digits of the hash will do) and ends with 1 where it is not there. A page prints the last entry that it rests
on. Others come after it, such as that of publishing it, so it is seldom the last entry shown at the end.

inputs/ 中是收到的原件，可能含个人信息，请按 docs/personal-data.md 处置。
inputs/ holds originals as they were received, which may hold personal data.
"""


@dataclass
class Contents:
    """What goes into a proof. manifest: of `manifest.json`; members: name → bytes; inputs: SHA-256 → where it lies."""

    manifest: dict[str, Any]
    members: dict[str, bytes] = field(default_factory=dict)
    inputs: dict[str, Path] = field(default_factory=dict)


def write_proof(folder: Path, year: int, file: Path, *, database_url: URL | None = None) -> prove.Proof:
    """Write `file`, which must not be there yet, and prove it once; what came of that.

    Raises UsageError where the file is there, or nothing is published for the year; StorageError where the home cannot
    be read.
    """
    if file.exists():
        raise UsageError(f"{file} 已存在，不予覆盖", f"{file} is there already and is not overwritten")
    if database_url is None and not any((folder / name).is_file() for name in (DATABASE, ELSEWHERE)):
        raise StorageError(f"{folder} 中没有数据仓库（{DATABASE}）", f"there is no warehouse ({DATABASE}) in {folder}")
    engine = connect(place_of(folder, database_url), writable=False)
    unfinished = unfinished_name(file)
    try:
        with one_moment(engine) as connection:
            contents = _gather(connection, folder, year)
        _write(contents, unfinished)
        _note_ways(contents, unfinished)
        _write(contents, unfinished)
        os.replace(unfinished, file)
        sync_folder(file.absolute().parent)
    except OSError as error:
        raise StorageError(f"无法写入 {file}：{error.strerror}", f"cannot write {file}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
        engine.dispose()
    return prove.prove(file)


def _gather(connection: Connection, folder: Path, year: int) -> Contents:
    printed = f"published/annual/{year}/figures.csv"
    with hold(folder / "published"):
        rows = list(all_rows(connection, tables.ledger))
        entries = read_entries(rows)
        noted = check_publications(connection, entries, Verification())
        if printed.removeprefix("published/") not in noted:
            raise UsageError(f"{year} 年度没有公布过", f"nothing was published for {year}")
        pages = {f"published/{p}": folder / "published" / p for p in noted if _of_year(p, year)}
        published = {name: path.read_bytes() for name, path in pages.items() if path.is_file()}
    home = connection.execute(select(tables.home)).mappings().one()
    head = {"sequence": entries[-1].sequence, "hash": entries[-1].hash}
    contents = Contents(
        {"year": year, "bureau": home["bureau"], "title": home["title"], "head": head, "printed": printed, "absent": {}}
    )
    contents.members |= published
    contents.members["ledger.jsonl"] = b"".join(_line(row) for row in rows)
    told = _figures(connection, entries, year)
    contents.members["figures.json"] = _json(told)
    _add_inputs(contents, connection, folder, entries, told, year)
    _add_texts(contents, connection, year)
    return contents


def _of_year(path: str, year: int) -> bool:
    return path.startswith((f"annual/{year}/", f"deadlines/{year}")) or (
        path.startswith("validation/") and f"-{year}-" in path
    )


def _figures(connection: Connection, entries: Iterable[Entry], year: int) -> dict[str, Any]:
    """The year's current figures with all that they are made of, and whatever is sealed together with these."""
    f, parts = tables.figures.c, tables.figure_parts.c
    current = list(connection.scalars(select(f.key).where(f.year == year, f.recorded_to.is_(None)).order_by(f.key)))
    reach = select(f.key).where(f.year == year, f.recorded_to.is_(None)).cte("reach", recursive=True)
    reach = reach.union(select(parts.part).join(reach, parts.figure == reach.c.key))
    wanted = set(connection.scalars(select(reach.c.key)))
    known = gather_commitments(entries)
    together = {n for seal, _ in known.seals.get("figures", {}).values() for n in _beside(seal, wanted)} | wanted
    kept = {
        table.name: [row for row in read_rows(connection, table) if row[number] in together]
        for table, number in _WITH_KEYS
    }
    received = dict(connection.execute(select(tables.submissions.c.id, tables.submissions.c.sha256)).tuples().all())
    named = {place["submission"] for place in kept["figure_cells"]}
    return kept | {"current": current, "received": {i: s for i, s in received.items() if i in named}, "proven": {}}


_WITH_KEYS: Final[tuple[tuple[Table, str], ...]] = (
    (tables.figures, "key"),
    (tables.figure_cells, "figure"),
    (tables.figure_parts, "figure"),
)


def _beside(seal: Seal, wanted: set[int]) -> set[int]:
    """Numbers that share a piece of a seal with a wanted one: the hash of the piece needs them all."""
    if seal.step == 1:
        return set()
    pieces = {seal.piece(n) for n in wanted if seal.first <= n <= seal.last}
    starts = (seal.first + piece * seal.step for piece in pieces)
    return {n for start in starts for n in range(start, min(start + seal.step - 1, seal.last) + 1)}


def _add_inputs(
    contents: Contents, connection: Connection, folder: Path, entries: list[Entry], told: Mapping[str, Any], year: int
) -> None:
    """Received files that the figures come from, and the pack's own lists and settings of the year."""
    s, bureau = tables.submissions.c, contents.manifest["bureau"]
    lists = connection.execute(select(s.file, s.sha256).where(s.filer == bureau, s.year == year)).tuples().all()
    erased = erased_files(entries)
    for sha256 in sorted({*told["received"].values(), *(sha256 for _, sha256 in lists)}):
        path = folder / "landing" / sha256
        if path.is_file():
            contents.inputs[sha256] = path
        else:
            contents.manifest["absent"][sha256] = "已清除 / erased" if sha256 in erased else "缺失 / missing"
    packs = [e.content.get("files", {}) for e in entries if e.event == "pack" and e.subject == str(year)]
    for name, sha256 in (packs[-1] if packs else {}).items():
        if (path := folder / "landing" / sha256).is_file():
            contents.members[f"pack/{name}"] = path.read_bytes()


def _add_texts(contents: Contents, connection: Connection, year: int) -> None:
    """The verifier, how to call it, the rules of every contract that was judged by, the calendar's notices."""
    contents.members["prove.py"] = files("warehouse").joinpath("prove.py").read_bytes()
    contents.members["README.txt"] = README.format(year=year).encode()
    s, j = tables.submissions.c, tables.judgments.c
    query = select(s.kind, j.contract_version, j.fields).join(tables.judgments, j.submission == s.id)
    for kind, version, fields in connection.execute(query.where(s.year == year).distinct()):
        c = rule_versions.c
        rules = select(rule_versions).where(c.kind == kind, c.contract_version == version).order_by(c.ordinal)
        told = {
            "kind": kind,
            "version": version,
            "fields": json.loads(fields or "[]"),
            "rules": [dict(row) for row in connection.execute(rules).mappings()],
        }
        contents.members[f"contracts/{kind}-{version}.json"] = _json(told)
    for code in sorted(_calendars(connection, year)):
        folder = files("contracts").joinpath("calendars", code)
        contents.members |= {f"calendar/{code}/{f.name}": f.read_bytes() for f in _notices(folder)}


def _calendars(connection: Connection, year: int) -> set[str]:
    """Codes of the calendars that ship with the program; what a bureau adds to one lies in its pack (cn+hunan)."""
    d = tables.deadlines.c
    return {told.split("+")[0] for told in connection.scalars(select(d.calendar).where(d.year == year).distinct())}


def _notices(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.is_file()), key=lambda f: f.name) if folder.is_dir() else []


def _note_ways(contents: Contents, unfinished: Path) -> None:
    """By which way each current figure comes out again; the proof then has to show it for every one of them."""
    told = json.loads(contents.members["figures.json"])
    proof = prove.Proof(unfinished)
    known = {row["key"]: row for row in told["figures"]}
    places = {place["figure"]: place for place in told["figure_cells"]}
    parts: dict[int, list[int]] = {}
    for edge in sorted(told["figure_parts"], key=lambda e: (e["figure"], e["ordinal"])):
        parts.setdefault(edge["figure"], []).append(edge["part"])
    for key in told["current"]:
        way = prove.ways(proof, known[key], [known[p] for p in parts.get(key, [])], places.get(key), told)
        if way is not None:
            told["proven"][str(key)] = way
    contents.members["figures.json"] = _json(told)


def _write(contents: Contents, path: Path) -> None:
    sha256 = {name: hashlib.sha256(data).hexdigest() for name, data in contents.members.items()}
    with path.open("wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(contents.members.items()):
            with member(archive, name) as file:
                file.write(data)
        for name, source in sorted(contents.inputs.items()):
            data = source.read_bytes()
            sha256[f"inputs/{name}"] = hashlib.sha256(data).hexdigest()
            with member(archive, f"inputs/{name}") as file:
                file.write(data)
        with member(archive, "manifest.json") as file:
            file.write(_json(contents.manifest | {"files": dict(sorted(sha256.items()))}))


def _json(told: Any) -> bytes:
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8", "surrogatepass")


def _line(row: Mapping[str, Any]) -> bytes:
    return prove.canonical(dict(row)) + b"\n"
