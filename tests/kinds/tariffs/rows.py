"""资费水平自查表: rows that keep every rule of tariffs, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
    "2020",
    "JIA",
    (
        {"code": "line_price", "service": "专线", "before": "100.00", "now": "80.00", "unit": "元/月"}
        | {"fall": "降低20%", "as_of": "2020年11月"},
        {"code": "sme_price", "service": "中小企业宽带", "before": "46", "now": "37.7", "unit": "元/月"}
        | {"fall": "下降15%以上", "as_of": "2020-11-30"},
    ),
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "TF-01"),
    change(RIGHT, "TF-02 TF-04", now="0"),
    change(RIGHT, "TF-03", fall="20%"),
    change(RIGHT, "TF-fall-point", fall="19%~21%"),
    change(RIGHT, "TF-04", fall="降低25%"),
    change(RIGHT, "TF-05 TF-04", fall="降低120%"),
    change(RIGHT, "TF-06", as_of="2021年1月"),
)
