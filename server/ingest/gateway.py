"""The services of Graph that capture uses, in one hand."""

from dataclasses import dataclass
from typing import Self

from server.graph.client import GraphClient
from server.graph.delta import Delta
from server.graph.folders import Folders
from server.graph.listing import Listing
from server.graph.messages import Messages
from server.graph.subscriptions import Subscriptions
from server.graph.users import Users


@dataclass(frozen=True, slots=True)
class Gateway:
    client: GraphClient
    users: Users
    folders: Folders
    messages: Messages
    delta: Delta
    listing: Listing
    subscriptions: Subscriptions

    @classmethod
    def over(cls, client: GraphClient, public_url: str) -> Self:
        return cls(
            client,
            Users(client),
            Folders(client),
            Messages(client),
            Delta(client),
            Listing(client),
            Subscriptions(client, public_url),
        )
