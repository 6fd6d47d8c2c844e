"""What each column of the warehouse's own tables means, in Chinese and English, for those who look behind the marts.

The tables of the plan say it themselves (`warehouse.dimension_tables`), and a column that a mart hands on unchanged is
explained there. Here stands the rest. A column of a table that marts read has to be explained: a test looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, Table

from warehouse.marts.deadline_record import MART as DEADLINES
from warehouse.marts.figure_history import MART as FIGURES
from warehouse.marts.finding_log import MART as FINDINGS
from warehouse.marts.judgment_log import MART as JUDGMENTS
from warehouse.marts.rule_record import MART as RULES
from warehouse.marts.submission_log import MART as SUBMISSIONS

Said = tuple[str, str]

TABLES: Final[Mapping[str, Said]] = {
    "home": ("所属主管局", "Whose warehouse it is"),
    "submissions": ("报送（判定各列为现行判定）", "Submissions, with their current verdict"),
    "judgments": ("历次判定", "Every judgment of every submission"),
    "findings": ("历次判定发现的问题", "What every judgment found"),
    "rule_counts": ("历次判定各规则的通过情况", "How often each rule was passed or broken, by judgment"),
    "ignored_cells": ("注明忽略的单元格", "Cells that were named as ignored"),
    "figures": ("指标值的全部版本", "Every version of every figure"),
    "figure_cells": ("直接取自报送的指标值所在的单元格", "The cells of figures that were filed themselves"),
    "figure_parts": ("由其他指标值形成的指标值的构成", "What figures are made of that come from others"),
    "deadlines": ("现行的报送时限登记", "What became of every obligation, as of now"),
    "past_deadlines": ("报送时限登记的先前各版", "What was said of obligations before"),
    "publications": ("已发布的文件", "Published files"),
    "ledger": ("台账（哈希链）", "The ledger, a chain of hashes"),
    "editions": ("发布的各版及签发", "Editions of what was published, and who signed"),
    "runs": ("历次运行", "Every run and audit"),
    "reminders": ("催报", "Reminders"),
    "organisations": ("单位名录", "Organisations"),
    "indicators": ("指标体系", "Tree of indicators"),
    "work_nodes": ("工作节点", "Work nodes"),
    "targets": ("目标", "Targets"),
    "obligations": ("报送义务", "Obligations"),
    "waivers": ("豁免", "Waivers"),
    "explanations": ("说明", "Explanations"),
    "complaint_tallies": ("申诉处理台账的汇总", "Complaints counted, by register"),
    "rule_versions": ("各版合同的规则", "Rules of every version of a contract"),
    "figure_pairs": ("成对比较的指标值", "Figures compared two by two"),
}

_BETWEEN: Final[dict[str, Said]] = {
    "recorded_from": ("自何时起如此", "Known from"),
    "recorded_to": ("至何时止；空为现行", "Known until; empty for what is current"),
}
_ACCOUNT: Final[dict[str, Said]] = {
    "register": ("已接受明细文件的 SHA-256；空为没有", "SHA-256 of the file of accepted rows; empty without"),
    "sheet": ("所读的工作表", "The sheet that was read"),
    "columns": ("字段所在的列（JSON）", "In which column each field stands (JSON)"),
    "fields": ("字段及其名称（JSON）", "The fields and what they are called (JSON)"),
    "cells_nonempty": ("非空单元格数", "Filled cells"),
    "cells_used": ("使用的单元格数", "Cells used"),
    "cells_ignored": ("注明忽略的单元格数", "Cells named as ignored"),
    "cells_found": ("列入问题的单元格数", "Cells in findings"),
    "account": ("文件内容的去向（JSON）", "What became of the file's content (JSON)"),
    "received": ("收到行数", "Rows received"),
    "accepted": ("接受行数", "Rows accepted"),
    "quarantined": ("隔离行数", "Rows quarantined"),
}
_OWN: Final[Mapping[str, Mapping[str, Said]]] = {
    "home": {"bureau": ("主管局代码", "Code of the bureau"), "title": ("主管局名称", "Name of the bureau")},
    "submissions": _ACCOUNT
    | {
        "id": ("报送编号", "Submission"),
        "period_start": ("报告期首日", "First day of the period"),
        "period_end": ("报告期末日", "Last day of the period"),
        "channel": ("报送途径", "How it came"),
        "size": ("文件字节数", "Bytes of the file"),
        "again": ("须重新判定的原因；空为不须", "Why it has to be judged again; empty where it has not"),
    },
    "judgments": _ACCOUNT,
    "findings": {
        "operands": ("涉及的单元格及其内容（JSON）", "The cells concerned and what stands in them (JSON)"),
        "rows": ("涉及的行（JSON）", "The rows concerned (JSON)"),
        "suggestions": ("建议（JSON）", "What may have been meant (JSON)"),
    },
    "rule_counts": {
        "submission": ("报送编号", "Submission"),
        "pass_number": ("第几次判定", "Pass"),
        "ordinal": ("该表规则的次序", "Number of the rule within the form"),
        "passed": ("通过行数", "Rows that passed"),
        "failed": ("未通过行数", "Rows that failed"),
        "not_evaluable": ("未能判定行数", "Rows where it could not be told"),
        "not_applicable": ("不适用行数", "Rows it does not speak of"),
        "reason_zh": ("未能判定的原因（中文）", "Why it could not be told, in Chinese"),
        "reason_en": ("未能判定的原因（英文）", "Why it could not be told, in English"),
    },
    "figures": {
        "key": ("指标值版本的行号", "Number of this version"),
        "period_start": ("报告期首日", "First day of the period"),
        "period_end": ("报告期末日", "Last day of the period"),
    },
    "figure_cells": {
        "figure": ("指标值版本的行号（figures.key）", "The version of the figure (figures.key)"),
        "submission": ("报送编号", "Submission"),
        "sheet": ("工作表", "Sheet"),
        "cell": ("单元格", "Cells"),
    },
    "figure_parts": {
        "figure": ("指标值版本的行号（figures.key）", "The version of the figure (figures.key)"),
        "ordinal": ("构成中的序号", "Number of the part"),
        "part": ("所由形成的指标值版本（figures.key）", "The version it is made of (figures.key)"),
    },
    "deadlines": _BETWEEN | {"awaited": DEADLINES.columns["awaited_count"]},
    "past_deadlines": _BETWEEN | {"awaited": DEADLINES.columns["awaited_count"]},
    "figure_pairs": {
        "relation": (
            "关系：target 目标、year before 上年同期、period before 上期、whole 合计",
            "Relation: target, year before, period before, or whole (the total it is a part of)",
        ),
        "figure": ("指标值版本的行号（figures.key）", "The version of the figure (figures.key)"),
        "other": ("与之比较的指标值版本（figures.key）", "The version it is compared with (figures.key)"),
        "known_from": ("自何时起可以比较", "Known from"),
        "state": ("目标完成情况", "Attainment of the target"),
        "otherwise": ("不可直接比较时，按现有数值的结论", "What it would be if it could be compared outright"),
        "reason_zh": ("原因（中文）", "Why, in Chinese"),
        "reason_en": ("原因（英文）", "Why, in English"),
        "check_unit": ("计量单位是否须核对", "Whether the units have to be looked at"),
        "difference": ("增减", "Difference"),
        "difference_low": ("增减的下界；空为无下界", "Lower bound of it; empty where open"),
        "difference_high": ("增减的上界；空为无上界", "Upper bound of it; empty where open"),
        "pct": ("百分比", "In %"),
        "pct_low": ("百分比的下界；空为无下界", "Lower bound of it; empty where open"),
        "pct_high": ("百分比的上界；空为无上界", "Upper bound of it; empty where open"),
    },
    "ignored_cells": {
        "submission": ("报送编号", "Submission"),
        "ordinal": ("序号", "Number"),
        "sheet": ("工作表", "Sheet"),
        "area": ("区域", "Area"),
        "cells": ("单元格数", "Cells"),
        "reason_zh": ("忽略的原因（中文）", "Why they are ignored, in Chinese"),
        "reason_en": ("忽略的原因（英文）", "Why they are ignored, in English"),
    },
    "ledger": {
        "sequence": ("台账序号", "Entry"),
        "at": ("所记之事的时间", "When it was known"),
        "event": ("事项", "What happened"),
        "subject": ("所涉对象", "To what"),
        "content": ("内容（JSON）", "Content (JSON)"),
        "previous_hash": ("上一条的哈希", "Hash of the entry before"),
        "hash": ("本条的哈希", "Hash of this entry"),
    },
    "publications": {
        "entry": ("台账序号", "Entry of the ledger"),
        "path": ("文件", "File"),
        "year": ("考核年度", "Performance year"),
        "sha256": ("文件的 SHA-256", "SHA-256 of the file"),
    },
    "editions": {
        "year": ("考核年度", "Performance year"),
        "number": ("第几版", "Edition"),
        "state": ("状态：draft 草稿、final 定稿、corrected 更正", "State: draft, final or corrected"),
        "entry": ("台账序号", "Entry of the ledger"),
        "at": ("签发时间", "Signed at"),
        "signed_by": ("签发人", "Signed by"),
        "reason": ("理由", "Why"),
        "evidence": ("依据", "Evidence"),
        "files": ("文件及其 SHA-256（JSON）", "Files and their SHA-256 (JSON)"),
        "erratum": ("较上一版的变动（JSON）", "What moved since the edition before (JSON)"),
    },
    "runs": {
        "number": ("序号", "Number"),
        "what": ("事项", "What was done"),
        "started_at": ("开始时间", "Begun at"),
        "ended_at": ("结束时间", "Ended at"),
        "year": ("考核年度", "Performance year"),
        "ledger_head": ("当时台账末条的哈希", "Hash of the ledger's last entry then"),
        "content": (
            "所用代码、合同、日历和数据包的版本（JSON）",
            "Versions of code, contracts, calendar and pack (JSON)",
        ),
        "previous_hash": ("上一条的哈希", "Hash of the run before"),
        "hash": ("本条的哈希", "Hash of this one"),
    },
}
_HANDED_ON: Final[Mapping[str, Mapping[str, Said]]] = {
    "submissions": SUBMISSIONS.columns,
    "judgments": JUDGMENTS.columns,
    "findings": FINDINGS.columns,
    "rule_counts": RULES.columns,
    "figures": FIGURES.columns,
    "deadlines": DEADLINES.columns,
    "past_deadlines": DEADLINES.columns,
}


def meaning_of(table: Table) -> Said:
    """What a table holds; its name where nothing explains it."""
    return TABLES.get(table.name, (table.name, table.name))


def meanings(table: Table) -> dict[str, Said]:
    """Column → its meaning, for every column that something explains."""
    said = {column.name: _meaning(table.name, column) for column in table.columns}
    return {name: meaning for name, meaning in said.items() if meaning is not None}


def _meaning(table: str, column: Column[Any]) -> Said | None:
    if "zh" in column.info:
        return column.info["zh"], column.info["en"]
    own = _OWN.get(table, {}).get(column.name)
    return own or _HANDED_ON.get(table, {}).get(column.name)
