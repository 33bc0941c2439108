"""The web sign-in: authorization code with PKCE, a session cookie at the end of it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from apiflask import APIBlueprint
from flask import Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.accounts.viewer import Viewer
from server.graph.sign_in import SignInFailed, SignInReason
from server.mail import Ability
from server.settings import LOOPBACK_HOSTS
from server.web.context import bitacora
from server.web.identity import begin_session, end_session, recognise_viewer
from server.web.message_page import message_page
from server.web.problems import Problem

FLOW = "sign_in_flow"
NEXT = "sign_in_next"
STATUS = {SignInReason.UNAVAILABLE: 503, SignInReason.EXPIRED: 400}


def create_sign_in(on_signed_in: Callable[[Viewer], None]) -> APIBlueprint:
    """`on_signed_in` is called with each person who has just signed in."""
    blueprint = APIBlueprint("sign_in", __name__, url_prefix="/sign-in", enable_openapi=False)

    @blueprint.get("")
    def begin() -> AnyResponse:
        if _is_under_another_name():
            return redirect(bitacora().settings.public_url + request.full_path.rstrip("?"))
        try:
            flow = bitacora().sign_in.begin(
                _redirect_uri(), scopes=_scopes(), choose_account="choose" in request.args
            )
        except SignInFailed as error:
            return _failure(error)
        address = flow.pop("auth_uri")
        session[FLOW] = flow
        session[NEXT] = safe_path(request.args.get("next", ""))
        return redirect(address)

    @blueprint.get("/callback")
    def callback() -> AnyResponse:
        flow: dict[str, Any] = session.pop(FLOW, {})
        path = session.pop(NEXT, "/")
        try:
            identity, grant = bitacora().sign_in.finish(flow, request.args)
            viewer = recognise_viewer(identity)
        except SignInFailed as error:
            return _failure(error)
        except Problem as problem:
            return message_page(problem.code, 403, link=_again(choose=True))
        begin_session(identity, viewer, grant=grant)
        on_signed_in(viewer)
        return redirect(path)

    @blueprint.post("/out")
    def sign_out() -> AnyResponse:
        end_session()
        return redirect(url_for("sign_in.signed_out"), code=303)

    @blueprint.get("/out")
    def signed_out() -> Response:
        return message_page("signed_out", 200, link=_again(choose=True))

    return blueprint


def safe_path(path: str) -> str:
    """A path on this very server, or the register: never an address that leads elsewhere."""
    ordinary = path.startswith("/") and not path.startswith("//")
    return path if ordinary and path.isprintable() and "\\" not in path else "/"


def _is_under_another_name() -> bool:
    """On one's own machine 127.0.0.1 and localhost are two sites, and a cookie belongs to one of them."""
    public = urlsplit(bitacora().settings.public_url)
    here = urlsplit(request.host_url).hostname
    return here != public.hostname and {here, public.hostname} <= LOOPBACK_HOSTS


def _scopes() -> list[str]:
    """What the person came to agree to; the ordinary sign-in asks for nothing."""
    asked = request.args.get("ability", "")
    return bitacora().delegated.scopes(Ability(asked)) if asked in set(Ability) else []


def _redirect_uri() -> str:
    return f"{bitacora().settings.public_url}/sign-in/callback"


def _failure(error: SignInFailed) -> Response:
    # Microsoft would pick the same account again by itself.
    link = _again(choose=error.reason is SignInReason.NOT_A_MEMBER)
    return message_page(error.reason, STATUS.get(error.reason, 403), link=link, detail=error.detail)


def _again(*, choose: bool) -> str:
    return url_for("sign_in.begin", choose="account") if choose else url_for("sign_in.begin")
