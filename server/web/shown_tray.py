"""From the tray to the answers of the API."""

from collections.abc import Iterator

from server.mail import Role
from server.records.models import Message, MessageParticipant
from server.records.tray import Unassigned
from server.web.schemas.search import CorrespondentOut, MailboxOut, MessageKey, RankedOut, UnassignedMailOut
from server.web.shown import show_candidate


def show_unassigned(unassigned: Unassigned) -> UnassignedMailOut:
    message = unassigned.message
    return UnassignedMailOut(
        message=MessageKey.model_validate(message),
        subject=message.subject,
        sender=next((_show(each) for each in _in_line(message, Role.FROM)), None),
        to=[_show(each) for each in _in_line(message, Role.TO)],
        received_at=message.occurred_at,
        preview=message.preview,
        mailbox=MailboxOut.model_validate(unassigned.mailbox),
        candidates=[
            RankedOut(
                clue=ranked.clue,
                **show_candidate(ranked.candidate, unassigned.participants),
            )
            for ranked in unassigned.candidates
        ],
    )


def _in_line(message: Message, role: Role) -> Iterator[MessageParticipant]:
    return (participant for participant in message.participants if participant.role is role)


def _show(participant: MessageParticipant) -> CorrespondentOut:
    return CorrespondentOut.model_validate(participant)
