"""Answers to what waits for a person's word ("Por asignar"), and addresses for a client's card."""

from typing import Any

from apiflask import APIBlueprint

from server.ingest.card import add_address, remember_sender
from server.records.answers import assign, dismiss
from server.records.register import get_records
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.schemas.clients import AddressOut
from server.web.schemas.writing import AssignedOut, AssignIn, CardAddressIn, CardAddressOut, DismissedOut
from server.web.shown import show_record

tray_api = APIBlueprint("tray", __name__, url_prefix="/api", tag="Records")
ON_THE_CARD: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {
        "description": "The card had the address in that section already",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CardAddressOut"}}},
    }
}


@tray_api.post("/unassigned/<int:message_id>/assign")
@signed_in
@tray_api.input(AssignIn, arg_name="wish")
@tray_api.output(AssignedOut)
def assign_message(message_id: int, wish: AssignIn) -> AssignedOut:
    """Say whose a mail is, and with scope `thread` the rest of its thread: it is filed there and stays so."""
    parts, viewer, now = bitacora(), current_viewer(), bitacora().clock()
    with parts.database.writing() as session:
        for_thread, past = wish.scope == "thread", None
        ids = assign(session, viewer, message_id, wish.client, for_thread=for_thread, now=now)
        if wish.remember_address:
            past = remember_sender(session, viewer, wish.client, message_id, now=now)
        views = get_records(session, viewer, ids)
        records = [show_record(views[record_id]) for record_id in ids]
        return AssignedOut(records=records, remembered=past is not None, past=past or 0)


@tray_api.post("/unassigned/<int:message_id>/dismiss")
@signed_in
@tray_api.output(DismissedOut)
def dismiss_message(message_id: int) -> DismissedOut:
    """Say that a mail is no client's; nobody is asked about it again, unless the batch is undone."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        return DismissedOut(batch=dismiss(session, viewer, message_id, now=parts.clock()))


@tray_api.post("/clients/<code>/addresses")
@signed_in
@tray_api.input(CardAddressIn, arg_name="new")
@tray_api.output(CardAddressOut, status_code=201)
@tray_api.doc(responses=ON_THE_CARD)
def add_card_address(code: str, new: CardAddressIn) -> tuple[CardAddressOut, int]:
    """Put an address on a client's card; its mails of the past are looked for and filed.

    200 where the card had it in that section already.
    """
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        line, past = add_address(session, viewer, code, **new.model_dump(), now=parts.clock())
        shown = CardAddressOut(address=AddressOut.model_validate(line), past=past or 0)
    return shown, 200 if past is None else 201
