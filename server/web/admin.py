"""The administration's API: is capture in order, and what a person can do if it is not.

For administrators, who have no right to content: accounts, times, numbers and codes, nothing of a mail.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Account, Visibility
from server.accounts.viewer import Viewer
from server.clients.models import Client
from server.graph.errors import GraphError
from server.ingest import backfill, census, inbox
from server.ingest.complaint import complaint
from server.ingest.figures import Figures
from server.ingest.models import Kind
from server.ingest.overview import overview, parked
from server.ingest.rehearsal import RehearsalFailed, rehearse
from server.records.visibility import may_see_client
from server.web.admin_schemas import (
    AccountsHealthOut,
    BackfillIn,
    BackfillOut,
    CensusOut,
    ComplaintOut,
    HealthOut,
    PageIn,
    ParkedOut,
    RehearsalIn,
    RepairOut,
    RetryIn,
    RetryOut,
)
from server.web.admin_shown import show_account, show_backfill, show_census, show_health, show_parked
from server.web.context import Bitacora, bitacora
from server.web.identity import administrators_only, current_viewer
from server.web.problems import Problem

admin = APIBlueprint("admin", __name__, url_prefix="/api/admin", tag="Administration")
LINES_OF_JSON: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    200: {"description": "One JSON object a line", "content": {"application/x-ndjson": {}}}
}


@admin.get("/health")
@administrators_only
@admin.output(HealthOut)
def health() -> HealthOut:
    """Green, yellow or red, with every reason; the routines, and when the app's credential ends."""
    parts = bitacora()
    now = parts.clock()
    with parts.database.reading() as session:
        return show_health(overview(session, now, _periods(parts)), now)


@admin.get("/accounts")
@administrators_only
@admin.output(AccountsHealthOut)
def accounts() -> AccountsHealthOut:
    """Each account: how fresh, what waits, what came in the way, how far its back-fill is."""
    parts = bitacora()
    now = parts.clock()
    with parts.database.reading() as session:
        seen = overview(session, now, _periods(parts))
        progress = {found.account_id: found for found in backfill.progress(session, now)}
        return AccountsHealthOut(
            items=[show_account(account, progress[account.id]) for account in seen.accounts]
        )


@admin.post("/accounts/<int:account_id>/backfill")
@administrators_only
@admin.input(BackfillIn, arg_name="wish")
@admin.output(BackfillOut)
def set_backfill(account_id: int, wish: BackfillIn) -> BackfillOut:
    """Stop an account's back-fill, or let it go on where it stopped; mail that comes is filed either way."""
    parts = bitacora()
    now = parts.clock()
    with parts.database.writing() as session:
        _account(session, account_id)
        if wish.stopped:
            backfill.stop(session, account_id)
        else:
            backfill.resume(session, account_id, now)
        session.flush()
        shown = show_backfill(backfill.progress(session, now, [account_id])[0])
    parts.engine.wake([account_id])
    return shown


@admin.get("/accounts/<int:account_id>/census")
@administrators_only
@admin.input(PageIn, location="query", arg_name="page")
@admin.output(CensusOut)
def account_census(account_id: int, page: PageIn) -> CensusOut:
    """The balance of each day at the last census, and what is still different, newest first."""
    with bitacora().database.reading() as session:
        return _census(session, account_id, page)


@admin.post("/accounts/<int:account_id>/census")
@administrators_only
@admin.output(CensusOut, status_code=202)
def take_census(account_id: int) -> CensusOut:
    """Compare the mailbox's own list with the register, now."""
    parts = bitacora()
    with parts.database.writing() as session:
        _account(session, account_id)
        census.request_census(session, [account_id], parts.clock())
        session.flush()
        shown = _census(session, account_id, PageIn())
    parts.engine.wake([account_id])
    return shown


