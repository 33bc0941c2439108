"""Lists in pages."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from simulator.errors import bad_request
from simulator.exchange import Call
from simulator.query import Query

Item = TypeVar("Item")


def page_of(
    call: Call, found: Sequence[Item], query: Query, default_size: int
) -> tuple[Sequence[Item], str | None]:
    """The page that a request asks for, and the link to the next one, None after the last.

    A page begins at a place in the list: what is added or removed meanwhile shifts it, as in Graph.
    """
    token = call.args.get("$skiptoken")
    start = _place(token) if token else query.skip
    end = start + (query.top or call.page_size or default_size)
    if end >= len(found):
        return found[start:], None
    options = {name: value for name, value in call.args.items() if name != "$skip"}
    return found[start:end], call.next_link({**options, "$skiptoken": _token(end)})


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"place:{place}".encode()).decode()


def _place(token: str) -> int:
    try:
        kind, _, place = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise bad_request("Badly formed $skiptoken.") from error
    if kind != "place" or not place.isdecimal():
        raise bad_request("Badly formed $skiptoken.")
    return int(place)
