"""`jixiao check`: the judgment a run would reach on one file, printed; nothing is stored."""

from __future__ import annotations

import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from contracts.context import Reference
from contracts.errors import UsageError
from contracts.explanations import Explanation
from contracts.finding import Outcome
from contracts.kind import Kind, discover_kinds
from contracts.obligations import ZONE
from contracts.period import Period
from contracts.submission import Arrival
from flows.bulk_filing import judge_bulk, open_bulk
from flows.commands.formats.checked import Checked
from flows.commands.formats.junit import junit
from flows.commands.formats.sarif import sarif
from flows.commands.formats.text import print_text
from flows.commands.formats.text_places import TextFile
from flows.commands.terminal import print_json, snapshot
from flows.filing import judge_filed, tabulate
from flows.pack import Pack
from flows.pack_reading import read_pack
from flows.settings import Settings
from transforms.reading import Reading

NAME = re.compile(r"(?P<filer>[A-Za-z0-9-]+)_(?P<period>\d{4}[0-9QHW-]*)(?:_.*)?\.[^.]+")


def check_file(
    file: Path,
    code: str,
    pack_folder: Path | None,
    period_text: str | None,
    filer: str | None,
    home: Path | None,
    *,
    shape: str,
) -> int:
    """Judge `file` as kind `code` and print it as `shape` (text, json, junit, sarif).

    The exit status: 0 nothing blocks, 1 returned or partial.
    """
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
    asked: dict[str, Any] = {
        "period": period,
        "filer": filer,
        "filer_class": pack.filer_class(filer) if pack and filer else None,
        "references": _references(kind, pack, home, filer, period),
        "waivers": pack.waivers(filer, period, _day_of_arrival(pack, file)) if pack and filer and period else (),
        "explanations": _explanations(pack, home),
    }
    text = None
    with Settings.of_environment().reader() as reader, snapshot(file) as (copy, sha256):
        if (bulk := open_bulk(reader, copy, file.name, kind, year)) is not None:
            account, verdict = bulk.filed.account, judge_bulk(bulk, **asked).verdict
        else:
            reading = reader.read(copy, file.name)
            filed = tabulate(reading, file.name, kind, year, kinds.values())
            # Only SARIF names lines and characters; nothing else needs the text again.
            text = _text_of(copy, reading) if shape == "sarif" else None
            account, verdict = filed.account, judge_filed(filed, **asked).verdict
    _print(Checked(verdict, account, kind, file.name, sha256, period, filer, text), shape)
    return 0 if verdict.outcome is Outcome.ACCEPTED else 1


def _print(checked: Checked, shape: str) -> None:
    if shape == "json":
        print_json(checked.record())
    elif shape == "sarif":
        print_json(sarif(checked))
    elif shape == "junit":
        print(junit(checked, sys.stdout.encoding or "utf-8"), end="")
    else:
        print_text(checked)


def _text_of(copy: Path, reading: Reading) -> TextFile | None:
    """The text of a delimited file as it was read; None of any other."""
    book = reading.book
    if book is None or book.encoding is None or book.delimiter is None:
        return None
    return TextFile(copy.read_bytes().decode(book.encoding).removeprefix("\ufeff"), book.delimiter)


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


def _day_of_arrival(pack: Pack, file: Path) -> date:
    """The day on which a file of the pack came; of any other, today."""
    came = (a.received_at for a in pack.arrivals if (pack.folder / a.file).resolve() == file.resolve())
    return next(came, datetime.now(ZONE)).astimezone(ZONE).date()


def _explanations(pack: Pack | None, home: Path | None) -> tuple[Explanation, ...]:
    """The pack's, and with a home also those of earlier years."""
    if pack is None or home is None:
        return pack.explanations() if pack else ()
    from flows.comparisons import all_explanations
    from flows.homes import look

    with look(home) as opened:
        return all_explanations(opened, pack)


def _references(
    kind: Kind, pack: Pack | None, home: Path | None, filer: str | None, period: Period | None
) -> dict[str, Reference | list[Reference]]:
    """What the rules compare with: the pack's lists, and with a home also what was filed before and beside."""
    if pack is None:
        return {}
    if home is not None and filer and period:
        from flows.comparisons import gather_references
        from flows.homes import look

        zone = pack.settings.publish_at
        with look(home) as opened:
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
