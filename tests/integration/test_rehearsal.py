"""A rehearsal tells what the real back-fill then brings, and leaves no trace."""

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import select

from server.accounts.accounts import account_at, pause
from server.accounts.viewer import Viewer
from server.clients.client_import import import_clients
from server.clients.import_file import read_rows
from server.clients.import_lines import parse_rows
from server.clients.models import Client
from server.db import Base
from server.ingest.backfill import Backfill, BackfillState
from server.ingest.by_hand import file_message_by_hand
from server.ingest.figures import Figures
from server.ingest.models import MailboxLease
from server.ingest.rehearsal import GIVE_WAY_S, LONGEST_PAUSE_S, RehearsalFailed, rehearse
from server.records.models import Candidate, Copy, Message, Record
from server.steps import Step
from server.steps import watch as watch_steps
from simulator import Simulator
from simulator.scenarios import office_day
from simulator.scenarios.firm import build_firm
from tests.firm import ACCOUNTS, SINCE
from tests.live import Live

pytestmark = pytest.mark.integration
ANA, LUIS = "ana@ribera.example", "luis@ribera.example"
C01, C02 = "ana.lopez@panaderiauno.example", "taller@dos.example"
SHARED, STRANGER = "gestor@grupo23.example", "nadie@stranger.example"
CASES = sorted((Path(__file__).parent.parent / "mails").glob("*.json"))
# Who holds a mailbox, and what the clock did: written whenever somebody reads or time passes.
IN_MOTION = {"mailbox_lease", "routine"}


def nasty(live: Live) -> datetime:
    """The forty nasty mails, all of them at once."""
    for case in CASES:
        for delivery in json.loads(case.read_text())["deliveries"]:
            if delivery["how"] == "send":
                live.simulator.world.send(delivery["mailboxes"][0], delivery["message"])
            else:
                live.simulator.world.deliver(
                    delivery["message"], mailboxes=delivery["mailboxes"], folder=delivery["folder"]
                )
    return SINCE


def office(live: Live) -> datetime:
    """Sixty days of a firm with forty clients, of which the account begins to watch after ten."""
    with live.database.writing() as session:
        import_clients(session, parse_rows(read_rows(office_day.clients_csv().encode())))
    office_day.fill(live.simulator.world)
    return live.parts.clock() - timedelta(days=50)


@pytest.fixture
def live(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Live]:
    """The program with the firm's clients; it works when it is told to, and the tables stand still else."""
    build_firm(simulator.world)
    with Live.serving(simulator, database_url, tmp_path / "data") as live:
        live.import_clients()
        live.worker.run_until_idle()
        yield live


@pytest.mark.parametrize("story", [nasty, office])
def test_the_figures_are_those_of_the_real_import(live: Live, story: Callable[[Live], datetime]) -> None:
    since = story(live)
    for address in ACCOUNTS:
        before = everything(live)

        figures = rehearsed(live, address, since)

        assert everything(live) == before
        register = Register.of(live)
        watch(live, address, since)
        assert told(figures) == brought(live, address, register), address
        assert figures.mails > 0


@pytest.mark.parametrize("story", [nasty, office])
def test_a_rehearsal_of_an_account_that_was_read_brings_nothing_new(
    live: Live, story: Callable[[Live], datetime]
) -> None:
    since = story(live)
    for address in ACCOUNTS:
        watch(live, address, since)
    before = everything(live)

    for address in ACCOUNTS:
        figures = rehearsed(live, address, since)

        assert told(figures) == brought(live, address, Register.of(live)), address
        assert figures.known == figures.filed + figures.unassigned
        assert figures.new_records == 0
    assert everything(live) == before


def test_the_thread_of_a_mail_that_is_gone_decides_as_in_the_real_import(live: Live) -> None:
    watch(live, ANA, SINCE)
    (first,) = live.simulator.world.deliver(mail("Revisión", sender=C02, conversationId="c"))
    settle(live)
    with live.simulator.world.unnoticed():
        live.simulator.world.delete(ANA, first)
        live.simulator.world.deliver(mail("Y la factura", sender=SHARED, conversationId="c"))

    figures = rehearsed(live, ANA, SINCE)

    assert (told(figures)["new"], figures.unassigned) == ({"C02": 1}, 0)
    before = Register.of(live)
    watch(live, ANA, SINCE)
    assert len(Register.of(live).records - before.records) == 1


