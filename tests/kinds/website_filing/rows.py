"""网站备案与处置情况表: rows that keep every rule of website_filing, and single changes that break each."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.samples import Right, Wrong, change

RIGHT = Right(
    "2020-11",
    "GLC",
    (
        {
            "filing_rate": "99.9%以上",
            "found": "120",
            "handled": "118",
            "blacklisted": "20",
            "list_cadence": "每周",
            "as_of": "2020-11-30",
        },
    ),
    previous=({"filing_rate": "99%", "found": "90", "handled": "90", "blacklisted": "10", "as_of": "2020-10-31"},),
)

WRONG: tuple[Wrong, ...] = (
    change(RIGHT, "WF-01", found="117"),
    change(RIGHT, "WF-02", blacklisted="119"),
    change(RIGHT, "WF-03", filing_rate="101%"),
    change(RIGHT, "WF-filing_rate-point", filing_rate="95%~99%"),
    change(RIGHT, "WF-list_cadence-point", list_cadence="1~2次/周"),
    Wrong(replace(RIGHT, previous=({**RIGHT.previous[0], "handled": "119"},)), ("WF-04",)),
    change(RIGHT, "WF-05", as_of="2020-12-01"),
)
