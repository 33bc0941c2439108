"""`$batch`: up to twenty requests in one, each with an answer and a fault of its own. Pure code.

The SDK's own batch sends absolute addresses, which Graph refuses (msgraph-sdk-python#1015), so this small
piece is ours. https://learn.microsoft.com/graph/json-batching
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from server.graph.answer import Answer
from server.graph.errors import GraphError, UnreadableAnswer, from_response

MOST_IN_A_BATCH = 20


class _Request(msgspec.Struct):
    id: str
    url: str
    headers: dict[str, str]
    method: str = "GET"


class _Response(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Responses(msgspec.Struct):
    responses: list[_Response]


def batch_body(addresses: Sequence[str], prefer: str) -> bytes:
    """Ask for these addresses, relative to the version; the place of each is its id."""
    headers = {"Prefer": prefer}
    requests = [_Request(str(place), address, headers) for place, address in enumerate(addresses)]
    return msgspec.json.encode({"requests": requests})


def read_batch(answer: Answer, count: int, *, now: datetime) -> list[Answer | GraphError]:
    """The answers by place, in whatever order they came; a missing one is a fault of its own.

    Raises UnreadableAnswer if the whole is not what Graph promises.
    """
    by_id = {response.id: response for response in answer.decode(_Responses).responses}
    return [_read(by_id.get(str(place)), now) for place in range(count)]


def _read(response: _Response | None, now: datetime) -> Answer | GraphError:
    if response is None:
        return UnreadableAnswer("a batch was answered in part")
    if response.status >= 400:
        headers = {name.casefold(): value for name, value in response.headers.items()}
        return from_response(response.status, headers, bytes(response.body), now=now)
    return Answer(response.status, bytes(response.body))
