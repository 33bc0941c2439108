"""The directory of clients in memory: whose address is this."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clients.models import Client, ClientAddress, DirectoryVersion, Section

_RANK = {section: rank for rank, section in enumerate(Section)}


class Holding(NamedTuple):
    """A client has the address, in that section of its card."""

    client_id: int
    code: str
    section: Section


class DirectoryClient(NamedTuple):
    id: int
    code: str
    name: str
    nif: str


@dataclass(frozen=True, slots=True)
class Directory:
    """All clients and their addresses as they were at `version`; it does not change."""

    version: int
    clients: Mapping[int, DirectoryClient]
    holdings: Mapping[str, tuple[Holding, ...]]

    def clients_at(self, address: str) -> tuple[Holding, ...]:
        """Each client that has the normalised address, once, ordered by code.

        In several sections of one card, the first of identification, address and contact counts.
        """
        return self.holdings.get(address, ())

    def client(self, client_id: int) -> DirectoryClient:
        """Raises KeyError for a client that was not there at `version`."""
        return self.clients[client_id]


def load_directory(session: Session) -> Directory:
    # The version is read first: a change in between makes the copy look old, never new.
    version = directory_version(session)
    clients = {
        id_: DirectoryClient(id_, code, name, nif)
        for id_, code, name, nif in session.execute(select(Client.id, Client.code, Client.name, Client.nif))
    }
    lines = session.execute(
        select(ClientAddress.address, ClientAddress.client_id, ClientAddress.section).where(
            ClientAddress.address != ""
        )
    )
    return Directory(version, clients, _holdings(clients, lines))


def directory_version(session: Session) -> int:
    """A number that grows with every change; a copy is current while its `version` equals it."""
    return session.scalar(select(DirectoryVersion.version)) or 0


def _holdings(
    clients: Mapping[int, DirectoryClient], lines: Iterable[tuple[str, int, Section]]
) -> dict[str, tuple[Holding, ...]]:
    sections: defaultdict[str, dict[int, Section]] = defaultdict(dict)
    for address, client_id, section in lines:
        # A client that arrived after the clients were read is left to the next copy.
        if client_id in clients:
            known = sections[address].get(client_id, section)
            sections[address][client_id] = min(known, section, key=_RANK.__getitem__)
    return {
        address: tuple(
            sorted(
                (Holding(id_, clients[id_].code, section) for id_, section in of_client.items()),
                key=lambda holding: holding.code,
            )
        )
        for address, of_client in sections.items()
    }
