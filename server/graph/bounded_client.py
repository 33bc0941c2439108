"""Answers are read whole, but none that would take the memory from everybody else."""

from typing import Any

import httpx

from server.graph.errors import AnswerTooLarge

# A page of five hundred mails has a few megabytes.
LARGEST_ANSWER = 64 * 1024 * 1024
# How the body was sent, which it is not any more.
_OF_SENDING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class BoundedClient(httpx.AsyncClient):
    """Ends the connection in the middle of an answer that is too large. Raises AnswerTooLarge."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        response = await super().send(request, **{**options, "stream": True})
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_SENDING]
        return httpx.Response(response.status_code, headers=headers, content=body, request=request)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise AnswerTooLarge("an answer of Microsoft Graph is too large")
    return bytes(body)
