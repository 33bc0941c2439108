import base64
import csv
import io
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import openpyxl
import pytest

from simulator.scenarios.clients import Client
from simulator.scenarios.enclosures import enclosure, pdf
from simulator.scenarios.office_day import (
    clients_csv,
    fill,
    firm_clients,
    keep_arriving,
    new_mail,
    past_mails,
)
from simulator.values import Json
from simulator.world import World
from tests.checker import copies_of_truth, expected_register, firm_from

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MAILBOXES = ("ana", "luis", "marta", "jorge", "info")
ACCOUNTS = [{"address": f"{name}@ribera.example", "since": None} for name in ("ana", "luis", "marta", "info")]
SHARED = {"gestor@grupo23.example", "familia.gil@correo.example"}
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


class ThreeTurns(threading.Event):
    """Lets three rounds pass without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        return len(self.waits) > 3


@pytest.fixture
def world() -> World:
    world = World(now=lambda: NOW)
    for name in MAILBOXES:
        world.add_user(name.title(), f"{name}@ribera.example", kind="shared" if name == "info" else "person")
    return world


def seeded(seed: int) -> Random:
    return Random(seed)


def sender(message: Json) -> str:
    return str(message["from"]["emailAddress"]["address"])


def test_forty_clients_have_codes_names_and_nifs_of_their_own():
    clients = firm_clients()

    assert [client.code for client in clients] == [f"C{number:02d}" for number in range(1, 41)]
    assert len({client.name for client in clients}) == 40
    assert len({client.nif for client in clients}) == 40


def test_only_the_two_known_addresses_are_shared():
    owners = Counter(address.email for client in firm_clients() for address in client.addresses)

    assert {email for email, number in owners.items() if number > 1} == SHARED
    assert all(1 <= len(client.addresses) <= 3 for client in firm_clients()[7:])


@pytest.mark.parametrize("client", firm_clients()[7:], ids=lambda client: client.code)
def test_an_invented_nif_ends_in_its_control_character(client: Client):
    if client.nif[0].isdigit():
        assert client.nif[-1] == _DNI_LETTERS[int(client.nif[:-1]) % 23]
        return
    digits = [int(digit) for digit in client.nif[1:]]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(digits[:-1])]
    assert (sum(d // 10 + d % 10 for d in doubled) + digits[-1]) % 10 == 0


def test_the_clients_come_in_import_format():
    rows = list(csv.DictReader(io.StringIO(clients_csv())))

    assert list(rows[0]) == ["code", "name", "nif", "section", "label", "email", "phone"]
    assert len({row["code"] for row in rows}) == 40
    assert {row["section"] for row in rows} == {"identification", "address", "contact"}
    assert [row["email"] for row in rows if row["code"] == "C07"] == [""]
    assert all(row["email"] for row in rows if row["code"] != "C07")


def test_the_past_holds_300_mails_of_sixty_days_oldest_first():
    letters = past_mails(seeded(1), NOW)

    moments = [letter.sent_at for letter in letters]
    assert len(letters) == 300
    assert moments == sorted(moments)
    assert NOW - timedelta(days=60) <= moments[0]
    assert moments[-1] <= NOW


@pytest.mark.parametrize("seed", range(5))
def test_every_kind_of_mail_is_present(seed: int):
    kinds = Counter(letter.kind for letter in past_mails(seeded(seed), NOW))

    assert set(kinds) == {
        "thread",
        "shared",
        "internal",
        "stranger",
        "newsletter",
        "private",
        "automatic",
        "bounce",
        "draft",
        "junk",
        "meeting",
    }
    assert kinds["thread"] > 150


def test_mail_goes_both_ways_in_threads_with_copies_and_files():
    messages = [letter.message for letter in past_mails(seeded(1), NOW) if letter.kind == "thread"]

    names = [file["name"] for message in messages for file in message["attachments"]]
    assert sum(sender(message).endswith("@ribera.example") for message in messages) > 50
    assert sum(bool(message["internetMessageHeaders"]) for message in messages) > 50
    assert any(message["ccRecipients"] for message in messages)
    assert any("Enviado desde mi" in message["body"]["content"] for message in messages)
    assert any(sender(message) != message["sender"]["emailAddress"]["address"] for message in messages)
    assert {name.rpartition(".")[2] for name in names} == {"pdf", "xlsx"}


def test_no_brace_is_left_in_what_people_read():
    letters = [letter.message for seed in range(5) for letter in past_mails(seeded(seed), NOW)]

    texts = [text for m in letters for text in (m["subject"], m["body"]["content"])]
    assert [text for text in texts if "{" in text or "}" in text] == []


def test_one_seed_tells_one_story():
    assert past_mails(seeded(3), NOW) == past_mails(seeded(3), NOW)
    assert past_mails(seeded(3), NOW) != past_mails(seeded(4), NOW)


def test_the_story_fills_the_mailboxes(world: World):
    fill(world)

    register = expected_register(
        copies_of_truth([event.to_json() for event in world.truth]), firm_from(clients_csv(), ACCOUNTS)
    )
    reasons = {row["exclusion"] for row in register.excluded}
    assert len(register.records) > 180
    assert len({row["client"] for row in register.records}) > 30
    assert {row["rule"] for row in register.records} >= {"address", "subject_nif", "subject_name"}
    assert register.unassigned
    assert reasons >= {
        "internal",
        "no_client",
        "bulk",
        "private",
        "automatic_reply",
        "draft",
        "junk",
        "meeting_response",
    }


def test_a_bounce_marks_the_mail_that_did_not_arrive():
    letters = past_mails(seeded(1), NOW)

    sent = {letter.message["internetMessageId"] for letter in letters if letter.how == "send"}
    bounces = [letter.message["internetMessageHeaders"] for letter in letters if letter.kind == "bounce"]
    answered = [h["value"] for headers in bounces for h in headers if h["name"] == "In-Reply-To"]
    assert len(answered) == 2
    assert set(answered) <= sent


def test_new_mail_comes_at_every_turn_until_stopped(world: World):
    stop = ThreeTurns()

    keep_arriving(world, stop, seconds=20)

    message_ids = {event.message["internetMessageId"] for event in world.truth}
    assert stop.waits == [20, 20, 20, 20]
    assert len(message_ids) == 3


def test_new_mail_is_dated_now_and_may_answer_the_last():
    rng = seeded(5)
    letters = [new_mail(rng, NOW)]
    while len(letters) < 60:
        letters.append(new_mail(rng, NOW + timedelta(minutes=len(letters)), letters[-1]))

    answered = {h["value"] for letter in letters for h in letter.message["internetMessageHeaders"]}
    assert [letter.sent_at for letter in letters] == [NOW + timedelta(minutes=i) for i in range(60)]
    assert answered & {letter.message["internetMessageId"] for letter in letters}
    assert {letter.how for letter in letters} == {"deliver", "send"}


def test_an_enclosed_workbook_opens():
    content = base64.b64decode(enclosure("facturas 3T.xlsx", "Modelo 303 & <más>")["contentBytes"])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert sheet is not None
    assert sheet["A1"].value == "Modelo 303 & <más>"


def test_an_enclosed_pdf_points_to_its_own_parts():
    content = pdf("Factura (1) \\ año €")

    table = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    offsets = [int(line[:10]) for line in content[table:].splitlines()[3:8]]
    assert content[table:].startswith(b"xref")
    assert [content[at:].split()[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5"]
    assert rb"(Factura \(1\) \\ a" in content
