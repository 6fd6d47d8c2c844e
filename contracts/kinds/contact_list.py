"""联系方式表: whom a bureau reminds, by mail or through a webhook. A list of the pack that never leaves it.

An address is a person's, and the address of a webhook is as good as a password: the list has the first, and of the
second only the name of the block that keeps it. No message here repeats an address.
"""

from __future__ import annotations

import polars as pl

from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.kind import define_kind
from contracts.measure import Context
from contracts.rule import Rule, Scope

BASIS = "联系方式表编制约定"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
MAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+$"  # RFC 5322: a dot-atom; no dot first, last or beside another
LOCAL_PART = r"^[^@]{1,64}@"  # RFC 5321, 4.5.3.1.1
BLOCK = r"^[a-z0-9][a-z0-9-]{0,99}$"  # what Prefect takes as the name of a block

FIELDS = (
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("channel", "channel", "channel", Type.CHOICE, choices=("mail", "webhook"), aliases=("渠道",)),
    Field(
        "address",
        "address",
        "address",
        aliases=("地址",),
        personal=True,
        note_zh="mail 为邮箱；webhook 为 Prefect 中通知块的名称，不是网址",
    ),
    Field("name", "name", "name", aliases=("联系人",), personal=True, note_zh="联系人或岗位，如“网络部报送岗”"),
)

RULES = (
    Rule(
        id="CL-01",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="填报单位在名录中",
        title_en="the filer is listed",
        when=pl.col("filer_given"),
        holds=pl.col("filer_code").is_not_null(),
        fields=("filer",),
        expected="名录中的代码 / a listed code",
        message_zh="填报单位“{filer}”不在填报单位名录中；请核对代码，或先将其列入名录。",
        message_en="the filer “{filer}” is not listed.",
        basis=BASIS,
    ),
    Rule(
        id="CL-02",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="邮件的地址为邮箱",
        title_en="the address of mail is a mail address",
        when=(pl.col("channel") == "mail") & pl.col("address").is_not_null(),
        holds=pl.col("address").str.contains(MAIL) & pl.col("address").str.contains(LOCAL_PART),
        fields=("address", "channel", "filer"),
        expected="一个邮箱，如 baosong@example.org / one mail address",
        message_zh="{filer} 的联系方式以邮件送达，但所填地址不是一个邮箱；请更正，每行只填一个。",
        message_en="{filer} is reminded by mail, and the address is not one mail address; one a row.",
        basis=BASIS,
    ),
    Rule(
        id="CL-03",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh="网络回调的地址为通知块的名称",
        title_en="the address of a webhook is the name of a block",
        when=(pl.col("channel") == "webhook") & pl.col("address").is_not_null(),
        holds=pl.col("address").str.contains(BLOCK),
        fields=("address", "channel", "filer"),
        expected="Prefect 通知块的名称（小写字母、数字、连字符） / the name of a Prefect block",
        message_zh="{filer} 的联系方式为网络回调，地址应为 Prefect 通知块的名称；网址含有凭据，只存于通知块中，请勿填入本表。",
        message_en="{filer} is reminded through a webhook: the address is the name of a block, which keeps the URL.",
        basis=BASIS,
    ),
    Rule(
        id="CL-04",
        severity=Severity.MUST,
        scope=Scope.GROUP,
        group=("filer", "name"),
        title_zh="同一单位的联系人不重名",
        title_en="no two contacts of a filer have one name",
        holds=pl.len().over("filer", "name") == 1,
        fields=("filer", "name"),
        expected="每个联系人一行 / one row a contact",
        message_zh="{filer} 的联系人在第 {rows} 行重名；请合并，或以岗位区分。",
        message_en="{filer} has contacts of one name in rows {rows}.",
        basis=BASIS,
    ),
)

KIND = define_kind(
    code="contact_list",
    prefix="CL",
    title_zh="联系方式表",
    title_en="list of contacts",
    purpose_zh="各填报单位接收报送提醒的邮箱或通知块；只留在数据包中，不入库、不公开。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    rules=RULES,
    pack_file="contacts.csv",
    contexts=(
        Context("filer_list", ((pl.col("filer"), "code"),), ("code",), "filer_", "填报单位名录", "list of filers"),
    ),
)
