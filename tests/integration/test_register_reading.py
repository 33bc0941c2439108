"""What stands beside the lists: threads, persons, the people of a client, the tray; and what stays hidden."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account, ClientDenial, Person
from server.accounts.people import recognise
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.db import Database
from server.ingest.filing_desk import FilingDesk
from server.mail import Message, Participant, Role
from server.records.answers import dismiss
from server.records.conversation import thread_of
from server.records.filters import Filters
from server.records.listing import Listing
from server.records.models import Assignment, Path, Record
from server.records.models import Message as StoredMessage
from server.records.persons import people_of, persons
from server.records.place import CursorInvalid, Towards
from server.records.tray import list_unassigned
from server.records.visibility import ClientNotThere
from tests.firm import ANA, JORGE, MARTA, NOW, found_firm

pytestmark = pytest.mark.integration
PEDRO, MANAGER = "pedro@panaderiauno.example", "gestor@grupo23.example"


@dataclass
class Firm:
    session: Session
    viewers: dict[str, Viewer]
    accounts: dict[str, Account]

    def file(self, mailbox: str, number: int, subject: str, sender: str, **values: object) -> None:
        at = NOW + timedelta(minutes=number)
        message = Message(
            graph_id=f"{mailbox}{number}",
            folder_id="inbox",
            internet_message_id=f"<{number}@example>",
            conversation_id=f"c{number}",
            subject=subject,
            preview=f"Resumen {subject}",
            sent_at=at,
            received_at=at,
            participants=(Participant(Role.FROM, "", sender), Participant(Role.TO, "", "ana@ribera.example")),
        )
        FilingDesk().file_all(
            self.session,
            self.accounts[f"{mailbox}@ribera.example"],
            [replace(message, **values)],  # type: ignore[arg-type]
            path=Path.NOTIFICATION,
            folders={"inbox": None},
            now=at,
        )

    def hits(self, person: str, q: str) -> int:
        """How many records a person finds, one after the other; by the list and by the index."""
        counts = set()
        for stretch in (1, 1000):
            listing, place, count = (
                Listing(self.session, self.viewers[person], Filters(), stretch=stretch),
                None,
                0,
            )
            while (place := listing.find(q, Towards.OLDER, place)) is not None:
                count += 1
            counts.add(count)
        assert len(counts) == 1
        return counts.pop()

    def record(self, subject: str) -> uuid.UUID:
        return self.session.scalars(select(Record.id).where(Record.subject == subject)).one()


@pytest.fixture
def firm(database: Database) -> Iterator[Firm]:
    with database.writing() as session:
        accounts = found_firm(session)
        viewers = {}
        for name, mailbox in (("marta", MARTA), ("jorge", JORGE), ("ana", ANA)):
            person = recognise(session, entra_id=mailbox.entra_id, name=mailbox.name, address=mailbox.address)
            session.flush()
            viewers[name] = Viewer(
                person.id, person.entra_id, person.name, person.address, administrator=name == "ana"
            )
        yield Firm(session, viewers, accounts)


def test_private_mail_is_found_by_its_owner_only(firm: Firm) -> None:
    firm.file("marta", 1, "Secreto canario", PEDRO)

    assert [firm.hits(name, "canario") for name in ("marta", "jorge", "ana")] == [1, 0, 0]
    assert [firm.hits(name, "pedro") for name in ("marta", "jorge", "ana")] == [1, 0, 0]


def test_private_mail_that_a_public_mailbox_got_too_is_found_by_all(firm: Firm) -> None:
    firm.file("marta", 1, "Circular", PEDRO)
    firm.file("ana", 1, "Circular", PEDRO)

    assert [firm.hits(name, "circular") for name in ("marta", "jorge", "ana")] == [1, 1, 1]


def test_a_mail_is_found_where_it_stands_once_it_is_known_to_be_earlier(firm: Firm) -> None:
    firm.file("ana", 3, "En medio", PEDRO)
    firm.file("ana", 5, "Otra cosa", PEDRO)
    firm.file("ana", 9, "Llega tarde", PEDRO, sent_at=NOW)
    firm.file("info", 9, "Llega tarde", PEDRO, sent_at=NOW, received_at=NOW + timedelta(seconds=1))

    newest = Listing(firm.session, firm.viewers["ana"], Filters()).places(Towards.OLDER, None, 9)
    listing = Listing(firm.session, firm.viewers["ana"], Filters(), stretch=1)

    told = ("Otra cosa", "En medio", "Llega tarde")
    assert [place.record_id for place in newest] == [firm.record(subject) for subject in told]
    # Not the next in the list, which would be looked at itself.
    assert listing.find("llega", Towards.OLDER, newest[0]) == newest[2]


def test_a_thread_is_told_from_its_beginning(firm: Firm) -> None:
    firm.file("ana", 1, "Pregunta", PEDRO, conversation_id="t")
    firm.file("ana", 2, "Respuesta", PEDRO, conversation_id="t")
    firm.file("info", 3, "Otro buzón", PEDRO, headers={"in-reply-to": "<2@example>"})
    firm.file("ana", 4, "Aparte", PEDRO)

    told = thread_of(firm.session, firm.viewers["jorge"], firm.record("Respuesta"))

    assert [view.record.subject for view in told] == ["Pregunta", "Respuesta", "Otro buzón"]


def test_a_record_without_its_content_tells_nothing_of_its_thread(firm: Firm) -> None:
    firm.file("marta", 1, "Pregunta", PEDRO, conversation_id="t")
    firm.file("marta", 2, "Respuesta", PEDRO, conversation_id="t")

    seen = thread_of(firm.session, firm.viewers["jorge"], firm.record("Respuesta"))
    own = thread_of(firm.session, firm.viewers["marta"], firm.record("Respuesta"))

    assert (len(seen), len(own)) == (1, 2)


def test_a_thread_does_not_tell_that_a_private_mail_belongs_to_it(firm: Firm) -> None:
    """The row of that mail stands in the list without its subject, which the thread would give away."""
    firm.file("ana", 1, "Pregunta", PEDRO, conversation_id="t")
    firm.file("marta", 2, "En privado", PEDRO, conversation_id="u", headers={"in-reply-to": "<1@example>"})
    firm.file("ana", 3, "Respuesta", PEDRO, conversation_id="t")

    told = {
        name: [view.record.subject for view in thread_of(firm.session, viewer, firm.record("Pregunta"))]
        for name, viewer in firm.viewers.items()
    }

    assert told == {
        "marta": ["Pregunta", "En privado", "Respuesta"],
        "jorge": ["Pregunta", "Respuesta"],
        "ana": ["Pregunta", "Respuesta"],
    }


def test_persons_are_those_who_occur_for_somebody(firm: Firm) -> None:
    firm.file("ana", 1, "Hola", PEDRO)
    firm.file("marta", 2, "Hola", "taller@dos.example")

    assert persons(firm.session, firm.viewers["jorge"], None) == ["Ana Ribera", "Marta Vidal"]
    assert persons(firm.session, firm.viewers["jorge"], "C02") == ["Marta Vidal"]
    deny(firm, "jorge", "C02")
    assert persons(firm.session, firm.viewers["jorge"], None) == ["Ana Ribera"]
    assert persons(firm.session, firm.viewers["jorge"], "C02") == []


def test_people_without_an_address_are_not_offered(firm: Firm) -> None:
    firm.session.add(Person(entra_id="x", name="Sin Correo", address=""))

    people = people_of(firm.session, firm.viewers["jorge"], "C01")

    assert [person.name for person in people.users] == [
        "Ana Ribera",
        "Jorge Sanz",
        "Luis Ortega",
        "Marta Vidal",
    ]
    assert {contact.address for contact in people.contacts} >= {PEDRO, "info@panaderiauno.example"}
    assert not people_of(firm.session, firm.viewers["jorge"], "C07").contacts
    deny(firm, "jorge", "C01")
    with pytest.raises(ClientNotThere):
        people_of(firm.session, firm.viewers["jorge"], "C01")


def test_the_tray_shows_each_what_they_may_read_newest_first(firm: Firm) -> None:
    firm.file("ana", 1, "Para quién", MANAGER)
    firm.file("marta", 2, "Privado", MANAGER)
    firm.file("ana", 3, "Más", MANAGER)

    for name, wanted in (("jorge", ["Más", "Para quién"]), ("marta", ["Más", "Privado", "Para quién"])):
        viewer = firm.viewers[name]
        shown, cursor = [], None
        while True:
            page = list_unassigned(firm.session, viewer, cursor=cursor, limit=1)
            shown += [each.message.subject for each in page.items]
            assert page.count == len(wanted)
            if (cursor := page.next) is None:
                break
        assert shown == wanted


def test_a_place_in_the_tray_is_told_only_to_whom_it_was_shown(firm: Firm) -> None:
    """Where a mail stands that somebody may not read, its number would tell."""
    firm.file("ana", 1, "Para quién", MANAGER)
    firm.file("marta", 2, "Privado", MANAGER)
    firm.file("ana", 3, "Más", MANAGER)
    private = firm.session.scalars(select(StoredMessage).where(StoredMessage.subject == "Privado")).one()

    with pytest.raises(CursorInvalid):
        list_unassigned(firm.session, firm.viewers["jorge"], cursor=str(private.id), limit=9)


def test_the_tray_goes_on_where_a_mail_was_answered_meanwhile(firm: Firm) -> None:
    firm.file("ana", 1, "Para quién", MANAGER)
    firm.file("ana", 2, "Más", MANAGER)
    page = list_unassigned(firm.session, firm.viewers["jorge"], cursor=None, limit=1)
    dismiss(firm.session, firm.viewers["jorge"], page.items[0].message.id, now=NOW)

    rest = list_unassigned(firm.session, firm.viewers["jorge"], cursor=page.next, limit=1)

    assert ([each.message.subject for each in rest.items], rest.next) == (["Para quién"], None)


def test_a_denied_client_is_no_candidate(firm: Firm) -> None:
    firm.file("ana", 1, "Para quién", MANAGER)
    deny(firm, "jorge", "C02")

    page = list_unassigned(firm.session, firm.viewers["jorge"], cursor=None, limit=9)
    assert [ranked.candidate.client.code for ranked in page.items[0].candidates] == ["C03"]
    deny(firm, "jorge", "C03")
    assert list_unassigned(firm.session, firm.viewers["jorge"], cursor=None, limit=9).count == 0


def test_the_client_who_was_chosen_last_stands_first(firm: Firm) -> None:
    firm.file("ana", 1, "Para quién", MANAGER)
    firm.file("ana", 2, "Otra vez", MANAGER)
    first = list_unassigned(firm.session, firm.viewers["ana"], cursor=None, limit=9).items[1].message
    chosen = firm.session.scalars(select(Client).where(Client.code == "C03")).one()
    firm.session.add(
        Assignment(
            message_id=first.id,
            client_id=chosen.id,
            person_id=firm.viewers["ana"].person_id,
            for_thread=False,
            assigned_at=NOW,
        )
    )
    firm.session.flush()

    newest = list_unassigned(firm.session, firm.viewers["ana"], cursor=None, limit=9).items[0]

    told = [(ranked.candidate.client.code, ranked.clue) for ranked in newest.candidates]
    assert told == [("C03", "last_choice"), ("C02", None)]


@pytest.mark.parametrize("cursor", ["x", "-1", "1", "999999999", "²", "b2xkZXIgeCB5"])
def test_a_cursor_that_is_none_is_refused(cursor: str, firm: Firm) -> None:
    with pytest.raises(CursorInvalid):
        list_unassigned(firm.session, firm.viewers["ana"], cursor=cursor, limit=1)


def deny(firm: Firm, name: str, code: str) -> None:
    client = firm.session.scalars(select(Client).where(Client.code == code)).one()
    firm.session.add(ClientDenial(person_id=firm.viewers[name].person_id, client_id=client.id))
    firm.session.flush()
