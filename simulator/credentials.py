"""How an application proves to the token endpoint that it is itself."""

import base64
import binascii
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate

from simulator.certificates import thumbprint
from simulator.oauth_errors import OAuthError
from simulator.tenant import Application

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SECRET, CERTIFICATE = "1", "2"


def proven(
    application: Application, form: Mapping[str, str], audiences: Collection[str], now: datetime
) -> str:
    """How the client proved its identity, as `azpacr` says it; raises OAuthError 401 if it did not.

    `audiences` are the addresses that an assertion may be made for.
    """
    if "client_assertion" in form:
        _check_assertion(application, form, audiences)
        return CERTIFICATE
    if "client_secret" not in form:
        raise _refused(
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    if form["client_secret"] not in application.secrets:
        raise _refused(
            7000215,
            "Invalid client secret provided. Ensure the secret sent in the request is the client secret "
            f"value, not the client secret ID, for a secret added to app '{application.client_id}'.",
        )
    if application.secret_ends <= now:
        raise _refused(
            7000222, f"The provided client secret keys for app '{application.client_id}' are expired."
        )
    return SECRET


def _check_assertion(application: Application, form: Mapping[str, str], audiences: Collection[str]) -> None:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError(50027, "invalid_request", f"client_assertion_type must be '{ASSERTION_TYPE}'.")
    assertion = form["client_assertion"]
    try:
        claims = _verified(assertion, _certificate_of(application, assertion), audiences)
    except jwt.PyJWTError as error:
        raise _refused(700027, f"The certificate-based client assertion failed: {error}.") from error
    if not claims["iss"] == claims["sub"] == application.client_id:
        raise _refused(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")


def _verified(assertion: str, certificate: Certificate, audiences: Collection[str]) -> dict[str, Any]:
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise jwt.InvalidKeyError("the registered certificate has no RSA key")
    return jwt.decode(
        assertion,
        key,
        algorithms=["RS256", "PS256"],
        audience=list(audiences),
        options={"require": ["aud", "exp", "iss", "sub", "jti"]},
    )


def _certificate_of(application: Application, assertion: str) -> Certificate:
    header = jwt.get_unverified_header(assertion)
    named = {"sha1": _decoded(header.get("x5t")), "sha256": _decoded(header.get("x5t#S256"))}
    for certificate in application.certificates:
        if any(value and thumbprint(certificate, algorithm) == value for algorithm, value in named.items()):
            return certificate
    raise jwt.InvalidKeyError("the key was not found; register the certificate with the application")


def _decoded(value: str | None) -> bytes:
    # MSAL pads x5t, RFC 7515 does not.
    try:
        return base64.urlsafe_b64decode((value or "").rstrip("=") + "==")
    except binascii.Error:
        return b""


def _refused(number: int, message: str) -> OAuthError:
    return OAuthError(number, "invalid_client", message, status=401)
