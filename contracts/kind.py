"""A submission kind: who files it, how often, what its form holds, and what its rows become.

A kind's fields and rules live in its Pandera schema and are read from there. Kinds are found, not listed: every module
of `contracts.kinds` (and of folders handed in) that has a `KIND` is one. This module must name no kind.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import pandera.polars as pa
import polars as pl

from contracts.errors import ContractError, UsageError
from contracts.field import Field
from contracts.masking import refuse_personal_measures
from contracts.measure import Context, Measure
from contracts.period import Period
from contracts.rule import Rule
from contracts.schema import build_schema, fields_of, keep_rules, rules_of
from contracts.waivers import months_after


@dataclass(frozen=True, eq=False)
class Kind:
    """One form and all that is known about it.

    filers: classes of filers who file it (as in a pack's filers.csv). total_in: field in whose column 合计 marks a
    control-total row. rows_stand_alone: whether single rows may be quarantined while the others are accepted.
    pack_file: the file of a pack that this kind describes (filers.csv), for lists other kinds are judged against.
    retained: how long after the end of its period a submission's personal data are kept, in years or months ("P3Y",
    "P18M"); "" where nothing says so, and nothing is due to be erased by itself.
    """

    code: str
    prefix: str
    title_zh: str
    title_en: str
    purpose_zh: str
    filers: tuple[str, ...]
    cadence: str
    schema: pa.DataFrameSchema
    measures: tuple[Measure, ...] = ()
    contexts: tuple[Context, ...] = ()
    total_in: str | None = None
    rows_stand_alone: bool = False
    pack_file: str | None = None
    since: date | None = None
    until: date | None = None
    retained: str = ""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return fields_of(self.schema)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return rules_of(self.schema)

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where the form has none."""
        return next(f for f in self.fields if f.name == name)

    def in_force(self, period: Period) -> Kind:
        """The contract as it applied in `period`: the same form with the rules then in force.

        Raises UsageError where the form itself was not in use then.
        """
        if (self.since and period.start < self.since) or (self.until and period.start > self.until):
            raise UsageError(
                f"报表“{self.title_zh}”在 {period.label_zh} 未启用",
                f"the form {self.code} was not in use in {period.label}",
            )
        return replace(self, schema=keep_rules(self.schema, {r.id for r in self.rules if r.in_force(period)}))

    def kept_until(self, period: Period) -> date | None:
        """The first day on which the personal data of a submission for `period` may go; None where nothing says so."""
        if not self.retained:
            return None
        months = int(self.retained[1:-1]) * (12 if self.retained.endswith("Y") else 1)
        return months_after(period.end, months) + timedelta(days=1)

    @cached_property
    def version(self) -> str:
        """Twelve characters that change whenever a field, a rule, a measure or a context of the contract changes."""
        declared: tuple[Rule | Measure | Context, ...] = (*self.rules, *self.measures, *self.contexts)
        parts = [self.code, repr(self.fields), str(self.total_in), str(self.rows_stand_alone)]
        parts += [_describe(one) for one in declared]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def define_kind(
    *,
    code: str,
    prefix: str,
    title_zh: str,
    title_en: str,
    purpose_zh: str,
    filers: tuple[str, ...],
    cadence: str,
    fields: Sequence[Field],
    rules: Sequence[Rule] = (),
    measures: tuple[Measure, ...] = (),
    contexts: tuple[Context, ...] = (),
    total_in: str | None = None,
    rows_stand_alone: bool = False,
    pack_file: str | None = None,
    since: date | None = None,
    until: date | None = None,
    retained: str = "",
) -> Kind:
    """A kind from its declaration; fields and rules go into the schema and nowhere else.

    Raises ContractError where a figure would publish a personal field, or the retention cannot be read.
    """
    refuse_personal_measures(code, fields, measures)
    if retained and not re.fullmatch(r"P[1-9][0-9]{0,2}[YM]", retained):
        raise ContractError(
            f"报表 {code} 的保存期限“{retained}”应如 P3Y 或 P18M", f"{code} retains for “{retained}”; such as P3Y, P18M"
        )
    return Kind(
        code=code,
        prefix=prefix,
        title_zh=title_zh,
        title_en=title_en,
        purpose_zh=purpose_zh,
        filers=filers,
        cadence=cadence,
        schema=build_schema(prefix, fields, rules, total_in),
        measures=measures,
        contexts=contexts,
        total_in=total_in,
        rows_stand_alone=rows_stand_alone,
        pack_file=pack_file,
        since=since,
        until=until,
        retained=retained,
    )


