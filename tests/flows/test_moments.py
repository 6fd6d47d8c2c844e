"""The moment somebody asks about in writing: one reading for `jixiao due --on` and for the flow's `on`."""

from __future__ import annotations

import re

import pytest

from contracts.errors import UsageError
from flows.moments import moment_of


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-06-17", "2019-06-17T23:59:59+08:00"),
        ("2019-06-17T00:00", "2019-06-17T00:00:00+08:00"),
        ("2019-06-17T00:00:00", "2019-06-17T00:00:00+08:00"),
        ("2019-06-17T12:00:30", "2019-06-17T12:00:30+08:00"),
        ("2019-06-17T00:00:00.5", "2019-06-17T00:00:00.500000+08:00"),
        ("2019-06-16T16:00Z", "2019-06-17T00:00:00+08:00"),
        ("2019-06-17T01:30+09:00", "2019-06-17T00:30:00+08:00"),
    ],
)
def test_a_day_means_its_end_and_a_moment_itself(text: str, moment: str) -> None:
    assert moment_of(text, "on").isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "gestern", "2019-13-01", "2019-02-29", "20190617", "2019-W25-1", "2019-06-17 08:30", "2019-06-17T"),
        *("2019-06-17T24:00", "2019-06-17T08", "2019-06-17Z", "2019-06-17\n", "２０１９-06-17"),
        *("0001-01-01T00:00+23:00", "9999-12-31T23:59-23:00"),
    ],
)
def test_what_is_neither_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        moment_of(text, "--on")
    assert f"“{text}”不能用作 --on 的值" in str(refused.value)
    assert re.search("is no value of --on; .*2019-06-17T08:30", str(refused.value))
