"""A copy as it was met, what it is looked at with, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.clients.directory import Directory
from server.records import identity
from server.records.eligibility import Exclusion
from server.records.models import (
    Path,
)

CopyKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision depends on besides the mail: the clients and the firm's own addresses."""

    directory: Directory
    staff: Staff


@dataclass(frozen=True)
class Sighted:
    """A copy as it was met: in which account, by which path, when, and what its folder says."""

    account: Account
    message: mail.Message
    path: Path
    at: datetime
    folder_exclusion: Exclusion | None = None

    @cached_property
    def identity(self) -> str:
        return identity.identity(self.message)

    @cached_property
    def references(self) -> list[str]:
        return identity.references_of(self.message)

    @cached_property
    def lookup(self) -> str:
        return identity.lookup(self.message.internet_message_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a copy: why it is not filed, if it is not, and whether its message was unknown."""

    exclusion: Exclusion | None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Filing:
    """What came of some copies, one outcome for each in their order.

    `revisit` names copies, as (account id, graph id), that were looked at earlier and would be filed
    otherwise now.
    """

    outcomes: tuple[Outcome, ...]
    revisit: frozenset[CopyKey]


def occurred_at(sighted: Sighted) -> datetime:
    """When the mailbox got it: the sender's clock may be wrong by years."""
    message = sighted.message
    return message.received_at or message.sent_at or sighted.at
