"""Identifiers that look like Microsoft's and repeat for a given seed."""

import base64
import hashlib
import random
import uuid

DEFAULT_PREFIX = "AAMk"
IMMUTABLE_PREFIX = "AAkALg"
CONVERSATION_PREFIX = "AAQkAD"


class IdSource:
    """A seeded stream of identifiers; the same seed gives the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible on purpose, protects nothing

    def guid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def default_id(self) -> str:
        """An item's or folder's id as Graph gives it without a Prefer header."""
        return f"{DEFAULT_PREFIX}{self._token(84)}="

    def immutable_id(self) -> str:
        return f"{IMMUTABLE_PREFIX}{self._token(60)}="

    def hexadecimal(self, length: int) -> str:
        return self._random.randbytes(length // 2).hex().upper()

    def _token(self, size: int) -> str:
        return base64.urlsafe_b64encode(self._random.randbytes(size)).decode()


def stable_guid(*names: str) -> str:
    """The same guid whenever the same names are given."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(names)))


def conversation_id(owner_id: str, root: str) -> str:
    """The id of a thread in one mailbox, made of the Message-ID that the thread began with."""
    digest = hashlib.sha256(f"{owner_id}\n{root}".encode()).digest()
    return f"{CONVERSATION_PREFIX}{base64.urlsafe_b64encode(digest * 2).decode()[:-1]}="
