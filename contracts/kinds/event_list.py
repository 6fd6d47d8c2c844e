"""事件清单: what happened that makes a form owed whose obligation is on an event. A list of the pack."""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.obligations import EVERY
from contracts.rule import Rule, Scope
from contracts.rule_forms import lies_in_period

BASIS = "事件清单编制约定"

FIELDS = (
    Field("filer", "filer", "filer", aliases=("填报单位",), note_zh=f"{EVERY} 指有此义务的全部单位"),
    Field("kind", "kind", "form", aliases=("报表",)),
    Field("occurred_on", "occurred_on", "occurred on", Type.DAY, aliases=("发生日期",)),
    Field("title", "title", "event", aliases=("事件",)),
    Field(
        "document",
        "document",
        "document",
        required=False,
        optional_column=True,
        aliases=("文号", "依据文件"),
        note_zh="文号或文件",
    ),
)
NAMES = {f.name: f for f in FIELDS}
SAME = ("kind", "occurred_on")

RULES = (
    Rule(
        id="EV-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given") & (pl.col("filer") != EVERY),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected=f"名录中的代码或 {EVERY} / a listed code, or {EVERY}",
        message_zh=f"填报单位“{{filer}}”不在名录中；{EVERY} 指有此义务的全部单位。",
        message_en=f"the filer “{{filer}}” is not listed; {EVERY} is everyone who owes the form.",
        basis=BASIS,
    ),
    Rule(
        id="EV-02",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=SAME,
        title_zh="同一单位同一日一行",
        title_en="one row for a filer and a day",
        when=pl.col("occurred_on").is_not_null(),
        holds=(pl.col("filer").n_unique().over(SAME) == pl.len().over(SAME))
        & ((pl.len().over(SAME) == 1) | ~(pl.col("filer") == EVERY).any().over(SAME)),
        fields=("filer", "kind", "occurred_on"),
        expected=f"每单位一行，或只有 {EVERY} 一行 / one row for each filer, or one for {EVERY}",
        message_zh=f"{{occurred_on}} 的事件使 {{kind}} 在第 {{rows}} 行对同一单位产生两次报送（{EVERY} 包含每一家）；"
        "同日的事件请合并为一行。",
        message_en=f"rows {{rows}} make a filer owe {{kind}} twice for {{occurred_on}} ({EVERY} is everyone); "
        "events of one day are one row.",
        basis=BASIS,
    ),
    lies_in_period("EV-03", NAMES["occurred_on"], basis=BASIS),
)

KIND = define_kind(
    code="event_list",
    prefix="EV",
    title_zh="事件清单",
    title_en="list of events",
    purpose_zh="使按事件报送的报表产生报送义务的事件；期限自发生之日起算。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="events.csv",
    contexts=(
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
