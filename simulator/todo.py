"""Microsoft To Do: each person's lists and the tasks in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import GraphError, bad_request
from simulator.ids import IdSource
from simulator.users import Language, User
from simulator.values import Json

_NAMES: dict[Language, tuple[str, str]] = {
    "es": ("Tareas", "Correo electrónico marcado"),
    "en": ("Tasks", "Flagged Emails"),
}
_WELL_KNOWN = ("defaultList", "flaggedEmails")


@dataclass
class TaskList:
    """A list with its tasks, newest last."""

    properties: Json
    tasks: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.properties["id"])


class Todo:
    """The lists of everybody; the caller holds the world's lock."""

    def __init__(self, ids: IdSource) -> None:
        self._ids = ids
        self._lists: dict[str, list[TaskList]] = {}

    def lists(self, owner: User) -> list[TaskList]:
        """A person's lists; To Do makes the first two by itself."""
        if owner.id not in self._lists:
            names = zip(_NAMES[owner.folder_language], _WELL_KNOWN, strict=True)
            self._lists[owner.id] = [self._new_list(name, well_known) for name, well_known in names]
        return self._lists[owner.id]

    def list(self, owner: User, list_id: str) -> TaskList:
        """Raises GraphError 404."""
        for each in self.lists(owner):
            if each.id == list_id:
                return each
        raise GraphError(404, "ErrorItemNotFound", "The list was not found.")

    def add(self, owner: User, list_id: str, given: Mapping[str, Any], now: str) -> Json:
        """Adds a task; raises GraphError 400 for one without a title, 404 for an unknown list."""
        if not given.get("title"):
            raise bad_request("The task must have a title.", "invalidRequest")
        task: Json = {
            "importance": "normal",
            "isReminderOn": False,
            "status": "notStarted",
            "createdDateTime": now,
            "lastModifiedDateTime": now,
            "hasAttachments": False,
            "categories": [],
            "body": {"content": "", "contentType": "text"},
            **given,
            "id": self._ids.default_id(),
        }
        task["linkedResources"] = [
            {**resource, "id": self._ids.guid()} for resource in given.get("linkedResources") or ()
        ]
        self.list(owner, list_id).tasks.append(task)
        return task

    def _new_list(self, name: str, well_known: str) -> TaskList:
        return TaskList(
            {
                "displayName": name,
                "isOwner": True,
                "isShared": False,
                "wellknownListName": well_known,
                "id": self._ids.default_id(),
            }
        )
