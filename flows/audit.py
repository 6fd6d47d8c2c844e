"""The flow `audit`: every night, all checks over a home, everything it keeps against its ledger, and the page of both.

A coat of Prefect over `flows.auditing`. It ends as Failed where something does not hold, for an automation to watch.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from prefect import State, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import Failed
from prefect.tasks import Task

from contracts.errors import StorageError
from contracts.obligations import ZONE
from contracts.reminding_words import one_line
from flows import stages
from flows.auditing import Audit, audit_home, publish_audit
from flows.batch import load_pack
from flows.intake import artifact_key
from flows.pack import Pack
from flows.reminder_page import escaped
from flows.settings import Settings
from warehouse.home import Home

BROKEN: Final = "DoesNotHold"  # the name of the run's state where something does not hold


def _worth_retrying(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Only what may have passed by the next try: the database was busy or out of reach."""
    return isinstance(state.result(raise_on_failure=False), StorageError)


@task(
    name="look at everything", cache_policy=NO_CACHE, persist_result=False,
    retries=2, retry_delay_seconds=[5, 30], retry_condition_fn=_worth_retrying,
)  # fmt: skip
def look(home: Home, pack: Pack, settings: Settings) -> Audit:
    """Great Expectations, the files, both chains, and every count that can be taken twice."""
    return audit_home(home, pack.kinds, settings.database())


@task(name="publish the checks", cache_policy=NO_CACHE, persist_result=False)
def publish(home: Home, pack: Pack, found: Audit, began: datetime) -> None:
    """The page of the checks, and the audit as one more of the runs."""
    publish_audit(home, found, pack.settings.notice, began, lambda: datetime.now(ZONE))


@flow(name="audit", flow_run_name="audit {pack}", validate_parameters=False)
def audit(pack: str, home: str | None = None) -> Any:
    """Audit the home in folder `home` (var/<pack name> by default) of the pack in folder `pack`.

    Returns an `Audit`, in the state Failed, named DoesNotHold, where something does not hold.
    """
    began = datetime.now(ZONE)
    settings = Settings.of_environment()
    contents = load_pack(Path(pack), settings)
    folder = Path(home) if home else settings.var / contents.name
    with stages.open_home(folder, contents, settings.database()) as opened:
        found = look(opened, contents, settings)
        publish(opened, contents, found, began)
    _describe(contents, found)
    if found.holds:
        return found
    count = sum(check.broken > 0 for check in found.checks.checks)
    said = f"{count} 项检查不成立，{len(found.mismatches)} 处与台账不符"
    said += f" / {count} checks do not hold, {len(found.mismatches)} things do not match the ledger"
    return Failed(name=BROKEN, message=said, data=found)


def _describe(pack: Pack, found: Audit) -> None:
    """What does not hold, in the log and as an artifact."""
    lines = [f"{name}：{zh} / {en}" for name, zh, en in found.checks.failures]
    lines += [f"{one.area} {one.which}：{one.zh} / {one.en}" for one in found.mismatches]
    for line in lines:
        get_run_logger().error("%s", one_line(line))
    verdict = "全部成立 / everything holds" if found.holds else "有不成立的 / something does not hold"
    told = [f"# {escaped(pack.settings.title)}：数据仓库检查", "", f"{verdict}，{found.checks.evaluated} 项检查", ""]
    told += [f"- {escaped(one_line(line))}" for line in lines]
    told += ["", f"到期未报 {len(found.absent)} 项 / due and absent: {len(found.absent)}"]
    create_markdown_artifact(
        markdown="\n".join(told), key=f"audit-{artifact_key(pack.name)}", description=f"{len(lines)} 处不成立"
    )
