"""Who asks: the pane by a bearer token, the pages by the cookie of the web sign-in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import g, request, session

from server.accounts.people import recognise
from server.accounts.viewer import Viewer
from server.graph.access_tokens import Identity
from server.web.context import bitacora
from server.web.problems import Problem

P = ParamSpec("P")
R = TypeVar("R")
ADMINISTRATOR = "Administrator"
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let only members of the firm through; the view finds them with `current_viewer`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        g.viewer = _viewer()
        return view(*args, **kwargs)

    return guarded


def current_viewer() -> Viewer:
    viewer: Viewer = g.viewer
    return viewer


def is_signed_in() -> bool:
    """Whether the browser has a session that is still good."""
    return _session_identity(bitacora().clock()) is not None


def begin_session(identity: Identity) -> None:
    """Start anew: nothing of an earlier session may live on in this one."""
    now = bitacora().clock().timestamp()
    session.clear()
    session.update(
        tenant_id=identity.tenant_id,
        entra_id=identity.entra_id,
        name=identity.name,
        username=identity.username,
        roles=sorted(identity.roles),
        began=now,
        seen=now,
    )


def end_session() -> None:
    session.clear()


def recognise_viewer(identity: Identity) -> Viewer:
    """The member of the firm that an identity stands for, noted down at first sight.

    Raises Problem `not_a_member` for somebody who was shut out.
    """
    with bitacora().database.writing() as database:
        person = recognise(
            database, entra_id=identity.entra_id, name=identity.name, address=identity.username
        )
        if not person.active:
            raise Problem("not_a_member")
        return Viewer(
            person_id=person.id,
            entra_id=person.entra_id,
            name=person.name,
            address=person.address,
            administrator=ADMINISTRATOR in identity.roles,
        )


def _viewer() -> Viewer:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() == "bearer":
        return recognise_viewer(bitacora().tokens.validate(token.strip()))
    identity = _session_identity(bitacora().clock())
    if identity is None:
        raise Problem("sign_in_needed")
    _refuse_foreign_origin()
    session["seen"] = bitacora().clock().timestamp()
    return recognise_viewer(identity)


def _session_identity(now: datetime) -> Identity | None:
    try:
        began, seen = float(session["began"]), float(session["seen"])
        identity = Identity(
            tenant_id=session["tenant_id"],
            entra_id=session["entra_id"],
            name=session["name"],
            username=session["username"],
            roles=frozenset(session["roles"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
    fresh = now.timestamp() - seen < IDLE.total_seconds()
    young = now.timestamp() - began < LONGEST.total_seconds()
    return identity if fresh and young else None


def _refuse_foreign_origin() -> None:
    """A cookie travels with requests that other sites cause; those name their origin."""
    if request.method in SAFE_METHODS:
        return
    parts = urlsplit(bitacora().settings.public_url)
    origin = request.headers.get("Origin")
    same_site = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if origin != f"{parts.scheme}://{parts.netloc}" and not (origin is None and same_site):
        raise Problem("origin_refused")
