"""Which mail is never filed, whoever wrote it. Pure code: fields decide, never folder or subject names."""

from datetime import datetime
from enum import StrEnum

from server.mail import Message, Role


class Exclusion(StrEnum):
    """Why a mail is not in the register."""

    DRAFT = "draft"
    JUNK = "junk"
    DELETED = "deleted"
    OUTSIDE_PERIOD = "outside_period"
    JOURNAL = "journal"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    MEETING_RESPONSE = "meeting_response"
    PRIVATE = "private"
    AUTOMATIC_REPLY = "automatic_reply"
    INTERNAL = "internal"
    BULK = "bulk"
    NO_CLIENT = "no_client"


# Outlook's sensitivity: 1 personal, 2 private (MS-OXPROPS 2.995, PidTagSensitivity).
PRIVATE_SENSITIVITIES = frozenset({1, 2})
PRIVATE_HEADERS = frozenset({"personal", "private"})
PRIVATE_CATEGORIES = frozenset({"privado", "private", "personal"})
BULK_PRECEDENCES = frozenset({"bulk", "list", "junk"})
REPORT = "report."
BOUNCE_ENDINGS = (".ndr",)
MEETING_RESPONSE = "ipm.schedule.meeting.resp."
OUT_OF_OFFICE = "ipm.note.rules.ooftemplate"


def exclusion_of(message: Message, *, folder: Exclusion | None, since: datetime) -> Exclusion | None:
    """Say why a mail is not filed, as far as the mail itself tells; None: its addresses decide.

    `folder` is the reason that its folder gives, `since` the day from which the account is watched.
    """
    if message.is_draft:
        return Exclusion.DRAFT
    if folder is not None:
        return folder
    for reason, holds in (
        (Exclusion.OUTSIDE_PERIOD, _is_before(message, since)),
        (Exclusion.JOURNAL, "x-ms-journal-report" in message.headers),
        (Exclusion.BOUNCE, is_bounce(message)),
        (Exclusion.RECEIPT, is_receipt(message)),
        (Exclusion.MEETING_RESPONSE, is_meeting_response(message)),
        (Exclusion.PRIVATE, is_private(message)),
        (Exclusion.AUTOMATIC_REPLY, is_automatic_reply(message)),
    ):
        if holds:
            return reason
    return None


def is_bounce(message: Message) -> bool:
    """A report that a mail was not delivered.

    Graph shows the failed recipient as its `to` line, so that it would look like a mail to the client
    (msgraph-sdk-java#807).
    """
    kind = message.message_class.casefold()
    if kind.startswith(REPORT):
        return kind.endswith(BOUNCE_ENDINGS)
    is_report = "multipart/report" in message.headers.get("content-type", "").casefold()
    return is_report and not message.address_of(Role.FROM)


def is_receipt(message: Message) -> bool:
    """A report that a mail was delivered or read."""
    return message.message_class.casefold().startswith(REPORT) and not is_bounce(message)


def is_meeting_response(message: Message) -> bool:
    """Somebody accepts or declines a meeting; the invitation and its cancellation are filed as mail is."""
    kind = message.message_class.casefold()
    return message.item_type == "eventMessageResponse" or kind.startswith(MEETING_RESPONSE)


def is_private(message: Message) -> bool:
    """Marked personal or private by its sender, or put under such a category by its holder."""
    return (
        message.sensitivity in PRIVATE_SENSITIVITIES
        or message.headers.get("sensitivity", "").strip().casefold() in PRIVATE_HEADERS
        or any(category.strip().casefold() in PRIVATE_CATEGORIES for category in message.categories)
    )


def is_automatic_reply(message: Message) -> bool:
    """Written by a machine in answer to a mail (RFC 3834), or by Outlook's out-of-office rule."""
    submitted = message.headers.get("auto-submitted", "").strip().casefold()
    return submitted.startswith("auto-") or message.message_class.casefold().startswith(OUT_OF_OFFICE)


def is_bulk(message: Message) -> bool:
    """Sent through a list or as a newsletter (RFC 2369, RFC 2919)."""
    headers = message.headers
    precedence = headers.get("precedence", "").strip().casefold()
    return "list-id" in headers or "list-unsubscribe" in headers or precedence in BULK_PRECEDENCES


def _is_before(message: Message, since: datetime) -> bool:
    times = [time for time in (message.received_at, message.sent_at) if time]
    return bool(times) and max(times) < since
