"""The arithmetic of the census: where each mail of a mailbox stands, and what that makes of a day. Pure code.

In the mailbox = filed + unassigned + internal + excluded + different.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime
from enum import StrEnum

from server.graph.listing import ListedMail
from server.ingest.models import DifferenceReason, ItemState
from server.records.eligibility import Exclusion

# What a move inside the mailbox, or an earlier start of the account, undoes: the mail itself would be filed.
PASSING = frozenset({Exclusion.DRAFT, Exclusion.JUNK, Exclusion.DELETED, Exclusion.OUTSIDE_PERIOD})
REPAIRABLE = frozenset({DifferenceReason.UNKNOWN, DifferenceReason.MOVED})


class Place(StrEnum):
    """Where a mail stands that is as it should be."""

    FILED = "filed"
    UNASSIGNED = "unassigned"
    INTERNAL = "internal"
    EXCLUDED = "excluded"


Verdict = Place | DifferenceReason


@dataclass(frozen=True, slots=True)
class KnownCopy:
    """What the register knows of a copy. `has_records` counts those too that a person deleted."""

    folder_id: str
    exclusion: str | None
    has_records: bool = False
    has_candidates: bool = False


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """Why its mail is not filed, if so, and whether it was once read to its end."""

    name: str
    exclusion: str | None
    walked: bool


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that an account's mails are judged by, the first three by Graph's ids."""

    copies: Mapping[str, KnownCopy]
    items: Mapping[str, ItemState]
    folders: Mapping[str, KnownFolder]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """How many mails there are, and where they stand."""

    in_mailbox: int = 0
    filed: int = 0
    unassigned: int = 0
    internal: int = 0
    excluded: int = 0
    different: int = 0

    @classmethod
    def of(cls, verdicts: Counter[Verdict]) -> "Balance":
        """The balance of so many mails of each verdict."""
        return cls(
            in_mailbox=verdicts.total(),
            filed=verdicts[Place.FILED],
            unassigned=verdicts[Place.UNASSIGNED],
            internal=verdicts[Place.INTERNAL],
            excluded=verdicts[Place.EXCLUDED],
            different=sum(verdicts[reason] for reason in DifferenceReason),
        )

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


def judge(mail: ListedMail, knowledge: Knowledge) -> Verdict:
    """Say where a mail of the mailbox stands, or why it does not stand where it should.

    A folder that nobody has heard of counts as a source.
    """
    copy = knowledge.copies.get(mail.graph_id)
    if copy and copy.exclusion not in PASSING:
        return _place(copy)
    folder = knowledge.folders.get(mail.folder_id)
    if mail.is_draft or (folder and folder.exclusion):
        return Place.EXCLUDED
    if item := knowledge.items.get(mail.graph_id):
        return DifferenceReason.WAITING if item is ItemState.WAITING else DifferenceReason.PARKED
    if folder and not folder.walked and mail.received_at < knowledge.added_at:
        # The back-fill will come by, unless a person stopped it.
        return DifferenceReason.WAITING
    return DifferenceReason.MOVED if copy else DifferenceReason.UNKNOWN


def by_day(verdicts: Iterable[tuple[ListedMail, Verdict]]) -> dict[date, Balance]:
    """The balance of each day (UTC) on which one of these mails was received."""
    days: dict[date, Counter[Verdict]] = defaultdict(Counter)
    for mail, verdict in verdicts:
        days[mail.received_at.date()][verdict] += 1
    return {day: Balance.of(counts) for day, counts in days.items()}


def _place(copy: KnownCopy) -> Place:
    if copy.has_records:
        return Place.FILED
    if copy.has_candidates:
        return Place.UNASSIGNED
    return Place.INTERNAL if copy.exclusion == Exclusion.INTERNAL else Place.EXCLUDED
