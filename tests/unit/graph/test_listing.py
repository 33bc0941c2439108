"""Reading a mailbox's list page by page, from a server that answers as it is told."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.graph.client import GraphClient
from server.graph.errors import GraphRejected, UnreadableAnswer
from server.graph.listing import ListedMail, Listing

SINCE = datetime(2026, 9, 1, tzinfo=UTC)


class Graph:
    """Gives its answers one after the other, and notes what was asked."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.paths: set[str] = set()
        self.preferences: list[str] = []
        self.url = ""

    def mail(self, graph_id: str, received: str, **more: Any) -> dict[str, Any]:
        return {"id": graph_id, "receivedDateTime": received, "parentFolderId": "inbox", **more}

    def next_link(self, place: int) -> str:
        return f"{self.url}/v1.0/users/ana/messages?$skip={place}"

    def page(self, *mails: dict[str, Any], following: str = "") -> None:
        self.answers.append({"value": mails} | ({"@odata.nextLink": following} if following else {}))


@pytest.fixture
def graph() -> Iterator[Graph]:
    graph = Graph()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            graph.paths.add(address.path)
            graph.asked.append(parse_qs(address.query))
            graph.preferences.append(self.headers["Prefer"])
            body = json.dumps(graph.answers.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody listens."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        graph.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield graph
        server.shutdown()
        thread.join()


class Token:
    def app_token(self, *, claims_challenge: str | None = None) -> str:
        return "token"

    def forget(self) -> None:
        raise AssertionError("the token was good")


@pytest.fixture
def listing(graph: Graph) -> Iterator[Listing]:
    client = GraphClient(graph.url, Token(), ssl.create_default_context())
    yield Listing(client)
    client.close()


def test_the_first_page_asks_for_everything_since_the_start_by_immutable_id(
    graph: Graph, listing: Listing
) -> None:
    graph.page(graph.mail("one", "2026-09-02T10:00:00Z", isDraft=True))

    page = listing.page("ana", SINCE, "")

    assert page.mails == (ListedMail("one", "inbox", datetime(2026, 9, 2, 10, tzinfo=UTC), is_draft=True),)
    assert page.is_last
    assert graph.asked == [
        {
            "$filter": ["receivedDateTime ge 2026-09-01T00:00:00Z"],
            "$orderby": ["receivedDateTime"],
            "$select": ["id,parentFolderId,receivedDateTime,isDraft"],
            "$top": ["1000"],
        }
    ]
    assert "ImmutableId" in graph.preferences[0]


@pytest.mark.parametrize("after_another_request", [False, True])
def test_the_next_page_begins_at_the_last_moment_of_this_one(
    graph: Graph, listing: Listing, after_another_request: bool
) -> None:
    if after_another_request:
        graph.page()
        listing._client.send(listing._client.sdk.users.to_get_request_information())
    mails = [graph.mail("one", "2026-09-02T10:00:00Z"), graph.mail("two", "2026-09-03T10:00:00.5Z")]
    graph.page(*mails, following=graph.next_link(2))
    graph.page(mails[1], graph.mail("three", "2026-09-04T10:00:00Z"))

    first = listing.page("ana", SINCE, "")
    second = listing.page("ana", SINCE, first.link)

    assert not first.is_last
    assert [mail.graph_id for mail in second.mails] == ["two", "three"]
    assert second.is_last
    assert graph.asked[-1]["$filter"] == ["receivedDateTime ge 2026-09-03T10:00:00.500000Z"]
    assert graph.asked[-1]["$orderby"] == ["receivedDateTime"]
    assert "/v1.0/users/ana/messages" in graph.paths
    assert graph.paths <= {"/v1.0/users", "/v1.0/users/ana/messages"}


def test_inside_one_moment_graphs_own_link_leads_on(graph: Graph, listing: Listing) -> None:
    moment = "2026-09-02T10:00:00Z"
    graph.page(graph.mail("one", moment), graph.mail("two", moment), following=graph.next_link(2))
    graph.page(graph.mail("three", moment), graph.mail("four", "2026-09-03T10:00:00Z"))

    first = listing.page("ana", SINCE, "")
    second = listing.page("ana", SINCE, first.link)

    assert first.link == graph.next_link(2)
    assert [mail.graph_id for mail in second.mails] == ["three", "four"]


def test_an_empty_page_leads_on_where_graph_says_so(graph: Graph, listing: Listing) -> None:
    graph.page(following=graph.next_link(1))

    assert listing.page("ana", SINCE, "").link == graph.next_link(1)


def test_a_page_that_leads_to_itself_is_refused(graph: Graph, listing: Listing) -> None:
    graph.page(graph.mail("one", "2026-09-02T10:00:00Z"), following=graph.next_link(1))

    with pytest.raises(UnreadableAnswer):
        listing.page("ana", SINCE, graph.next_link(1))


def test_a_link_that_leads_elsewhere_is_not_followed(graph: Graph, listing: Listing) -> None:
    with pytest.raises(GraphRejected):
        listing.page("ana", SINCE, "https://elsewhere.example/v1.0/users/ana/messages?$skip=1")

    assert graph.asked == []


def test_a_time_without_a_zone_is_utc_and_a_folder_may_be_missing(graph: Graph, listing: Listing) -> None:
    graph.page(graph.mail("one", "2026-09-02T10:00:00", parentFolderId=None, isDraft=None))

    (mail,) = listing.page("ana", SINCE, "").mails

    assert mail == ListedMail("one", "", datetime(2026, 9, 2, 10, tzinfo=UTC))


def test_a_mail_without_a_time_makes_the_page_unreadable(graph: Graph, listing: Listing) -> None:
    graph.page({"id": "one"})

    with pytest.raises(UnreadableAnswer):
        listing.page("ana", SINCE, "")
