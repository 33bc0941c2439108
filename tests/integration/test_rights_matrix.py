"""Every route, for every role and every kind of mail, and no word of a mail where it may not be read.

The routes are those of the app itself; each has calls here, and a route without them fails. What a call is
answered with follows from its kind, the role and the mailbox that holds the mail: see `expected`.
"""

import io
import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum, auto
from typing import Any, NamedTuple
from zipfile import ZipFile

import jwt
import pytest
from apiflask import APIFlask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.accounts.accounts import add_account
from server.accounts.models import Account, Visibility
from server.accounts.staff import load_staff
from server.clients.directory import load_directory
from server.mail import MailboxUser
from server.records.attachments import set_attachments
from server.records.batches import delete_all
from server.records.filing import file_messages
from server.records.models import Area, Message, MessageAttachment, Path, Reason, Record
from server.records.sighting import Sighted, Surroundings
from server.web.problems import TITLES
from simulator.attachments import FILE
from simulator.tenant import TENANT_ID
from tests.firm import NOW, SINCE
from tests.office import GESTOR, PEDRO, TALLER, Office
from tests.post import person

pytestmark = pytest.mark.integration
OTHER_TENANT_ID = "11111111-2222-4333-8444-555555555555"
SHARED = "info"
DENIED_CLIENTS = ("C02", "C03", "C06")
CANARY = re.compile(r"canario\d{4}")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Whatever names the clients that are denied to Luis, or anybody there.
TRACE = re.compile(r"Talleres Dos|Transportes Tres|Peñalver|dos\.example|tres\.example|grupo23|\bC0[236]\b")
UNKNOWN_NUMBER = 2**30
VERSION = {"If-Match": '"1"'}


class Kind(StrEnum):
    """What a call is about, which decides who may make it."""

    OPEN = auto()  # anybody, and nothing of the firm's is told
    MEMBERS = auto()  # whoever is of the firm
    ADMINISTRATION = auto()
    CLIENT = auto()  # a client, or its register
    ROW = auto()  # a record that has at least a row
    CONTENT = auto()  # opens what a mail says, or begins something from it
    WRITE = auto()
    RESTORE = auto()  # by whoever deleted it
    UNDO = auto()  # by whoever did it, as far as it may be seen
    MAILBOX = auto()  # files from a mailbox
    ANSWER = auto()  # says whose mail it is


CHANGING = {Kind.WRITE, Kind.RESTORE, Kind.UNDO, Kind.ANSWER}
# The client does not exist for somebody who is denied it: these are answered as if for any invented one.
OF_A_CLIENT = {*Kind} - {Kind.OPEN, Kind.MEMBERS, Kind.ADMINISTRATION}


class Role(StrEnum):
    """Each of the firm has a private mailbox; the owner deleted what was deleted of the shared one."""

    OWNER = "marta"
    COLLEAGUE = "jorge"
    DENIED = "luis"
    ADMINISTRATOR = "ana"
    NOBODY = auto()
    OTHER_TENANT = auto()


STRANGERS = {Role.NOBODY, Role.OTHER_TENANT}


class Held(StrEnum):
    """Which mailbox holds the mail: the public one, the caller's private one, or somebody else's."""

    PUBLIC = auto()
    OWN = auto()
    OTHERS = auto()


def expected(kind: Kind, role: Role, held: Held) -> set[int]:
    """The statuses that are right. Pure; with `may_read` all that this test knows of the design."""
    if kind is Kind.OPEN:
        return {200, 302, 303, 400, 503}
    if role in STRANGERS:
        return {401}
    if kind is Kind.ADMINISTRATION:
        return {200, 201, 202} if role is Role.ADMINISTRATOR else {403}
    if kind is Kind.MEMBERS:
        return {200, 202}
    is_doer = held is Held.OWN or (held is Held.PUBLIC and role is Role.OWNER)
    if role is Role.DENIED:
        return {409} if kind is Kind.UNDO and is_doer else {404}
    if kind in (Kind.CLIENT, Kind.ROW):
        return {200, 201}
    if kind in (Kind.MAILBOX, Kind.ANSWER):
        return {404} if held is Held.OTHERS else {200}
    may_act = is_doer or role is Role.ADMINISTRATOR
    if kind is Kind.UNDO and not may_act:
        return {404}
    if held is Held.OTHERS:
        return {409} if kind is Kind.UNDO else {403}
    if kind is Kind.RESTORE and not may_act:
        return {403}
    return {200, 201, 204}


