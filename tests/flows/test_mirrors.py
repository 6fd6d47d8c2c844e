"""What two filers report of one thing: portability, tower sites, complaints. Held together whoever is first."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.finding import Finding, Outcome, RuleCount, Severity
from flows.batch import BatchResult, load_pack, run_plain
from flows.settings import Settings
from tests.flows.small_pack import PACK, write_lines
from warehouse.home import Home

FILERS = """\
code,name,full_name,class
XJ,小局,小省通信管理局,bureau
SSC,申诉中心,小省电信用户申诉处理中心,complaint_centre
CT,小电信,小省电信公司,basic_carrier
CM,小移动,小省移动公司,basic_carrier
CU,小联通,小省联通公司,basic_carrier
TW,小铁塔,小省铁塔公司,tower
"""
OBLIGATIONS = """\
filer,kind,cadence,due,roll,from,until,basis
CT,number_portability,monthly,+10d,none,2020-11,2020-11,测试约定
CM,number_portability,monthly,+10d,none,2020-11,2020-11,测试约定
CT,tower_tenancy,quarterly,+10d,none,2020Q4,2020Q4,测试约定
CM,tower_tenancy,quarterly,+10d,none,2020Q4,2020Q4,测试约定
TW,tower_tenancy,quarterly,+10d,none,2020Q4,2020Q4,测试约定
CT,complaint_counts,yearly,+10d,none,2020,2020,测试约定
CM,complaint_counts,yearly,+10d,none,2020,2020,测试约定
SSC,user_complaints,yearly,+10d,none,2020,2020,测试约定
"""
PORTED = "企业,对方企业,携入,携出,1小时内携转成功率,统计截止日期"
SITES = "承租企业,设区市,站址数,共享站址数,共享率,统计截止日期"
COUNTS = "企业,收到申诉,已办理,办理率,统计截止日期"
REGISTER = "申诉编号,被申诉企业,申诉类别,收到日期,受理日期,答复日期,办结日期,处理结果"

NP_CT, NP_CM, NP_CU = (f"submissions/number_portability/{filer}_2020-11.csv" for filer in ("CT", "CM", "CU"))
TT_CT, TT_CM, TT_TW = (f"submissions/tower_tenancy/{filer}_2020Q4.csv" for filer in ("CT", "CM", "TW"))
EC_CT, EC_CM, EC_CU = (f"submissions/complaint_counts/{filer}_2020.csv" for filer in ("CT", "CM", "CU"))
UC = "submissions/user_complaints/SSC_2020.csv"

FORMS = {
    # From 小电信 to 小移动 700 ported by the one, 690 by the other; of 小联通 nothing is filed.
    NP_CT: (
        PORTED,
        "小电信,小移动,512,700,99%以上,2020-11-30",
        "小电信,小联通,88,91,,2020-11-30",
        "小电信,合计,600,791,,",
    ),
    NP_CM: (PORTED, "小移动,小电信,690,512,99.1%,2020-11-30"),
    NP_CU: (PORTED, "小联通,小电信,91,80,99.4%,2020-11-30"),
    # The tower company has 小移动 in 西市 with ten sites less, and knows of no site of it in 北市.
    TT_TW: (
        SITES,
        "小电信,东市,1240,806,65%,2020-12-31",
        "小移动,东市,2015,911,,2020-12-31",
        "小移动,西市,390,120,30.8%,2020-12-31",
        ",合计,3645,1837,,",
    ),
    TT_CT: (SITES, "小电信,东市,1240,806,65%,2020-12-31"),
    TT_CM: (
        SITES,
        "小移动,东市,2015,911,45.2%,2020-12-31",
        "小移动,西市,400,120,30%,2020-12-31",
        "小移动,北市,7,0,0%,2020-12-31",
    ),
    UC: (
        REGISTER,
        "S-1,小电信,收费争议,2020-03-02,2020-03-03,2020-03-10,2020-03-20,办结",
        "S-2,小移动,网络质量,2020-04-01,,,,不予受理",
        "S-3,小电信,其他,2020-05-06,,,,处理中",
        "S-4,小移动,其他,2020-06-06,,,,处理中",
    ),
    EC_CT: (COUNTS, "小电信,2,1,50%,2020-12-31"),
    EC_CM: (COUNTS, "小移动,3,1,33.3%,2020-12-31"),
    EC_CU: (COUNTS, "小联通,1,1,100%,2020-12-31"),
}


def write_pack(folder: Path, *files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in (("pack.toml", PACK), ("filers.csv", FILERS), ("obligations.csv", OBLIGATIONS)):
        (folder / name).write_text(text, encoding="utf-8")
    write_lines(folder / "arrivals.csv", ["file,received_at,channel"])
    for number, file in enumerate(files):
        arrive(folder, file, number)
    return folder


def arrive(pack: Path, file: str, day: int) -> None:
    """One of the forms lies in the inbox, come on the day of that number."""
    write_lines(pack / file, FORMS[file])
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{file},2021-01-{day + 1:02}T09:00:00+08:00,报送系统\n")


def run(pack: Path, home: Path) -> BatchResult:
    return run_plain(load_pack(pack, Settings()), home, Settings())


def findings(home: Path) -> dict[str, list[Finding]]:
    with Home.look(home) as opened:
        return {s.file: opened.findings(s.id) for s in opened.submissions() if s.file in FORMS}


def rules(home: Path) -> dict[str, list[str]]:
    return {file: sorted(f.rule for f in found) for file, found in findings(home).items()}


def open_counts(home: Path, file: str, *prefixes: str) -> dict[str, RuleCount]:
    """The rules of a submission that could not be told, of those with these ids."""
    with Home.look(home) as opened:
        (submission,) = [s for s in opened.submissions() if s.file == file]
        assert submission.outcome is Outcome.ACCEPTED
        return {c.rule: c for c in opened.counts(submission.id) if c.not_evaluable and c.rule in prefixes}


def test_ported_out_here_is_ported_in_there_or_both_are_asked(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", NP_CT, NP_CM), tmp_path / "home"
    assert run(pack, home).judged_again == (NP_CT,)
    assert rules(home) == {NP_CT: ["NP-07"], NP_CM: ["NP-06"]}
    (there,) = findings(home)[NP_CM]
    assert there.severity is Severity.EXPLAIN
    assert (there.filed, there.expected) == ("690", "700")
    assert there.message_zh.startswith("本企业填报自小电信携入 690 户，小电信同期填报向本企业携出 700 户，二者应相等")
    (here,) = findings(home)[NP_CT]
    assert [c.where for c in here.cells] == ["D2", f"{NP_CM}:C2"]
    assert [c.where for c in there.cells] == ["C2", f"{NP_CT}:D2"]


def test_a_carrier_that_did_not_file_is_named_until_it_does(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", NP_CT, NP_CM), tmp_path / "home"
    first = run(pack, home)
    told = open_counts(home, NP_CT, "NP-06", "NP-07")
    assert [(c.not_evaluable, c.passed, c.failed) for c in told.values()] == [(1, 1, 0), (1, 0, 1)]
    assert {c.reason_zh for c in told.values()} == {"对方企业同期报送中没有对应的数据：缺少小联通报送的数据"}
    assert {c.reason_en for c in told.values()} == {
        "nothing that corresponds in the submission of the other carrier: lacking what 小联通 should file"
    }
    assert (NP_CT, "对方企业同期报送") in {(m.file, m.title_zh) for m in first.questions.missing}
    arrive(pack, NP_CU, 5)
    assert run(pack, home).judged_again == (NP_CT,)
    assert open_counts(home, NP_CT, "NP-06", "NP-07") == {}
    assert rules(home) == {NP_CT: ["NP-06", "NP-07"], NP_CM: ["NP-06"], NP_CU: ["NP-07"]}


def test_the_first_to_file_has_nobody_to_be_compared_with(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", NP_CT), tmp_path / "home"
    run(pack, home)
    reasons = {c.reason_zh for c in open_counts(home, NP_CT, "NP-06", "NP-07").values()}
    assert reasons == {"没有可对照的对方企业同期报送：缺少小移动、小联通报送的数据"}


def test_sites_of_the_tower_company_and_of_its_lessees(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", TT_CT, TT_TW, TT_CM), tmp_path / "home"
    assert run(pack, home).judged_again == (TT_CT, TT_TW)
    assert rules(home) == {TT_CT: [], TT_TW: ["TT-06"], TT_CM: ["TT-06"]}
    assert open_counts(home, TT_CT, "TT-06", "TT-07") == open_counts(home, TT_TW, "TT-06", "TT-07") == {}
    (lessor,), (lessee,) = findings(home)[TT_TW], findings(home)[TT_CM]
    assert [c.where for c in lessor.cells] == ["C4", f"{TT_CM}:C3"]
    assert [c.where for c in lessee.cells] == ["C3", f"{TT_TW}:C4"]
    assert "小移动在西市的站址数，本单位填报 390 个，小移动同期填报 400 个" in lessor.message_zh
    assert "小移动在西市的站址数，本单位填报 400 个，铁塔公司同期填报 390 个" in lessee.message_zh
    # A row that the other side does not have is no answer either way.
    (count,) = open_counts(home, TT_CM, "TT-06").values()
    assert count.not_evaluable == 1
    assert count.reason_zh == "对方单位同期报送中没有对应的数据：缺少铁塔公司报送的数据"


def test_a_lessee_that_filed_without_the_row_is_not_called_missing(tmp_path: Path) -> None:
    files = {
        TT_CT: FORMS[TT_CT],
        TT_TW: (*FORMS[TT_TW][:2], "小电信,西市,5,0,,2020-12-31", "小移动,东市,1,0,,2020-12-31"),
    }
    pack, home = write_pack(tmp_path / "pack", TT_CT, TT_TW), tmp_path / "home"
    write_lines(pack / TT_TW, files[TT_TW])
    run(pack, home)
    (count,) = open_counts(home, TT_TW, "TT-06").values()
    assert (count.passed, count.failed, count.not_evaluable) == (1, 0, 2)
    assert count.reason_zh.endswith("：缺少小移动报送的数据；小电信已报送，但未填对应的行")
    assert count.reason_en.endswith(": lacking what 小移动 should file; 小电信 filed, but without the row")


def test_both_sides_of_a_site_are_never_added_up(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", TT_CT, TT_TW, TT_CM), tmp_path / "home"
    run(pack, home)
    with Home.look(home) as opened:
        found = {f.figure_id: int(f.value) for f in opened.figures() if f.indicator == "tower_sites"}
    assert found == {"tower_sites@CT.2020Q4": 1240, "tower_sites@CM.2020Q4": 2422, "tower_sites@TW.2020Q4": 3645}


@pytest.mark.parametrize("register_first", [True, False])
def test_complaints_are_as_many_as_the_register_has(tmp_path: Path, register_first: bool) -> None:
    counts = (EC_CT, EC_CM, EC_CU)
    files = (UC, *counts) if register_first else (*counts, UC)
    pack, home = write_pack(tmp_path / "pack", *files), tmp_path / "home"
    assert run(pack, home).judged_again == (() if register_first else counts)
    # 小联通 says one; the register has come and has none.
    assert rules(home) == {UC: [], EC_CT: [], EC_CM: ["EC-06"], EC_CU: ["EC-06"]}
    assert [open_counts(home, file, "EC-06") for file in counts] == [{}, {}, {}]
    (two,), (none,) = findings(home)[EC_CM], findings(home)[EC_CU]
    assert (two.severity, two.filed, two.expected) == (Severity.EXPLAIN, "3", "2")
    assert [c.where for c in two.cells] == ["B2", f"{UC}:B3;B5"]
    assert (none.filed, none.expected) == ("1", "0")
    assert [c.where for c in none.cells] == ["B2", f"{UC}:B2:B5"]


def test_before_the_register_comes_nobody_can_tell_and_then_it_is_told(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", EC_CT, EC_CM), tmp_path / "home"
    first = run(pack, home)
    assert rules(home) == {EC_CT: [], EC_CM: []}
    (count,) = open_counts(home, EC_CM, "EC-06").values()
    assert count.reason_zh == "没有可对照的申诉处理中心同期台账"
    assert {(m.file, m.title_zh, m.rules) for m in first.questions.missing} == {
        (file, "申诉处理中心同期台账", ("EC-06",)) for file in (EC_CT, EC_CM)
    }
    arrive(pack, UC, 7)
    second = run(pack, home)
    assert (second.new, second.judged_again, second.withdrawn) == (1, (EC_CT, EC_CM), ())
    assert rules(home) == {UC: [], EC_CT: [], EC_CM: ["EC-06"]}
    with Home.look(home) as opened:
        (submission,) = [s for s in opened.submissions() if s.file == EC_CM]
        causes = [c.zh for c in opened.judgments(submission.id)[-1].causes]
        assert opened.verify_chain() == []
    assert causes == [f"申诉处理中心同期台账已收到：{UC}"]
    assert run(pack, home).judged_again == ()


def test_a_register_of_another_year_is_nothing_to_compare_with(tmp_path: Path) -> None:
    earlier = "submissions/user_complaints/SSC_2019.csv"
    pack, home = write_pack(tmp_path / "pack"), tmp_path / "home"
    write_lines(pack / earlier, [line.replace("2020", "2019") for line in FORMS[UC]])
    write_lines(pack / "arrivals.csv", ["file,received_at,channel", f"{earlier},2021-01-01T08:00:00+08:00,报送系统"])
    arrive(pack, EC_CT, 1)
    assert run(pack, home).outcomes["accepted"] == 2
    assert list(open_counts(home, EC_CT, "EC-06")) == ["EC-06"]


def test_a_corrected_register_is_compared_with_anew(tmp_path: Path) -> None:
    pack, home = write_pack(tmp_path / "pack", UC, EC_CT, EC_CM), tmp_path / "home"
    run(pack, home)
    corrected = UC.replace(".csv", "_v2.csv")
    write_lines(pack / corrected, [*FORMS[UC], "S-5,小移动,其他,2020-07-07,,,,处理中"])
    with (pack / "arrivals.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{corrected},2021-01-09T09:00:00+08:00,报送系统\n")
    assert run(pack, home).judged_again == (EC_CM,)
    assert rules(home)[EC_CM] == []
