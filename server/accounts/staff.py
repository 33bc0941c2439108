"""Which addresses are the firm's own. Such an address never stands for a client."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from server.accounts.models import Account, StaffAddress
from server.addresses import domain_of, is_directory_name, normalise
from server.db import insert_into
from server.mail import MailboxUser

# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
ROWS_PER_STATEMENT = 1_000


@dataclass(frozen=True, slots=True)
class Staff:
    """The firm's addresses, each with its holder's name, and the domains they stand at."""

    names: dict[str, str]
    domains: frozenset[str]

    def is_staff(self, address: str) -> bool:
        """Whether an address as a mail shows it belongs to the firm.

        Exchange writes a directory name (X.500) in the place of an address for its own people only,
        so such a name counts as staff too.
        """
        if is_directory_name(address):
            return True
        normal = normalise(address)
        return bool(normal) and (normal in self.names or domain_of(normal) in self.domains)

    def name_of(self, address: str) -> str:
        return self.names.get(normalise(address), "")


def load_staff(session: Session) -> Staff:
    rows = session.execute(select(StaffAddress.address, StaffAddress.name))
    names = {row.address: row.name for row in rows}
    # A colleague may have a private address in the directory; only what the firm's own mailboxes
    # receive at is the firm's domain.
    watched = select(StaffAddress.address).where(StaffAddress.entra_id.in_(select(Account.entra_id)))
    return Staff(names, frozenset(domain_of(address) for address in session.scalars(watched)))


def is_in_directory(session: Session, entra_id: str) -> bool:
    """Whether that object id was one of the firm's own when the directory was last read."""
    return bool(session.scalar(select(exists().where(StaffAddress.entra_id == entra_id))))


def update_staff(session: Session, users: Iterable[MailboxUser]) -> int:
    """Take over what the firm's directory says now, and give the number of its addresses.

    Addresses of people who left stay: their old mail is still the firm's own.
    """
    rows = {
        address: {"address": address, "entra_id": user.entra_id, "name": user.name}
        for user in users
        for alias in (*user.aliases, user.address)
        if (address := normalise(alias))
    }
    # In one order everywhere: the daily routine and an administrator may do this at the same time.
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = [rows[address] for address in sorted(rows)[start : start + ROWS_PER_STATEMENT]]
        statement = insert_into(session, StaffAddress).values(part)
        theirs = {"entra_id": statement.excluded.entra_id, "name": statement.excluded.name}
        session.execute(statement.on_conflict_do_update(index_elements=["address"], set_=theirs))
    return len(rows)