@admin.post("/accounts/<int:account_id>/census/repair")
@administrators_only
@admin.output(RepairOut, status_code=202)
def repair(account_id: int) -> RepairOut:
    """Read the mails again that the last census misses, and say how many they are."""
    parts = bitacora()
    with parts.database.writing() as session:
        _account(session, account_id)
        asked_for = census.repair(session, account_id, parts.clock())
    parts.engine.wake([account_id])
    return RepairOut(asked_for=asked_for)


@admin.get("/parked")
@administrators_only
@admin.input(PageIn, location="query", arg_name="page")
@admin.output(ParkedOut)
def parked_items(page: PageIn) -> ParkedOut:
    """What was set aside, the oldest first, and why."""
    with bitacora().database.reading() as session:
        found = parked(session, after=page.cursor, limit=page.limit + 1)
    items = found[: page.limit]
    return ParkedOut(
        items=[show_parked(item) for item in items],
        next=items[-1].id if len(found) > page.limit else None,
    )


@admin.post("/parked/retry")
@administrators_only
@admin.input(RetryIn, arg_name="wish")
@admin.output(RetryOut)
def retry(wish: RetryIn) -> RetryOut:
    """Try one parked item again, or all of them."""
    parts = bitacora()
    with parts.database.writing() as session:
        retried = inbox.retry(session, parts.clock(), wish.id)
        accounts = inbox.due_accounts(session, parts.clock())
    if wish.id is not None and not retried:
        raise Problem("not_found")
    parts.engine.wake(accounts)
    return RetryOut(retried=retried)


@admin.post("/rehearsals")
@administrators_only
@admin.input(RehearsalIn, arg_name="wish")
@admin.doc(responses=LINES_OF_JSON)
def rehearsal(wish: RehearsalIn) -> Response:
    """Read a mailbox as its back-fill would, with nothing stored: how far it is, and at last the figures.

    Each line is a JSON object whose `kind` is progress, figures or failure. It ends with the connection.
    """
    lines = _rehearsal(bitacora(), current_viewer(), wish)
    # A proxy that waits for the end would hide how far it is.
    return Response(lines, mimetype="application/x-ndjson", headers={"X-Accel-Buffering": "no"})


def _rehearsal(parts: Bitacora, viewer: Viewer, wish: RehearsalIn) -> Iterator[str]:
    try:
        mailbox = parts.graph.users.get(wish.address)
        since = wish.since_time
        for seen in rehearse(parts.database, parts.graph, mailbox, since=since, clock=parts.clock):
            if isinstance(seen, Figures):
                yield _line("figures", _without_denied(parts, viewer, seen))
            else:
                yield _line("progress", show_backfill(seen).model_dump(mode="json"))
    except (GraphError, RehearsalFailed) as error:
        reason = ComplaintOut.model_validate(complaint(str(error)))
        yield _line("failure", {"complaint": reason.model_dump(mode="json")})


def _without_denied(parts: Bitacora, viewer: Viewer, figures: Figures) -> dict[str, object]:
    """A client that is denied to the viewer counts, and is not named."""
    with parts.database.reading() as session:
        visible = set(session.scalars(select(Client.code).where(may_see_client(viewer))))
    shown = figures.as_json()
    named = [client for client in shown["clients"] if client["code"] in visible]
    return {**shown, "clients": named}


def _line(kind: str, members: dict[str, object]) -> str:
    return json.dumps({"kind": kind, **members}, ensure_ascii=False) + "\n"


def _census(session: Session, account_id: int, page: PageIn) -> CensusOut:
    account, viewer = _account(session, account_id), current_viewer()
    return show_census(
        census.latest(session, account_id),
        names=account.visibility is Visibility.PUBLIC or account.owner_id == viewer.person_id,
        waiting=account_id in inbox.waiting(session, Kind.CENSUS),
        cursor=page.cursor,
        limit=page.limit,
    )


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise Problem("not_found")
    return account


def _periods(parts: Bitacora) -> dict[str, timedelta]:
    return {timed.name: timed.every for timed in parts.routines.timed}
