"""`python -m tests.chaos`: everything goes wrong at random while mail comes; nothing may be missing then."""

import argparse
import json
import os
import platform
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from tests.chaos.acts import act
from tests.chaos.ending import Verdict, bring_up, judge
from tests.chaos.stage import PROCESSES, Stage

PAUSE_S = (0.02, 0.4)


def main() -> None:
    options = _options()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="bitacora-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"chaos: {options.minutes:g} minutes on {options.database}, seed {options.seed}, history in {folder}"
    )
    print(f"commit {_commit()}, {_machine()}", flush=True)
    verdict = run(options.database, options.minutes * 60, options.seed, folder)
    for fault in (*verdict.balance.differences, *verdict.faults):
        print(fault)
    print(f"healed after {verdict.healed_after.total_seconds() / 60:.0f} minutes of its own time")
    print(verdict)
    sys.exit(0 if verdict.ok else 1)


def run(database: str, seconds: float, seed: int, folder: Path) -> Verdict:
    """Let things happen for so long; what happened is written to `history.jsonl` in the folder."""
    chance = random.Random(seed)
    happened: Counter[str] = Counter()
    with Stage.set_up(database, folder, seed) as stage, (folder / "history.jsonl").open("w") as history:
        began = time.monotonic()

        def note(name: str, what: object) -> None:
            happened[name] += 1
            line = {"at": round(time.monotonic() - began, 2), "act": name, "what": what}
            history.write(json.dumps(line, default=str) + "\n")
            history.flush()

        while time.monotonic() < began + seconds:
            note(*act(stage, chance))
            for name in stage.revive():
                note("started again", name)
            threading.Event().wait(chance.uniform(*PAUSE_S))
        note("brought up", None)
        bring_up(stage)
        verdict = judge(stage)
        note("ended", str(verdict))
        if not verdict.ok:
            stage.keep(folder)
        print(
            f"{stage.post.delivered} letters, {stage.deaths} deaths, {sum(happened.values())} acts: ", end=""
        )
        print(", ".join(f"{name} {number}" for name, number in sorted(happened.items())))
        sent = stage.simulator.notifications
        print(
            f"notifications delivered {sent.delivered}, lost {sent.lost}; reasons kept {len(stage.written)}"
        )
    return verdict


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="repeats the choice of acts")
    parser.add_argument("--database", choices=PROCESSES, default="sqlite")
    parser.add_argument("--folder", type=Path, help="for the history and the logs; a new one if absent")
    return parser.parse_args()


if __name__ == "__main__":
    main()
