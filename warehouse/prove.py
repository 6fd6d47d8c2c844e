"""Proves published figures again, with nothing but Python 3.11: no other program, no network, nothing installed.

证明公布的数字：只需 Python 3.11，不需安装任何软件，不连网络。

    python3 prove.py [PROOF.zip | 解压后的文件夹] [--head N:HASH]

Reads manifest.json, ledger.jsonl, figures.json, inputs/ and published/ that lie beside it (or in the zip), and says
what it checked, what it could not, and what does not match. 0: everything matches; 1: something does not; 2: no proof.
A printed page names an entry of the ledger by number and hash; --head looks for it in the chain.
This file is the whole of it. It never writes, and takes nothing on trust but SHA-256 and what is printed on paper.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from collections import Counter
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

START = "0" * 64
HEAD = re.compile(r"(?:(\d+):)?([0-9a-f]{8,64})")
PRINTED = re.compile(r"台账记录为第 (\d+) 条，哈希值（SHA-256）：([0-9a-f]{64})")
CELL = re.compile(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")
TRIGGERS = ("=", "+", "-", "@", "\t", "\r")  # figures.csv writes an apostrophe before a text that begins so
STEP = Decimal("0.000001")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
SHOWN = 50
Row = dict[str, Any]  # of a table: column → value; or any other object of JSON


class Proof:
    """The files of a proof, in a zip or a folder, and what came of checking them."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path) if path.is_file() else None
        self.folder = path
        self.checked: Counter[str] = Counter()
        self.cannot: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._books: dict[str, dict[str, dict[str, str]]] = {}

    def names(self) -> set[str]:
        if self.zip:
            return {n for n in self.zip.namelist() if not n.endswith("/")}
        return {p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file()}

    def read(self, name: str) -> bytes:
        return self.zip.read(name) if self.zip else (self.folder / name).read_bytes()

    def expect(self, what: str, holds: bool, told: str) -> bool:
        """Count a check; note what does not hold."""
        self.checked[what] += 1
        if not holds:
            self.wrong.append(f"{what}: {told}")
        return holds

    def cells(self, sha256: str, sheet: str, area: str) -> list[str | None] | None:
        """The texts of a `;`-list of cells and ranges; None where the file cannot be read with the standard library."""
        if sha256 not in self._books:
            self._books[sha256] = read_book(self.read(f"inputs/{sha256}"))
        book = self._books[sha256]
        table = book.get(sheet) if sheet in book or len(book) != 1 else next(iter(book.values()))
        return None if table is None else [table.get(address) for address in addresses(area)]


# --- the parts of the proof


def prove(path: Path, head: str = "") -> Proof:
    """Check everything that can be checked. head: N:HASH or HASH as a page has it; the hash may be cut short."""
    proof = Proof(path)
    manifest = json.loads(proof.read("manifest.json"))
    check_files(proof, manifest)
    entries = [json.loads(line) for line in proof.read("ledger.jsonl").decode().split("\n") if line]
    check_chain(proof, entries, manifest)
    check_heads(proof, entries, manifest, head)
    told = json.loads(proof.read("figures.json"))
    check_inputs(proof, entries, manifest)
    check_published(proof, entries, manifest)
    check_rows(proof, entries, told)
    check_printed(proof, told, manifest)
    check_values(proof, told)
    return proof


def check_files(proof: Proof, manifest: Row) -> None:
    """Every file is there, and is what the manifest says; and no other one is."""
    there = proof.names() - {"manifest.json"}
    for name, sha256 in sorted(manifest["files"].items()):
        if proof.expect("files", name in there, f"{name} 缺失 / is missing"):
            proof.expect("files", hash_of(proof.read(name)) == sha256, f"{name} 已改变 / was changed")
    for name in sorted(there - set(manifest["files"])):
        proof.expect("files", False, f"{name} 不在清单中 / is not in the manifest")


def check_chain(proof: Proof, entries: list[Row], manifest: Row) -> None:
    """Each entry carries the hash of the one before; the last one is the head that the manifest names."""
    previous = START
    for number, entry in enumerate(entries, 1):
        names = ("sequence", "at", "event", "subject", "content", "previous_hash")
        good = entry["sequence"] == number and entry["previous_hash"] == previous
        good = good and hash_of(canonical({n: entry[n] for n in names})) == entry["hash"]
        proof.expect("ledger entries", good, f"第 {number} 条不衔接或已改动 / entry {number} was changed")
        previous = entry["hash"]
    proof.expect("ledger head", previous == manifest["head"]["hash"], "台账值不符 / the head is another one")


