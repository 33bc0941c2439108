"""The firm's web server without a network: people who call it, and mails that were filed already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apiflask import APIFlask
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.accounts.models import Account, ClientDenial, Person
from server.accounts.people import recognise
from server.accounts.staff import load_staff
from server.accounts.viewer import Viewer
from server.clients.directory import load_directory
from server.clients.models import Client
from server.db import Database
from server.ingest.filing_desk import FilingDesk
from server.mail import Message, Participant, Role
from server.records.assignments import wait_for_filing
from server.records.filing import file_messages
from server.records.models import Path, Record
from server.records.sighting import Sighted, Surroundings
from server.records.visibility import client_for
from simulator import Simulator
from simulator.tenant import CLIENT_ID
from tests.firm import NOW

SCOPE = f"api://{CLIENT_ID}/access_as_user"
PEDRO, TALLER, GESTOR = "pedro@panaderiauno.example", "taller@dos.example", "gestor@grupo23.example"


@dataclass(frozen=True)
class Caller:
    """Somebody of the firm; `call` gives the answer as it is, the others the JSON of one that went well."""

    app: APIFlask
    headers: dict[str, str]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.app.test_client().open(path, method=method, json=body, headers=given)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.call("POST", path, body if body is not None else {})
        assert answer.status_code in (200, 201, 204), answer.get_data(as_text=True)
        return answer.get_json()

    def patch(self, record: Any, body: Any) -> TestResponse:
        """Edit a record as it was seen."""
        return self.call("PATCH", f"/api/records/{record['id']}", body, If_Match=f'"{record["version"]}"')

    def delete(self, record: Any) -> TestResponse:
        return self.call("DELETE", f"/api/records/{record['id']}", If_Match=f'"{record["version"]}"')

    def subjects(self, client: str) -> list[str | None]:
        """What stands in a client's register, newest first."""
        return [item["subject"] for item in self.get(f"/api/records?client={client}")["items"]]

    def record(self, subject: str) -> Any:
        return next(item for item in self.get("/api/records")["items"] if item["subject"] == subject)


@dataclass(frozen=True)
class Office:
    app: APIFlask
    simulator: Simulator

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["bitacora"].database
        return database

    def person(self, name: str) -> Caller:
        """By the first part of the address: `ana` is the administrator, `marta` owns a private account."""
        token = self.simulator.identity.token_for(f"{name}@ribera.example", CLIENT_ID, SCOPE)
        return Caller(self.app, {"Authorization": f"Bearer {token['access_token']}"})

    def deny(self, name: str, code: str) -> None:
        person_id = self.viewer(name).person_id
        with self.database.writing() as session:
            client = session.scalars(select(Client).where(Client.code == code)).one()
            session.add(ClientDenial(person_id=person_id, client_id=client.id))

    def file(self, mailbox: str, *messages: Message) -> None:
        """File mails as a notification would; again and again, if wanted."""
        with self.database.writing() as session:
            self.begin_filing(session, mailbox, *messages)

    def begin_filing(self, session: Session, mailbox: str, *messages: Message) -> None:
        """The same, as far as others do not see it until the transaction ends."""
        wait_for_filing(session)
        account = self._account(session, mailbox)
        surroundings = Surroundings(load_directory(session), load_staff(session))
        sighted = [Sighted(account, each, Path.NOTIFICATION, NOW) for each in messages]
        file_messages(session, sighted, surroundings)

    def file_by_hand(self, who: str, mailbox: str, message: Message, code: str) -> None:
        """File a mail where somebody says, as the pane does."""
        viewer = self.viewer(who)
        with self.database.writing() as session:
            client = client_for(session, viewer, code)
            sighted = Sighted(self._account(session, mailbox), message, Path.HAND, NOW)
            FilingDesk().file_by_hand(
                session, sighted, client_id=client.id, person_id=viewer.person_id, for_thread=False
            )

    def viewer(self, name: str) -> Viewer:
        """Somebody who has signed in, with no rights but those of everybody."""
        signed_in = self.person(name).get("/api/me")["person"]["id"]
        with self.database.reading() as session:
            person = session.get_one(Person, signed_in)
        return Viewer(person.id, person.entra_id, person.name, person.address, administrator=False)

    def own(self, name: str) -> None:
        """Give a private account its owner."""
        user = self.simulator.world.user(f"{name}@ribera.example")
        with self.database.writing() as session:
            account = session.scalars(select(Account).where(Account.address == user.address)).one()
            account.owner = recognise(session, entra_id=user.id, name=user.name, address=user.address)

    def _account(self, session: Session, mailbox: str) -> Account:
        return session.scalars(select(Account).where(Account.address == f"{mailbox}@ribera.example")).one()

    def waits_for_a_lock(self) -> bool:
        """Whether a session of PostgreSQL stands still because another holds what it wants."""
        with self.database.reading() as session:
            return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    def records(self) -> list[Record]:
        with self.database.reading() as session:
            return list(session.scalars(select(Record)))


def letter(
    subject: str,
    sender: str = PEDRO,
    *,
    to: Iterable[str] = ("ana@ribera.example",),
    thread: str = "",
    answers: str = "",
    at: datetime = NOW,
    minutes: int = 0,
) -> Message:
    """A mail as Graph shows it; its subject makes its ids."""
    slug = "-".join(subject.lower().split())
    when = at + timedelta(minutes=minutes)
    return Message(
        graph_id=slug,
        folder_id="inbox",
        internet_message_id=f"<{slug}@mail.example>",
        conversation_id=thread,
        subject=subject,
        preview=f"Sobre {subject}",
        sent_at=when,
        received_at=when,
        participants=(
            Participant(Role.FROM, "", sender),
            *(Participant(Role.TO, "", address) for address in to),
        ),
        headers={"in-reply-to": f"<{answers}@mail.example>"} if answers else {},
    )
