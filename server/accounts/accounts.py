"""Mail accounts: adding one, listing them, pausing and resuming. The only writer of the table."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from server.accounts.models import Account, AccountState, Person, StaffAddress, Visibility
from server.accounts.people import recognise
from server.accounts.viewer import Viewer
from server.addresses import normalise
from server.mail import MailboxUser


class AccountRefused(Exception):
    """The account cannot be set up in this way; the text says why and what to do."""


def add_account(
    session: Session,
    mailbox: MailboxUser,
    *,
    visibility: Visibility,
    owner: MailboxUser | None,
    since: datetime,
    now: datetime,
) -> tuple[Account, bool]:
    """Watch a mailbox from `since` on; says whether the account is new.

    Adding it again changes visibility, owner and date; a mailbox that was made anew under its old address
    takes the old one's place. Raises AccountRefused for a private account
    without an owner.
    """
    if visibility is Visibility.PRIVATE and owner is None:
        raise AccountRefused("a private account needs an owner: say whose it is with --owner ADDRESS")
    holder = _person(session, owner)
    address = normalise(mailbox.address)
    same = or_(Account.entra_id == mailbox.entra_id, Account.address == address)
    found = session.scalars(select(Account).where(same)).first()
    account = found or Account(added_at=now)
    account.entra_id = mailbox.entra_id
    account.address = address
    account.name = mailbox.name
    account.visibility = visibility
    account.owner = holder
    account.since = since
    session.add(account)
    session.flush()
    return account, found is None


def all_accounts(session: Session) -> list[Account]:
    query = select(Account).options(joinedload(Account.owner)).order_by(Account.address)
    return list(session.scalars(query))


def account_at(session: Session, address: str) -> Account | None:
    """The account behind an address or any alias of its mailbox."""
    normal = normalise(address)
    holder = select(StaffAddress.entra_id).where(StaffAddress.address == normal).scalar_subquery()
    query = select(Account).where(or_(Account.address == normal, Account.entra_id == holder))
    return session.scalars(query).first()


def open_to(viewer: Viewer) -> ColumnElement[bool]:
    """Which accounts a person may read and refresh: all public ones and their own private one."""
    return or_(Account.visibility == Visibility.PUBLIC, Account.owner_id == viewer.person_id)


def pause(account: Account, reason: str) -> None:
    account.state, account.pause_reason = AccountState.PAUSED, reason


def resume(account: Account) -> None:
    account.state, account.pause_reason = AccountState.ACTIVE, ""


def _person(session: Session, user: MailboxUser | None) -> Person | None:
    if user is None:
        return None
    return recognise(session, entra_id=user.entra_id, name=user.name, address=user.address)