def check_heads(proof: Proof, entries: list[Row], manifest: Row, head: str) -> None:
    """What pages print is an entry of the chain: that of the summary in here, and the one that was asked about.

    It is the last entry that the page rests on, seldom the last of all: publishing it is an entry of its own.
    """
    summary = f"published/annual/{manifest['year']}/summary.md"
    told = PRINTED.search(proof.read(summary).decode("utf-8", "replace")) if summary in proof.names() else None
    if told is None:
        proof.cannot[f"printed head: {summary} 未印台账值或缺失 / prints none, or is missing"] += 1
    else:
        good = has_entry(entries, told[1], told[2])
        proof.expect("printed head of summary.md", good, f"台账中没有 / not in the chain: {told[1]}:{told[2]}")
    if asked := HEAD.fullmatch(head):
        good = has_entry(entries, asked[1], asked[2])
        proof.expect("printed head that was asked about", good, f"台账中没有 / not in the chain: {head}")


def has_entry(entries: list[Row], sequence: str | None, digits: str) -> bool:
    """Whether an entry of that number, or any where none is told, has a hash that begins so."""
    return any(e["hash"].startswith(digits) and sequence in (None, str(e["sequence"])) for e in entries)


def check_inputs(proof: Proof, entries: list[Row], manifest: Row) -> None:
    """The files that were received have the hashes that the ledger noted when they came."""
    received = {json.loads(e["content"])["sha256"]: e["subject"] for e in entries if e["event"] == "received"}
    for name in sorted(n for n in proof.names() if n.startswith("inputs/")):
        sha256 = name.removeprefix("inputs/")
        good = hash_of(proof.read(name)) == sha256 and sha256 in received
        proof.expect("received files", good, f"{name} 不是台账所记收到的文件 / is not what was received")
    for sha256, why in manifest["absent"].items():
        proof.cannot[f"received file {sha256[:12]}…: {why}"] += 1


def check_published(proof: Proof, entries: list[Row], manifest: Row) -> None:
    """What was published has the hashes of the last entry that notes it."""
    noted: dict[str, str] = {}
    for entry in entries:
        if entry["event"] == "published":
            noted |= json.loads(entry["content"])["files"]
    for name in sorted(n for n in proof.names() if n.startswith("published/")):
        path = name.removeprefix("published/")
        good = noted.get(path) == hash_of(proof.read(name))
        proof.expect("published files", good, f"{name} 与台账所记不同 / is not as the ledger notes it")
    proof.expect("published files", manifest["printed"] in proof.names(), "没有 figures.csv / there is no figures.csv")


def check_rows(proof: Proof, entries: list[Row], told: Row) -> None:
    """Each stored figure, with its cells and its parts, is what the entry that recorded it has sealed."""
    seals: dict[str, list[Row]] = {}
    for entry in entries:
        content = json.loads(entry["content"])
        if entry["event"] == "sealed":
            seals = {}
        for seal in content.get("sealed", []):
            seals.setdefault(seal["table"], []).append(seal)
    for table, key in (("figures", "key"), ("figure_cells", "figure"), ("figure_parts", "figure")):
        rows: dict[int, list[Row]] = {}
        for row in told[table]:
            rows.setdefault(row[key], []).append(row)
        checked: set[tuple[int, int]] = set()
        for number in sorted({row["key"] for row in told["figures"]}):
            seal = next((s for s in seals.get(table, []) if s["first"] <= number <= s["last"]), None)
            if seal is None:
                proof.cannot[f"{table}: 未封存 / not sealed"] += 1
                continue
            piece = (number - seal["first"]) // seal["step"]
            if (seal["first"], piece) in checked:
                continue
            checked.add((seal["first"], piece))
            first = seal["first"] + piece * seal["step"]
            numbers = range(first, min(first + seal["step"] - 1, seal["last"]) + 1)
            texts = [canonical({c: row.get(c) for c in seal["columns"]}) for n in numbers for row in rows.get(n, [])]
            good = hash_of(b"\n".join(sorted(texts)))[: len(seal["pieces"][piece])] == seal["pieces"][piece]
            proof.expect(f"stored rows of {table}", good, f"{key} {first}–{numbers[-1]} 已改动 / was changed")


