"""A list of clients written into the directory; the only writer of clients and their addresses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.clients.cautions import Caution, Firm, cautions_about
from server.clients.changes import KeptLine, LineChanges, compare
from server.clients.folding import searchable
from server.clients.import_lines import CardLine, ListedClient, ParsedImport
from server.clients.import_refused import ImportRefused
from server.clients.models import Client, ClientAddress, DirectoryVersion

_NO_FIRM = Firm()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Numbers of clients, then of lines on their cards; each warning can be printed."""

    added: int
    updated: int
    unchanged: int
    addresses_added: int
    addresses_removed: int
    warnings: tuple[Caution, ...]


@dataclass(slots=True)
class _Card:
    id: int
    name: str
    nif: str
    folded: str
    lines: list[KeptLine] = field(default_factory=list)


def import_clients(session: Session, parsed: ParsedImport, *, firm: Firm = _NO_FIRM) -> ImportResult:
    """Make the directory say what the list says of the clients that it names; others stay as they are.

    Runs in the caller's writing transaction. Raises ImportRefused, before anything is written, when the
    list has errors.
    """
    if parsed.errors:
        raise ImportRefused("\n".join(map(str, parsed.errors)))
    hold_directory(session)
    cards = _load_cards(session)
    new = [client for client in parsed.clients if client.code not in cards]
    old = [client for client in parsed.clients if client.code in cards]
    rewritten = _update(session, old, cards)
    cards |= _add(session, new)
    changes = {client.code: compare(cards[client.code].lines, client.lines) for client in parsed.clients}
    _write_lines(session, cards, changes)
    updated = sum(1 for client in old if client.code in rewritten or changes[client.code])
    if new or updated:
        _count_change(session)
    return ImportResult(
        added=len(new),
        updated=updated,
        unchanged=len(old) - updated,
        addresses_added=sum(len(change.added) for change in changes.values()),
        addresses_removed=sum(len(change.removed) for change in changes.values()),
        warnings=cautions_about(parsed.clients, _lines_after(cards, parsed.clients), firm),
    )


def hold_directory(session: Session) -> None:
    """Let one import at a time change the directory: two could double what both of them add."""
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(upsert(DirectoryVersion).values(id=1, version=0).on_conflict_do_nothing())
    session.execute(select(DirectoryVersion.version).with_for_update())


def _load_cards(session: Session) -> dict[str, _Card]:
    clients = session.execute(select(Client.id, Client.code, Client.name, Client.nif, Client.folded))
    by_id = {id_: (code, _Card(id_, name, nif, folded)) for id_, code, name, nif, folded in clients}
    a = ClientAddress
    lines = session.execute(
        select(a.id, a.client_id, a.section, a.label, a.email, a.address, a.phone).order_by(a.id)
    )
    for id_, client_id, section, label, email, address, phone in lines:
        by_id[client_id][1].lines.append(KeptLine(id_, CardLine(section, label, email, address, phone)))
    return dict(by_id.values())


def _update(session: Session, clients: Iterable[ListedClient], cards: Mapping[str, _Card]) -> set[str]:
    """Write name, NIF and search words where they differ; gives the codes of those clients."""
    rows = {client.code: {"id": cards[client.code].id, **_columns_of(client)} for client in clients}
    differing = {code: row for code, row in rows.items() if _differs(row, cards[code])}
    if differing:
        session.execute(update(Client), list(differing.values()))
    return set(differing)


def _columns_of(client: ListedClient) -> dict[str, Any]:
    folded = searchable(client.code, client.name, (line.email for line in client.lines))
    return {"name": client.name, "nif": client.nif, "folded": folded}


def _differs(row: Mapping[str, Any], card: _Card) -> bool:
    return (row["name"], row["nif"], row["folded"]) != (card.name, card.nif, card.folded)


def _add(session: Session, clients: Sequence[ListedClient]) -> dict[str, _Card]:
    if not clients:
        return {}
    rows = [{"code": client.code, **_columns_of(client)} for client in clients]
    ids = session.scalars(insert(Client).returning(Client.id, sort_by_parameter_order=True), rows)
    return {
        row["code"]: _Card(id_, row["name"], row["nif"], row["folded"])
        for id_, row in zip(ids, rows, strict=True)
    }


def _write_lines(session: Session, cards: Mapping[str, _Card], changes: Mapping[str, LineChanges]) -> None:
    added = [
        {"client_id": cards[code].id, **line._asdict()}
        for code, change in changes.items()
        for line in change.added
    ]
    changed = [{"id": kept.id, **kept.line._asdict()} for c in changes.values() for kept in c.changed]
    removed = [{"removed": id_} for change in changes.values() for id_ in change.removed]
    if removed:
        statement = delete(ClientAddress).where(ClientAddress.id == bindparam("removed"))
        session.connection().execute(statement, removed)
    if changed:
        session.execute(update(ClientAddress), changed)
    if added:
        session.execute(insert(ClientAddress), added)


def _count_change(session: Session) -> None:
    session.execute(update(DirectoryVersion).values(version=DirectoryVersion.version + 1))


def _lines_after(cards: Mapping[str, _Card], listed: Iterable[ListedClient]) -> dict[str, Iterable[CardLine]]:
    before = {code: [kept.line for kept in card.lines] for code, card in cards.items()}
    return before | {client.code: client.lines for client in listed}
