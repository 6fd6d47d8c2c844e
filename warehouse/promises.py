"""What must be true of every warehouse, whatever was filed: declarations, carried out by `warehouse.expectations`.

A broken promise is a fault of ours or a hand in the database, never a filer's mistake. No promise shows filed text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from contracts.amounts import Comparator
from contracts.finding import Outcome
from contracts.timeliness import State

DECIMAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?$"
HASH = "^[0-9a-f]{64}$"
MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?\+08:00$"
TAKEN = "('accepted', 'partial')"


@dataclass(frozen=True)
class Promise:
    """One expectation: its name, what it says, and how Great Expectations is to test it on which table."""

    name: str
    zh: str
    en: str
    table: str
    expectation: str
    settings: Mapping[str, object]

    def settings_on(self, dialect: str) -> dict[str, object]:
        """The settings as the database of that name understands them."""
        query = self.settings.get("unexpected_rows_query")
        if dialect != "postgresql" or not isinstance(query, str):
            return dict(self.settings)
        # Great Expectations itself names the batch there, but not in a query that joins; PostgreSQL wants one name.
        if re.search(r"\bJOIN\b", query):
            query = re.sub(r"\{batch\}(?! [a-z]\b)", "{batch} batch", query)
        else:
            query = re.sub(r"\{batch\} (?=[a-z]\b)", "(SELECT * FROM {batch}) ", query)
        # Its REAL has six digits and ends at 10 to the 38th; and it refuses what is no number, which is to be told of.
        number = r"(CASE WHEN \1 ~ '^-?[0-9]+([.][0-9]+)?$' THEN CAST(\1 AS numeric) END)"
        query = re.sub(r"CAST\((\w+) AS REAL\)", number, query)
        return {**self.settings, "unexpected_rows_query": query}


def _matches(name: str, table: str, column: str, pattern: str, zh: str, en: str) -> Promise:
    return Promise(name, zh, en, table, "ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern})


def _among(name: str, table: str, column: str, values: list[str], zh: str, en: str) -> Promise:
    return Promise(name, zh, en, table, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": values})


def _no_rows(name: str, table: str, zh: str, en: str, query: str) -> Promise:
    """The query finds what is wrong; `{batch}` is the table."""
    return Promise(name, zh, en, table, "UnexpectedRowsExpectation", {"unexpected_rows_query": query})


PROMISES: tuple[Promise, ...] = (
    _matches(
        "figure_values_are_decimals",
        "figures",
        "value",
        DECIMAL,
        "指标值为规范的十进制数",
        "figure values are exact decimals",
    ),
    _matches(
        "figure_lows_are_decimals", "figures", "low", DECIMAL, "下界为规范的十进制数", "lower bounds are exact decimals"
    ),
    _matches(
        "figure_highs_are_decimals",
        "figures",
        "high",
        DECIMAL,
        "上界为规范的十进制数",
        "upper bounds are exact decimals",
    ),
    _no_rows(
        "figure_values_lie_in_their_bounds",
        "figures",
        "下界 ≤ 数值 ≤ 上界",
        "low ≤ value ≤ high",
        # Turning into a float keeps the order, so what is right never looks wrong.
        "SELECT key FROM {batch} WHERE CAST(low AS REAL) > CAST(value AS REAL)"
        " OR CAST(value AS REAL) > CAST(high AS REAL)",
    ),
    _matches("figure_units_are_given", "figures", "unit", r"^\S+$", "指标值有计量单位", "every figure has a unit"),
    _among(
        "figure_comparators_are_known",
        "figures",
        "comparator",
        list(get_args(Comparator)),
        "比较符在规定范围内",
        "comparators are known",
    ),
    _no_rows(
        "open_figures_are_unique",
        "figures",
        "每个指标值至多一个现行版本",
        "a figure has at most one current version",
        "SELECT figure_id FROM {batch} WHERE recorded_to IS NULL GROUP BY figure_id HAVING COUNT(*) > 1",
    ),
    _no_rows(
        "figure_versions_run_forward",
        "figures",
        "版本的终止时间不早于起始时间",
        "no version ends before it begins",
        "SELECT key FROM {batch} WHERE recorded_to < recorded_from",
    ),
    _no_rows(
        "figure_versions_follow_each_other",
        "figures",
        "后一版本不早于前一版本终止时开始",
        "no version begins before the one before it ends",
        "SELECT b.key FROM {batch} b JOIN figures a ON a.figure_id = b.figure_id AND a.version = b.version - 1"
        " WHERE a.recorded_to IS NULL OR a.recorded_to > b.recorded_from",
    ),
    _no_rows(
        "figures_come_from_accepted_submissions",
        "figures",
        "指标值来自曾被接受的报送",
        "figures come from submissions that were accepted",
        "SELECT key FROM {batch} WHERE submission IS NOT NULL AND submission NOT IN"
        f" (SELECT submission FROM judgments WHERE outcome IN {TAKEN})",
    ),
    _no_rows(
        "current_figures_come_from_standing_submissions",
        "figures",
        "现行指标值来自已接受、未被取代也未被撤回的报送",
        "current figures come from accepted submissions that were neither superseded nor withdrawn",
        "SELECT f.key FROM {batch} f LEFT JOIN submissions s ON s.id = f.submission"
        " WHERE f.recorded_to IS NULL AND f.submission IS NOT NULL"
        f" AND (s.superseded_by IS NOT NULL OR COALESCE(s.outcome, '') NOT IN {TAKEN})",
    ),
    _no_rows(
        "filed_figures_have_cells",
        "figures",
        "报送的指标值均有来源单元格",
        "every filed figure has a cell, or is made of figures that do",
        "SELECT f.key FROM {batch} f LEFT JOIN figure_cells c ON c.figure = f.key AND c.cell <> ''"
        " WHERE f.submission IS NOT NULL AND c.figure IS NULL AND f.key NOT IN (SELECT figure FROM figure_parts)",
    ),
    _no_rows(
        "derived_figures_have_parts",
        "figures",
        "计算的指标值均有组成部分",
        "every derived figure has parts",
        "SELECT key FROM {batch} WHERE submission IS NULL AND key NOT IN (SELECT figure FROM figure_parts)",
    ),
    _no_rows(
        "current_figures_are_made_of_current_figures",
        "figures",
        "现行指标值由现行指标值组成",
        "current figures are made of current figures",
        "SELECT f.key FROM {batch} f JOIN figure_parts p ON p.figure = f.key JOIN figures m ON m.key = p.part"
        # An adjusted figure is made of the same figure as filed, which it takes the place of.
        " WHERE f.recorded_to IS NULL AND m.recorded_to IS NOT NULL AND m.figure_id <> f.figure_id",
    ),
    _no_rows(
        "rows_add_up",
        "submissions",
        "收到行数 = 接受行数 + 隔离行数",
        "received = accepted + quarantined",
        "SELECT id FROM {batch} WHERE outcome IS NOT NULL AND"
        " (received IS NULL OR accepted IS NULL OR quarantined IS NULL OR received <> accepted + quarantined)",
    ),
    _among(
        "outcomes_are_known",
        "submissions",
        "outcome",
        [o.value for o in Outcome],
        "判定结果在规定范围内",
        "outcomes are known",
    ),
    _matches("hashes_are_sha256", "submissions", "sha256", HASH, "文件哈希为 SHA-256", "file hashes are SHA-256"),
    _matches(
        "moments_have_their_zone",
        "submissions",
        "received_at",
        MOMENT,
        "收到时间带有 +08:00 时区",
        "moments carry their zone",
    ),
    _no_rows(
        "one_submission_stands",
        "submissions",
        "同一单位、报表、报告期至多一次有效报送",
        "at most one submission stands for a filer, form and period",
        f"SELECT filer FROM {{batch}} WHERE outcome IN {TAKEN} AND superseded_by IS NULL"
        " GROUP BY filer, kind, period HAVING COUNT(*) > 1",
    ),
    _no_rows(
        "superseded_by_a_later_accepted_one",
        "submissions",
        "取代者为同一单位、报表、报告期的后一次已接受报送",
        "what supersedes is a later accepted submission of the same filer, form and period",
        "SELECT a.id FROM {batch} a LEFT JOIN submissions b ON b.id = a.superseded_by AND b.filer = a.filer"
        f" AND b.kind = a.kind AND b.period = a.period AND b.version > a.version AND b.outcome IN {TAKEN}"
        " WHERE a.superseded_by IS NOT NULL AND b.id IS NULL",
    ),
    _no_rows(
        "accepted_submissions_have_registers",
        "submissions",
        "已接受的报送有数据登记，退回的没有",
        "accepted submissions have a register, others none",
        f"SELECT id FROM {{batch}} WHERE (COALESCE(outcome, '') IN {TAKEN}) <> (register IS NOT NULL)",
    ),
    _no_rows(
        "current_verdicts_are_the_last_judgments",
        "judgments",
        "报送的现行结论即其最后一次判定",
        "the current verdict of a submission is that of its last judgment",
        "SELECT s.id FROM submissions s LEFT JOIN {batch} j ON j.submission = s.id AND j.pass_number ="
        " (SELECT MAX(pass_number) FROM judgments WHERE submission = s.id)"
        " WHERE s.outcome IS NOT NULL AND (j.outcome IS NULL OR j.outcome <> s.outcome OR"
        " j.pass_number <> s.pass_number)",
    ),
    _no_rows(
        "judgments_are_numbered_without_gaps",
        "judgments",
        "每份报送的各次判定连续编号",
        "the judgments of a submission are numbered without gaps",
        "SELECT submission FROM {batch} GROUP BY submission"
        " HAVING COUNT(*) <> MAX(pass_number) OR MIN(pass_number) <> 1",
    ),
    _no_rows(
        "nothing_waits_to_be_judged_again",
        "submissions",
        "没有待重新判定的报送",
        "no submission waits to be judged again",
        "SELECT id FROM {batch} WHERE again IS NOT NULL",
    ),
    _among(
        "deadline_states_are_known",
        "deadlines",
        "state",
        [state.value for state in State],
        "报送时限的状态在规定范围内",
        "states of deadlines are known",
    ),
    _no_rows(
        "late_is_what_was_accepted_after_its_limit",
        "deadlines",
        "迟报接受当且仅当首次接受晚于时限且不再有所待",
        "accepted late is exactly what was accepted after its limit and waits for nothing",
        "SELECT ordinal FROM {batch} WHERE (state = 'accepted_late') <>"
        " (accepted_at IS NOT NULL AND accepted_at > COALESCE(limit_at, accepted_at) AND awaited = 0"
        " AND state <> 'not_applicable')",
    ),
    _no_rows(
        "missing_is_what_never_came",
        "deadlines",
        "缺报者从未收到也未申报零报告，且时限已过",
        "what is missing never came, was not declared nil, and is past its limit",
        "SELECT ordinal FROM {batch} WHERE state = 'missing' AND (received_at IS NOT NULL OR nil_on IS NOT NULL"
        " OR limit_at IS NULL OR limit_at >= judged_on)",
    ),
    _no_rows(
        "nothing_is_owed_twice",
        "deadlines",
        "同一单位、报表、报告期只有一项义务",
        "a filer owes a form for a period once",
        "SELECT filer FROM {batch} GROUP BY filer, kind, period HAVING COUNT(*) > 1",
    ),
    _no_rows(
        "ledger_has_no_gaps",
        "ledger",
        "台账序号连续",
        "ledger entries are numbered without gaps",
        "SELECT COUNT(*) AS entries FROM {batch} HAVING COUNT(*) <> COALESCE(MAX(sequence), 0)",
    ),
)
