"""The verdicts of the domain's own rule list, rules.md: every id of its sections 1 to 7 and 10, and WD-1, has its test.

The tests stand in one module a section. In each, what the document files goes through the relations, rules, targets and
the judge that contracts are made of, and the answer is compared with what rules.md says of it. Its words map as
error → 强制, warn → 核实, info → 提示, blocked → not evaluable.
"""

from __future__ import annotations

from collections import Counter
from types import ModuleType

import pytest

from contracts.relations import Relation, part_of, rate_of
from tests.contracts import (
    test_domain_verdicts_changes,
    test_domain_verdicts_lists,
    test_domain_verdicts_ranges,
    test_domain_verdicts_rates,
    test_domain_verdicts_sums,
    test_domain_verdicts_targets,
    test_domain_verdicts_tree,
)
from tests.contracts.stated_rows import columnwise, number, operands, typed
from tests.contracts.verdicts import COUNT

# As rules.md numbers them.
RANGES = "RG-1 RG-2 RG-3 RG-4 RG-5 RG-6 RG-7 RG-8 RG-9 RG-10"
SUMS = "SP-1 SP-2 SP-3 SP-4 SP-5 SP-6 SP-7 SP-8 SP-9"
CUMULATIVE = "MO-1 MO-2 MO-3 MO-4 MO-5 MO-6"
STOCK_AND_FLOW = "SF-1 SF-2 SF-3 SF-4 SF-5 SF-6 SF-7"
PERCENT_CHANGE = "PC-1 PC-2 PC-3 PC-4 PC-5 PC-6"
TARGETS = (
    "TA-1 TA-2 TA-3 TA-4 TA-5 TA-6 TA-7 TA-8 TA-9 TA-10 TA-11 TA-12 TA-13 TA-14 TA-15 TA-16 TA-17 TA-18 TA-19 TA-20 "
    "TA-21 TA-22 TA-23 TA-24 TA-25"
)
RATES = "RT-1 RT-1t RT-2 RT-3 RT-4 RT-5 RT-6 RT-7 RT-8 RT-9 RT-10"
WORKING_DAYS = "WD-1"
TREE = "TC-1 TC-2 TC-3 TC-4 TC-5 TC-6 TC-8"
LISTS = "TC-7 TC-9 TC-10 TC-11 TC-12 TC-13"

SECTIONS = (
    (test_domain_verdicts_ranges, RANGES),
    (test_domain_verdicts_sums, f"{SUMS} {CUMULATIVE}"),
    (test_domain_verdicts_changes, f"{STOCK_AND_FLOW} {PERCENT_CHANGE} {WORKING_DAYS}"),
    (test_domain_verdicts_targets, TARGETS),
    (test_domain_verdicts_rates, RATES),
    (test_domain_verdicts_tree, TREE),
    (test_domain_verdicts_lists, LISTS),
)


@pytest.mark.parametrize(("section", "ids"), SECTIONS)
def test_every_rule_of_a_section_is_decided_by_one_test(section: ModuleType, ids: str) -> None:
    tests = [test for name, test in vars(section).items() if name.startswith("test_")]
    decided = Counter(rule for test in tests for rule in getattr(test, "decides", ()))
    assert decided == Counter(ids.split())


def test_columns_of_all_these_are_one_plan() -> None:
    """Several relations over one frame, as a contract has them."""
    fields = [number("a", type_=COUNT), number("b", type_=COUNT), number("c", "%")]
    a, b, c = operands(fields)
    frame = typed(fields, [{"a": "5", "b": "10", "c": "50%"}, {"a": "5", "b": "10", "c": "60%"}])
    both: list[Relation] = [part_of(a, b), rate_of(c, a, b)]
    assert [columnwise(r, frame) for r in both] == [[True, True], [True, False]]
