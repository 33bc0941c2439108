"""What must be true of the register after any fault, however much went wrong: I1 to I13.

Each invariant is a function that asserts it; `check_invariants` lets time heal what it can and then asks
all of them. What is expected comes from the simulator's own log of what happened in the mailboxes, by code
that shares nothing with the product (`tests.checker`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy import func, or_, select

from server.accounts.models import Account, AccountState
from server.db import Base
from server.ingest.models import InboxItem, ItemState
from server.ingest.overview import overview
from server.ingest.verdict import Light, Trouble, verdict
from server.records.models import Action, Assignment, Copy, Message, Record, RecordChange
from simulator.values import Json
from tests import register
from tests.checker import (
    EVENT,
    TALLY,
    UNASSIGNED,
    Balance,
    Firm,
    Register,
    balance,
    copies_of_truth,
    expected_register,
    firm_from,
)
from tests.checker import Copy as TrueCopy
from tests.live import PRIVATE
from tests.stepped import Stepped

HEALING_TIME = timedelta(minutes=15)
PROMPT = timedelta(seconds=60)
NO_SOURCES = frozenset({"drafts", "outbox", "junkemail", "deleteditems", "recoverableitemsdeletions"})
SHORTEST_SECRET = 8


@dataclass(frozen=True)
class Story:
    """What happened, as the simulator tells it, and what the test says about it.

    `parked` are the immutable ids of mails that had to be set aside, `needs_person` the mailboxes that only
    a person can bring back, `prompt` those that no fault concerned, `work` what people wrote.
    """

    program: Stepped
    truth: list[Json]
    firm: Firm
    expected: Register
    parked: frozenset[str]
    needs_person: frozenset[str]
    prompt: frozenset[str]
    work: "Work"

    @property
    def copies(self) -> list[TrueCopy]:
        return [copy for copy in copies_of_truth(self.truth) if copy.mailbox in self.firm.accounts]


@dataclass(frozen=True)
class Work:
    """What people wrote: what they made of each record, each change of theirs, and their word on where a mail
    belongs or does not.
    """

    records: frozenset[tuple[object, ...]] = frozenset()
    changes: frozenset[tuple[object, ...]] = frozenset()
    assignments: frozenset[tuple[object, ...]] = frozenset()


def work_of(program: Stepped) -> Work:
    """What people have written so far."""
    with program.database.reading() as session:
        records = frozenset(
            _written_into(r)
            for r in session.scalars(select(Record))
            if r.reason_id or r.area_id or r.created_by_id or r.version > 1
        )
        changes = frozenset(
            (str(c.record_id), c.version, c.action.value, c.person_id, c.at, json.dumps(c.changes))
            for c in session.scalars(select(RecordChange))
        )
        assignments = frozenset(
            (a.message_id, a.client_id, a.person_id, a.belongs, a.for_thread, a.assigned_at)
            for a in session.scalars(select(Assignment))
        )
    return Work(records, changes, assignments)


def _written_into(record: Record) -> tuple[object, ...]:
    """All of a record that was made by hand; of another what people may write."""
    people = (str(record.id), record.client_id, record.version, record.state.value, record.deleted_by_id)
    chosen = (record.reason_id, record.area_id, record.notes, record.created_by_id, record.created_at)
    if record.message_id is not None:
        return people + chosen
    named = tuple((each.kind.value, each.name, each.address) for each in record.participants)
    fields = (record.subject, record.type, record.initiated_by, record.occurred_at, record.reply_to_id)
    return people + chosen + fields + named


def check_invariants(
    program: Stepped,
    *,
    parked: Collection[str] = (),
    unread: Collection[str] = (),
    needs_person: Collection[str] = (),
    prompt: Collection[str] = (),
    work: Work = Work(),
    expected: Register | None = None,
    healing_time: timedelta = HEALING_TIME,
) -> Balance:
    """End all faults, unless mails or mailboxes are named that still suffer, give the program its time, and
    ask everything.

    Without `expected` the register must be what today's clients and accounts lead to, as far as the mails
    can be read: not those that were set aside (`parked`) or stand where we are not let in (`unread`).
    """
    i12_it_converges(program, needs_person, parked, healing_time)
    truth = [event.to_json() for event in program.simulator.world.truth]
    readable = [event for event in truth if event["message"]["id"] not in {*parked, *unread}]
    firm = firm_of(program)
    story = Story(
        program=program,
        truth=truth,
        firm=firm,
        expected=expected or expected_register(copies_of_truth(readable), firm, program.assigned),
        parked=frozenset(parked),
        needs_person=frozenset(needs_person),
        prompt=frozenset(prompt),
        work=work,
    )
    found = balance_of(story)
    TALLY.append(found)
    print(found)
    i1_it_is_complete(found)
    i2_nothing_is_doubled(story, found)
    i3_nothing_is_invented(story, found)
    i4_work_is_kept(story)
    i5_deleting_mail_deletes_no_record(story)
    i6_what_is_published_is_published_once()
    i7_what_is_acknowledged_is_kept(story)
    i8_nothing_is_silent(story)
    i9_faults_stay_where_they_are(story)
    i10_no_cursor_passes_a_mail_by(story)
    i11_private_mail_stays_private(story)
    i13_the_audit_has_no_gap(story)
    return found


def firm_of(program: Stepped) -> Firm:
    """The firm as the test set it up."""
    accounts = [{"address": a, "since": since.isoformat()} for a, since in program.accounts.items()]
    return firm_from(program.clients_csv, accounts)


def balance_of(story: Story) -> Balance:
    """Expected and found: records, questions to a person, and bounces and receipts."""
    with story.program.database.reading() as session:
        return (
            balance(story.expected.records, register.records(session))
            + balance(story.expected.unassigned, register.unassigned(session), UNASSIGNED)
            + balance(story.expected.events, register.events(session), EVENT)
        )


def i1_it_is_complete(found: Balance) -> None:
    """I1: each mail of a client stands once in the register of each of its clients, as it should."""
    assert not found.missing, found.report()
    assert not [line for line in found.differences if line.startswith("different")], found.report()


def i2_nothing_is_doubled(story: Story, found: Balance) -> None:
    """I2: no mail has two records, messages or copies. (No document is published yet.)"""
    assert not found.doubled, found.report()
    with story.program.database.reading() as session:
        copies = Counter(session.execute(select(Copy.account_id, Copy.graph_id)))
        records = Counter(
            session.execute(select(Record.message_id, Record.client_id).where(Record.message_id.is_not(None)))
        )
        sendings: dict[str, list[datetime | None]] = defaultdict(list)
        for identity, sent_at in session.execute(select(Message.identity, Message.sent_at)):
            sendings[identity].append(sent_at)
    assert [key for counted in (copies, records) for key, number in counted.items() if number > 1] == []
    twice = [
        identity
        for identity, times in sendings.items()
        if any(_is_one_sending(one, other) for one, other in combinations(times, 2))
    ]
    assert twice == []


def i3_nothing_is_invented(story: Story, found: Balance) -> None:
    """I3: every record has a mail that was really there, and none that must not be filed has one."""
    assert not found.extra, found.report()
    real = {(event["mailbox"], event["message"]["id"]) for event in story.truth}
    with story.program.database.reading() as session:
        filed = session.execute(
            select(Account.address, Copy.graph_id).join(Copy, Copy.account_id == Account.id)
        )
        assert {(mailbox, graph_id) for mailbox, graph_id in filed} <= real


def i4_work_is_kept(story: Story) -> None:
    """I4: what people wrote stands as they wrote it, with its author and time.

    Records by hand, edits, deletions, moves and assignments; there are no documents or publications yet.
    """
    now = work_of(story.program)
    assert story.work.records <= now.records
    assert story.work.changes <= now.changes
    assert story.work.assignments <= now.assignments


def i5_deleting_mail_deletes_no_record(story: Story) -> None:
    """I5: what was ever filed is still filed under the same client, whatever became of the mail.

    Only a person moves it.
    """
    with story.program.database.reading() as session:
        now = {(str(record_id), c) for record_id, c in session.execute(select(Record.id, Record.client_id))}
        by_people = select(RecordChange.record_id).where(RecordChange.action == Action.MOVED)
        moved = {str(record_id) for record_id in session.scalars(by_people)}
    assert {(record_id, c) for record_id, c in story.program.witness.filed if record_id not in moved} <= now
    assert {record_id for record_id, _ in story.program.witness.filed} <= {record_id for record_id, _ in now}


def i6_what_is_published_is_published_once() -> None:
    """I6: a document is published once. No table of publications exists yet; this says when there is one."""
    assert not {"document", "publication"} & set(Base.metadata.tables), "now look at them here"


def i7_what_is_acknowledged_is_kept(story: Story) -> None:
    """I7: at the moment of each 2xx to Graph, what it promised was committed.

    What people are answered is looked at by I4.
    """
    assert story.program.witness.broken_promises == set()


def i8_nothing_is_silent(story: Story) -> None:
    """I8: each mail in a mailbox was looked at, or is listed with a reason and an age; health says so."""
    known, listed = _looked_at(story.program), _listed(story.program)
    unknown = {
        (copy.mailbox, copy.message["id"])
        for copy in story.copies
        if copy.mailbox not in story.needs_person
        and copy.folder not in NO_SOURCES
        and copy.certain
        and copy.received >= story.firm.accounts[copy.mailbox]
    }
    assert unknown - known == {held for held in listed if held in unknown - known}
    assert {graph_id for mailbox, graph_id in listed if mailbox not in story.needs_person} == story.parked
    now = story.program.clock()
    with story.program.database.reading() as session:
        health = verdict(overview(session, now, {}), now)
        set_aside = session.scalar(select(func.count()).where(InboxItem.state == ItemState.PARKED))
    paused = {r.subject for r in health.reasons if r.trouble is Trouble.ACCOUNT_PAUSED}
    assert paused == story.needs_person
    assert (health.light is Light.GREEN) == (not listed), health.reasons
    with story.program.caller() as caller:
        numbers = caller.get("/metrics").text
    assert f"\nbitacora_inbox_parked {set_aside:.1f}\n" in numbers


def i9_faults_stay_where_they_are(story: Story) -> None:
    """I9: in the mailboxes that no fault concerned, each mail was looked at within a minute."""
    arrived: dict[tuple[str, str], datetime] = {}
    for event in story.truth:
        held = (event["mailbox"], event["message"]["id"])
        arrived.setdefault(held, datetime.fromisoformat(event["at"]))
    with story.program.database.reading() as session:
        rows = session.execute(
            select(Account.address, Copy.graph_id, Copy.seen_at, Account.added_at).join(
                Copy, Copy.account_id == Account.id
            )
        )
        late = {
            (mailbox, graph_id): seen_at - arrived[mailbox, graph_id]
            for mailbox, graph_id, seen_at, added_at in rows
            if mailbox in story.prompt
            and arrived[mailbox, graph_id] > added_at
            and seen_at - arrived[mailbox, graph_id] > PROMPT
        }
    assert late == {}


def i10_no_cursor_passes_a_mail_by(story: Story) -> None:
    """I10: whenever we looked, what lay before a delta link had been looked at or was in the inbox."""
    assert story.program.witness.passed_by == set()


def i11_private_mail_stays_private(story: Story) -> None:
    """I11: nobody but the owner is shown a word of what only a private mailbox holds.

    Looked at: every API answer that lists mail, the metrics, what the inbox says of its failures.
    """
    secrets = _secrets(story)
    if not secrets:
        return
    colleagues = [address for address in story.firm.accounts if address not in PRIVATE]
    for colleague in colleagues:
        told = " ".join(_told(story, colleague))
        assert [secret for secret in secrets if secret in told] == []
    with story.program.database.reading() as session:
        errors = " ".join(session.scalars(select(InboxItem.last_error)))
    assert [secret for secret in secrets if secret in errors] == []


def i12_it_converges(
    program: Stepped, needs_person: Collection[str], parked: Collection[str], healing_time: timedelta
) -> None:
    """I12: a quarter of an hour after the last fault nothing is left to do, and no person was needed.

    A mailbox that does need a person says so, with its reason.
    """
    if not (needs_person or parked):
        program.simulator.faults.clear()
    program.pass_time(healing_time)
    with program.database.reading() as session:
        paused = {a.address for a in session.scalars(select(Account)) if a.state is AccountState.PAUSED}
        unsaid = session.scalars(
            select(Account.address).where(Account.state == AccountState.PAUSED, Account.pause_reason == "")
        ).all()
        undone = session.execute(
            select(Account.address, InboxItem.kind, InboxItem.graph_id, InboxItem.last_error)
            .join(InboxItem, InboxItem.account_id == Account.id)
            .where(InboxItem.state == ItemState.WAITING)
        ).all()
    assert paused == set(needs_person)
    assert unsaid == []
    assert [tuple(row) for row in undone if row[0] not in needs_person and row[2] not in parked] == []


def i13_the_audit_has_no_gap(story: Story) -> None:
    """I13: each step of a record's version has the one change that led to it; what was made by hand begins
    with its creation.
    """
    changes: defaultdict[str, dict[int, Action]] = defaultdict(dict)
    with story.program.database.reading() as session:
        for change in session.scalars(select(RecordChange)):
            assert change.version not in changes[str(change.record_id)]
            changes[str(change.record_id)][change.version] = change.action
        records = {str(r.id): (r.version, r.created_by_id) for r in session.scalars(select(Record))}
    assert changes.keys() <= records.keys()
    for record_id, (version, author) in records.items():
        steps = changes[record_id]
        assert steps.keys() - {1} == set(range(2, version + 1)), record_id
        assert author is None or 1 in steps, record_id
        assert [at for at, action in steps.items() if (action is Action.CREATED) != (at == 1)] == []


# What the invariants look at


def _is_one_sending(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= timedelta(minutes=10)


def _looked_at(program: Stepped) -> set[tuple[str, str]]:
    with program.database.reading() as session:
        query = select(Account.address, Copy.graph_id).join(Copy, Copy.account_id == Account.id)
        return {(address, graph_id) for address, graph_id in session.execute(query)}


def _listed(program: Stepped) -> set[tuple[str, str]]:
    """What was set aside or is tried again and again, each with its reason and its age."""
    now = program.clock()
    with program.database.reading() as session:
        rows = session.execute(
            select(Account.address, InboxItem)
            .join(InboxItem, InboxItem.account_id == Account.id)
            .where(or_(InboxItem.state == ItemState.PARKED, InboxItem.last_error != ""))
        )
        found = [(address, item) for address, item in rows]
    for _, item in found:
        assert item.last_error
        assert item.received_at <= now
    return {(address, item.graph_id or item.kind.value) for address, item in found}


def _secrets(story: Story) -> set[str]:
    """Subjects and beginnings that stand in private mailboxes only."""
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for copy in story.copies:
        words[copy.mailbox in PRIVATE] |= {copy.message.get(n) or "" for n in ("subject", "bodyPreview")}
    return {word for word in words[True] - words[False] if len(word) >= SHORTEST_SECRET}


def _told(story: Story, colleague: str) -> Iterable[str]:
    """Everything that the API tells a colleague about the register, and about each private mail."""
    with story.program.person(colleague) as person:
        cursor: str | None = ""
        while cursor is not None:
            page = person.get("/api/records", params={"limit": 100, **({"cursor": cursor} if cursor else {})})
            yield page.text
            cursor = page.json()["next"]
        yield person.get("/metrics").text
        for copy in story.copies:
            if copy.mailbox in PRIVATE and copy.message["internetMessageId"]:
                asked = {"internet_message_id": copy.message["internetMessageId"], "mailbox": copy.mailbox}
                yield person.get("/api/messages", params=asked).text
