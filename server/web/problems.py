"""From errors to HTTP: the only place that does it (RFC 9457). A code says what is true, in one word.

A program gets the problem as JSON; a person who opened the address in a browser gets a page.
"""

import math
import uuid
from collections.abc import Iterator
from typing import Any

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError as APIFlaskError
from flask import Response, jsonify, redirect, request, url_for
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from server.clients.card import AddressRefused
from server.clients.search import PlaceInvalid
from server.graph.access_tokens import TokenRefused
from server.graph.errors import GraphDenied, GraphError, GraphUnavailable
from server.graph.signing_keys import SigningKeysUnavailable
from server.ingest.begin_mail import UnknownRecipient
from server.ingest.by_hand import MailboxNotOpen, MessageNotThere
from server.ingest.lease import MailboxBusy
from server.ingest.opening import AttachmentNotThere, FileTooLarge, IsALink, MailGone
from server.ingest.own_mailbox import CONSENT_NEEDED, Unable
from server.records.answers import QuestionNotFound
from server.records.batches import AlreadyUndone, BatchNotFound
from server.records.catalog import ChoiceNotFound, NameTaken
from server.records.changes import EditConflict
from server.records.edits import UnknownChoice
from server.records.listing import AdministratorsOnly
from server.records.mails import NotAMail
from server.records.moves import AlreadyThere
from server.records.place import CursorInvalid
from server.records.register import RecordNotFound
from server.records.rights import ContentHidden, NotByHand, NotTheAuthor
from server.records.visibility import ClientNotThere
from server.web.consent import consent_page
from server.web.message_page import message_page

log = structlog.get_logger(__name__)

TITLES = {
    "invalid_input": (422, "The request is not understood"),
    "sign_in_needed": (401, "Sign in first"),
    "not_a_member": (403, "The administrator of this register has not let you in"),
    "permission_needed": (403, "You may not do this"),
    "not_the_author": (403, "Only its author or an administrator may do this"),
    "origin_refused": (403, "The request came from another site"),
    "not_found": (404, "There is no such thing, or none for you"),
    "method_refused": (405, "This cannot be done here"),
    "automatic_record": (422, "Of a record that came from a mail only reason and area can be changed"),
    "name_taken": (409, "There is one of that name already"),
    "already_there": (409, "It stands in that client's register already"),
    "already_undone": (409, "It was undone already"),
    "edit_conflict": (409, "Somebody else changed it meanwhile"),
    "too_large": (413, "The request is too large"),
    "consent_needed": (403, "Microsoft asks for your consent first"),
    "mailbox_missing": (409, "You have no mailbox in Microsoft 365 that drafts could lie in"),
    "todo_missing": (409, "You have no Microsoft To Do"),
    "not_a_mail": (409, "This record was made by hand: there is no mail"),
    "message_gone": (404, "No mailbox holds this mail any more"),
    "attachment_is_link": (409, "What is attached is a link; open the mail in Outlook"),
    "attachment_too_large": (413, "The file is too large to be opened here; open the mail in Outlook"),
    "message_too_large": (413, "The mail is too large to be shown here; open it in Outlook"),
    "too_many_records": (422, "These are more records than a sheet has rows; narrow the filter"),
    "version_needed": (428, "Say which version you saw (If-Match)"),
    "rate_limited": (429, "Too many requests"),
    "internal_error": (500, "Something went wrong on our side"),
    "microsoft_busy": (503, "Microsoft 365 does not answer; try again in a moment"),
    "store_busy": (503, "The register is busy; try again in a moment"),
}
CODES: dict[type[Exception], str] = {
    TokenRefused: "sign_in_needed",
    SigningKeysUnavailable: "microsoft_busy",
    RecordNotFound: "not_found",
    MailboxNotOpen: "not_found",
    MessageNotThere: "not_found",
    AttachmentNotThere: "not_found",
    MailGone: "message_gone",
    NotAMail: "not_a_mail",
    UnknownRecipient: "invalid_input",
    ClientNotThere: "not_found",
    ChoiceNotFound: "not_found",
    NameTaken: "name_taken",
    MailboxBusy: "store_busy",
    ContentHidden: "permission_needed",
    CursorInvalid: "invalid_input",
    PlaceInvalid: "invalid_input",
    AdministratorsOnly: "permission_needed",
    NotTheAuthor: "not_the_author",
    AlreadyThere: "already_there",
    AlreadyUndone: "already_undone",
    BatchNotFound: "not_found",
    QuestionNotFound: "not_found",
    NotByHand: "automatic_record",
    UnknownChoice: "invalid_input",
    EditConflict: "edit_conflict",
    GraphDenied: "permission_needed",
    GraphError: "microsoft_busy",
    OperationalError: "store_busy",
    InterfaceError: "store_busy",
}
STATUS_CODES = {
    400: "invalid_input",
    401: "sign_in_needed",
    403: "permission_needed",
    404: "not_found",
    405: "method_refused",
    413: "too_large",
    415: "invalid_input",
    422: "invalid_input",
    429: "rate_limited",
}


