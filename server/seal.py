"""Sealing a short secret for the database: who reads it there, even with the key, lacks the other half."""

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(Exception):
    """It was sealed with another key, or for somebody else, or changed since."""


def seal(secret: str, *, key: str, half: str) -> str:
    """Encrypt a secret so that both the program's key and the holder's half are needed to read it."""
    return _box(key, half).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, key: str, half: str) -> str:
    """Raises SealBroken."""
    try:
        return _box(key, half).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def fingerprint(half: str) -> str:
    """Finds what was sealed for a holder without giving their half away."""
    return hashlib.sha256(half.encode()).hexdigest()


def _box(key: str, half: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"bitacora seal {half}".encode()).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
