"""豁免清单: which 准强制 rule is set aside for whom, by whom and why. A list of the pack."""

from __future__ import annotations

from contracts.field import Field
from contracts.kind import define_kind

FIELDS = (
    Field("rule", "rule", "rule", aliases=("规则",)),
    Field("filer", "filer", "filer", aliases=("填报单位",)),
    Field("period", "period", "period", aliases=("报告期",)),
    Field("approver", "approver", "approved by", aliases=("批准人",)),
    Field("reason", "reason", "reason", aliases=("理由",)),
)

KIND = define_kind(
    code="waiver_list",
    prefix="WV",
    title_zh="豁免清单",
    title_en="list of waivers",
    purpose_zh="经批准暂不适用的准强制规则。",
    filers=("bureau",),
    cadence="yearly",
    fields=FIELDS,
    pack_file="waivers.csv",
)
