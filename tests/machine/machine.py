"""Everything that may happen to mailboxes, people and program, in any order, and what holds all the same."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    RuleStrategy,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import select

from server.records.models import Record
from server.steps import Step
from simulator.errors import GraphError
from tests.checker import comparable_id
from tests.invariants import Work, work_of
from tests.machine import expectation
from tests.machine.mails import CARDS, CLIENTS, SENDERS, STRANGERS, Held, line_of, mail_of
from tests.machine.program import ANA, CHOICES, JORGE, MAILBOXES, MARTA, Program

WORKING = (
    Step.WORK_CLAIMED,
    Step.MESSAGES_READ,
    Step.MESSAGE_FILED,
    Step.WORK_FINISHED,
    Step.MESSAGES_COMMITTED,
    Step.MAILBOX_LEFT,
)
COUNTING = (Step.CENSUS_PAGE_READ, Step.CENSUS_PAGE_KEPT, Step.CENSUS_PAGE_COUNTED)
CATCHING_UP = (
    *(Step.PAGE_READ, Step.PAGE_FILED) * 2,
    Step.PAGE_COMMITTED,
    Step.FOLDERS_READ,
    Step.ROUND_BEGUN,
)
BETWEEN_TRANSACTIONS = (Step.MESSAGES_READ, Step.WORK_CLAIMED, Step.MESSAGES_COMMITTED)
DELTA_TROUBLES = ("expire_delta", "hide_moves_from_delta", "replay_delta", "empty_delta_pages")
# A folder that a mailbox has at times, below another one.
EXTRA = "extra"
# Somebody without a mailbox of their own here, and the owner of the private one.
VIEWERS = (JORGE, MARTA)
PLACES = ("inbox", "junkemail", "sentitems", "deleteditems", EXTRA)
# Longer than one sending takes.
LATER = timedelta(minutes=12)

mailboxes = st.sampled_from(MAILBOXES)
receivers = st.sampled_from([MAILBOXES[:1], MAILBOXES[1:], MAILBOXES])
senders = st.sampled_from(SENDERS)
clients = st.sampled_from(CLIENTS)
places = st.sampled_from(PLACES)
choices = st.integers(1, len(CHOICES)) | st.none()
mostly = st.sampled_from([True, True, False])


class AnyRule(RuleStrategy):
    """Every step may be any rule.

    Hypothesis likes to leave half of them out of a story, but most mistakes need three or four together.
    """

    def _rule_is_enabled(self, rule: Any) -> bool:
        return self.is_valid(rule)


class Machine(RuleBasedStateMachine):
    """One story after the other in the same program, which a subclass names."""

    program: ClassVar[Program]
    copies = Bundle("copies")

    def __init__(self) -> None:
        super().__init__()
        self._rules_strategy = AnyRule(self)
        self.number = 0
        self.extra: dict[str, str] = {}
        # Where the addresses stand now that stood on no card.
        self.learned: dict[str, str] = {}
        self.by_hand: dict[str, frozenset[str]] = {}
        self.reused: set[str] = set()
        # Copies of whose last change Graph told nobody, and whether it tells anything at present.
        self.unheard: set[str] = set()
        self.deaf = False
        # Among them those that a delta may have hidden, too.
        self.unseen: set[str] = set()
        self.hidden = False
        # What was checked since anything happened.
        self.checked: set[str] = set()
        self.work = Work()
        self.filed: Mapping[str, tuple[object, ...]] = {}

    @initialize(target=copies, received=st.tuples(senders, senders), sent=clients)
    def begin(self, received: tuple[str, str], sent: str) -> MultipleResults[Held]:
        """Some mails were there before the accounts were watched."""
        self.program.clear()
        found = [
            *self._new(lambda: self.world.deliver(self._mail(received[0], MAILBOXES))),
            *self._new(lambda: self.world.deliver(self._mail(received[1], [ANA]))),
            *self._new(lambda: self.world.send(MARTA, self._mail(MARTA, [sent]))),
        ]
        self.program.begin()
        return multiple(*found)

    # Mail comes and goes

    @rule(
        target=copies,
        sender=senders,
        to=receivers,
        cc=st.lists(clients, max_size=1),
        place=st.sampled_from(["inbox", "inbox", "junkemail", EXTRA]),
        heard=mostly,
    )
    def deliver(
        self, sender: str, to: tuple[str, ...], cc: list[str], place: str, heard: bool
    ) -> MultipleResults[Held]:
        mail = self._mail(sender, to, cc)
        folders = {mailbox: self._folder(mailbox, place) for mailbox in to}
        found = [
            held
            for mailbox in to
            for held in self._new(
                lambda: self.world.deliver(mail, mailboxes=[mailbox], folder=folders[mailbox]),  # noqa: B023
                heard=heard,
            )
        ]
        return multiple(*found)

    @rule(target=copies, sender=clients, mailbox=mailboxes, status=st.sampled_from([404, 404, 503, 429]))
    def deliver_unready(self, sender: str, mailbox: str, status: int) -> MultipleResults[Held]:
        """Graph tells of a mail before it can be read."""
        self.program.settle()
        (held,) = self._new(lambda: self.world.deliver(self._mail(sender, [mailbox])))
        self._answer_for(held, status)
        self.wait_a_minute()
        return multiple(held)

    @rule(target=copies, sender=clients, mailbox=mailboxes, touched=mostly)
    def deliver_refused(self, sender: str, mailbox: str, touched: bool) -> MultipleResults[Held]:
        """Graph will not have a mail read, so it is set aside; somebody may touch it later."""
        self.program.settle()
        (held,) = self._new(lambda: self.world.deliver(self._mail(sender, [mailbox])))
        self._answer_for(held, 400)
        self.program.settle()
        self.program.simulator.faults.clear()
        self.unheard.add(held.id)
        if touched:
            self.touch(held, heard=True)
            self.wait_a_minute()
        return multiple(held)

    @rule(target=copies, mailbox=mailboxes, first=clients, second=clients, heard=mostly)
    def deliver_two_with_one_message_id(
        self, mailbox: str, first: str, second: str, heard: bool
    ) -> MultipleResults[Held]:
        """From a careless program, or from a stranger who wants to suppress a mail."""
        mail = self._mail(first, [mailbox])
        found = self._new(lambda: self.world.deliver(mail), heard=heard)
        self.program.advance(LATER)
        mail = self._mail(second, [mailbox], message_id=found[0].message_id)
        self.reused.add(found[0].message_id)
        return multiple(*found, *self._new(lambda: self.world.deliver(mail), heard=heard))

    @rule(target=copies, mailbox=mailboxes, client=clients, drafted=st.booleans(), heard=mostly)
    def send(self, mailbox: str, client: str, drafted: bool, heard: bool) -> MultipleResults[Held]:
        """To a client, and to the other mailbox for information."""
        mail = self._mail(mailbox, [client], [other for other in MAILBOXES if other != mailbox])
        if not drafted:
            return multiple(*self._new(lambda: self.world.send(mailbox, mail), heard=heard))
        (draft,) = self._new(lambda: self.world.save_draft(mailbox, mail))
        self.program.settle()
        return multiple(*self._new(lambda: self.world.send_draft(mailbox, draft.id), heard=heard))

    @rule(held=copies, heard=mostly)
    def touch(self, held: Held, heard: bool) -> None:
        if self._is_there(held):
            self._new(lambda: self.world.update(held.mailbox, held.id, {"isRead": True}), heard=heard)

    @rule(held=copies, place=places, heard=mostly, and_back=st.sampled_from([False, False, True]))
    def move(self, held: Held, place: str, heard: bool, and_back: bool) -> None:
        """To another folder, out of Junk, into the bin; also back from among the recoverable items."""
        here = self.world.mailbox(held.mailbox).any_message(held.id).folder_id
        self._move(held, place, heard=heard)
        if and_back and here in self.world.mailbox(held.mailbox).folders:
            self._move(held, here, heard=heard)

    @rule(held=copies, heard=mostly)
    def delete(self, held: Held, heard: bool) -> None:
        if self._is_there(held):
            self._new(lambda: self.world.delete(held.mailbox, held.id), heard=heard)

    @rule(target=copies, held=copies, place=places, heard=mostly)
    def duplicate(self, held: Held, place: str, heard: bool) -> MultipleResults[Held]:
        """A person copies a mail within a mailbox."""
        if not self._is_there(held):
            return multiple()
        folder = self._folder(held.mailbox, place)
        return multiple(*self._new(lambda: self.world.copy(held.mailbox, held.id, folder), heard=heard))

    @rule(mailbox=mailboxes, parent=st.sampled_from(["inbox", "inbox", "junkemail"]), heard=mostly)
    def make_or_delete_folder(self, mailbox: str, parent: str, heard: bool) -> None:
        """A folder goes with all that is in it."""
        if folder := self.extra.pop(mailbox, ""):
            self._new(lambda: self.world.delete_folder(mailbox, folder), heard=heard)
        else:
            self.extra[mailbox] = self.world.create_folder(mailbox, "Carpeta", parent)

    # Graph has its days

    @rule(trouble=st.sampled_from(DELTA_TROUBLES), sender=senders)
    def trouble_delta(self, trouble: str, sender: str) -> None:
        """While a mail came that only a delta can show."""
        self._deliver_unheard(sender)
        getattr(self.program.simulator.faults, trouble)()
        if trouble == "hide_moves_from_delta":
            self.hidden = True
            self.unseen |= self.unheard

    @rule(event=st.sampled_from(["missed", "subscriptionRemoved", "reauthorizationRequired"]))
    @precondition(lambda self: "tell_of_subscriptions" not in self.checked)
    def tell_of_subscriptions(self, event: Any) -> None:
        self.checked.add("tell_of_subscriptions")
        self.program.simulator.subscriptions.lifecycle(event)
        self.deaf |= event == "subscriptionRemoved"

    # People

    @rule(code=st.sampled_from(sorted(CARDS)))
    @precondition(lambda self: len(self.learned) < len(STRANGERS))
    def learn_address(self, code: str) -> None:
        """An address is put on a client's card, and the list imported again."""
        self.learned[STRANGERS[len(self.learned)]] = code
        self.program.import_clients("".join(line_of(code, address) for address, code in self.learned.items()))
        self.checked.clear()

    @rule(mailbox=mailboxes)
    def change_visibility(self, mailbox: str) -> None:
        """From public to private or back, which holds for the next request."""
        self.program.change_visibility(mailbox)
        for viewer in VIEWERS:
            expectation.check_secrecy(self.program, viewer)

    @rule(
        held=copies, code=st.sampled_from(["C01", "C02", "C03"]), scope=st.sampled_from(["message", "thread"])
    )
    def assign(self, held: Held, code: str, scope: str) -> None:
        if held.message_id in self.reused:
            return
        wish = {
            "internet_message_id": held.message_id,
            "mailbox": held.mailbox,
            "client": code,
            "scope": scope,
        }
        answer = self.program.ask(held.mailbox, "POST", "/api/messages/file", json=wish)
        assert answer.status_code != 500
        if answer.status_code == 200:
            codes = frozenset(record["client"]["code"] for record in answer.get_json()["records"])
            assert code in codes
            self.by_hand[held.message_id] = codes
            self.work = work_of(self.program)

    @rule(person=mailboxes, which=st.integers(0, 9), reason=choices, area=choices)
    def classify(self, person: str, which: int, reason: int | None, area: int | None) -> None:
        answer = self.program.ask(person, "GET", "/api/records?limit=200")
        open_ = [record for record in answer.get_json()["items"] if not record["restricted"]]
        if not open_:
            return
        open_.sort(key=lambda record: (record["subject"], record["client"]["code"]))
        chosen = open_[which % len(open_)]
        answer = self.program.ask(
            person,
            "PATCH",
            f"/api/records/{chosen['id']}",
            json={"reason": reason, "area": area},
            headers={"If-Match": str(chosen["version"])},
        )
        assert answer.status_code == 200
        self.work = work_of(self.program)

    # The program works, and dies

    @rule(days=st.sampled_from([0, 0, 1, 8]))
    def turn_off(self, days: int) -> None:
        """And on again, perhaps when no subscription lives any more."""
        if days:
            self.program.advance(timedelta(days=days))
        else:
            self.program.restart()
        self.deaf |= days > 3
        self.checked.clear()

    @rule(step=st.sampled_from(WORKING + COUNTING), passing=st.integers(1, 3))
    def die_at_work(self, step: Step, passing: int) -> None:
        if step in COUNTING:
            self.program.take_census()
        self.program.die_at(step, passing)
        self.checked.clear()

    @rule(step=st.sampled_from(CATCHING_UP), passing=st.integers(1, 4), sender=senders)
    def die_while_catching_up(self, step: Step, passing: int, sender: str) -> None:
        """When a mail came that only a delta can show; another process goes on."""
        self._deliver_unheard(sender)
        self.program.sync()
        self.program.die_at(step, passing)
        self.program.settle()

    @rule(
        target=copies,
        sender=senders,
        mailbox=mailboxes,
        step=st.sampled_from(BETWEEN_TRANSACTIONS),
        places=st.sampled_from([("junkemail", "inbox"), ("inbox", "junkemail")]),
    )
    def move_while_it_is_read(
        self, sender: str, mailbox: str, step: Step, places: tuple[str, str]
    ) -> MultipleResults[Held]:
        here, there = places
        self.program.settle()
        (held,) = self._new(lambda: self.world.deliver(self._mail(sender, [mailbox]), folder=here))
        self.program.work_meanwhile(step, lambda: self._move(held, there))
        self.wait_a_minute()
        return multiple(held)

    # Whatever happened: the register is right

    @rule()
    @precondition(lambda self: "wait_a_minute" not in self.checked)
    def wait_a_minute(self) -> None:
        """What Graph told of is in the register within a minute."""
        self.program.settle_promptly()
        self._check_register("wait_a_minute")

    @rule()
    @precondition(lambda self: "wait_for_a_sync" not in self.checked)
    def wait_for_a_sync(self) -> None:
        """What Graph did not tell of is there at the next sync by the clock."""
        self.program.heal()
        self.deaf = self.hidden = False
        self.unheard = set(self.unseen)
        expectation.check_nothing_is_left(self.program)
        self._check_register("wait_a_minute", "wait_for_a_sync")

    @rule()
    @precondition(lambda self: "take_census" not in self.checked)
    def take_census(self) -> None:
        """What even a delta did not show is there after a census."""
        self.program.take_census()
        self.program.settle_promptly()
        expectation.check_census(self.program, self.unheard)
        self.unheard.clear()
        self.unseen.clear()
        self._check_register("wait_a_minute", "take_census")

    @invariant()
    def nothing_disappears(self) -> None:
        """What was filed once stays, whatever becomes of the mail."""
        with self.program.database.reading() as session:
            query = select(
                Record.id, Record.client_id, Record.message_id, Record.subject, Record.state, Record.why
            )
            now: dict[str, tuple[object, ...]] = {
                str(row.id): (*row[1:5], str(row.why)) for row in session.execute(query)
            }
        assert self.filed.items() <= now.items(), "a record disappeared or was rewritten"
        self.filed = now

    @invariant()
    def work_is_kept(self) -> None:
        """What people wrote stands as they wrote it, and nobody else writes it."""
        assert work_of(self.program) == self.work, "a person's work was changed"

    def teardown(self) -> None:
        """Every story that comes to its end ends with everything asked."""
        if sys.exc_info()[0] is not None:
            return
        self.wait_for_a_sync()
        self.nothing_disappears()
        self.work_is_kept()

    @property
    def world(self) -> Any:
        return self.program.simulator.world

    def _mail(
        self, sender: str, to: Sequence[str], cc: Sequence[str] = (), *, message_id: str = ""
    ) -> dict[str, Any]:
        self.number += 1
        return mail_of(self.number, sender, to, cc, message_id=message_id)

    def _folder(self, mailbox: str, place: str) -> str:
        return self.extra.get(mailbox, "inbox") if place == EXTRA else place

    def _deliver_unheard(self, sender: str) -> None:
        self._new(lambda: self.world.deliver(self._mail(sender, MAILBOXES)), heard=False)

    def _move(self, held: Held, place: str, *, heard: bool = True) -> None:
        folder = self._folder(held.mailbox, place)
        self._new(lambda: self.world.move(held.mailbox, held.id, folder), heard=heard)

    def _new(self, act: Callable[[], object], *, heard: bool = True) -> list[Held]:
        """Let it happen; gives the copies that it brought or changed."""
        self.checked.clear()
        before = len(self.world.truth)
        with self.program.unheard(not heard):
            act()
        self.program.simulator.notifications.wait_until_idle()
        held = [_held(event) for event in self.world.truth.events[before:]]
        ids = {each.id for each in held}
        if heard and not self.deaf:
            self.unheard -= ids
            self.unseen -= ids
        else:
            self.unheard |= ids
            self.unseen |= ids if self.hidden else set()
        return held

    def _answer_for(self, held: Held, status: int) -> None:
        """What Graph answers to the next who wants to read a mail."""
        path = quote(held.id, safe="")
        self.program.simulator.faults.next_call(status, path=path, retry_after=1)

    def _is_there(self, held: Held) -> bool:
        try:
            self.world.mailbox(held.mailbox).message(held.id)
        except GraphError:
            return False
        return True

    def _check_register(self, *names: str) -> None:
        self.checked.update(names)
        expectation.check_register(self.program, self.by_hand, self.unheard)
        expectation.check_witness(self.program)
        for viewer in VIEWERS:
            expectation.check_secrecy(self.program, viewer)
            expectation.check_openness(self.program, viewer, self.unheard)


def _held(event: Any) -> Held:
    message = event.message
    sender = message["from"]["emailAddress"]["address"]
    message_id = comparable_id(message["internetMessageId"])
    return Held(event.mailbox, message["id"], message_id, message["subject"], sender)
