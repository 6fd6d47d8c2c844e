"""What each version of a contract asked, kept the first time a submission is judged by it, and never changed after."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from contracts.kind import Kind
from contracts.level import level_of
from contracts.quality import family_of
from warehouse.dimension_tables import rule_versions


def keep_rules(connection: Connection, kind: Kind, moment: str) -> bool:
    """Note the rules of `kind` as it is in force, unless this version of it is known. moment: canonical text.

    Whether they were noted: whoever has let them be has to seal them.
    """
    c = rule_versions.c
    known = select(c.ordinal).where(c.kind == kind.code, c.contract_version == kind.version).limit(1)
    if not kind.rules or connection.scalar(known) is not None:
        return False
    connection.execute(insert(rule_versions), rule_rows(kind, moment))
    return True


def rule_rows(kind: Kind, moment: str) -> list[dict[str, Any]]:
    """The rows of `rule_versions` that a contract is, in the order of its rules."""
    return [
        {
            "kind": kind.code,
            "contract_version": kind.version,
            "ordinal": number,
            "rule": rule.id,
            "severity": rule.severity.value,
            "scope": rule.scope.value,
            "level": int(level_of(kind, rule)),
            "family": family_of(kind, rule).value,
            "title_zh": rule.title_zh,
            "title_en": rule.title_en,
            "basis": rule.basis,
            "valid_from": rule.since.isoformat() if rule.since else None,
            "valid_to": rule.until.isoformat() if rule.until else None,
            "known_from": moment,
        }
        for number, rule in enumerate(kind.rules, 1)
    ]
