"""`$batch`: up to twenty requests in one, each with its own status."""

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Semaphore
from urllib.parse import urlsplit

from simulator.errors import bad_request
from simulator.exchange import Arrival, Call, Reply
from simulator.limits import AT_ONCE
from simulator.mishaps import error_json
from simulator.values import Json

MOST = 20
FAILED_DEPENDENCY = Reply(
    424, {"error": {"code": "FailedDependency", "message": "A request that this one depends on has failed."}}
)
Answer = Callable[[Arrival], Reply]


def answer_batch(call: Call, answer: Answer) -> Reply:
    """Answers all requests, at most four of a mailbox at once; raises GraphError 400 for what is no batch."""
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests or len(requests) > MOST:
        raise bad_request(f"A batch holds 1 to {MOST} requests.")
    ids = [str(request.get("id", "")).casefold() for request in requests]
    if "" in ids or len(set(ids)) < len(ids):
        raise bad_request("Every request of a batch needs an id of its own.")
    arrivals = [_arrival(call, request) for request in requests]
    needs = [[str(each).casefold() for each in request.get("dependsOn") or ()] for request in requests]
    replies = _replies(ids, arrivals, needs, answer)
    responses = [_response(each["id"], reply) for each, reply in zip(requests, replies, strict=True)]
    return Reply(200, content=b'{"responses":[%s]}' % b",".join(responses))


def _replies(
    ids: Sequence[str], arrivals: Sequence[Arrival], needs: Sequence[Sequence[str]], answer: Answer
) -> list[Reply]:
    turns: defaultdict[tuple[str, ...], Semaphore] = defaultdict(lambda: Semaphore(AT_ONCE))
    begun: dict[str, Future[Reply]] = {}
    with ThreadPoolExecutor(len(ids)) as pool:
        for identifier, arrival, needed in zip(ids, arrivals, needs, strict=True):
            turn = turns[tuple(arrival.parts[:2])]
            # Only what stands before a request can be waited for.
            waited_for = [begun.get(each) for each in needed]
            begun[identifier] = pool.submit(_in_turn, arrival, waited_for, turn, answer)
    return [future.result() for future in begun.values()]


def _in_turn(
    arrival: Arrival, needed: Sequence[Future[Reply] | None], turn: Semaphore, answer: Answer
) -> Reply:
    if any(each is None or each.result().status >= 400 for each in needed):
        return FAILED_DEPENDENCY
    with turn:
        reply = answer(arrival)
    if reply.dropped or reply.reset:
        return Reply(504, error_json("GatewayTimeout", "The service did not answer in time.", None))
    return reply


def _arrival(call: Call, request: Json) -> Arrival:
    url = str(request.get("url", ""))
    if urlsplit(url).scheme or not url:
        raise bad_request("The url of a request in a batch is relative.")
    own = {str(name).title(): str(value) for name, value in (request.get("headers") or {}).items()}
    if "body" in request and "Content-Type" not in own:
        raise bad_request("A request of a batch with a body needs the header Content-Type.")
    headers = {"Authorization": call.arrival.headers.get("Authorization", ""), **own}
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    method = str(request.get("method", "GET")).upper()
    return Arrival(call.arrival.at, method, f"/v1.0/{url.lstrip('/')}", headers, body)


def _response(identifier: str, reply: Reply) -> bytes:
    kind = reply.content_type.partition(";")[0]
    given = {name: value for name, value in reply.headers.items() if name != "Content-Length"}
    headers = {"Cache-Control": "no-cache", "Content-Type": kind, **given}
    head = json.dumps({"id": identifier, "status": reply.status, "headers": headers}).encode()
    body = _embedded(reply)
    return head[:-1] + b',"body":%s}' % body if body else head


def _embedded(reply: Reply) -> bytes:
    """JSON as it is, though a key comes twice; anything else as base64, as Graph does it."""
    body = reply.body
    if not body or reply.json is not None or _is_json(body):
        return body
    return b'"%s"' % base64.b64encode(body)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
