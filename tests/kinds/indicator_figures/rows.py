"""指标数据报送表: rows that keep every rule of indicator_figures, and single changes that break each."""

from __future__ import annotations

from tests.contracts.samples import Right, Wrong, change, double

RIGHT = Right(
    "2020",
    "GLC",
    (
        {"item_no": "7", "indicator": "spam_rate", "name": "处置率", "value": "99%以上", "unit": "%"},
        {"item_no": "8", "indicator": "drills", "name": "演练次数", "value": "100余次", "unit": "次"}
        | {"as_of": "2020-12-20"},
    ),
    computed=(("drills", "103", "103", "103"),),
)

WRONG: tuple[Wrong, ...] = (
    double(RIGHT, "IF-01"),
    change(RIGHT, "IF-02", indicator="Spam Rate"),
    change(RIGHT, "IF-03", 1, value="100余人"),
    change(RIGHT, "IF-04", value="101%"),
    change(RIGHT, "IF-value-point", value="95%~99%"),
    change(RIGHT, "IF-05", 1, value="99次"),
    change(RIGHT, "IF-06", as_of="2019-12-31"),
)