def may_read(role: Role, held: Held) -> bool:
    """Whether a mail of the denied client may be read in this mailbox."""
    return role not in {Role.DENIED, *STRANGERS} and held is not Held.OTHERS


@dataclass(frozen=True)
class Call:
    """A way to call a route. `tells`: its answer holds words of the mail for all who may read it."""

    kind: Kind
    query: str = ""
    body: Mapping[str, Any] | None = None
    tells: bool = False
    waits: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


OPEN = (Call(Kind.OPEN),)
MEMBERS = (Call(Kind.MEMBERS),)
ADMINISTRATION = (Call(Kind.ADMINISTRATION),)
TELLING = ("limit=200", "client=C02&limit=200", "participant={canary}@fuera.example")
SILENT = ("private=true", "client=C03", "person=Marta+Vidal", "documents=true")
VISIT = {"client": "{code}", "subject": "Una visita"}
BULK = {"ids": ["{record_id}"]}
MAIL = {"internet_message_id": "{internet_message_id}", "mailbox": "{mailbox}@ribera.example"}
ASKED = "internet_message_id={internet_message_id}"

# For each endpoint the calls that are made.
CALLS: dict[str, tuple[Call, ...]] = {
    "api.me": MEMBERS,
    "mail.abilities": MEMBERS,
    "api.catalog": MEMBERS,
    "api.refresh_progress": MEMBERS,
    "api.refresh": MEMBERS,
    "api.clients": tuple(Call(Kind.MEMBERS, f"q={q}") for q in ("", "dos", TALLER, "A23456783")),
    "api.client": (Call(Kind.CLIENT),),
    "search.people": (Call(Kind.CLIENT),),
    "workbook.client_workbook": (Call(Kind.CLIENT, tells=True),),
    "tray.add_card_address": (
        Call(Kind.CLIENT, body={"section": "contact", "address": "nueva@dos.example"}),
    ),
    "records.create": (
        Call(Kind.CLIENT, body=VISIT),
        Call(Kind.CLIENT, body={**VISIT, "reply_to": "{record_id}"}),
    ),
    "search.records": (
        *(Call(Kind.MEMBERS, query, tells=True) for query in TELLING),
        *(Call(Kind.MEMBERS, query) for query in SILENT),
        Call(Kind.ADMINISTRATION, "state=deleted&limit=200"),
    ),
    "search.count": tuple(Call(Kind.MEMBERS, query) for query in (*TELLING[2:], *SILENT)),
    "search.find": (
        Call(Kind.MEMBERS, "q={canary}", tells=True),
        Call(Kind.MEMBERS, "q={canary}&client=C02", tells=True),
        Call(Kind.MEMBERS, "q=taller"),
        Call(Kind.ROW, "q={canary}&direction=next&after={record_id}", tells=True),
    ),
    "search.around": (Call(Kind.ROW, "id={record_id}", tells=True),),
    "search.thread": (Call(Kind.ROW, tells=True),),
    "search.persons_of_register": (Call(Kind.MEMBERS), Call(Kind.MEMBERS, "client=C02")),
    "search.unassigned": (Call(Kind.MEMBERS, "limit=200", tells=True, waits=True),),
    "workbook.workbook": tuple(Call(Kind.MEMBERS, query, tells=True) for query in ("", TELLING[2])),
    "records.record": (Call(Kind.ROW, tells=True),),
    "records.record_history": (Call(Kind.ROW),),
    "records.edit": (Call(Kind.WRITE, body={"reason": None}, tells=True),),
    "records.delete": (Call(Kind.WRITE),),
    "records.restore": (Call(Kind.RESTORE, tells=True),),
    "batches.move": (
        Call(Kind.WRITE, body={"client": "C06"}, tells=True),
        Call(Kind.WRITE, body={"client": "C06", "scope": "thread"}, tells=True),
    ),
    "batches.bulk": (
        Call(Kind.WRITE, body={**BULK, "action": "classify", "reason": None}),
        Call(Kind.WRITE, body={**BULK, "action": "delete"}),
        Call(Kind.WRITE, body={**BULK, "action": "move", "client": "C06"}),
        Call(Kind.RESTORE, body={**BULK, "action": "restore"}),
    ),
    "batches.undo": (Call(Kind.UNDO),),
    "tray.assign_message": (Call(Kind.ANSWER, body={"client": "{code}"}, tells=True, waits=True),),
    "tray.dismiss_message": (Call(Kind.ANSWER, waits=True),),
    "mail.body": (Call(Kind.CONTENT, tells=True),),
    "mail.body_document": (Call(Kind.CONTENT, tells=True),),
    "mail.attachment": (Call(Kind.CONTENT, tells=True),),
    "mail.reply": (Call(Kind.CONTENT, body={}),),
    "mail.message": (Call(Kind.CONTENT, body={"to": ["luis@ribera.example"]}),),
    "mail.task": (Call(Kind.CONTENT, body={}),),
    "api.message": (
        Call(Kind.MEMBERS, f"{ASKED}&mailbox={{mailbox}}@ribera.example", tells=True),
        Call(Kind.MEMBERS, f"{ASKED}&mailbox=nadie@ribera.example", tells=True),
        Call(Kind.MEMBERS, f"{ASKED}&mailbox={{mailbox}}@ribera.example", tells=True, waits=True),
    ),
    "api.file_message": (Call(Kind.MAILBOX, body={**MAIL, "client": "{code}"}, tells=True),),
    "admin.health": ADMINISTRATION,
    "admin.accounts": ADMINISTRATION,
    "admin.account_census": ADMINISTRATION,
    "admin.take_census": ADMINISTRATION,
    "admin.repair": ADMINISTRATION,
    "admin.parked_items": ADMINISTRATION,
    "admin.set_backfill": (Call(Kind.ADMINISTRATION, body={"stopped": False}),),
    "admin.retry": (Call(Kind.ADMINISTRATION, body={}),),
    "admin.rehearsal": (
        Call(Kind.ADMINISTRATION, body={"address": "{mailbox}@ribera.example", "since": "2026-11-01"}),
    ),
    **{
        f"{name}.{door}": (Call(Kind.ADMINISTRATION, body=body, values={"choice_id": "1"}),)
        for name in ("reasons", "areas")
        for door, body in {
            "choices": None,
            "add": {"name": "Herencias"},
            "rename": {"name": "Consultas"},
            "remove": None,
            "restore": None,
        }.items()
    },
    "pages.administration": ADMINISTRATION,
    "pages.register": OPEN,
    "pages.file": (Call(Kind.OPEN, values={"folder": "register", "name": "client.js"}),),
    "pane.file": (Call(Kind.OPEN, values={"folder": "taskpane", "name": "app.js"}),),
    "pane.index": OPEN,
    "pane.manifest": OPEN,
    "pane.settings": OPEN,
    "openapi.spec": OPEN,
    "health.alive": OPEN,
    "health.ready": OPEN,
    "health.metrics": OPEN,
    "webhooks.notifications": (Call(Kind.OPEN, "validationToken=x"),),
    "webhooks.lifecycle": (Call(Kind.OPEN, "validationToken=x"),),
    "sign_in.begin": OPEN,
    "sign_in.callback": OPEN,
    "sign_in.sign_out": OPEN,
    "sign_in.signed_out": OPEN,
}


