"""What else lies in a firm's mailboxes: colleagues, strangers, newsletters, robots, drafts, private mail."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from simulator.scenarios.cast import (
    ANA,
    FRIEND,
    LUIS,
    MARTA,
    NEWSLETTERS,
    OFFICE,
    POSTMASTER,
    STRANGERS,
)
from simulator.scenarios.letters import Letter, mail, signed
from simulator.scenarios.threads import correspondents
from simulator.scenarios.topics import INTERNAL, NEWS, PRIVATE, STRANGE

Episode = Callable[[Random, datetime], list[Letter]]

_COLLEAGUES = (ANA, LUIS, MARTA)
_IS_PRIVATE = [{"id": "Integer 0x36", "value": "2"}]
_IS_UNDELIVERED = [{"id": "String 0x1a", "value": "REPORT.IPM.Note.NDR"}]


def internal(rng: Random, when: datetime) -> list[Letter]:
    """One colleague writes to another."""
    writer, reader = rng.sample(_COLLEAGUES, 2)
    subject, text = rng.choice(INTERNAL)
    return [
        Letter(
            "internal",
            "send",
            mail(rng, writer, [reader], subject, signed(text, writer), when),
            writer.address,
        )
    ]


def stranger(rng: Random, when: datetime) -> list[Letter]:
    """Somebody who is no client writes, and gets an answer."""
    writer, (subject, text) = rng.choice(tuple(zip(STRANGERS, STRANGE, strict=True)))
    reader = rng.choice((ANA, OFFICE))
    letter = mail(rng, writer, [reader], subject, signed(text, writer), when)
    reply = signed("Gracias por escribirnos. Le llamamos esta semana.", reader)
    later = when + timedelta(minutes=40)
    answered = mail(rng, reader, [writer], f"RE: {subject}", reply, later, answers=letter)
    return [Letter("stranger", "deliver", letter), Letter("stranger", "send", answered, reader.address)]


def newsletter(rng: Random, when: datetime) -> list[Letter]:
    """A list sends the same to everybody, and the firm's address does not stand in To."""
    writer, (subject, text) = rng.choice(tuple(zip(NEWSLETTERS, NEWS, strict=True)))
    domain = writer.address.partition("@")[2]
    headers = (("List-Id", f"<boletin.{domain}>"), ("List-Unsubscribe", f"<https://{domain}/baja>"))
    message = mail(rng, writer, [writer], subject, signed(text, writer), when, headers=headers)
    return [Letter("newsletter", "deliver", message, rng.choice((ANA, LUIS, OFFICE)).address)]


def private(rng: Random, when: datetime) -> list[Letter]:
    """A friend, who may be a client too, marks the mail as private."""
    julian = next(person for client, person in correspondents() if client.code == "C05")
    writer = rng.choice((FRIEND, julian))
    subject, text = rng.choice(PRIVATE)
    headers = (("Sensitivity", "Private"),)
    message = mail(rng, writer, [MARTA], subject, text, when, headers=headers)
    return [Letter("private", "deliver", {**message, "singleValueExtendedProperties": _IS_PRIVATE})]


def automatic_reply(rng: Random, when: datetime) -> list[Letter]:
    """An adviser writes to a client whose mailbox answers by itself."""
    client, reader = rng.choice(correspondents())
    writer = rng.choice((ANA, LUIS))
    text = signed("Le recordamos que el día 20 termina el plazo.", writer)
    reminder = mail(rng, writer, [reader], f"Recordatorio para {client.name}", text, when)
    headers = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
    away = mail(
        rng,
        reader,
        [writer],
        f"Respuesta automática: {reminder['subject']}",
        "Estoy fuera de la oficina hasta el lunes.",
        when + timedelta(seconds=20),
        answers=reminder,
        headers=headers,
    )
    return [Letter("thread", "send", reminder, writer.address), Letter("automatic", "deliver", away)]


def bounce(rng: Random, when: datetime) -> list[Letter]:
    """A mail to a client cannot be delivered; Graph shows the report as if it went to the client."""
    client, reader = rng.choice(correspondents())
    letter = mail(rng, LUIS, [reader], "Documentos para firmar", signed(f"Para {client.name}.", LUIS), when)
    headers = (
        ("Auto-Submitted", "auto-replied"),
        ("Content-Type", 'multipart/report; report-type=delivery-status; boundary="b"'),
    )
    report = mail(
        rng,
        POSTMASTER,
        [reader],
        "No se puede entregar: Documentos para firmar",
        f"El buzón de {reader.address} está lleno.",
        when + timedelta(seconds=30),
        answers=letter,
        headers=headers,
        singleValueExtendedProperties=_IS_UNDELIVERED,
    )
    return [Letter("thread", "send", letter, LUIS.address), Letter("bounce", "deliver", report, LUIS.address)]


def draft(rng: Random, when: datetime) -> list[Letter]:
    """Somebody begins to write to a client and leaves it for later."""
    _, reader = rng.choice(correspondents())
    writer = rng.choice((ANA, LUIS))
    message = mail(rng, writer, [reader], "Propuesta (sin terminar)", "Falta el importe…", when)
    return [Letter("draft", "draft", message, writer.address)]


def junk(rng: Random, when: datetime) -> list[Letter]:
    """The filter takes a mail for junk, a client's one among them."""
    writer = rng.choice((STRANGERS[2], correspondents()[0][1]))
    message = mail(rng, writer, [LUIS], "¡Oferta única!", "Solo hasta el viernes.", when)
    return [Letter("junk", "deliver", message, folder="junkemail")]


def meeting(rng: Random, when: datetime) -> list[Letter]:
    """A client invites to a meeting and accepts another one."""
    client, writer = rng.choice(correspondents())
    request = mail(rng, writer, [ANA], f"Reunión: {client.name}", "¿En vuestro despacho?", when)
    request |= {"@odata.type": "#microsoft.graph.eventMessageRequest", "meetingMessageType": "meetingRequest"}
    later = when + timedelta(minutes=30)
    accepted = mail(rng, writer, [ANA], "Aceptado: Firma de las cuentas", "", later)
    accepted |= {
        "@odata.type": "#microsoft.graph.eventMessageResponse",
        "meetingMessageType": "meetingAccepted",
    }
    return [Letter("meeting", "deliver", request), Letter("meeting", "deliver", accepted)]


def introduction(rng: Random, when: datetime) -> list[Letter]:
    """An adviser brings two clients together, a colleague in copy."""
    (_, first), (_, second) = rng.sample(correspondents(), 2)
    text = signed("Os pongo en contacto para la cesión del local.", ANA)
    message = mail(rng, ANA, [first, second], "Cesión del local", text, when, cc=[LUIS])
    return [Letter("thread", "send", message, ANA.address)]


# How often each of them happens in the past sixty days.
PAST: tuple[tuple[Episode, int], ...] = (
    (internal, 16),
    (stranger, 7),
    (newsletter, 14),
    (private, 5),
    (automatic_reply, 4),
    (bounce, 2),
    (draft, 5),
    (junk, 3),
    (meeting, 3),
    (introduction, 3),
)
