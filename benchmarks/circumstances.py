"""What a figure depends on besides the code; printed above every table."""

import os
import platform
import sqlite3
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def print_circumstances(title: str, *, database: str, seed: int, **others: object) -> None:
    facts = {
        "machine": f"{_processor()}, {os.cpu_count()} CPUs, {_memory_gib():.0f} GiB, {platform.system()}",
        "Python": platform.python_version(),
        "commit": _commit(),
        "database": database,
        "seed": seed,
        **others,
    }
    print(f"\n## {title}\n")
    print(" · ".join(f"{name} {value}" for name, value in facts.items()), flush=True)


def sqlite_version() -> str:
    return sqlite3.sqlite_version


def _commit() -> str:
    """The commit, with a plus sign if the product's code differs from it."""
    given = os.environ.get("BENCHMARK_COMMIT")
    if given:
        return given
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    changed = _git("status", "--porcelain", "--", "server", "simulator", "benchmarks", "migrations")
    return f"{commit}+" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
