"""The difference between a client card as it is kept and as a list wants it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from server.clients.import_lines import CardLine
from server.clients.models import Section


@dataclass(frozen=True, slots=True)
class KeptLine:
    id: int
    line: CardLine


@dataclass(frozen=True, slots=True)
class LineChanges:
    added: tuple[CardLine, ...]
    changed: tuple[KeptLine, ...]
    removed: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def compare(kept: Iterable[KeptLine], wanted: Iterable[CardLine]) -> LineChanges:
    """What turns the kept lines into the wanted ones.

    A line stays the same one while its section and address do: a new label or telephone changes it.
    """
    before, after = defaultdict(list), defaultdict(list)
    for old in kept:
        before[_place(old.line)].append(old)
    for new in wanted:
        after[_place(new)].append(new)
    places = dict.fromkeys((*before, *after))
    return _joined([_compare_place(before[place], after[place]) for place in places])


def _place(line: CardLine) -> tuple[Section, str]:
    return line.section, line.address


def _compare_place(kept: Sequence[KeptLine], wanted: Sequence[CardLine]) -> LineChanges:
    untouched = {old.line for old in kept} & set(wanted)
    olds = sorted((old for old in kept if old.line not in untouched), key=lambda old: old.id)
    pairs = list(zip_longest(olds, (new for new in wanted if new not in untouched)))
    return LineChanges(
        added=tuple(new for old, new in pairs if old is None),
        changed=tuple(KeptLine(old.id, new) for old, new in pairs if old is not None and new is not None),
        removed=tuple(old.id for old, new in pairs if new is None),
    )


def _joined(parts: Sequence[LineChanges]) -> LineChanges:
    return LineChanges(
        added=tuple(line for part in parts for line in part.added),
        changed=tuple(line for part in parts for line in part.changed),
        removed=tuple(line for part in parts for line in part.removed),
    )
