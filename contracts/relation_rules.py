"""Rules made of relations: the words in which a clerk is told what was filed, what it should be, and by how much.

One relation gives one ordinary `Rule`; a second, of 提示, may say that the numbers are too coarse for it to prove much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

import polars as pl

from contracts.comparisons import AT_MOST, EQUAL, WHOLE, WITHIN, Comparison
from contracts.exact import decimal_text
from contracts.finding import Severity
from contracts.interval import Interval
from contracts.relations import Answer, Relation
from contracts.rule import Rule, Scope
from contracts.terms import Constant, Operand, Over, Sum, Term, Times

_EXPECTED: Final[dict[Comparison, str]] = {EQUAL: "= ", WITHIN: "", AT_MOST: "≤ ", WHOLE: "∈ "}
_DO: Final = {
    Severity.MUST: ("请核对各项，更正后重新报送。", "check them, correct and file again."),
    Severity.WAIVABLE: (
        "请更正后重新报送；确属特殊情况的，须经批准豁免。",
        "correct and file again, or have it waived.",
    ),
    Severity.EXPLAIN: ("请核对；数据无误的，请说明原因。", "check them; if they are right, explain."),
    Severity.NOTE: ("请留意。", "please note."),
}
_WORDS: Final[dict[Comparison, tuple[str, str]]] = {
    EQUAL: (
        "{left}，而按{right} 算得 {{implied}}，至少相差 {{gap}}，四舍五入或截位都不能解释",
        "{left}, but {right} is {{implied}}: {{gap}} apart at least, more than rounding explains",
    ),
    WITHIN: (
        "{left}，应在 {{implied}}{unit} 之内，至少超出 {{gap}}{gap_unit}",
        "{left} is outside {{implied}}{unit}, by {{gap}}{gap_unit} at least",
    ),
    AT_MOST: ("{left}，大于{right}，至少多 {{gap}}", "{left} is more than {right}, by {{gap}} at least"),
    WHOLE: (
        "{inputs}不能同时成立：{left}得 {{implied}}，其中没有符合的整数",
        "{inputs} cannot both be: {left} is {{implied}}, in which there is no such whole number",
    ),
}


def relation_rule(
    rule_id: str,
    relation: Relation,
    *,
    title_zh: str,
    title_en: str,
    basis: str,
    severity: Severity = Severity.MUST,
    when: pl.Expr | None = None,
    scope: Scope = Scope.ROW,
    group: Sequence[str] = (),
) -> Rule:
    """The rule that `relation` holds. Its operands are the rule's fields, the left side's first."""
    zh, en = (words.format(**said) for words, said in zip(_WORDS[relation.comparison], _said(relation), strict=True))
    do_zh, do_en = _DO[severity]
    implied = relation.told(lambda a: _implied(relation, a))
    return Rule(
        id=rule_id,
        severity=severity,
        scope=scope,
        group=tuple(group),
        title_zh=title_zh,
        title_en=title_en,
        when=when,
        holds=relation.holds,
        fields=tuple(dict.fromkeys(o.name for o in relation.operands)),
        expected=pl.lit(_of_what(relation) + _EXPECTED[relation.comparison]) + implied + pl.lit(_unit(relation)),
        message_zh=f"{zh}；{do_zh}",
        message_en=f"{en}; {do_en}",
        values={"implied": implied, "gap": relation.told(lambda a: gap_text(a.gap))},
        basis=basis,
    )


def power_note(rule_id: str, relation: Relation, *, basis: str, when: pl.Expr | None = None) -> Rule:
    """A note where the relation holds, but would hold of almost anything, because its numbers are too coarse.

    Asks every row by itself: for forms of some rows, not for registers.
    """
    first = relation.operands[0]
    said_zh, said_en = (_listed(relation.right.operands, of) for of in (_named, _named_en))
    asked = relation.told(lambda a: str(a.digits or ""), where=True)
    fits = relation.holds.fill_null(value=False)
    return Rule(
        id=rule_id,
        severity=Severity.NOTE,
        scope=Scope.ROW,
        title_zh=f"“{first.heading}”的各项数据精度足以核对",
        title_en=f"the numbers that {first.title_en} is checked against are precise enough",
        # Where the relation is broken or cannot be told, its own rule says so.
        when=fits if when is None else when & fits,
        holds=asked == "",
        fields=tuple(dict.fromkeys(o.name for o in relation.operands)),
        expected=pl.lit("各项 ") + asked + pl.lit(" 位有效数字 / ") + asked + pl.lit(" significant digits each"),
        message_zh=f"{_named(first)}与{said_zh}相符，但后者位数太少（可得 {{implied}}），核对不出差错；"
        "请将其报送到 {digits} 位有效数字。",
        message_en=f"{_named_en(first)} fits {said_en}, but these are so coarse (it may be {{implied}}) that hardly "
        "any figure would not; file them to {digits} significant digits.",
        values={"digits": asked, "implied": relation.told(lambda a: _implied(relation, a), where=True)},
        basis=basis,
    )


def span_text(span: Interval) -> str:
    """An interval for a reader, its ends rounded outward to two digits of its width: 42.87～43.04."""
    if span.low is None and span.high is None:
        return "（−∞，+∞）"
    if span.low is None or span.high is None:
        end = span.low if span.high is None else span.high
        assert end is not None
        sign = ("≥ " if span.low_closed else "> ") if span.high is None else ("≤ " if span.high_closed else "< ")
        return sign + number_text(end)
    if span.low == span.high:
        return number_text(span.low)
    places = _places(span.high - span.low)
    return f"{_fixed(floor(span.low * 10**places), places)}～{_fixed(ceil(span.high * 10**places), places)}"


def number_text(number: Fraction) -> str:
    """A fraction in decimals: exactly where it ends within six, else to three digits that count."""
    if 10**6 % number.denominator == 0:
        return _fixed(int(number * 10**6), 6)
    places = max(6, _places(abs(number)) + 1) if abs(number) < 1 else 4
    return _fixed(round(number * 10**places), places)


def gap_text(gap: Fraction) -> str:
    """How far apart at least: a whole number as it is, any other rounded down to three digits that count."""
    if gap.denominator == 1:
        return number_text(gap)
    places = _places(gap) + 1
    return _fixed(floor(gap * 10**places), places)


def _implied(relation: Relation, answer: Answer) -> str:
    """What the numbers beside the stated one allow; of a count that nobody stated, what it would have to be."""
    span = answer.left if relation.comparison is WHOLE else answer.right
    return "" if span is None else span_text(span)


def _said(relation: Relation) -> Iterator[dict[str, str]]:
    """In both languages: what is calculated on either side, of what, and in which unit."""
    unit = _unit(relation)
    for named, comma, points in ((_named, "、", " 个百分点"), (_named_en, ", ", " points")):
        sides = {"left": formula(relation.left, named), "right": formula(relation.right, named)}
        units = {"unit": unit, "gap_unit": points if unit == "%" else unit}
        yield sides | units | {"inputs": comma.join(map(named, relation.operands))}


def _unit(relation: Relation) -> str:
    """Behind the ends of a range, the unit of what has to lie in it."""
    return relation.left.unit if relation.comparison is WITHIN and isinstance(relation.left, Operand) else ""


def _of_what(relation: Relation) -> str:
    """What the expected numbers are of, where that is calculated and stands in no cell."""
    if isinstance(relation.left, Operand) and not relation.left.is_total:
        return ""
    return formula(relation.left, lambda o: f"“{o.heading}”{'合计' if o.is_total else ''}") + " "


def formula(term: Term, named: Callable[[Operand], str], *, inner: bool = False) -> str:
    """A term as it is calculated by hand: （1 − “现资费”5.75 ÷ “原资费”10.08）× 100."""
    match term:
        case Operand():
            return named(term)
        case Constant():
            return span_text(term.interval)
        case Times():
            inside = formula(term.term, named, inner=True)
            return f"{inside}{'' if inside.endswith('）') else ' '}× {number_text(Fraction(term.factor))}"
        case Over():
            return " ÷ ".join(formula(one, named, inner=True) for one in (term.term, term.by))
        case Sum():
            plus = " + ".join(formula(one, named) for one in term.terms)
            whole = " − ".join([plus, *(formula(one, named, inner=isinstance(one, Sum)) for one in term.less)])
            return f"（{whole}）" if inner else whole
    raise AssertionError(term)


def _listed(operands: Sequence[Operand], named: Callable[[Operand], str]) -> str:
    return "、".join(map(named, operands)) if named is _named else ", ".join(map(named, operands))


def _named(operand: Operand) -> str:
    return f"“{operand.heading}”合计" if operand.is_total else f"“{operand.heading}”{{{operand.name}}}"


def _named_en(operand: Operand) -> str:
    return f"the total of {operand.title_en}" if operand.is_total else f"{operand.title_en} {{{operand.name}}}"


def _places(width: Fraction) -> int:
    """Decimals that give the width two digits, at most twelve."""
    places = 0
    while places < 12 and width * Fraction(10) ** places < 10:
        places += 1
    return places


def _fixed(units: int, places: int) -> str:
    return decimal_text(Decimal(units).scaleb(-places))
