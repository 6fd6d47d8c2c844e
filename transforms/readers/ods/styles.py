"""What the styles of an OpenDocument spreadsheet say: which make a day a month, which hide a sheet.

A style may take its number format from a parent, and both may stand in another part of the file.
"""

from __future__ import annotations

_DATE_PARTS = frozenset(("day", "month", "year", "era", "day-of-week", "week-of-year", "quarter"))
_CLOCK_PARTS = frozenset(("hours", "minutes", "seconds", "am-pm"))
_FORMATS = ("date-style", "time-style", "number-style", "percentage-style", "currency-style", "text-style")
_MOST_PARENTS = 16


class Styles:
    """Collects styles from start tags, in the order of the file, and answers for their names."""

    def __init__(self) -> None:
        self._parts: dict[str, set[str]] = {}
        self._format_of: dict[str, str] = {}
        self._parent_of: dict[str, str] = {}
        self._hidden_tables: set[str] = set()
        self._format = ""
        self._style = ""

    def note(self, local: str, attributes: dict[str, str]) -> None:
        """Takes one start tag of a part that holds styles."""
        if local == "style" and "family" in attributes:
            self._style = f"{attributes.get('family', '')}/{attributes.get('name', '')}"
            if "data-style-name" in attributes:
                self._format_of[self._style] = attributes["data-style-name"]
            if "parent-style-name" in attributes:
                self._parent_of[self._style] = f"{attributes.get('family', '')}/{attributes['parent-style-name']}"
        elif local in _FORMATS:
            self._format = attributes.get("name", "")
            self._parts[self._format] = set()
        elif local in _DATE_PARTS | _CLOCK_PARTS and self._format:
            self._parts[self._format].add(local)
        elif local == "table-properties" and attributes.get("display") == "false":
            self._hidden_tables.add(self._style)

    def shows_month(self, cell_style: str) -> bool:
        """Whether cells of this style show a day as its year and month."""
        style = f"table-cell/{cell_style}"
        for _ in range(_MOST_PARENTS):
            if style in self._format_of:
                return self._parts.get(self._format_of[style], set()) & (_DATE_PARTS | _CLOCK_PARTS) == {
                    "year",
                    "month",
                }
            style = self._parent_of.get(style, "")
        return False

    def hides_table(self, table_style: str) -> bool:
        return f"table/{table_style}" in self._hidden_tables
