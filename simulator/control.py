"""The simulator's own doors, for demonstrations and tests; Microsoft has none of these."""

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from simulator.eml import message_from_eml
from simulator.oauth_errors import OAuthError, oauth_error_json
from simulator.scenarios.clients import clients_csv
from simulator.scenarios.firm import accounts
from simulator.users import UnknownUser

if TYPE_CHECKING:
    from simulator.service import Simulator


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

    @blueprint.post("/tokens")
    def tokens() -> Response:
        asked = request.get_json()
        return jsonify(simulator.identity.token_for(asked["person"], asked["client_id"], asked["scope"]))

    @blueprint.post("/mail")
    def mail() -> Response:
        given = message_from_eml(request.get_data()) if request.mimetype == "message/rfc822" else None
        delivered = simulator.world.deliver(given or request.get_json())
        return jsonify({"delivered": delivered})

    @blueprint.post("/faults")
    def faults() -> Response:
        """`{"fault": "next_call", "arguments": {"status": 429, "retry_after": 2}}`."""
        asked = request.get_json()
        name = str(asked["fault"])
        act = getattr(simulator.faults, name, None)
        if name.startswith(("_", "take_", "check_", "hold_")) or not callable(act):
            return Response(json.dumps({"error": f"no fault {name}"}), 404, mimetype="application/json")
        act(**asked.get("arguments", {}))
        return Response(status=204)

    @blueprint.get("/truth")
    def truth() -> Response:
        return jsonify([event.to_json() for event in simulator.world.truth])

    @blueprint.errorhandler(UnknownUser)
    def unknown(error: UnknownUser) -> Response:
        return Response(json.dumps({"error": f"nobody is {error}"}), 404, mimetype="application/json")

    @blueprint.errorhandler(OAuthError)
    def refused(error: OAuthError) -> Response:
        body = json.dumps(oauth_error_json(error, simulator.clock()))
        return Response(body, error.status, mimetype="application/json")

    return blueprint
