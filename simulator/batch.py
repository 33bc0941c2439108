"""`$batch`: up to twenty requests in one, each with its own status."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from simulator.errors import bad_request
from simulator.exchange import Arrival, Call, Reply
from simulator.values import Json

MOST = 20
FAILED_DEPENDENCY = Reply(
    424, {"error": {"code": "FailedDependency", "message": "A request that this one depends on has failed."}}
)


def answer_batch(call: Call, answer: Callable[[Arrival], Reply]) -> Reply:
    """Answers each request in turn; raises GraphError 400 for a batch that is none."""
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests or len(requests) > MOST:
        raise bad_request(f"A batch holds 1 to {MOST} requests.")
    ids = [str(request.get("id", "")).casefold() for request in requests]
    if "" in ids or len(set(ids)) < len(ids):
        raise bad_request("Every request of a batch needs an id of its own.")
    arrivals = [_arrival(call, request) for request in requests]
    done: dict[str, int] = {}
    responses: list[Json] = []
    for identifier, request, arrival in zip(ids, requests, arrivals, strict=True):
        needed = [str(each).casefold() for each in request.get("dependsOn") or ()]
        failed = any(done.get(each, 424) >= 400 for each in needed)
        reply = FAILED_DEPENDENCY if failed else answer(arrival)
        done[identifier] = reply.status
        responses.append(_response(request["id"], reply))
    return Reply(200, {"responses": responses})


def _arrival(call: Call, request: Json) -> Arrival:
    url = str(request.get("url", ""))
    if urlsplit(url).scheme or not url:
        raise bad_request("The url of a request in a batch is relative.")
    own = {str(name).title(): str(value) for name, value in (request.get("headers") or {}).items()}
    if "body" in request and "Content-Type" not in own:
        raise bad_request("A request of a batch with a body needs the header Content-Type.")
    headers = {"Authorization": call.arrival.headers.get("Authorization", ""), **own}
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    return Arrival(str(request.get("method", "GET")).upper(), f"/v1.0/{url.lstrip('/')}", headers, body)


def _response(identifier: str, reply: Reply) -> Json:
    headers = {"Cache-Control": "no-cache", "Content-Type": "application/json", **reply.headers}
    response: Json = {"id": identifier, "status": reply.status, "headers": headers}
    if reply.json is not None:
        response["body"] = reply.json
    return response
