"""Keeping each account's subscription alive. The only writer of the table."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database
from server.graph.errors import AlreadyExists, NotFound
from server.graph.notifications import KnownSubscription, hash_client_state
from server.graph.subscriptions import GrantedSubscription, Subscriptions
from server.ingest.inbox import Task, put
from server.ingest.models import Kind, Subscription


def known_subscriptions(session: Session, graph_ids: Sequence[str]) -> dict[str, KnownSubscription]:
    """What is remembered of the subscriptions with these ids, for checking notifications."""
    query = select(Subscription.graph_id, Subscription.account_id, Subscription.client_state_hash).where(
        Subscription.graph_id.in_(set(graph_ids))
    )
    return {row[0]: KnownSubscription(row[1], row[2]) for row in session.execute(query)}


def subscribe(database: Database, graph: Subscriptions, account: Account, now: datetime) -> None:
    """Make a subscription for an account, and catch up on what came before it was known.

    No transaction is open while Graph is called: it validates our address before it answers.
    Raises GraphError.
    """
    client_state = secrets.token_urlsafe(48)
    granted = _create(database, graph, account, client_state, now)
    with database.writing() as session:
        old = list(
            session.scalars(select(Subscription.graph_id).where(Subscription.account_id == account.id))
        )
        session.execute(delete(Subscription).where(Subscription.account_id == account.id))
        session.add(
            Subscription(
                account_id=account.id,
                graph_id=granted.graph_id,
                client_state_hash=hash_client_state(client_state),
                created_at=now,
                expires_at=granted.expires_at,
            )
        )
        put(session, [Task(account.id, Kind.SYNC)], now)
    for graph_id in old:
        graph.delete(graph_id)


def renew(database: Database, graph: Subscriptions, account: Account, now: datetime) -> None:
    """Extend the account's subscription; one that Graph has forgotten is made anew.

    Raises GraphError.
    """
    with database.reading() as session:
        graph_id = session.scalar(select(Subscription.graph_id).where(Subscription.account_id == account.id))
    if graph_id is None:
        return subscribe(database, graph, account, now)
    try:
        granted = graph.renew(graph_id, now)
    except NotFound:
        return subscribe(database, graph, account, now)
    with database.writing() as session:
        session.execute(
            update(Subscription)
            .where(Subscription.graph_id == graph_id)
            .values(created_at=now, expires_at=granted.expires_at)
        )


def needs(subscription: Subscription | None, now: datetime) -> Kind | None:
    """What keeps the subscription alive: half of its life is the time to renew it. Pure."""
    if subscription is None or subscription.expires_at <= now:
        return Kind.SUBSCRIBE
    half_life = subscription.created_at + (subscription.expires_at - subscription.created_at) / 2
    return Kind.RENEW if now >= half_life else None


def _create(
    database: Database, graph: Subscriptions, account: Account, client_state: str, now: datetime
) -> GrantedSubscription:
    try:
        return graph.create(account.entra_id, client_state, now)
    except AlreadyExists:
        # One that Graph granted just before we died is of no use: nobody knows its clientState.
        _remove_strays(database, graph, account)
        return graph.create(account.entra_id, client_state, now)


def _remove_strays(database: Database, graph: Subscriptions, account: Account) -> None:
    resource = f"users/{account.entra_id}/messages"
    for granted in graph.ours():
        if granted.resource.strip("/").casefold() == resource.casefold():
            graph.delete(granted.graph_id)
