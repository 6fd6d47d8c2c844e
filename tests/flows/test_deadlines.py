"""The flow `deadlines` in a Prefect of its own: blocks saved and loaded, logs and artifacts read back from it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from prefect.testing.utilities import prefect_test_harness
from pydantic import SecretStr

from contracts.errors import UsageError
from flows.batch import load_pack, run_plain
from flows.deadlines import INCOMPLETE, DayResult, deadlines
from flows.notice_blocks import MailNotice
from flows.reminder_page import escaped
from flows.settings import Settings
from tests.flows import small_pack
from tests.flows.mailing import PASSWORD, USER, Hook, Mailbox, mail_server
from tests.flows.reminded_pack import CONTACTS, write_pack
from tests.flows.small_pack import write_lines
from tests.flows.test_notice_blocks import SENDER, webhook

EVIL = '小<img src=x onerror="alert(1)">|`[联](http://example.org)'


@dataclass
class Prefect:
    """A Prefect server with the blocks of a bureau, its mail server and CM's robot."""

    box: Mailbox
    hook: Hook
    port: int
    seen: set[str] = field(default_factory=set)

    def run(self, pack: Path, home: Path, **asked: Any) -> tuple[DayResult, str]:
        """The result, and everything the server keeps of the run: state, log lines, artifacts, parameters."""
        state = cast("Any", deadlines)(str(pack), str(home), return_state=True, **asked)
        found = asyncio.run(self.kept(state.state_details.flow_run_id))
        return cast("DayResult", state.result()), json.dumps([state.name, *found], ensure_ascii=False)

    async def kept(self, run: Any) -> list[str]:
        async with get_client() as client:
            logs: list[Any] = []
            patience = time.monotonic() + 60  # log lines are sent in the background
            while not any("Finished in state" in log.message and log.task_run_id is None for log in logs):
                assert time.monotonic() < patience, "the log of the run never came"
                await asyncio.sleep(0.2)
                logs = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run])))
            artifacts = [a for a in await client.read_artifacts() if str(a.id) not in self.seen]
            self.seen |= {str(a.id) for a in artifacts}
            whole = await client.read_flow_run(run)
            tasks = await client.read_task_runs()
        kept = [*logs, *artifacts, whole, *(t for t in tasks if t.flow_run_id == run)]
        return [one.model_dump_json() for one in kept]


@pytest.fixture(scope="module")
def prefect() -> Iterator[Prefect]:
    box = Mailbox()
    with (
        prefect_test_harness(server_startup_timeout=120),
        temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}),
        mail_server(box, login=True) as port,
        Hook() as hook,
    ):
        sender = SENDER | {"user": USER, "port": port}
        MailNotice(password=SecretStr(PASSWORD), **sender).save("jixiao-mail")
        MailNotice(password=SecretStr("Falsch-77"), **sender).save("wrong")
        webhook(name="robot", url=hook.url + "?key={{key}}", secrets={"key": PASSWORD}).save("cm-robot")
        yield Prefect(box, hook, port)


@pytest.fixture
def pack(tmp_path: Path, prefect: Prefect) -> Path:
    prefect.box.raw.clear()
    prefect.box.to.clear()
    prefect.hook.got.clear()
    prefect.box.behaviour, prefect.hook.answer = "take", 200
    return write_pack(tmp_path / "pack")


def outcomes(result: DayResult) -> dict[str, str]:
    return {told.filer: str(told.state) for told in result.told}


def test_a_working_day(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    result, kept = prefect.run(pack, tmp_path / "home", on="2019-06-10T08:30", send=True)
    assert (result.is_workday, result.reason_zh, result.notice) == (True, "周一", None)
    assert result.states == {"due_soon": 3}
    assert result.open == dict.fromkeys(("CT", "CM", "CU"), "即将到期 1")
    assert outcomes(result) == {"XJ": "sent", "CT": "sent", "CM": "sent"}
    assert len(prefect.box.raw) == 2
    ((path, _, _),) = prefect.hook.got
    assert path == f"/robot?key={PASSWORD}"
    assert "deadlines-pack" in kept
    assert "小电信：即将到期 1" in kept
    for secret in (PASSWORD, "ct.example.org", "banggongshi", prefect.hook.url):
        assert secret not in kept
    again, _ = prefect.run(pack, tmp_path / "home", on="2019-06-10T09:30", send=True)
    assert again.told == ()


def test_a_day_off_is_said_and_nothing_else_is_done(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    result, kept = prefect.run(pack, tmp_path / "home", on="2019-06-07T08:30", send=True)
    assert result.reason_zh == "周五，端午节放假"
    assert result.notice is not None
    assert not result.is_workday
    assert "2019-06-07 不是工作日" in kept
    assert result.notice in kept
    assert "deadlines-pack" not in kept
    assert not (tmp_path / "home").exists()
    assert (prefect.box.raw, prefect.hook.got) == ([], [])


def test_a_wrong_password_is_failed_and_said_and_the_run_is_not_green(
    prefect: Prefect, pack: Path, tmp_path: Path
) -> None:
    result, kept = prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True, mail="wrong")
    assert result.on.isoformat() == "2019-06-10T23:59:59+08:00"  # as `jixiao due --on` has it
    assert outcomes(result) == {"XJ": "failed", "CT": "failed", "CM": "sent"}
    assert "登录被拒（535）" in result.told[0].said
    assert INCOMPLETE in kept
    assert "535" in kept
    assert "Falsch-77" not in kept
    assert outcomes(prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True)[0]) == {"XJ": "sent", "CT": "sent"}


