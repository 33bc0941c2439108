"""For operation: is the process alive, can it work, and what does it count."""

from apiflask import APIBlueprint
from flask import Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from server.accounts.models import Account, AccountState
from server.ingest.models import InboxItem, ItemState
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
    with parts.database.reading() as session:
        counted = session.execute(select(InboxItem.state, func.count()).group_by(InboxItem.state))
        items = {row[0]: row[1] for row in counted}
        oldest = session.scalar(
            select(func.min(InboxItem.received_at)).where(
                InboxItem.state == ItemState.WAITING, InboxItem.due_at <= now
            )
        )
        paused = session.scalar(
            select(func.count()).select_from(Account).where(Account.state == AccountState.PAUSED)
        )
        records = session.scalar(select(func.count()).select_from(Record))
    waited = (now - oldest).total_seconds() if oldest else 0.0
    for name, help_text, value in (
        ("bitacora_inbox_waiting", "Inbox items to be done", items.get(ItemState.WAITING, 0)),
        ("bitacora_inbox_parked", "Inbox items set aside for a person", items.get(ItemState.PARKED, 0)),
        ("bitacora_inbox_oldest_due_seconds", "Age of the oldest due inbox item", waited),
        ("bitacora_accounts_paused", "Accounts that need a person", paused or 0),
        ("bitacora_records", "Records in the register", records or 0),
    ):
        Gauge(name, help_text, registry=registry).set(value)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
