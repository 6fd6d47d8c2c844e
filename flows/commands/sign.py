"""`jixiao sign`: what is published for a pack's year becomes final, or a correction of what was signed before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from rich.text import Text

from contracts.errors import UsageError
from contracts.obligations import ZONE
from flows.batch import load_pack
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.homes import look
from flows.pack import Pack
from flows.settings import Settings
from flows.stages import make_edition, open_home
from warehouse.analyst import rebuild
from warehouse.editions import (
    SignedEdition,
    Standing,
    as_signed,
    last_published,
    read_standing,
    record_edition,
    updated,
)
from warehouse.files import hold
from warehouse.home import Home
from warehouse.reports.publish import documents, write_documents


@dataclass(frozen=True)
class Signature:
    """Who signs, why (needed for a correction), on what ground, and when; on: None for this moment."""

    by: str
    reason: str
    evidence: str
    on: date | None

    @property
    def at(self) -> datetime:
        return datetime.now(ZONE) if self.on is None else datetime.combine(self.on, time(), ZONE)


def sign_pack(folder: Path, home: Path | None, signature: Signature, *, as_json: bool) -> None:
    """Sign what is published for the pack's year, and print which edition it is."""
    settings = Settings.of_environment()
    pack = load_pack(folder, settings)
    place = home or settings.var / pack.name
    look(place).close()  # signing makes no home where there is none
    if not signature.by.strip():
        raise UsageError("请用 --by 写明签发人", "say who signs with --by")
    with open_home(place, pack, settings.database()) as opened, hold(opened.folder / "published"):
        signed = sign(opened, pack, signature)
    rebuild(place, opened.engine.url)  # the analyst's copy is of the ledger as it is now
    if as_json:
        told = {"year": signed.year, "number": signed.number, "state": signed.state, "at": signed.at.isoformat()}
        print_json(told | {"files": dict(signed.files), "moved": [vars(moved) for moved in signed.erratum]})
        return
    console = Console(highlight=False, soft_wrap=True)
    zh, en = (
        ("定稿", "final") if signed.number == 1 else (f"更正第{signed.number - 1}次", f"correction {signed.number - 1}")
    )
    kept = opened.folder / "published" / signed.folder
    console.print(Text(inert(f"{signed.year} 年度总结：{zh}，{signature.by}签发，文件存于 {kept}"), "bold"))
    console.print(Text(inert(f"The summary of {signed.year} is {en}, signed by {signature.by}; its files are kept.")))
    for moved in signed.erratum:
        change = f"{moved.before or '—'} → {moved.after or '—'} {moved.unit}"
        console.print(Text(inert(f"  {moved.figure_id}: {change}（{moved.why_zh} / {moved.why_en}）")))


def sign(home: Home, pack: Pack, signature: Signature) -> SignedEdition:
    """Sign inside a home that is held. Raises UsageError where what is published is not what the warehouse says now."""
    year, edition = pack.settings.year, make_edition(home, pack)
    published = home.folder / "published"
    now = dict(documents(home, edition))
    beside = _refuse_stale(home, year, now)
    standing = read_standing(home, year, now[f"annual/{year}/figures.csv"])
    _refuse_needless(standing, f"annual/{year}/summary.html", now, signature)

    at = signature.at  # one moment for the page and for the record

    def signing(before: Standing) -> Standing:
        return as_signed(before, year, at, signature.by.strip(), signature.reason, signature.evidence)

    made = beside | dict(documents(home, edition, signing))
    signed = signing(standing).signed
    assert signed is not None
    signed = replace(signed, files={path: hashlib.sha256(data).hexdigest() for path, data in made.items()})
    write_documents(published / signed.folder, made.items())
    record_edition(home, signed, signed.files, pack.settings.publish_at)
    write_documents(published, made.items())
    return signed


def _refuse_stale(home: Home, year: int, now: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is signed has to be what anybody could have read: published, noted, and still what the warehouse says.

    Gives what was published beside the documents, such as how the figures compare with expected ones.
    """
    noted, published = last_published(home, year), home.folder / "published"
    there = {path: (published / path).read_bytes() for path in noted if (published / path).is_file()}
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in there.items()}
    if now and hashes == noted and now.items() <= there.items():
        return {path: data for path, data in there.items() if path not in now}
    raise UsageError(
        f"{year} 年度发布的文件不是数据仓库现在的内容；请先运行 jixiao run，看过再签",
        f"what is published for {year} is not what the warehouse says now; run the pack, look at it, then sign",
    )


def _refuse_needless(standing: Standing, page: str, now: Mapping[str, bytes], signature: Signature) -> None:
    signed = standing.signed
    if signed is None:
        return
    if not standing.moved and not updated(standing, page, now[page]).updated:
        raise UsageError(
            f"{signed.year} 年度总结已由{signed.signed_by}签发，此后没有变动",
            f"the summary of {signed.year} was signed by {signed.signed_by}, and nothing has changed since",
        )
    if not signature.reason.strip():
        raise UsageError("更正须用 --reason 写明原因", "a correction needs its reason: --reason")