class Problem(Exception):
    """An error that the web layer itself finds; `code` is one of TITLES, `members` go into the answer."""

    def __init__(self, code: str, *, detail: str = "", **members: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.members = members


def code_of(kind: type[Exception]) -> str:
    """The code that an error of this kind is answered with."""
    return CODES[kind]


def register_problems(app: APIFlask) -> None:
    # APIFlask answers the first two by itself, and without a code, unless they are named.
    for kind in (APIFlaskError, HTTPException, Exception):
        app.register_error_handler(kind, _answer)


def _answer(error: Exception) -> Response:
    match error:
        case Problem():
            return _problem(error.code, detail=error.detail, **error.members)
        case AddressRefused():
            return _problem("invalid_input", errors=[{"field": "address", "message": str(error)}])
        case UnknownChoice():
            return _problem("invalid_input", errors=[{"field": error.field, "message": str(error)}])
        case NameTaken():
            return _problem("name_taken", detail=str(error), name=error.name, active=error.active)
        case Unable():
            link = {"link": consent_page(error.ability)} if error.why == CONSENT_NEEDED else {}
            return _problem(error.why, **link)
        case IsALink():
            return _problem("attachment_is_link", web_link=error.web_link or None)
        case FileTooLarge():
            return _problem("attachment_too_large", web_link=error.web_link or None)
        case APIFlaskError():
            return _answer_apiflask(error)
        case HTTPException():
            return _answer_http(error)
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return _answer_known(error, code)
    return _answer_bug(error)


def _answer_known(error: Exception, code: str) -> Response:
    if isinstance(error, TokenRefused):
        log.info("token refused", reason=error.reason)
        return _problem(code, detail=f"The access token was refused: {error.reason}")
    response = _problem(code)
    if isinstance(error, GraphUnavailable) and error.retry_after:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response


def _answer_apiflask(error: APIFlaskError) -> Response:
    """The fields that do not fit the schema; APIFlask groups them by part of the request."""
    code = STATUS_CODES.get(error.status_code, "internal_error")
    errors = [finding for part in dict(error.detail).values() for finding in _findings(part, "")]
    return _problem(code, errors=errors) if errors else _problem(code)


def _findings(texts: Any, field: str) -> Iterator[dict[str, str]]:
    if isinstance(texts, dict):
        for name, inner in texts.items():
            yield from _findings(inner, f"{field}.{name}".lstrip("."))
    else:
        message = "; ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        yield {"field": field, "message": message}


def _answer_http(error: HTTPException) -> Response:
    if error.code is None or error.code >= 500:
        return _answer_bug(error)
    response = _problem(STATUS_CODES.get(error.code, "invalid_input"))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _answer_bug(error: Exception) -> Response:
    """What nobody foresaw: an id for the person to tell and for the operator to find, and no content."""
    error_id = uuid.uuid4().hex[:12]
    log.error("request failed", error_id=error_id, error=type(error).__name__, exc_info=error)
    return _problem("internal_error", error_id=error_id)


def _problem(code: str, *, detail: str = "", **members: object) -> Response:
    status, title = TITLES[code]
    if _is_for_a_person():
        return _page(code, status, str(members.get("error_id", "")))
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    response = jsonify({**body, **members})
    response.status_code = status
    response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _is_for_a_person() -> bool:
    kinds = ["application/problem+json", "application/json", "text/html"]
    return request.accept_mimetypes.best_match(kinds) == "text/html"


def _page(code: str, status: int, detail: str) -> Response:
    if code == "sign_in_needed" and request.method == "GET":
        return redirect(url_for("sign_in.begin", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    return message_page(code, status, detail=detail, link=url_for("pages.register"))
