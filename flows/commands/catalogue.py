"""`jixiao kinds`, `rules`, `template` and `init`: what the contracts say, and blanks to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text

from contracts.errors import UsageError
from contracts.examples import discover_examples
from contracts.finding import Severity
from contracts.kind import Kind, discover_kinds
from contracts.level import Level, level_of
from contracts.structure import RULES as STRUCTURE_RULES
from flows.commands.console import Console
from flows.commands.formats.rule_pages import SCOPES, entry_text, rules_markdown
from flows.commands.rule_book import RuleBook, shape_entry
from flows.commands.terminal import inert, print_json
from flows.settings import Settings


def known_kinds(code: str | None = None) -> dict[str, Kind]:
    """Every kind, or the one with that code; UsageError where there is none."""
    kinds = discover_kinds(Settings.of_environment().kind_folders())
    if code is None:
        return kinds
    if code not in kinds:
        raise UsageError(
            f"没有报表“{code}”；有：{'、'.join(kinds)}", f"there is no kind “{code}”; there are: {', '.join(kinds)}"
        )
    return {code: kinds[code]}


def list_kinds(*, as_json: bool) -> None:
    kinds = known_kinds().values()
    if as_json:
        print_json([_kind_json(k) for k in kinds])
        return
    grid = _grid("代码 code", "名称 title", "填报 filers", "周期 cadence", "字段", "规则", "用途")
    for k in kinds:
        grid.add_row(
            k.code, k.title_zh, ", ".join(k.filers), k.cadence, str(len(k.fields)), str(len(k.rules)), k.purpose_zh
        )
    Console().print(grid)


def list_rules(code: str | None, shape: str) -> None:
    """The rules of a kind, or all there are, as `shape`: table, md, json."""
    kinds = known_kinds(code)
    if shape == "table":
        console = Console()
        console.print(_rules_grid(kinds))
        console.print(_legend(), markup=False, soft_wrap=True)
        return
    book = _book()
    if shape == "json":
        entries = [e for kind in kinds.values() for e in book.entries(kind)]
        print_json([e.record() for e in (*entries, *map(shape_entry, STRUCTURE_RULES.values()))])
        return
    for kind in kinds.values():
        print(inert(f"## {kind.code}: {kind.title_zh}\n\n{rules_markdown(list(book.entries(kind)))}"))
    if code is None:
        print(f"## Every file\n\n{rules_markdown([shape_entry(rule) for rule in STRUCTURE_RULES.values()])}")


def show(what: str, shape: str) -> None:
    """One rule by its id, with its examples; or the rules of the kind with that code."""
    kinds = known_kinds()
    if what in kinds:
        list_rules(what, shape)
        return
    ids = [*kinds, *(rule.id for kind in kinds.values() for rule in kind.rules), *STRUCTURE_RULES]
    folded = {i.casefold(): i for i in ids}  # nb-04 is NB-04
    entry = _book().entry(folded.get(what.casefold(), what))
    if entry is None:
        near = [folded[one] for one in get_close_matches(what.casefold(), folded, 5, 0.5)]
        zh, en = f"没有规则或报表“{what}”", f"there is no rule or kind “{what}”"
        raise UsageError(
            zh + (f"；相近的有：{'、'.join(near)}" if near else "，见 jixiao rules"),
            en + (f"; near to it: {', '.join(near)}" if near else "; see jixiao rules"),
        )
    if shape == "json":
        print_json(entry.record())
    else:
        print(inert(rules_markdown([entry]) if shape == "md" else entry_text(entry)))


def _book() -> RuleBook:
    folders = Settings.of_environment().kind_folders()
    kinds = discover_kinds(folders)
    return RuleBook(kinds, discover_examples(kinds.values(), folders))


def _rules_grid(kinds: Mapping[str, Kind]) -> Grid:
    grid = _grid("编号 id", "级别", "层级", "范围", "内容", "依据")
    for kind in kinds.values():
        for rule in kind.rules:
            grid.add_row(
                rule.id,
                rule.severity.value,
                str(int(level_of(kind, rule))),
                SCOPES[rule.scope.value][0],
                Text(f"{rule.title_zh}\n{rule.title_en}"),
                f"{kind.title_zh}：{rule.basis}",
            )
    for structure in STRUCTURE_RULES.values():
        title = Text(f"{structure.title_zh}\n{structure.title_en}")
        grid.add_row(
            structure.id, structure.severity.value, str(int(Level.FORMAT)), SCOPES["file"][0], title, "适用于全部报表"
        )
    return grid


def _legend() -> str:
    """What the short words of the table mean, and where more is to be read."""
    severities = "；".join(f"{s.value} {zh} {s.en}" for s, zh in _SEVERITIES.items())
    scopes = "；".join(f"{zh} {en}" for zh, en in SCOPES.values())
    levels = "；".join(f"{int(level)} {level.zh} {level.en}" for level in Level)
    return (
        f"级别 severity：{severities}\n层级 level（与什么比较 compared with what）：{levels}\n"
        f"范围 scope（一次判定针对什么 what one answer is about）：{scopes}\n"
        "一条规则的说明和正误示例 one rule in full, with examples：jixiao rules NB-04"
    )


_SEVERITIES = {
    Severity.MUST: "退回",
    Severity.WAIVABLE: "退回，经批准可豁免",
    Severity.EXPLAIN: "接受，须说明原因",
    Severity.NOTE: "接受，仅提示",
}


def _grid(first: str, *others: str) -> Grid:
    """A table that drops nothing: codes and ids stay on one line, the rest wraps."""
    return Grid(Column(first, no_wrap=True), *(Column(heading, overflow="fold") for heading in others))


def write_template(code: str, out: Path) -> None:
    """Write the blank workbook of a kind to `out`; refuses to overwrite."""
    from transforms.templates import blank_workbook

    kind = known_kinds(code)[code]
    if out.suffix.lower() != ".xlsx":
        raise UsageError(
            f"空白报表是 xlsx 工作簿，不能写成 {out.name}；请以 .xlsx 结尾，如 {out.with_suffix('.xlsx').name}",
            f"the blank form is an xlsx workbook and not {out.name}; let the name end in .xlsx, as in "
            f"{out.with_suffix('.xlsx').name}",
        )
    if out.exists():
        raise UsageError(f"{out} 已存在，未覆盖", f"{out} exists and was not overwritten")
    try:
        out.write_bytes(blank_workbook(kind))
    except OSError as error:
        raise UsageError(f"无法写入 {out}：{error.strerror}", f"cannot write {out}: {error.strerror}") from error
    Console().print(
        f"已生成 {out}。填好后用 jixiao check 检查。 / Written; check it with jixiao check once filled in.",
        markup=False,
    )


def start_pack(folder: Path) -> None:
    """Make a new pack in `folder` from the starter that ships with us; the folder must be new or empty."""
    from flows.starter import write_starter

    write_starter(folder)
    Console().print(
        f"已新建 {folder}。下一步：jixiao run {folder}，然后按 {folder}/README.md 修改。", markup=False, soft_wrap=True
    )
    Console().print(
        f"Made {folder}. Next: jixiao run {folder}, then follow {folder}/README.md.", markup=False, soft_wrap=True
    )


def _kind_json(kind: Kind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "title_zh": kind.title_zh,
        "title_en": kind.title_en,
        "purpose_zh": kind.purpose_zh,
        "filers": list(kind.filers),
        "cadence": kind.cadence,
        "version": kind.version,
        "pack_file": kind.pack_file,
        "fields": [
            {
                "name": f.name,
                "heading": f.heading,
                "aliases": list(f.aliases),
                "type": f.type.value,
                "unit": f.unit,
                "required": f.required,
            }
            for f in kind.fields
        ],
        "rules": len(kind.rules),
    }
