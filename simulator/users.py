"""The people and shared mailboxes of the tenant, as the directory knows them."""

from dataclasses import dataclass
from typing import Literal

from simulator.ids import stable_guid
from simulator.values import Json

Kind = Literal["person", "shared"]
Language = Literal["es", "en"]

DEFAULT_PROPERTIES = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)


class UnknownUser(LookupError):
    """Nobody in the tenant has this id, address or alias."""


@dataclass(frozen=True)
class User:
    """Somebody with a mailbox; `address` is the primary SMTP address and the user principal name."""

    id: str
    name: str
    address: str
    aliases: tuple[str, ...] = ()
    kind: Kind = "person"
    roles: tuple[str, ...] = ()
    folder_language: Language = "es"

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.address, *self.aliases)

    @property
    def recipient(self) -> Json:
        """The user as a sender or recipient in a message."""
        return {"emailAddress": {"name": self.name, "address": self.address}}


def user_id(address: str) -> str:
    """The object id that goes with an address: the same in every world, so that tokens outlive a reset."""
    return stable_guid("user", address.casefold())


def user_json(user: User) -> Json:
    """Every property of the directory object that the simulator knows."""
    given, _, surname = user.name.partition(" ")
    return {
        "businessPhones": [],
        "displayName": user.name,
        "givenName": given,
        "jobTitle": None,
        "mail": user.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": user.folder_language,
        "surname": surname or None,
        "userPrincipalName": user.address,
        "id": user.id,
        "accountEnabled": user.kind == "person",
        "mailNickname": user.address.partition("@")[0],
        "otherMails": [],
        "proxyAddresses": [f"SMTP:{user.address}", *(f"smtp:{alias}" for alias in user.aliases)],
        # The directory writes a guest's own address into the name that it invents for them.
        "userType": "Guest" if "#EXT#" in user.address else "Member",
    }
