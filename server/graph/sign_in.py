"""Signing in at Microsoft Entra: people through their browser, the application with its own credential.

Of a person's sign-in the identity is given and the grant (Microsoft's refresh token), which the caller must
guard; no token of theirs is kept here. The application's own tokens stay in memory until they expire.
"""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import msal  # type: ignore[import-untyped]
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msal.exceptions import MsalServiceError  # type: ignore[import-untyped]

from server.graph.access_tokens import Claims, Identity, identity_from
from server.graph.trust import requests_session, tls_context
from server.settings import PREFIX, Settings, SettingsError

Flow = dict[str, Any]
Credential = str | dict[str, str]

# While the sign-in host is away, visitors must not hold every thread of the web server.
PATIENCE_S = 3.0
_AADSTS = re.compile(r"AADSTS\d+")
TRANSIENT_ERRORS = frozenset({"server_error", "temporarily_unavailable"})
UNREACHABLE = (requests.RequestException, MsalServiceError)
# What MSAL raises for a tenant that is not there, and for an answer that is not Entra's.
_UNUSABLE = (ValueError, KeyError)
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_NOT_A_MEMBER_CODES = frozenset({"AADSTS50020", "AADSTS50105", "AADSTS50177", "AADSTS500213", "AADSTS90072"})


class SignInReason(StrEnum):
    EXPIRED = "sign_in_expired"
    CANCELLED = "sign_in_cancelled"
    NOT_A_MEMBER = "not_a_member"
    REFUSED = "sign_in_refused"
    UNAVAILABLE = "microsoft_busy"


class SignInFailed(Exception):
    """Nobody signed in; `detail` is Microsoft's code (AADSTS…) or error name, free of personal data."""

    def __init__(self, reason: SignInReason, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


class TokenUnavailable(Exception):
    """The application got no token.

    `permanent` means that an operator has to change the credential, the consent or the settings first.
    """

    def __init__(self, reason: str, code: str = "", *, permanent: bool) -> None:
        super().__init__(f"{reason} {code}".strip())
        self.reason = reason
        self.code = code
        self.permanent = permanent


class SignIn:
    """Nothing is sent before the first call. Raises SettingsError if the certificate cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._credential = _credential(settings)
        self._tls = tls_context(settings.ca_bundle)
        self._answers: dict[str, Any] = {}
        self._people = _Lazy(lambda: self._new_client(_NoTokenCache(), http_cache=self._answers))
        self.forget_app_token()

    def begin(self, redirect_uri: str, *, scopes: Sequence[str] = (), choose_account: bool = False) -> Flow:
        """Start a sign-in: send the browser to `auth_uri` and give the whole answer to `finish` later.

        With `scopes`, Microsoft asks the person to agree to them. Raises SignInFailed.
        """
        prompt = "select_account" if choose_account else None
        client = self.client_for_people()
        # MSAL wants the answer as a cross-site POST, which browsers send without our SameSite=Lax cookie.
        flow: Flow = client.initiate_auth_code_flow(
            list(scopes), redirect_uri=redirect_uri, prompt=prompt, response_mode="form_post"
        )
        flow["auth_uri"] = flow["auth_uri"].replace("response_mode=form_post", "response_mode=query")
        return flow

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> tuple[Identity, str]:
        """Turn the query that the browser came back with into the person who signed in, and their grant.

        Raises SignInFailed.
        """
        if not flow or flow.get("state") != answer.get("state"):
            raise SignInFailed(SignInReason.EXPIRED)
        client = self.client_for_people()
        try:
            result = client.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
        except UNREACHABLE as error:
            raise SignInFailed(SignInReason.UNAVAILABLE, type(error).__name__) from None
        except (ValueError, RuntimeError):  # neither code nor error, or an answer to another question (nonce)
            raise SignInFailed(SignInReason.EXPIRED) from None
        return self._identity(result), str(result.get("refresh_token", ""))

    def client_for_people(self) -> msal.ConfidentialClientApplication:
        """MSAL's client, which keeps nothing of what it gives. Raises SignInFailed."""
        try:
            return self._people.get()
        except UNREACHABLE as error:
            raise SignInFailed(SignInReason.UNAVAILABLE, type(error).__name__) from None
        except _UNUSABLE:
            raise SignInFailed(SignInReason.REFUSED, "unknown_tenant") from None

    def forget_refusals(self) -> None:
        """MSAL repeats a refusal by itself for a minute; the person may agree sooner."""
        self._answers.clear()

    def app_token(self, scopes: Sequence[str], claims_challenge: str | None = None) -> str:
        """The application's own token, from memory while it is fresh.

        `claims_challenge` is the JSON text that an API answered with; it always fetches a new token.
        Raises TokenUnavailable.
        """
        try:
            result = self._application.get().acquire_token_for_client(
                list(scopes), claims_challenge=claims_challenge
            )
        except UNREACHABLE as error:
            raise TokenUnavailable("unreachable", type(error).__name__, permanent=False) from None
        except _UNUSABLE:
            raise TokenUnavailable("unknown_tenant", permanent=True) from None
        if "access_token" not in result:
            error_name = str(result.get("error"))
            raise TokenUnavailable(
                error_name, entra_code(result), permanent=error_name not in TRANSIENT_ERRORS
            )
        return str(result["access_token"])

    def forget_app_token(self) -> None:
        """Fetch a new one the next time, although the old one seems to be fresh."""
        self._application = _Lazy(lambda: self._new_client(msal.TokenCache()))

    def _new_client(
        self, cache: msal.TokenCache, http_cache: dict[str, Any] | None = None
    ) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            self._settings.client_id,
            authority=self._settings.authority,
            client_credential=self._credential,
            http_client=requests_session(self._tls),
            # The authority is the operator's own setting; asking login.microsoftonline.com about it
            # would fail in other clouds.
            instance_discovery=False,
            # CP1 tells Graph that we understand a claims challenge.
            client_capabilities=["CP1"],
            token_cache=cache,
            http_cache=http_cache,
        )

    def _identity(self, result: Mapping[str, Any]) -> Identity:
        claims = result.get("id_token_claims")
        if "error" in result or not isinstance(claims, dict):
            raise _failure(result)
        if not self._are_ours(claims):
            raise SignInFailed(SignInReason.NOT_A_MEMBER)
        return identity_from(claims)

    def _are_ours(self, claims: Claims) -> bool:
        """The token came from Microsoft over TLS; what is left to ask is for whom."""
        tenant, client = self._settings.tenant_id.lower(), self._settings.client_id.lower()
        return claims.get("tid") == tenant and claims.get("aud") == client and bool(claims.get("oid"))


