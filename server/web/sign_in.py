"""The web sign-in: authorization code with PKCE, a session cookie at the end of it."""

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.accounts.viewer import Viewer
from server.graph.sign_in import SignInFailed
from server.web.context import bitacora
from server.web.identity import begin_session, end_session, recognise_viewer
from server.web.problems import Problem

FLOW = "sign_in_flow"
NEXT = "sign_in_next"


def create_sign_in(on_signed_in: Callable[[Viewer], None]) -> APIBlueprint:
    """`on_signed_in` is called with each person who has just signed in."""
    blueprint = APIBlueprint("sign_in", __name__, url_prefix="/sign-in", enable_openapi=False)

    @blueprint.get("")
    def begin() -> AnyResponse:
        try:
            flow = bitacora().sign_in.begin(_redirect_uri())
        except SignInFailed as error:
            return _failure(error.reason.value, error.detail)
        session[FLOW] = flow
        session[NEXT] = safe_path(request.args.get("next", ""))
        return redirect(flow["auth_uri"])

    @blueprint.get("/callback")
    def callback() -> AnyResponse:
        flow: dict[str, Any] = session.pop(FLOW, {})
        path = session.pop(NEXT, "/")
        try:
            identity = bitacora().sign_in.finish(flow, request.args)
            viewer = recognise_viewer(identity)
        except SignInFailed as error:
            return _failure(error.reason.value, error.detail)
        except Problem as problem:
            return _failure(problem.code, "")
        begin_session(identity)
        on_signed_in(viewer)
        return redirect(path)

    @blueprint.post("/out")
    def sign_out() -> AnyResponse:
        end_session()
        return redirect(url_for("sign_in.signed_out"))

    @blueprint.get("/out")
    def signed_out() -> str:
        return _page("signed_out", "")

    return blueprint


def safe_path(path: str) -> str:
    """A path on this very server, or the register: never an address that leads elsewhere."""
    ordinary = path.startswith("/") and not path.startswith("//")
    return path if ordinary and not any(c in path for c in "\\\r\n\t") else "/"


def _redirect_uri() -> str:
    return f"{bitacora().settings.public_url}/sign-in/callback"


def _failure(reason: str, detail: str) -> Response:
    return Response(_page(reason, detail), status=403, mimetype="text/html")


def _page(reason: str, detail: str) -> str:
    language = request.accept_languages.best_match(["es", "en"], default="en")
    return render_template("sign_in.html", language=language, reason=reason, detail=detail)
