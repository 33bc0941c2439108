"""Who may do what to a record. Pure code: what a page offers and what is enforced both come from here.

Content comes first: a record that a person sees without its content is out of their reach, administrators
included. A record made by hand is its author's; an administrator stands in for people who are away.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.accounts.viewer import Viewer
from server.records.models import Record


class Right(StrEnum):
    """`edit` is about every field of a record made by hand, `open` about the mail behind one."""

    EDIT = "edit"
    CLASSIFY = "classify"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"
    OPEN = "open"


class ContentHidden(Exception):
    """The record stands in a private account of somebody else, who alone may do this."""


class NotTheAuthor(Exception):
    """Only the author of the record, or an administrator, may do this."""


class NotByHand(Exception):
    """The record came by itself from a mail: of its fields only reason and area may be changed."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do; what they may not has its refusal."""

    refusals: dict[Right, type[Exception]]

    def __contains__(self, right: Right) -> bool:
        return right not in self.refusals

    def require(self, right: Right) -> None:
        """Raises ContentHidden, NotTheAuthor or NotByHand."""
        if right in self.refusals:
            raise self.refusals[right]


def rights_on(record: Record, viewer: Viewer, *, restricted: bool) -> Rights:
    """What a person may do to a record; `restricted` says that they see no content of it."""
    if restricted:
        return Rights(dict.fromkeys(Right, ContentHidden))
    refusals: dict[Right, type[Exception]] = {}
    if not (viewer.administrator or record.deleted_by_id == viewer.person_id):
        refusals[Right.RESTORE] = NotTheAuthor
    if record.message_id is not None:
        refusals[Right.EDIT] = NotByHand
        return Rights(refusals)
    refusals[Right.OPEN] = NotByHand
    if not (viewer.administrator or record.created_by_id == viewer.person_id):
        refusals |= dict.fromkeys((Right.EDIT, Right.CLASSIFY, Right.DELETE, Right.MOVE), NotTheAuthor)
    return Rights(refusals)
