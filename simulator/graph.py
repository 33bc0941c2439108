"""Graph over HTTP: who calls, what may go wrong, what is answered, and the log of it."""

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from simulator.batch import answer_batch
from simulator.errors import GraphError
from simulator.exchange import Call, Reply
from simulator.faults import CallFault
from simulator.paths import segments
from simulator.request_log import Call as LoggedCall
from simulator.routes.graph import answer
from simulator.values import Json

if TYPE_CHECKING:
    from simulator.service import Simulator

METHODS = ["GET", "POST", "PATCH", "DELETE"]


def create_graph(simulator: "Simulator") -> Blueprint:
    blueprint = Blueprint("graph", __name__, url_prefix="/v1.0")

    @blueprint.route("/<path:path>", methods=METHODS)
    def graph(path: str) -> Response:
        return _Answering(simulator).answer()

    return blueprint


class _Answering:
    """One request on its way through the service."""

    def __init__(self, simulator: "Simulator") -> None:
        self._cloud = simulator.cloud
        self._base_url = simulator.url
        self._path = request.environ["REQUEST_URI"]
        raw = request.environ["PATH_INFO"].encode("latin-1").decode("utf-8")
        self._parts = segments(raw.removeprefix("/v1.0/"))
        self._mailbox = self._mailbox_id()
        self._concurrent = 0

    def answer(self) -> Response:
        key = self._mailbox or ""
        self._concurrent = self._cloud.requests.enter(key)
        try:
            reply = self._reply()
        finally:
            self._cloud.requests.leave(key)
        self._log(reply.status)
        return _response(reply)

    def _reply(self) -> Reply:
        fault = self._cloud.faults.take_call(request.method, self._path, self._mailbox)
        if fault is not None and fault.delay:
            self._cloud.faults.hold_back(fault.delay)
        if fault is not None and fault.status is not None:
            return _faulty(fault)
        reply = self._caught()
        return _spoiled(reply, fault) if fault is not None else reply

    def _caught(self) -> Reply:
        try:
            if self._mailbox is not None:
                self._cloud.throttle.check(self._concurrent)
            call = self._call()
            if self._parts == ["$batch"]:
                return answer_batch(call, _answer_caught)
            return answer(call)
        except GraphError as error:
            return _error_reply(error)

    def _call(self) -> Call:
        return Call(
            cloud=self._cloud,
            base_url=self._base_url,
            method=request.method,
            parts=self._parts,
            args=request.args.to_dict(),
            headers=dict(request.headers),
            body=request.get_data(),
            caller=self._cloud.gate.caller(request.headers.get("Authorization")),
        )

    def _mailbox_id(self) -> str | None:
        if self._parts[:1] != ["users"] or len(self._parts) < 3:
            return None
        user = self._cloud.world.find_user(self._parts[1])
        return user.id if user else None

    def _log(self, status: int) -> None:
        self._cloud.requests.add(
            LoggedCall(
                self._cloud.clock(), request.method, self._path, self._mailbox, status, self._concurrent
            )
        )


def _answer_caught(call: Call) -> Reply:
    try:
        return answer(call)
    except GraphError as error:
        return _error_reply(error)


def _response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    response.headers.update(reply.headers)
    response.headers["request-id"] = str(uuid.uuid4())
    response.headers["OData-Version"] = "4.0"
    if client_id := request.headers.get("client-request-id"):
        response.headers["client-request-id"] = client_id
    if prefer := request.headers.get("Prefer"):
        response.headers["Preference-Applied"] = prefer
    return response


def _error_reply(error: GraphError) -> Reply:
    return Reply(error.status, _error_json(error.code, error.message), headers=error.headers)


def _error_json(code: str, message: str) -> Json:
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": str(uuid.uuid4()),
        "client-request-id": request.headers.get("client-request-id", str(uuid.uuid4())),
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _faulty(fault: CallFault) -> Reply:
    status = fault.status or 500
    code = fault.code or {429: "ApplicationThrottled", 503: "ServiceUnavailable"}.get(status, "UnknownError")
    reply = Reply(status, _error_json(code, "The request was refused on purpose."), headers=_headers(fault))
    return _spoiled(reply, fault)


def _headers(fault: CallFault) -> dict[str, str]:
    headers = {}
    if fault.retry_after is not None:
        headers["Retry-After"] = str(fault.retry_after)
    return headers


def _spoiled(reply: Reply, fault: CallFault) -> Reply:
    """The answer with a body that is not what it should be."""
    if fault.html_body:
        page = b"<html><body>Bad gateway</body></html>"
        return Reply(reply.status, content=page, content_type="text/html", headers=reply.headers)
    if fault.body is not None:
        return Reply(reply.status, content=fault.body.encode(), headers=reply.headers)
    if fault.cut_body:
        # The declared length is the whole one, so the reader sees the connection end too early.
        whole = reply.body
        return Reply(
            reply.status,
            content=whole[: len(whole) // 2],
            headers={**reply.headers, "Content-Length": str(len(whole))},
        )
    return reply
