"""A kind *is* its Pandera schema: fields are its columns, rules are its checks.

Builds the schema from fields and rules, and walks it back to them; there is no other list of either. Also the gate:
`passes` runs Pandera's own validation over what is about to be loaded. Only this package imports Pandera.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable
from dataclasses import replace
from string import Formatter
from typing import Any, cast

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from contracts.errors import ContractError
from contracts.field import Field, Type
from contracts.finding import Severity
from contracts.rule import Rule, Scope
from contracts.text_bounds import text_rules
from contracts.together import Totals

EXACT = pl.Decimal(38, 6)
CONVENTION = "本框架的填报约定"

DTYPES: dict[Type, Any] = {
    Type.TEXT: pl.String,
    Type.CHOICE: pl.String,
    Type.COUNT: pl.Int64,
    Type.DECIMAL: EXACT,
    Type.DAY: pl.Date,
    Type.DATE: pl.String,
    Type.QUANTITY: EXACT,
    Type.ITEMS: pl.String,
}

TWINS: dict[Type, dict[str, Any]] = {
    Type.DATE: {"first": pl.Date, "last": pl.Date, "granularity": pl.String},
    Type.QUANTITY: {
        "low": EXACT,
        "high": EXACT,
        "low_closed": pl.Boolean,
        "high_closed": pl.Boolean,
        "comparator": pl.String,
        "unit": pl.String,
        "direction": pl.Int8,
        "precision": EXACT,
    },
    Type.ITEMS: {"count": pl.Int64},
}
OUTLINE: dict[str, Any] = {"unit": pl.String, "whole": pl.Int64, "list": pl.Int64, "marked": pl.Boolean}

WANTED = {
    Type.COUNT: ("非负整数", "a whole number, not negative"),
    Type.DECIMAL: ("数字，至多六位小数", "a number of at most six decimals"),
    Type.DAY: ("日期，如 2020-11-30", "a day, such as 2020-11-30"),
    Type.DATE: ("日期、月份或起止日期，如 2020-11-30、2020年10月、9月15日-18日", "a day, a month or a span of days"),
    Type.QUANTITY: ("数量，如 490、99%以上、100余次", "a quantity, such as 490 or 99%以上"),
    Type.ITEMS: ("以顿号分隔的名称", "names parted by 、"),
}


def build_schema(
    prefix: str, fields: Iterable[Field], rules: Iterable[Rule], total_in: str | None = None
) -> pa.DataFrameSchema:
    """The Pandera schema of a kind: a column for every field, a check for every rule, the fields' own rules first.

    With `total_in`, the form has control totals, and every counted or measured column must add up to its own.
    """
    fields = tuple(fields)
    columns: dict[str, pa.Column] = {"_row": pa.Column(pl.Int64)}
    for field in fields:
        columns.update(_columns(field))
    every = [rule for field in fields for rule in _field_rules(prefix, field)]
    every += [_adds_up(prefix, f) for f in fields if total_in and f.type in (Type.COUNT, Type.DECIMAL) and f.adds_up]
    absent = frozenset(field.name for field in fields if field.may_not_apply)
    every += [_where_given(rule, absent) for rule in rules]
    ids = [rule.id for rule in every]
    if len(set(ids)) != len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise ContractError(f"规则编号重复：{twice}", f"rule ids used twice: {twice}")
    for rule in every:
        _check_messages(rule)
    return pa.DataFrameSchema(columns, checks=[make_check(rule) for rule in every])


def _check_messages(rule: Rule) -> None:
    """A message may speak of the rule's operands, its values and the failing `rows`; ContractError otherwise."""
    known = {*rule.fields, *rule.values, "rows"}
    texts = (rule.message_zh, rule.message_en)
    unknown = sorted({name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None} - known)
    if unknown:
        raise ContractError(
            f"规则 {rule.id} 的提示用到未知的名称：{unknown}", f"the messages of {rule.id} use unknown names: {unknown}"
        )


def make_check(rule: Rule) -> pa.Check:
    """The Pandera check that a rule is. Blocking rules raise; the others warn, as Pandera can."""

    # A position beside the answer makes an aggregate answer one value a row; on a single value Pandera blames row 0.
    def answers(data: Any) -> pl.LazyFrame:
        frame: pl.LazyFrame = data.lazyframe
        return frame.select(pl.int_range(pl.len()).alias("_at"), rule.answer.alias("_answer")).select("_answer")

    check = pa.Check(answers, name=rule.id, error=rule.title_en, raise_warning=not rule.severity.blocks)
    check.rule = rule  # type: ignore[attr-defined]  # Check cannot be subclassed: Pandera would find no backend for it
    return check


