"""The `resource` of a subscription, such as `users/{id}/mailFolders('inbox')/messages?$filter=…`."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from simulator.errors import bad_request
from simulator.filters import parsed_filter
from simulator.messages import Message
from simulator.paths import segments


@dataclass(frozen=True)
class Resource:
    """The owner ('me', id or address), the folder (None: all) and the messages meant there."""

    owner: str
    folder: str | None
    predicate: Callable[[Message], bool]


def parsed_resource(text: str) -> Resource:
    """What a subscription's resource names; raises GraphError 400 for anything but messages."""
    path, _, query = text.partition("?")
    match segments(path):
        case ["users", owner, "messages"]:
            return Resource(owner, None, _predicate(query))
        case ["users", owner, "mailFolders", folder, "messages"]:
            return Resource(owner, folder, _predicate(query))
    raise bad_request(
        f"The resource '{text}' cannot be subscribed to; name the messages of a user.", "ExtensionError"
    )


def _predicate(query: str) -> Callable[[Message], bool]:
    clause = parse_qs(query).get("$filter")
    if not clause:
        return lambda message: True
    condition = parsed_filter(clause[0])
    return lambda message: condition.matches(message.properties)
