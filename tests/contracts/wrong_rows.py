"""For every rule of every kind one thing changed in the right rows, and the rules that this alone breaks.

Nothing is left to chance: each change says exactly which rules it breaks, blocking or not. The changes stand in
tests/kinds/<code>/rows.py; here is only what breaks the rules that a field's own declaration makes.
"""

from __future__ import annotations

from contracts.field import Type
from contracts.rule import Rule
from tests.contracts.right_rows import RIGHT, kinds
from tests.contracts.samples import Wrong, discover_samples

WRONG = tuple(wrong for samples in discover_samples().values() for wrong in samples.wrong)


def wrong_text(rule: Rule, code: str) -> Wrong:
    """What breaks a rule that a field's own declaration makes: blank, unreadable, no known word, or no point."""
    field = kinds()[code].field(rule.fields[0])
    nonsense = "、" if field.type is Type.ITEMS else "说不清"
    text = {"required": "", "point": "数百"}.get(rule.id.rpartition("-")[2], nonsense)
    row = next((i for i, row in enumerate(RIGHT[code].rows) if row.get(field.name)), 0)
    right = RIGHT[code].changed(row, **{field.name: text})
    assert text or field.required
    assert not text or field.choices or field.type is not Type.TEXT
    return Wrong(right, (rule.id,), code)


def is_of_field(rule: Rule) -> bool:
    """Whether the rule comes from a field's declaration."""
    return rule.id.endswith(("-required", "-type", "-choice", "-point"))
