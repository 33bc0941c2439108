"""A Microsoft Entra tenant reduced to what signs tokens: keys, a key set, and claims that are right."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from server.graph.access_tokens import AccessTokens
from server.graph.signing_keys import SigningKeys
from server.settings import Settings

TENANT_ID = "7b1d2c3e-5a60-4f7b-8c9d-0e1f2a3b4c5d"
CLIENT_ID = "c0ffee00-1111-4222-8333-444455556666"
ANA_ID = "00000000-0000-4000-8000-000000000001"
LOGIN_URL = "https://login.example"
ISSUER = f"{LOGIN_URL}/{TENANT_ID}/v2.0"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

SETTINGS = Settings(
    tenant_id=TENANT_ID,
    client_id=CLIENT_ID,
    client_secret="simulator-secret",
    login_url=LOGIN_URL,
    secret_key="a key for tests",
)


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


class Issuer:
    """Signs with the first of `kids`, publishes all of them (or `key_set`), and counts who asks."""

    def __init__(self, clock: Clock, *kids: str) -> None:
        self.clock = clock
        self.kids = list(kids or ("first",))
        self.key_issuer: str | None = f"{LOGIN_URL}/{{tenantid}}/v2.0"
        self.failure: Exception | None = None
        self.key_set: Any = ...
        self.fetched = 0

    def fetch(self) -> Any:
        self.fetched += 1
        if self.failure:
            raise self.failure
        return {"keys": [self._entry(kid) for kid in self.kids]} if self.key_set is ... else self.key_set

    def access_tokens(self) -> AccessTokens:
        return AccessTokens(SETTINGS, SigningKeys(self.fetch, self.clock), self.clock)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What a token for Ana says, with changes; a change to `...` leaves the claim out."""
        now = int(self.clock.now.timestamp())
        claims = {
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "exp": now + 3600,
            "iat": now,
            "iss": ISSUER,
            "name": "Ana Ribera",
            "nbf": now,
            "oid": ANA_ID,
            "preferred_username": "ana@ribera.example",
            "scp": "access_as_user",
            "sub": "pairwise",
            "tid": TENANT_ID,
            "ver": "2.0",
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not ...}

    def token(self, *, kid: str | None = None, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        kid = kid or self.kids[0]
        names = {"kid": kid, **(headers or {})}
        return jwt.encode(self.claims(**changes), private_key(kid), algorithm="RS256", headers=names)

    def _entry(self, kid: str) -> dict[str, Any]:
        entry = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key(kid).public_key()))
        issuer = {"issuer": self.key_issuer} if self.key_issuer else {}
        return {"kty": "RSA", "use": "sig", "kid": kid, "n": entry["n"], "e": entry["e"], **issuer}


@cache
def private_key(kid: str) -> rsa.RSAPrivateKey:
    """The key of that name, the same in the whole run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if kid == "short" else 2048)
