"""Sixty days of an advisers' firm and its forty clients, and the mail that goes on coming."""

import threading
from datetime import datetime, timedelta
from random import Random

from simulator.scenarios.clients import clients_csv, firm_clients
from simulator.scenarios.episodes import PAST, internal, newsletter, stranger
from simulator.scenarios.letters import Letter, post
from simulator.scenarios.threads import answer, client_thread, shared_thread
from simulator.scenarios.topics import SHARED
from simulator.world import World

__all__ = ["clients_csv", "fill", "firm_clients", "keep_arriving", "new_mail", "past_mails"]

PAST_MAILS = 300
PAST_DAYS = 60
SEED = 2026

_SATURDAY = 5


def fill(world: World, seed: int = SEED) -> None:
    """Puts the mails of the past sixty days into the firm's mailboxes, which must exist."""
    for letter in past_mails(Random(seed), world.now()):  # noqa: S311 - a story, not a secret
        post(world, letter)


def keep_arriving(world: World, stop: threading.Event, seconds: float = 20.0, seed: int = SEED + 1) -> None:
    """Lets a mail come or go every `seconds` until `stop` is set."""
    rng = Random(seed)  # noqa: S311 - a story, not a secret
    last: Letter | None = None
    while not stop.wait(seconds):
        last = new_mail(rng, world.now(), last)
        post(world, last)


def past_mails(rng: Random, now: datetime) -> list[Letter]:
    """The 300 mails of the last sixty days, oldest first."""
    letters = [
        letter for topic in SHARED * 3 for letter in shared_thread(rng, topic, _working_hour(rng, now), now)
    ]
    for episode, times in PAST:
        letters += [letter for _ in range(times) for letter in episode(rng, _working_hour(rng, now))]
    while len(letters) < PAST_MAILS:
        letters += client_thread(rng, _working_hour(rng, now), now)
    return sorted(letters[:PAST_MAILS], key=lambda letter: letter.sent_at)


def new_mail(rng: Random, now: datetime, last: Letter | None = None) -> Letter:
    """A believable next mail: often the answer to `last`, if that was a client's, or else something new."""
    if last and last.kind == "thread" and last.how == "deliver" and rng.random() < 0.5:
        return answer(rng, last.message, now)
    chance = rng.random()
    if chance < 0.7:
        return client_thread(rng, now, now)[0]
    if chance < 0.82:
        return shared_thread(rng, rng.choice(SHARED), now, now)[0]
    return rng.choice((internal, newsletter, stranger))(rng, now)[0]


def _working_hour(rng: Random, now: datetime) -> datetime:
    """Some moment of a working day among the last sixty, an hour or more ago."""
    day = now - timedelta(days=rng.randint(1, PAST_DAYS - 3))
    day -= timedelta(days=max(0, day.weekday() - _SATURDAY + 1))
    return day.replace(
        hour=rng.randint(6, 17), minute=rng.randint(0, 59), second=rng.randint(0, 59), microsecond=0
    )
