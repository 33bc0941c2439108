"""How many records there are of each reason, area, person, month and type: counted while they are written."""

from collections import Counter
from dataclasses import dataclass, field

from server.records.workbook.line import Line


@dataclass(slots=True)
class Totals:
    """`restricted` of the `records` show no content to the person who asks."""

    records: int = 0
    restricted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    persons: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)

    def add(self, line: Line, *, restricted: bool) -> None:
        self.records += 1
        self.restricted += restricted
        self.reasons[line.reason] += 1
        self.areas[line.area] += 1
        self.persons[line.person] += 1
        self.months[f"{line.moment:%Y-%m}"] += 1
        self.types[line.type] += 1
