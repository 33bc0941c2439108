"""What goes wrong in one place must not stop the rest, and heals when it can."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from server.accounts.models import Account, AccountState
from server.ingest.models import InboxItem, ItemState, Subscription
from server.ingest.upkeep import request_sync
from server.records.models import MessageAttachment
from simulator.attachments import FILE
from tests import register
from tests.firm import JORGE
from tests.live import Live
from tests.waiting import eventually

pytestmark = pytest.mark.integration
ANA, LUIS = "ana@ribera.example", "luis@ribera.example"


def mail(subject: str, sender: str = "ana.lopez@panaderiauno.example", to: str = ANA, **more: Any) -> Any:
    return {
        "subject": subject,
        "from": {"emailAddress": {"name": "", "address": sender}},
        "toRecipients": [{"emailAddress": {"name": "", "address": to}}],
        **more,
    }


def clients(live: Live) -> list[str]:
    with live.database.reading() as session:
        return sorted(record["client"] for record in register.records(session))


def parked(live: Live) -> list[str]:
    with live.database.reading() as session:
        query = select(InboxItem.kind).where(InboxItem.state == ItemState.PARKED)
        return [kind.value for kind in session.scalars(query)]


def watched(live: Live) -> None:
    live.add_accounts()
    live.wait_until_watching()


def test_half_a_character_in_one_mail_stops_nothing(live: Live) -> None:
    live.simulator.world.deliver(mail("Antes"))
    live.simulator.world.deliver(mail("Cortado \ud83d"))
    live.simulator.world.deliver(mail("Después"))

    watched(live)

    assert clients(live) == ["C01"] * 3


def test_a_message_that_is_always_refused_leaves_the_rest_their_turn(live: Live) -> None:
    watched(live)
    live.simulator.faults.drop_notifications(share=1.0)
    poison = live.simulator.world.deliver(mail("Veneno"))[0]
    live.simulator.faults.next_call(500, path=quote(poison, safe=""), count=10_000)
    live.simulator.faults.drop_notifications()
    live.simulator.world.update(ANA, poison, {"isRead": True})
    live.simulator.world.deliver(mail("Sana"))

    eventually(lambda: clients(live) == ["C01"], what="filing the other mail")
    live.add_accounts()
    eventually(lambda: clients(live) == ["C01", "C01"], what="the delta filing the refused one")


def test_mail_of_before_a_client_was_known_is_filed_when_it_is(live: Live) -> None:
    live.simulator.world.deliver(mail("Hola", sender="nuevo@nuevo.example"))
    watched(live)
    assert clients(live) == []

    live.import_clients("C90,Nuevo Cliente SL,,contact,,nuevo@nuevo.example,\n")

    live.wait_until_idle()
    assert clients(live) == ["C90"]


def test_deleting_a_filed_mail_leaves_the_record_and_nothing_to_do(live: Live) -> None:
    watched(live)
    held = live.simulator.world.deliver(mail("Borrada"))[0]
    eventually(lambda: clients(live), what="filing")

    live.simulator.world.delete(ANA, held)

    live.wait_until_idle()
    assert clients(live) == ["C01"]
    assert parked(live) == []


def test_attachments_are_listed_without_the_pictures_in_the_text(live: Live) -> None:
    watched(live)
    live.simulator.world.deliver(
        mail(
            "Con adjuntos",
            attachments=[
                {
                    "@odata.type": FILE,
                    "name": "303.pdf",
                    "contentType": "application/pdf",
                    "contentBytes": "YQ==",
                },
                {
                    "@odata.type": FILE,
                    "name": "logo.png",
                    "contentType": "image/png",
                    "isInline": True,
                    "contentBytes": "YQ==",
                },
                {
                    "@odata.type": FILE,
                    "name": "acta.pdf",
                    "contentType": "application/pdf",
                    "isInline": True,
                    "contentBytes": "YQ==",
                },
            ],
        )
    )

    eventually(lambda: _attachments(live), what="listing")
    assert _attachments(live) == ["303.pdf", "acta.pdf"]


def _attachments(live: Live) -> list[str]:
    with live.database.reading() as session:
        return sorted(session.scalars(select(MessageAttachment.name)))


def test_a_colleagues_private_address_is_not_the_firms_domain(live: Live) -> None:
    live.simulator.world.add_user("Becario", "becario@panaderiauno.example")
    watched(live)

    live.simulator.world.deliver(mail("De una clienta"))

    eventually(lambda: clients(live) == ["C01"], what="filing")


@pytest.mark.parametrize("event", ["missed", "subscriptionRemoved", "reauthorizationRequired"])
def test_a_lifecycle_event_is_answered_and_closes_the_gap(live: Live, event: Any) -> None:
    watched(live)
    live.simulator.faults.drop_notifications(share=1.0)
    live.simulator.world.deliver(mail("Perdida"))
    live.simulator.notifications.wait_until_idle()
    live.simulator.faults.drop_notifications()

    live.simulator.subscriptions.lifecycle(event)

    if event == "reauthorizationRequired":
        live.wait_until_idle()
    else:
        eventually(lambda: clients(live) == ["C01"], what="catching up")
    live.wait_until_idle()
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Subscription)) == 4
    assert parked(live) == []


def test_a_throttled_mailbox_waits_and_the_others_do_not(live: Live) -> None:
    watched(live)
    live.simulator.faults.next_call(429, retry_after=2, path="/messages/", mailbox=ANA, count=1)
    live.simulator.world.deliver(mail("Despacio"))
    live.simulator.world.deliver(mail("Deprisa", to=LUIS))

    eventually(lambda: clients(live), within=2.0, what="the other mailbox")
    eventually(lambda: len(clients(live)) == 2, what="the throttled one")


def test_a_folder_that_was_not_there_once_is_walked_again(live: Live) -> None:
    watched(live)
    live.simulator.faults.next_call(404, path="/messages/delta", code="ErrorItemNotFound", count=4)
    refresh(live)
    live.simulator.faults.drop_notifications(share=1.0)
    live.simulator.world.deliver(mail("Perdida"))

    refresh(live)

    assert clients(live) == ["C01"]


def refresh(live: Live) -> None:
    """A catch-up of every mailbox."""
    with live.database.writing() as session:
        request_sync(session, list(session.scalars(select(Account.id))), live.parts.clock())
    live.wait_until_idle()


def test_a_token_that_expired_by_microsofts_clock_is_replaced_at_once(live: Live) -> None:
    watched(live)
    live.simulator.clock.advance(timedelta(hours=2))

    live.simulator.world.deliver(mail("Hola"))

    live.wait_until_idle()
    assert clients(live) == ["C01"]
    with live.database.reading() as session:
        assert set(session.scalars(select(Account.state))) == {AccountState.ACTIVE}


def test_a_mail_to_a_mailbox_that_is_none_of_ours_stays_unknown(live: Live) -> None:
    watched(live)

    live.simulator.world.deliver(mail("Para Jorge", to=JORGE.address))

    live.wait_until_idle()
    assert clients(live) == []


def test_expired_delta_links_begin_again_without_doubling(live: Live) -> None:
    live.simulator.world.deliver(mail("Una"))
    watched(live)
    live.simulator.faults.expire_delta()

    refresh(live)

    assert clients(live) == ["C01"]
    assert parked(live) == []
