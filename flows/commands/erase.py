"""`jixiao erase`: personal data whose retention is over: what is due, and, once confirmed, gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from contracts.errors import UsageError
from contracts.kind import Kind, discover_kinds
from contracts.obligations import ZONE
from flows.batch import load_pack
from flows.commands.console import Console
from flows.commands.terminal import inert, print_json
from flows.erasing import still_in_pack
from flows.homes import look
from flows.pack import Pack
from flows.settings import Settings
from warehouse.analyst import rebuild
from warehouse.erasure import Candidate, candidates, erase, finish
from warehouse.home import Home


@dataclass(frozen=True)
class Asked:
    """before: everything of periods that ended before that day; None: what is due. by, basis: needed to erase."""

    before: date | None
    due: bool
    confirmed: bool
    by: str | None
    basis: str | None


def erase_personal(place: Path, home: Path | None, asked: Asked, *, as_json: bool) -> None:
    """List what may go of the home, or of the pack's home, in `place`; erase it where that is confirmed."""
    _check(asked)
    settings = Settings.of_environment()
    kinds = discover_kinds(settings.kind_folders())
    pack = load_pack(place, settings) if (place / "pack.toml").is_file() else None
    folder = home or (settings.var / pack.name if pack else place)
    now = datetime.now(ZONE)
    with look(folder) as opened:
        _check_bureau(opened, pack)
        found = candidates(opened, kinds, today=now.date(), before=asked.before)
        bureau, title = opened.bureau, opened.title
    if not asked.confirmed:
        which = f"--before {asked.before.isoformat()}" if asked.before else "--due"
        again = f"jixiao erase {place}{f' --home {home}' if home else ''} {which}"
        _tell(found, kinds, again, now.date(), as_json=as_json)
        return
    with Home.open(folder, bureau=bureau, title=title, database_url=settings.database()) as opened:
        finish(opened)
        # Asked anew by the process that writes: another may have received or erased something meanwhile.
        found = candidates(opened, kinds, today=now.date(), before=asked.before)
        entries = erase(opened, found, by=asked.by or "", basis=asked.basis or "", at=now)
        # What came meanwhile may have kept something back.
        stays = candidates(opened, kinds, today=now.date(), before=asked.before)
        opened.sweep_registers()
        in_pack = still_in_pack(opened, pack) if pack else []
    if entries and (folder / "analyst.duckdb").exists():
        rebuild(folder, settings.database())
    _confirm(found, entries, stays, in_pack, as_json=as_json)


def _check(asked: Asked) -> None:
    if asked.due == (asked.before is not None):
        raise UsageError(
            "请用 --due（已到期的）或 --before 日期 中的一个说明清除哪些", "say which: either --due, or --before DATE"
        )
    if asked.confirmed and not (asked.by and asked.by.strip() and asked.basis and asked.basis.strip()):
        raise UsageError(
            "清除须用 --by 写明经办人，用 --basis 写明依据",
            "to erase, say who does it (--by) and on what ground (--basis)",
        )


def _check_bureau(home: Home, pack: Pack | None) -> None:
    if pack is not None and home.bureau != pack.settings.bureau:
        raise UsageError(
            f"数据目录 {home.folder} 属于 {home.bureau}，不是 {pack.settings.bureau}",
            f"{home.folder} is {home.bureau}'s, not {pack.settings.bureau}'s",
        )


def _tell(found: Sequence[Candidate], kinds: Mapping[str, Kind], again: str, today: date, *, as_json: bool) -> None:
    """again: the command that erases what is listed, as far as it can be written for whoever confirms it."""
    if as_json:
        print_json({"due": [_as_json(one, kinds) for one in found], "erased": []})
        return
    console = Console(highlight=False)
    if not found:
        console.print("没有可以清除的个人信息。 / No personal data may be erased.")
        return
    for one in found:
        console.print(_line(one, kinds.get(one.submission.kind), today), soft_wrap=True)
    going = sum(not one.held for one in found)
    console.print(
        Text(
            inert(
                f"\n可清除 {going} 份，尚未清除任何内容；清除后不能恢复。确认：\n"
                f"{going} may be erased, nothing is yet; it cannot be undone. To confirm:\n"
                f"{again} --confirm --by 经办人 --basis 依据"
            )
        ),
        soft_wrap=True,
    )


def _line(one: Candidate, kind: Kind | None, today: date) -> Text:
    """A submission, since when it may go, and what is personal in it."""
    s = one.submission
    headings = {field.name: field.zh for field in s.fields or ()}
    text = Text(inert(f"{s.id}  {s.file}"), "bold")
    retained = kind.retained if kind and kind.retained else "未规定 not stated"
    over = f"，自 {one.over_on.isoformat()} 起可清除 / over on" if one.over_on else ""
    text.append(inert(f"\n  保存期 kept for {retained}{over}"), "dim")
    if one.over_on and one.over_on > today:
        text.append("  保存期未满 / not over yet", "yellow")
    text.append(inert(f"\n  个人信息 personal: {'、'.join(headings.get(name, name) for name in one.fields)}"), "dim")
    if one.held:
        text.append(inert(f"\n  不能清除：{one.held_zh} / stays: {one.held_en}"), "yellow")
    return text


def _confirm(
    found: Sequence[Candidate],
    entries: Mapping[str, int],
    stays: Sequence[Candidate],
    in_pack: Sequence[str],
    *,
    as_json: bool,
) -> None:
    gone = [one for one in found if one.submission.id in entries]
    held = [one for one in stays if one.held]
    if as_json:
        erased = [{"submission": submission, "entry": entry} for submission, entry in entries.items()]
        kept = [{"submission": o.submission.id, "zh": o.held_zh, "en": o.held_en} for o in held]
        print_json({"erased": erased, "held": kept, "still_in_pack": list(in_pack)})
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"已清除 {len(entries)} 份报送的个人信息；数字、问题和台账不变。")
    console.print(f"Erased the personal data of {len(entries)} submissions; figures, findings and ledger stay.")
    for one in held:
        told = f"  未清除 {one.submission.id}：{one.held_zh} / stays: {one.held_en}"
        console.print(Text(inert(told), "yellow"))
    if entries:
        files = in_pack or [one.submission.file for one in gone]
        console.print(
            Text(
                "以下文件仍在数据包或报送渠道中，须由其保管人手工删除"
                "（连同 arrivals.csv 中的一行，或换成同名的空文件）：",
                "bold red",
            )
        )
        console.print("These still lie in the pack, or where they were filed; their keeper has to remove them by hand:")
        for file in files:
            console.print(Text(inert(f"  {file}")))
        console.print(
            "此前的备份仍有原件（docs/personal-data.md）。 / Earlier backups still have the originals.", style="yellow"
        )


def _as_json(one: Candidate, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    s, kind = one.submission, kinds.get(one.submission.kind)
    return {
        "submission": s.id,
        "file": s.file,
        "kind": s.kind,
        "filer": s.filer,
        "period": s.period.label,
        "sha256": s.sha256,
        "retained": kind.retained if kind else "",
        "over_on": one.over_on.isoformat() if one.over_on else None,
        "fields": list(one.fields),
        "held_zh": one.held_zh,
        "held_en": one.held_en,
    }
