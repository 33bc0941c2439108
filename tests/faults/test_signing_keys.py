"""Microsoft changes the keys that tokens are signed with, or does not show them."""

import base64
import json
import secrets
from datetime import timedelta

import pytest

from server.graph.access_tokens import TokenRefused
from tests.faults.mails import ANA, deliver
from tests.invariants import check_invariants
from tests.stepped import MINUTE, Stepped

pytestmark = pytest.mark.integration


def fetched(program: Stepped) -> int:
    return program.simulator.requests.count(path="/discovery/v2.0/keys")


def status(program: Stepped) -> int:
    """What somebody is answered who signs in now."""
    with program.person(ANA) as person:
        return person.get("/api/me").status_code


def forged() -> str:
    """A token that names a key nobody has."""
    header = {"alg": "RS256", "typ": "JWT", "kid": secrets.token_hex(8)}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, {})
    ]
    return ".".join([*parts, "AA"])


def test_a_new_key_signs(program: Stepped) -> None:
    """It is looked up when the first token names it, and the old one stays good."""
    with program.person(ANA) as earlier:
        assert earlier.get("/api/me").status_code == 200
        program.advance(6 * MINUTE)
        program.simulator.identity.ring.rotate()

        assert status(program) == 200
        assert earlier.get("/api/me").status_code == 200
    assert fetched(program) == 2
    deliver(program, "Hola")
    program.settle()
    check_invariants(program, prompt=[ANA])


def test_the_old_key_is_withdrawn(program: Stepped) -> None:
    """Tokens that it signed open nothing once the new set is fetched."""
    with program.person(ANA) as earlier:
        assert earlier.get("/api/me").status_code == 200
        program.advance(6 * MINUTE)
        program.simulator.identity.ring.rotate(keep_old=False)

        assert status(program) == 200
        assert earlier.get("/api/me").status_code == 401
    program.restart()
    check_invariants(program)


def test_the_keys_cannot_be_fetched_for_six_hours(program: Stepped) -> None:
    """Those that are known stay good, and the endpoint is not asked again and again."""
    assert status(program) == 200
    program.simulator.faults.next_call(503, path="/discovery/", count=100_000)
    before = fetched(program)
    for _ in range(12):
        program.simulator.clock.advance(timedelta(minutes=30))
        assert status(program) == 200
    assert fetched(program) - before <= 12

    program.simulator.faults.clear()
    program.restart()
    assert status(program) == 200
    check_invariants(program)


def test_a_thousand_tokens_name_keys_that_nobody_has(program: Stepped) -> None:
    """Microsoft is asked for news once in five minutes at most, and people get in meanwhile."""
    assert status(program) == 200
    before = fetched(program)
    for _ in range(1_000):
        with pytest.raises(TokenRefused):
            program.parts.tokens.validate(forged())
    for _ in range(5):
        with program.caller(forged()) as caller:
            assert caller.get("/api/me").status_code == 401

    assert fetched(program) - before <= 1
    assert status(program) == 200
    check_invariants(program)
