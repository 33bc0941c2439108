"""What may happen in a chaos run. Each act takes the stage and chance, and says what it did."""

import random
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx

from server.steps import Step
from simulator.errors import GraphError
from simulator.users import UnknownUser
from tests.chaos.stage import Stage
from tests.firm import ACCOUNTS
from tests.forkserver import Crash
from tests.post import SENDERS, person
from tests.proxy import Spoiling

Act = Callable[[Stage, random.Random], object]
STRANGER = "desconocido{}@cliente{}.example"
STRANGERS = 40
LONGEST_ABSENCE_S = 3.0


class NotNow(Exception):
    """There is nothing that this act could be done to."""


# Mail


def deliver(stage: Stage, chance: random.Random) -> object:
    """Letters of clients, and of people who may become some."""
    letters = chance.randint(1, 5)
    for _ in range(letters):
        receivers = chance.sample(ACCOUNTS, chance.choice((1, 1, 2, 3)))
        if chance.random() < 0.2:
            stranger = chance.randrange(STRANGERS)
            sender = STRANGER.format(stranger, stranger)
        else:
            sender = chance.choice(SENDERS)
        copies = stage.post.deliver(to=receivers, sender=sender)
        stage.copies += zip(receivers, copies, strict=True)
    return letters


def write(stage: Stage, chance: random.Random) -> object:
    """Somebody of the firm writes to a client, at once or by way of a draft."""
    mailbox = chance.choice(ACCOUNTS)
    letter = {"subject": "Respuesta", "toRecipients": [person(chance.choice(SENDERS))]}
    if chance.random() < 0.5:
        copy = stage.simulator.world.send(mailbox, letter)
    else:
        draft = stage.simulator.world.save_draft(mailbox, letter)
        for _ in range(chance.randint(0, 4)):
            stage.simulator.world.update(mailbox, draft, {"subject": f"Respuesta {chance.randrange(99)}"})
        copy = stage.simulator.world.send_draft(mailbox, draft)
    stage.copies.append((mailbox, copy))
    return mailbox


def touch(stage: Stage, chance: random.Random) -> object:
    mailbox, copy = _some_copy(stage, chance)
    stage.simulator.world.update(mailbox, copy, {"isRead": chance.random() < 0.5})
    return mailbox, copy


def move(stage: Stage, chance: random.Random) -> object:
    """To another folder, to one that is new, out of sight, or back again."""
    mailbox, copy = _some_copy(stage, chance)
    folder = chance.choice([*stage.folders[mailbox], "archive", "junkemail", "deleteditems", "a new one"])
    if folder == "a new one":
        folder = stage.simulator.world.create_folder(mailbox, f"Carpeta {len(stage.folders[mailbox])}")
        stage.folders[mailbox].append(folder)
    stage.simulator.world.move(mailbox, copy, folder)
    return mailbox, copy, folder


def delete(stage: Stage, chance: random.Random) -> object:
    mailbox, copy = _some_copy(stage, chance)
    stage.simulator.world.delete(mailbox, copy)
    return mailbox, copy


# People


def change_the_clients(stage: Stage, chance: random.Random) -> object:
    """Somebody who has been writing all along becomes a client."""
    number = chance.randrange(STRANGERS)
    code = f"X{number:02}"
    if code in stage.clients_csv:
        raise NotNow
    before = stage.clients_csv
    stage.clients_csv += f"{code},Cliente {number} SL,,contact,,{STRANGER.format(number, number)},\n"
    try:
        stage.import_clients()
    except AssertionError:  # the database was away
        stage.clients_csv = before
        raise NotNow from None
    return code


def flip_an_account(stage: Stage, chance: random.Random) -> object:
    address = chance.choice([address for address in ACCOUNTS if not address.startswith("info@")])
    stage.private ^= {address}
    if not stage.watch(address):
        stage.private ^= {address}
        raise NotNow
    return address, address in stage.private


def set_a_reason(stage: Stage, chance: random.Random) -> object:
    """What was answered with 200 must be there at the end."""
    place, reason = chance.random(), chance.random()
    try:
        with stage.person("ana@ribera.example") as somebody:
            records = somebody.get("/api/records", params={"limit": 50}).raise_for_status().json()["items"]
            reasons = somebody.get("/api/catalog").raise_for_status().json()["reasons"]
            record = records[int(place * len(records))]
            choice = reasons[int(reason * len(reasons))]["id"]
            answer = somebody.patch(
                f"/api/records/{record['id']}",
                json={"reason": choice},
                headers={"If-Match": f'"{record["version"]}"'},
            )
    except (httpx.HTTPError, IndexError):
        raise NotNow from None
    if answer.status_code == 200:
        stage.written[record["id"]] = choice
    elif answer.status_code < 500:
        return "refused", answer.status_code
    else:
        # It may have been written before the answer was lost.
        stage.written.pop(record["id"], None)
    return record["id"], answer.status_code


