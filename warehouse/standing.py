"""Which submission of a filer, form and period stands: the last accepted one. Never judges, and touches no figure."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from contracts.finding import Outcome
from contracts.submission import Submission
from warehouse.tables import submissions

TAKEN = (Outcome.ACCEPTED, Outcome.PARTIAL)
REINSTATED = "取代它的报送已被撤回 / what superseded it was withdrawn"

s = submissions.c


@dataclass(frozen=True)
class Place:
    """Where a submission stands among those of its filer, form and period before it is judged (again).

    earlier, later: the other one that stands, by whether it came before or after. stands: whether it stands itself;
    reinstated: it does so again, and its figures are closed. passes: how often it was judged.
    """

    earlier: str | None
    later: str | None
    stands: bool
    reinstated: bool
    passes: int


def find_place(connection: Connection, submission: Submission) -> Place:
    arrival = submission.arrival
    standing = connection.execute(
        select(s.id, s.version).where(
            s.filer == arrival.filer,
            s.kind == arrival.kind,
            s.period == arrival.period.label,
            s.outcome.in_(TAKEN),
            s.superseded_by.is_(None),
        )
    ).first()
    own = connection.execute(select(s.pass_number, s.again).where(s.id == submission.id)).one()
    passes, stands = own.pass_number or 0, standing is not None and standing.id == submission.id
    if standing is None or stands:
        return Place(None, None, stands, stands and own.again is not None, passes)
    is_earlier = standing.version < submission.version
    return Place(standing.id if is_earlier else None, None if is_earlier else standing.id, False, False, passes)


def supersede(connection: Connection, earlier: str | None, later: str) -> None:
    if earlier is not None:
        # Nor does it wait to be judged again any more.
        connection.execute(update(submissions).where(s.id == earlier).values(superseded_by=later, again=None))


def reinstate(connection: Connection, withdrawn: str) -> str | None:
    """Let the last one that `withdrawn` had superseded stand again: what is returned supersedes nothing. Its id.

    Its figures are closed; it is marked so that it is judged again and they are recorded anew.
    """
    superseded = connection.scalars(select(s.id).where(s.superseded_by == withdrawn).order_by(s.version.desc())).all()
    if not superseded:
        return None
    last: str = superseded[0]
    others = superseded[1:]
    connection.execute(update(submissions).where(s.id == last).values(superseded_by=None, again=REINSTATED))
    connection.execute(update(submissions).where(s.id.in_(others)).values(superseded_by=last))
    return last