class Want(NamedTuple):
    """A mail to be there: in which mailbox, and whether it waits, or was filed and deleted again."""

    mailbox: str
    number: int
    sender: str = TALLER
    deleted: bool = False

    @property
    def canary(self) -> str:
        return f"canario{self.number:04}"


# The one mail that Luis may read.
CONTROL = Want(SHARED, 0, PEDRO)


@dataclass(frozen=True)
class Trial:
    """One call by one role about one mail."""

    rule: Rule
    method: str
    call: Call
    role: Role
    held: Held
    want: Want

    def __str__(self) -> str:
        wish = f"{self.call.query} {self.call.body or ''}".strip()
        return f"{self.method} {self.rule} [{wish}] as {self.role}, {self.held}"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_route_is_called(office: Office) -> None:
    assert {rule.endpoint for rule in office.app.url_map.iter_rules()} == set(CALLS)


@pytest.mark.parametrize("role", Role)
def test_each_gets_what_is_theirs_and_no_word_of_anything_else(role: Role, office: Office) -> None:
    trials = list(planned(office.app, role))
    register = Register(office, {CONTROL, *(trial.want for trial in trials)})

    found = [f"{trial}: {fault}" for trial in trials for fault in register.faults(trial)]

    assert not found, "\n".join(found)


def test_what_is_denied_is_not_counted_either(office: Office) -> None:
    Register(office, {CONTROL, *(trial.want for trial in planned(office.app, Role.DENIED))})
    luis = office.person(Role.DENIED)

    assert luis.get("/api/records/count") == {"count": 1, "capped": False}
    assert luis.get("/api/unassigned") == {"items": [], "next": None, "count": 0}
    assert luis.get("/api/persons") == {"items": [{"name": "Ribera Asesores"}]}


