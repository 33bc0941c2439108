"""From errors to HTTP: the only place that does it (RFC 9457). A code says what is true, in one word."""

import uuid
from typing import Any

import structlog
from apiflask import APIFlask
from flask import Response, jsonify
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from server.graph.access_tokens import TokenRefused
from server.graph.errors import GraphDenied, GraphError
from server.graph.signing_keys import SigningKeysUnavailable
from server.ingest.by_hand import ClientNotThere, MailboxNotOpen, MessageNotThere
from server.records.register import (
    ContentHidden,
    CursorInvalid,
    EditConflict,
    RecordNotFound,
    UnknownChoice,
)
from server.web.shown import show_record

log = structlog.get_logger(__name__)

TITLES = {
    "invalid_input": (422, "The request is not understood"),
    "sign_in_needed": (401, "Sign in first"),
    "not_a_member": (403, "The administrator of this register has not let you in"),
    "permission_needed": (403, "You may not do this"),
    "origin_refused": (403, "The request came from another site"),
    "not_found": (404, "There is no such thing, or none for you"),
    "method_refused": (405, "This cannot be done here"),
    "edit_conflict": (409, "Somebody else changed it meanwhile"),
    "too_large": (413, "The request is too large"),
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
    ClientNotThere: "not_found",
    ContentHidden: "permission_needed",
    CursorInvalid: "invalid_input",
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
    """An error that the web layer itself finds; `code` is one of TITLES."""

    def __init__(self, code: str, *, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def register_problems(app: APIFlask) -> None:
    app.register_error_handler(Exception, _answer)
    app.error_processor(_answer_validation)


def _answer(error: Exception) -> Response:
    match error:
        case Problem():
            return _problem(error.code, detail=error.detail)
        case EditConflict():
            current = show_record(error.current).model_dump(mode="json")
            return _problem("edit_conflict", current=current)
        case UnknownChoice():
            return _problem("invalid_input", errors=[{"field": error.field, "message": str(error)}])
        case HTTPException():
            return _answer_http(error)
    for kind, code in CODES.items():
        if isinstance(error, kind):
            return _problem(code, detail=str(error) if isinstance(error, TokenRefused) else "")
    return _answer_bug(error)


def _answer_http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect of the router
    return _problem(STATUS_CODES.get(error.code or 500, "internal_error"))


def _answer_bug(error: Exception) -> Response:
    """What nobody foresaw: an id for the person to tell and for the operator to find, and no content."""
    error_id = uuid.uuid4().hex[:12]
    log.error("request failed", error_id=error_id, error=type(error).__name__, exc_info=error)
    return _problem("internal_error", error_id=error_id)


def _answer_validation(error: Any) -> tuple[dict[str, Any], int, dict[str, str]]:
    """APIFlask's own findings: the fields that do not fit."""
    code = STATUS_CODES.get(error.status_code, "invalid_input")
    errors = [
        {
            "field": str(field),
            "message": "; ".join(map(str, texts)) if isinstance(texts, list) else str(texts),
        }
        for fields in (error.detail or {}).values()
        if isinstance(fields, dict)
        for field, texts in fields.items()
    ]
    body = _body(code, "", {"errors": errors} if errors else {})
    return body, int(body["status"]), {"Content-Type": "application/problem+json"}


def _problem(code: str, *, detail: str = "", **members: object) -> Response:
    body = _body(code, detail, members)
    response = jsonify(body)
    response.status_code = int(body["status"])
    response.mimetype = "application/problem+json"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if response.status_code == 503:
        response.headers["Retry-After"] = "5"
    return response


def _body(code: str, detail: str, members: dict[str, Any]) -> dict[str, Any]:
    status, title = TITLES[code]
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }
