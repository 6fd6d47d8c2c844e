"""到件记录: which file came when and how. A list of the pack, and the clock of its replay."""

from __future__ import annotations

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.rule import Rule, Scope
from contracts.rule_forms import stands_once

FIELDS = (
    Field("file", "file", "file", aliases=("文件",)),
    Field("received_at", "received_at", "received at", aliases=("收到时间",)),
    Field("channel", "channel", "channel", aliases=("渠道",)),
)
NAMES = {f.name: f for f in FIELDS}

RULES = (
    stands_once("AR-01", NAMES["file"], basis="到件记录约定"),
    Rule(
        id="AR-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="时间带时区",
        title_en="the time has a zone",
        when=pl.col("received_at").is_not_null(),
        holds=pl.col("received_at").str.contains(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$"),
        fields=("received_at",),
        expected="2020-12-10T16:30:00+08:00",
        message_zh="收到时间“{received_at}”不是带时区的时间；请按 2020-12-10T16:30:00+08:00 的写法填写。",
        message_en="“{received_at}” is not a time with a zone.",
        basis="到件记录约定",
    ),
)

KIND = define_kind(
    code="arrival_list",
    prefix="AR",
    title_zh="到件记录",
    title_en="list of arrivals",
    purpose_zh="各文件的收到时间和渠道。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="arrivals.csv",
)
