"""A judged file as SARIF 2.1.0, for tools that gather and show the results of checks.

Every rule of the contract stands in the driver with its severity, level and basis. A broken rule is a result of kind
"fail"; one that cannot be told is of kind "open" (§3.27.9: too little to decide on), which no reader may count as
passed; what was waived or explained is suppressed, with who did it. What a filer wrote is text here and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from contracts.finding import Cell, Finding, Outcome, RuleCount, Severity
from contracts.kind import Kind
from contracts.level import Level, level_of
from contracts.rule import Rule
from contracts.structure import BASIS, StructureRule
from contracts.structure import RULES as STRUCTURE_RULES
from flows.commands.formats.checked import Checked
from flows.commands.telling import expected_text, suggestion_texts
from transforms.book import column_index

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.MUST: "error", Severity.WAIVABLE: "error", Severity.EXPLAIN: "warning", Severity.NOTE: "note"}
ADDRESS = re.compile(r"([A-Z]+)(\d+)(?::[A-Z]+(\d+))?")

Places = dict[int, tuple[int, list[int]]]


def sarif(checked: Checked) -> dict[str, Any]:
    """The SARIF log of one file: one run, one artifact."""
    every: list[Rule | StructureRule] = [*checked.kind.rules, *STRUCTURE_RULES.values()]
    rules = [_rule(checked.kind, rule) for rule in every]
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    places = checked.text.places(_rows(checked.findings)) if checked.text else {}
    results = [_broken(checked, finding, places) for finding in checked.findings]
    results += [_open(checked, count) for group in checked.untold for count in group]
    run = {
        "tool": {"driver": {"name": "jixiao", "language": "zh-CN", "rules": rules} | _version()},
        "language": "zh-CN",
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": True, "exitCode": 0 if checked.verdict.outcome is Outcome.ACCEPTED else 1}
        ],
        "artifacts": [
            {
                "location": {"uri": _uri(checked.file)},
                "roles": ["analysisTarget"],
                "hashes": {"sha-256": checked.sha256},
            }
        ],
        "results": [result | {"ruleIndex": index[result["ruleId"]]} for result in results],
        "properties": {
            "verdict": checked.verdict.outcome.value,
            "kind": checked.kind.code,
            "contract": checked.kind.version,
            "period": checked.period.label if checked.period else None,
            "filer": checked.filer,
            "rows": checked.record()["rows"],
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _version() -> dict[str, str]:
    """Of the installed package; a clone that nobody installed has none."""
    try:
        return {"version": version("jixiao")}
    except PackageNotFoundError:
        return {}


def _rule(kind: Kind, rule: Rule | StructureRule) -> dict[str, Any]:
    own = isinstance(rule, Rule)
    level = level_of(kind, rule) if isinstance(rule, Rule) else Level.FORMAT
    basis = rule.basis if isinstance(rule, Rule) else BASIS
    title = f"{rule.title_zh} / {rule.title_en}"
    return {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {
            "text": f"{title}。级别：{rule.severity.value}；层级 {int(level)}：{level.zh}；依据：{basis}"
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "severity": rule.severity.value,
            "level": int(level),
            "scope": rule.scope.value if isinstance(rule, Rule) else "file",
            "basis": basis,
            "kind": kind.code if own else None,
        },
    }


def _broken(checked: Checked, finding: Finding, places: Places) -> dict[str, Any]:
    told = [finding.message_zh, finding.message_en, expected_text(finding), *suggestion_texts(finding)]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": {"text": "\n".join(told)},
        # Looking at one operand the reader sees the others beside it.
        "locations": [_location(checked, cell, places) for cell in finding.cells[:1]] or [_file(checked.file)],
        "relatedLocations": [
            _location(checked, cell, places) | {"id": at} for at, cell in enumerate(finding.cells[1:], start=1)
        ],
        # Present everywhere or nowhere (§3.27.23); empty: not suppressed.
        "suppressions": [],
        "properties": finding.record(checked.file),
    }
    set_aside = finding.waived_by or finding.explained_by
    if set_aside:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": set_aside}]
    return result


def _open(checked: Checked, count: RuleCount) -> dict[str, Any]:
    return {
        "ruleId": count.rule,
        "kind": "open",
        "level": "none",
        "message": {"text": f"未能判定（不算通过）：{count.reason_zh}\nnot evaluable (no pass): {count.reason_en}"},
        "locations": [_file(checked.file)],
        "suppressions": [],
        "properties": {"rows": count.not_evaluable},
    }


def _file(name: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(name)}}}


def _location(checked: Checked, cell: Cell, places: Places) -> dict[str, Any]:
    location = _file(cell.file or checked.file)
    local = f"{cell.sheet}!{cell.address}" if cell.sheet else cell.address
    location["logicalLocations"] = [{"fullyQualifiedName": local, "name": cell.address, "kind": "element"}]
    region = _region(checked, cell, places) if cell.file is None else None
    if region:
        location["physicalLocation"]["region"] = region
    return location


def _region(checked: Checked, cell: Cell, places: Places) -> dict[str, int] | None:
    """Line and character of the cell in a text file; the lines of a run of cells."""
    at = ADDRESS.fullmatch(cell.address)
    if checked.text is None or at is None or int(at[2]) not in places:
        return None
    line, starts = places[int(at[2])]
    if at[3]:
        return {"startLine": line, "endLine": places[int(at[3])][0]} if int(at[3]) in places else {"startLine": line}
    column = column_index(at[1])
    return {"startLine": line} | ({"startColumn": starts[column]} if column < len(starts) else {})


def _rows(findings: Iterable[Finding]) -> set[int]:
    matches = [ADDRESS.fullmatch(cell.address) for f in findings for cell in f.cells if cell.file is None]
    return {int(row) for match in matches if match for row in match.group(2, 3) if row}


def _uri(name: str) -> str:
    """A file name as a relative URI, also one whose bytes are no text."""
    return quote(name.encode("utf-8", "surrogateescape"), safe="")
