"""What the register does with Outlook, over real HTTP and on either database."""

import base64
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from server.accounts.delegations import drop_old_grants, keep_grant, sealed_grant
from server.accounts.models import Delegation
from server.accounts.people import recognise
from server.db import Database
from server.records.models import Draft
from simulator.tenant import CLIENT_ID
from tests.firm import NOW
from tests.live import Live
from tests.waiting import eventually

pytestmark = pytest.mark.integration
ANA, LUIS, MARTA, JORGE = (f"{name}@ribera.example" for name in ("ana", "luis", "marta", "jorge"))
LOPEZ = "ana.lopez@panaderiauno.example"
SCOPE = f"api://{CLIENT_ID}/access_as_user"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def recipient(address: str) -> dict[str, Any]:
    return {"emailAddress": {"name": address.partition("@")[0].title(), "address": address}}


def file(name: str, content: bytes = b"%PDF-", **fields: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name,
        "contentType": "application/pdf",
        "contentBytes": base64.b64encode(content).decode(),
        **fields,
    }


def mail(to: tuple[str, ...] = (ANA,), **fields: Any) -> dict[str, Any]:
    return {
        "subject": "Modelo 303",
        "internetMessageId": "<uno@panaderiauno.example>",
        "from": recipient(LOPEZ),
        "toRecipients": [recipient(address) for address in to],
        "body": {"contentType": "text", "content": "Van <adjuntas>."},
        **fields,
    }