def take_a_census(stage: Stage, chance: random.Random) -> object:
    stage.firm.begin("census", *chance.choice(((), (chance.choice(ACCOUNTS),))))
    return "begun"


def sync(stage: Stage, chance: random.Random) -> object:
    stage.firm.begin("sync", chance.choice(ACCOUNTS))
    return "begun"


# Microsoft


def have_a_fault(stage: Stage, chance: random.Random) -> object:
    fault, arguments = chance.choice(FAULTS)(chance)
    getattr(stage.simulator.faults, fault)(**arguments)
    return fault, arguments


def end_the_faults(stage: Stage, chance: random.Random) -> object:
    stage.simulator.faults.clear()
    return None


def tell_of_the_subscriptions(stage: Stage, chance: random.Random) -> object:
    event = chance.choice(("missed", "subscriptionRemoved", "reauthorizationRequired"))
    mailbox = chance.choice((None, *ACCOUNTS))
    stage.simulator.subscriptions.lifecycle(event, mailbox)
    return event, mailbox


def change_the_keys(stage: Stage, chance: random.Random) -> object:
    keep = chance.random() < 0.5
    stage.simulator.identity.ring.rotate(keep_old=keep)
    return keep


def go_away(stage: Stage, chance: random.Random) -> object:
    """The whole cloud is out of reach for a while."""
    with stage.simulator.away():
        return _pause(chance)


# The machine


def kill(stage: Stage, chance: random.Random) -> object:
    name = _some_process(stage, chance)
    stage.firm.kill(name)
    stage.deaths += 1
    return name, _pause(chance) if chance.random() < 0.3 else 0.0


def stop(stage: Stage, chance: random.Random) -> object:
    """As an operator does who restarts it."""
    name = _some_process(stage, chance)
    return name, stage.firm.stop(name)


def die_at_a_step(stage: Stage, chance: random.Random) -> object:
    """One process is replaced by one that will die at a step of capture."""
    name = _some_process(stage, chance)
    crash = Crash(chance.choice(list(Step)), chance.randint(1, 20))
    stage.firm.kill(name)
    stage.start(name, crash)
    return name, crash.step, crash.passing


def set_the_clock(stage: Stage, chance: random.Random) -> object:
    skew = timedelta(minutes=chance.choice((-120, -10, -1, 0, 0, 0, 0, 1, 10, 120)))
    stage.set_skew(skew)
    return str(skew)


def let_time_pass(stage: Stage, chance: random.Random) -> object:
    """A night in a moment, or a few minutes: what waits for its time gets it."""
    duration = timedelta(minutes=chance.choice((1, 5, 15, 15, 60, 600)))
    stage.let_pass(duration)
    return str(duration)


def spoil_the_network(stage: Stage, chance: random.Random) -> object:
    proxy = chance.choice(["to_graph", "to_us", "to_database"])
    spoilings = [
        Spoiling(chance.randrange(4_000), chance.choice(("cut", "reset")))
        for _ in range(chance.randint(1, 5))
    ]
    getattr(stage, proxy).spoil(*spoilings)
    if chance.random() < 0.5:
        getattr(stage, proxy).sever()
    return proxy, len(spoilings)


