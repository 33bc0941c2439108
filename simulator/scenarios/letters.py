"""Letters of the story: what somebody delivers, sends or leaves as a draft, as Graph-shaped mail."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from simulator.scenarios.cast import Person
from simulator.scenarios.enclosures import enclosure
from simulator.scenarios.topics import Language
from simulator.values import Json, timestamp
from simulator.world import World

Kind = Literal[
    "thread",
    "shared",
    "internal",
    "stranger",
    "newsletter",
    "private",
    "automatic",
    "bounce",
    "draft",
    "junk",
    "meeting",
]
How = Literal["deliver", "send", "draft"]

_CLOSINGS: dict[Language, str] = {"es": "Un saludo,", "ca": "Salutacions,", "en": "Kind regards,"}


@dataclass(frozen=True)
class Letter:
    """A mail and how it comes about: `mailbox` sends it or keeps it as a draft, or it comes from outside.

    What comes from outside goes to `mailbox`, or without one to everybody of the firm among its recipients.
    """

    kind: Kind
    how: How
    message: Json
    mailbox: str = ""
    folder: str = "inbox"

    @property
    def sent_at(self) -> datetime:
        return datetime.fromisoformat(self.message["sentDateTime"])


def post(world: World, letter: Letter) -> None:
    """Lets the letter happen in the mailboxes."""
    match letter.how:
        case "draft":
            world.save_draft(letter.mailbox, letter.message)
        case "send":
            world.send(letter.mailbox, letter.message)
        case "deliver":
            mailboxes = [letter.mailbox] if letter.mailbox else None
            world.deliver(letter.message, mailboxes=mailboxes, folder=letter.folder)


def mail(
    rng: Random,
    author: Person,
    to: Sequence[Person],
    subject: str,
    text: str,
    sent_at: datetime,
    *,
    cc: Sequence[Person] = (),
    answers: Json | None = None,
    file: str = "",
    headers: Sequence[tuple[str, str]] = (),
    **properties: Any,
) -> Json:
    """A complete message; `answers` is the mail that it replies to, `file` the name of what it encloses."""
    when = timestamp(sent_at)
    threading = _thread_headers(answers) if answers else []
    return {
        "subject": subject,
        "internetMessageId": f"<{rng.getrandbits(96):024x}@{author.address.partition('@')[2]}>",
        "sentDateTime": when,
        "receivedDateTime": timestamp(sent_at + timedelta(seconds=rng.randint(1, 9))),
        "from": author.recipient,
        "sender": author.recipient,
        "toRecipients": [person.recipient for person in to],
        "ccRecipients": [person.recipient for person in cc],
        "body": {"contentType": "html", "content": _page(text, answers)},
        "attachments": [enclosure(file, subject)] if file else [],
        "internetMessageHeaders": threading + [{"name": name, "value": value} for name, value in headers],
        **properties,
    }


def signed(text: str, person: Person, language: Language = "es", phone: str = "") -> str:
    """The text with a closing and the person's signature, or with a telephone's signature alone."""
    return (
        f"{text}\n\n{phone}"
        if phone
        else f"{text}\n\n{_CLOSINGS[language]}\n\n{person.signature or person.name}"
    )


def reply_subject(subject: str) -> str:
    return subject if subject.startswith("RE: ") else f"RE: {subject}"


def _thread_headers(answered: Json) -> list[Json]:
    message_id = answered["internetMessageId"]
    earlier = [h["value"] for h in answered["internetMessageHeaders"] if h["name"] == "References"]
    references = " ".join([*earlier, message_id])
    return [{"name": "In-Reply-To", "value": message_id}, {"name": "References", "value": references}]


def _page(text: str, answered: Json | None) -> str:
    quoted = f"<blockquote>{answered['body']['content']}</blockquote>" if answered else ""
    paragraphs = (html.escape(part).replace("\n", "<br>") for part in text.split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in paragraphs) + quoted
