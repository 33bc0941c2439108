"""One mailbox: its folders, its messages, and the log of what changed where."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from simulator.errors import GraphError, item_not_found
from simulator.filters import Filter
from simulator.folders import DELETED_FOREVER, ROOT, Folder, standard_folders
from simulator.ids import IdSource
from simulator.messages import Message
from simulator.query import Order, Query
from simulator.users import User
from simulator.values import Json

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change in a folder: a message (or folder) is `present` in it since `sequence`, or has left it.

    `rest_id` is the default id that the message had there; `moved` says that it came or went by a move.
    """

    sequence: int
    id: str
    rest_id: str
    present: bool
    moved: bool = False


class Mailbox:
    """The items of one user; the caller holds the world's lock."""

    def __init__(self, owner: User, ids: IdSource) -> None:
        self.owner = owner
        self.folders = {folder.id: folder for folder in standard_folders(ids, owner.folder_language)}
        self.archive: dict[str, Message] = {}
        self.categories: list[Json] = []
        self.roots: dict[str, str] = {}
        self.folder_log: list[LogEntry] = []
        self.sequence = 0
        self._well_known = {f.well_known: f.id for f in self.folders.values() if f.well_known}
        self._messages: dict[str, Message] = {}
        self._by_rest_id: dict[str, Message] = {}
        self._contents: dict[str, dict[str, Message]] = {folder_id: {} for folder_id in self.folders}
        self._logs: dict[str, list[LogEntry]] = {folder_id: [] for folder_id in self.folders}
        # What lists and folders showed last, until something changes.
        self._newest_first: dict[str | None, list[Message]] = {}
        self._chosen: dict[tuple[str | None, Filter, tuple[Order, ...]], Sequence[Message]] = {}
        self._figures: dict[str, Json] = {}

    # Folders

    def folder(self, name: str) -> Folder:
        """The folder of that id or well-known name; raises GraphError 404."""
        folder = self.folders.get(name) or self.folders.get(self._well_known.get(name.lower(), ""))
        if folder is None:
            raise GraphError(
                404, "ErrorItemNotFound", "The specified folder could not be found in the store."
            )
        return folder

    def children(self, folder_id: str, *, hidden: bool = False) -> list[Folder]:
        return [f for f in self.folders.values() if f.parent_id == folder_id and (hidden or not f.hidden)]

    def tree(self, folder_id: str) -> Iterator[Folder]:
        """Every folder below this one, hidden ones too."""
        for child in self.children(folder_id, hidden=True):
            yield child
            yield from self.tree(child.id)

    def path(self, folder_id: str) -> str:
        """The folder's well-known name, or the names from the nearest well-known ancestor down."""
        folder = self.folders[folder_id]
        if folder.well_known or not folder.parent_id:
            return folder.well_known or folder.display_name
        if folder.parent_id == self._well_known[ROOT]:
            return folder.display_name
        return f"{self.path(folder.parent_id)}/{folder.display_name}"

    def put_folder(self, folder: Folder) -> Folder:
        """Stores a folder, new or changed."""
        self.folders[folder.id] = folder
        self._contents.setdefault(folder.id, {})
        self._logs.setdefault(folder.id, [])
        self.folder_log.append(LogEntry(self._next(), folder.id, folder.id, present=True))
        return folder

    def remove_folder(self, folder: Folder) -> None:
        """Forgets an empty folder."""
        del self.folders[folder.id]
        self.folder_log.append(LogEntry(self._next(), folder.id, folder.id, present=False))

    def folder_json(self, folder: Folder) -> Json:
        if folder.id not in self._figures:
            self._figures[folder.id] = _figures(self._contents[folder.id].values())
        return {
            "id": folder.id,
            "displayName": folder.display_name,
            "parentFolderId": folder.parent_id or folder.id,
            "childFolderCount": len(self.children(folder.id)),
            **self._figures[folder.id],
            "isHidden": folder.hidden,
        }

    # Messages

    def message(self, identifier: str) -> Message:
        """The message of that default or immutable id; raises GraphError 404, for moved ones' old ids too."""
        found = self.any_message(identifier)
        if self.deleted_forever(found):
            raise item_not_found()
        return found

    def any_message(self, identifier: str) -> Message:
        """The same, among the recoverable items too."""
        found = self._messages.get(identifier) or self._by_rest_id.get(identifier)
        if found is None:
            raise item_not_found()
        return found

    def listed(self, folder_id: str | None = None) -> list[Message]:
        """The messages of a folder, or of all that people can reach, newest first; not to be changed."""
        if folder_id not in self._newest_first:
            self._newest_first[folder_id] = sorted(
                self._reachable(folder_id), key=lambda m: m.received or _NEVER, reverse=True
            )
        return self._newest_first[folder_id]

    def chosen(self, folder_id: str | None, query: Query) -> Sequence[Message]:
        """The listed messages that a query asks for, in its order; not to be changed."""
        key = folder_id, query.filter, query.order
        if key not in self._chosen:
            self._chosen[key] = query.chosen(self.listed(folder_id), lambda message: message.properties)
        return self._chosen[key]

    def log(self, folder_id: str) -> list[LogEntry]:
        """What changed in a folder, oldest first."""
        return self._logs[folder_id]

    def in_folder(self, message: Message, name: str) -> bool:
        return message.folder_id == self._well_known.get(name)

    def put(self, message: Message) -> None:
        """Stores a new message."""
        self._messages[message.id] = self._by_rest_id[message.rest_id] = message
        self._contents[message.folder_id][message.id] = message
        self._note(message, present=True)

    def change(self, message: Message, **fields: Any) -> Message:
        """Stores new field values of a message in its folder and returns the new version."""
        return self._exchange(message, replace(message, version=self._next(), **fields))

    def relocate(self, message: Message, folder_id: str, rest_id: str, **fields: Any) -> Message:
        """Moves a message to another folder, where its default id is `rest_id`."""
        self._note(message, present=False, moved=True)
        moved = replace(message, version=self._next(), folder_id=folder_id, rest_id=rest_id, **fields)
        return self._exchange(message, moved, moved=True)

    def remove(self, message: Message) -> None:
        self._note(message, present=False)
        self._forget(message)

    def deleted_forever(self, message: Message) -> bool:
        return self.in_folder(message, DELETED_FOREVER)

    def _exchange(self, old: Message, new: Message, moved: bool = False) -> Message:
        self._forget(old)
        self._messages[new.id] = self._by_rest_id[new.rest_id] = new
        self._contents[new.folder_id][new.id] = new
        self._note(new, present=True, moved=moved)
        return new

    def _forget(self, message: Message) -> None:
        del self._messages[message.id], self._by_rest_id[message.rest_id]
        del self._contents[message.folder_id][message.id]

    def _note(self, message: Message, *, present: bool, moved: bool = False) -> None:
        entry = LogEntry(self._next(), message.id, message.rest_id, present, moved)
        self._logs[message.folder_id].append(entry)
        self._newest_first.clear()
        self._chosen.clear()
        self._figures.pop(message.folder_id, None)

    def _reachable(self, folder_id: str | None) -> list[Message]:
        if folder_id is not None:
            return list(self._contents[folder_id].values())
        return [m for m in self._messages.values() if not self.deleted_forever(m)]

    def _next(self) -> int:
        self.sequence += 1
        return self.sequence


def _figures(contents: Collection[Message]) -> Json:
    bodies = [message.properties.get("body") or {} for message in contents]
    return {
        "unreadItemCount": sum(not message.properties.get("isRead") for message in contents),
        "totalItemCount": len(contents),
        "sizeInBytes": sum(len(body.get("content") or "") for body in bodies),
    }
