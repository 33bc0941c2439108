"""A copy as it was met, what it is looked at with, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from server import mail
from server.accounts.models import Account
from server.accounts.staff import Staff
from server.clients.directory import Directory
from server.records.eligibility import Exclusion
from server.records.models import (
    Path,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision depends on besides the mail: the clients and the firm's own addresses."""

    directory: Directory
    staff: Staff


@dataclass(frozen=True, slots=True)
class Sighted:
    """A copy as it was met: in which account, by which path, when, and what its folder says."""

    account: Account
    message: mail.Message
    path: Path
    at: datetime
    folder_exclusion: Exclusion | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the message, or why there is none.

    `revisit` names copies, as (account id, graph id), that were left out earlier and belong to this
    message, as is now known.
    """

    message_id: int | None
    exclusion: Exclusion | None
    is_new: bool = False
    revisit: tuple[tuple[int, str], ...] = ()


def occurred_at(sighted: Sighted) -> datetime:
    """When the mailbox got it: the sender's clock may be wrong by years."""
    message = sighted.message
    return message.received_at or message.sent_at or sighted.at
