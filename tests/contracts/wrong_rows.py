"""For every rule of every kind one thing changed in the right rows, and the rules that this alone breaks.

Nothing is left to chance: each change says exactly which rules it breaks, blocking or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.field import Type
from contracts.rule import Rule
from tests.contracts.right_rows import RIGHT, Right, kinds


@dataclass(frozen=True)
class Wrong:
    """A submission with one thing wrong in it, and every rule that this breaks, the one it is about in front."""

    code: str
    right: Right
    breaks: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.code}: {self.breaks[0]}"


def change(kind: str, breaks: str, at: int = 0, /, **texts: str) -> Wrong:
    """Texts of row `at` changed; `breaks` names the rules, parted by blanks."""
    return Wrong(kind, RIGHT[kind].changed(at, **texts), tuple(breaks.split()))


def double(kind: str, breaks: str, at: int = 0, /, **texts: str) -> Wrong:
    """Row `at` filed twice, with `texts` changed the second time."""
    right = RIGHT[kind]
    return Wrong(kind, replace(right, rows=(*right.rows, {**right.rows[at], **texts})), tuple(breaks.split()))


def total(kind: str, breaks: str, /, **texts: str) -> Wrong:
    """Texts of the total row changed."""
    right = RIGHT[kind]
    return Wrong(kind, replace(right, total={**(right.total or {}), **texts}), tuple(breaks.split()))


WRONG: tuple[Wrong, ...] = (
    # the pack's lists
    double("filer_list", "FL-01", 1, name="办公室"),
    double("filer_list", "FL-02", 1, code="BGS"),
    change("filer_list", "FL-03", 1, code="管理处"),
    change("filer_list", "FL-04", 1, **{"class": "bureau"}),
    double("indicator_tree", "IT-01", 4),
    change("indicator_tree", "IT-02", 4, parent="9"),
    change("indicator_tree", "IT-02", 4, parent="B"),
    change("indicator_tree", "IT-03", 4, department=""),
    double("indicator_tree", "IT-04", 2, code="2"),
    change("indicator_tree", "IT-05", 3, unit=""),
    change("indicator_tree", "IT-target-point", 3, target="10%~15%"),
    change("indicator_tree", "IT-06", 4, target_indicator="line_price"),
    double("indicator_tree", "IT-07", 4, code="another", department="BGS"),
    double("obligation_list", "OB-01"),
    change("obligation_list", "OB-02", due="十日"),
    change("obligation_list", "OB-03", filer="DING"),
    change("obligation_list", "OB-04", **{"from": "2020年10月"}),
    change("obligation_list", "OB-05", until="2020-13"),
    double("arrival_list", "AR-01"),
    change("arrival_list", "AR-02", received_at="2020-12-07 09:48:00"),
    # work_nodes
    double("work_nodes", "WN-01"),
    change("work_nodes", "WN-02", 1, node_no="1-9"),
    change("work_nodes", "WN-03", 1, indicator_no="2"),
    Wrong("work_nodes", replace(RIGHT["work_nodes"], filer="BGS"), ("WN-04",) * 3),
    change("work_nodes", "WN-05", started="2020年12月"),
    change("work_nodes", "WN-06", 1, finished="2019-12-31"),
    change("work_nodes", "WN-07", 2, problem="无"),
    change("work_nodes", "WN-08", 2, due="2020年12月"),
    change("work_nodes", "WN-09", due="2020-11-29"),
    change("work_nodes", "WN-10", due=""),
    change("work_nodes", "WN-11", narrative="已完成。"),
    change("work_nodes", "WN-12", object_unit=""),
    # network_build
    change("network_build", "NB-01 NB-g5_built-total", g5_built="299"),
    change("network_build", "NB-02", shared_with="无"),
    Wrong(
        "network_build",
        replace(RIGHT["network_build"].changed(1, area="甲市"), previous=()),
        ("NB-03",),
    ),
    change("network_build", "NB-04 NB-dc_closing-total", dc_closing="6"),
    change("network_build", "NB-05 NB-dc_added_hyper-total", dc_added_hyper="2"),
    change("network_build", "NB-06 NB-07", as_of="2020-12-01"),
    change("network_build", "NB-07", as_of="2020-11-29"),
    change("network_build", "NB-08 NB-04 NB-dc_opening-total", dc_opening="4"),
    Wrong(
        "network_build",
        replace(RIGHT["network_build"], peer=({**RIGHT["network_build"].peer[0], "g5_built": "199"},)),
        ("NB-09",),
    ),
    Wrong(
        "network_build",
        replace(RIGHT["network_build"], peer=({**RIGHT["network_build"].peer[0], "g5_opened": "501"},)),
        ("NB-10",),
    ),
    change("network_build", "NB-11 NB-dc_added_large-total", 1, dc_added_large="0"),
    *(
        Wrong("network_build", replace(RIGHT["network_build"], previous=(earlier,)), (rule,))
        for rule, earlier in (
            (f"NB-{name}-falls", {**RIGHT["network_build"].previous[0], name: "999"})
            for name in ("g5_built", "g5_opened", "dc_added", "dc_removed", "racks_added")
        )
    ),
    *(
        total("network_build", f"NB-{name}-total", **{name: "99999"})
        for name in (RIGHT["network_build"].total or {})
        if name != "area"
    ),
    # user_complaints
    double("user_complaints", "UC-01"),
    change("user_complaints", "UC-02", received_on="2020-03-04"),
    change("user_complaints", "UC-03", answered_on="2020-03-02"),
    change("user_complaints", "UC-04", closed_on="2020-03-09"),
    change("user_complaints", "UC-05", 2, received_on="2021-01-01"),
    change("user_complaints", "UC-06", closed_on=""),
    change("user_complaints", "UC-07", 1, closed_on="2020-12-31"),
    change("user_complaints", "UC-08", carrier="丁广电"),
    # tariffs
    double("tariffs", "TF-01"),
    change("tariffs", "TF-02 TF-04", now="0"),
    change("tariffs", "TF-03", fall="20%"),
    change("tariffs", "TF-fall-point", fall="19%~21%"),
    change("tariffs", "TF-04", fall="降低25%"),
    change("tariffs", "TF-05 TF-04", fall="降低120%"),
    # website_filing
    change("website_filing", "WF-01", found="117"),
    change("website_filing", "WF-02", blacklisted="119"),
    change("website_filing", "WF-03", filing_rate="101%"),
    change("website_filing", "WF-filing_rate-point", filing_rate="95%~99%"),
    change("website_filing", "WF-list_cadence-point", list_cadence="1~2次/周"),
    Wrong(
        "website_filing",
        replace(
            RIGHT["website_filing"],
            previous=({**RIGHT["website_filing"].previous[0], "handled": "119"},),
        ),
        ("WF-04",),
    ),
    change("website_filing", "WF-05", as_of="2020-12-01"),
    # nuisance_calls
    Wrong("nuisance_calls", RIGHT["nuisance_calls"].changed(1, carrier="甲电信"), ("NC-01",)),
    change("nuisance_calls", "NC-02 NC-handled-total", handled="1501"),
    total("nuisance_calls", "NC-verified-total", verified="1521"),
    total("nuisance_calls", "NC-handled-total", handled="1519"),
    # indicator_figures
    double("indicator_figures", "IF-01"),
    change("indicator_figures", "IF-02", indicator="Spam Rate"),
    change("indicator_figures", "IF-03", 1, value="100余人"),
    change("indicator_figures", "IF-04", value="101%"),
    change("indicator_figures", "IF-value-point", value="95%~99%"),
    change("indicator_figures", "IF-05", 1, value="99次"),
    # carrier_complaints
    change("carrier_complaints", "CC-01", service="31"),
    change("carrier_complaints", "CC-02", share="61%"),
    change("carrier_complaints", "CC-share-point", share="55%~65%"),
    change("carrier_complaints", "CC-user_share-point", user_share="10%~90%"),
    change("carrier_complaints", "CC-rate_growth-point", rate_growth="1%~2%"),
    Wrong("carrier_complaints", RIGHT["carrier_complaints"].changed(1, carrier="甲电信"), ("CC-03",)),
    # monthly_bulletin
    double("monthly_bulletin", "MB-01", 1),
    change("monthly_bulletin", "MB-02", growth="-101"),
    change("monthly_bulletin", "MB-03", 2, month="4359.4"),
    change("monthly_bulletin", "MB-04", reached="4861.0", month="4861.0"),
)


def wrong_text(rule: Rule, code: str) -> Wrong:
    """What breaks a rule that a field's own declaration makes: blank, unreadable, no known word, or no point."""
    field = kinds()[code].field(rule.fields[0])
    nonsense = "、" if field.type is Type.ITEMS else "说不清"
    text = {"required": "", "point": "数百"}.get(rule.id.rpartition("-")[2], nonsense)
    row = next((i for i, row in enumerate(RIGHT[code].rows) if row.get(field.name)), 0)
    right = RIGHT[code].changed(row, **{field.name: text})
    assert text or field.required
    assert not text or field.choices or field.type is not Type.TEXT
    return Wrong(code, right, (rule.id,))


def is_of_field(rule: Rule) -> bool:
    """Whether the rule comes from a field's declaration."""
    return rule.id.endswith(("-required", "-type", "-choice", "-point"))