def planned(app: APIFlask, role: Role) -> Iterator[Trial]:
    """All calls of a role. What changes a mail has one of its own; the others share that of the mailbox."""
    shared: dict[tuple[str, bool], Want] = {}
    fresh = 1000
    for rule, method, call in routes(app):
        for held in Held if is_about_a_mail(rule, call) else [Held.PUBLIC]:
            mailbox, sender = mailbox_of(role, held), GESTOR if call.waits else TALLER
            if call.kind in CHANGING:
                fresh += 1
                want = Want(mailbox, fresh, sender, call.kind in (Kind.RESTORE, Kind.UNDO))
            else:
                key = (mailbox, call.waits)
                want = shared.setdefault(key, Want(mailbox, len(shared) + 1, sender))
            yield Trial(rule, method, call, role, held, want)


def routes(app: APIFlask) -> Iterator[tuple[Rule, str, Call]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for call in CALLS[rule.endpoint]:
                yield rule, method, call


def is_about_a_mail(rule: Rule, call: Call) -> bool:
    named = {name for name in rule.arguments if name.endswith("_id")}
    return bool(named) or call.tells or "{" in f"{call.query}{list((call.body or {}).values())}"


def mailbox_of(role: Role, held: Held) -> str:
    """Strangers take themselves for the owner."""
    if held is Held.PUBLIC:
        return SHARED
    own = Role.OWNER if role in STRANGERS else role
    if held is Held.OWN:
        return own
    return Role.COLLEAGUE if own is Role.OWNER else Role.OWNER


class Register:
    """The firm with these mails, read from Graph and filed; Luis is denied the clients of all but one."""

    def __init__(self, office: Office, wants: Collection[Want]) -> None:
        self._office = office
        self._parts = office.app.extensions["bitacora"]
        self._headers = {role: headers(office, role) for role in Role}
        self._wants = {want.canary: want for want in wants}
        with office.database.writing() as session:
            open_private_accounts(session, office)
        self._file(wants)
        with office.database.writing() as session:
            classify(session)
        self._batches = {want: self._delete(want) for want in wants if want.deleted}
        for code in DENIED_CLIENTS:
            office.deny(Role.DENIED, code)

    def faults(self, trial: Trial) -> Iterator[str]:
        """What is wrong with the answer to a call."""
        known = self._values(trial.want)
        answer, asked = self._ask(trial, known)
        right, status = expected(trial.call.kind, trial.role, trial.held), outcome(answer)
        if status not in right:
            yield f"{status} instead of {right}"
        text = everything(answer)
        told = set(CANARY.findall(text))
        if leaked := [canary for canary in told if not self._may_tell(trial, canary)]:
            yield f"tells {leaked}"
        may_be_told = trial.call.tells and status < 300 and may_read(trial.role, trial.held)
        if may_be_told and trial.want.canary not in told:
            yield "does not tell what may be read"
        by_its_words = "{canary}" in trial.call.query and status < 300
        if by_its_words and is_hit(answer, known["record_id"]) is not may_read(trial.role, trial.held):
            yield "is found, or not, against what may be read"
        if trial.role is Role.DENIED and trial.call.kind is not Kind.OPEN:
            yield from self._traces(text, asked)
            if right == {404}:
                yield from self._differences(trial, known, answer)

    def _traces(self, text: str, asked: str) -> Iterator[str]:
        if found := set(TRACE.findall(text)):
            yield f"names {found}"
        if found := (set(ID.findall(text)) & self._hidden) - set(ID.findall(asked)):
            yield f"tells of the records {found}"

    def _differences(self, trial: Trial, known: Mapping[str, str], answer: TestResponse) -> Iterator[str]:
        """A client that is denied is answered like one that never was."""
        invented = {
            **dict.fromkeys(("record_id", "batch_id"), str(uuid.uuid4())),
            **dict.fromkeys(("message_id", "attachment_id"), str(UNKNOWN_NUMBER)),
            "code": "C99",
        }
        other, _ = self._ask(trial, {**known, **invented})
        if (other.status_code, ID.sub("", other.text)) != (answer.status_code, ID.sub("", answer.text)):
            yield f"is answered unlike what is not there: {answer.text} and {other.text}"

    def _ask(self, trial: Trial, values: Mapping[str, str]) -> tuple[TestResponse, str]:
        """The answer, and all that was asked."""
        given = {**values, **trial.call.values}
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: given[found[1]], trial.rule.rule)
        query, body = trial.call.query.format(**given), filled(trial.call.body, given)
        answer = self._office.app.test_client().open(
            path,
            method=trial.method,
            query_string=query,
            json=body,
            headers={**self._headers[trial.role], **(VERSION if trial.method in ("PATCH", "DELETE") else {})},
            buffered=True,
        )
        return answer, f"{path} {query} {body}"

    def _may_tell(self, trial: Trial, canary: str) -> bool:
        want = self._wants[canary]
        if trial.call.kind is Kind.OPEN or trial.role in STRANGERS:
            return False
        return want is CONTROL or (trial.role is not Role.DENIED and want.mailbox in (SHARED, trial.role))

    def _values(self, want: Want) -> dict[str, str]:
        stored = self._stored[want.canary]
        return {
            "canary": want.canary,
            "code": "C02",
            "mailbox": want.mailbox,
            "internet_message_id": f"<{want.canary}@mail.example>",
            "batch_id": self._batches.get(want, ""),
            **stored,
        }

    def _file(self, wants: Collection[Want]) -> None:
        """From all mailboxes, as a notification would."""
        by_mailbox: defaultdict[str, list[Want]] = defaultdict(list)
        for want in wants:
            by_mailbox[want.mailbox].append(want)
        for mailbox, of_mailbox in by_mailbox.items():
            self._file_from(mailbox, of_mailbox)
        with self._office.database.reading() as session:
            self._stored = stored(session)
        self._hidden = {
            each["record_id"] for canary, each in self._stored.items() if canary != CONTROL.canary
        }

    def _file_from(self, mailbox: str, wants: Collection[Want]) -> None:
        address = f"{mailbox}@ribera.example"
        user, world = self._office.simulator.world.user(address), self._office.simulator.world
        ids = [world.deliver(letter(want), mailboxes=[address])[0] for want in wants]
        messages = self._parts.graph.messages.get_all(user.id, ids)
        attachments = self._parts.graph.messages.attachments_of(user.id, ids)
        with self._office.database.writing() as session:
            account = session.scalars(select(Account).where(Account.address == address)).one()
            surroundings = Surroundings(load_directory(session), load_staff(session))
            file_messages(
                session, [Sighted(account, each, Path.DELTA, NOW) for each in messages], surroundings
            )
            for graph_id, files in zip(ids, attachments, strict=True):
                set_attachments(session, account.id, graph_id, files)

    def _delete(self, want: Want) -> str:
        """The batch by which the owner of the mailbox deleted the mail's record."""
        viewer = self._office.viewer(Role.OWNER if want.mailbox == SHARED else want.mailbox)
        record_id = uuid.UUID(self._stored[want.canary]["record_id"])
        with self._office.database.writing() as session:
            return str(delete_all(session, viewer, [record_id], now=NOW).batch_id)