def discover_kinds(folders: Iterable[Path] = ()) -> dict[str, Kind]:
    """Every kind there is, by code: the modules of `contracts.kinds`, then those of `folders`.

    Raises ContractError where two share a code or a rule prefix or a module does not load, UsageError where a folder
    is not there.
    """
    import contracts.kinds as home

    modules = [importlib.import_module(f"contracts.kinds.{m.name}") for m in pkgutil.iter_modules(home.__path__)]
    modules += [_load(path) for folder in folders for path in _modules_in(folder)]
    kinds: dict[str, Kind] = {}
    for module in modules:
        kind = getattr(module, "KIND", None)
        if not isinstance(kind, Kind):
            continue
        if kind.code in kinds or kind.prefix in {k.prefix for k in kinds.values()}:
            raise ContractError(f"报表代码或规则前缀重复：{kind.code}", f"code or rule prefix used twice: {kind.code}")
        kinds[kind.code] = kind
    _keep_apart(kinds.values())
    return kinds


def load_kinds(folder: Path) -> dict[str, Kind]:
    """The kinds of one folder alone, by code: drafts, tried in the place of those that are in use.

    Raises ContractError where a module does not load, UsageError where the folder is not there or holds no kind.
    """
    found = (getattr(_load(path), "KIND", None) for path in _modules_in(folder))
    kinds = {kind.code: kind for kind in found if isinstance(kind, Kind)}
    if not kinds:
        raise UsageError(f"{folder} 中没有报表模块", f"there is no kind module in {folder}")
    return kinds


def _keep_apart(kinds: Iterable[Kind]) -> None:
    """No two kinds may yield figures of one name: the later one would pass for a new version of the other's.

    A template ("filed/{code}") owns everything that begins with its fixed part.
    """
    heads = [(m.indicator.partition("{")[0], "{" in m.indicator, k.code) for k in kinds for m in k.measures]
    for head, is_template, code in heads:
        for other, _, owner in heads:
            if owner != code and (other == head or (is_template and other.startswith(head))):
                zh = f"报表 {code} 与 {owner} 的指标代码冲突：{head}"
                raise ContractError(zh, f"kinds {code} and {owner} yield the same indicator: {head}")


def _modules_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"没有报表模块文件夹：{folder}", f"there is no folder of kinds {folder}")
    return sorted(folder.glob("*.py"))


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_jixiao_kind_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ContractError(f"无法载入报表模块：{path.name}", f"cannot load the kind module {path.name}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        what = f"{path.name}: {type(error).__name__}: {error}"
        raise ContractError(f"报表模块无法载入：{what}", f"the kind module does not load: {what}") from error
    return module


def _describe(part: Rule | Measure | Context) -> str:
    return "|".join(f"{field.name}={_told(getattr(part, field.name))}" for field in fields(part))


def _told(value: object) -> str:
    """A value in full. An expression's own text would leave out the middle of a long list."""
    if isinstance(value, pl.Expr):
        # A Python function is pickled otherwise in every process; what it was made of stands beside it in the tree.
        return json.dumps(_without_functions(json.loads(value.meta.serialize(format="json"))))
    if isinstance(value, tuple):
        return f"({','.join(_told(item) for item in value)})"
    if isinstance(value, Mapping):
        return _told(tuple(sorted(value.items())))
    return repr(value)


def _without_functions(node: Any) -> Any:
    if isinstance(node, dict):
        pickled = node.get("AnonymousFunction", {}).get("function")
        if pickled is not None:
            node = node | {"AnonymousFunction": node["AnonymousFunction"] | {"function": "Python"}}
        return {key: _without_functions(part) for key, part in node.items()}
    return [_without_functions(part) for part in node] if isinstance(node, list) else node
