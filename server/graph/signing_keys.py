"""The keys that Microsoft Entra signs tokens with, fetched seldom and kept when they cannot be fetched."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from server.graph.trust import tls_context
from server.settings import Settings

LIFESPAN = timedelta(hours=24)
COOLDOWN = timedelta(minutes=5)
FETCH_SECONDS = 5
RETRY_AFTER_FAILURE = timedelta(seconds=30)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)


class SigningKeysUnavailable(Exception):
    """No signing key was ever fetched, so no token can be checked; try again in a moment."""


@dataclass(frozen=True)
class SigningKey:
    """`issuer` is the issuer that may use the key, where the key set says so."""

    public: RSAPublicKey
    issuer: str | None


class SigningKeys:
    """The last good key set.

    Tokens name their key freely, so an unknown name asks Microsoft for news once in five minutes at most.
    """

    def __init__(self, fetch: Callable[[], Any], clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._turn = threading.Lock()
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at = _LONG_AGO
        self._not_before = _LONG_AGO

    def find(self, kid: str) -> SigningKey | None:
        """Raises SigningKeysUnavailable while there is no key set at all."""
        known = kid in self._keys
        if not known or self._are_old():
            self._refresh(wait=not known)
        if not self._keys:
            raise SigningKeysUnavailable
        return self._keys.get(kid)

    def _are_old(self) -> bool:
        return self._clock() - self._fetched_at >= LIFESPAN

    def _refresh(self, wait: bool) -> None:
        if not self._turn.acquire(blocking=wait):
            return
        try:
            now = self._clock()
            if now >= self._not_before:
                self._fetch_at(now)
        finally:
            self._turn.release()

    def _fetch_at(self, now: datetime) -> None:
        try:
            self._keys = dict(_usable_keys(self._fetch()))
        except (httpx.HTTPError, ValueError) as error:
            self._not_before = now + RETRY_AFTER_FAILURE
            log.warning("signing_keys_not_fetched", error=type(error).__name__, kept=len(self._keys))
        else:
            self._fetched_at, self._not_before = now, now + COOLDOWN


def fetch_signing_keys(settings: Settings) -> Callable[[], Any]:
    """A call to the tenant's key endpoint, which gives the JSON document or raises httpx.HTTPError."""
    address = f"{settings.authority}/discovery/v2.0/keys"
    tls = tls_context(settings.ca_bundle)

    def fetch() -> Any:
        with httpx.Client(verify=tls, timeout=FETCH_SECONDS) as client:
            return client.get(address).raise_for_status().json()

    return fetch


def _usable_keys(document: Any) -> Iterator[tuple[str, SigningKey]]:
    """RSA keys for signatures, by name; raises ValueError if there is none."""
    entries = document.get("keys") if isinstance(document, dict) else None
    found = [pair for entry in entries or () if (pair := _read_key(entry))]
    if not found:
        raise ValueError("the key endpoint gave no usable key")
    yield from found


def _read_key(entry: Any) -> tuple[str, SigningKey] | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    try:
        public = jwt.PyJWK(entry, algorithm="RS256").key
    except (jwt.PyJWTError, ValueError):
        return None
    kid, issuer = entry.get("kid"), entry.get("issuer")
    if not isinstance(public, RSAPublicKey) or not isinstance(kid, str) or not isinstance(issuer, str | None):
        return None
    return kid, SigningKey(public, issuer)
