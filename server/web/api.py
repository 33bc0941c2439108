"""The API of the pane and the register page."""

from typing import Any

from apiflask import APIBlueprint

from server.clients.search import client_card, find_clients
from server.ingest.by_hand import file_message_by_hand
from server.ingest.status import account_statuses, heartbeat, request_refresh
from server.records.catalog import choices
from server.records.models import Area, Reason, RecordType
from server.records.visibility import may_see_client
from server.records.whereabouts import find_whereabouts
from server.web.abilities import own_mailbox, show_abilities
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.problems import Problem
from server.web.schemas.clients import ClientCardOut, ClientOut, ClientsIn, ClientsOut
from server.web.schemas.messages import FileIn, MessageIn, WhereaboutsOut
from server.web.schemas.people import AccountOut, AccountsOut, Heartbeat, MeOut, PersonOut
from server.web.schemas.records import CatalogOut, ChoiceOut
from server.web.shown import show_whereabouts

api = APIBlueprint("api", __name__, url_prefix="/api", tag="Register")


@api.get("/me")
@signed_in
@api.output(MeOut)
def me() -> MeOut:
    """Who is signed in, the mail accounts open to them, and how fresh the register is."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.reading() as session:
        statuses = account_statuses(session, viewer)
        return MeOut(
            person=PersonOut(
                id=viewer.person_id,
                name=viewer.name,
                address=viewer.address,
                administrator=viewer.administrator,
            ),
            accounts=[AccountOut.model_validate(status) for status in statuses],
            heartbeat=Heartbeat.model_validate(heartbeat(statuses, parts.clock())),
            can=show_abilities(own_mailbox().remembered()),
        )


@api.get("/catalog")
@signed_in
@api.output(CatalogOut)
def catalog() -> CatalogOut:
    """The fixed types and the firm's reasons and areas, the retired ones too: old records have them."""
    with bitacora().database.reading() as session:
        return CatalogOut(
            types=list(RecordType),
            reasons=[ChoiceOut.model_validate(reason) for reason in choices(session, Reason)],
            areas=[ChoiceOut.model_validate(area) for area in choices(session, Area)],
        )


@api.get("/clients")
@signed_in
@api.input(ClientsIn, location="query", arg_name="query")
@api.output(ClientsOut)
def clients(query: ClientsIn) -> ClientsOut:
    """Find clients by code, name, NIF or address."""
    with bitacora().database.reading() as session:
        page = find_clients(
            session,
            query.q,
            allowed=may_see_client(current_viewer()),
            after=query.cursor,
            limit=query.limit,
        )
        return ClientsOut(items=[ClientOut.model_validate(client) for client in page.items], next=page.next)


@api.get("/clients/<code>")
@signed_in
@api.output(ClientCardOut)
def client(code: str) -> ClientCardOut:
    """A client's card."""
    with bitacora().database.reading() as session:
        card = client_card(session, code, allowed=may_see_client(current_viewer()))
        if card is None:
            raise Problem("not_found")
        return ClientCardOut.model_validate(card)


@api.get("/messages")
@signed_in
@api.input(MessageIn, location="query", arg_name="query")
@api.output(WhereaboutsOut)
def message(query: MessageIn) -> WhereaboutsOut:
    """Where a mail is filed and why, or why it is not."""
    with bitacora().database.reading() as session:
        return show_whereabouts(
            find_whereabouts(session, current_viewer(), query.internet_message_id, query.mailbox)
        )


@api.post("/messages/file")
@signed_in
@api.input(FileIn, arg_name="wish")
@api.output(WhereaboutsOut)
def file_message(wish: FileIn) -> WhereaboutsOut:
    """File a mail under a client, or answer whose it is; with scope `thread`, its thread too."""
    parts, viewer = bitacora(), current_viewer()
    file_message_by_hand(
        parts.database,
        parts.graph,
        parts.desk,
        viewer,
        internet_message_id=wish.internet_message_id,
        mailbox=wish.mailbox,
        client_code=wish.client,
        for_thread=wish.scope == "thread",
        clock=parts.clock,
    )
    with parts.database.reading() as session:
        return show_whereabouts(find_whereabouts(session, viewer, wish.internet_message_id, wish.mailbox))


@api.get("/refresh")
@signed_in
@api.output(AccountsOut)
def refresh_progress() -> AccountsOut:
    """How far the catch-up of the accounts open to the caller is."""
    with bitacora().database.reading() as session:
        return _accounts(account_statuses(session, current_viewer()))


@api.post("/refresh")
@signed_in
@api.output(AccountsOut, status_code=202)
def refresh() -> AccountsOut:
    """Update the caller's own private account and all public ones."""
    parts, viewer = bitacora(), current_viewer()
    with parts.database.writing() as session:
        request_refresh(session, viewer, parts.clock())
        return _accounts(account_statuses(session, viewer))


def _accounts(statuses: list[Any]) -> AccountsOut:
    return AccountsOut(accounts=[AccountOut.model_validate(status) for status in statuses])
