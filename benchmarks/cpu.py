"""The CPU time that processes have used, as Linux counts it."""

import os
from collections import defaultdict
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
# Places in /proc/<pid>/stat behind the command's name, see proc(5).
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_seconds(*roots: int) -> float:
    """The CPU seconds of these processes and all below them, those that have ended included."""
    stats = _stats()
    children: dict[int, list[int]] = defaultdict(list)
    for pid, fields in stats.items():
        children[int(fields[_PARENT])].append(pid)
    waiting, ticks = [pid for pid in roots if pid in stats], 0
    while waiting:
        pid = waiting.pop()
        # Own time, and that of children that ended and were waited for, in user and in kernel mode.
        ticks += sum(map(int, stats[pid][_TIMES]))
        waiting += children[pid]
    return ticks / _TICKS_PER_S


def _stats() -> dict[int, list[str]]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text()
            except OSError:  # it ended between the listing and the reading
                continue
            found[int(entry.name)] = text.rpartition(")")[2].split()
    return found
