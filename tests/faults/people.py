"""What people do in the meantime, through the API as the pane does it."""

from typing import Any

from server.records.catalog import add_areas, add_reasons
from tests.faults.mails import ANA, deliver, mail
from tests.invariants import Work, work_of
from tests.stepped import Stepped


def records(program: Stepped, who: str = ANA) -> list[dict[str, Any]]:
    """The newest of the register, as somebody sees it."""
    with program.person(who) as person:
        items: list[dict[str, Any]] = person.get("/api/records", params={"limit": 200}).json()["items"]
    return items


def classify(program: Stepped, subject: str, who: str = ANA) -> None:
    """Set reason and area of the one record with this subject."""
    with program.database.writing() as session:
        add_reasons(session, ["Impuestos"])
        add_areas(session, ["Fiscal"])
    (record,) = [record for record in records(program, who) if record["subject"] == subject]
    with program.person(who) as person:
        catalog = person.get("/api/catalog").json()
        choice = {"reason": catalog["reasons"][0]["id"], "area": catalog["areas"][0]["id"]}
        address = f"/api/records/{record['id']}"
        answer = person.patch(address, json=choice, headers={"If-Match": f'"{record["version"]}"'})
    assert answer.status_code == 200, answer.text


def assign(program: Stepped, message_id: str, client: str, who: str = ANA, scope: str = "message") -> None:
    """Say whose a mail in one's own mailbox is."""
    wish = {"internet_message_id": message_id, "mailbox": who, "client": client, "scope": scope}
    with program.person(who) as person:
        answer = person.post("/api/messages/file", json=wish)
    assert answer.status_code == 200, answer.text
    program.assigned.setdefault(message_id, set()).add(client)


def some_work(program: Stepped) -> Work:
    """Two mails, one classified and one assigned to another client; gives what people wrote by then."""
    world = program.simulator.world
    deliver(program, "Declaración anual")
    shared = world.deliver(mail("Facturas del gestor", sender="gestor@grupo23.example"))[0]
    program.settle()
    classify(program, "Declaración anual")
    assign(program, world.mailbox(ANA).message(shared).properties["internetMessageId"], "C02")
    program.settle()
    return work_of(program)
