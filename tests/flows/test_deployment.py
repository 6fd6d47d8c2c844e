"""prefect.yaml on a real Prefect server with a real worker: deployed by one command, run by hand, run by the scheduler.

A scheduled run is waited for because there are sets of libraries, each of which installs and imports, with which
Prefect's scheduler never makes one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import yaml

from tests.flows import small_pack
from tests.flows.home_contents import Contents, differences, read_contents
from tests.flows.processes import free_port, running
from warehouse.home import Home

PACKAGES = ("contracts", "transforms", "warehouse", "flows")
PREFECT = str(Path(sys.executable).parent / "prefect")
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
DIRECT = build_opener(ProxyHandler({}))
T = TypeVar("T")


@dataclass(frozen=True)
class Clone:
    """A copy of the clone whose jiangxi-2020 is a small pack, and a Prefect server that knows nothing yet."""

    folder: Path
    environment: dict[str, str]

    @property
    def home(self) -> Path:
        return self.folder / "var" / "jiangxi-2020"

    def prefect(self, *arguments: str) -> str:
        """Run Prefect's command line with nobody at the keyboard; what it printed."""
        answer = subprocess.run(
            [PREFECT, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert answer.returncode == 0, answer.stdout
        return answer.stdout

    def get(self, path: str) -> Any:
        return self._ask(Request(self.environment["PREFECT_API_URL"] + path))

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        data, kind = json.dumps(body).encode(), {"Content-Type": "application/json"}
        return self._ask(Request(self.environment["PREFECT_API_URL"] + path, data, kind, method=method))

    @staticmethod
    def _ask(request: Request) -> Any:
        """The server's answer; asked again, as Prefect's own client does, while its SQLite is locked (503)."""
        patience = time.monotonic() + 60
        while True:
            try:
                with DIRECT.open(request, timeout=30) as answer:
                    return json.loads(answer.read() or b"null")
            except HTTPError as error:
                if error.code != 503 or time.monotonic() > patience:
                    raise
                time.sleep(1)

    def runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.post("/flow_runs/filter", {"limit": 200})
        return found


@dataclass(frozen=True)
class Seen:
    """What was seen: the deployments of intake, deadlines and audit, the runs that their own schedules planned; of
    intake one run by hand and one on a schedule of ours, the task runs of these two and the home after each; of
    deadlines one run by hand, on a day that was asked about, and one of audit; all artifacts."""

    clone: Clone
    deployment: dict[str, Any]
    daily: dict[str, Any]
    nightly: dict[str, Any]
    planned: list[dict[str, Any]]
    planned_daily: list[dict[str, Any]]
    planned_nightly: list[dict[str, Any]]
    by_hand: dict[str, Any]
    scheduled: dict[str, Any]
    tasks: dict[str, list[dict[str, Any]]]
    reminded: dict[str, Any]
    audited: dict[str, Any]
    artifacts: list[dict[str, Any]]
    first: Contents
    second: Contents


@pytest.fixture(scope="module")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """The server; its log is printed where a test of this module failed."""
    folder = copy_clone(root, tmp_path_factory.mktemp("deployed") / "clone")
    port = free_port()
    environment = os.environ | {
        "PREFECT_HOME": str(folder.parent / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PYTHONPATH": str(folder),
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        # How often the scheduler looks: a schedule added to a deployment that stands waits for its next look.
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "4",
        "NO_COLOR": "1",
    }
    environment.pop("JIXIAO_VAR", None)
    with ExitStack() as stack:
        log = folder.parent / "server.log"
        command = [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
        stack.callback(lambda: print(f"--- {log.name}\n{log.read_text(errors='replace')[-8000:]}"))
        server = stack.enter_context(running(command, log, cwd=folder, environment=environment))
        made = Clone(folder, environment)
        wait_until(lambda: is_healthy(made, server), 90, "the server's health")
        yield made


def copy_clone(root: Path, to: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(root / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("prefect.yaml", "pyproject.toml"):
        shutil.copy(root / file, to)
    small_pack.write_pack(to / "examples" / "jiangxi-2020")
    return to


def is_healthy(clone: Clone, server: subprocess.Popen[bytes]) -> bool:
    assert server.poll() is None, "the server ended"
    try:
        return clone.get("/health") is True
    except (URLError, ConnectionError):
        return False


def wait_until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """What `look` gives once that is true."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.3)
    return found


@pytest.fixture(scope="module")
def seen(clone: Clone) -> Iterator[Seen]:
    """Deploy, run by hand, then let the scheduler run it."""
    clone.prefect("work-pool", "create", "jixiao", "--type", "process", "--overwrite")
    clone.prefect("--no-prompt", "deploy", "--all")
    deployment = clone.get("/deployments/name/intake/intake")
    daily = clone.get("/deployments/name/deadlines/deadlines")
    nightly = clone.get("/deployments/name/audit/audit")
    planned, planned_daily, planned_nightly = (planned_by(clone, one["id"]) for one in (deployment, daily, nightly))
    silence(clone, deployment, daily, nightly)
    log = clone.folder.parent / "worker.log"
    worker = [PREFECT, "worker", "start", "--pool", "jixiao", "--name", "test"]
    with ExitStack() as stack:
        stack.callback(lambda: print(f"--- {log.name}\n{log.read_text(errors='replace')[-20000:]}"))
        stack.enter_context(running(worker, log, cwd=clone.folder, environment=clone.environment))
        by_hand = finished(clone, clone.post(f"/deployments/{deployment['id']}/create_flow_run", {})["id"])
        first = read_contents(clone.home)
        scheduled = finished(clone, scheduled_soon(clone, deployment["id"]))
        second = read_contents(clone.home)
        tasks = {
            run["id"]: clone.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}, "limit": 200})
            for run in (by_hand, scheduled)
        }
        asked = {"parameters": daily["parameters"] | {"on": "2020-12-09T08:30"}}
        reminded = finished(clone, clone.post(f"/deployments/{daily['id']}/create_flow_run", asked)["id"])
        audited = finished(clone, clone.post(f"/deployments/{nightly['id']}/create_flow_run", {})["id"])
        artifacts = clone.post("/artifacts/filter", {"limit": 200})
        yield Seen(
            clone,
            deployment,
            daily,
            nightly,
            planned,
            planned_daily,
            planned_nightly,
            by_hand,
            scheduled,
            tasks,
            reminded,
            audited,
            artifacts,
            first,
            second,
        )


def planned_by(clone: Clone, deployment: str) -> list[dict[str, Any]]:
    """The runs that the scheduler planned for a deployment."""

    def look() -> list[dict[str, Any]]:
        return [run for run in clone.runs() if run["deployment_id"] == deployment]

    return wait_until(look, 60, "runs planned by the deployed schedule")


def silence(clone: Clone, *deployments: dict[str, Any]) -> None:
    """Rest the deployed schedules: a tenth minute that falls into the test would put a run between ours."""
    for deployment in deployments:
        (schedule,) = deployment["schedules"]
        clone.post(f"/deployments/{deployment['id']}/schedules/{schedule['id']}", {"active": False}, "PATCH")

    def are_gone() -> bool:
        planned = clone.runs()
        for run in planned:  # the scheduler may have been adding them at that very moment
            with suppress(HTTPError):
                clone.post(f"/flow_runs/{run['id']}", None, "DELETE")
        return not planned

    wait_until(are_gone, 30, "the planned runs to be gone")


def finished(clone: Clone, run_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = clone.get(f"/flow_runs/{run_id}")
        return run if run["state_type"] in OVER else None

    return wait_until(look, 150, f"the end of flow run {run_id}")


def scheduled_soon(clone: Clone, deployment: str) -> str:
    """Add a schedule that falls due in some seconds; the id of the run that the scheduler makes for that moment."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
    schedule = {"interval": 86400, "anchor_date": due.isoformat(), "timezone": "Asia/Shanghai"}
    body = [{"schedule": schedule, "active": True, "slug": "soon"}]
    clone.post(f"/deployments/{deployment}/schedules", body)

    def look() -> str | None:
        times = {run["id"]: datetime.fromisoformat(run["expected_start_time"]) for run in clone.runs()}
        return next((run for run, at in times.items() if at == due), None)

    return wait_until(look, 90, "a run made by the scheduler")


# --- what is written in prefect.yaml


def test_every_schedule_has_a_slug_a_zone_and_says_whether_it_is_active(root: Path) -> None:
    deployments = yaml.safe_load((root / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    schedules = [schedule for deployment in deployments for schedule in deployment.get("schedules", [])]
    assert schedules
    for schedule in schedules:
        assert isinstance(schedule["active"], bool)
        assert schedule["timezone"] == "Asia/Shanghai"
    # A deployment without `schedules` would keep those of its last version.
    assert all("schedules" in deployment and "schedule" not in deployment for deployment in deployments)
    slugs = [schedule["slug"] for schedule in schedules]
    assert len(set(slugs)) == len(slugs)
    assert [deployment["name"] for deployment in deployments] == ["intake", "deadlines", "audit"]


# --- what came of it


def test_the_server_has_what_prefect_yaml_says(seen: Seen) -> None:
    deployment = seen.deployment
    assert deployment["parameters"] == {"pack": "examples/jiangxi-2020"}
    assert deployment["work_pool_name"] == "jixiao"
    assert deployment["job_variables"]["env"]["DO_NOT_TRACK"] == "1"
    assert deployment["global_concurrency_limit"] is None
    (schedule,) = deployment["schedules"]
    assert (schedule["slug"], schedule["active"]) == ("every-ten-minutes", True)
    assert schedule["schedule"]["timezone"] == "Asia/Shanghai"
    assert "每十分钟" in deployment["description"]
    assert "Every ten minutes" in deployment["description"]


def test_the_scheduler_plans_a_run_every_ten_minutes(seen: Seen) -> None:
    assert {(run["auto_scheduled"], run["created_by"]["type"]) for run in seen.planned} == {(True, "SCHEDULE")}
    times = sorted(datetime.fromisoformat(run["expected_start_time"]) for run in seen.planned)
    assert len(times) > 1
    assert {(at.minute % 10, at.second) for at in times} == {(0, 0)}
    assert {later - sooner for sooner, later in pairwise(times)} == {timedelta(minutes=10)}


def test_deadlines_are_planned_for_every_morning_in_shanghai(seen: Seen) -> None:
    (schedule,) = seen.daily["schedules"]
    assert (schedule["slug"], schedule["active"]) == ("daily-half-past-eight", True)
    assert "每天八点半" in seen.daily["description"]
    assert "half past eight" in seen.daily["description"]
    times = sorted(datetime.fromisoformat(run["expected_start_time"]) for run in seen.planned_daily)
    assert len(times) > 1
    assert {(at.astimezone(UTC).hour, at.minute) for at in times} == {(0, 30)}
    assert {later - sooner for sooner, later in pairwise(times)} == {timedelta(days=1)}


def test_the_daily_run_says_how_things_stood_on_the_day_that_was_asked_about(seen: Seen) -> None:
    assert (seen.reminded["state_type"], seen.reminded["state_name"]) == ("COMPLETED", "Completed"), seen.reminded
    (page,) = [a for a in seen.artifacts if a["key"] == "deadlines-jiangxi-2020"]
    assert (page["type"], page["flow_run_id"]) == ("markdown", seen.reminded["id"])
    assert "| 小移动 | 已退回 1 |" in page["data"]
    assert "没有联系方式，未提醒：小移动、管理处" in page["data"]


def test_the_audit_is_planned_for_every_night_in_shanghai(seen: Seen) -> None:
    (schedule,) = seen.nightly["schedules"]
    assert (schedule["slug"], schedule["active"]) == ("nightly-three-thirty-five", True)
    times = sorted(datetime.fromisoformat(run["expected_start_time"]) for run in seen.planned_nightly)
    assert {(at.astimezone(UTC).hour, at.minute) for at in times} == {(19, 35)}
    assert {later - sooner for sooner, later in pairwise(times)} == {timedelta(days=1)}


def test_the_audit_holds_and_publishes_its_page(seen: Seen) -> None:
    assert (seen.audited["state_type"], seen.audited["state_name"]) == ("COMPLETED", "Completed"), seen.audited
    (page,) = [a for a in seen.artifacts if a["key"] == "audit-jiangxi-2020"]
    assert "全部成立" in page["data"]
    assert (seen.clone.home / "published" / "checks" / "index.html").is_file()


def test_deploying_again_adds_no_second_schedule_and_wakes_the_one_there_is(seen: Seen) -> None:
    seen.clone.prefect("--no-prompt", "deploy", "--all")
    again = seen.clone.get("/deployments/name/intake/intake")
    assert again["id"] == seen.deployment["id"]
    assert [s["active"] for s in again["schedules"] if s["slug"] == "every-ten-minutes"] == [True]


def test_the_run_by_hand_completes_and_publishes(seen: Seen) -> None:
    assert seen.by_hand["state_type"] == "COMPLETED", seen.by_hand["state"]
    assert seen.by_hand["auto_scheduled"] is False
    published = [name for name in seen.first if name.startswith("published/")]
    assert "published/annual/2020/summary.html" in published
    assert "published/validation/index.html" in published
    with Home.look(seen.clone.home) as home:
        assert [s.file for s in home.submissions() if s.channel != "数据包"] == list(small_pack.FILES)
        assert all(home.judged(s.id) for s in home.submissions())


def test_the_scheduler_made_a_run_and_it_changed_nothing(seen: Seen) -> None:
    assert seen.scheduled["auto_scheduled"] is True
    assert seen.scheduled["created_by"]["type"] == "SCHEDULE"
    assert seen.scheduled["state_type"] == "COMPLETED", seen.scheduled["state"]
    changed = [name for name in differences(seen.first, seen.second) if not name.startswith("published/checks/")]
    assert changed == []


@pytest.mark.parametrize("which", ["by_hand", "scheduled"])
def test_a_task_run_a_submission_named_by_filer_kind_and_period(seen: Seen, which: str) -> None:
    names = [task["name"] for task in seen.tasks[getattr(seen, which)["id"]]]
    settled = sorted(name for name in names if "·" in name and not name.startswith("小局·"))
    assert settled == sorted(small_pack.TASKS)
    assert all(task["state_type"] == "COMPLETED" for task in seen.tasks[getattr(seen, which)["id"]])


def test_a_table_for_each_batch_says_what_became_of_each_submission(seen: Seen) -> None:
    tables = {a["flow_run_id"]: a for a in seen.artifacts if a["key"] == "intake-jiangxi-2020"}
    assert set(tables) == {seen.by_hand["id"], seen.scheduled["id"]}
    assert {a["type"] for a in tables.values()} == {"table"}
    rows = [json.loads(tables[run["id"]]["data"]) for run in (seen.by_hand, seen.scheduled)]
    filed = [[r for r in table if r["填报单位"] != "小局"] for table in rows]
    assert [len(table) for table in filed] == [len(small_pack.FILED)] * 2
    assert {r["本次处理"] for r in filed[0]} == {"是"}
    assert {r["本次处理"] for r in filed[1]} == {"否（此前已处理）"}
    for table in filed:
        assert [(r["报表"], r["报告期"]) for r in table if r["结论"] == "退回"] == [("network_build", "2020-11")]
        assert [r["迟报天数"] for r in table if r["迟报天数"]] == [3]


def test_a_table_for_each_returned_submission_with_a_link_that_leads_somewhere(seen: Seen) -> None:
    (returned,) = [a for a in seen.artifacts if a["key"].startswith("returned-")]
    assert returned["type"] == "table"
    assert returned["flow_run_id"] == seen.by_hand["id"]
    assert small_pack.RETURNED in returned["description"]
    link = returned["description"].partition("](")[2].partition(")")[0]
    assert Path(unquote(urlsplit(link).path)).is_file(), link
    assert [row["规则"] for row in json.loads(returned["data"])] == ["NB-01"]


def test_no_filed_value_is_in_any_artifact(seen: Seen) -> None:
    said = json.dumps([[a["data"], a["description"]] for a in seen.artifacts], ensure_ascii=False)
    assert "退回" in said
    assert [value for value in small_pack.VALUES if value in said] == []
