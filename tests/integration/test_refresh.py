"""Asking for the mail of now: whose accounts are read, by the button and by signing in (S82 to S86)."""

from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from server.accounts.models import Account
from server.ingest.models import InboxItem, Kind
from simulator.tenant import CLIENT_ID
from tests.live import Live
from tests.office import PEDRO, SCOPE, TALLER, Caller, Office

pytestmark = pytest.mark.integration
PUBLIC = {"ana@ribera.example", "luis@ribera.example", "info@ribera.example"}
WITH_MARTAS = PUBLIC | {"marta@ribera.example"}


def asked_for(office: Office) -> set[str]:
    """The mailboxes that are going to be read."""
    with office.database.reading() as session:
        items = select(Account.address).join(InboxItem).where(InboxItem.kind == Kind.SYNC)
        return set(session.scalars(items))


@pytest.mark.parametrize(("who", "mailboxes"), [("marta", WITH_MARTAS), ("jorge", PUBLIC), ("ana", PUBLIC)])
def test_the_button_reads_the_public_accounts_and_ones_own(
    who: str, mailboxes: set[str], office: Office
) -> None:
    answer = office.person(who).call("POST", "/api/refresh")

    assert answer.status_code == 202
    assert {account["address"] for account in answer.get_json()["accounts"]} == mailboxes
    assert asked_for(office) == mailboxes


def test_a_client_that_is_denied_keeps_no_account_from_being_read(office: Office) -> None:
    office.deny("jorge", "C01")

    office.person("jorge").call("POST", "/api/refresh")

    assert asked_for(office) == PUBLIC


@pytest.mark.parametrize(("who", "mailboxes"), [("marta", WITH_MARTAS), ("luis", PUBLIC)])
def test_signing_in_at_the_page_reads_them_too(who: str, mailboxes: set[str], office: Office) -> None:
    browser = office.app.test_client()
    address = browser.get("/sign-in").location
    assert address
    chosen = httpx.post(address, data={"person": f"{who}@ribera.example"})
    way_back = urlsplit(chosen.headers["Location"])
    before = asked_for(office)

    answer = browser.get(f"{way_back.path}?{way_back.query}", headers={"Accept": "text/html"})

    assert answer.status_code == 302
    assert (before, asked_for(office)) == (set(), mailboxes)


def test_the_button_brings_mail_that_was_never_announced(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()
    live.wait_until_idle()
    live.simulator.faults.drop_notifications(share=1.0)
    for sender, mailbox in ((PEDRO, "ana@ribera.example"), (TALLER, "luis@ribera.example")):
        to = [{"emailAddress": {"name": "", "address": mailbox}}]
        whom = {"emailAddress": {"name": "", "address": sender}}
        live.simulator.world.deliver({"subject": "Perdido", "from": whom, "toRecipients": to})
    live.wait_until_idle()
    token = live.simulator.identity.token_for("jorge@ribera.example", CLIENT_ID, SCOPE)["access_token"]
    jorge = Caller(live.app, {"Authorization": f"Bearer {token}"})
    before = jorge.get("/api/records")["items"]

    jorge.call("POST", "/api/refresh")
    live.wait_until_idle()

    found = {item["client"]["code"] for item in jorge.get("/api/records")["items"]}
    assert (before, found) == ([], {"C01", "C02"})
