"""What the tokens say: claims of Graph's, the API's and ID tokens."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from simulator.tenant import GRAPH_RESOURCE, SERVICE_PRINCIPAL_ID, TENANT_ID, Application
from simulator.users import User
from simulator.values import Json

LIFETIME_S = 3599


def app_claims(application: Application, now: datetime) -> Json:
    """A Graph token of the application itself: permissions in `roles`."""
    return {
        **_graph(application, now),
        "idtyp": "app",
        "oid": SERVICE_PRINCIPAL_ID,
        "sub": SERVICE_PRINCIPAL_ID,
        "roles": sorted(application.permissions),
    }


def graph_claims(application: Application, user: User, scopes: Iterable[str], now: datetime) -> Json:
    """A Graph token for a person: permissions in `scp`."""
    return {
        **_graph(application, now),
        "idtyp": "user",
        "oid": user.id,
        "sub": _pairwise(user, GRAPH_RESOURCE),
        "name": user.name,
        "upn": user.address,
        "scp": " ".join(scopes),
    }


def api_claims(
    application: Application, user: User, scopes: Iterable[str], issuer: str, now: datetime, strength: str
) -> Json:
    """An access token for the application's own API, version 2.0; `strength` is the azpacr of the client."""
    return {
        **_person(application, user, issuer, now),
        "azp": application.client_id,
        "azpacr": strength,
        "scp": " ".join(scopes),
    }


def id_claims(application: Application, user: User, issuer: str, now: datetime, nonce: str | None) -> Json:
    """An ID token, version 2.0."""
    claims = _person(application, user, issuer, now)
    return {**claims, "nonce": nonce} if nonce else claims


def _person(application: Application, user: User, issuer: str, now: datetime) -> Json:
    claims = {
        **_times(now),
        "aud": application.client_id,
        "iss": issuer,
        "name": user.name,
        "oid": user.id,
        "preferred_username": user.address,
        "sub": _pairwise(user, application.client_id),
        "ver": "2.0",
    }
    return {**claims, "roles": list(user.roles)} if user.roles else claims


def _graph(application: Application, now: datetime) -> Json:
    return {
        **_times(now),
        "aud": GRAPH_RESOURCE,
        "iss": f"https://sts.windows.net/{TENANT_ID}/",
        "appid": application.client_id,
        "ver": "1.0",
    }


def _times(now: datetime) -> Json:
    moment = int(now.timestamp())
    return {
        "iat": moment,
        "nbf": moment,
        "exp": moment + LIFETIME_S,
        "tid": TENANT_ID,
        "uti": secrets.token_urlsafe(16),
    }


def _pairwise(user: User, audience: str) -> str:
    return hashlib.sha256(f"{user.id}\n{audience}".encode()).hexdigest()[:43]
