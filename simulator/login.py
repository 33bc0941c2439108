"""The identity platform over HTTP: metadata, keys, the page to choose the person, tokens."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from simulator.mishaps import failed
from simulator.oauth_errors import OAuthError, oauth_error_json
from simulator.request_log import Call
from simulator.users import User

if TYPE_CHECKING:
    from simulator.service import Simulator

NEEDS_ADMINISTRATOR = "AADSTS90094: The grant requires administrator permission."
TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "title": "Elige una cuenta",
        "note": "Inicio de sesión del simulador: no hace falta contraseña.",
        "cancel": "Cancelar",
        "consent": "Permisos solicitados",
        "agree": "Aceptar",
        "refused": "No se puede iniciar sesión",
        "advice": "La aplicación ha pedido algo que no está permitido. Avise a quien la instaló.",
    },
    "en": {
        "title": "Pick an account",
        "note": "The simulator's sign-in: no password is needed.",
        "cancel": "Cancel",
        "consent": "Permissions requested",
        "agree": "Accept",
        "refused": "You cannot sign in",
        "advice": "The application asked for something that is not allowed. Tell whoever installed it.",
    },
}


def create_login(simulator: "Simulator") -> Blueprint:
    blueprint = Blueprint("login", __name__, url_prefix="/<tenant>", template_folder="pages")

    @blueprint.before_request
    def befall() -> Response | None:
        """Faults reach these addresses only when they name them."""
        fault = simulator.faults.take_call(request.method, request.full_path, None, named=True)
        if fault is None:
            return None
        simulator.faults.hold_back(fault.delay)
        if fault.status is None:
            return None
        reply = failed(fault, fault.status, None)
        answer = Response(reply.body, reply.status, content_type=reply.content_type)
        answer.headers.update(reply.headers)
        return answer

    @blueprint.after_request
    def write_down(response: AnyResponse) -> AnyResponse:
        now = simulator.clock()
        call = Call(now, request.method, request.path, None, response.status_code, concurrent=1)
        simulator.requests.add(call)
        return response

    @blueprint.get("/v2.0/.well-known/openid-configuration")
    def metadata(tenant: str) -> AnyResponse:
        return _open(jsonify(simulator.identity.metadata(tenant)))

    @blueprint.get("/discovery/v2.0/keys")
    def keys(tenant: str) -> AnyResponse:
        return _open(jsonify(simulator.identity.key_set()))

    @blueprint.get("/oauth2/v2.0/authorize")
    def authorize(tenant: str) -> AnyResponse:
        refusal = _refusal(simulator, tenant)
        if refusal is not None:
            return refusal
        hinted = simulator.world.find_user(request.args.get("login_hint", ""))
        if request.args.get("prompt") == "none":
            return _granted(simulator, hinted) if hinted else _returned({"error": "login_required"})
        people = [user for user in simulator.world.users if user.kind == "person"]
        return make_response(
            render_template("choose_person.html", people=people, hinted=hinted, **_language())
        )

    @blueprint.post("/oauth2/v2.0/authorize")
    def chosen(tenant: str) -> AnyResponse:
        refusal = _refusal(simulator, tenant)
        if refusal is not None:
            return refusal
        person = simulator.world.find_user(request.form.get("person", ""))
        if person is None:
            return _returned({"error": "access_denied"})
        if asked := simulator.identity.asked_of(request.args, person.address):
            return _consent(simulator, person, asked)
        return _granted(simulator, person)

    @blueprint.post("/oauth2/v2.0/token")
    def token(tenant: str) -> AnyResponse:
        simulator.faults.check_token_endpoint()
        foreign = "Origin" in request.headers
        return _open(jsonify(simulator.identity.token(tenant, request.form, cross_origin=foreign)))

    @blueprint.route("/oauth2/v2.0/logout", methods=["GET", "POST"])
    def logout(tenant: str) -> AnyResponse:
        return redirect(request.values.get("post_logout_redirect_uri", "/outlook/"))

    @blueprint.errorhandler(OAuthError)
    def refused(error: OAuthError) -> AnyResponse:
        return _open(make_response(oauth_error_json(error, simulator.clock()), error.status))

    return blueprint


def _refusal(simulator: "Simulator", tenant: str) -> AnyResponse | None:
    """The page for a request that must not be answered by a redirect, None for a sound one."""
    try:
        simulator.identity.check_authorization(tenant, request.args)
    except OAuthError as error:
        return make_response(render_template("refused.html", error=error, **_language()), error.status)
    return None


def _consent(simulator: "Simulator", person: User, asked: list[str]) -> AnyResponse:
    """The page on which the person agrees, or the answer once they did or where only administrators may."""
    if not simulator.application.people_may_consent:
        return _returned({"error": "access_denied", "error_description": NEEDS_ADMINISTRATOR})
    if "agreed" not in request.form:
        return make_response(render_template("consent.html", person=person, asked=asked, **_language()))
    simulator.identity.consent(request.args, person.address)
    return _granted(simulator, person)


def _granted(simulator: "Simulator", person: User) -> AnyResponse:
    return _returned({"code": simulator.identity.authorize(request.args, person.address)})


def _returned(answer: Mapping[str, str]) -> AnyResponse:
    """Back to the client, with the state that it sent."""
    state = {"state": request.args["state"]} if "state" in request.args else {}
    mark = "#" if request.args.get("response_mode") == "fragment" else "?"
    return redirect(f"{request.args['redirect_uri']}{mark}{urlencode({**answer, **state})}")


def _language() -> dict[str, object]:
    language = request.accept_languages.best_match(list(TEXTS)) or "es"
    return {"language": language, "texts": TEXTS[language]}


def _open(response: AnyResponse) -> AnyResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response