def test_a_copy_that_a_colleagues_mailbox_left_out_is_looked_at_again(live: Live) -> None:
    watch(live, LUIS, SINCE)
    earlier = {"internetMessageId": "<earlier@stranger.example>", "sentDateTime": "2026-11-19T10:00:00Z"}
    later = {"internetMessageId": "<later@stranger.example>", "sentDateTime": "2026-11-20T10:00:00Z"}
    for each in (earlier, later):
        blind = mail("Otra cosa", sender=STRANGER, to=LUIS, conversationId="c")
        live.simulator.world.deliver({**blind, **each})
    settle(live)
    shown = {**mail("Otra cosa", sender=STRANGER), "ccRecipients": people(C02), **later}
    live.simulator.world.deliver(shown, mailboxes=[ANA])
    assign_thread(live, "<earlier@stranger.example>", LUIS, "C05")

    figures = rehearsed(live, ANA, SINCE)

    register = Register.of(live)
    watch(live, ANA, SINCE)
    assert told(figures) == brought(live, ANA, register)
    assert told(figures)["clients"] == {"C02": 1, "C05": 1}


def test_nothing_but_reading_is_asked_of_microsoft(live: Live) -> None:
    nasty(live)
    before = len(live.simulator.requests.calls())

    rehearsed(live, ANA, SINCE)

    calls = live.simulator.requests.calls()[before:]
    asked = {
        (call.method, call.path) for call in calls if "/v1.0/" in call.path and "$batch" not in call.path
    }
    assert {method for method, _ in asked} == {"GET"}, asked
    assert not [call for call in calls if "attachments" in call.path]


def test_the_mailbox_of_an_account_is_held_at_each_step_and_free_between(live: Live) -> None:
    watch(live, ANA, SINCE)
    live.simulator.world.deliver(mail("Modelo 303"))
    settle(live)
    holders: list[str] = []
    watch_steps(lambda step: holders.append(holder_of(live)) if step is Step.PAGE_READ else None)
    try:
        for step in rehearsal(live, ANA):
            assert isinstance(step, Figures) or holder_of(live) == ""
    finally:
        watch_steps()

    assert holders
    assert all(holder.startswith("person-") for holder in holders)


def test_what_comes_meanwhile_is_filed_at_once(live: Live) -> None:
    watch(live, ANA, SINCE)
    patience = Patience(live)
    steps = rehearsal(live, ANA, patience)
    next(steps)

    live.simulator.world.deliver(mail("Urgente"))
    live.simulator.notifications.wait_until_idle()
    next(steps)

    assert patience.pauses == [GIVE_WAY_S]
    live.worker.run_until_idle()
    assert len(Register.of(live).records) == 1
    assert isinstance(list(steps)[-1], Figures)


def test_ending_it_in_the_middle_leaves_no_trace(live: Live) -> None:
    nasty(live)
    before = everything(live)
    steps = rehearsal(live, ANA)
    next(steps)
    next(steps)

    steps.close()

    assert everything(live) == before


def test_a_throttled_mailbox_is_waited_for_and_the_reason_shown(live: Live) -> None:
    live.simulator.world.deliver(mail("Modelo 303"))
    live.simulator.faults.next_call(429, path="messages/delta", retry_after=120)
    patience = Patience(live)

    *steps, figures = rehearsal(live, ANA, patience)

    assert isinstance(figures, Figures)
    assert figures.filed == 1
    assert sum(patience.pauses) > 110
    assert max(patience.pauses) <= LONGEST_PAUSE_S
    assert any(
        isinstance(step, Backfill) and step.state is BackfillState.WAITING and "429" in step.reason
        for step in steps
    )


def test_a_mailbox_that_is_refused_ends_it_with_the_reason(live: Live) -> None:
    live.simulator.faults.mailbox_unavailable(ANA)
    before = everything(live)

    with pytest.raises(RehearsalFailed, match="MailboxNotEnabledForRESTAPI"):
        list(rehearsal(live, ANA))

    assert everything(live) == before


def test_a_mailbox_that_fails_again_and_again_ends_it_with_the_reason(live: Live) -> None:
    live.simulator.faults.next_call(503, path="messages/delta", count=1_000)
    patience = Patience(live)

    with pytest.raises(RehearsalFailed, match="503"):
        list(rehearsal(live, ANA, patience))

    assert 30 < sum(patience.pauses) < 180


def test_an_account_that_is_paused_may_be_rehearsed_once_it_is_open_again(live: Live) -> None:
    watch(live, ANA, SINCE)
    live.simulator.world.deliver(mail("Modelo 303"))
    settle(live)
    with live.database.writing() as session:
        account = account_at(session, ANA)
        assert account is not None
        pause(account, "Microsoft Graph answered 403")

    assert rehearsed(live, ANA, SINCE).known == 1


def test_a_mail_that_cannot_be_read_is_counted_as_unread(live: Live) -> None:
    live.simulator.world.deliver(mail("Sana"))
    broken = {"value": [{"id": "AAkBroken", "subject": 5}], "@odata.nextLink": "@NEXT"}
    link = f"{live.parts.settings.graph_url}/v1.0/users/{ANA}/mailFolders/inbox/messages/delta"
    live.simulator.faults.next_call(
        200, path="messages/delta", body=json.dumps(broken).replace("@NEXT", link)
    )

    *_, figures = rehearsal(live, ANA, Patience(live))

    assert isinstance(figures, Figures)
    assert (figures.mails, figures.filed, figures.unread) == (1, 1, 1)


