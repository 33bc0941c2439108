"""What the register does with Outlook: opens mails and their files, begins mails and tasks.

The HTML of a mail comes from strangers. It is sanitised, and shown as a document of its own whose policy lets
nothing run and fetches nothing that nobody asked for; a frame made of text would inherit the page's policy.
"""

import re
import uuid
from urllib.parse import quote

from apiflask import APIBlueprint, FileSchema
from flask import Response

from server.ingest.begin_mail import MailDesk
from server.ingest.new_task import TaskDesk
from server.ingest.opening import OpenedFile, OpenedMail, Opening
from server.markup import SafeText, Unshowable, data_address, from_text, sanitise
from server.web.abilities import own_mailbox, show_abilities
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.language import asked_language
from server.web.problems import Problem
from server.web.schemas.mail import (
    AbilitiesOut,
    BodyIn,
    BodyOut,
    DraftOut,
    MessageIn,
    ReplyIn,
    TaskIn,
    TaskOut,
)

mail_api = APIBlueprint("mail", __name__, url_prefix="/api", tag="Outlook")

# Links may open a window of their own; nothing else of the document does anything.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
STYLE = (
    ":root{color-scheme:light}body{margin:12px;background:#fff;color:#242424;overflow-wrap:anywhere;"
    "font:14px/1.45 'Segoe UI',system-ui,sans-serif}img{max-width:100%}"
)
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
OCTETS = "application/octet-stream"
DOCUMENT = FileSchema(type="string")
FILE = FileSchema(type="string", format="binary")


@mail_api.get("/me/abilities")
@signed_in
@mail_api.output(AbilitiesOut)
def abilities() -> AbilitiesOut:
    """What the caller may do in Outlook, as Microsoft says now."""
    return show_abilities(own_mailbox().looked_at())


@mail_api.get("/records/<uuid:record_id>/body")
@signed_in
@mail_api.input(BodyIn, location="query", arg_name="query")
@mail_api.output(BodyOut)
def body(record_id: uuid.UUID, query: BodyIn) -> BodyOut:
    """The text of a mail, read from a mailbox that holds it; `text` only if it was sent as plain text."""
    opened = _opening().mail(current_viewer(), record_id)
    safe = _safe(opened, images=query.images)
    return BodyOut(
        html=safe.html,
        text=opened.body.text if opened.body.html is None else None,
        images_blocked=safe.blocked,
        web_link=opened.web_link or None,
    )


@mail_api.get("/records/<uuid:record_id>/body.html")
@signed_in
@mail_api.input(BodyIn, location="query", arg_name="query")
@mail_api.output(DOCUMENT, content_type="text/html")
def body_document(record_id: uuid.UUID, query: BodyIn) -> Response:
    """The same as a document for a frame: nothing in it runs, and it fetches only what was asked for."""
    safe = _safe(_opening().mail(current_viewer(), record_id), images=query.images)
    document = (
        f'<!doctype html><html lang=""><head><meta charset="utf-8"><title>Bitácora</title>'
        f'<base target="_blank"><style>{STYLE}</style></head><body>{safe.html}</body></html>'
    )
    response = Response(document, mimetype="text/html")
    pictures = "data: https:" if query.images else "data:"
    response.headers["Content-Security-Policy"] = POLICY.format(pictures=pictures)
    return response


@mail_api.get("/records/<uuid:record_id>/attachments/<int:attachment_id>/content")
@signed_in
@mail_api.output(FILE, content_type="*/*")
def attachment(record_id: uuid.UUID, attachment_id: int) -> Response:
    """A file that a mail carries, to be kept: browsers must not show what strangers sent."""
    file = _opening().file(current_viewer(), record_id, attachment_id)
    response = Response(file.data, content_type=_media_type(file))
    response.headers["Content-Disposition"] = disposition(file.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@mail_api.post("/records/<uuid:record_id>/reply")
@signed_in
@mail_api.input(ReplyIn, arg_name="wish")
@mail_api.output(DraftOut, status_code=201)
def reply(record_id: uuid.UUID, wish: ReplyIn) -> DraftOut:
    """Begin an answer in the caller's own mailbox; sent, it becomes a record that knows what it answers."""
    return DraftOut(web_link=_mail_desk().answer(record_id, to_all=wish.all).web_link)


@mail_api.post("/records/<uuid:record_id>/message")
@signed_in
@mail_api.input(MessageIn, arg_name="wish")
@mail_api.output(DraftOut, status_code=201)
def message(record_id: uuid.UUID, wish: MessageIn) -> DraftOut:
    """Begin a mail about a record to people of the firm and of the client."""
    return DraftOut(web_link=_mail_desk().message(record_id, wish.to).web_link)


@mail_api.post("/records/<uuid:record_id>/task")
@signed_in
@mail_api.input(TaskIn, arg_name="wish")
@mail_api.output(TaskOut, status_code=201)
def task(record_id: uuid.UUID, wish: TaskIn) -> TaskOut:
    """Make a task about a record in the caller's To Do, with the way back to the record."""
    settings = bitacora().settings
    desk = TaskDesk(own_mailbox(), settings.public_url, asked_language(), settings.zone)
    made = desk.create(record_id, title=wish.title, due=wish.due, note=wish.note)
    return TaskOut(task_id=made.graph_id, web_link=made.web_link)


def disposition(name: str) -> str:
    """A header that makes browsers keep the file under its name, in either spelling (RFC 6266, RFC 8187)."""
    safe = _UNSAFE_IN_NAMES.sub("_", name).strip(" .")[-150:].strip(" .") or "adjunto"
    ascii_name = safe.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _opening() -> Opening:
    parts = bitacora()
    return Opening(parts.database, parts.graph, parts.clock)


def _mail_desk() -> MailDesk:
    return MailDesk(own_mailbox(), _opening(), bitacora().settings.public_url, asked_language())


def _safe(opened: OpenedMail, *, images: bool) -> SafeText:
    if opened.body.html is None:
        return SafeText(from_text(opened.body.text), 0)
    addresses = {each.content_id: data_address(each.content_type, each.data) for each in opened.pictures}
    pictures = {name: address for name, address in addresses.items() if address}
    try:
        return sanitise(opened.body.html, pictures, images=images)
    except Unshowable:
        raise Problem("message_too_large", web_link=opened.web_link or None) from None


def _media_type(file: OpenedFile) -> str:
    kind = file.content_type.partition(";")[0].strip().casefold()
    return kind if _MEDIA_TYPE.fullmatch(kind) and not kind.startswith("text/html") else OCTETS
