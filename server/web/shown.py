"""From the register's views to the answers of the API: what is restricted loses its content here."""

from collections.abc import Iterable
from typing import Any

from server.records.models import Candidate, MessageParticipant, ParticipantKind, RecordParticipant
from server.records.register import RecordView, is_shown
from server.records.rights import Right, Rights
from server.records.whereabouts import Whereabouts
from server.web.schemas.base import ClientRef, NamedOut
from server.web.schemas.messages import CandidateOut, MessageRef, WhereaboutsOut
from server.web.schemas.records import (
    AttachmentOut,
    CanOut,
    ChoiceOut,
    HolderOut,
    ParticipantOut,
    PersonName,
    RecordOut,
    WhyOut,
)


def show_record(view: RecordView) -> RecordOut:
    record, message, hidden = view.record, view.record.message, view.restricted
    return RecordOut(
        id=record.id,
        client=ClientRef.model_validate(record.client),
        type=record.type,
        direction=record.direction,
        initiated_by=record.initiated_by,
        subject=None if hidden else record.subject,
        occurred_at=record.occurred_at,
        created_at=record.created_at,
        created_by=NamedOut.model_validate(record.created_by) if record.created_by else None,
        person=PersonName(name=record.person) if record.person else None,
        reason=ChoiceOut.model_validate(record.reason) if record.reason else None,
        area=ChoiceOut.model_validate(record.area) if record.area else None,
        automatic=message is not None,
        internet_message_id=None if hidden or message is None else message.internet_message_id,
        participants=[_show_participant(participant) for participant in view.participants],
        preview=None if hidden or message is None else message.preview,
        notes=None if hidden else record.notes,
        reply_to_id=view.reply_to_id,
        holders=[HolderOut.model_validate(account) for account in view.holders],
        why=_show_why(view),
        attachments=[]
        if hidden or message is None
        else [AttachmentOut.model_validate(attachment) for attachment in message.attachments],
        documents=[],
        state=record.state,
        restricted=hidden,
        edited_at=record.edited_at,
        can=_show_rights(view.rights),
        version=record.version,
    )


def show_whereabouts(found: Whereabouts) -> WhereaboutsOut:
    message = found.message
    return WhereaboutsOut(
        state=found.state,
        exclusion=found.exclusion,
        message=None
        if message is None
        else MessageRef(subject=message.subject, occurred_at=message.occurred_at),
        records=[show_record(view) for view in found.records],
        candidates=[
            CandidateOut(clue=each.clue, **show_candidate(each, found.participants))
            for each in found.candidates
        ],
    )


def show_candidate(candidate: Candidate, participants: Iterable[MessageParticipant]) -> dict[str, Any]:
    """The client, and by which address and section of its card if that is one of the participants'."""
    told = is_shown(candidate.address, participants)
    return {
        "client": ClientRef.model_validate(candidate.client),
        "address": candidate.address if told else None,
        "section": candidate.section if told else None,
    }


def _show_participant(participant: MessageParticipant | RecordParticipant) -> ParticipantOut:
    if isinstance(participant, MessageParticipant):
        role, kind, staff = participant.role, None, participant.staff
    else:
        role, kind = None, participant.kind
        staff = kind is ParticipantKind.PERSON
    return ParticipantOut(
        role=role, kind=kind, name=participant.name, address=participant.address, staff=staff
    )


def _show_rights(rights: Rights) -> CanOut:
    granted = {right.value: right in rights for right in Right}
    return CanOut(reply=granted["open"], **granted)


def _show_why(view: RecordView) -> WhyOut | None:
    why = view.record.why
    if not why:
        return None
    # The address is content: it names the correspondent.
    if view.restricted or not is_shown(str(why["address"]), view.participants):
        why = {**why, "address": None, "section": None}
    return WhyOut.model_validate(why)
