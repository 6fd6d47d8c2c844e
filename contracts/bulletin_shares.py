"""Rules about how a monthly bulletin's named rows hang together from one year to the next: shares among mobile users,
and the people that users and penetration are counted by.

A year before is what the bulletin's own growths imply, so that a growth is looked at as well as a figure. All of these
ask; none says that a figure is wrong, and none blocks. The limits are ours, wide of what bulletins have shown, so that
it is the written numbers that are held against them; where the limit is a law (a part and its whole), it is their
intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from contracts.bulletin_rows import (
    FIXED,
    FIXED_RATE,
    MOBILE,
    MOBILE_INTERNET,
    MOBILE_RATE,
    NETWORKS,
    BulletinRows,
)
from contracts.field import Field
from contracts.finding import Severity
from contracts.relations import part_of
from contracts.rule import Rule, Scope
from contracts.terms import Sum

# When bulletins began to state 5G users, some four mobile users of five were on 4G already; when they began to state
# users of the mobile internet, these were some three of five.
LEAST_ON_NETWORKS: Final = 65
LEAST_ON_INTERNET: Final = 50
# Percentage points in a year. 4G and 5G together gain a few; the mobile internet, when it grew fastest, nearly ten.
MOST_SHIFT_OF_NETWORKS: Final = 10
MOST_SHIFT_OF_INTERNET: Final = 15
# Percent in a year: people come and go more slowly. A growth in 部/百人 filed for one in % is mostly within as well.
PEOPLE_STAY_WITHIN: Final = 5

_CHECK_ZH = "请核对各项的数值、单位和同比增长，数据无误的，请说明原因。"
_CHECK_EN = "check figures, units and growths, and explain if they are right."


@dataclass(frozen=True)
class _Among:
    """Some of the mobile users, by their rows, and what share of all they may be."""

    zh: str
    en: str
    names: Sequence[str]
    least: int
    most_shift: int


_NETWORKS = _Among("4G、5G用户之和", "4G and 5G users", NETWORKS, LEAST_ON_NETWORKS, MOST_SHIFT_OF_NETWORKS)
_INTERNET = _Among(
    "移动互联网用户", "mobile internet users", (MOBILE_INTERNET,), LEAST_ON_INTERNET, MOST_SHIFT_OF_INTERNET
)


@dataclass(frozen=True, eq=False)
class BulletinShares:
    """The same rows as `BulletinRows`, held against each other."""

    bulletin: BulletinRows

    def rules(self) -> tuple[Rule, ...]:
        """All of them."""
        return (
            self._not_few("MB-31", _NETWORKS),
            self._not_few("MB-32", _INTERNET),
            self._moves_slowly("MB-33", _NETWORKS),
            self._moves_slowly("MB-34", _INTERNET),
            self._part_last_year("MB-35", _NETWORKS),
            self._part_last_year("MB-36", _INTERNET),
            self._same_people("MB-37", "固定电话", "fixed", FIXED, FIXED_RATE),
            self._same_people("MB-38", "移动电话", "mobile", MOBILE, MOBILE_RATE),
            self._newer_grows_faster("MB-42"),
        )

    # --- of named rows, as floats beside every row

    def _reached(self, name: str) -> pl.Expr:
        return self.bulletin.rows.number(self.bulletin.reached, name)

    def _grown(self, name: str) -> pl.Expr:
        """This year's by last year's."""
        return 1 + self.bulletin.rows.number(self.bulletin.growth, name) / 100

    def _share(self, among: _Among) -> pl.Expr:
        """In percent of all mobile users."""
        part = pl.sum_horizontal([self._reached(name) for name in among.names], ignore_nulls=False)
        return part / self._reached(MOBILE) * 100

    def _share_before(self, among: _Among) -> pl.Expr:
        """The same a year before."""
        parts = [self._reached(name) / self._grown(name) for name in among.names]
        return pl.sum_horizontal(parts, ignore_nulls=False) / (self._reached(MOBILE) / self._grown(MOBILE)) * 100

    def _stand(self, names: Sequence[str], *figures: Field) -> pl.Expr:
        rows = self.bulletin.rows
        return rows.stand(*names, figures=figures) & rows.in_one_unit(*names)

    # --- the rules

    def _not_few(self, rule_id: str, among: _Among) -> Rule:
        share = self._share(among)
        return Rule(
            id=rule_id,
            severity=Severity.EXPLAIN,
            scope=Scope.FRAME,
            title_zh=f"{among.zh}不少于移动电话用户的{among.least}%",
            title_en=f"{among.en} are no less than {among.least} % of mobile users",
            when=self._stand((*among.names, MOBILE), self.bulletin.reached),
            holds=share >= among.least,
            fields=(self.bulletin.reached.name,),
            values={"share": share.round(3)},
            expected=f"≥ {among.least}%",
            message_zh=f"{among.zh}为移动电话用户的 {{share}}%，一般不少于 {among.least}%；{_CHECK_ZH}",
            message_en=f"{among.en} are {{share}} % of mobile users, rarely less than {among.least} %; {_CHECK_EN}",
            basis=self.bulletin.rows.basis,
        )

    def _moves_slowly(self, rule_id: str, among: _Among) -> Rule:
        reached, growth, most = self.bulletin.reached, self.bulletin.growth, among.most_shift
        shift = self._share(among) - self._share_before(among)
        return Rule(
            id=rule_id,
            severity=Severity.EXPLAIN,
            scope=Scope.FRAME,
            title_zh=f"按增长率推算，{among.zh}占移动电话用户的比重一年内变动不超过{most}个百分点",
            title_en=f"by the growths, the share of {among.en} among mobile users moved by {most} points at most in a "
            "year",
            when=self._stand((*among.names, MOBILE), reached, growth),
            holds=shift.is_between(-most, most),
            fields=(reached.name, growth.name),
            values={"now": self._share(among).round(2), "then": self._share_before(among).round(2)},
            expected=f"±{most} 个百分点 / points",
            message_zh=f"{among.zh}占移动电话用户的比重本期为 {{now}}%，按同比增长推算上年同期为 {{then}}%，"
            f"一年内一般变动不超过 {most} 个百分点；{_CHECK_ZH}",
            message_en=f"{among.en} are {{now}} % of mobile users, and were {{then}} % a year before by the growths; "
            f"the share rarely moves by more than {most} points; {_CHECK_EN}",
            basis=self.bulletin.rows.basis,
        )

    def _part_last_year(self, rule_id: str, among: _Among) -> Rule:
        rows = self.bulletin.rows
        names = (*among.names, MOBILE)
        return rows.rule(
            rule_id,
            part_of(
                Sum(tuple(self.bulletin.year_before(name) for name in among.names)), self.bulletin.year_before(MOBILE)
            ),
            rows.stand(*names, figures=(self.bulletin.reached, self.bulletin.growth)) & rows.in_one_unit(*names),
            severity=Severity.EXPLAIN,
            title=(
                f"按增长率推算，上年同期{among.zh}不大于移动电话用户",
                f"a year before, by the growths, {among.en} were no more than mobile users",
            ),
            expected="≤ 上年同期移动电话用户 / ≤ mobile users a year before",
            message=(
                f"按本期数和同比增长推算，上年同期{among.zh}为 {{left}}，大于移动电话用户 {{right}}，"
                f"至少多 {{gap}}；{_CHECK_ZH}",
                f"a year before, by the growths, {among.en} were {{left}}, more than mobile users, {{right}}, by "
                f"{{gap}} at least; {_CHECK_EN}",
            ),
        )

    def _same_people(self, rule_id: str, zh: str, en: str, users: str, rate: str) -> Rule:
        """Users grow as penetration does, but for the people, who come and go slowly."""
        growth, most = self.bulletin.growth, PEOPLE_STAY_WITHIN
        moved = (self._grown(users) / self._grown(rate) - 1) * 100
        return Rule(
            id=rule_id,
            severity=Severity.EXPLAIN,
            scope=Scope.FRAME,
            title_zh=f"{zh}用户与{zh}普及率的同比增长相称",
            title_en=f"{en} users grow about as {en} penetration does",
            when=self.bulletin.rows.stand(users, rate, figures=(growth,)),
            holds=moved.is_between(-most, most),
            fields=(growth.name,),
            values={"moved": moved.round(2)},
            expected=f"人口变动 ±{most}% 以内 / a population within ±{most} %",
            message_zh=f"按{zh}用户和{zh}普及率的同比增长推算，人口一年内变动 {{moved}}%，一般不超过 {most}%；"
            + _CHECK_ZH,
            message_en=f"by the growths of {en} users and of {en} penetration, the population moved by {{moved}} % in "
            f"a year, rarely more than {most}; {_CHECK_EN}",
            basis=self.bulletin.rows.basis,
        )

    def _newer_grows_faster(self, rule_id: str) -> Rule:
        """Users move from the older network to the newer one, not back."""
        growth = self.bulletin.growth
        older, newer = (self.bulletin.rows.number(growth, name) for name in NETWORKS)
        return Rule(
            id=rule_id,
            severity=Severity.EXPLAIN,
            scope=Scope.FRAME,
            title_zh="5G用户的同比增长不低于4G用户",
            title_en="5G users grow no less than 4G users",
            when=self.bulletin.rows.stand(*NETWORKS, figures=(growth,)),
            holds=older <= newer,
            fields=(growth.name,),
            values={"older": older, "newer": newer},
            expected="4G ≤ 5G",
            message_zh=f"4G用户同比增长 {{older}}%，高于5G用户的 {{newer}}%，两行可能对调；{_CHECK_ZH}",
            message_en="4G users grow by {older} %, more than 5G users by {newer} %: the rows may be exchanged; "
            + _CHECK_EN,
            basis=self.bulletin.rows.basis,
        )
