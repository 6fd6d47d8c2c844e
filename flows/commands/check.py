"""`jixiao check`: the judgment a run would reach on one file, printed; nothing is stored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from contracts.context import Reference
from contracts.errors import UsageError
from contracts.finding import Outcome, Severity, Verdict
from contracts.kind import Kind, discover_kinds
from contracts.period import Period
from contracts.submission import Arrival
from contracts.table import Account
from flows.commands.telling import finding_text, reconciled
from flows.commands.terminal import inert, one_line, print_json, snapshot
from flows.filing import judge_filed, tabulate
from flows.pack import Pack
from flows.pack_reading import read_pack
from flows.settings import Settings

NAME = re.compile(r"(?P<filer>[A-Za-z0-9-]+)_(?P<period>\d{4}[0-9QH-]*)(?:_.*)?\.[^.]+")
STYLE = {Outcome.ACCEPTED: "bold green", Outcome.PARTIAL: "bold yellow", Outcome.RETURNED: "bold red"}


def check_file(
    file: Path,
    code: str,
    pack_folder: Path | None,
    period_text: str | None,
    filer: str | None,
    home: Path | None,
    *,
    as_json: bool,
) -> int:
    """Judge `file` as kind `code` and print it. The exit status: 0 nothing blocks, 1 returned or partial."""
    kinds = discover_kinds(Settings.of_environment().kind_folders())
    if code not in kinds:
        raise UsageError(
            f"没有报表“{code}”；有：{'、'.join(kinds)}", f"there is no kind “{code}”; there are: {', '.join(kinds)}"
        )
    if home is not None and pack_folder is None:
        raise UsageError("--home 须与 --pack 一起使用", "--home needs --pack beside it")
    named = NAME.fullmatch(file.name)
    period = _period(period_text or (named["period"] if named else None), strict=period_text is not None)
    pack = read_pack(pack_folder, kinds) if pack_folder else None
    filer = _filer(filer, named["filer"] if named else None, pack)
    kind = kinds[code].in_force(period) if period else kinds[code]
    year = period.year if period else (pack.settings.year if pack else None)
    with Settings.of_environment().reader() as reader, snapshot(file) as (copy, sha256):
        filed = tabulate(reader.read(copy, file.name), file.name, kind, year)
    references = _references(kind, pack, home, filer, period)
    waivers = pack.waivers(filer, period) if pack and filer and period else ()
    verdict = judge_filed(
        filed,
        period=period,
        filer=filer,
        filer_class=pack.filer_class(filer) if pack and filer else None,
        references=references,
        waivers=waivers,
    ).verdict
    if as_json:
        print_json(_as_json(verdict, filed.account, kind, file, sha256))
    else:
        _print(verdict, filed.account, kind, file, period, filer)
    return 0 if verdict.outcome is Outcome.ACCEPTED else 1


def _period(text: str | None, *, strict: bool) -> Period | None:
    if text is None:
        return None
    try:
        return Period.parse(text)
    except ValueError as error:
        if strict:
            raise UsageError(
                f"报告期“{text}”无法识别，应如 2020、2020-11、2020Q4",
                f"“{text}” is no period; such as 2020, 2020-11, 2020Q4",
            ) from error
        return None


def _filer(told: str | None, named: str | None, pack: Pack | None) -> str | None:
    """The filer that was told, else the one in the file's name; with a pack, only one of its list."""
    if pack is None:
        return told or named
    known = pack.filer_names()
    if told is not None and told not in known:
        raise UsageError(
            f"填报单位“{told}”不在 filers.csv 中；有：{'、'.join(known)}",
            f"there is no filer “{told}” in filers.csv; there are: {', '.join(known)}",
        )
    return told or (named if named in known else None)


def _references(
    kind: Kind, pack: Pack | None, home: Path | None, filer: str | None, period: Period | None
) -> dict[str, Reference | list[Reference]]:
    """What the rules compare with: the pack's lists, and with a home also what was filed before and beside."""
    if pack is None:
        return {}
    if home is not None and filer and period:
        from flows.stages import gather_references
        from warehouse.home import Home

        zone = pack.settings.publish_at
        with Home.look(home) as opened:
            if opened.bureau != pack.settings.bureau:
                raise UsageError(
                    f"数据目录 {home} 属于 {opened.bureau}，不是 {pack.settings.bureau}",
                    f"{home} is {opened.bureau}'s, not {pack.settings.bureau}'s",
                )
            return gather_references(opened, pack, kind, Arrival("", filer, kind.code, period, zone, "check"))
    found: dict[str, Reference | list[Reference]] = {}
    for context in kind.contexts:
        listed = pack.kinds.get(context.source)
        reference = pack.reference(listed.pack_file) if listed and listed.pack_file else None
        if reference is not None:
            found[context.source] = reference
    return found


def _as_json(verdict: Verdict, account: Account | None, kind: Kind, file: Path, sha256: str) -> dict[str, Any]:
    return {
        "verdict": verdict.outcome.value,
        "kind": kind.code,
        "file": file.name,
        "sha256": sha256,
        "rows": {"received": verdict.received, "accepted": verdict.accepted, "quarantined": verdict.quarantined},
        "reconciliation": account.record() if account else None,
        "findings": [f.record(file.name) for f in verdict.findings],
        "not_evaluable": [
            {"rule": c.rule, "rows": c.not_evaluable, "reason_zh": c.reason_zh, "reason_en": c.reason_en}
            for c in verdict.not_evaluable
        ],
    }


def _print(
    verdict: Verdict, account: Account | None, kind: Kind, file: Path, period: Period | None, filer: str | None
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    head = Text()
    head.append(f"{verdict.outcome.zh} {verdict.outcome.value}", STYLE[verdict.outcome])
    head.append(f"  {one_line(file.name)} · {kind.title_zh} {kind.code}")
    head.append(
        f" · 报告期 {period.label if period else '未指定（--period）'}"
        f" · 填报单位 {inert(filer or '未指定（--filer）')}",
        "dim",
    )
    console.print(head)
    console.print(f"收到 {verdict.received} 行 = 接受 {verdict.accepted} + 隔离 {verdict.quarantined}", style="dim")
    if account is not None:
        console.print(Text(inert(reconciled(account)), "dim"))
    # What returned the file comes first.
    for finding in sorted(verdict.findings, key=lambda f: list(Severity).index(f.severity)):
        console.print(finding_text(finding, file.name))
    missing = verdict.not_evaluable
    if missing:
        console.print(
            f"\n未能判定 {len(missing)} 条规则（不算通过） / {len(missing)} rules could not be evaluated:",
            style="yellow",
        )
        for count in missing:
            console.print(Text(inert(f"  {count.rule}：{count.reason_zh} / {count.reason_en}"), "dim"))
    passed = sum(1 for c in verdict.counts if c.passed and not c.failed)
    console.print(
        f"\n{len(verdict.findings)} 项问题；{passed} 条规则通过。"
        f" / Findings: {len(verdict.findings)}; rules passed: {passed}."
    )
