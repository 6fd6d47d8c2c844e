"""Whether the files of a home are what its database says they are, and whether its figures lead anywhere. Reads only.

What the database alone must keep is `warehouse.promises`.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.errors import StorageError
from warehouse.home import Home
from warehouse.stored import StoredSubmission

Failure = tuple[str, str, str]
COUNT = 4


def reconcile(home: Home) -> Iterator[Failure]:
    """What is wrong: name of the reconciliation, and the sentence in Chinese and in English."""
    for submission in home.submissions():
        yield from _landed(home, submission)
        yield from _registered(home, submission)
    for problem in home.verify_chain():
        zh, _, en = problem.partition(" / ")
        yield "ledger_chain_holds", zh, en
    for figure in home.figures():
        if not figure.sources:
            yield (
                "figures_lead_to_cells",
                f"指标值 {figure.figure_id} 追溯不到单元格",
                f"figure {figure.figure_id} leads to no cell",
            )


def _landed(home: Home, submission: StoredSubmission) -> Iterator[Failure]:
    try:
        home.landing.read(submission.sha256)
    except StorageError as error:
        yield "landing_holds_what_was_received", error.zh, error.en


def _registered(home: Home, submission: StoredSubmission) -> Iterator[Failure]:
    if submission.register is None:
        return
    name = "registers_hold_the_accepted_rows"
    try:
        rows = home.registers.height(submission.kind, submission.register)
    except StorageError as error:
        yield name, error.zh, error.en
        return
    if rows != submission.accepted:
        yield (
            name,
            f"报送 {submission.id} 接受 {submission.accepted} 行，登记 {rows} 行",
            f"submission {submission.id}: {submission.accepted} rows accepted, {rows} in the register",
        )
