"""The one door to Microsoft Graph: the SDK builds and sends each request, we read the answer's bytes.

The SDK's models cost milliseconds a message, so the answers are decoded with msgspec by the modules
beside this one. Waiting after a refusal is not done here: the inbox waits, where it can be seen and
survives a restart, so the SDK's own retries are switched off.
"""

import asyncio
import re
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from datetime import UTC, datetime
from ssl import SSLContext
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    AnonymousAuthenticationProvider,
    AuthenticationProvider,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.request_option import RequestOption
from kiota_http.middleware.options import (
    RedirectHandlerOption,
    ResponseHandlerOption,
    RetryHandlerOption,
)
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as graph_options
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from server.graph.answer import Answer
from server.graph.batch import MOST_IN_A_BATCH, batch_body, read_batch
from server.graph.bounded_client import BoundedClient
from server.graph.errors import GraphDenied, GraphError, GraphRejected, GraphUnavailable, from_response

T = TypeVar("T")
# One request that hangs holds up its mailbox for this long.
REQUEST_TIMEOUT_S = 30.0
IMMUTABLE_IDS = 'IdType="ImmutableId"'


class TokenSource(Protocol):
    """Gives the app's own token for Graph; raises GraphDenied or GraphUnavailable."""

    def app_token(self, *, claims_challenge: str | None = None) -> str: ...

    def forget(self) -> None:
        """The token that is kept is of no use any more."""


# An escaped backslash, a whole pair of surrogates, or half of one.
_HALVES = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


class _Counter(threading.local):
    sent = 0


