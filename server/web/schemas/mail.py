"""What the register does with Outlook."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from server.web.schemas.base import Input, Mailbox, Output


class AbleOut(Output):
    """Whether the person may do it; else why not, and the page that helps if there is one."""

    allowed: bool
    why: str | None
    link: str | None


class AbilitiesOut(Output):
    draft: AbleOut
    task: AbleOut


class BodyIn(Input):
    """`images` fetches pictures from where they lie; their owners learn that the mail was read."""

    images: bool = False


class BodyOut(Output):
    html: str
    text: str | None
    images_blocked: int
    web_link: str | None


class ReplyIn(Input):
    all: bool = False


class MessageIn(Input):
    to: Annotated[list[Mailbox], Field(min_length=1, max_length=50)]


class DraftOut(Output):
    web_link: str


class TaskIn(Input):
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)] = ""
    due: date | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class TaskOut(Output):
    task_id: str
    web_link: str
