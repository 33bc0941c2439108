"""The register of running processes against what happened in the mailboxes: the line 0/0/0."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.ingest.models import InboxItem, ItemState
from server.records.models import Copy
from simulator import Simulator
from tests import register
from tests.checker import (
    EVENT,
    UNASSIGNED,
    Balance,
    balance,
    copies_of_truth,
    expected_register,
    firm_from,
)
from tests.firm import CLIENTS_CSV
from tests.invariants import TALLY
from tests.processes import Installation
from tests.waiting import eventually

MOST_DIFFERENCES = 40


def let_time_pass(installation: Installation, duration: timedelta) -> None:
    """It is later, for the product and for PostgreSQL's queue, whose time is the database's."""
    assert installation.clock is not None
    installation.clock.set(duration)
    outdate_workers(installation, duration)


def outdate_workers(installation: Installation, duration: timedelta) -> None:
    """The workers on PostgreSQL's queue were last heard of so much earlier."""
    with installation.database() as engine, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(
                text("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - :duration"),
                {"duration": duration},
            )


def settle(installation: Installation, simulator: Simulator, within: float = 60.0) -> None:
    """Wait until Graph has delivered everything and nothing is left to do."""
    simulator.notifications.wait_until_idle(within)
    with installation.database() as engine, Session(engine) as session:
        try:
            eventually(lambda: not _undone(session), within=within, what="working the inbox off")
        except AssertionError as error:
            raise AssertionError(f"{error}; left: {_undone(session)[:20]}") from None


def catch_up(installation: Installation, simulator: Simulator, since: datetime, within: float = 60.0) -> None:
    """Wait until every mailbox has been walked through since then, and nothing is left to do."""
    with installation.database() as engine, Session(engine) as session:
        eventually(lambda: not _behind(session, since), within=within, what="catching up")
    settle(installation, simulator, within)


def reckon(installation: Installation, simulator: Simulator, clients_csv: str = CLIENTS_CSV) -> Balance:
    """Compare the register with the truth, print the line, and fail on any difference.

    Nothing may be set aside and no copy may stand there twice either.
    """
    with installation.database() as engine, Session(engine) as session:
        truth = [event.to_json() for event in simulator.world.truth]
        accounts = [
            {"address": account.address, "since": account.since.isoformat()}
            for account in session.scalars(select(Account))
        ]
        expected = expected_register(copies_of_truth(truth), firm_from(clients_csv, accounts))
        result = (
            balance(expected.records, register.records(session))
            + balance(expected.unassigned, register.unassigned(session), UNASSIGNED)
            + balance(expected.events, register.events(session), EVENT)
        )
        parked = session.execute(
            select(InboxItem.kind, InboxItem.last_error).where(InboxItem.state == ItemState.PARKED)
        ).all()
        copies = Counter(session.execute(select(Copy.account_id, Copy.graph_id)))
    print(result)
    TALLY.append(result)
    assert result.ok, "\n".join(result.report().splitlines()[:MOST_DIFFERENCES])
    assert parked == []
    assert [copy for copy, number in copies.items() if number > 1] == []
    return result


def _behind(session: Session, since: datetime) -> list[str]:
    session.rollback()
    late = or_(Account.synced_at.is_(None), Account.synced_at < since)
    return list(session.scalars(select(Account.address).where(late)))


def _undone(session: Session) -> list[tuple[object, ...]]:
    session.rollback()  # a look at the present, not at the beginning of the transaction
    waiting = select(
        InboxItem.account_id, InboxItem.kind, InboxItem.due_at, InboxItem.attempts, InboxItem.last_error
    ).where(InboxItem.state == ItemState.WAITING)
    return [tuple(row) for row in session.execute(waiting)]
