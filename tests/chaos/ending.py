"""The end of a chaos run: everything is brought up, gets its time, and is reckoned up."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.accounts.models import Account, AccountState
from server.ingest.models import InboxItem, ItemState
from server.records.models import Copy, Record
from simulator.errors import GraphError
from tests import register
from tests.chaos.stage import Stage
from tests.checker import (
    EVENT,
    UNASSIGNED,
    Balance,
    balance,
    copies_of_truth,
    expected_register,
    firm_from,
)

MINUTE = timedelta(minutes=1)
HEALING_TIME = timedelta(minutes=30)
# Every mailbox is walked again after so long at the latest.
NEXT_ROUND = timedelta(minutes=10)
# So long each of these minutes may really take: leases of the database's own time run out in half of one.
REAL_S = 6.0
LOOK_AGAIN_S = 0.1


@dataclass(frozen=True)
class Verdict:
    """The line that counts, and everything else that is not as it should be."""

    balance: Balance
    healed_after: timedelta
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return self.balance.ok and not self.faults

    def __str__(self) -> str:
        return str(self.balance)


def bring_up(stage: Stage) -> None:
    """End every fault and start whatever does not run."""
    stage.simulator.faults.clear()
    for proxy in (stage.to_graph, stage.to_us, stage.to_database):
        proxy.heal()
    for name in list(stage.firm.running):
        stage.firm.kill(name)
    for name in stage.processes:
        stage.start(name)


def judge(stage: Stage) -> Verdict:
    """Let time pass until nothing is left to do, and compare what is there with what must be."""
    stage.set_skew(timedelta())
    began = stage.clock()
    stage.let_pass(NEXT_ROUND)
    healed_after = NEXT_ROUND + _heal(stage, began)
    with stage.firm.database() as engine, Session(engine) as session:
        set_aside = [item.id for item in _set_aside(stage, session)]
    for item_id in set_aside:  # as the person would for whom it was set aside
        stage.firm.run("inbox", "retry", str(item_id))
    _heal(stage, began)
    code, census = stage.firm.command("census")
    left = _heal(stage, began) >= HEALING_TIME
    with stage.firm.database() as engine, Session(engine) as session:
        found = _balance(stage, session)
        faults = [
            *([] if code == 0 else [f"the census is not even:\n{census}"]),
            *(f"not done: {_told(item)}" for item in _undone(session) if left),
            *_doubled(session),
            *(f"set aside: {_told(item)}" for item in _set_aside(stage, session)),
            *_not_in_order(stage, session),
            *_lost_work(stage, session),
        ]
    faults += [f"{name} has ended" for name in stage.processes if stage.ended(name)]
    return Verdict(found, healed_after, tuple(faults))


def _heal(stage: Stage, began: datetime) -> timedelta:
    """How much of the clocks' time it took until every mailbox was walked through and nothing was due."""
    passed = timedelta()
    with stage.firm.database() as engine, Session(engine) as session:
        while passed < HEALING_TIME and not _comes_to_rest(stage, session, began):
            passed += MINUTE
            stage.let_pass(MINUTE)
    return passed


def _comes_to_rest(stage: Stage, session: Session, began: datetime) -> bool:
    """Whether all is done before the next minute must come: what is due gets a while."""
    deadline = time.monotonic() + REAL_S
    while time.monotonic() < deadline:
        session.rollback()
        if not (stage.simulator.notifications.waiting or _behind(session, began, stage.clock())):
            undone = session.scalars(
                select(InboxItem.due_at).where(InboxItem.state == ItemState.WAITING)
            ).all()
            if not any(due_at <= stage.clock() for due_at in undone):
                return not undone
        threading.Event().wait(LOOK_AGAIN_S)
    return False


def _behind(session: Session, began: datetime, now: datetime) -> list[str]:
    """The mailboxes that were not walked through since then; what a wrong clock says does not count."""
    in_order = Account.synced_at.between(began, now)
    return list(session.scalars(select(Account.address).where(or_(Account.synced_at.is_(None), ~in_order))))


def _undone(session: Session) -> list[InboxItem]:
    return list(session.scalars(select(InboxItem).where(InboxItem.state == ItemState.WAITING)))


def _told(item: InboxItem) -> str:
    return f"{item.kind.value} of account {item.account_id}, due {item.due_at}: {item.last_error}"


def _balance(stage: Stage, session: Session) -> Balance:
    truth = [event.to_json() for event in stage.simulator.world.truth]
    accounts = [
        {"address": account.address, "since": account.since.isoformat()}
        for account in session.scalars(select(Account))
    ]
    expected = expected_register(copies_of_truth(truth), firm_from(stage.clients_csv, accounts))
    return (
        balance(expected.records, register.records(session))
        + balance(expected.unassigned, register.unassigned(session), UNASSIGNED)
        + balance(expected.events, register.events(session), EVENT)
    )


def _doubled(session: Session) -> list[str]:
    copies = Counter(session.execute(select(Copy.account_id, Copy.graph_id)))
    return [f"doubled: copy {copy}" for copy, number in copies.items() if number > 1]


def _set_aside(stage: Stage, session: Session) -> list[InboxItem]:
    """What stands aside for a person, but for what went away before it could be read."""
    rows = session.execute(
        select(InboxItem, Account.address)
        .join(Account, Account.id == InboxItem.account_id)
        .where(InboxItem.state == ItemState.PARKED)
    )
    return [item for item, address in rows if item.graph_id == "" or _is_there(stage, address, item.graph_id)]


def _is_there(stage: Stage, address: str, message_id: str) -> bool:
    try:
        stage.simulator.world.mailbox(address).message(message_id)
    except GraphError:
        return False
    return True


def _not_in_order(stage: Stage, session: Session) -> list[str]:
    """Accounts that are paused, or that the wrong people may read."""
    accounts = session.scalars(select(Account)).all()
    paused = [f"paused: {a.address}: {a.pause_reason}" for a in accounts if a.state is AccountState.PAUSED]
    private = {account.address for account in accounts if account.visibility.value == "private"}
    return paused + [f"visibility: {address}" for address in private ^ stage.private]


def _lost_work(stage: Stage, session: Session) -> list[str]:
    kept = {str(record.id): record.reason_id for record in session.scalars(select(Record))}
    return [
        f"lost work: reason of record {record_id} is {kept.get(record_id)} instead of {reason}"
        for record_id, reason in stage.written.items()
        if kept.get(record_id) != reason
    ]
