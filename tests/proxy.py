"""A TCP proxy in front of one or more servers, which can be told to spoil what goes through it."""

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal, Self

CHUNK = 16_384
Address = tuple[str, int] | str
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Spoiling:
    """What happens to a connection once so many bytes of the answer went through."""

    after: int
    how: Literal["cut", "reset", "stall"]


class Proxy:
    """Listens on a port of its own; connections go to the upstreams in turn, past one that refuses.

    An upstream is (host, port) or the path of a Unix socket.
    """

    def __init__(self, upstreams: Sequence[Address]) -> None:
        self._upstreams = list(upstreams)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._spoilings: list[Spoiling] = []
        self._released = threading.Event()
        self.spoiled = 0

    @classmethod
    @contextmanager
    def before(cls, *upstreams: Address) -> Iterator[Self]:
        proxy = cls(upstreams)
        accepting = threading.Thread(target=proxy._accept, name="proxy", daemon=True)
        accepting.start()
        try:
            yield proxy
        finally:
            proxy._listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            proxy._listening.close()
            proxy.heal()
            proxy.sever()

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spoil(self, *spoilings: Spoiling) -> None:
        """Each of these befalls one of the connections to come, in this order."""
        with self._lock:
            self._spoilings += spoilings

    def heal(self) -> None:
        """Spoil nothing any more, and let go what stalls."""
        with self._lock:
            self._spoilings.clear()
            released, self._released = self._released, threading.Event()
        released.set()

    def sever(self) -> None:
        """Reset every open connection, as a firewall that restarts does."""
        with self._lock:
            doomed = list(self._open)
        _reset(*doomed)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(client,), name="proxied", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = self._connected()
        if server is None:
            _reset(client)
            client.close()
            return
        with self._lock:
            spoiling = self._spoilings.pop(0) if self._spoilings else None
            self._open |= {client, server}
        asking = threading.Thread(target=_pump, args=(client, server), name="proxied", daemon=True)
        asking.start()
        try:
            if spoiling is None:
                _pump(server, client)
            else:
                self._pump_spoiled(server, client, spoiling)
        finally:
            for end in (client, server):
                _end(end)
            asking.join()
            with self._lock:
                self._open -= {client, server}
            for end in (client, server):
                end.close()

    def _connected(self) -> socket.socket | None:
        with self._lock:
            self._upstreams.append(self._upstreams.pop(0))
            turn = list(self._upstreams)
        for upstream in turn:
            with suppress(OSError):
                return _connect(upstream)
        return None

    def _pump_spoiled(self, source: socket.socket, target: socket.socket, spoiling: Spoiling) -> None:
        left = spoiling.after
        with suppress(OSError):
            while left and (data := source.recv(min(left, CHUNK))):
                target.sendall(data)
                left -= len(data)
            if left:
                return
            with self._lock:
                self.spoiled += 1
                released = self._released
            if spoiling.how == "stall":
                released.wait()
            if spoiling.how == "reset":
                _reset(target)


def _connect(upstream: Address) -> socket.socket:
    if isinstance(upstream, tuple):
        return socket.create_connection(upstream)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(upstream)
    return connection


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            target.sendall(data)
        if not _is_to_be_reset(target):
            target.shutdown(socket.SHUT_WR)


def _reset(*ends: socket.socket) -> None:
    """Make the other sides see a reset, not an end, when these are closed; wake whoever reads from them."""
    for end in ends:  # all of them before anybody wakes and ends one in the ordinary way
        with suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RD)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RD if _is_to_be_reset(end) else socket.SHUT_RDWR)


def _is_to_be_reset(end: socket.socket) -> bool:
    return end.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE)) == _RESET_ON_CLOSE
