"""How fast mails were read and written down, and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.tables import median, microseconds, print_table, times


@dataclass(frozen=True)
class Reading:
    """What so many mails took; `server_seconds` is the CPU time of a database server of its own."""

    mails: int
    seconds: float
    cpu_seconds: float
    server_seconds: float = 0.0

    @property
    def speed(self) -> float:
        return self.mails / self.seconds


def print_readings(product: Sequence[Reading], **peers: Sequence[Reading]) -> None:
    """A table of the medians of all rounds, and the product's ratio to each peer."""
    ours = _medians(product)
    theirs = {name.replace("_", " "): _medians(readings) for name, readings in peers.items()}
    print_table(
        ["median of the rounds", "mails/s", "CPU µs/mail", "database server CPU µs/mail"],
        [
            _line("product", ours),
            *(_line(name, values) for name, values in theirs.items()),
            *([f"product : {name}", *map(times, ours, values)] for name, values in theirs.items()),
        ],
    )


def _line(name: str, values: tuple[float, float, float]) -> list[str]:
    speed, cost, server = values
    return [name, f"{speed:,.0f}", microseconds(cost), microseconds(server)]


def _medians(readings: Sequence[Reading]) -> tuple[float, float, float]:
    return (
        median([reading.speed for reading in readings]),
        median([reading.cpu_seconds / reading.mails for reading in readings]),
        median([reading.server_seconds / reading.mails for reading in readings]),
    )
