"""From a mailbox to the register, over real HTTP: notifications, back-fill, healing."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator import Simulator
from tests import register
from tests.checker import EVENT, UNASSIGNED, balance
from tests.live import Live
from tests.waiting import eventually

pytestmark = pytest.mark.integration
CASES = sorted((Path(__file__).parent.parent / "mails").glob("*.json"))


def mail(subject: str = "Modelo 303", *, to: tuple[str, ...] = ("ana@ribera.example",)) -> dict[str, Any]:
    return {
        "subject": subject,
        "from": {"emailAddress": {"name": "Ana López", "address": "ana.lopez@panaderiauno.example"}},
        "toRecipients": [{"emailAddress": {"name": "", "address": address}} for address in to],
        "body": {"contentType": "text", "content": "Adjunto las facturas."},
    }


def records(live: Live) -> list[dict[str, Any]]:
    with live.database.reading() as session:
        return register.records(session)


def test_a_mail_of_a_client_files_itself(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()

    live.simulator.world.deliver(mail())

    eventually(lambda: records(live), within=5.0, what="filing")
    live.wait_until_idle()
    (record,) = records(live)
    assert (record["client"], record["direction"], record["copies"]) == ("C01", "received", 1)


def test_the_same_mail_to_two_colleagues_is_one_record(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()

    live.simulator.world.deliver(mail(to=("ana@ribera.example", "luis@ribera.example")))

    eventually(lambda: records(live), what="filing")
    live.wait_until_idle()
    (record,) = records(live)
    assert record["copies"] == 2


def test_what_a_colleague_sends_is_filed_as_sent(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()

    live.simulator.world.send(
        "luis@ribera.example",
        {
            "subject": "Re: nóminas",
            "toRecipients": [{"emailAddress": {"name": "", "address": "taller@dos.example"}}],
            "body": {"contentType": "text", "content": "Van adjuntas."},
        },
    )

    eventually(lambda: records(live), what="filing")
    live.wait_until_idle()
    (record,) = records(live)
    assert (record["client"], record["direction"]) == ("C02", "sent")


def test_a_mailbox_that_is_no_account_leaves_no_trace(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()

    live.simulator.world.deliver(mail(to=("jorge@ribera.example",)))
    live.simulator.world.deliver(mail("Otra"))

    eventually(lambda: records(live), what="filing")
    live.wait_until_idle()
    assert [record["copies"] for record in records(live)] == [1]


@pytest.mark.parametrize("path", ["notification", "back-fill"])
def test_the_forty_nasty_mails_come_out_even(live: Live, path: str) -> None:
    stories = [json.loads(case.read_text()) for case in CASES]
    if path == "notification":
        live.add_accounts()
        live.wait_until_watching()

    for story in stories:
        put(live.simulator, story["deliveries"])
    if path == "back-fill":
        live.add_accounts()
        live.wait_until_watching()
    live.wait_until_idle()

    with live.database.reading() as session:
        checks = [
            balance(expected("records", stories), register.records(session)),
            balance(expected("unassigned", stories), register.unassigned(session), UNASSIGNED),
            balance(expected("events", stories), register.events(session), EVENT),
        ]
    for check in checks:
        print(path, check)
        assert check.ok, check.report()


def test_lost_notifications_are_healed_by_a_catch_up(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()
    live.simulator.faults.drop_notifications(share=1.0)
    for number in range(10):
        live.simulator.world.deliver(mail(f"Factura {number}"))
    live.wait_until_idle()
    assert records(live) == []

    live.add_accounts()
    live.wait_until_idle()

    assert len(records(live)) == 10


def test_a_forged_notification_stores_nothing_and_is_answered_alike(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()
    forged = {
        "value": [
            {
                "subscriptionId": "00000000-0000-4000-8000-00000000dead",
                "clientState": "guess",
                "tenantId": live.parts.settings.tenant_id,
                "changeType": "created",
                "resourceData": {"id": "AAkALg-forged"},
            }
        ]
    }

    answer = httpx.post(f"{live.url}/graph/notifications", json=forged)

    assert answer.status_code == 202
    live.wait_until_idle()
    assert live._due() == 0


def expected(part: str, stories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for story in stories for row in story["expected"][part]]


def put(simulator: Simulator, deliveries: list[dict[str, Any]]) -> None:
    for delivery in deliveries:
        if delivery["how"] == "send":
            simulator.world.send(delivery["mailboxes"][0], delivery["message"])
        else:
            simulator.world.deliver(
                delivery["message"], mailboxes=delivery["mailboxes"], folder=delivery["folder"]
            )
