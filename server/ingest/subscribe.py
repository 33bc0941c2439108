"""Keeping each account's subscription alive. The only writer of the table."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.db import Database, any_of
from server.graph.errors import AlreadyExists, NotFound
from server.graph.notifications import KnownSubscription, hash_client_state
from server.graph.subscriptions import GrantedSubscription, Subscriptions
from server.ingest.inbox import Task, put, waiting
from server.ingest.models import Kind, Subscription
from server.mail import Message
from server.steps import Step, reached

# https://learn.microsoft.com/graph/change-notifications-overview (latency of message: three minutes)
REPORTED_WITHIN = timedelta(minutes=5)
PROBATION = timedelta(hours=1)
HEARING = timedelta(minutes=1)
# Two rounds of the timer: whoever did not walk for so long was away, and Graph gave up on purpose.
AWAY_AFTER = timedelta(minutes=20)


_KNOWN = select(
    Subscription.graph_id,
    Subscription.account_id,
    Subscription.client_state_hash,
    Subscription.heard_at,
).where(any_of(Subscription.graph_id, "graph_ids"))


def known_subscriptions(session: Session, graph_ids: Sequence[str]) -> dict[str, KnownSubscription]:
    """What is remembered of the subscriptions with these ids, for checking notifications."""
    rows = session.execute(_KNOWN, {"graph_ids": set(graph_ids)})
    return {row[0]: KnownSubscription(*row[1:]) for row in rows}


def hear(session: Session, known: Mapping[str, KnownSubscription], now: datetime) -> None:
    """Note that these subscriptions report, to the minute: a row is not written at every delivery."""
    silent = [
        graph_id
        for graph_id, subscription in known.items()
        if subscription.heard_at is None or not timedelta() <= now - subscription.heard_at < HEARING
    ]
    if silent:
        session.execute(
            update(Subscription).where(Subscription.graph_id.in_(sorted(silent))).values(heard_at=now)
        )


def subscribe(database: Database, graph: Subscriptions, account: Account, now: datetime) -> None:
    """Make a subscription for an account in place of the present one, and catch up on what came before.

    No transaction is open while Graph is called: it validates our address before it answers.
    Raises GraphError.
    """
    with database.reading() as session:
        living = and_(Subscription.account_id == account.id, Subscription.expires_at > now)
        old = list(session.scalars(select(Subscription.graph_id).where(living)))
    # Graph grants no second one beside it.
    for graph_id in old:
        graph.delete(graph_id)
    client_state = secrets.token_urlsafe(48)
    granted = _create(graph, account, client_state, now)
    reached(Step.SUBSCRIPTION_GRANTED)
    with database.writing() as session:
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
    reached(Step.SUBSCRIPTION_KEPT)


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
    reached(Step.SUBSCRIPTION_RENEWED)
    with database.writing() as session:
        session.execute(
            update(Subscription)
            .where(Subscription.graph_id == graph_id)
            .values(created_at=now, expires_at=granted.expires_at)
        )


def needs(subscription: Subscription | None, now: datetime) -> Kind | None:
    """What keeps the subscription alive: half of its life is the time to renew it. Pure.

    One that was granted in what is now the future, before the clock was set back, has no known half-life.
    """
    if subscription is None or subscription.expires_at <= now:
        return Kind.SUBSCRIBE
    if subscription.created_at > now:
        return Kind.RENEW
    half_life = subscription.created_at + (subscription.expires_at - subscription.created_at) / 2
    return Kind.RENEW if now >= half_life else None


def is_silent(
    subscription: Subscription | None,
    unannounced: Iterable[Message],
    synced_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether mail came under a subscription that did not report it, nor anything since. Pure.

    Graph reports within three minutes. A subscription that reported something later lost one notification
    only; one that was made an hour ago or less gets more time to show that it lives. What came since
    `synced_at`, when the mailbox was last walked, proves nothing if that is long ago: it may have been
    reported while nobody listened.
    """
    if subscription is None or now - subscription.created_at < PROBATION:
        return False
    if synced_at is not None and now - synced_at > AWAY_AFTER:
        return False
    heard_until = (subscription.heard_at or subscription.created_at) + HEARING
    return any(
        message.received_at and heard_until < message.received_at < now - REPORTED_WITHIN
        for message in unannounced
    )


def distrust(session: Session, account_id: int, unannounced: Sequence[Message], now: datetime) -> None:
    """Make a new subscription for an account whose present one has fallen silent."""
    subscription = session.scalar(select(Subscription).where(Subscription.account_id == account_id))
    synced_at = session.scalar(select(Account.synced_at).where(Account.id == account_id))
    if is_silent(subscription, unannounced, synced_at, now):
        put(session, [Task(account_id, Kind.SUBSCRIBE)], now)


def remove_orphans(database: Database, graph: Subscriptions) -> int:
    """End subscriptions at Graph that report to us and that we know nothing of; says how many.

    One that is being made at this moment is not yet known; its account has the work in the inbox. Raises
    GraphError.
    """
    granted = graph.ours()
    with database.reading() as session:
        known = set(session.scalars(select(Subscription.graph_id)))
        making = waiting(session, Kind.SUBSCRIBE) | waiting(session, Kind.RENEW)
        busy = set(session.scalars(select(Account.entra_id).where(Account.id.in_(making))))
    orphans = [
        subscription
        for subscription in granted
        if subscription.graph_id not in known and not _reports_on(subscription, busy)
    ]
    for orphan in orphans:
        graph.delete(orphan.graph_id)
    return len(orphans)


def _create(graph: Subscriptions, account: Account, client_state: str, now: datetime) -> GrantedSubscription:
    try:
        return graph.create(account.entra_id, client_state, now)
    except AlreadyExists:
        # One that Graph granted just before we died is of no use: nobody knows its clientState.
        _remove_others(graph, account)
        return graph.create(account.entra_id, client_state, now)


def _remove_others(graph: Subscriptions, account: Account) -> None:
    for granted in graph.ours():
        if _reports_on(granted, {account.entra_id}):
            graph.delete(granted.graph_id)


def _reports_on(granted: GrantedSubscription, mailboxes: Collection[str]) -> bool:
    resource = granted.resource.strip("/").casefold()
    return any(resource == f"users/{mailbox}/messages".casefold() for mailbox in mailboxes)