class Patience:
    """A clock that the pauses move on, so that nobody waits."""

    def __init__(self, live: Live) -> None:
        self._clock = live.parts.clock
        self.pauses: list[float] = []

    def clock(self) -> datetime:
        return self._clock() + timedelta(seconds=sum(self.pauses))

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def rehearsal(
    live: Live, address: str, patience: Patience | None = None
) -> Generator[Backfill | Figures, None, None]:
    patience = patience or Patience(live)
    yield from rehearse(
        live.database,
        live.parts.graph,
        live.parts.graph.users.get(address),
        since=SINCE,
        clock=patience.clock,
        pause=patience.pause,
    )


def mail(subject: str, *, sender: str = C01, to: str = ANA, **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "from": people(sender)[0],
        "toRecipients": people(to),
        **more,
    }


def people(*addresses: str) -> list[dict[str, Any]]:
    return [{"emailAddress": {"name": "", "address": address}} for address in addresses]


def settle(live: Live) -> None:
    live.simulator.notifications.wait_until_idle()
    live.worker.run_until_idle()


def assign_thread(live: Live, internet_message_id: str, mailbox: str, client_code: str) -> None:
    """As a person does in the pane."""
    with live.database.writing() as session:
        account = account_at(session, mailbox)
        assert account is not None
        owner = account.owner
        assert owner is not None
        viewer = Viewer(owner.id, owner.entra_id, owner.name, owner.address, administrator=False)
    file_message_by_hand(
        live.database,
        live.parts.graph,
        live.parts.desk,
        viewer,
        internet_message_id=internet_message_id,
        mailbox=mailbox,
        client_code=client_code,
        for_thread=True,
        clock=live.parts.clock,
    )


def holder_of(live: Live) -> str:
    with live.database.reading() as session:
        return session.scalars(select(MailboxLease.holder)).one()


def rehearsed(live: Live, address: str, since: datetime) -> Figures:
    """The figures, after progress that ended with all of it."""
    mailbox = live.parts.graph.users.get(address)
    told = list(rehearse(live.database, live.parts.graph, mailbox, since=since, clock=live.parts.clock))
    *steps, figures = told
    assert isinstance(figures, Figures)
    shares = [step.share for step in steps if isinstance(step, Backfill)]
    assert shares[-1] == 1.0
    assert len(shares) == len(steps)
    return figures


def watch(live: Live, address: str, since: datetime) -> None:
    """Set the account up, and read it."""
    live.add_accounts(since, [address])
    live.worker.run_until_idle()


def everything(live: Live) -> dict[str, list[Any]]:
    """Every row of every table."""
    with live.database.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in IN_MOTION
        }


@dataclass(frozen=True)
class Register:
    """The messages that there are, and which of them stand under which client."""

    messages: frozenset[int]
    records: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, live: Live) -> Self:
        with live.database.reading() as session:
            query = select(Client.code, Record.message_id).join(Client, Record.client_id == Client.id)
            return cls(
                frozenset(session.scalars(select(Message.id))),
                frozenset((code, message_id) for code, message_id in session.execute(query)),
            )


def told(figures: Figures) -> dict[str, Any]:
    assert figures.unread == 0
    assert figures.mails == (
        figures.filed + figures.unassigned + figures.internal + sum(figures.excluded.values())
    )
    return {
        "mails": figures.mails,
        "unassigned": figures.unassigned,
        "known": figures.known,
        "left out": {**figures.excluded, **({"internal": figures.internal} if figures.internal else {})},
        "clients": {client.code: client.records for client in figures.clients},
        "new": {client.code: client.new_records for client in figures.clients if client.new_records},
    }


def brought(live: Live, address: str, before: Register) -> dict[str, Any]:
    """The same, counted in the real register, with what it was `before`."""
    with live.database.reading() as session:
        account = account_at(session, address)
        assert account is not None
        copies = list(session.scalars(select(Copy).where(Copy.account_id == account.id)))
        in_question = set(session.scalars(select(Candidate.message_id)))
    held = [copy.message_id for copy in copies if copy.message_id]
    standing = {(code, message_id) for code, message_id in Register.of(live).records if message_id in held}
    return {
        "mails": len(copies),
        "unassigned": len([each for each in held if each in in_question]),
        "known": len([each for each in held if each in before.messages]),
        "left out": Counter(copy.exclusion for copy in copies if not copy.message_id),
        "clients": Counter(code for code, _ in standing),
        "new": Counter(code for code, _ in standing - before.records),
    }
