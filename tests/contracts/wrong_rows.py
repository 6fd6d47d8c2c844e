"""For every rule of every kind that ships one thing changed in the right rows, and the rules that this alone breaks.

Nothing is left to chance: each change says exactly which rules it breaks, blocking or not. The changes stand in
contracts/kinds/<code>.toml; what breaks the rules that a field's own declaration makes is made from it.
"""

from __future__ import annotations

from contracts.examples import is_of_field, of_field
from tests.contracts.right_rows import EXAMPLES, RIGHT, kinds

WRITTEN = tuple(wrong for examples in EXAMPLES.values() for wrong in examples.wrong)
TOTALS = tuple(
    of_field(kind, RIGHT[code], rule)
    for code, kind in kinds().items()
    for rule in kind.rules
    if is_of_field(kind, rule) and rule.id.endswith("-total") and code in RIGHT
)
WRONG = (*WRITTEN, *TOTALS)
