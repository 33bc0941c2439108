"""Which folders of a mailbox came and went since a link was given out."""

import secrets

from simulator.errors import GraphError
from simulator.folders import Folder
from simulator.mailbox import Mailbox


class FolderDelta:
    """The links given out, each with its place in a mailbox's log; the caller holds the world's lock."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int]] = {}
        self._expired = (410, "SyncStateNotFound")

    def expire(self, status: int, code: str) -> None:
        """Forgets every link given out so far; they are answered with this error from now on."""
        self._expired = status, code
        self._places.clear()

    def changes(self, box: Mailbox, token: str | None) -> tuple[list[Folder], list[str], str]:
        """The folders that are new since `token` (None: all), the ids of those gone, and the next token."""
        since = self._place(box, token) if token else None
        following = secrets.token_urlsafe(24)
        self._places[following] = box.owner.id, box.sequence
        if since is None:
            return [folder for folder in box.folders.values() if folder.parent_id], [], following
        changed = dict.fromkeys(entry.id for entry in box.folder_log if entry.sequence > since)
        present = [box.folders[identifier] for identifier in changed if identifier in box.folders]
        return present, [identifier for identifier in changed if identifier not in box.folders], following

    def _place(self, box: Mailbox, token: str) -> int:
        owner, place = self._places.get(token, ("", 0))
        if owner != box.owner.id:
            status, code = self._expired
            raise GraphError(status, code, "The sync state generation is not found.")
        return place
