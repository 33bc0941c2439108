"""The signing keys of the identity platform, as its JWKS document shows them."""

import base64
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.types import Options

from simulator.certificates import new_rsa_key, self_signed, thumbprint
from simulator.values import Json

# Whoever verifies compares the times with the simulator's clock.
_ANY_TIME: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}


@dataclass(frozen=True)
class SigningKey:
    """An RSA key with the id that tokens name it by."""

    key: rsa.RSAPrivateKey
    id: str
    certificate: str

    def to_json(self, issuer: str) -> Json:
        public = self.key.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "x5t": self.id,
            "n": _base64url(public.n),
            "e": _base64url(public.e),
            "x5c": [self.certificate],
            "issuer": issuer,
        }


class KeyRing:
    """The keys in force, the one that signs first."""

    def __init__(self) -> None:
        self._keys = [new_signing_key()]

    @property
    def keys(self) -> list[SigningKey]:
        return list(self._keys)

    def rotate(self, *, keep_old: bool = True) -> None:
        """Signs with a new key from now on; without `keep_old` tokens signed earlier no longer verify."""
        self._keys = [new_signing_key(), *(self._keys if keep_old else [])]

    def sign(self, claims: dict[str, Any]) -> str:
        key = self._keys[0]
        return jwt.encode(claims, key.key, algorithm="RS256", headers={"kid": key.id, "x5t": key.id})

    def verify(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token signed here for `audience`, expired or not; raises jwt.PyJWTError."""
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((key for key in self._keys if key.id == kid), None)
        if key is None:
            raise jwt.InvalidKeyError("The token is signed by an unknown key.")
        return jwt.decode(
            token, key.key.public_key(), algorithms=["RS256"], audience=audience, options=_ANY_TIME
        )


def new_signing_key() -> SigningKey:
    key = new_rsa_key()
    certificate = self_signed(key, "accounts.accesscontrol.windows.net")
    der = certificate.public_bytes(serialization.Encoding.DER)
    kid = base64.urlsafe_b64encode(thumbprint(certificate, "sha1")).rstrip(b"=").decode()
    return SigningKey(key, kid, base64.b64encode(der).decode())


def _base64url(number: int) -> str:
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
