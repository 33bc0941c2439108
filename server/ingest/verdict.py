"""Is capture in order? Green, yellow or red, with every reason. Pure code.

What is not yet in the register shows here: nothing green may hide something that is late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.accounts.models import AccountState
from server.ingest.credential import WARN_BEFORE, days_left
from server.ingest.models import Kind
from server.ingest.overview import AccountOverview, Overview, RoutineOverview
from server.ingest.status import STALE_AFTER

# A worker takes what is due within a second; a mailbox may be left alone for a while by Microsoft's wish.
OVERDUE_AFTER = timedelta(minutes=5)
UNREAD_AFTER = timedelta(minutes=15)
# A routine may be late by what it does itself, not by three of its periods.
PERIODS_MISSED = 3


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"  # it goes on, and somebody should look
    RED = "red"  # it does not go on, or the register lacks something, without a person


class Trouble(StrEnum):
    ACCOUNT_PAUSED = "account_paused"
    ACCOUNT_BEHIND = "account_behind"  # not walked through for two rounds of the timer
    NOT_SUBSCRIBED = "not_subscribed"  # mail comes by sync, minutes late
    BACKFILL_STOPPED = "backfill_stopped"
    MAIL_UNREAD = "mail_unread"  # known for a while and not yet in the register
    WORK_OVERDUE = "work_overdue"  # no worker takes it
    WORK_PARKED = "work_parked"
    CENSUS_DIFFERENT = "census_different"
    ROUTINE_STOPPED = "routine_stopped"
    ROUTINE_FAILED = "routine_failed"
    CREDENTIAL_ENDS = "credential_ends"
    CREDENTIAL_ENDED = "credential_ended"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is not green. `subject` is an account's address or a routine's name, where there is one.

    `count` is of items, mails, or days; `since` is when it began.
    """

    light: Light
    trouble: Trouble
    subject: str = ""
    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    light: Light
    reasons: tuple[Reason, ...]


def verdict(seen: Overview, now: datetime) -> Verdict:
    """Judge what `server.ingest.overview` saw; the worst comes first."""
    found = [
        *_credential(seen, now),
        *(reason for routine in seen.routines for reason in _routine(routine, now)),
        *(reason for account in seen.accounts for reason in _account(account, now)),
        *_parked(seen),
    ]
    reasons = sorted(found, key=lambda reason: reason.light is not Light.RED)
    return Verdict(reasons[0].light if reasons else Light.GREEN, tuple(reasons))


def is_late(routine: RoutineOverview, now: datetime) -> bool:
    """Whether it has not succeeded for three of its periods; one that never began is late, too."""
    return routine.succeeded_at is None or now - routine.succeeded_at > PERIODS_MISSED * routine.every


def _credential(seen: Overview, now: datetime) -> Iterator[Reason]:
    ends = seen.credential.expires_at if seen.credential else None
    if ends is None or ends - now > WARN_BEFORE:
        return
    days = days_left(ends, now)
    if ends <= now:
        yield Reason(Light.RED, Trouble.CREDENTIAL_ENDED, since=ends)
    else:
        light = Light.RED if days <= 1 else Light.YELLOW
        yield Reason(light, Trouble.CREDENTIAL_ENDS, count=days, since=ends)


def _routine(routine: RoutineOverview, now: datetime) -> Iterator[Reason]:
    if is_late(routine, now):
        yield Reason(Light.RED, Trouble.ROUTINE_STOPPED, routine.name, since=routine.succeeded_at)
    if routine.last_error:
        yield Reason(Light.YELLOW, Trouble.ROUTINE_FAILED, routine.name, since=routine.started_at)


def _account(account: AccountOverview, now: datetime) -> Iterator[Reason]:
    address = account.address
    if account.census and account.census.missing:
        since = account.census.finished_at
        yield Reason(Light.RED, Trouble.CENSUS_DIFFERENT, address, account.census.missing, since)
    if account.state is AccountState.PAUSED:
        # What else is wrong with it follows from that.
        yield Reason(Light.RED, Trouble.ACCOUNT_PAUSED, address)
        return
    if account.backfill_stopped:
        yield Reason(Light.YELLOW, Trouble.BACKFILL_STOPPED, address)
    if now - (account.synced_at or account.added_at) > STALE_AFTER:
        yield Reason(Light.YELLOW, Trouble.ACCOUNT_BEHIND, address, since=account.synced_at)
    if _has_no_promise(account, now):
        yield Reason(Light.YELLOW, Trouble.NOT_SUBSCRIBED, address)
    yield from _waiting(account, now)


def _has_no_promise(account: AccountOverview, now: datetime) -> bool:
    promise = account.subscription
    if promise is None:
        return now - account.added_at > OVERDUE_AFTER
    return promise.granted_until <= now


def _waiting(account: AccountOverview, now: datetime) -> Iterator[Reason]:
    for waiting in account.waiting:
        if waiting.due and now - waiting.next_due_at > OVERDUE_AFTER:
            since = waiting.next_due_at
            yield Reason(Light.YELLOW, Trouble.WORK_OVERDUE, account.address, waiting.due, since)
        elif waiting.kind is Kind.MESSAGE and now - waiting.received_at > UNREAD_AFTER:
            since = waiting.received_at
            yield Reason(Light.YELLOW, Trouble.MAIL_UNREAD, account.address, waiting.items, since)


def _parked(seen: Overview) -> Iterator[Reason]:
    if seen.set_aside:
        aside = seen.set_aside
        yield Reason(Light.YELLOW, Trouble.WORK_PARKED, count=aside.items, since=aside.since)
