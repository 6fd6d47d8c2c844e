"""The one written form of exact numbers, moments and records, so that equal things are equal bytes.

Never a float: an exact number is decimal text without an exponent and without trailing zeros.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from contracts.errors import UsageError
from contracts.exact import decimal_text

CHINA = timezone(timedelta(hours=8))


def optional_decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def moment_text(moment: datetime) -> str:
    """ISO with +08:00. Texts of two moments compare as the moments do, because the zone is always the same.

    Raises UsageError for a moment without a zone: nobody can say when that was.
    """
    if moment.tzinfo is None:
        raise UsageError(f"时间缺少时区：{moment.isoformat()}", f"a time without a zone: {moment.isoformat()}")
    return moment.astimezone(CHINA).isoformat()


def json_text(content: Any) -> str:
    """Canonical JSON: sorted keys, no spaces, Chinese as it is."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