class _Lazy:
    """Makes the MSAL client at the first call, because its constructor already asks Microsoft."""

    def __init__(self, make: Callable[[], msal.ConfidentialClientApplication]) -> None:
        self._make = make
        self._turn = threading.Lock()
        self._made: msal.ConfidentialClientApplication | None = None

    def get(self) -> msal.ConfidentialClientApplication:
        """Raises what MSAL raises, and Timeout for those who would wait behind one whose answer is slow."""
        if self._made is not None:
            return self._made
        if not self._turn.acquire(timeout=PATIENCE_S):
            raise requests.Timeout
        try:
            if self._made is None:
                self._made = self._make()
            return self._made
        finally:
            self._turn.release()


class _NoTokenCache(msal.TokenCache):  # type: ignore[misc]  # MSAL has no types
    """Forgets the tokens of people at once."""

    def add(self, event: Any, now: Any = None) -> None:
        pass


def _failure(result: Mapping[str, Any]) -> SignInFailed:
    error, code = str(result.get("error", "no_id_token")), entra_code(result)
    if code in _NOT_A_MEMBER_CODES:
        return SignInFailed(SignInReason.NOT_A_MEMBER, code)
    if error in TRANSIENT_ERRORS:
        return SignInFailed(SignInReason.UNAVAILABLE, code or error)
    if error == "access_denied":
        return SignInFailed(SignInReason.CANCELLED, code)
    return SignInFailed(SignInReason.REFUSED, code or _error_name(error))


def entra_code(result: Mapping[str, Any]) -> str:
    """Only the code: the text around it may name people, and anyone can write into the browser's query."""
    found = _AADSTS.search(str(result.get("error_description", "")))
    return found.group() if found else ""


def _error_name(error: str) -> str:
    return error if re.fullmatch(r"[a-z_]{1,40}", error) else "unknown_error"


def _credential(settings: Settings) -> Credential:
    if settings.client_secret:
        return settings.client_secret.get_secret_value()
    if settings.client_certificate:
        return _certificate(settings.client_certificate)
    raise SettingsError(f"{PREFIX}CLIENT_SECRET or {PREFIX}CLIENT_CERTIFICATE is missing")


def _certificate(path: Path) -> dict[str, str]:
    """What MSAL takes for a certificate: it picks the block that it needs out of the same PEM text."""
    pem = path.read_bytes()
    try:
        private_key = load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificates(pem)[0]
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"{PREFIX}CLIENT_CERTIFICATE names {path}, which must hold a certificate and its private key, "
            "both in PEM form and without a passphrase"
        ) from error
    if private_key.public_key() != certificate.public_key():
        raise SettingsError(
            f"{PREFIX}CLIENT_CERTIFICATE names {path}, whose private key is not the certificate's"
        )
    text = pem.decode("ascii", "replace")
    return {"private_key": text, "public_certificate": text}
