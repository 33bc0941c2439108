"""Addresses that are read before a request is sent."""

import ssl

import pytest

from server.graph.client import GraphClient
from server.graph.errors import GraphRejected

GRAPH = "https://graph.example"


class NoTokens:
    def app_token(self, *, claims_challenge: str | None = None) -> str:
        raise AssertionError("nothing is sent here")

    def forget(self) -> None:
        raise AssertionError("nothing is sent here")


@pytest.fixture
def client() -> GraphClient:
    return GraphClient(GRAPH, NoTokens(), ssl.create_default_context())


def test_an_address_is_whole_before_anything_was_sent(client: GraphClient) -> None:
    request = client.sdk.users.by_user_id("x").mail_folders.delta.to_get_request_information()

    assert request.url.startswith(f"{GRAPH}/v1.0/users/x/mailFolders/delta()")


def test_following_a_link_leaves_the_sdk_its_own_address(client: GraphClient) -> None:
    first = client.sdk.subscriptions.to_get_request_information()
    first.headers.add("Prefer", "odata.maxpagesize=5")

    following = client.follow(f"{GRAPH}/v1.0/subscriptions?$skiptoken=1", first)

    assert following.url == f"{GRAPH}/v1.0/subscriptions?$skiptoken=1"
    assert following.headers.get("prefer") == {"odata.maxpagesize=5"}
    assert client.sdk.users.to_get_request_information().url == f"{GRAPH}/v1.0/users"


@pytest.mark.parametrize(
    "link", ["https://elsewhere.example/v1.0/users", "http://graph.example/v1.0/users", "file:///etc/passwd"]
)
def test_a_link_elsewhere_is_not_followed(client: GraphClient, link: str) -> None:
    with pytest.raises(GraphRejected):
        client.follow(link, client.sdk.subscriptions.to_get_request_information())
