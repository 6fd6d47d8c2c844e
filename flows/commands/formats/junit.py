"""A judged file as JUnit XML, for build servers: one suite a file, one case a rule.

What blocks is a failure; 核实 and 提示 and what was waived are told in the case's output and fail nothing; a rule that
cannot be told, or speaks of no row of the file, is skipped with its reason and never passed. Whatever a filer wrote is
escaped, and characters that XML forbids or a terminal obeys are written out.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.finding import Finding, RuleCount
from contracts.level import Level, level_of
from contracts.structure import RULES as STRUCTURE_RULES
from flows.commands.formats.checked import Checked
from flows.commands.telling import expected_text, suggestion_texts
from flows.commands.terminal import inert

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(checked: Checked, terminal: str = "utf-8") -> str:
    """The document as text for an output of encoding `terminal`: UTF-8, else ASCII with character references, which
    every parser reads (few know GBK)."""
    encoding = "utf-8" if codecs.lookup(terminal).name == "utf-8" else "us-ascii"
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in checked.findings:
        by_rule[finding.rule].append(finding)
    suite = Element("testsuite", name=_clean(checked.file))
    facts = {
        "verdict": checked.verdict.outcome.value,
        "sha256": checked.sha256,
        "period": checked.period.label if checked.period else "",
        "filer": checked.filer or "",
    }
    _properties(suite, facts)
    counts = {count.rule: count for count in checked.verdict.counts}
    for rule_id in [r for r in STRUCTURE_RULES if r in by_rule] + list(counts):
        _case(suite, checked, rule_id, by_rule[rule_id], counts.get(rule_id))
    totals = {"tests": len(suite.findall("testcase"))}
    totals |= {"failures": len(suite.findall("testcase/failure")), "errors": 0}
    totals |= {"skipped": len(suite.findall("testcase/skipped"))}
    root = Element("testsuites", name="jixiao check")
    for element in (root, suite):
        for name, number in totals.items():
            element.set(name, str(number))
    root.append(suite)
    indent(root)
    document: bytes = tostring(root, encoding=encoding, xml_declaration=True)
    return document.decode(encoding) + "\n"


def _case(suite: Element, checked: Checked, rule_id: str, findings: list[Finding], count: RuleCount | None) -> None:
    case = SubElement(suite, "testcase", classname=checked.kind.code, name=rule_id)
    _properties(case, _facts(checked, rule_id))
    blocking = [f for f in findings if f.blocks]
    told = [f for f in findings if not f.blocks]
    if blocking:
        message = blocking[0].message_zh + (f"（共 {len(blocking)} 处）" if len(blocking) > 1 else "")
        failure = SubElement(case, "failure", message=_clean(message), type=blocking[0].severity.value)
        failure.text = _clean("\n\n".join(_text(f, checked.file) for f in blocking))
    elif count is not None and count.not_evaluable:
        SubElement(case, "skipped", message=_clean(f"未能判定：{count.reason_zh} / {count.reason_en}"))
    elif count is not None and not count.passed and not count.failed:
        SubElement(case, "skipped", message="本表没有适用此规则的行 / no row of the file that the rule speaks of")
    if told:
        SubElement(case, "system-out").text = _clean("\n\n".join(_text(f, checked.file) for f in told))


def _facts(checked: Checked, rule_id: str) -> dict[str, str]:
    if rule_id in STRUCTURE_RULES:
        shape = STRUCTURE_RULES[rule_id]
        return {"title": shape.title_zh, "severity": shape.severity.value, "level": str(int(Level.FORMAT))}
    rule = next(r for r in checked.kind.rules if r.id == rule_id)
    level = str(int(level_of(checked.kind, rule)))
    return {"title": rule.title_zh, "severity": rule.severity.value, "level": level, "basis": rule.basis}


def _properties(parent: Element, facts: dict[str, str]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in facts.items():
        SubElement(properties, "property", name=name, value=_clean(value))


def _text(finding: Finding, file: str) -> str:
    where = "、".join(c.where for c in finding.cells) or file
    lines = [f"{finding.severity.value} {finding.rule} {where}", finding.message_zh, finding.message_en]
    lines += [expected_text(finding), *suggestion_texts(finding), f"依据 basis: {finding.basis}"]
    lines += [f"已豁免 waived: {finding.waived_by}"] if finding.waived_by else []
    lines += [f"已说明 explained: {finding.explained_by}"] if finding.explained_by else []
    return "\n".join(lines)


def _clean(text: str) -> str:
    """`text` as XML may hold it: everything that acts is written out, and so is what XML forbids (U+FFFE, say)."""
    return FORBIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", inert(text))