def check_printed(proof: Proof, told: Row, manifest: Row) -> None:
    """Every line of the published figures.csv is the stored figure, number by number."""
    current = {row["figure_id"]: row for row in told["figures"] if row["key"] in told["current"]}
    text = proof.read(manifest["printed"]).decode("utf-8")
    printed = {row["figure_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    for name, row in printed.items():
        stored = current.get(plain(name))
        proof.expect("printed figures", stored is not None, f"{name} 没有出处 / nobody knows it")
        if stored is None:
            continue
        columns = ("value", "low", "high", "unit", "comparator", "as_written", "filer", "period_start", "period_end")
        other = [c for c in columns if plain(row[c]) != (stored[c] or "")]
        proof.expect("printed figures", not other, f"{name}: {', '.join(other)} 与所存不同 / not as stored")


def check_values(proof: Proof, told: Row) -> None:
    """Every figure whose way of coming about can be gone again: from its parts, or from the cells that were filed."""
    known = {row["key"]: row for row in told["figures"]}
    parts: dict[int, list[int]] = {}
    for edge in sorted(told["figure_parts"], key=lambda e: (e["figure"], e["ordinal"])):
        parts.setdefault(edge["figure"], []).append(edge["part"])
    places = {place["figure"]: place for place in told["figure_cells"]}
    for key in told["proven"]:
        row, way = known[int(key)], told["proven"][key]
        again = recompute(proof, row, way, [known[p] for p in parts.get(row["key"], [])], places.get(row["key"]), told)
        proof.expect(f"values: {way}", again, f"{row['figure_id']} = {row['value']} 重算不符 / does not come out again")
    for key in told["current"]:
        if str(key) not in told["proven"]:
            proof.cannot[f"values: {known[key]['method']}"] += 1


# --- the ways a figure comes about


def ways(proof: Proof, row: Row, parts: list[Row], place: Row | None, told: Row) -> str | None:
    """The first way that leads to the figure's value again; None where none does."""
    names = PARTS if parts else CELLS
    return next((way for way in names if recompute(proof, row, way, parts, place, told)), None)


PARTS = ("sum of parts", "ratio of parts", "hull of parts")
CELLS = ("text of the cell", "number of the cell", "sum of cells", "count of rows", "ratio as written")


def recompute(proof: Proof, row: Row, way: str, parts: list[Row], place: Row | None, told: Row) -> bool:
    """Whether `way` leads to what is stored."""
    with localcontext(prec=60):
        if way in PARTS:
            return bool(parts) and _from_parts(row, way, parts)
        if way == "ratio as written":
            return row["method"] == "ratio" and _ratio(row, *map(number, (row["as_written"] + "/").split("/")[:2]))
        texts = None if place is None else _texts(proof, place, told)
        return texts is not None and place is not None and _from_cells(row, way, texts, place)


def _from_parts(row: Row, way: str, parts: list[Row]) -> bool:
    values = [Decimal(part["value"]) for part in parts]
    if way == "sum of parts":
        return row["method"] in ("sum", "count") and Decimal(row["value"]) == sum(values)
    if way == "ratio of parts":
        return row["method"] == "ratio" and len(values) == 2 and _ratio(row, *values)
    return row["method"] == "weakest bound" and all(
        row[end] is None
        if None in (ends := [part[end] for part in parts])
        else Decimal(row[end]) == best(map(Decimal, ends))
        for end, best in (("low", min), ("high", max))
    )


def _ratio(row: Row, over: Decimal | None, under: Decimal | None) -> bool:
    """A percentage to six decimals, its bounds rounded outwards."""
    if over is None or not under:
        return False
    exact = over * 100 / under
    ways_ = (("value", ROUND_HALF_EVEN), ("low", ROUND_FLOOR), ("high", ROUND_CEILING))
    return all(Decimal(row[name]) == exact.quantize(STEP, rounding) for name, rounding in ways_)


def _from_cells(row: Row, way: str, texts: list[str | None], place: Row) -> bool:
    value, filled = Decimal(row["value"]), [t.strip() for t in texts if t is not None and t.strip()]
    if way == "text of the cell":
        return row["method"] == "as filed" and filled == [row["as_written"].strip()]
    if way == "count of rows":
        rows = {re.sub(r"\D", "", address) for address in addresses(place["cell"])}
        return row["method"] == "count" and value == len(rows)
    numbers = [told for text in filled if (told := number(text)) is not None]
    if len(numbers) < len(filled):
        return False
    if way == "number of the cell":
        return row["method"] == "as filed" and len(numbers) == 1 and abs(numbers[0]) == abs(value)
    return row["method"] == "sum" and value == sum(numbers)


def _texts(proof: Proof, place: Row, told: Row) -> list[str | None] | None:
    sha256 = told["received"].get(place["submission"], "")
    return proof.cells(sha256, place["sheet"], place["cell"]) if f"inputs/{sha256}" in proof.names() else None


# --- reading files that were filed, with the standard library alone


def read_book(data: bytes) -> dict[str, dict[str, str]]:
    """Sheet → address → text. Nothing of a file that is neither xlsx nor text."""
    try:
        if data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return read_workbook(archive)
        return {"": read_text(data)}
    except (KeyError, ValueError, ElementTree.ParseError, zipfile.BadZipFile, csv.Error):
        return {}


def read_workbook(archive: zipfile.ZipFile) -> dict[str, dict[str, str]]:
    shared: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        shared = [_string(item) for item in ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))]
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    book = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
        target = targets[sheet.get(LINK)]
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        book[sheet.get("name", "")] = _sheet(ElementTree.fromstring(archive.read(path)), shared)
    return book


