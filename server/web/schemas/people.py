"""The person who asks, what they may do, and the accounts open to them."""

from datetime import datetime

from server.accounts.models import AccountState, Visibility
from server.web.schemas.base import Output
from server.web.schemas.mail import AbilitiesOut


class PersonOut(Output):
    id: int
    name: str
    address: str
    administrator: bool


class AccountOut(Output):
    address: str
    name: str
    visibility: Visibility
    state: AccountState
    synced_at: datetime | None
    last_message_at: datetime | None
    syncing: bool


class Heartbeat(Output):
    last_message_at: datetime | None
    stale: bool


class MeOut(Output):
    person: PersonOut
    accounts: list[AccountOut]
    heartbeat: Heartbeat
    can: AbilitiesOut


class AccountsOut(Output):
    accounts: list[AccountOut]
