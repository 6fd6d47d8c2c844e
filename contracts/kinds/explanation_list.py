"""说明清单: what filers say about 核实 findings, each bound to the value it explains. A list of the pack.

Its rows stand alone: one that says nothing is refused, and the others are taken.
"""

from __future__ import annotations

import polars as pl

from contracts.explanations import BAND_PCT
from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.rule import Rule, Scope

BASIS = "说明清单编制约定"
SHORTEST = 4  # characters that are left of a reason once the words that say nothing are taken out

FIELDS = (
    Field("rule", "rule", "rule", aliases=("规则",)),
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field("period", "period", "period", aliases=("报告期",)),
    Field("field", "field", "field", required=False, aliases=("字段",)),
    Field("about", "about", "row", required=False, aliases=("行",)),
    Field("value", "value", "value explained", aliases=("所说明的数值",)),
    Field(
        "band_pct",
        "band_pct",
        "band in %",
        Type.DECIMAL,
        required=False,
        optional_column=True,
        unit="%",
        aliases=("适用幅度",),
        note_zh=f"数值变动不超过此百分比时继续适用；未填为{BAND_PCT}",
    ),
    Field("text", "text", "explanation", aliases=("说明",)),
    Field("by", "by", "explained by", aliases=("说明人",)),
    Field("given_on", "given_on", "given on", Type.DAY, aliases=("说明日期",)),
)

# What is said of any number at all. Taken out of a text, a reason remains; or nothing does.
EMPTY_WORDS = (
    "经(?:我)?(?:公司|单位|部门|局)?|我(?:公司|单位|部门|局|们|司)|本(?:公司|单位|部门)|(?:再次|反复|认真|已经|已|均|都|全部|确系|确)"
    "|(?:上述|该|此|以上|所|其)|(?:数据|数值|数字|情况|内容|指标|填报|报送|填写|上报|结果)"
    "|(?:核实|核对|核查|复核|检查|查证|审核|确认|自查)|(?:无误|属实|正确|准确|真实|正常|无(?:问题|异常|错误)|没有(?:问题|异常|错误)|没问题|不存在问题)"
    "|(?:问题|异常|错误)|(?:完毕|完成|同上|同前|略|无|见附件|特此说明|说明|如实)|[后过了是为的有并且与和]"
    "|(?i:verified|checked|confirmed|correct|true|ok|no|errors?|data|the|is|are|as|above|n/a|none)"
)
BARE = pl.col("text").str.replace_all(r"[\s\p{P}\p{S}]", "")
REASON = BARE.str.replace_all(EMPTY_WORDS, "")
FINDING = pl.struct("rule", "kind", "filer", pl.col("field").fill_null(""), pl.col("about").fill_null(""))

RULES = (
    Rule(
        id="EX-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="说明给出原因",
        title_en="an explanation gives a reason",
        when=pl.col("text").is_not_null(),
        holds=REASON.str.len_chars() >= SHORTEST,
        fields=("text",),
        expected="数值为何如此，如“11月新并入两个县的基站” / why the value is what it is",
        message_zh="说明“{text}”没有说出原因，不予采纳；请写明数值为何如此。",
        message_en="the explanation “{text}” gives no reason and is not accepted; say why the value is what it is.",
        basis=BASIS,
    ),
    Rule(
        id="EX-02",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=("text",),
        title_zh="不同问题不用同一段说明",
        title_en="no two findings are explained in the same words",
        when=pl.col("text").is_not_null(),
        holds=FINDING.n_unique().over(BARE) == 1,
        fields=("text", "rule", "about"),
        expected="逐项说明 / a reason for each",
        message_zh="第 {rows} 行以同一段话“{text}”说明不同的问题，均不予采纳；请逐项说明原因。",
        message_en="rows {rows} explain different findings by the same words “{text}”; none is accepted.",
        basis=BASIS,
    ),
    Rule(
        id="EX-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected="名录中的代码 / a listed code",
        message_zh="填报单位“{filer}”不在名录中。",
        message_en="the filer “{filer}” is not listed.",
        basis=BASIS,
    ),
    Rule(
        id="EX-04",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="适用幅度在0%至50%之间",
        title_en="the band lies in 0 % to 50 %",
        when=pl.col("band_pct").is_not_null(),
        holds=pl.col("band_pct").is_between(0, 50),
        fields=("band_pct",),
        expected="0%–50%",
        message_zh="适用幅度 {band_pct}% 过宽或为负：数值变动这么多，须重新说明。",
        message_en="a band of {band_pct} % is too wide or negative: a value that moves so far needs a new explanation.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="explanation_list",
    prefix="EX",
    title_zh="说明清单",
    title_en="list of explanations",
    purpose_zh="填报单位对核实类问题的说明，逐项对应所说明的数值。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    rows_stand_alone=True,
    pack_file="explanations.csv",
    contexts=(
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