def classify(session: Session) -> None:
    """The first reason and area, of every record: to delete them retires them, however often."""
    session.add_all([Reason(id=1, name="Consulta"), Area(id=1, name="Fiscal")])
    session.flush()
    session.execute(update(Record).values(reason_id=1, area_id=1))


def open_private_accounts(session: Session, office: Office) -> None:
    """The shared mailbox is public; everybody else has one of their own."""
    for name in (SHARED, *(role for role in Role if role not in STRANGERS)):
        user = office.simulator.world.user(f"{name}@ribera.example")
        mailbox = MailboxUser(user.id, user.name, user.address)
        public = name == SHARED
        add_account(
            session,
            mailbox,
            visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
            owner=None if public else mailbox,
            since=SINCE,
            now=NOW,
        )


def stored(session: Session) -> dict[str, dict[str, str]]:
    """By canary, the ids that a mail has in the register."""
    query = (
        select(Message, Record.id, MessageAttachment.id)
        .join(MessageAttachment, MessageAttachment.message_id == Message.id)
        .outerjoin(Record, Record.message_id == Message.id)
    )
    return {
        message.internet_message_id.partition("@")[0]: {
            "message_id": str(message.id),
            "record_id": str(record_id),
            "attachment_id": str(attachment_id),
            "account_id": str(message.copies[0].account_id),
        }
        for message, record_id, attachment_id in session.execute(query)
    }