def lose_the_database(stage: Stage, chance: random.Random) -> object:
    """PostgreSQL ends as in a crash, or its connections do; on SQLite another program holds the lock."""
    if stage.cluster is None:
        database = stage.firm.environment["BITACORA_DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(database, isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            held = _pause(chance)
            other.execute("ROLLBACK")
        return "locked", held
    if chance.random() < 0.5:
        return "connections", stage.cluster.end_connections(stage.firm.environment["BITACORA_DATABASE_URL"])
    stage.cluster.stop()
    away = _pause(chance)
    stage.cluster.start()
    return "stopped", away


ACTS: Sequence[tuple[Act, int]] = (
    (deliver, 60),
    (write, 8),
    (touch, 8),
    (move, 8),
    (delete, 3),
    (set_a_reason, 8),
    (change_the_clients, 2),
    (flip_an_account, 1),
    (take_a_census, 1),
    (sync, 1),
    (have_a_fault, 20),
    (end_the_faults, 8),
    (tell_of_the_subscriptions, 3),
    (change_the_keys, 1),
    (go_away, 1),
    (kill, 4),
    (stop, 2),
    (die_at_a_step, 4),
    (set_the_clock, 2),
    (let_time_pass, 3),
    (spoil_the_network, 6),
    (lose_the_database, 2),
)


def act(stage: Stage, chance: random.Random) -> tuple[str, object]:
    """Let one thing happen; gives its name and what exactly it was."""
    [chosen] = chance.choices([each for each, _ in ACTS], [weight for _, weight in ACTS])
    try:
        return chosen.__name__, chosen(stage, chance)
    except (NotNow, GraphError, UnknownUser) as reason:
        return chosen.__name__, f"not now: {reason}"


# Faults of Graph, each with its arguments

PATHS = ("", "/messages", "/mailFolders", "/subscriptions", "/users", "$batch")


def _refusal(chance: random.Random) -> tuple[str, dict[str, Any]]:
    status = chance.choice((429, 429, 500, 503, 504))
    wait = chance.choice((None, 0, 1, 3)) if status in (429, 503) else None
    mailbox = chance.choice((None, *ACCOUNTS))
    return "next_call", {
        "status": status,
        "path": chance.choice(PATHS),
        "count": chance.randint(1, 8),
        "retry_after": wait,
        "mailbox": mailbox,
    }


def _bad_answer(chance: random.Random) -> tuple[str, dict[str, Any]]:
    how = chance.choice(("html_body", "cut_body", "duplicate_keys", "false_gzip", "drop", "reset"))
    return "next_call", {"path": chance.choice(PATHS), "count": chance.randint(1, 4), how: True}


def _slow_answer(chance: random.Random) -> tuple[str, dict[str, Any]]:
    return "next_call", {
        "path": chance.choice(PATHS),
        "count": chance.randint(1, 5),
        "delay": chance.random(),
    }


def _refused_mailbox(chance: random.Random) -> tuple[str, dict[str, Any]]:
    code = chance.choice(("MailboxNotEnabledForRESTAPI", "ErrorAccessDenied", "MailboxInfoStale"))
    return "mailbox_unavailable", {"address": chance.choice(ACCOUNTS), "code": code}


FAULTS: Sequence[Callable[[random.Random], tuple[str, dict[str, Any]]]] = (
    _refusal,
    _refusal,
    _bad_answer,
    _bad_answer,
    _slow_answer,
    _refused_mailbox,
    lambda chance: ("mailbox_available", {"address": chance.choice(ACCOUNTS)}),
    lambda chance: ("close_mailbox", {"address": chance.choice(ACCOUNTS), "seconds": chance.randint(1, 20)}),
    lambda chance: ("set_limits", {"concurrent": chance.choice((1, 2, 4)), "requests": 10_000}),
    lambda chance: ("token_endpoint", {"fault": "unavailable", "count": chance.randint(1, 3)}),
    lambda chance: ("challenge_claims", {"count": chance.randint(1, 2)}),
    lambda chance: ("expire_delta", {"status": chance.choice((410, 404, 400))}),
    lambda chance: ("empty_delta_pages", {"count": chance.randint(1, 3)}),
    lambda chance: ("replay_delta", {"count": chance.randint(1, 3)}),
    lambda chance: ("loop_delta", {"count": chance.randint(1, 3), "length": chance.choice((1, 2))}),
    lambda chance: ("remove_then_show_delta", {"count": chance.randint(1, 3)}),
    lambda chance: ("foreign_next_link", {"url": "http://127.0.0.1:9/elsewhere"}),
    lambda chance: ("hide_moves_from_delta", {}),
    lambda chance: ("drop_notifications", {"share": chance.choice((0.1, 0.3, 1.0))}),
    lambda chance: ("duplicate_notifications", {"copies": chance.randint(2, 5)}),
    lambda chance: ("reorder_notifications", {}),
    lambda chance: ("delay_notifications", {"seconds": chance.choice((1, 10, 60))}),
    lambda chance: ("slip_in_bad_notifications", {"kind": chance.choice(BAD), "count": chance.randint(1, 5)}),
    lambda chance: ("repeat_notifications", {}),
    lambda chance: ("lose_subscriptions", {"address": chance.choice((None, *ACCOUNTS))}),
    lambda chance: ("limit_subscriptions", {"minutes": chance.choice((10_070, 4_230))}),
    lambda chance: ("validate_at_renewal", {}),
    lambda chance: ("change_ids_on_sending", {}),
    lambda chance: ("mutate_messages", {"seed": chance.randrange(99), "extras": 0.3, "enums": 0.0}),
)
BAD = ("null", "text", "empty", "no_resource", "unknown_subscription", "wrong_client_state", "other_tenant")


# Choosing


def _some_copy(stage: Stage, chance: random.Random) -> tuple[str, str]:
    if not stage.copies:
        raise NotNow
    return stage.copies[int(chance.random() ** 2 * len(stage.copies))]


def _some_process(stage: Stage, chance: random.Random) -> str:
    name = chance.choice(stage.processes)
    if stage.ended(name):
        raise NotNow
    return name


def _pause(chance: random.Random) -> float:
    seconds = round(chance.uniform(0.2, LONGEST_ABSENCE_S), 1)
    threading.Event().wait(seconds)
    return seconds
