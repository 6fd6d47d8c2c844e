"""Every rule has a family of GB/T 36344, and it is the one a reader would say."""

from __future__ import annotations

import pytest

from contracts.kind import discover_kinds
from contracts.quality import OF_ACCESS, OF_FORM, Family, family_of
from contracts.structure import RULES

KINDS = discover_kinds()


@pytest.mark.parametrize(
    ("kind", "rule", "family"),
    [
        ("user_complaints", "UC-carrier-required", Family.COMPLETENESS),
        ("indicator_tree", "IT-03", Family.COMPLETENESS),
        ("user_complaints", "UC-received_on-type", Family.CONFORMITY),
        ("user_complaints", "UC-category-choice", Family.CONFORMITY),
        ("user_complaints", "UC-01", Family.ACCURACY),
        ("filer_list", "FL-03", Family.ACCURACY),
        ("network_build", "NB-g5_opened-total", Family.CONSISTENCY),
        ("complaint_counts", "EC-03", Family.CONSISTENCY),
        ("complaint_counts", "EC-06", Family.CONSISTENCY),
        ("user_complaints", "UC-02", Family.TIMELINESS),
        ("work_nodes", "WN-06", Family.TIMELINESS),
    ],
)
def test_the_family_of_a_rule(kind: str, rule: str, family: Family) -> None:
    found = next(r for r in KINDS[kind].rules if r.id == rule)
    assert family_of(KINDS[kind], found) is family


def test_every_family_but_access_has_rules_of_forms() -> None:
    found = {family_of(kind, rule) for kind in KINDS.values() for rule in kind.rules}
    assert found == set(Family) - {Family.ACCESSIBILITY}


def test_every_rule_about_a_files_shape_has_its_family() -> None:
    access, form = ({r for r in RULES if r.startswith(begins)} for begins in (OF_ACCESS, OF_FORM))
    assert access | form == set(RULES)
    assert not access & form
    assert "FILER-01" in form
