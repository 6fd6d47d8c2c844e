"""Fuzzing: python -m tests.transforms.fuzzing SECONDS [SEED]. What is to be looked at is kept in build/fuzz.

Three quarters of the time go to mutated bytes, the rest to made sheets. Exit 1 if a promise was broken; a suspicion
(another reader has cells that ours has not) is for a person to judge.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.transforms.fuzzing.batches import ROOT, Run
from tests.transforms.fuzzing.seeds import seeds
from tests.transforms.fuzzing.sheets import fuzz_sheets


def main(seconds: float, base: int, folder: Path) -> int:
    print(f"seed {base}; {seconds:.0f} s", flush=True)
    tally = Run(seeds(), folder, base).go(seconds * 0.75, report=60)
    print(f"mutated bytes:\n{tally}\n" + "\n".join(tally.faults + tally.suspicions), flush=True)
    made, failures = fuzz_sheets(seconds * 0.25, base)
    print(f"made sheets: {made}\n" + "\n".join(failures), flush=True)
    print(f"kept in {folder}" if tally.faults or tally.suspicions else "nothing to look at")
    return 1 if tally.faults or failures else 0


if __name__ == "__main__":
    _base = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    sys.exit(main(float(sys.argv[1]), _base, ROOT / "build" / "fuzz"))
