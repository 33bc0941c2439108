"""For operation: is the process alive, can it work, and what does it count."""

import math
from datetime import datetime

from apiflask import APIBlueprint
from flask import Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.accounts.models import AccountState
from server.ingest.credential import days_left
from server.ingest.models import InboxItem, ItemState, Kind
from server.ingest.overview import Overview, overview
from server.records.models import Record
from server.web.context import bitacora

health = APIBlueprint("health", __name__, enable_openapi=False)


@health.get("/healthz")
def alive() -> Response:
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def ready() -> Response:
    try:
        with bitacora().database.reading() as session:
            session.execute(text("select 1 from alembic_version"))
    except SQLAlchemyError:
        return Response("the database cannot be used\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


@health.get("/metrics")
def metrics() -> Response:
    """Numbers from the database, so that they are the same whichever process answers."""
    parts, registry = bitacora(), CollectorRegistry()
    now = parts.clock()
    periods = {timed.name: timed.every for timed in parts.routines.timed}
    with parts.database.reading() as session:
        seen = overview(session, now, periods)
        parked = _parked(session)
        records = session.scalar(select(func.count()).select_from(Record)) or 0
    for name, help_text, value in (
        ("bitacora_inbox_waiting", "Inbox items to be done", _waiting(seen)),
        ("bitacora_inbox_oldest_due_seconds", "Age of the oldest due inbox item", _oldest_due_s(seen, now)),
        ("bitacora_inbox_parked", "Inbox items set aside for a person", sum(parked.values())),
        ("bitacora_accounts_paused", "Accounts that need a person", _paused(seen)),
        ("bitacora_census_missing", "Mails that the last censuses miss in the register", _missing(seen)),
        ("bitacora_records", "Records in the register", records),
    ):
        Gauge(name, help_text, registry=registry).set(value)
    aside = Gauge("bitacora_inbox_parked_by_kind", "The same for each kind", ["kind"], registry=registry)
    for kind in Kind:
        aside.labels(kind.value).set(parked.get(kind, 0))
    age = Gauge(
        "bitacora_routine_age_seconds", "Since a routine last succeeded", ["routine"], registry=registry
    )
    for routine in seen.routines:
        well = routine.succeeded_at
        age.labels(routine.name).set((now - well).total_seconds() if well else math.inf)
    if seen.credential and seen.credential.expires_at:
        days = Gauge("bitacora_credential_days_left", "Until the app's credential ends", registry=registry)
        days.set(days_left(seen.credential.expires_at, now))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _parked(session: Session) -> dict[Kind, int]:
    query = select(InboxItem.kind, func.count()).where(InboxItem.state == ItemState.PARKED)
    return {row[0]: row[1] for row in session.execute(query.group_by(InboxItem.kind))}


def _waiting(seen: Overview) -> int:
    return sum(waiting.items for account in seen.accounts for waiting in account.waiting)


def _oldest_due_s(seen: Overview, now: datetime) -> float:
    """How long it has been due; work that must wait, and a back-fill that goes on, do not count."""
    waits = [
        (now - waiting.next_due_at).total_seconds()
        for account in seen.accounts
        for waiting in account.waiting
        if waiting.due
    ]
    return max(waits, default=0.0)


def _paused(seen: Overview) -> int:
    return sum(account.state is AccountState.PAUSED for account in seen.accounts)


def _missing(seen: Overview) -> int:
    return sum(account.census.missing for account in seen.accounts if account.census)
