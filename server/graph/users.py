"""The people and mailboxes of the tenant with every address that is theirs."""

from collections.abc import Iterator

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from server.graph.client import GraphClient
from server.graph.errors import NotFound
from server.mail import MailboxUser

PAGE_SIZE = 500
FIELDS = ["id", "displayName", "mail", "userPrincipalName", "proxyAddresses", "userType"]


class _WireUser(msgspec.Struct, rename="camel"):
    id: str
    display_name: str | None = None
    mail: str | None = None
    user_principal_name: str | None = None
    proxy_addresses: list[str] | None = None
    user_type: str | None = None


class _Page(msgspec.Struct):
    value: list[_WireUser]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")


class Users:
    def __init__(self, client: GraphClient) -> None:
        self._client = client

    def get(self, address: str) -> MailboxUser:
        """Find a user or shared mailbox by its sign-in name.

        Raises NotFound and other GraphErrors.
        """
        query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=FIELDS)
        request = self._client.sdk.users.by_user_id(address).to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        return _user(self._client.send(request).decode(_WireUser))

    def is_member(self, entra_id: str) -> bool:
        """Whether that object id is one of the firm's own people and not a guest. Raises GraphError."""
        query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=FIELDS)
        request = self._client.sdk.users.by_user_id(entra_id).to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        try:
            return _is_member(self._client.send(request).decode(_WireUser))
        except NotFound:
            return False

    def members(self) -> Iterator[MailboxUser]:
        """Everybody in the firm's directory but its guests, who are clients and friends.

        Raises GraphError.
        """
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=FIELDS, top=PAGE_SIZE)
        request = self._client.sdk.users.to_get_request_information(
            RequestConfiguration(query_parameters=query)
        )
        page = self._client.send(request).decode(_Page)
        yield from map(_user, filter(_is_member, page.value))
        while page.next_link:
            page = self._client.send(self._client.follow(page.next_link, request)).decode(_Page)
            yield from map(_user, filter(_is_member, page.value))


def _is_member(wire: _WireUser) -> bool:
    return (wire.user_type or "Member").casefold() != "guest"


def _user(wire: _WireUser) -> MailboxUser:
    address = wire.mail or wire.user_principal_name or ""
    # "SMTP:" marks the main address, "smtp:" the others; other kinds (X500:, SIP:) are no mail addresses.
    aliases = [a[5:] for a in wire.proxy_addresses or [] if a[:5].casefold() == "smtp:"]
    everything = dict.fromkeys([address, wire.user_principal_name or "", *aliases])
    return MailboxUser(
        entra_id=wire.id,
        name=wire.display_name or address,
        address=address,
        aliases=tuple(alias for alias in everything if alias and alias != address),
    )