def letter(want: Want) -> dict[str, Any]:
    """A mail whose every part has the canary; those that are shared by many calls are the newest."""
    at = (NOW - timedelta(minutes=want.number)).isoformat()
    return {
        "subject": f"Asunto {want.canary}",
        "body": {"contentType": "text", "content": f"Texto {want.canary}"},
        "internetMessageId": f"<{want.canary}@mail.example>",
        "from": person(want.sender),
        "toRecipients": [person(f"{want.mailbox}@ribera.example"), person(f"{want.canary}@fuera.example")],
        "attachments": [{"@odata.type": FILE, "name": f"{want.canary}.txt", "contentBytes": "YQ=="}],
        "sentDateTime": at,
        "receivedDateTime": at,
    }


def headers(office: Office, role: Role) -> dict[str, str]:
    if role is Role.NOBODY:
        return {}
    if role is Role.OTHER_TENANT:
        ours = office.person(Role.OWNER).headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(ours, options={"verify_signature": False})
        issuer = claims["iss"].replace(TENANT_ID, OTHER_TENANT_ID)
        identity = office.simulator.identity
        return {
            "Authorization": f"Bearer {identity.ring.sign({**claims, 'tid': OTHER_TENANT_ID, 'iss': issuer})}"
        }
    return office.person(role).headers


def filled(body: Any, values: Mapping[str, str]) -> Any:
    match body:
        case str():
            return body.format(**values)
        case list():
            return [filled(each, values) for each in body]
        case dict():
            return {name: filled(each, values) for name, each in body.items()}
    return body


def outcome(answer: TestResponse) -> int:
    """Of a bulk, what became of its one record."""
    told = answer.get_json(silent=True)
    if answer.status_code == 200 and isinstance(told, dict) and told.get("refused"):
        return TITLES[told["refused"][0]["code"]][0]
    return answer.status_code


def is_hit(answer: TestResponse, record_id: str) -> bool:
    """Whether a list, a count or a sheet has the record that was looked for by its words."""
    told = answer.get_json(silent=True)
    if isinstance(told, dict) and "count" in told:
        return bool(told["count"])
    return record_id in everything(answer) or answer.headers.get("X-Total-Rows", "0") != "0"


def everything(answer: TestResponse) -> str:
    """All that an answer says, unpacked."""
    data = answer.get_data()
    if data.startswith(b"PK"):
        with ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(archive.read(name) for name in archive.namelist())
    return f"{answer.headers}{data.decode(errors='replace')}"