def as_pane(live: Live, person: str) -> httpx.Client:
    token = live.simulator.identity.token_for(person, CLIENT_ID, SCOPE)["access_token"]
    return httpx.Client(base_url=live.url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


@pytest.fixture
def firm(live: Live) -> Live:
    live.add_accounts()
    live.wait_until_watching()
    return live


@pytest.fixture
def pane(firm: Live) -> Iterator[Callable[[str], httpx.Client]]:
    """The pane of a person."""
    clients: list[httpx.Client] = []

    def open_for(person: str) -> httpx.Client:
        clients.append(as_pane(firm, person))
        return clients[-1]

    yield open_for
    for client in clients:
        client.close()


def deliver(live: Live, message: dict[str, Any]) -> list[str]:
    copies = live.simulator.world.deliver(message)
    live.wait_until_idle()
    return copies


def records(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/records").json()["items"]
    return found


def only(client: httpx.Client) -> dict[str, Any]:
    (record,) = records(client)
    return record


def drafts_of(live: Live, person: str) -> list[Any]:
    box = live.simulator.world.mailbox(person)
    return list(box.listed(box.folder("drafts").id))


def send(live: Live, person: str, message_id: str) -> None:
    live.simulator.world.send_draft(person, message_id)
    live.wait_until_idle()


# Opening


def test_a_mail_in_plain_text_is_read_from_its_mailbox(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana, luis = pane(ANA), pane(LUIS)

    body = ana.get(f"/api/records/{only(ana)['id']}/body").json()

    assert body["text"] == "Van <adjuntas>."
    assert "Van &lt;adjuntas&gt;." in body["html"]
    assert body["web_link"].startswith(f"{firm.simulator.browser_url}/outlook/?ItemID=")
    # Outlook would look for it in the mailbox of the colleague, where it is not.
    assert luis.get(f"/api/records/{only(luis)['id']}/body").json()["web_link"] is None


def test_html_is_shown_without_what_acts_and_with_the_pictures_of_the_mail(firm: Live, pane: Any) -> None:
    html = (
        '<p onclick="x()">Hola<script>x()</script><img src="cid:logo@x"><img src="https://spy.example/1"></p>'
    )
    logo = file("logo.png", contentType="image/png", isInline=True, contentId="logo@x", contentBytes=PNG)
    deliver(firm, mail(body={"contentType": "html", "content": html}, attachments=[logo]))
    ana = pane(ANA)
    path = f"/api/records/{only(ana)['id']}/body"

    body, shown = ana.get(path).json(), ana.get(path, params={"images": "true"}).json()

    assert body == {
        "html": f'<p>Hola<img src="data:image/png;base64,{PNG}"><img></p>',
        "text": None,
        "images_blocked": 1,
        "web_link": body["web_link"],
    }
    assert "https://spy.example/1" in shown["html"]


def test_the_document_of_a_mail_has_a_policy_that_lets_nothing_run(firm: Live, pane: Any) -> None:
    deliver(firm, mail(body={"contentType": "html", "content": "<b>Hola</b>"}))
    ana = pane(ANA)
    path = f"/api/records/{only(ana)['id']}/body.html"

    answer, with_pictures = ana.get(path), ana.get(path, params={"images": "true"})

    assert answer.headers["content-type"].startswith("text/html")
    assert "<b>Hola</b>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';")
    assert "img-src data:;" in policy
    assert "img-src data: https:;" in with_pictures.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_copy_that_is_gone_is_replaced_by_a_colleagues(firm: Live, pane: Any) -> None:
    first, second = deliver(firm, mail(to=(ANA, LUIS)))
    ana = pane(ANA)
    path = f"/api/records/{only(ana)['id']}/body"

    firm.simulator.world.purge(ANA, first)
    still, gone = ana.get(path), None
    firm.simulator.world.purge(LUIS, second)
    gone = ana.get(path)

    assert still.json()["text"] == "Van <adjuntas>."
    assert (gone.status_code, gone.json()["code"]) == (404, "message_gone")


def test_a_private_mail_is_opened_by_its_owner_alone(firm: Live, pane: Any) -> None:
    deliver(firm, mail(to=(MARTA,), attachments=[file("303.pdf")]))
    marta, ana = pane(MARTA), pane(ANA)
    record = only(marta)
    attachment = record["attachments"][0]["id"]

    for path in ("body", "body.html", f"attachments/{attachment}/content"):
        assert marta.get(f"/api/records/{record['id']}/{path}").status_code == 200
        refused = ana.get(f"/api/records/{record['id']}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_needed")
    for verb, wish in (("reply", {}), ("message", {"to": [LUIS]}), ("task", {})):
        refused = ana.post(f"/api/records/{record['id']}/{verb}", json=wish)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_needed")


def test_a_record_made_by_hand_has_no_mail(firm: Live, pane: Any) -> None:
    ana = pane(ANA)
    made = ana.post("/api/records", json={"client": "C01", "subject": "Llamada"}).json()

    for answer in (
        ana.get(f"/api/records/{made['id']}/body"),
        ana.post(f"/api/records/{made['id']}/reply", json={}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_mail")


# Attachments


def test_a_file_is_given_to_be_kept_and_never_shown(firm: Live, pane: Any) -> None:
    page = file("ñ/../<b>.html", b"<script>alert(1)</script>", contentType="text/html")
    deliver(firm, mail(attachments=[file("a.pdf"), page]))
    ana = pane(ANA)
    record = only(ana)
    attachment = record["attachments"][1]

    answer = ana.get(f"/api/records/{record['id']}/attachments/{attachment['id']}/content")

    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"__..__b_.html\"; filename*=UTF-8''%C3%B1_..__b_.html"
    )


def test_bytes_arrive_as_they_were_sent(firm: Live, pane: Any) -> None:
    content = bytes(range(256)) * 1000
    deliver(firm, mail(attachments=[file("todo.bin", content)]))
    ana = pane(ANA)
    record = only(ana)

    answer = ana.get(f"/api/records/{record['id']}/attachments/{record['attachments'][0]['id']}/content")

    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"


def test_an_attached_mail_is_given_as_a_file_and_a_link_is_not(firm: Live, pane: Any) -> None:
    attached = {
        "@odata.type": "#microsoft.graph.itemAttachment",
        "name": "Notificación",
        "item": {
            "@odata.type": "#microsoft.graph.message",
            "subject": "Tiene un aviso",
            "from": recipient("avisos@diputacion.example"),
            "body": {"contentType": "text", "content": "Acceda a la sede."},
        },
    }
    link = {"@odata.type": "#microsoft.graph.referenceAttachment", "name": "Carpeta"}
    large = file("grande.zip", size=60 * 1024 * 1024)
    deliver(firm, mail(attachments=[attached, link, large]))
    ana = pane(ANA)
    record = only(ana)

    answers = [
        ana.get(f"/api/records/{record['id']}/attachments/{each['id']}/content")
        for each in record["attachments"]
    ]

    assert "Subject: Tiene un aviso" in answers[0].text
    assert "notificaci" in answers[0].headers["content-disposition"].lower()
    assert ".eml" in answers[0].headers["content-disposition"]
    assert [(each.status_code, each.json()["code"]) for each in answers[1:]] == [
        (409, "attachment_is_link"),
        (413, "attachment_too_large"),
    ]
    assert answers[1].json()["web_link"]


def test_an_attachment_of_another_record_is_not_there(firm: Live, pane: Any) -> None:
    deliver(firm, mail(attachments=[file("303.pdf")]))
    deliver(firm, mail(internetMessageId="<dos@panaderiauno.example>", subject="Otro"))
    ana = pane(ANA)
    other, first = records(ana)
    attachment = (first["attachments"] or other["attachments"])[0]["id"]
    without = other if first["attachments"] else first

    answer = ana.get(f"/api/records/{without['id']}/attachments/{attachment}/content")

    assert answer.status_code == 404


# Answering


def test_an_answer_is_begun_where_the_mail_lies_and_sent_is_one_record_that_knows_what_it_answers(
    firm: Live, pane: Any
) -> None:
    deliver(firm, mail(to=(ANA, LUIS)))
    ana = pane(ANA)
    record = only(ana)

    answer = ana.post(f"/api/records/{record['id']}/reply", json={"all": True})

    assert answer.status_code == 201
    (draft,) = drafts_of(firm, ANA)
    assert answer.json()["web_link"].endswith(
        f"ItemID={draft.id.replace('=', '%3D')}&exvsurl=1&viewmodel=ReadMessageItem"
    )
    assert draft.properties["subject"] == "RE: Modelo 303"
    assert draft.properties["toRecipients"] == [recipient(LOPEZ)]
    assert [each["emailAddress"]["address"] for each in draft.properties["ccRecipients"]] == [LUIS]
    # Nothing is sent by the register.
    assert only(ana)["id"] == record["id"]

    send(firm, ANA, draft.id)

    assert {each["direction"]: each["reply_to_id"] for each in records(ana)} == {
        "received": None,
        "sent": record["id"],
    }
    assert len(records(ana)) == 2


@pytest.mark.parametrize("lost", ["ids", "message id"])
def test_an_answer_is_known_whatever_sending_changes(lost: str, firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)
    record = only(ana)
    ana.post(f"/api/records/{record['id']}/reply", json={})
    (draft,) = drafts_of(firm, ANA)
    if lost == "ids":
        firm.simulator.faults.change_ids_on_sending()
    else:
        firm.simulator.world.update(ANA, draft.id, {"internetMessageId": "<otro@ribera.example>"})

    firm.simulator.world.send_draft(ANA, draft.id)

    eventually(lambda: len(records(ana)) == 2, what="filing the answer")
    assert {each["direction"]: each["reply_to_id"] for each in records(ana)} == {
        "received": None,
        "sent": record["id"],
    }


def test_an_answer_to_a_mail_that_a_colleague_holds_is_a_new_mail_in_its_form(firm: Live, pane: Any) -> None:
    asked = recipient("pedro@panaderiauno.example")
    deliver(firm, mail(replyTo=[asked], ccRecipients=[recipient(LUIS)], to=("info@ribera.example",)))
    for copy in firm.simulator.world.mailbox(LUIS).listed():
        firm.simulator.world.purge(LUIS, copy.id)
    jorge = pane(JORGE)
    record = only(jorge)

    answer = jorge.post(
        f"/api/records/{record['id']}/reply", json={"all": True}, headers={"Accept-Language": "es"}
    )

    assert answer.status_code == 201, answer.text
    (draft,) = drafts_of(firm, JORGE)
    assert draft.properties["subject"] == "RE: Modelo 303"
    assert [each["emailAddress"]["address"] for each in draft.properties["toRecipients"]] == [
        "pedro@panaderiauno.example"
    ]
    assert {each["emailAddress"]["address"] for each in draft.properties["ccRecipients"]} == {
        "info@ribera.example",
        LUIS,
    }
    assert "<b>De:</b> Ana.Lopez" in draft.properties["body"]["content"]
    assert "Van &lt;adjuntas&gt;." in draft.properties["body"]["content"]
    # Jorge's mailbox is no account: the answer comes to be known through those who get it.
    send(firm, JORGE, draft.id)
    sent = next(each for each in records(jorge) if each["id"] != record["id"])
    assert (sent["direction"], sent["reply_to_id"]) == ("sent", record["id"])


def test_an_answer_to_an_address_that_nobody_knows_still_stands_in_the_register(
    firm: Live, pane: Any
) -> None:
    deliver(firm, mail())
    ana = pane(ANA)
    record = only(ana)
    ana.post(f"/api/records/{record['id']}/reply", json={})
    (draft,) = drafts_of(firm, ANA)
    firm.simulator.world.update(ANA, draft.id, {"toRecipients": [recipient("nueva@correo.example")]})

    send(firm, ANA, draft.id)

    sent = next(each for each in records(ana) if each["id"] != record["id"])
    assert (sent["client"]["code"], sent["reply_to_id"]) == ("C01", record["id"])


def test_what_is_sent_by_hand_answers_no_record(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    firm.simulator.world.send(ANA, {"subject": "Otra cosa", "toRecipients": [recipient(LOPEZ)]})
    firm.wait_until_idle()

    assert [each["reply_to_id"] for each in records(pane(ANA))] == [None, None]


# Messages


def test_word_to_colleagues_leads_back_to_the_record(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)
    record = only(ana)

    answer = ana.post(f"/api/records/{record['id']}/message", json={"to": [LUIS, JORGE]})

    assert answer.status_code == 201
    (draft,) = drafts_of(firm, ANA)
    assert draft.properties["subject"] == "Modelo 303"
    assert [each["emailAddress"] for each in draft.properties["toRecipients"]] == [
        {"name": "Luis Ortega", "address": LUIS},
        {"name": "Jorge Sanz", "address": JORGE},
    ]
    assert f"{firm.url}/?client=C01&amp;record={record['id']}" in draft.properties["body"]["content"]
    send(firm, ANA, draft.id)
    # Mail among the firm's own people is not registered.
    assert len(records(ana)) == 1


def test_word_to_a_contact_is_a_record_that_knows_where_it_came_from(firm: Live, pane: Any) -> None:
    ana = pane(ANA)
    made = ana.post("/api/records", json={"client": "C01", "subject": "Visita"}).json()

    ana.post(f"/api/records/{made['id']}/message", json={"to": [LOPEZ, LUIS]})

    (draft,) = drafts_of(firm, ANA)
    # The address of the register is nothing for people outside.
    assert firm.url not in draft.properties["body"]["content"]
    send(firm, ANA, draft.id)
    sent = next(each for each in records(ana) if each["automatic"])
    assert (sent["subject"], sent["reply_to_id"]) == ("Visita", made["id"])


@pytest.mark.parametrize("address", ["nadie@correo.example", "taller@dos.example", "x@", "   "])
def test_only_the_firm_and_the_client_are_written_to(address: str, firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)

    answer = ana.post(f"/api/records/{only(ana)['id']}/message", json={"to": [address]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert drafts_of(firm, ANA) == []


# Tasks


def test_a_task_says_client_person_date_and_subject_and_leads_back(firm: Live, pane: Any) -> None:
    deliver(firm, mail(sentDateTime="2026-11-20T09:30:00Z", receivedDateTime="2026-11-20T09:30:05Z"))
    ana = pane(ANA)
    record = only(ana)

    answer = ana.post(
        f"/api/records/{record['id']}/task",
        json={"due": "2026-12-01", "note": "Antes del puente"},
        headers={"Accept-Language": "es"},
    )

    user = firm.simulator.world.user(ANA)
    (task,) = firm.simulator.cloud.todo.lists(user)[0].tasks
    assert answer.json() == {
        "task_id": task["id"],
        "web_link": f"https://to-do.office.com/tasks/id/{task['id']}/details",
    }
    assert task["title"] == "Panadería Uno SL: Modelo 303"
    assert task["body"]["content"] == (
        "Antes del puente\n\nCliente: C01 Panadería Uno SL\nPersona: Ana Ribera\n"
        "Fecha: 20/11/2026 10:30\nAsunto: Modelo 303"
    )
    assert task["dueDateTime"] == {"dateTime": "2026-12-01T00:00:00", "timeZone": "UTC"}
    (link,) = task["linkedResources"]
    assert link["webUrl"] == f"{firm.url}/?client=C01&record={record['id']}"
    assert (link["applicationName"], link["externalId"]) == ("Bitácora", record["id"])


def test_a_task_may_be_called_otherwise(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)

    ana.post(f"/api/records/{only(ana)['id']}/task", json={"title": "Llamar"})

    (task,) = firm.simulator.cloud.todo.lists(firm.simulator.world.user(ANA))[0].tasks
    assert (task["title"], "dueDateTime" in task) == ("Llamar", False)


# What Microsoft refuses


@pytest.mark.parametrize(
    ("permission", "ability", "verb"),
    [("Mail.ReadWrite", "draft", "reply"), ("Tasks.ReadWrite", "task", "task")],
)
def test_without_consent_the_page_learns_where_to_give_it(
    permission: str, ability: str, verb: str, firm: Live, pane: Any
) -> None:
    deliver(firm, mail())
    firm.simulator.application.delegated.discard(permission)
    ana = pane(ANA)
    path = f"/api/records/{only(ana)['id']}/{verb}"

    refused = ana.post(path, json={})

    link = f"/sign-in?ability={ability}"
    assert (refused.status_code, refused.json()["code"], refused.json()["link"]) == (
        403,
        "consent_needed",
        link,
    )
    assert ana.get("/api/me").json()["can"][ability] == {
        "allowed": False,
        "why": "consent_needed",
        "link": link,
    }
    with httpx.Client(follow_redirects=False) as browser:
        consent(browser, firm, ANA, link)
        assert browser.get(f"{firm.url}/api/me").json()["can"][ability]["allowed"]
    assert ana.post(path, json={}).status_code == 201


def test_somebody_without_a_mailbox_or_to_do_is_told_so(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    jorge = pane(JORGE)
    record = only(jorge)
    firm.simulator.faults.todo_missing(JORGE)

    assert jorge.get("/api/me").json()["can"]["task"]["allowed"]
    found = jorge.get("/api/me/abilities").json()
    task = jorge.post(f"/api/records/{record['id']}/task", json={})
    firm.simulator.faults.mailbox_unavailable(JORGE)
    reply = jorge.post(f"/api/records/{record['id']}/reply", json={})

    assert found == {
        "draft": {"allowed": True, "why": None, "link": None},
        "task": {"allowed": False, "why": "todo_missing", "link": None},
    }
    assert (task.status_code, task.json()["code"]) == (409, "todo_missing")
    assert (reply.status_code, reply.json()["code"]) == (409, "mailbox_missing")
    assert not jorge.get("/api/me").json()["can"]["draft"]["allowed"]
    firm.simulator.faults.mailbox_available(JORGE)
    assert jorge.get("/api/me/abilities").json()["draft"]["allowed"]


def test_a_refusal_that_concerns_one_mail_says_nothing_of_the_mailbox(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)
    record = only(ana)
    firm.simulator.faults.next_call(403, path="createReply", code="ErrorAccessDenied")

    refused = ana.post(f"/api/records/{record['id']}/reply", json={})

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_needed")
    assert ana.get("/api/me").json()["can"]["draft"]["allowed"]
    assert ana.post(f"/api/records/{record['id']}/reply", json={}).status_code == 201


def test_what_microsoft_cannot_say_now_is_not_held_against_the_person(firm: Live, pane: Any) -> None:
    deliver(firm, mail())
    ana = pane(ANA)
    record = only(ana)
    firm.simulator.faults.token_endpoint("unavailable")

    answer = ana.post(f"/api/records/{record['id']}/task", json={})
    firm.simulator.faults.clear()

    assert (answer.status_code, answer.json()["code"]) == (503, "microsoft_busy")
    assert ana.get("/api/me").json()["can"]["task"]["allowed"]


# The web sign-in


def consent(browser: httpx.Client, live: Live, person: str, path: str = "/sign-in") -> None:
    """Sign in in a browser, and agree to what Microsoft asks on the way."""
    address = browser.get(live.url + path).headers["location"]
    page = browser.post(address, data={"person": person})
    if page.status_code == 200:
        page = browser.post(address, data={"person": person, "agreed": "yes"})
    assert browser.get(page.headers["location"]).status_code == 302


def test_the_web_session_acts_for_the_person_while_it_lasts(firm: Live) -> None:
    deliver(firm, mail())
    with httpx.Client(headers={"Origin": firm.url}) as browser:
        consent(browser, firm, LUIS)
        record = browser.get(f"{firm.url}/api/records").json()["items"][0]

        answer = browser.post(f"{firm.url}/api/records/{record['id']}/reply", json={})

        assert answer.status_code == 201, answer.text
        assert len(drafts_of(firm, LUIS)) == 1
        cookie = browser.cookies["bitacora"]
        browser.post(f"{firm.url}/sign-in/out")
        browser.cookies["bitacora"] = cookie
        with firm.database.reading() as session:
            assert session.scalars(select(Delegation)).all() == []
            assert len(session.scalars(select(Draft)).all()) == 1


def test_a_grant_is_kept_so_that_the_database_alone_gives_nothing(firm: Live) -> None:
    with httpx.Client() as browser:
        consent(browser, firm, ANA)

    with firm.database.reading() as session:
        (kept,) = session.execute(text("SELECT lookup, sealed_grant FROM delegation")).all()
        until = session.scalars(select(Delegation.until)).one()
    grants = firm.simulator.identity._refresh_tokens
    assert grants
    assert not any(grant in kept.sealed_grant for grant in grants)
    assert re.fullmatch(r"[0-9a-f]{64}", kept.lookup)
    assert until - firm.clock() <= timedelta(hours=8)


def test_a_grant_outlives_no_session(database: Database) -> None:
    with database.writing() as session:
        person = recognise(session, entra_id="ana", name="Ana Ribera", address=ANA)
        for lookup, until in (("old", NOW), ("young", NOW + timedelta(seconds=1))):
            keep_grant(session, person.id, lookup=lookup, sealed_grant="x", until=until)

        drop_old_grants(session, NOW)

        assert list(session.scalars(select(Delegation.lookup))) == ["young"]
        assert sealed_grant(session, "young", NOW) == "x"
        assert sealed_grant(session, "young", NOW + timedelta(seconds=1)) is None


def test_a_session_whose_grant_is_gone_is_asked_to_sign_in_for_it(firm: Live) -> None:
    deliver(firm, mail())
    with httpx.Client(headers={"Origin": firm.url}) as browser:
        consent(browser, firm, LUIS)
        record = browser.get(f"{firm.url}/api/records").json()["items"][0]
        firm.simulator.identity._refresh_tokens.clear()

        answer = browser.post(f"{firm.url}/api/records/{record['id']}/reply", json={})

    assert (answer.status_code, answer.json()["code"]) == (403, "consent_needed")


def test_who_may_not_consent_comes_back_and_stays_out_of_outlook_only(firm: Live) -> None:
    firm.simulator.application.delegated.discard("Tasks.ReadWrite")
    firm.simulator.application.people_may_consent = False
    with httpx.Client() as browser:
        consent(browser, firm, LUIS)
        address = browser.get(f"{firm.url}/sign-in?ability=task").headers["location"]

        back = browser.post(address, data={"person": LUIS}).headers["location"]
        page = browser.get(back, headers={"Accept": "text/html"})

        assert page.status_code == 403
        assert browser.get(f"{firm.url}/api/me").status_code == 200
