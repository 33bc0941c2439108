"""From what capture knows to what the administration shows."""

from collections import Counter
from dataclasses import asdict
from datetime import datetime

from server.ingest.backfill import Backfill
from server.ingest.census import CensusResult
from server.ingest.complaint import complaint
from server.ingest.credential import days_left
from server.ingest.models import AppCredential, Kind
from server.ingest.overview import AccountOverview, Overview, Parked, RoutineOverview, Waiting
from server.ingest.verdict import is_late, verdict
from server.web.admin_schemas import (
    AccountHealthOut,
    BackfillOut,
    CensusDayOut,
    CensusOut,
    ComplaintOut,
    CredentialOut,
    DifferenceOut,
    HealthOut,
    LastCensusOut,
    ParkedItemOut,
    ReasonOut,
    RoutineOut,
    SubscriptionOut,
    WaitingOut,
)


def show_health(seen: Overview, now: datetime) -> HealthOut:
    judged = verdict(seen, now)
    return HealthOut(
        at=now,
        light=judged.light,
        reasons=[ReasonOut.model_validate(reason) for reason in judged.reasons],
        routines=[_show_routine(routine, now) for routine in seen.routines],
        credential=_show_credential(seen.credential, now) if seen.credential else None,
    )


def show_account(account: AccountOverview, backfill: Backfill) -> AccountHealthOut:
    return AccountHealthOut(
        id=account.id,
        address=account.address,
        name=account.name,
        visibility=account.visibility,
        state=account.state,
        complaint=_show_complaint(account.pause_reason),
        since=account.since,
        synced_at=account.synced_at,
        subscription=SubscriptionOut.model_validate(account.subscription) if account.subscription else None,
        waiting=[_show_waiting(waiting) for waiting in account.waiting],
        worked_on_until=account.lease.until if account.lease else None,
        last_error=_show_complaint(account.last_error),
        backfill=show_backfill(backfill),
        census=LastCensusOut.model_validate(account.census) if account.census else None,
        census_waiting=any(waiting.kind is Kind.CENSUS for waiting in account.waiting),
    )


def show_backfill(backfill: Backfill) -> BackfillOut:
    return BackfillOut(
        state=backfill.state,
        folders=backfill.folders,
        folders_walked=backfill.folders_walked,
        items=backfill.items,
        items_read=backfill.items_read,
        share=backfill.share,
        complaint=_show_complaint(backfill.reason),
    )


def show_census(
    result: CensusResult | None, *, names: bool, waiting: bool, cursor: int, limit: int
) -> CensusOut:
    """`names` says whether the viewer may know how the account's folders are called."""
    still = [found for found in result.differences if found.reason_now] if result else []
    on_day = Counter(found.received_at.date() for found in still)
    page = still[cursor : cursor + limit]
    return CensusOut(
        since=result.since if result else None,
        started_at=result.started_at if result else None,
        finished_at=result.finished_at if result else None,
        waiting=waiting,
        days=[
            CensusDayOut(day=day, open=on_day[day], **asdict(balance))
            for day, balance in (result.days if result else ())
        ],
        differences=[
            DifferenceOut(
                received_at=found.received_at,
                folder=found.folder if names else None,
                reason=found.reason_now or found.reason,
            )
            for found in page
        ],
        next=cursor + limit if cursor + limit < len(still) else None,
    )


def show_parked(item: Parked) -> ParkedItemOut:
    return ParkedItemOut(
        id=item.id,
        account_id=item.account_id,
        address=item.address,
        kind=item.kind,
        since=item.since,
        attempts=item.attempts,
        complaint=ComplaintOut.model_validate(complaint(item.error)),
    )


def _show_waiting(waiting: Waiting) -> WaitingOut:
    return WaitingOut(
        kind=waiting.kind,
        items=waiting.items,
        due=waiting.due,
        failed=waiting.failed,
        next_due_at=waiting.next_due_at,
        received_at=waiting.received_at,
        complaint=_show_complaint(waiting.last_error),
    )


def _show_routine(routine: RoutineOverview, now: datetime) -> RoutineOut:
    return RoutineOut(
        name=routine.name,
        every_s=routine.every.total_seconds(),
        started_at=routine.started_at,
        took_s=routine.took.total_seconds() if routine.took is not None else None,
        next_due_at=routine.next_due_at,
        late=is_late(routine, now),
        complaint=_show_complaint(routine.last_error),
    )


def _show_credential(credential: AppCredential, now: datetime) -> CredentialOut:
    ends = credential.expires_at
    return CredentialOut(
        expires_at=ends, days_left=days_left(ends, now) if ends else None, read_at=credential.read_at
    )


def _show_complaint(error: str) -> ComplaintOut | None:
    return ComplaintOut.model_validate(complaint(error)) if error else None
