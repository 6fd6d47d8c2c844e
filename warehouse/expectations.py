"""The checkpoint over a loaded warehouse: Great Expectations carries out the promises and compares what was counted
twice; `reconciliation` looks at the files.

An expectation that could not be evaluated is an error of ours (StorageError), never "bad data". Great Expectations is
imported inside the function, because that takes seconds, and never reports to anyone. Of its results only numbers are
taken: no value of a cell comes out of here.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from contracts.errors import StorageError
from contracts.kind import Kind
from warehouse.check_result import Checked, CheckResult, Failure
from warehouse.home import Home
from warehouse.integrity import FRESHNESS, INTEGRITY
from warehouse.promises import PROMISES, Promise
from warehouse.reconciliation import FILE_CHECKS, FileCheck
from warehouse.recounting import Tally
from warehouse.tallies import TALLIES, Reconciliation

__all__ = ["CheckResult", "audit_warehouse", "check_warehouse"]

SHOWN = 20  # failures of one check that are told one by one
EQUAL = "ExpectColumnPairValuesToBeEqual"
FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


def check_warehouse(home: Home) -> CheckResult:
    """What is tested after every load: every promise, the chains, the files that were received and the row counts.

    Raises StorageError when an expectation could not be evaluated.
    """
    tallies = [one for one in TALLIES if not one.nightly]
    return _check(home, (*PROMISES, *INTEGRITY), [one for one in FILE_CHECKS if not one.nightly], tallies, {})


def audit_warehouse(home: Home, kinds: Mapping[str, Kind]) -> CheckResult:
    """All that there is to test: also how fresh the deadlines are, what is published, and the figures counted again
    from the registers by the contracts `kinds`.

    Raises StorageError like `check_warehouse`.
    """
    return _check(home, (*PROMISES, *INTEGRITY, *FRESHNESS), FILE_CHECKS, TALLIES, kinds)


def _check(
    home: Home,
    promises: Sequence[Promise],
    files: Sequence[FileCheck],
    tallies: Sequence[Reconciliation],
    kinds: Mapping[str, Kind],
) -> CheckResult:
    context = _context()
    checks, failures = _keep(_run_checkpoint(context, home, promises))
    if failures:  # what is not as promised cannot be relied on for comparing anything with it
        untested = (*(one.name for one in files), *(one.name for one in tallies))
        return CheckResult(False, failures, len(checks), checks, untested)
    beside, found = _keep(_look(home, one) for one in files)
    if found:
        return CheckResult(False, found, len(checks) + len(beside), (*checks, *beside), tuple(t.name for t in tallies))
    counted, found = _keep(_compare(context, one, one.count(home, kinds)) for one in tallies)
    checks = (*checks, *beside, *counted)
    return CheckResult(not found, found, len(checks), checks)


def _keep(done: Iterable[tuple[Checked, list[Failure]]]) -> tuple[tuple[Checked, ...], tuple[Failure, ...]]:
    kept = list(done)
    return tuple(one for one, _ in kept), tuple(failure for _, failures in kept for failure in failures)


def _run_checkpoint(context: Any, home: Home, promises: Sequence[Promise]) -> Iterator[tuple[Checked, list[Failure]]]:
    """Each promise as it was tested, in the order of the promises."""
    import great_expectations as gx

    with _reached():
        source = _source(context, home)
        definitions = []
        for table, of_table in groupby(sorted(promises, key=lambda p: p.table), key=lambda p: p.table):
            suite = context.suites.add(gx.ExpectationSuite(name=table))
            for promise in of_table:
                suite.add_expectation(_promised(promise, home.engine.dialect.name))
            batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table(table)
            definition = gx.ValidationDefinition(name=table, data=batch, suite=suite)
            definitions.append(context.validation_definitions.add(definition))
        # Counts only: no filed text gets into a result. What is wrong, our own sentences say.
        checkpoint = gx.Checkpoint(name="warehouse", validation_definitions=definitions, result_format=FORMAT)
        run = context.checkpoints.add(checkpoint).run()
    results = {r.expectation_config.meta["name"]: r for v in run.run_results.values() for r in v.results}
    rows = _heights(home, {p.table for p in promises})
    for promise in promises:
        result = results[promise.name]
        _refuse_error(result, promise.name)
        broken = 0 if result.success else max(1, _unexpected(result))
        told = Checked(
            promise.name, promise.zh, promise.en, promise.table, promise.expectation, rows[promise.table], broken
        )
        failure = (promise.name, f"不成立：{promise.zh}", f"does not hold: {promise.en}")
        yield told, [] if result.success else [failure]


@contextmanager
def _reached() -> Iterator[None]:
    """A database that is gone meanwhile, as a StorageError; Great Expectations has errors of its own for that."""
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (GreatExpectationsError, ConnectionError, DBAPIError) as error:
        why = str(error).partition("\n")[0]
        raise StorageError(f"检查无法执行：{why}", f"the checks could not be carried out: {why}") from error


def _heights(home: Home, names: Iterable[str]) -> dict[str, int]:
    from sqlalchemy import func, select

    from warehouse.database import reading
    from warehouse.tables import metadata

    with reading(home.engine) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0
            for name in sorted(names)
        }


def _unexpected(result: Any) -> int:
    """How many rows are not as expected: a number, whatever else the result may hold."""
    told = result.result or {}
    counts = (told.get("unexpected_count"), told.get("observed_value"))
    return next((count for count in counts if isinstance(count, int)), 0)


def _look(home: Home, check: FileCheck) -> tuple[Checked, list[Failure]]:
    found = list(check.find(home))
    told = Checked(check.name, check.zh, check.en, "files", "", check.looked_at(home), len(found))
    return told, [(check.name, zh, en) for zh, en in _shown(found)]


def _compare(context: Any, one: Reconciliation, tallies: Iterable[Tally]) -> tuple[Checked, list[Failure]]:
    """Both counts of everything, side by side in a frame, which Great Expectations compares."""
    import great_expectations as gx
    import pandas as pd  # type: ignore[import-untyped]

    rows = list(tallies)
    frame = pd.DataFrame({"kept": [t.kept for t in rows], "counted": [t.counted for t in rows]}, dtype=object)
    suite = context.suites.add(gx.ExpectationSuite(name=one.name))
    suite.add_expectation(_expectation(EQUAL, column_A="kept", column_B="counted", description=f"{one.zh} / {one.en}"))
    asset = context.data_sources.add_pandas(one.name).add_dataframe_asset(one.name)
    batch = asset.add_batch_definition_whole_dataframe(one.name)
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=one.name, data=batch, suite=suite))
    (result,) = definition.run(batch_parameters={"dataframe": frame}, result_format=FORMAT).results
    _refuse_error(result, one.name)
    unequal = [] if result.success else [t for t in rows if t.kept != t.counted]
    told = Checked(
        one.name, one.zh, one.en, "counted twice", EQUAL, len(rows),
        0 if result.success else _unexpected(result),
    )  # fmt: skip
    said = [
        (f"{t.subject}：所存为 {t.kept}，重算为 {t.counted}", f"{t.subject}: kept {t.kept}, counted again {t.counted}")
        for t in unequal
    ]
    return told, [(one.name, zh, en) for zh, en in _shown(said)]


def _shown(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    more = len(found) - SHOWN
    return found[:SHOWN] + ([(f"另有 {more} 处", f"and {more} more")] if more > 0 else [])


def _context() -> Any:
    # Read once, at import: from then on nothing is reported. Setting it is not reading the environment.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # noqa: TID251
    import great_expectations as gx
    from great_expectations.data_context.types import base

    config = base.DataContextConfig(
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=base.ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _source(context: Any, home: Home) -> Any:
    url = home.engine.url
    if url.database and home.engine.dialect.name == "sqlite":
        # Spaces, $ and % of a path would be refused or taken for something else: only the file: form can quote them.
        path = quote(str(Path(url.database).absolute()))
        return context.data_sources.add_sqlite("warehouse", connection_string=f"sqlite:///file:{path}?mode=ro&uri=true")
    text = url.render_as_string(hide_password=False).replace("$", r"\$")
    with warnings.catch_warnings():  # its source for PostgreSQL takes no socket, and it says so of the general one
        warnings.simplefilter("ignore")
        return context.data_sources.add_sql("warehouse", connection_string=text)


def _promised(promise: Promise, dialect: str) -> Any:
    said = f"{promise.zh} / {promise.en}"
    return _expectation(
        promise.expectation, **promise.settings_on(dialect), description=said, meta={"name": promise.name}
    )


def _expectation(name: str, **settings: Any) -> Any:
    import great_expectations.expectations as gxe

    return getattr(gxe, name)(**settings)


def _refuse_error(result: Any, name: str) -> None:
    told = result.exception_info or {}
    for one in [told] if "raised_exception" in told else told.values():
        if one["raised_exception"]:
            why = one["exception_message"]
            raise StorageError(f"检查 {name} 无法执行：{why}", f"the check {name} could not be carried out: {why}")
