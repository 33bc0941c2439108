"""Who asks: the pane by a bearer token, the pages by the cookie of the web sign-in."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request, session

from server.accounts.delegations import drop_grants, keep_grant, sealed_grant
from server.accounts.models import Person
from server.accounts.people import end_sessions, find_person, is_current, recognise
from server.accounts.staff import is_in_directory
from server.accounts.viewer import Viewer
from server.graph.access_tokens import Identity
from server.graph.delegated import Proof
from server.seal import SealBroken, fingerprint, seal, unseal
from server.web.context import bitacora
from server.web.problems import Problem
from server.web.security import origin_of

P = ParamSpec("P")
R = TypeVar("R")
ADMINISTRATOR = "Administrator"
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
# The cookie is not written anew with every request of a busy page.
SEEN_EVERY = timedelta(minutes=1)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Let only members of the firm through; the view finds them with `current_viewer`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        g.viewer = _viewer()
        return view(*args, **kwargs)

    return guarded


def administrators_only(view: Callable[P, R]) -> Callable[P, R]:
    """Let only administrators through: a right to set things up, and to no content."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not current_viewer().administrator:
            raise Problem("permission_needed")
        return view(*args, **kwargs)

    return signed_in(guarded)


def current_viewer() -> Viewer:
    viewer: Viewer = g.viewer
    return viewer


def current_proof() -> Proof:
    """What shows Microsoft that the person is there; empty if their sign-in brought nothing."""
    if access_token := g.get("access_token"):
        return Proof(access_token=access_token)
    half = session.get("half")
    if not isinstance(half, str):
        return Proof()
    parts = bitacora()
    with parts.database.reading() as database:
        sealed = sealed_grant(database, fingerprint(half), parts.clock())
    try:
        return Proof(grant=unseal(sealed, key=parts.settings.session_key(), half=half)) if sealed else Proof()
    except SealBroken:
        return Proof()


def is_signed_in() -> bool:
    """Whether the browser has a session that is still good."""
    return _session_identity(bitacora().clock()) is not None


def begin_session(identity: Identity, viewer: Viewer, *, grant: str) -> None:
    """Start anew: nothing of an earlier session may live on in this one. The grant stays here, sealed."""
    now = bitacora().clock().timestamp()
    session.clear()
    if grant:
        session["half"] = _keep_grant(viewer, grant)
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
    """Sign the person out in every browser: a copy of this cookie would otherwise stay good for hours."""
    # The cookie is signed: whose it is is sure even when it has been idle for too long. One that was
    # ended already has no say any more.
    entra_id, began = session.get("entra_id"), session.get("began")
    if isinstance(entra_id, str) and isinstance(began, float):
        with bitacora().database.writing() as database:
            person = find_person(database, entra_id)
            if person is not None and not _was_ended(person, began):
                end_sessions(database, entra_id, bitacora().clock())
                drop_grants(database, person.id)
    session.clear()


def recognise_viewer(identity: Identity, *, session_began: float | None = None) -> Viewer:
    """The member of the firm that an identity stands for, noted down at first sight.

    Raises Problem `not_a_member` for somebody who was shut out, `sign_in_needed` for a session that
    was ended elsewhere.
    """
    person = _person(identity)
    if not person.active:
        raise Problem("not_a_member")
    if session_began is not None and _was_ended(person, session_began):
        raise Problem("sign_in_needed")
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
        viewer = recognise_viewer(bitacora().tokens.validate(token.strip()))
        g.access_token = token.strip()
        return viewer
    now = bitacora().clock()
    identity = _session_identity(now)
    if identity is None:
        raise Problem("sign_in_needed")
    _refuse_foreign_origin()
    viewer = recognise_viewer(identity, session_began=session["began"])
    if now.timestamp() - session["seen"] >= SEEN_EVERY.total_seconds():
        session["seen"] = now.timestamp()
    return viewer


def _keep_grant(viewer: Viewer, grant: str) -> str:
    """Seal the grant; gives the half of the key that goes into the cookie and nowhere else."""
    parts, half = bitacora(), secrets.token_urlsafe(32)
    with parts.database.writing() as database:
        keep_grant(
            database,
            viewer.person_id,
            lookup=fingerprint(half),
            sealed_grant=seal(grant, key=parts.settings.session_key(), half=half),
            until=parts.clock() + LONGEST,
        )
    return half


def _person(identity: Identity) -> Person:
    """Read first: writers stand in a queue, and there is hardly ever something to write."""
    with bitacora().database.reading() as database:
        person = find_person(database, identity.entra_id)
        known = person is not None or is_in_directory(database, identity.entra_id)
    if person is not None and is_current(person, name=identity.name, address=identity.username):
        return person
    if not known and not bitacora().graph.users.is_member(identity.entra_id):
        # A guest of the tenant is a client or a friend, and may not read what others wrote.
        raise Problem("not_a_member")
    with bitacora().database.writing() as database:
        return recognise(database, entra_id=identity.entra_id, name=identity.name, address=identity.username)


def _was_ended(person: Person, session_began: float) -> bool:
    return person.sessions_from is not None and session_began <= person.sessions_from.timestamp()


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
    origin = request.headers.get("Origin")
    same_site = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if origin != origin_of(bitacora().settings.public_url) and not (origin is None and same_site):
        raise Problem("origin_refused")
