"""The simulator's own doors, for demonstrations and tests; Microsoft has none of these."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.bulk import add_people, fill
from simulator.eml import message_from_eml
from simulator.errors import GraphError
from simulator.oauth_errors import OAuthError, oauth_error_json
from simulator.scenarios.clients import clients_csv
from simulator.scenarios.firm import accounts
from simulator.users import UnknownUser
from simulator.values import instant

if TYPE_CHECKING:
    from simulator.service import Simulator

FAULTS = (
    "next_call",
    "challenge_claims",
    "token_endpoint",
    "refuse_permission",
    "grant_permission",
    "secret_ends",
    "limit_mailboxes",
    "set_limits",
    "close_mailbox",
    "mailbox_unavailable",
    "mailbox_available",
    "todo_missing",
    "expire_delta",
    "empty_delta_pages",
    "replay_delta",
    "loop_delta",
    "remove_then_show_delta",
    "mutate_messages",
    "poison_message",
    "hang_message",
    "cure_message",
    "foreign_next_link",
    "hide_moves_from_delta",
    "drop_notifications",
    "duplicate_notifications",
    "reorder_notifications",
    "delay_notifications",
    "slip_in_bad_notifications",
    "repeat_notifications",
    "lose_subscriptions",
    "limit_subscriptions",
    "validate_at_renewal",
    "change_ids_on_sending",
    "clear",
)


class NotUnderstood(ValueError):
    """A request to these doors that lacks something or says too much."""


def create_control(simulator: "Simulator") -> Blueprint:
    blueprint = Blueprint("control", __name__, url_prefix="/simulator")

    @blueprint.get("/settings")
    def settings() -> Response:
        return jsonify(simulator.settings())

    @blueprint.get("/clients.csv")
    def clients() -> Response:
        return Response(clients_csv(), mimetype="text/csv")

    @blueprint.get("/accounts")
    def firm_accounts() -> Response:
        return jsonify(accounts(simulator.clock()))

    @blueprint.get("/truth")
    def truth() -> Response:
        return jsonify([event.to_json() for event in simulator.world.truth])

    @blueprint.get("/requests")
    def requests() -> Response:
        """The requests so far; the query narrows them: path, method, mailbox."""
        path, method, mailbox = (request.args.get(name) for name in ("path", "method", "mailbox"))
        calls = simulator.requests.calls(path=path or "", method=method, mailbox=mailbox)
        return jsonify([call.to_json() for call in calls])

    @blueprint.get("/limits")
    def limits() -> Response:
        """By address: requests, most in a window, most at once, refused, impatient."""
        return jsonify({address: asdict(use) for address, use in simulator.uses().items()})

    @blueprint.post("/tokens")
    def tokens() -> Response:
        """`{"person": address, "client_id": …, "scope": …}` → tokens as Outlook's broker gives them."""
        asked = _asked("person", "client_id", "scope")
        return jsonify(simulator.identity.token_for(asked["person"], asked["client_id"], asked["scope"]))

    @blueprint.post("/mail")
    def mail() -> Response:
        """Delivers Graph's JSON or a mail file to its recipients, or to those that `?mailbox=` names."""
        is_file = request.mimetype == "message/rfc822"
        message = message_from_eml(request.get_data()) if is_file else _asked()
        mailboxes = request.args.getlist("mailbox") or None
        folder = request.args.get("folder", "inbox")
        return jsonify({"delivered": simulator.world.deliver(message, mailboxes=mailboxes, folder=folder)})

    @blueprint.post("/people")
    def people() -> Response:
        """`{"count": 200}` → the addresses of that many new people with empty mailboxes."""
        return jsonify({"added": add_people(simulator.world, int(_asked("count")["count"]))})

    @blueprint.post("/fill")
    def filling() -> Response:
        """`{"mailboxes": [address], "each": 100}`, with `senders`, `since`, `until`, `folder`, `notify`."""
        asked = dict(_asked("mailboxes", "each"))
        moments = {name: instant(asked.get(name)) for name in ("since", "until")}
        try:
            delivered = fill(simulator.world, **{**asked, **moments})
        except TypeError as error:
            raise NotUnderstood(str(error)) from error
        return jsonify({"delivered": len(delivered)})

    @blueprint.post("/faults")
    def faults() -> Response:
        """`{"fault": "next_call", "arguments": {"status": 429, "retry_after": 2}}`."""
        asked = _asked("fault")
        if asked["fault"] not in FAULTS:
            raise NotUnderstood(f"There is no fault '{asked['fault']}'. There are: {', '.join(FAULTS)}.")
        try:
            getattr(simulator.faults, asked["fault"])(**asked.get("arguments", {}))
        except TypeError as error:
            raise NotUnderstood(str(error)) from error
        return Response(status=204)

    @blueprint.post("/lifecycle")
    def lifecycle() -> Response:
        """`{"event": "missed", "mailbox": address or absent}` → how many subscriptions were told."""
        asked = _asked("event")
        if asked["event"] not in ("missed", "subscriptionRemoved", "reauthorizationRequired"):
            raise NotUnderstood(f"There is no lifecycle event '{asked['event']}'.")
        return jsonify({"told": simulator.subscriptions.lifecycle(asked["event"], asked.get("mailbox"))})

    @blueprint.post("/keys")
    def rotate_keys() -> Response:
        """`{"keep_old": true}` signs with a new key from now on."""
        simulator.identity.ring.rotate(keep_old=bool(_asked().get("keep_old", True)))
        return Response(status=204)

    @blueprint.errorhandler(NotUnderstood)
    def not_understood(error: NotUnderstood) -> AnyResponse:
        return _error(400, str(error))

    @blueprint.errorhandler(UnknownUser)
    def unknown(error: UnknownUser) -> AnyResponse:
        return _error(404, f"Nobody has the address '{error}'.")

    @blueprint.errorhandler(GraphError)
    def refused_by_mailbox(error: GraphError) -> AnyResponse:
        return _error(error.status, error.message)

    @blueprint.errorhandler(OAuthError)
    def refused(error: OAuthError) -> AnyResponse:
        answer = jsonify(oauth_error_json(error, simulator.clock()))
        answer.status_code = error.status
        return answer

    return blueprint


def _asked(*names: str) -> Mapping[str, Any]:
    """The JSON object in the request, which must have these members; raises NotUnderstood."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise NotUnderstood("Send a JSON object.")
    missing = [name for name in names if name not in asked]
    if missing:
        raise NotUnderstood(f"Missing: {', '.join(missing)}.")
    return asked


def _error(status: int, message: str) -> AnyResponse:
    answer = jsonify({"error": message})
    answer.status_code = status
    return answer
