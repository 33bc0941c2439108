"""Threads of a client and an adviser, told from their topics."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from simulator.scenarios.cast import ANA, GIL_FAMILY, GROUP_ADVISER, JORGE, LUIS, MARTA, OFFICE, Person
from simulator.scenarios.clients import Address, Client, firm_clients
from simulator.scenarios.letters import Kind, Letter, mail, reply_subject, signed
from simulator.scenarios.topics import TOPICS, Line, Topic
from simulator.values import Json

ADVISERS = (ANA, LUIS, MARTA, OFFICE, JORGE)

_SHARE_OF_WORK = (30, 30, 15, 20, 5)
_SHARED_ADDRESSES = ((GROUP_ADVISER, ("C02", "C03")), (GIL_FAMILY, ("C04", "C05")))
_PHONE_SIGNATURES = ("Enviado desde mi iPhone", "Enviado desde mi Android", "Obtener Outlook para iOS")
_MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_WORKERS = ("Noelia Prats", "Hamid Bennani", "Sofía Lanuza", "Andrei Popescu", "Gemma Roca", "Iker Zabala")


@dataclass(frozen=True)
class Thread:
    """Who writes to whom about what; `words` fill the topic's braces."""

    kind: Kind
    topic: Topic
    words: dict[str, str]
    author: Person
    adviser: Person
    colleagues: tuple[Person, ...]
    phone: str

    def letter(self, rng: Random, line: Line, when: datetime, now: datetime, earlier: Json | None) -> Letter:
        """One line as a letter written at `when`, an answer to `earlier`."""
        by_firm = line.by == "firm"
        writer, reader = (self.adviser, self.author) if by_firm else (self.author, self.adviser)
        subject = self.topic.subject.format_map(self.words)
        text = line.text.format_map(self.words)
        message = mail(
            rng,
            writer,
            [reader],
            reply_subject(subject) if earlier else subject,
            signed(text, writer, self.topic.language, "" if by_firm else self.phone),
            when,
            cc=self.colleagues,
            answers=earlier,
            file=line.file.format_map(self.words),
            isRead=now - when > timedelta(days=2),
        )
        return sent(rng, self.kind, message, writer) if by_firm else Letter(self.kind, "deliver", message)


def client_thread(rng: Random, start: datetime, now: datetime) -> list[Letter]:
    """A thread about some topic with somebody of some client, as far as it is written `now`."""
    client, author = rng.choice(correspondents())
    return _told(rng, _thread(rng, "thread", rng.choice(TOPICS), client, author, start), start, now)


def shared_thread(rng: Random, topic: Topic, start: datetime, now: datetime) -> list[Letter]:
    """A thread with somebody who writes for two clients from one address."""
    author, codes = rng.choice(_SHARED_ADDRESSES)
    code = rng.choice(codes)
    client = next(client for client in firm_clients() if client.code == code)
    return _told(rng, _thread(rng, "shared", topic, client, author, start), start, now)


def answer(rng: Random, question: Json, now: datetime) -> Letter:
    """What the adviser who got the question says at once."""
    adviser = next(person for person in ADVISERS if person.recipient in question["toRecipients"])
    asker = question["from"]["emailAddress"]
    reader = Person(asker["name"], asker["address"])
    text = signed("Recibido, gracias. Lo miramos hoy y le decimos algo.", adviser)
    subject = reply_subject(question["subject"])
    return sent(rng, "thread", mail(rng, adviser, [reader], subject, text, now, answers=question), adviser)


def sent(rng: Random, kind: Kind, message: Json, writer: Person) -> Letter:
    """What somebody of the firm sends; from the shared mailbox somebody sends it on its behalf."""
    behalf = {"sender": rng.choice((LUIS, MARTA)).recipient} if writer is OFFICE else {}
    return Letter(kind, "send", {**message, **behalf}, writer.address)


@cache
def correspondents() -> tuple[tuple[Client, Person], ...]:
    """Everybody who writes for one client alone."""
    shared = {person.address for person, _ in _SHARED_ADDRESSES}
    return tuple(
        (client, _person(client, address))
        for client in firm_clients()
        for address in client.addresses
        if address.email not in shared
    )


def _person(client: Client, address: Address) -> Person:
    is_person = "(" in address.label or address.label.istitle()
    name = address.label.partition(" (")[0] if address.section == "contact" and is_person else client.name
    return Person(name, address.email, f"{name}\n{address.phone}")


def _thread(rng: Random, kind: Kind, topic: Topic, client: Client, author: Person, start: datetime) -> Thread:
    adviser = rng.choices(ADVISERS, _SHARE_OF_WORK)[0]
    others = [person for person in (ANA, LUIS, OFFICE) if person is not adviser]
    colleagues = (rng.choice(others),) if rng.random() < 0.2 else ()
    phone = rng.choice(_PHONE_SIGNATURES) if rng.random() < 0.25 else ""
    return Thread(kind, topic, _details(rng, client, start), author, adviser, colleagues, phone)


def _told(rng: Random, thread: Thread, start: datetime, now: datetime) -> list[Letter]:
    letters: list[Letter] = []
    when = start
    for line in thread.topic.lines:
        earlier = letters[-1].message if letters else None
        letters.append(thread.letter(rng, line, when, now, earlier))
        when += timedelta(minutes=rng.randint(8, 1500))
        if when > now:
            break
    return letters


def _details(rng: Random, client: Client, when: datetime) -> dict[str, str]:
    """What the braces in a thread's subject and texts stand for."""
    day = when + timedelta(days=rng.randint(2, 9))
    return {
        "client": client.name,
        "nif": client.nif,
        "month": _MONTHS[when.month - 1],
        "quarter": f"{(when.month - 1) // 3 + 1}T",
        "year": str(when.year),
        "amount": f"{rng.randint(1, 9)}.{rng.randint(0, 999):03d},{rng.randint(0, 99):02d}",
        "worker": rng.choice(_WORKERS),
        "day": f"{day.day}/{day.month}",
        "file_number": f"{when.year}-{rng.randint(10_000, 99_999)}",
    }
