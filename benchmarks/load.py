"""A load of HTTP requests that does not wait for the answers: what is late counts from when it was due.

A generator that sends the next request after the last answer would not see a pause of the server, since it
pauses too (coordinated omission).
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CONNECTIONS = 64
ACCEPTED = 202


@dataclass(frozen=True)
class Answers:
    """For each request the seconds from when it was due to its answer, and from its sending to its answer."""

    since_due: list[float]
    since_sent: list[float]
    accepted: int
    seconds: float

    @property
    def errors(self) -> int:
        return len(self.since_due) - self.accepted


def send(url: str, bodies: Sequence[bytes], rate: float | None) -> Answers:
    """POST all bodies, so many in a second, or all of them at once as fast as they are taken."""
    return asyncio.run(_Load(url, bodies, rate).run())


class _Load:
    def __init__(self, url: str, bodies: Sequence[bytes], rate: float | None) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._path = parts.hostname or "", parts.port or 80, parts.path
        self._bodies = bodies
        self._rate = rate
        self._due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
        self._since_due: list[float] = []
        self._since_sent: list[float] = []
        self._accepted = 0

    async def run(self) -> Answers:
        began = time.monotonic()
        connections = [asyncio.create_task(self._serve()) for _ in range(CONNECTIONS)]
        for number, body in enumerate(self._bodies):
            due = began + number / self._rate if self._rate else began
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            self._due.put_nowait((due, body))
        for _ in connections:
            self._due.put_nowait(None)
        await asyncio.gather(*connections)
        seconds = time.monotonic() - began
        return Answers(self._since_due, self._since_sent, self._accepted, seconds)

    async def _serve(self) -> None:
        connection = _Connection(self._host, self._port)
        while (request := await self._due.get()) is not None:
            due, body = request
            sent = time.monotonic()
            status = await connection.post(self._path, body)
            now = time.monotonic()
            self._since_due.append(now - due)
            self._since_sent.append(now - sent)
            self._accepted += status == ACCEPTED
        connection.close()


class _Connection:
    """HTTP/1.1 with keep-alive, opened again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes) -> int:
        """The status of the answer, 0 if there was none."""
        head = f"POST {path} HTTP/1.1\r\nHost: {self._address[0]}\r\nContent-Type: application/json\r\n"
        message = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        for _ in range(2):
            try:
                return await self._exchange(message)
            except (OSError, asyncio.IncompleteReadError):
                # A connection that was idle may be closed just when it is used.
                self.close()
        return 0

    async def _exchange(self, message: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").casefold().split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)
        await reader.readexactly(length)
        if "connection: close" in lines:
            self.close()
        return int(lines[0].split()[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None
