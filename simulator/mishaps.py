"""What a fault makes of an answer."""

import base64
import json
import uuid
from datetime import UTC, datetime

from simulator.exchange import Reply
from simulator.fault import CallFault
from simulator.values import Json

_CODES = {
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    429: "ApplicationThrottled",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
_AUTHORIZE_URL = "https://login.microsoftonline.com/common/oauth2/authorize"


def failed(fault: CallFault, status: int, client_request_id: str | None) -> Reply:
    """The answer that a fault gives instead of Graph."""
    code = fault.code or _CODES.get(status, "UnknownError")
    body = error_json(code, "The simulator was told to refuse this request.", client_request_id)
    return spoiled(Reply(status, body, headers=_headers(fault)), fault)


def spoiled(reply: Reply, fault: CallFault) -> Reply:
    """The answer with a body, or an end, that is not what it should be."""
    if fault.drop or fault.reset:
        return Reply(reply.status, dropped=fault.drop, reset=fault.reset)
    if fault.html_body:
        page = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
        return Reply(reply.status, content=page, content_type="text/html", headers=reply.headers)
    if fault.body is not None:
        return Reply(reply.status, content=fault.body.encode(), headers=reply.headers)
    if fault.duplicate_keys and reply.json is not None:
        return Reply(reply.status, content=_twice(reply), headers=reply.headers)
    if fault.false_gzip:
        return Reply(
            reply.status, reply.json, reply.content, headers={**reply.headers, "Content-Encoding": "gzip"}
        )
    return _cut(reply) if fault.cut_body else reply


def error_json(code: str, message: str, client_request_id: str | None) -> Json:
    """An error as Graph writes it."""
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": str(uuid.uuid4()),
        "client-request-id": client_request_id or str(uuid.uuid4()),
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _headers(fault: CallFault) -> dict[str, str]:
    headers = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    if fault.claims is not None:
        claims = base64.b64encode(fault.claims.encode()).decode()
        headers["WWW-Authenticate"] = (
            f'Bearer realm="", authorization_uri="{_AUTHORIZE_URL}", '
            f'error="insufficient_claims", claims="{claims}"'
        )
    return headers


def _cut(reply: Reply) -> Reply:
    # The declared length is the whole one, so the reader sees the connection end too early.
    whole = reply.body
    headers = {**reply.headers, "Content-Length": str(len(whole))}
    return Reply(reply.status, content=whole[: len(whole) // 2], headers=headers)


def _twice(reply: Reply) -> bytes:
    """The object with each of its keys before it, as null: the last word counts, if a reader takes it."""
    keys = b",".join(json.dumps(key).encode() + b":null" for key in reply.json or ())
    return b"{" + keys + b"," + reply.body[1:] if keys else reply.body