def _sheet(root: ElementTree.Element, shared: list[str]) -> dict[str, str]:
    cells = {}
    for cell in root.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        if cell.get("t") == "inlineStr" and (inline := cell.find(f"{MAIN}is")) is not None:
            cells[cell.get("r", "")] = _string(inline)
        elif value is not None and value.text is not None:
            cells[cell.get("r", "")] = shared[int(value.text)] if cell.get("t") == "s" else value.text
    return cells


def _string(item: ElementTree.Element) -> str:
    """A text without its readings (rPh)."""
    runs = item.findall(f"{MAIN}t") + [t for run in item.findall(f"{MAIN}r") for t in run.findall(f"{MAIN}t")]
    return "".join(run.text or "" for run in runs)


def read_text(data: bytes) -> dict[str, str]:
    """A CSV file in the encodings that offices use."""
    codings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for coding in codings:
        try:
            text = data.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return {}
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return {f"{letters(c)}{r}": told for r, row in enumerate(rows, 1) for c, told in enumerate(row, 1)}


def addresses(area: str) -> list[str]:
    """ "B2:B4;D7" → ["B2", "B3", "B4", "D7"]."""
    found = []
    for one in area.split(";"):
        if match := CELL.fullmatch(one.strip()):
            left, top, right, bottom = match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])
            columns = range(index(left), index(right) + 1)
            found += [f"{letters(c)}{r}" for c in columns for r in range(top, bottom + 1)]
    return found


def index(name: str) -> int:
    return 0 if not name else index(name[:-1]) * 26 + ord(name[-1]) - 64


def letters(column: int) -> str:
    return "" if column == 0 else letters((column - 1) // 26) + chr(65 + (column - 1) % 26)


def number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


# --- hashes


def canonical(content: object) -> bytes:
    """JSON with sorted names and no blanks: equal things are equal bytes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def hash_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(TRIGGERS) else text


def printed_head(text: str) -> str:
    """What --head takes. Raises ArgumentTypeError for anything else."""
    if not HEAD.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text} 不是台账值 / is no head of a ledger")
    return text


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="prove.py", description="证明公布的数字 / Proves published figures again.")
    parser.add_argument("path", nargs="?", type=Path, default=Path(__file__).resolve().parent, metavar="PROOF.zip")
    parser.add_argument("--head", type=printed_head, metavar="N:HASH", help="纸上印出的台账值 / as printed")
    options = parser.parse_args(arguments)
    path: Path = options.path
    try:
        proof = prove(path, options.head or "")
        manifest = json.loads(proof.read("manifest.json"))
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        print(f"无法读取证明 {path}，或其内容已损坏 / no proof, or a damaged one: {error!r}")
        return 1 if path.exists() else 2
    print(f"{manifest['title']} {manifest['year']}")
    for what, times in sorted(proof.checked.items()):
        print(f"  核对 checked      {times:>7}  {what}")
    for what, times in sorted(proof.cannot.items()):
        print(f"  未能核对 could not {times:>6}  {what}")
    for told in proof.wrong[:SHOWN]:
        print(f"  不符 does not match: {told}")
    if options.head and not any(told.startswith("printed head that was asked about") for told in proof.wrong):
        print(f"台账中有 / found in the chain: {options.head}")
    print(f"台账末条 last entry of the ledger {manifest['head']['sequence']}:{manifest['head']['hash']}")
    print(f"{len(proof.wrong)} 处不符 / do not match" if proof.wrong else "全部相符 / everything matches")
    return 1 if proof.wrong else 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
