"""Who calls our API: the access token that the pane brings, checked in full or refused.

The checks are those of https://learn.microsoft.com/entra/identity-platform/claims-validation. People are
known by (tenant, object id); name and username are for display: both change, and others may choose them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

from server.graph.signing_keys import SigningKey, SigningKeys, fetch_signing_keys
from server.settings import Settings

ALGORITHM = "RS256"
SCOPE = "access_as_user"
LEEWAY_SECONDS = 300
LONGEST_TOKEN = 16_384
# A token that brings or names a key of its own, or asks for rules that we do not know.
_FORBIDDEN_HEADERS = frozenset({"b64", "crit", "jku", "jwk", "x5c", "x5u"})
_SIGNATURE_ONLY: Options = {
    "enforce_minimum_key_length": True,
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_jti": False,
    "verify_nbf": False,
    "verify_sub": False,
}

Claims = Mapping[str, Any]


class TokenRefused(Exception):
    """The token does not prove who calls; `reason` says which check failed and holds nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Identity:
    """A person as Microsoft Entra describes them; `entra_id` is the object id in the tenant."""

    tenant_id: str
    entra_id: str
    name: str
    username: str
    roles: frozenset[str]


class AccessTokens:
    """The door for bearer tokens of our own scope, from our own app, in our own tenant."""

    def __init__(self, settings: Settings, keys: SigningKeys, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._clock = clock
        self._rules = _Rules(settings.tenant_id.lower(), settings.client_id.lower(), settings.login_url)

    @classmethod
    def from_microsoft(cls, settings: Settings, clock: Callable[[], datetime]) -> "AccessTokens":
        """Check against the tenant's published keys; nothing is fetched before the first token comes."""
        return cls(settings, SigningKeys(fetch_signing_keys(settings), clock), clock)

    def validate(self, token: str) -> Identity:
        """Raises TokenRefused, or SigningKeysUnavailable while Microsoft's keys have never been read."""
        key = self._key_of(_header(token))
        claims = _signed_claims(token, key)
        reason = _refusal(claims, self._rules, self._clock().timestamp()) or _misuse(key, self._rules)
        if reason:
            raise TokenRefused(reason)
        return identity_from(claims)

    def _key_of(self, header: Mapping[str, Any]) -> SigningKey:
        if header.get("alg") != ALGORITHM:
            raise TokenRefused("algorithm")
        if not _FORBIDDEN_HEADERS.isdisjoint(header):
            raise TokenRefused("header")
        kid = header.get("kid")
        key = self._keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefused("unknown key")
        return key


@dataclass(frozen=True)
class _Rules:
    tenant_id: str
    client_id: str
    login_url: str

    @property
    def issuer(self) -> str:
        return f"{self.login_url}/{self.tenant_id}/v2.0"


def identity_from(claims: Claims) -> Identity:
    """Read the person out of claims that have been checked."""
    username = _text(claims, "preferred_username")
    return Identity(
        tenant_id=claims["tid"],
        entra_id=claims["oid"],
        name=_text(claims, "name") or username,
        username=username,
        roles=_roles(claims),
    )


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("size")
    try:
        return jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise TokenRefused("not a JWT") from None


def _signed_claims(token: str, key: SigningKey) -> Claims:
    """Check the signature only: the library reads the system's clock, so times are checked with ours."""
    try:
        claims: Claims = jwt.decode(token, key.public, algorithms=[ALGORITHM], options=_SIGNATURE_ONLY)
    except jwt.PyJWTError:
        raise TokenRefused("signature") from None
    return claims


def _refusal(claims: Claims, rules: _Rules, now: float) -> str | None:
    return next((reason for reason, holds in _CHECKS.items() if not holds(claims, rules, now)), None)


_CHECKS: dict[str, Callable[[Claims, _Rules, float], bool]] = {
    "version": lambda claims, rules, now: claims.get("ver") == "2.0",
    "issuer": lambda claims, rules, now: claims.get("iss") == rules.issuer,
    "tenant": lambda claims, rules, now: claims.get("tid") == rules.tenant_id,
    "audience": lambda claims, rules, now: claims.get("aud") == rules.client_id,
    "calling app": lambda claims, rules, now: claims.get("azp") == rules.client_id,
    "app-only": lambda claims, rules, now: claims.get("idtyp", "user") == "user",
    "scope": lambda claims, rules, now: SCOPE in _text(claims, "scp").split(),
    "object id": lambda claims, rules, now: bool(_text(claims, "oid")),
    "expired": lambda claims, rules, now: now < _time(claims, "exp", -1) + LEEWAY_SECONDS,
    "not yet valid": lambda claims, rules, now: 0 <= _time(claims, "nbf", 0) <= now + LEEWAY_SECONDS,
}


def _misuse(key: SigningKey, rules: _Rules) -> str | None:
    """Some keys of a set serve other issuers (personal accounts); `{tenantid}` stands for any tenant."""
    if key.issuer is None or key.issuer.replace("{tenantid}", rules.tenant_id) == rules.issuer:
        return None
    return "key of another issuer"


def _time(claims: Claims, name: str, missing: int) -> int:
    value = claims.get(name, missing)
    return value if type(value) is int else -LEEWAY_SECONDS


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _roles(claims: Claims) -> frozenset[str]:
    roles = claims.get("roles")
    return (
        frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()
    )
