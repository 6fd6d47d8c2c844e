"""Rules about the rows of a monthly bulletin that bureaus publish under well-known names: users, networks, call time.

What belongs together is written here as names (regular expressions, see `contracts.named_rows`); nothing else is.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.field import Field
from contracts.finding import Severity
from contracts.interval import Interval
from contracts.named_rows import NamedRows
from contracts.relations import part_of, same_as, sums_to
from contracts.rule import Rule, Scope
from contracts.terms import Constant, Over, Sum, Times

_ALL = "(?:数|合计|总数|总计)?"
FIXED, MOBILE = f"固定电话用户{_ALL}", f"移动电话用户{_ALL}"
FIXED_RATE, MOBILE_RATE = "固定电话普及率", "移动电话普及率"
NETWORKS = ("4G(?:移动电话)?用户(?:数)?", "5G(?:移动电话)?用户(?:数)?")  # 5G套餐用户 are not users of the network
MOBILE_INTERNET = "移动互联网(?:接入)?用户(?:数)?"
_LAST_YEARS = (
    ("MB-20", "MB-04"),
    ("MB-21", "MB-12"),
    ("MB-22", "MB-13"),
)
_COMPLETE = (
    ("MB-45", "MB-12", "fixed long-distance call time"),
    ("MB-46", "MB-13", "IP call time"),
)
# rule → title in Chinese and English, the whole, its parts, what they are together
_IDENTITIES = {
    "MB-04": (
        "电话用户等于固定加移动",
        "telephone users are fixed and mobile",
        f"(?:全[省市区国]|本[省市区])?电话用户{_ALL}",
        (FIXED, MOBILE),
        "固定电话用户与移动电话用户之和 / fixed plus mobile",
    ),
    "MB-12": (
        "固定传统长途电话通话时长合计等于国内、国际和港澳台之和",
        "fixed long-distance call time is domestic, international, and Hong Kong, Macao and Taiwan",
        "固定传统长途电话通话时长合计",
        ("国内长途电话通话时长", "国际电话去话通话时长", "港澳台电话去话通话时长"),
        "国内、国际、港澳台之和 / the sum of the three",
    ),
    "MB-13": (
        "IP电话通话时长合计等于国内、国际和港澳台之和",
        "IP call time is domestic, international, and Hong Kong, Macao and Taiwan",
        "IP电话通话时长合计",
        ("IP电话国内长途通话时长", "IP电话国际电话通话时长", "IP电话港澳台电话通话时长"),
        "国内、国际、港澳台之和 / the sum of the three",
    ),
}


@dataclass(frozen=True, eq=False)
class BulletinRows:
    """The figures `reached` and their `growth` on the year, in percent, of a bulletin's named rows."""

    rows: NamedRows
    reached: Field
    growth: Field

    def rules(self) -> tuple[Rule, ...]:
        """All rules but the identities, which stand where the form numbers them."""
        last_year = (self._identity_last_year(rule_id, of) for rule_id, of in _LAST_YEARS)
        lacking = (self._no_part_lacks(*one) for one in _COMPLETE)
        return (*last_year, self._one_population(), self._networks(), self._mobile_internet(), *lacking)

    def identity(self, rule_id: str) -> Rule:
        """The identity of that id, of the figures reached."""
        zh, en, whole, parts, expected = _IDENTITIES[rule_id]
        return self.rows.identity(rule_id, self.reached, zh, en, whole, parts, expected=expected)

    def year_before(self, name: str) -> Over:
        """What the row's figure was a year before, by its growth."""
        hundred = Constant(Interval.point(100))
        return Over(Times(self.rows.at(self.reached, name), 100), Sum((hundred, self.rows.at(self.growth, name))))

    def _identity_last_year(self, rule_id: str, of: str) -> Rule:
        """The same identity, of the figures a year before that the growths imply: a wrong growth shows there."""
        zh, en, whole, parts, expected = _IDENTITIES[of]
        return self.rows.rule(
            rule_id,
            sums_to(self.year_before(whole), [self.year_before(name) for name in parts]),
            self.rows.stand(whole, *parts, figures=(self.reached, self.growth)) & self.rows.in_one_unit(whole, *parts),
            title=(f"按增长率推算，上年同期{zh}", f"a year before, by the growths: {en}"),
            expected=expected,
            message=(
                f"按本期数和同比增长推算上年同期，{zh}；现推算整体为 {{left}}，各部分之和为 {{right}}，"
                f"至少相差 {{gap}}，四舍五入或截位都不能解释；请核对各项的同比增长和本期数，更正后重新报送。",
                f"a year before, by the growths, {en}: but the whole was {{left}} and the parts {{right}}, {{gap}} "
                "apart at least, more than rounding explains; check growths and figures, correct and file again.",
            ),
        )

    def _no_part_lacks(self, rule_id: str, of: str, en: str) -> Rule:
        """Where a whole and some of its parts stand, all of them do, unless 其中 says that they are a selection."""
        _, _, whole, parts, _ = _IDENTITIES[of]
        rows = self.rows
        stand = [rows.stand(name, figures=(self.reached,)) for name in parts]
        missing = pl.concat_str(
            [pl.when(~there).then(pl.lit(name)) for there, name in zip(stand, parts, strict=True)],
            separator="、",
            ignore_nulls=True,
        )
        return Rule(
            id=rule_id,
            severity=Severity.EXPLAIN,
            scope=Scope.FRAME,
            title_zh=f"填报“{whole}”和其中一部分的，各部分填报齐全",
            title_en=f"where {en} and one part of it are filed, so are all parts",
            when=rows.stand(whole, figures=(self.reached,))
            & pl.any_horizontal(stand)
            & pl.all_horizontal(~there | ~rows.listed_under(whole, n) for there, n in zip(stand, parts, strict=True)),
            holds=pl.all_horizontal(stand),
            fields=(self.rows.names.name, self.reached.name),
            expected="、".join(parts),
            message_zh=f"填有“{whole}”及其部分，但没有“{{missing}}”，无法核对各部分之和；请补报，确无此项的，请说明原因。",
            message_en=f"“{whole}” is filed with some of its parts, but without “{{missing}}”, so that they cannot be "
            "added up; file it, or explain that there is none.",
            values={"missing": missing},
            basis=rows.basis,
        )

    def _one_population(self) -> Rule:
        """Penetration is users by people: both of the same people."""
        return self.rows.rule(
            "MB-23",
            same_as(
                Over(self.rows.at(self.reached, FIXED), self.rows.at(self.reached, FIXED_RATE)),
                Over(self.rows.at(self.reached, MOBILE), self.rows.at(self.reached, MOBILE_RATE)),
            ),
            self.rows.stand(FIXED, MOBILE, FIXED_RATE, MOBILE_RATE, figures=(self.reached,))
            & self.rows.in_one_unit(FIXED, MOBILE)
            & self.rows.in_one_unit(FIXED_RATE, MOBILE_RATE),
            severity=Severity.EXPLAIN,
            title=(
                "固定、移动电话普及率出自同一人口数",
                "fixed and mobile penetration are of one population",
            ),
            expected="用户数 ÷ 普及率相等 / users ÷ penetration are alike",
            message=(
                "固定电话用户 ÷ 固定电话普及率为 {left}，移动电话用户 ÷ 移动电话普及率为 {right}，两者应得出"
                "同一人口数，现至少相差 {gap}；请核对用户数和普及率，数据无误的，请说明原因。",
                "fixed users ÷ penetration is {left}, mobile users ÷ penetration {right}: not one population, {gap} "
                "apart at least; check them, and explain if they are right.",
            ),
        )

    def _networks(self) -> Rule:
        """Nobody uses a network who is no mobile user."""
        return self.rows.rule(
            "MB-24",
            part_of(
                Sum(tuple(self.rows.at(self.reached, name) for name in NETWORKS)), self.rows.at(self.reached, MOBILE)
            ),
            self.rows.stand(*NETWORKS, MOBILE, figures=(self.reached,))
            & self.rows.in_one_unit(*NETWORKS, MOBILE)
            & ~self.rows.listed_under(MOBILE, *NETWORKS),
            title=("4G、5G用户之和不大于移动电话用户", "4G and 5G users are no more than mobile users"),
            expected="≤ 移动电话用户 / ≤ mobile users",
            message=(
                "4G用户与5G用户之和为 {left}，大于移动电话用户 {right}，至少多 {gap}；请核对三项，更正后重新报送。",
                "4G and 5G users are {left}, more than all mobile users, {right}, by {gap} at least; check the three, "
                "correct and file again.",
            ),
        )

    def _mobile_internet(self) -> Rule:
        """Some mobile users use the internet; a bureau that counts data cards may have more."""
        return self.rows.rule(
            "MB-27",
            part_of(self.rows.at(self.reached, MOBILE_INTERNET), self.rows.at(self.reached, MOBILE)),
            self.rows.stand(MOBILE_INTERNET, MOBILE, figures=(self.reached,))
            & self.rows.in_one_unit(MOBILE_INTERNET, MOBILE),
            severity=Severity.EXPLAIN,
            title=("移动互联网用户不大于移动电话用户", "mobile internet users are no more than mobile users"),
            expected="≤ 移动电话用户 / ≤ mobile users",
            message=(
                "移动互联网用户 {left} 大于移动电话用户 {right}，至少多 {gap}；请核对两项，如含上网卡等用户，请说明。",
                "mobile internet users, {left}, are more than mobile users, {right}, by {gap} at least; check the two, "
                "and explain if data cards or the like are among them.",
            ),
        )
