"""The checkpoint over a loaded warehouse: Great Expectations carries out `promises`, `reconciliation` the rest.

An expectation that could not be evaluated is an error of ours (StorageError), never "bad data". Great Expectations is
imported inside the function, because that takes seconds, and never reports to anyone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from contracts.errors import StorageError
from warehouse.home import Home
from warehouse.promises import PROMISES, Promise
from warehouse.reconciliation import COUNT, reconcile


@dataclass(frozen=True)
class CheckResult:
    """failures: (name of the expectation, sentence in Chinese, in English); evaluated: how many were tested."""

    success: bool
    failures: tuple[tuple[str, str, str], ...]
    evaluated: int


def check_warehouse(home: Home) -> CheckResult:
    """Test every promise and every reconciliation.

    Raises StorageError when an expectation could not be evaluated.
    """
    broken = _run_checkpoint(home)
    failures = [(p.name, f"不成立：{p.zh}", f"does not hold: {p.en}") for p in PROMISES if p.name in broken]
    if failures:  # what is not as promised cannot be relied on for comparing anything with it
        return CheckResult(False, tuple(failures), len(PROMISES))
    failures += reconcile(home)
    return CheckResult(not failures, tuple(failures), len(PROMISES) + COUNT)


def _run_checkpoint(home: Home) -> set[str]:
    """Names of the promises that do not hold."""
    # Read once, at import: from then on nothing is reported. Setting it is not reading the environment.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # noqa: TID251
    import great_expectations as gx

    context = _context()
    source = _source(context, home)
    definitions = []
    for table, promises in groupby(sorted(PROMISES, key=lambda p: p.table), key=lambda p: p.table):
        suite = context.suites.add(gx.ExpectationSuite(name=table))
        for promise in promises:
            suite.add_expectation(_expectation(promise))
        batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table(table)
        definition = gx.ValidationDefinition(name=table, data=batch, suite=suite)
        definitions.append(context.validation_definitions.add(definition))
    # Booleans only: no filed text gets into a result. What is wrong, our own sentences say.
    checkpoint = gx.Checkpoint(name="warehouse", validation_definitions=definitions, result_format="BOOLEAN_ONLY")
    run = context.checkpoints.add(checkpoint).run()
    results = [result for validated in run.run_results.values() for result in validated.results]
    for result in results:
        _refuse_error(result)
    return {result.expectation_config.meta["name"] for result in results if not result.success}


def _context() -> Any:
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
    return context.data_sources.add_sql("warehouse", connection_string=text)


def _expectation(promise: Promise) -> Any:
    import great_expectations.expectations as gxe

    make = getattr(gxe, promise.expectation)
    said = f"{promise.zh} / {promise.en}"
    return make(**promise.settings, description=said, meta={"name": promise.name})


def _refuse_error(result: Any) -> None:
    told = result.exception_info or {}
    for one in [told] if "raised_exception" in told else told.values():
        if one["raised_exception"]:
            name, why = result.expectation_config.meta["name"], one["exception_message"]
            raise StorageError(f"检查 {name} 无法执行：{why}", f"the check {name} could not be carried out: {why}")
