"""Tasks in a person's Microsoft To Do, made on their behalf.

https://learn.microsoft.com/graph/api/todotasklist-post-tasks
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from server.graph.client import GraphClient
from server.graph.errors import NotFound

APPLICATION: Final = "Bitácora"
# Graph gives no address for a task; this is the one that To Do itself uses.
TASK_PAGE: Final = "https://to-do.office.com/tasks/id/{task_id}/details"


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a task says, and the page that it leads back to."""

    title: str
    note: str
    due: date | None
    link: str
    link_text: str
    external_id: str


@dataclass(frozen=True, slots=True)
class MadeTask:
    graph_id: str
    web_link: str


class _List(msgspec.Struct, rename="camel"):
    id: str
    wellknown_list_name: str | None = None


class _Lists(msgspec.Struct):
    value: list[_List]


class _Task(msgspec.Struct):
    id: str


class Tasks:
    """`token` is the person's own."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def default_list(self, token: str) -> str:
        """The id of the list that To Do opens with. Raises NotFound and other GraphErrors."""
        request = self._client.sdk.me.todo.lists.to_get_request_information()
        lists = self._client.send_for(token, request).decode(_Lists).value
        for each in lists:
            if each.wellknown_list_name == "defaultList":
                return each.id
        raise NotFound("there is no list of tasks")

    def create(self, token: str, task: NewTask) -> MadeTask:
        """Put a task into the person's default list. Raises GraphError."""
        place = self._client.sdk.me.todo.lists.by_todo_task_list_id(self.default_list(token)).tasks
        request = RequestInformation(Method.POST, place.url_template, place.path_parameters)
        request.set_stream_content(msgspec.json.encode(_wire(task)), "application/json")
        made = self._client.send_for(token, request).decode(_Task)
        return MadeTask(made.id, TASK_PAGE.format(task_id=made.id))


def _wire(task: NewTask) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "title": task.title,
        "body": {"contentType": "text", "content": task.note},
        "linkedResources": [
            {
                "webUrl": task.link,
                "applicationName": APPLICATION,
                "displayName": task.link_text,
                "externalId": task.external_id,
            }
        ],
    }
    if task.due:
        # A due date has no time of its own; midnight of its day is how To Do writes it.
        wire["dueDateTime"] = {"dateTime": f"{task.due.isoformat()}T00:00:00", "timeZone": "UTC"}
    return wire
