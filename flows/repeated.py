"""A file that was filed again as it was: recognised by its bytes, refused as such, and never judged as something new.

Only what stands counts: a file that was returned may be filed again unchanged, once what it was compared with has come.
"""

from __future__ import annotations

from contracts.finding import Finding
from contracts.structure import structure_finding
from contracts.submission import Submission
from flows.pack import Pack
from warehouse.home import Home


def identical_to_accepted(home: Home, pack: Pack, submission: Submission) -> Finding | None:
    """FILE-16 where an earlier submission of the same filer, form and period stands and has these very bytes."""
    arrival = submission.arrival
    if pack.is_list(arrival.kind):
        return None
    for s in home.standing(arrival.kind):
        same = (s.filer, s.period, s.sha256) == (arrival.filer, arrival.period, submission.sha256)
        if same and s.sequence < submission.sequence:
            at = s.received_at.isoformat()
            return structure_finding(
                "FILE-16",
                f"本文件与已接受的报送 {s.id}（{s.file}，{at} 收到）逐字节相同，不作为新版本；{s.id} 继续有效。",
                f"the file is byte for byte the accepted submission {s.id} ({s.file}, received {at}); it is no new "
                f"version, and {s.id} goes on standing.",
                filed=s.id,
            )
    return None