class GraphClient:
    """Sends requests from any thread over one event loop, which is started with the first one.

    Exchange Online serves at most four requests of an app at once for each mailbox and refuses a fifth;
    those of a batch it puts in line by itself. Whoever holds a mailbox therefore sends one request or one
    batch at a time. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits

    The SDK's connections belong to one loop; the loop belongs to one process. A server that forks
    must therefore not have sent anything before the fork.
    """

    def __init__(self, graph_url: str, tokens: TokenSource, trust: SSLContext) -> None:
        self._graph_url = graph_url
        self._tokens = tokens
        self._trust = trust
        self._lock = threading.Lock()
        self._of_thread = _Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sdk: GraphServiceClient | None = None
        self._for_people: GraphRequestAdapter | None = None
        self._http: httpx.AsyncClient | None = None

    @property
    def sdk(self) -> GraphServiceClient:
        """The SDK's request builders."""
        if self._sdk is None:
            with self._lock:
                self._sdk = self._sdk or self._build_sdk()
        return self._sdk

    @property
    def sent(self) -> int:
        """How many requests this thread has sent so far, those inside batches counted one by one."""
        return self._of_thread.sent

    def send(self, request: RequestInformation) -> Answer:
        """Send one request and wait for its answer.

        Raises GraphError in the form that says what to do.
        """
        return _answer(self._sent(self._as_app(request)))

    def download(self, request: RequestInformation) -> bytes:
        """Send one request whose answer is a file, and give it as it is. Raises GraphError."""
        return self._sent(self._as_app(request)).content

    def send_for(self, token: str, request: RequestInformation) -> Answer:
        """Send one request on behalf of the person whose token for Graph it is.

        Raises GraphError. A refusal is final: the app's own token never takes the person's place.
        """
        request.headers.add("Authorization", f"Bearer {token}")
        return _answer(self._sent(self._as_person(request)))

    def send_all(self, requests: list[RequestInformation]) -> list[Answer | GraphError]:
        """Send requests of one mailbox in batches; answers and errors keep the order of the requests.

        Raises GraphError if a batch as a whole fails.
        """
        if len(requests) == 1:
            return [self._caught(requests[0])]
        return [
            answer
            for start in range(0, len(requests), MOST_IN_A_BATCH)
            for answer in self._send_batch(requests[start : start + MOST_IN_A_BATCH])
        ]

    def follow(self, link: str, request: RequestInformation) -> RequestInformation:
        """The same request for a next or delta link, if the link leads back to Graph.

        Raises GraphRejected: a link elsewhere would carry our token away.
        """
        if urlsplit(link)[:2] != urlsplit(self._graph_url)[:2]:
            raise GraphRejected("a link in an answer leads away from Microsoft Graph")
        following = RequestInformation(request.http_method)
        following.headers.add_all(request.headers)
        following.url = link
        return following

    def close(self) -> None:
        """End all connections; the client starts anew with the next request."""
        with self._lock:
            loop, http = self._loop, self._http
            self._loop = self._sdk = self._for_people = self._http = None
        if loop is None:
            return
        if http is not None:
            asyncio.run_coroutine_threadsafe(_end(http), loop).result()
        loop.call_soon_threadsafe(loop.stop)

    def _caught(self, request: RequestInformation) -> Answer | GraphError:
        try:
            return self.send(request)
        except GraphError as error:
            return error

    def _send_batch(self, requests: list[RequestInformation]) -> list[Answer | GraphError]:
        address = f"{self._graph_url}/v1.0"
        self._of_thread.sent += len(requests)
        body = batch_body([request.url.removeprefix(address) for request in requests], IMMUTABLE_IDS)
        whole_batch = RequestInformation(Method.POST)
        whole_batch.url = f"{address}/$batch"
        whole_batch.set_stream_content(body, "application/json")
        answer = _answer(self._run(self._as_app(whole_batch)).result())
        return read_batch(answer, len(requests), now=datetime.now(UTC))

    def _sent(self, work: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        self._of_thread.sent += 1
        return self._run(work).result()

    async def _as_person(self, request: RequestInformation) -> httpx.Response:
        _prepare(request)
        adapter: Any = self._for_people
        return await self._try(request, adapter)

    async def _as_app(self, request: RequestInformation) -> httpx.Response:
        _prepare(request)
        adapter: Any = self.sdk.request_adapter
        try:
            return await self._try(request, adapter)
        except GraphDenied as error:
            if error.status != 401:
                raise
            # Expired by another clock than ours, or revoked: a fresh one shows whether we are let in.
            self._tokens.forget()
            request.headers.remove("Authorization")
            return await self._try(request, adapter)

    async def _try(self, request: RequestInformation, adapter: GraphRequestAdapter) -> httpx.Response:
        try:
            response: Any = await adapter.send_primitive_async(request, "bytes", {})
        except httpx.TimeoutException as error:
            raise GraphUnavailable("Microsoft Graph did not answer in time") from error
        except httpx.HTTPError as error:
            raise GraphUnavailable(f"Microsoft Graph cannot be reached ({type(error).__name__})") from error
        if response.status_code >= 400:
            raise from_response(
                response.status_code, response.headers, response.content, now=datetime.now(UTC)
            )
        found: httpx.Response = response
        return found

    def _run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._loop,), name="graph", daemon=True).start()
            return self._loop

    def _build_sdk(self) -> GraphServiceClient:
        self._http = self._build_http()
        # Adds no token by itself: a request on behalf of a person carries theirs.
        self._for_people = self._build_adapter(self._http, AnonymousAuthenticationProvider())
        tokens = _AppTokens(self._tokens, self._graph_url)
        adapter = self._build_adapter(self._http, BaseBearerTokenAuthenticationProvider(tokens))
        sdk = GraphServiceClient(request_adapter=adapter)
        # The SDK tells a request its base address only when it is sent; we read addresses before that.
        sdk.path_parameters["baseurl"] = adapter.base_url
        return sdk

    def _build_adapter(
        self, http: httpx.AsyncClient, authentication: AuthenticationProvider
    ) -> GraphRequestAdapter:
        adapter = GraphRequestAdapter(authentication, http)
        adapter.base_url = f"{self._graph_url}/v1.0"
        return adapter

    def _build_http(self) -> httpx.AsyncClient:
        options: dict[str, RequestOption] = {
            **graph_options,
            RetryHandlerOption.get_key(): RetryHandlerOption(max_retries=0, should_retry=False),
            RedirectHandlerOption.get_key(): RedirectHandlerOption(max_redirect=0, should_redirect=False),
        }
        http = BoundedClient(verify=self._trust, timeout=REQUEST_TIMEOUT_S)
        # It puts the middleware into the client itself.
        GraphClientFactory.create_with_default_middleware(client=http, options=options)
        return http


class _AppTokens(AccessTokenProvider):
    """The SDK's seam for tokens, closed to every host but Graph's."""

    def __init__(self, tokens: TokenSource, graph_url: str) -> None:
        self._tokens = tokens
        self._hosts = AllowedHostsValidator([urlsplit(graph_url).hostname or ""])

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: dict[str, Any] | None = None
    ) -> str:
        if not self._hosts.is_url_host_valid(uri):
            return ""
        claims = (additional_authentication_context or {}).get("claims")
        return await asyncio.to_thread(self._tokens.app_token, claims_challenge=claims)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return self._hosts


def _prepare(request: RequestInformation) -> None:
    request.headers.add("Prefer", IMMUTABLE_IDS)
    request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])


def _answer(response: httpx.Response) -> Answer:
    return Answer(response.status_code, whole(response.content))


def whole(body: bytes) -> bytes:
    """Replace half characters: a preview may be cut in the middle of an emoji, and that is no JSON."""
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode(errors="replace").encode()
    # Looked for first: the expression goes through an answer of megabytes byte by byte.
    if rb"\ud" in body or rb"\uD" in body:
        body = _HALVES.sub(lambda found: found[1] or rb"\ufffd", body)
    return body


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end(http: httpx.AsyncClient) -> None:
    """The SDK's transport wraps httpx's own and does not hand the end on to it."""
    wrapped: Any = http._transport
    await wrapped.transport.aclose()
    await http.aclose()
