"""The edition that is being published: whose, for which year, under which title. Values only, handed in by flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.kind import Kind

PARAGRAPHS = "indicator_paragraphs"  # one paragraph for each level-3 indicator
PLAIN = "plain"  # tables only


@dataclass(frozen=True)
class Edition:
    """What flows know about a publication.

    notice: printed on every document, "" for none. form: PARAGRAPHS or PLAIN. kinds: by code. filers: code → short
    name.
    """

    title: str
    bureau_code: str
    bureau_name: str
    jurisdiction: str
    year: int
    published_at: datetime
    notice: str
    form: str
    kinds: Mapping[str, Kind]
    filers: Mapping[str, str]

    @property
    def heading(self) -> str:
        """The title as printed: a summary by indicator is a 完成情况."""
        ending = "完成情况"
        return self.title if self.form != PARAGRAPHS or self.title.endswith(ending) else self.title + ending

    def filer_name(self, code: str) -> str:
        """The short name of a filer; its code where the list of filers has none."""
        return self.bureau_name if code == self.bureau_code else self.filers.get(code, code)

    def kind_title(self, code: str) -> str:
        return self.kinds[code].title_zh if code in self.kinds else code

    def is_list(self, code: str) -> bool:
        """Whether a kind comes with the pack as a list instead of from a filer."""
        return code in self.kinds and self.kinds[code].pack_file is not None

    def rule_title(self, kind: str, rule: str) -> str:
        """What a rule asks for; "" for one that is about a file's shape or that the contract no longer has."""
        rules = self.kinds[kind].rules if kind in self.kinds else ()
        return next((r.title_zh for r in rules if r.id == rule), "")
