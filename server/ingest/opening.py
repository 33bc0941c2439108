"""Opening a mail: its text and its files, read from whichever mailbox still holds them."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from server.accounts.viewer import Viewer
from server.db import Database
from server.graph.errors import GraphDenied, GraphError, NotFound
from server.ingest.gateway import Gateway
from server.ingest.lease import held
from server.mail import Attachment, AttachmentKind, Body, Picture
from server.markup import called_pictures
from server.records.attachments import is_picture_in_text
from server.records.mails import Held, Openable, openable
from server.records.models import MessageAttachment

T = TypeVar("T")
# A file is held in memory until it has been handed on.
LARGEST_FILE = 50 * 1024 * 1024
MOST_PICTURES = 20
LARGEST_PICTURES = 5 * 1024 * 1024


class MailGone(Exception):
    """No mailbox that the person may open holds the mail any more."""


class AttachmentNotThere(Exception):
    """The mail has no such attachment."""


class OnlyInOutlook(Exception):
    """It can be opened in Outlook only, where `web_link` leads if the person's own mailbox holds the mail."""

    def __init__(self, web_link: str) -> None:
        super().__init__(web_link)
        self.web_link = web_link


class IsALink(OnlyInOutlook):
    """What is attached is a link to a file in some cloud."""


class FileTooLarge(OnlyInOutlook):
    """The file is larger than what is passed on here."""


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """The text as it was sent, the pictures that stand in it, and where it opens in Outlook, if it does."""

    body: Body
    pictures: tuple[Picture, ...]
    web_link: str


@dataclass(frozen=True, slots=True)
class OpenedFile:
    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    database: Database
    graph: Gateway
    clock: Callable[[], datetime]

    def mail(self, viewer: Viewer, record_id: uuid.UUID) -> OpenedMail:
        """Read the text of a record's mail.

        Raises RecordNotFound, ContentHidden, NotAMail, MailGone, MailboxBusy and GraphError.
        """
        with self.database.reading() as session:
            wanted = openable(session, viewer, record_id)
        body, pictures = self.read(wanted, self._text)
        return OpenedMail(body, tuple(pictures), wanted.web_link)

    def file(self, viewer: Viewer, record_id: uuid.UUID, attachment_id: int) -> OpenedFile:
        """Read an attachment of a record's mail.

        Raises what `mail` raises, AttachmentNotThere, IsALink and FileTooLarge.
        """
        with self.database.reading() as session:
            wanted = openable(session, viewer, record_id)
            listed = list(wanted.message.attachments)
        asked = next((each for each in listed if each.id == attachment_id), None)
        if asked is None:
            raise AttachmentNotThere
        return self.read(wanted, lambda copy: self._file(wanted, copy, asked))

    def read(self, wanted: Openable, look: Callable[[Held], T]) -> T:
        """Look into one copy after the other, until one is there.

        Raises MailGone, MailboxBusy and GraphError.
        """
        refusal: GraphError | None = None
        for copy in wanted.copies:
            try:
                with held(self.database, self.graph.client, copy.account_id, self.clock):
                    return look(copy)
            except (NotFound, GraphDenied) as error:
                # A mailbox that is closed for now says nothing about the others.
                refusal = error if refusal is None or isinstance(error, GraphDenied) else refusal
        if isinstance(refusal, GraphDenied):
            raise refusal
        raise MailGone from refusal

    def _text(self, copy: Held) -> tuple[Body, list[Picture]]:
        body = self.graph.contents.body(copy.mailbox, copy.graph_id)
        if not called_pictures(body.html or ""):
            return body, []
        ids = [each.graph_id for each in _small_pictures(self._attachments(copy))]
        return body, self.graph.contents.pictures(copy.mailbox, copy.graph_id, ids)

    def _file(self, wanted: Openable, copy: Held, asked: MessageAttachment) -> OpenedFile:
        found = _same(self._attachments(copy), asked)
        if found.kind is AttachmentKind.LINK:
            raise IsALink(wanted.web_link)
        if found.size > LARGEST_FILE:
            raise FileTooLarge(wanted.web_link)
        data = self.graph.contents.file(copy.mailbox, copy.graph_id, found.graph_id)
        if found.kind is AttachmentKind.ITEM:
            return OpenedFile(f"{found.name}.eml", "message/rfc822", data)
        return OpenedFile(found.name, found.content_type, data)

    def _attachments(self, copy: Held) -> Sequence[Attachment]:
        (found,) = self.graph.messages.attachments_of(copy.mailbox, [copy.graph_id])
        if isinstance(found, GraphError):
            raise found
        return found


def _small_pictures(attachments: Sequence[Attachment]) -> list[Attachment]:
    """The pictures that may stand inside the text, as many as are worth waiting for."""
    pictures = [each for each in attachments if each.content_type.casefold().startswith("image/")]
    chosen: list[Attachment] = []
    left = LARGEST_PICTURES
    for each in sorted(pictures, key=lambda picture: not picture.is_inline):
        if each.size <= left and len(chosen) < MOST_PICTURES:
            chosen.append(each)
            left -= each.size
    return chosen


def _same(attachments: Sequence[Attachment], asked: MessageAttachment) -> Attachment:
    """The attachment in this copy: its id is another in each, but its name and place are the same.

    Raises AttachmentNotThere.
    """
    documents = [each for each in attachments if not is_picture_in_text(each)]
    if asked.position < len(documents) and documents[asked.position].name == asked.name:
        return documents[asked.position]
    like_it = [each for each in documents if each.name == asked.name]
    # The same file may differ by some bytes in the estimate of another mailbox.
    nearest = min(like_it, key=lambda each: abs(each.size - asked.size), default=None)
    if nearest is None:
        raise AttachmentNotThere
    return nearest
