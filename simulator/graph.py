"""Graph over HTTP: who calls, what goes wrong, what is answered, and the log of it."""

import os
import socket
import struct
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from simulator.batch import answer_batch
from simulator.errors import GraphError
from simulator.exchange import Arrival, Call, Reply
from simulator.fault import CallFault
from simulator.mishaps import error_json, failed, spoiled
from simulator.request_log import Call as LoggedCall
from simulator.routes.graph import answer

if TYPE_CHECKING:
    from simulator.cloud import Cloud
    from simulator.service import Simulator

METHODS = ["GET", "POST", "PATCH", "DELETE"]


def create_graph(simulator: "Simulator") -> Blueprint:
    blueprint = Blueprint("graph", __name__, url_prefix="/v1.0")

    @blueprint.route("/<path:path>", methods=METHODS)
    def graph(path: str) -> Response:
        target = request.environ["REQUEST_URI"]
        now = simulator.clock()
        arrival = Arrival(now, request.method, target, dict(request.headers), request.get_data())
        return _response(arrival, GraphService(simulator.cloud, request.host_url.rstrip("/")).answer(arrival))

    return blueprint


@dataclass(frozen=True)
class GraphService:
    """Answers requests, each counted, logged and open to faults, those inside a batch too."""

    cloud: "Cloud"
    base_url: str

    def answer(self, arrival: Arrival) -> Reply:
        mailbox = self._mailbox_id(arrival)
        concurrent = self.cloud.requests.enter(mailbox or "")
        try:
            reply = self._admitted(arrival, mailbox, concurrent)
        finally:
            self.cloud.requests.leave(mailbox or "")
        now = self.cloud.clock()
        call = LoggedCall(now, arrival.method, arrival.target, mailbox, reply.status, concurrent)
        self.cloud.requests.add(call)
        return reply

    def _admitted(self, arrival: Arrival, mailbox: str | None, concurrent: int) -> Reply:
        try:
            if mailbox is not None:
                self.cloud.limits.admit(mailbox, concurrent, arrival.at)
        except GraphError as error:
            return _refusal(error, arrival)
        return self._with_faults(arrival, mailbox)

    def _with_faults(self, arrival: Arrival, mailbox: str | None) -> Reply:
        faults = self.cloud.faults
        fault = faults.take_call(arrival.method, arrival.target, mailbox) or self._fate(arrival, mailbox)
        if fault is None:
            return self._caught(arrival)
        if mailbox is not None and fault.retry_after is not None:
            self.cloud.limits.announced(mailbox, fault.retry_after)
        faults.hold_back(fault.delay)
        if fault.status is not None:
            return failed(fault, fault.status, arrival.headers.get("Client-Request-Id"))
        return spoiled(self._caught(arrival), fault)

    def _caught(self, arrival: Arrival) -> Reply:
        try:
            caller = self.cloud.gate.caller(arrival.headers.get("Authorization"))
            call = Call(self.cloud, self.base_url, arrival, caller)
            return answer_batch(call, self.answer) if call.parts == ["$batch"] else answer(call)
        except GraphError as error:
            return _refusal(error, arrival)

    def _fate(self, arrival: Arrival, mailbox: str | None) -> CallFault | None:
        """The fault of a message that can never be read."""
        match arrival.method, arrival.parts:
            case "GET", (["users", _, "messages", name] | ["users", _, "mailFolders", _, "messages", name]):
                return self.cloud.faults.fate(mailbox, name)
        return None

    def _mailbox_id(self, arrival: Arrival) -> str | None:
        match arrival.parts:
            case ["users", "me", _, *_]:
                return self._person_id(arrival)
            case ["users", name, _, *_]:
                user = self.cloud.world.find_user(name)
                return user.id if user else None
        return None

    def _person_id(self, arrival: Arrival) -> str | None:
        try:
            return self.cloud.gate.caller(arrival.headers.get("Authorization")).user_id
        except GraphError:
            return None


def _refusal(error: GraphError, arrival: Arrival) -> Reply:
    body = error_json(error.code, error.message, arrival.headers.get("Client-Request-Id"))
    return Reply(error.status, body, headers=error.headers)


def _response(arrival: Arrival, reply: Reply) -> Response:
    if reply.dropped:
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    if reply.reset:
        _reset(request.environ["werkzeug.socket"])
    response = Response(reply.body, reply.status, content_type=reply.content_type)
    response.headers.update(reply.headers)
    response.headers["request-id"] = str(uuid.uuid4())
    response.headers["OData-Version"] = "4.0"
    if client_id := request.headers.get("client-request-id"):
        response.headers["client-request-id"] = client_id
    if arrival.preferences:
        applied = ", ".join(f'{name}="{value}"' for name, value in arrival.preferences.items())
        response.headers["Preference-Applied"] = applied.replace("idtype", "IdType")
    return response


def _reset(connection: socket.socket) -> None:
    # To close without lingering is to reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
