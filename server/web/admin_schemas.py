"""The shapes of the administration's answers: of a mail nothing but times, numbers and codes."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from server.accounts.models import AccountState, Visibility
from server.ingest.backfill import BackfillState
from server.ingest.complaint import Cause
from server.ingest.models import DifferenceReason, Kind
from server.ingest.verdict import Light, Trouble
from server.records.catalog import LONGEST_NAME, proper_name
from server.web.schemas.base import Id, Input, Mailbox, Output
from server.web.schemas.records import ChoiceOut

ChoiceName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(proper_name),
]


class ComplaintOut(Output):
    cause: Cause
    detail: str


class ReasonOut(Output):
    light: Light
    trouble: Trouble
    subject: str
    count: int
    since: datetime | None


class RoutineOut(Output):
    name: str
    every_s: float
    started_at: datetime | None
    took_s: float | None
    next_due_at: datetime | None
    late: bool
    complaint: ComplaintOut | None


class CredentialOut(Output):
    """`expires_at` is null where the app may not read its own registration."""

    expires_at: datetime | None
    days_left: int | None
    read_at: datetime


class HealthOut(Output):
    at: datetime
    light: Light
    reasons: list[ReasonOut]
    routines: list[RoutineOut]
    credential: CredentialOut | None


class SubscriptionOut(Output):
    granted_at: datetime
    granted_until: datetime
    heard_at: datetime | None


class WaitingOut(Output):
    kind: Kind
    items: int
    due: int
    failed: int
    next_due_at: datetime
    received_at: datetime
    complaint: ComplaintOut | None


class BackfillOut(Output):
    state: BackfillState
    folders: int
    folders_walked: int
    items: int
    items_read: int
    share: float
    complaint: ComplaintOut | None


class LastCensusOut(Output):
    """`different` mails did not stand in the register then; `missing` are those that need a person."""

    finished_at: datetime
    in_mailbox: int
    different: int
    missing: int


class AccountHealthOut(Output):
    """`complaint` says why it is paused; `worked_on_until` is set while somebody holds its mailbox."""

    id: int
    address: str
    name: str
    visibility: Visibility
    state: AccountState
    complaint: ComplaintOut | None
    since: datetime
    synced_at: datetime | None
    subscription: SubscriptionOut | None
    waiting: list[WaitingOut]
    worked_on_until: datetime | None
    last_error: ComplaintOut | None
    backfill: BackfillOut
    census: LastCensusOut | None
    census_waiting: bool


class AccountsHealthOut(Output):
    items: list[AccountHealthOut]


class BackfillIn(Input):
    stopped: bool


class PageIn(Input):
    cursor: Id = 0
    limit: int = Field(default=100, ge=1, le=500)


class CensusDayOut(Output):
    """In the mailbox = filed + unassigned + internal + excluded + different; `open` of these still are."""

    day: date
    in_mailbox: int
    filed: int
    unassigned: int
    internal: int
    excluded: int
    different: int
    open: int


class DifferenceOut(Output):
    """A mail that still does not stand where it should.

    `folder` is null where it is the business of the account's owner alone.
    """

    received_at: datetime
    folder: str | None
    reason: DifferenceReason


class CensusOut(Output):
    """The last census that came to its end, null if none did; `waiting` while another is under way."""

    since: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    waiting: bool
    days: list[CensusDayOut]
    differences: list[DifferenceOut]
    next: int | None


class RepairOut(Output):
    asked_for: int


class ParkedItemOut(Output):
    id: int
    account_id: int
    address: str
    kind: Kind
    since: datetime
    attempts: int
    complaint: ComplaintOut


class ParkedOut(Output):
    items: list[ParkedItemOut]
    next: int | None


class RetryIn(Input):
    """Without `id` everything that was set aside."""

    id: Id | None = None


class RetryOut(Output):
    retried: int


class RehearsalIn(Input):
    address: Mailbox
    since: date

    @property
    def since_time(self) -> datetime:
        return datetime.combine(self.since, time(), UTC)


class ChoiceIn(Input):
    """A name is told from the others of its list without regard to case and accents."""

    name: ChoiceName


class ChoiceUseOut(ChoiceOut):
    """`records` have it, deleted ones included."""

    records: int


class ChoicesOut(Output):
    items: list[ChoiceUseOut]


class RemovedOut(Output):
    """`deleted` says whether it is gone; if not, it is retired, because a record has it or had it."""

    deleted: bool
