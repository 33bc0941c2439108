"""The proxy spoils what it is told to spoil, and nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.proxy import Proxy, Spoiling
from tests.waiting import eventually


@pytest.fixture
def greeting() -> Iterator[tuple[str, int]]:
    """A server that says ten bytes to whoever speaks, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_greet, args=(listening,), daemon=True).start()
        yield listening.getsockname()
        listening.shutdown(socket.SHUT_RDWR)


def _greet(listening: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10)
                connection.sendall(b"0123456789")


def _ask(proxy: Proxy) -> bytes:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection:
        connection.sendall(b"hello")
        answer = b""
        while data := connection.recv(100):
            answer += data
        return answer


def test_what_is_not_spoiled_goes_through(greeting: tuple[str, int]) -> None:
    with Proxy.before(greeting) as proxy:
        assert _ask(proxy) == b"0123456789"


def test_a_cut_ends_in_the_middle_once(greeting: tuple[str, int]) -> None:
    with Proxy.before(greeting) as proxy:
        proxy.spoil(Spoiling(4, "cut"))

        assert _ask(proxy) == b"0123"
        assert _ask(proxy) == b"0123456789"
        assert proxy.spoiled == 1


def test_a_reset_is_one(greeting: tuple[str, int]) -> None:
    with Proxy.before(greeting) as proxy:
        proxy.spoil(Spoiling(0, "reset"))

        with pytest.raises(ConnectionResetError):
            _ask(proxy)


def test_a_stall_lasts_until_it_is_healed(greeting: tuple[str, int]) -> None:
    answers: list[bytes] = []
    with Proxy.before(greeting) as proxy:
        proxy.spoil(Spoiling(4, "stall"))
        asking = threading.Thread(target=lambda: answers.append(_ask(proxy)))
        asking.start()
        eventually(lambda: proxy.spoiled, what="stalling")
        assert answers == []

        proxy.heal()
        asking.join()

    assert answers == [b"0123"]


def test_an_upstream_that_refuses_is_passed_by(greeting: tuple[str, int]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        closed = nobody.getsockname()

    with Proxy.before(closed, greeting) as proxy:
        assert [_ask(proxy) for _ in range(3)] == [b"0123456789"] * 3


def test_severing_ends_what_is_open(greeting: tuple[str, int]) -> None:
    with (
        Proxy.before(greeting) as proxy,
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection,
    ):
        eventually(lambda: len(proxy._open) == 2, what="connecting")
        proxy.sever()

        with pytest.raises(ConnectionResetError):
            connection.recv(100)