def fields_of(schema: pa.DataFrameSchema) -> tuple[Field, ...]:
    """The fields, in the order of the form, read off the schema's columns."""
    columns = (column.metadata for column in schema.columns.values())
    return tuple(cast("Field", metadata["field"]) for metadata in columns if metadata and "field" in metadata)


def rules_of(schema: pa.DataFrameSchema) -> tuple[Rule, ...]:
    """The rules, read off the schema's checks."""
    return tuple(cast("Rule", check.rule) for check in schema.checks)


def keep_rules(schema: pa.DataFrameSchema, keep: Collection[str]) -> pa.DataFrameSchema:
    """The same schema with only the checks whose rule id is in `keep`."""
    return pa.DataFrameSchema(schema.columns, checks=[c for c in schema.checks if c.rule.id in keep])


def passes(schema: pa.DataFrameSchema, frame: pl.DataFrame, waived: Collection[str] = ()) -> pl.DataFrame:
    """The frame, once Pandera itself has validated it; what is loaded goes through here.

    Raises ContractError where Pandera refuses what the judge had passed: one of the two is wrong, and both are ours.
    """
    gate = keep_rules(schema, {r.id for r in rules_of(schema) if r.severity.blocks and r.id not in waived})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return gate.validate(frame, lazy=True)
    except SchemaErrors as error:
        names = sorted({str(getattr(e.check, "name", e.check)) for e in error.schema_errors})
        raise ContractError(
            f"判定通过的数据未通过 Pandera 校验：{names}", f"Pandera refused judged rows: {names}"
        ) from error


def _columns(field: Field) -> dict[str, pa.Column]:
    columns = {field.name: pa.Column(DTYPES[field.type], nullable=True, metadata={"field": field})}
    if field.has_text_twin:
        columns[field.text_column] = pa.Column(pl.String, nullable=True)
    twins = TWINS.get(field.type, {}) | (OUTLINE if field.outline else {})
    for suffix, dtype in (twins | ({"na": pl.Boolean} if field.may_not_apply else {})).items():
        columns[f"{field.name}__{suffix}"] = pa.Column(dtype, nullable=True)
    return columns


def _where_given(rule: Rule, absent: Collection[str]) -> Rule:
    """The rule, for single rows only where none of its operands was filed as not applicable.

    Rules over groups and whole submissions say themselves what such a row means to them, and so do those `of_absent`.
    """
    needed = [name for name in rule.fields if name in absent]
    if rule.scope is not Scope.ROW or rule.of_absent or not needed:
        return rule
    given = ~pl.any_horizontal(pl.col(f"{name}__na") for name in needed)
    return replace(rule, when=given if rule.when is None else given & rule.when)


def _field_rules(prefix: str, field: Field) -> list[Rule]:
    """What the field's own declaration promises: that it is filled, that it can be read, that it is a known word."""
    filed = pl.col(field.text_column)
    rules = []
    if field.required:
        rules.append(
            _field_rule(prefix, field, "required", "必填", "is filled", filed.is_not_null(), ("不为空", "a value"))
        )
    if field.type in WANTED:
        # "数百" is a quantity with bounds and no point: what tells that it was read is the comparator.
        sign = f"{field.name}__comparator" if field.type is Type.QUANTITY else field.name
        readable = pl.col(sign).is_not_null() | filed.is_null()
        zh, en = WANTED[field.type]
        if field.type is Type.COUNT and field.signed:
            zh, en = "整数", "a whole number"
        rules.append(_field_rule(prefix, field, "type", "填写格式可识别", "is readable", readable, (zh, en)))
    if field.choices:
        known = pl.col(field.name).is_in(field.choices) | filed.is_null()
        words = "、".join(field.choices)
        rules.append(_field_rule(prefix, field, "choice", "取值在规定范围内", "is a known word", known, (words, words)))
    if field.type is Type.QUANTITY:
        rules.append(_has_point(prefix, field))
        rules += [_in_its_unit(prefix, field)] if field.unit or field.units else []
    rules += text_rules(prefix, field, CONVENTION)
    absent = {field.name} if field.may_not_apply else ()
    # That a word stands there which says "not applicable" is all that `required` asks.
    return [rule if rule.id.endswith("-required") else _where_given(rule, absent) for rule in rules]


