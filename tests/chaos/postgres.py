"""Many kills on a PostgreSQL: `python -m tests.chaos.postgres [LOADER [SERVER [SEED]]]`, 200 and 20 by default.

Says what it did and ends with 1 where anything was not as it must be.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from flows.settings import quiet_dependencies
from tests.flows import small_pack
from tests.flows.crashing import started
from tests.flows.postgres_kills import Kills
from tests.postgres import find_program, running

ROOT = Path(__file__).resolve().parents[2]


def main(loader: int = 200, server: int = 20, seed: int = 1) -> int:
    quiet_dependencies()
    if find_program("initdb") is None:
        print("no PostgreSQL is installed; as root on Debian .ci/system-packages installs it", file=sys.stderr)
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jixiao-chaos-") as made, running() as cluster:
        pack = small_pack.write_pack(Path(made) / "pack", upsetting=True)
        with started(ROOT, pack) as driver:
            kills = Kills(driver, cluster, Path(made) / "homes", random.Random(seed))
            kills.folder.mkdir()
            kills.prepare()
            hit = kills.loader(loader)
            print(f"loader: {loader} kills, {hit} while it ran; nothing half-loaded, nothing lost", flush=True)
            noticed = kills.server(server)
            print(f"server: {server} kills, {noticed} noticed by a run; nothing half-loaded, nothing lost")
    print(f"seed {seed}, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
