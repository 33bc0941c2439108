"""The identity platform over HTTP: metadata, keys, the page to choose the person, tokens."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.oauth_errors import OAuthError, oauth_error_json

if TYPE_CHECKING:
    from simulator.service import Simulator


def create_login(simulator: "Simulator") -> Blueprint:
    blueprint = Blueprint("login", __name__, url_prefix="/<tenant>", template_folder="pages")

    @blueprint.get("/v2.0/.well-known/openid-configuration")
    def metadata(tenant: str) -> Response:
        return _open(jsonify(simulator.identity.metadata(tenant)))

    @blueprint.get("/discovery/v2.0/keys")
    def keys(tenant: str) -> Response:
        return _open(jsonify(simulator.identity.key_set()))

    @blueprint.get("/oauth2/v2.0/authorize")
    def authorize(tenant: str) -> str:
        simulator.identity.check_authorization(tenant, request.args)
        people = [user for user in simulator.world.users if user.kind == "person"]
        return render_template("choose_person.html", people=people, asked=request.args)

    @blueprint.post("/oauth2/v2.0/authorize")
    def chosen(tenant: str) -> AnyResponse:
        simulator.identity.check_authorization(tenant, request.args)
        code = simulator.identity.authorize(request.args, request.form["person"])
        answer = urlencode({"code": code, "state": request.args.get("state", "")})
        mark = "#" if request.args.get("response_mode") == "fragment" else "?"
        return redirect(f"{request.args['redirect_uri']}{mark}{answer}")

    @blueprint.post("/oauth2/v2.0/token")
    def token(tenant: str) -> Response:
        simulator.faults.check_token_endpoint()
        foreign = "Origin" in request.headers
        return _open(jsonify(simulator.identity.token(tenant, request.form, cross_origin=foreign)))

    @blueprint.get("/oauth2/v2.0/logout")
    def logout(tenant: str) -> AnyResponse:
        return redirect(request.args.get("post_logout_redirect_uri", "/outlook/"))

    @blueprint.errorhandler(OAuthError)
    def refused(error: OAuthError) -> Response:
        return _open(make_response(oauth_error_json(error, simulator.clock()), error.status))

    return blueprint


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response
