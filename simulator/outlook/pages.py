"""The pages of the look-alike, its stand-in for Office.js, and who has a mailbox."""

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from simulator.tenant import CLIENT_ID
from simulator.users import User
from simulator.values import Json
from simulator.world import World

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
# One script for the pane, in the order in which the parts build on each other.
_OFFICE_PARTS = (
    "namespace",
    "asynchronous",
    "channel",
    "events",
    "item",
    "dialog",
    "mailbox",
    "bridge",
    "ready",
)


class Tenant(Protocol):
    """What the look-alike asks of the simulator; the server at `public_url` brings the pane."""

    @property
    def world(self) -> World: ...

    @property
    def public_url(self) -> str: ...


def create_blueprint(tenant: Tenant) -> Blueprint:
    """The look-alike under /outlook/."""
    blueprint = Blueprint("outlook", __name__, url_prefix="/outlook")

    @blueprint.get("/")
    def page() -> AnyResponse:
        if not _is_named_localhost():
            return redirect(_named_localhost(request.url))
        answer = send_from_directory(_STATIC, "index.html")
        answer.headers["Content-Security-Policy"] = _policy(_origin(tenant.public_url))
        return _private(answer)

    @blueprint.get("/<path:name>")
    def asset(name: str) -> AnyResponse:
        return _private(send_from_directory(_STATIC, name))

    @blueprint.get("/office.js")
    def office() -> AnyResponse:
        answer = Response(_office_script(), mimetype="text/javascript")
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return _private(answer)

    @blueprint.get("/tenant.json")
    def people() -> AnyResponse:
        users = [_user_json(user) for user in tenant.world.users]
        return jsonify({"public_url": tenant.public_url.rstrip("/"), "client_id": CLIENT_ID, "users": users})

    return blueprint


def _is_named_localhost() -> bool:
    """Office.js speaks only to the origin that it came from, and settings name that one localhost."""
    return urlsplit(request.host_url).hostname not in ("127.0.0.1", "::1")


def _named_localhost(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"localhost:{parts.port}" if parts.port else "localhost").geturl()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _policy(pane: str) -> str:
    """The content security policy of the page.

    Frames made of a mail's text inherit it, so it must let through the styles that mails carry inline.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            f"connect-src 'self' {pane}",
            f"frame-src {pane}",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _office_script() -> str:
    parts = "\n".join((_HERE / "office" / f"{name}.js").read_text("utf-8") for name in _OFFICE_PARTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _user_json(user: User) -> Json:
    return {"name": user.name, "address": user.address, "addresses": user.addresses, "kind": user.kind}
