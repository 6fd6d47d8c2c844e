"""豁免清单: a row that is right; only its fields' own rules can be broken."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong

RIGHT = Right(
    "2020",
    "CA",
    ({"rule": "NB-01", "filer": "JIA", "period": "2020-11", "approver": "示例局长", "reason": "系统割接"},),
)

WRONG: tuple[Wrong, ...] = ()
