"""Names and sizes of a message's attachments; their contents stay in the mailbox."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.mail import Attachment
from server.records.models import Copy, MessageAttachment
from server.records.search import index_messages


def set_attachments(
    session: Session, account_id: int, graph_id: str, attachments: Sequence[Attachment]
) -> None:
    """Write down what a copy holds, unless another copy of the mail was listed before.

    Pictures that stand inside the text are part of it, not documents.
    """
    message_id = session.scalar(
        select(Copy.message_id).where(Copy.account_id == account_id, Copy.graph_id == graph_id)
    )
    if message_id is None or session.scalar(
        select(MessageAttachment.id).where(MessageAttachment.message_id == message_id).limit(1)
    ):
        return
    documents = [attachment for attachment in attachments if not is_picture_in_text(attachment)]
    session.add_all(
        MessageAttachment(
            message_id=message_id,
            position=position,
            name=attachment.name,
            size=attachment.size,
            content_type=attachment.content_type,
        )
        for position, attachment in enumerate(documents)
    )
    index_messages(session, [message_id])


def other_copies(session: Session, account_id: int, graph_id: str) -> list[tuple[int, str]]:
    """The next copy of the same message, as (account id, graph id); none if there is no further one."""
    this = select(Copy).where(Copy.account_id == account_id, Copy.graph_id == graph_id).subquery()
    rows = session.execute(
        select(Copy.account_id, Copy.graph_id)
        .where(Copy.message_id == this.c.message_id, Copy.id > this.c.id)
        .order_by(Copy.id)
        .limit(1)
    )
    return [(row[0], row[1]) for row in rows]


def is_picture_in_text(attachment: Attachment) -> bool:
    """Some programs call every attachment inline; only pictures really stand inside the text."""
    return attachment.is_inline and attachment.content_type.startswith("image/")
