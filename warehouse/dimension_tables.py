"""The tables of the plan and of who is who: what the accepted lists of a bureau said, and from when until when.

Declarations only, as in `warehouse.tables`, whose metadata they share: exact numbers are canonical decimal text, days
and moments ISO text. Every row says which submission it was filed in and in which row of its sheet. A row is current
while `recorded_to` is null. What each column means stands with it (`info`), in Chinese and English.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy.types import TypeEngine

from warehouse.tables import metadata as metadata


def _column(
    name: str,
    zh: str,
    en: str,
    type_: TypeEngine[Any] | None = None,
    *,
    nullable: bool = True,
    key: bool = False,
    field: str | None = None,
) -> Column[Any]:
    """field: the field of the list that it holds, where that is not called as the column is."""
    info = {"zh": zh, "en": en, "field": field or name}
    return Column(
        name,
        String() if type_ is None else type_,
        primary_key=key,
        autoincrement=False,
        nullable=nullable and not key,
        info=info,
    )


def _recorded(name: str, *columns: Column[Any]) -> Table:
    """A table of what lists of a year said: its own columns between the year and where each row was filed."""
    return Table(
        name,
        metadata,
        _column("key", "行号", "Number of the row", Integer(), key=True),
        _column("year", "考核年度", "Performance year", Integer(), nullable=False),
        *columns,
        Column("submission", ForeignKey("submissions.id"), nullable=False, info={"zh": "报送编号", "en": "Submission"}),
        _column("sheet_row", "工作表行号；空为由多行汇总", "Row of the sheet; empty for a total of many", Integer()),
        _column("recorded_from", "自何时起如此", "Known from", nullable=False),
        _column("recorded_to", "至何时止；空为现行", "Known until; empty for what is current"),
        Index(None, "submission"),
    )


organisations = _recorded(
    "organisations",
    _column("code", "单位代码", "Code of the organisation", nullable=False),
    _column("name", "简称", "Short name", Text(), nullable=False),
    _column("full_name", "全称", "Full name", Text()),
    _column("class", "类别", "Class"),
    _column("area", "所在地区", "Area"),
    _column("succeeds", "所承继单位的代码", "Code of the organisation that it succeeds"),
    _column("former_name", "曾用名", "Former name", Text()),
    _column("valid_from", "自何日起", "Valid from"),
    _column("valid_to", "至何日止", "Valid to"),
)

indicators = _recorded(
    "indicators",
    _column("code", "编号", "Code", nullable=False),
    _column("level", "层级（1、2、3）", "Level (1, 2, 3)", nullable=False),
    _column("parent", "上级编号", "Code one level up"),
    _column("title", "名称", "Title", Text(), nullable=False),
    _column("department", "责任处室", "Department responsible"),
    _column("unit", "目标的计量单位", "Unit of its target"),
    _column("nature", "性质：约束性、预期性", "Nature: 约束性 binding, 预期性 expected"),
    _column("illustrative", "名称是否示例（是、否）", "Whether the name is illustrative (是, 否)"),
)

work_nodes = _recorded(
    "work_nodes",
    _column("code", "节点编号", "Code of the node", nullable=False),
    _column("indicator", "三级指标编号", "Level-3 indicator"),
    _column("title", "工作节点", "Work node", Text(), nullable=False),
    _column("department", "责任处室", "Department responsible"),
    _column("illustrative", "名称是否示例（是、否）", "Whether the name is illustrative (是, 否)"),
)

targets = _recorded(
    "targets",
    _column("indicator", "目标所指的指标代码", "Code of the indicator that it is for", nullable=False),
    _column("node", "指标体系中的编号", "Code in the indicator tree", nullable=False),
    _column("name", "目标名称", "Name of the target", Text()),
    _column("comparator", "比较符（降幅为负）", "Comparator; a fall is negative", nullable=False),
    _column("value", "目标值（降幅为负）", "Value; a fall is negative"),
    _column("low", "下界；空为无下界", "Lower bound; empty where open"),
    _column("high", "上界；空为无上界", "Upper bound; empty where open"),
    _column("low_closed", "是否含下界", "Whether the lower bound is included", Boolean()),
    _column("high_closed", "是否含上界", "Whether the upper bound is included", Boolean()),
    _column("unit", "计量单位", "Unit"),
    _column("nature", "性质：约束性、预期性", "Nature: 约束性 binding, 预期性 expected"),
    _column("as_written", "原文写法", "As written", Text(), nullable=False),
    _column("published_on", "公布日期", "Published on"),
)

obligations = _recorded(
    "obligations",
    _column("filer", "填报单位代码；* 为该类别全部单位", "Filer code; * for all of the class", nullable=False),
    _column("filer_class", "类别", "Class", field="class"),
    _column("kind", "报表代码", "Form code", nullable=False),
    _column("cadence", "报送周期", "Cadence", nullable=False),
    _column("due", "期限的写法", "Due term as written", nullable=False),
    _column("roll", "顺延规则", "Roll rule"),
    _column("due_by", "时刻", "Hour", field="by"),
    _column("cutoff", "信息截止", "Cutoff"),
    _column("first_period", "起始期", "First period", field="from"),
    _column("last_period", "终止期", "Last period", field="until"),
    _column("issued", "下达日期", "Issued on"),
    _column("nil", "可否零报告", "Whether a nil return is allowed"),
    _column("awaits", "待齐报表", "Form it waits for"),
    _column("assumed", "文件未载明、另行约定的内容", "What is assumed, not in the document", Text()),
    _column("basis", "依据", "Basis", Text()),
)

waivers = _recorded(
    "waivers",
    _column("rule", "规则编号", "Rule", nullable=False),
    _column("filer", "填报单位代码", "Filer code", nullable=False),
    _column("period", "报告期", "Period", nullable=False),
    _column("approver", "批准人", "Approved by", Text()),
    _column("reason", "理由", "Reason", Text()),
    _column("granted_on", "批准日期", "Granted on"),
    _column("valid_to", "有效期至", "Valid until", field="until"),
    _column("evidence", "依据文件", "Evidence", Text()),
)

explanations = _recorded(
    "explanations",
    _column("rule", "规则编号", "Rule", nullable=False),
    _column("filer", "填报单位代码", "Filer code", nullable=False),
    _column("kind", "报表代码", "Form code", nullable=False),
    _column("period", "报告期", "Period", nullable=False),
    _column("field", "字段", "Field"),
    _column("about", "行", "Row or group", Text()),
    _column("value", "所说明的内容", "What it explains", Text()),
    _column("band_pct", "适用幅度（%）", "Band in %"),
    _column("said", "说明", "Explanation", Text(), field="text"),
    _column("explained_by", "说明人", "Explained by", Text(), field="by"),
    _column("given_on", "说明日期", "Given on"),
)

# One row a carrier and class of complaint of a register: cases and days counted, so that any mean is made from sums.
complaint_tallies = _recorded(
    "complaint_tallies",
    _column("filer", "填报单位代码", "Filer code", nullable=False),
    _column("period", "报告期", "Period", nullable=False),
    _column("carrier", "被申诉企业", "Carrier complained of", Text(), nullable=False),
    _column("category", "申诉类别", "Class of complaint", nullable=False),
    _column("case_count", "申诉件数", "Complaints", Integer(), nullable=False),
    _column("closed_count", "办结件数", "Closed", Integer(), nullable=False),
    _column("refused_count", "不予受理件数", "Not taken up", Integer(), nullable=False),
    _column("open_count", "处理中件数", "Still open", Integer(), nullable=False),
    _column("accept_case_count", "有受理日期的件数", "With a day of acceptance", Integer(), nullable=False),
    _column(
        "accept_days", "收到至受理的日数合计", "Days from receipt to acceptance, in all", Integer(), nullable=False
    ),
    _column("answer_case_count", "有答复日期的件数", "With a day of answer", Integer(), nullable=False),
    _column("answer_days", "收到至答复的日数合计", "Days from receipt to answer, in all", Integer(), nullable=False),
    _column("close_case_count", "有办结日期的件数", "With a day of closing", Integer(), nullable=False),
    _column("close_days", "收到至办结的日数合计", "Days from receipt to closing, in all", Integer(), nullable=False),
    _column("close_days_most", "收到至办结最长日数", "Most days from receipt to closing", Integer()),
    _column("late_count", "受理后超过60日办结的件数", "Closed over 60 days from acceptance", Integer(), nullable=False),
)

# What each version of a contract asked: one row a rule, from the first judgment by that version on.
rule_versions = Table(
    "rule_versions",
    metadata,
    _column("kind", "报表代码", "Form code", key=True),
    _column("contract_version", "合同版本", "Version of the contract", key=True),
    _column("ordinal", "规则次序", "Number of the rule", Integer(), key=True),
    _column("rule", "规则编号", "Rule", nullable=False),
    _column("severity", "规则等级", "Severity", nullable=False),
    _column("scope", "范围：row 行、group 组、frame 整份", "Scope: row, group or frame", nullable=False),
    _column("level", "校验层级（0–5）", "Validation level (0–5)", Integer(), nullable=False),
    _column("family", "质量特性代码", "Quality family", nullable=False),
    _column("title_zh", "规则名称", "Title in Chinese", Text(), nullable=False),
    _column("title_en", "规则英文名称", "Title in English", Text(), nullable=False),
    _column("basis", "依据", "Basis", Text(), nullable=False),
    _column("valid_from", "自何日起", "In force since", field="since"),
    _column("valid_to", "至何日止", "In force until", field="until"),
    _column("known_from", "首次据以判定的时间", "First judged by it at", nullable=False),
)

# What two versions of figures say of each other, once and for all: a figure beside its target, beside the same period
# of the year before, beside the period before, or beside the total that it is a part of.
figure_pairs = Table(
    "figure_pairs",
    metadata,
    Column("relation", String, primary_key=True),
    Column("figure", ForeignKey("figures.key"), primary_key=True, autoincrement=False),
    Column("other", ForeignKey("figures.key"), primary_key=True, autoincrement=False),
    Column("known_from", String, nullable=False),
    Column("state", String),
    Column("otherwise", String),
    Column("reason_zh", Text),
    Column("reason_en", Text),
    Column("check_unit", Boolean),
    Column("difference", String),
    Column("difference_low", String),
    Column("difference_high", String),
    Column("pct", String),
    Column("pct_low", String),
    Column("pct_high", String),
    Index(None, "figure"),
    Index(None, "other"),
)
