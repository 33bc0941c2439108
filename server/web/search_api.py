"""Reading the register: lists and counts, finding in them, who occurs in them, and what waits."""

import uuid

from apiflask import APIBlueprint

from server.records.conversation import thread_of
from server.records.lists import Page, count_records, find_record, list_around, list_records
from server.records.persons import people_of, persons
from server.records.tray import list_unassigned
from server.web.context import bitacora
from server.web.identity import current_viewer, signed_in
from server.web.schemas.records import PersonName
from server.web.schemas.search import (
    AroundIn,
    CountOut,
    FiltersIn,
    FindIn,
    HitOut,
    PeopleOut,
    PersonsIn,
    PersonsOut,
    RecordsIn,
    RecordsOut,
    ThreadOut,
    UnassignedIn,
    UnassignedOut,
)
from server.web.shown import show_record
from server.web.shown_tray import show_unassigned

search_api = APIBlueprint("search", __name__, url_prefix="/api", tag="Records")


@search_api.get("/records")
@signed_in
@search_api.input(RecordsIn, location="query", arg_name="query")
@search_api.output(RecordsOut)
def records(query: RecordsIn) -> RecordsOut:
    """The register, newest first; filters combine. `next` goes on to older records, `previous` to newer."""
    with bitacora().database.reading() as session:
        page = list_records(
            session,
            current_viewer(),
            query.filters(),
            cursor=query.cursor,
            limit=query.limit,
            end=query.end,
        )
        return _show(page)


@search_api.get("/records/around")
@signed_in
@search_api.input(AroundIn, location="query", arg_name="query")
@search_api.output(RecordsOut)
def around(query: AroundIn) -> RecordsOut:
    """The page about a record."""
    with bitacora().database.reading() as session:
        page = list_around(
            session,
            current_viewer(),
            query.filters(),
            query.id,
            before=query.before,
            after=query.after,
        )
        return _show(page)


@search_api.get("/records/count")
@signed_in
@search_api.input(FiltersIn, location="query", arg_name="query")
@search_api.output(CountOut)
def count(query: FiltersIn) -> CountOut:
    """How many records the filters leave; where there are more than ten thousand, nobody counts on."""
    with bitacora().database.reading() as session:
        return CountOut.model_validate(count_records(session, current_viewer(), query.filters()))


@search_api.get("/records/find")
@signed_in
@search_api.input(FindIn, location="query", arg_name="query")
@search_api.output(HitOut)
def find(query: FindIn) -> HitOut:
    """The first, next or previous record of the list with these words; the list stays as it is."""
    with bitacora().database.reading() as session:
        hit = find_record(
            session,
            current_viewer(),
            query.filters(),
            query.q,
            direction=query.direction,
            after=query.after,
        )
        if hit is None:
            return HitOut(record=None)
        return HitOut(record=show_record(hit.record), cursor=hit.cursor, wrapped=hit.wrapped)


@search_api.get("/records/<uuid:record_id>/thread")
@signed_in
@search_api.output(ThreadOut)
def thread(record_id: uuid.UUID) -> ThreadOut:
    """The records of the same thread with the same client, oldest first."""
    with bitacora().database.reading() as session:
        views = thread_of(session, current_viewer(), record_id)
        return ThreadOut(items=[show_record(view) for view in views])


@search_api.get("/persons")
@signed_in
@search_api.input(PersonsIn, location="query", arg_name="query")
@search_api.output(PersonsOut)
def persons_of_register(query: PersonsIn) -> PersonsOut:
    """The firm's persons that occur in the register, or in a client's."""
    with bitacora().database.reading() as session:
        names = persons(session, current_viewer(), query.client)
        return PersonsOut(items=[PersonName(name=name) for name in names])


@search_api.get("/clients/<code>/people")
@signed_in
@search_api.output(PeopleOut)
def people(code: str) -> PeopleOut:
    """Whom a message about the client may go to: the firm's members and the client's contacts."""
    with bitacora().database.reading() as session:
        return PeopleOut.model_validate(people_of(session, current_viewer(), code))


@search_api.get("/unassigned")
@signed_in
@search_api.input(UnassignedIn, location="query", arg_name="query")
@search_api.output(UnassignedOut)
def unassigned(query: UnassignedIn) -> UnassignedOut:
    """Mails that more than one client may own, newest first, with the likeliest client first."""
    with bitacora().database.reading() as session:
        page = list_unassigned(session, current_viewer(), cursor=query.cursor, limit=query.limit)
        return UnassignedOut(
            items=[show_unassigned(each) for each in page.items], next=page.next, count=page.count
        )


def _show(page: Page) -> RecordsOut:
    return RecordsOut(
        items=[show_record(view) for view in page.items], next=page.next, previous=page.previous
    )