def _has_point(prefix: str, field: Field) -> Rule:
    """数百 and 20～30 are quantities, but no figure can be made of them; whoever filed one is told so."""
    return Rule(
        id=f"{prefix}-{field.name}-point",
        severity=Severity.EXPLAIN,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”有确定的数值或界限",
        title_en=f"{field.title_en} has one value or one bound",
        when=pl.col(f"{field.name}__precision").is_not_null(),
        holds=pl.col(field.name).is_not_null(),
        fields=(field.name,),
        expected="一个数值或界限，如 25、20以上 / one value or bound",
        message_zh=f"“{field.heading}”填写为“{{{field.name}}}”，没有确定的数值，不形成指标值；请填写数值或界限。",
        message_en=f"{field.title_en} is filed as “{{{field.name}}}”, which gives no figure; file a value or a bound.",
        basis=CONVENTION,
    )


def _in_its_unit(prefix: str, field: Field) -> Rule:
    """A quantity stands in a unit that the field takes: in any other, parsing leaves no number beside the unit."""
    unit = pl.col(f"{field.name}__unit")
    words = field.units_taken
    return Rule(
        id=f"{prefix}-{field.name}-unit",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”的单位在规定范围内",
        title_en=f"{field.title_en} is in a unit that it is counted in",
        when=pl.col(f"{field.name}__comparator").is_not_null(),
        holds=pl.col(f"{field.name}__precision").is_not_null(),
        fields=(field.name,),
        expected=words,
        message_zh=f"“{field.heading}”填写为“{{{field.name}}}”，单位为“{{unit}}”；请以“{words}”填报。",
        message_en=f"{field.title_en} is filed as “{{{field.name}}}”, in “{{unit}}”; file it in {words}.",
        values={"unit": pl.when(unit == "").then(pl.lit("未写 / none")).otherwise(unit)},
        basis=CONVENTION,
    )


def _adds_up(prefix: str, field: Field) -> Rule:
    name, total = field.name, f"total_{field.name}"
    complete = pl.col(name).null_count() == 0
    filed = pl.col(f"{total}__text").is_not_null()
    stated, gap = [total, f"{total}__text"], pl.col(name).is_null()
    if field.may_not_apply:
        complete = (pl.col(name).is_not_null() | pl.col(f"{name}__na")).all()
        filed = filed & ~pl.col(f"{total}__na")
        stated, gap = [*stated, f"{total}__na"], gap & ~pl.col(f"{name}__na")
    agrees = (pl.col("_gaps") == 0) & (pl.col("_sum") == pl.col(total))
    return Rule(
        id=f"{prefix}-{name}-total",
        severity=Severity.MUST,
        scope=Scope.FRAME,
        title_zh=f"“{field.heading}”各行之和等于合计",
        title_en=f"{field.title_en}: the rows add up to the total",
        when=filed,
        # With a part missing the sum says nothing: cannot tell, not wrong. A total that cannot be read (-600) is wrong.
        holds=pl.when(complete).then((pl.col(name).sum() == pl.col(total)).fill_null(value=False)),
        together=Totals((), {"_sum": pl.col(name), "_gaps": gap}, clean=~filed | agrees, stated=tuple(stated)),
        fields=(total, name),
        values={"sum": pl.col(name).sum()},
        expected=pl.col(name).sum().cast(pl.String),
        message_zh=f"“{field.heading}”各行之和为 {{sum}}，合计行填写 {{{total}}}，二者应相等；请核对各行或更正合计。",
        message_en=f"{field.title_en}: the rows add up to {{sum}}, the total row says {{{total}}}.",
        basis=CONVENTION,
    )


def _field_rule(prefix: str, field: Field, what: str, zh: str, en: str, holds: pl.Expr, want: tuple[str, str]) -> Rule:
    if what == "required":
        message = (f"“{field.heading}”未填写；本栏必填，请补填", f"{field.title_en} is blank")
    else:
        found = "{" + field.name + "}"
        message = (f"“{field.heading}”填写为“{found}”", f"{field.title_en} is filed as “{found}”")
    return Rule(
        id=f"{prefix}-{field.name}-{what}",
        severity=Severity.MUST,
        scope=Scope.ROW,
        title_zh=f"“{field.heading}”{zh}",
        title_en=f"{field.title_en} {en}",
        holds=holds,
        fields=(field.name,),
        expected=want[0] if want[0] == want[1] else f"{want[0]} / {want[1]}",
        message_zh=f"{message[0]}，应为{want[0]}；请更正。" if what != "required" else f"{message[0]}。",
        message_en=f"{message[1]}; expected {want[1]}.",
        basis=CONVENTION,
        # Whether a cell can be read is a question of format; whether it is filled and a known word, one of content.
        level=0 if what == "type" else None,
    )
