"""Clients found by what a person types: the beginning of a code, words of the name, a NIF or an address."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, false, or_, select, true
from sqlalchemy.orm import Session, selectinload

from server.addresses import normalise
from server.clients.folding import fold
from server.clients.models import Client, ClientAddress
from server.clients.nif import normalise_nif


class PlaceInvalid(ValueError):
    """This is not a place in the list of clients."""


@dataclass(frozen=True, slots=True)
class ClientPage:
    """`next` asks for what follows, None at the end."""

    items: tuple[Client, ...]
    next: str | None


def find_clients(
    session: Session, q: str, *, allowed: ColumnElement[bool], after: str | None, limit: int
) -> ClientPage:
    """Clients whose code begins with `q` first, then those with all its words, each by code.

    Accents, case and punctuation do not count; an empty `q` gives all clients. `allowed` is a condition on
    `Client`, `after` the `next` of the page before. Raises PlaceInvalid for an `after` that is none.
    """
    rank = case((Client.folded.startswith(f" {fold(q)}", autoescape=True), 0), else_=1)
    query = (
        select(Client, rank)
        .where(allowed, _matches(q), _follows(rank, after))
        .order_by(rank, Client.code)
        .limit(limit + 1)
    )
    found = session.execute(query).all()
    kept = found[:limit]
    more = len(found) > limit
    return ClientPage(
        tuple(client for client, _ in kept), f"{kept[-1][1]}{kept[-1][0].code}" if more else None
    )


def client_card(session: Session, code: str, allowed: ColumnElement[bool]) -> Client | None:
    """The client with its addresses loaded; None when there is none, or none that may be seen."""
    query = select(Client).where(Client.code == code, allowed).options(selectinload(Client.addresses))
    return session.scalar(query)


def _matches(q: str) -> ColumnElement[bool]:
    words = [Client.folded.contains(f" {word}", autoescape=True) for word in fold(q).split()]
    if not words:
        return false() if q.strip() else true()
    ways = [and_(*words)]
    nif = normalise_nif(q)
    if any(character.isdigit() for character in nif):
        ways.append(Client.nif.startswith(nif, autoescape=True))
    if address := normalise(q):
        # The folded words know an address as the firm wrote it, not its other spelling (IDNA).
        holders = select(ClientAddress.client_id).where(ClientAddress.address == address)
        ways.append(Client.id.in_(holders))
    return or_(*ways)


def _follows(rank: ColumnElement[int], after: str | None) -> ColumnElement[bool]:
    if after is None:
        return true()
    if after[:1] not in ("0", "1"):
        raise PlaceInvalid(after)
    last_rank, last_code = int(after[:1]), after[1:]
    return or_(rank > last_rank, and_(rank == last_rank, Client.code > last_code))
