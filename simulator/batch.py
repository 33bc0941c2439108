"""`$batch`: up to twenty requests in one, each with its own status."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from simulator.errors import bad_request
from simulator.exchange import Call, Reply
from simulator.paths import segments
from simulator.values import Json

MOST = 20


def answer_batch(call: Call, answer: Callable[[Call], Reply]) -> Reply:
    """Answers each request in turn; raises GraphError 400 for a batch that is none."""
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests or len(requests) > MOST:
        raise bad_request(f"A batch holds 1 to {MOST} requests.")
    ids = [str(request.get("id", "")).casefold() for request in requests]
    if "" in ids or len(set(ids)) < len(ids):
        raise bad_request("Every request of a batch needs an id of its own.")
    done: dict[str, int] = {}
    responses = [_answer_one(call, request, answer, done) for request in requests]
    return Reply(200, {"responses": responses})


def _answer_one(call: Call, request: Json, answer: Callable[[Call], Reply], done: dict[str, int]) -> Json:
    reply = _depending(call, request, answer, done)
    done[str(request["id"])] = reply.status
    body = reply.json if reply.json is not None else None
    headers = {"Content-Type": "application/json", **reply.headers}
    return {"id": request["id"], "status": reply.status, "headers": headers, "body": body}


def _depending(call: Call, request: Json, answer: Callable[[Call], Reply], done: dict[str, int]) -> Reply:
    if any(done.get(str(needed), 424) >= 400 for needed in request.get("dependsOn") or ()):
        error = {"code": "FailedDependency", "message": "A request that this one depends on has failed."}
        return Reply(424, {"error": error})
    url = str(request.get("url", ""))
    parts = urlsplit(url)
    if parts.scheme:
        raise bad_request("The url of a request in a batch is relative.")
    return answer(
        replace(
            call,
            method=str(request.get("method", "GET")).upper(),
            parts=segments(parts.path),
            args=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=_headers(request.get("headers") or {}),
            body=json.dumps(request["body"]).encode() if "body" in request else b"",
        )
    )


def _headers(given: Json) -> dict[str, str]:
    return {str(name).title(): str(value) for name, value in given.items()}
