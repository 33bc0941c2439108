"""The words that the layers share for mail: plain frozen values without a database and without Graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """In which line of a mail an address stands."""

    FROM = "from"
    SENDER = "sender"
    TO = "to"
    CC = "cc"
    BCC = "bcc"


class AttachmentKind(StrEnum):
    """A file, a whole mail or appointment, or only a link to something in a cloud."""

    FILE = "file"
    ITEM = "item"
    LINK = "link"


class Ability(StrEnum):
    """What a person may do in Outlook from the register, if Microsoft lets them."""

    DRAFT = "draft"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Address:
    """An address as the mail shows it; `server.addresses.normalise` gives the form that is compared."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Participant:
    role: Role
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of an attachment without fetching it; `size` in bytes as Graph estimates it."""

    graph_id: str
    name: str
    size: int
    content_type: str
    is_inline: bool
    kind: AttachmentKind = AttachmentKind.FILE


@dataclass(frozen=True, slots=True)
class Message:
    """One copy of a mail in one mailbox, as Microsoft Graph showed it; times are UTC."""

    graph_id: str
    folder_id: str
    internet_message_id: str = ""
    conversation_id: str = ""
    subject: str = ""
    preview: str = ""
    sent_at: datetime | None = None
    received_at: datetime | None = None
    participants: tuple[Participant, ...] = ()
    is_draft: bool = False
    has_attachments: bool = False
    web_link: str = ""
    item_type: str = "message"
    message_class: str = ""
    sensitivity: int = 0
    categories: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    # What a draft that the register made carries until it is sent, and after.
    mark: str = ""

    def address_of(self, role: Role) -> str:
        """The first address in that line, or an empty string."""
        return next((p.address for p in self.participants if p.role is role), "")


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail as its sender wrote it; `html` may hold anything, `reply_to` is who gets answers."""

    html: str | None
    text: str
    web_link: str
    reply_to: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands inside a text, which calls it by `content_id`; `data` is base64."""

    content_id: str
    content_type: str
    data: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that a person has begun; its Message-ID is known before it is sent."""

    graph_id: str
    internet_message_id: str
    web_link: str


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder of a mailbox; `items` is about how many mails lie in it."""

    graph_id: str
    parent_id: str
    name: str
    items: int = 0


@dataclass(frozen=True, slots=True)
class MailboxUser:
    """A user or shared mailbox of the tenant with every address that delivers to it."""

    entra_id: str
    name: str
    address: str
    aliases: tuple[str, ...] = ()
