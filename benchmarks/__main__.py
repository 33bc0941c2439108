"""`python -m benchmarks`: every benchmark one after the other; with --evidence, what they print is kept."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.databases import NAMES

ON_EACH_DATABASE = ("webhook", "mail_to_record", "backfill", "catch_up", "workbook", "register")
ALL = (*ON_EACH_DATABASE, "register_page")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--evidence", type=Path, metavar="FOLDER", help="write a file for each benchmark")
    options.add_argument("--only", action="append", choices=ALL, help="one of them (may be repeated)")
    options.add_argument("--database", action="append", choices=NAMES, help="one of them (default: both)")
    given, others = options.parse_known_args()
    for name in given.only or ALL:
        runs = [[*others, *on] for on in _databases(name, given.database or NAMES)]
        printed = "".join(_run(name, arguments) for arguments in runs)
        if given.evidence:
            command = " ".join(["python -m benchmarks", "--only", name, *others])
            (given.evidence / f"benchmark-{name.replace('_', '-')}.md").write_text(
                f"# What `{command}` printed\n{printed}"
            )


def _databases(name: str, chosen: Sequence[str]) -> list[list[str]]:
    """Each in a process of its own: what one left in memory, the next would pay for."""
    return [["--database", database] for database in chosen] if name in ON_EACH_DATABASE else [[]]


def _run(name: str, options: list[str]) -> str:
    """Show what it prints while it runs, and give all of it; a benchmark that fails ends everything."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(process.returncode)
    return "".join(lines)


if __name__ == "__main__":
    main()
