"""The services of Graph, in one hand."""

from dataclasses import dataclass
from typing import Self

from server.graph.client import GraphClient
from server.graph.contents import Contents
from server.graph.delta import Delta
from server.graph.drafts import Drafts
from server.graph.folders import Folders
from server.graph.listing import Listing
from server.graph.messages import Messages
from server.graph.subscriptions import Subscriptions
from server.graph.tasks import Tasks
from server.graph.users import Users


@dataclass(frozen=True, slots=True)
class Gateway:
    client: GraphClient
    users: Users
    folders: Folders
    messages: Messages
    contents: Contents
    delta: Delta
    listing: Listing
    subscriptions: Subscriptions
    drafts: Drafts
    tasks: Tasks

    @classmethod
    def over(cls, client: GraphClient, public_url: str) -> Self:
        return cls(
            client,
            Users(client),
            Folders(client),
            Messages(client),
            Contents(client),
            Delta(client),
            Listing(client),
            Subscriptions(client, public_url),
            Drafts(client),
            Tasks(client),
        )