def test_a_block_that_is_not_there_is_named(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    contacts = tuple(line.replace("cm-robot", "cm-gone") for line in CONTACTS)
    write_pack(pack, contacts=contacts)
    result, kept = prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True, mail="nothing")
    assert outcomes(result) == {"XJ": "failed", "CT": "failed", "CM": "failed"}
    assert "jixiao-mail-notice/nothing" in kept
    assert "jixiao-webhook-notice/cm-gone" in kept
    # Called as a function, the flow gives its result in that state too.
    assert isinstance(
        deadlines(str(pack), str(tmp_path / "home"), on="2019-06-10", send=True, mail="nothing"), DayResult
    )


def test_uncertain_is_in_the_result_the_log_and_the_artifact(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    prefect.hook.answer = "vanish"
    result, kept = prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True)
    assert outcomes(result)["CM"] == "uncertain"
    assert kept.count("是否送达不明") >= 3
    assert INCOMPLETE in kept
    prefect.hook.answer = 200
    result, _ = prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True)
    assert [(t.filer, t.state, t.repeated) for t in result.told] == [("CM", "sent", True)]
    assert len({headers["Idempotency-Key"] for _, headers, _ in prefect.hook.got}) == 1


def test_another_moment_is_only_looked_at_unless_it_is_said(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    result, _ = prefect.run(pack, tmp_path / "home", on="2019-06-11")
    assert outcomes(result) == {"XJ": "None", "CT": "None", "CM": "None"}
    assert result.states == {"missing": 3}
    assert result.open["CT"] == "缺报 1（已逾期 1）"
    assert prefect.box.raw == []


def test_what_the_clock_says_is_long_past_is_counted_and_nobody_is_written_to(
    prefect: Prefect, pack: Path, tmp_path: Path
) -> None:
    result, _ = prefect.run(pack, tmp_path / "home")
    assert result.told == ()
    if result.is_workday:  # today, whatever day that is
        assert (result.past, result.states) == (3, {"missing": 3})


def test_names_of_filers_are_text_and_nothing_else(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    filers = (pack / "filers.csv").read_text(encoding="utf-8").replace("小电信,", '"' + EVIL.replace('"', '""') + '",')
    (pack / "filers.csv").write_text(filers, encoding="utf-8")
    _, kept = prefect.run(pack, tmp_path / "home", on="2019-06-10", send=True)
    (artifact,) = [one for one in json.loads(kept) if '"type":"markdown"' in one]
    page = json.loads(artifact)["data"]
    assert "<img" not in page
    assert "[联](" not in page
    assert escaped(EVIL) in page
    html = prefect.box.mails[1].get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()


def test_what_was_filed_is_not_asked_for_and_what_was_returned_is(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    filed = small_pack.write_pack(tmp_path / "filed")
    write_lines(filed / "contacts.csv", [CONTACTS[0], "XJ,mail,office@ca.example.org,办公室"])
    run_plain(load_pack(filed, Settings()), tmp_path / "home", Settings())
    result, _ = prefect.run(filed, tmp_path / "home", on="2020-12-09T08:30", send=True)
    assert result.open == {"CM": "已退回 1", "GLC": "即将到期 1"}
    (mail,) = prefect.box.mails
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert "■ 退回待重报" in text
    assert "■ 即将到期" in text
    assert "管理处、小移动在" in text or "小移动、管理处在" in text
    after, _ = prefect.run(filed, tmp_path / "home", on="2020-12-11T08:30", send=True)
    assert (after.told, after.open, after.unprocessed) == ((), {}, ())


def test_nobody_is_called_missing_whose_file_lies_at_the_door(prefect: Prefect, pack: Path, tmp_path: Path) -> None:
    filed = small_pack.write_pack(tmp_path / "filed")
    result, kept = prefect.run(filed, tmp_path / "home", on="2020-12-11T08:30", send=True)
    assert set(result.unprocessed) == set(small_pack.FILES)
    assert (result.told, result.unreached) == ((), ())
    assert "暂不提醒" in kept


@pytest.mark.parametrize("on", ["gestern", "2019-13-01"])
def test_a_moment_that_is_none_is_refused(prefect: Prefect, pack: Path, tmp_path: Path, on: str) -> None:
    with pytest.raises(UsageError, match="on"):
        deadlines(str(pack), str(tmp_path / "home"), on=on)
