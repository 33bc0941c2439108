"""Microsoft's SDK, pointed at the simulator as the program points it."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import httpx
import msgspec
import pytest
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from simulator import Simulator
from tests.contract.conftest import ANA
from tests.contract.letters import letter

pytestmark = pytest.mark.integration


class FixedToken(AccessTokenProvider):
    def __init__(self, token: str) -> None:
        self._token = token

    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return self._token

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator(["127.0.0.1"])


class Sdk:
    """The client with a loop of its own, in a thread of its own: a browser's may be running in this one."""

    def __init__(self, base_url: str, token: str, thread: Executor, runner: asyncio.Runner) -> None:
        # The SDK wraps the transport and forgets to close it.
        self.transport = httpx.AsyncHTTPTransport()
        http = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(transport=self.transport)
        )
        provider = BaseBearerTokenAuthenticationProvider(FixedToken(token))
        self.adapter = GraphRequestAdapter(provider, client=http)
        self.adapter.base_url = base_url
        self.client = GraphServiceClient(request_adapter=self.adapter)
        self._thread = thread
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._thread.submit(self._runner.run, work).result()

    def send(self, request: RequestInformation) -> Any:
        """The decoded answer; raises ODataError."""
        answer = self.adapter.send_primitive_async(request, "bytes", {"XXX": ODataError})
        return msgspec.json.decode(self.run(answer) or b"null")


@pytest.fixture
def sdk(firm: Simulator, app_token: str) -> Iterator[Sdk]:
    runner = asyncio.Runner()
    with ThreadPoolExecutor(1) as thread:
        sdk = Sdk(f"{firm.url}/v1.0", app_token, thread, runner)
        yield sdk
        sdk.run(sdk.transport.aclose())
        thread.submit(runner.close).result()


def test_a_list_is_read_as_bytes_and_followed(sdk: Sdk, firm: Simulator) -> None:
    for number in range(12):
        firm.world.deliver(letter(f"n{number}"))
    messages = sdk.client.users.by_user_id(ANA).messages

    page = sdk.send(messages.to_get_request_information())
    rest = sdk.send(messages.with_url(page["@odata.nextLink"]).to_get_request_information())

    assert (len(page["value"]), len(rest["value"])) == (10, 2)


def test_delta_is_read_with_preferences(sdk: Sdk, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter())
    delta = sdk.client.users.by_user_id(ANA).mail_folders.by_mail_folder_id("inbox").messages.delta
    request = delta.to_get_request_information()
    request.headers.add("Prefer", 'IdType="ImmutableId"')
    request.headers.add("Prefer", "odata.maxpagesize=5")

    page = sdk.send(request)
    last = sdk.send(delta.with_url(page["@odata.deltaLink"]).to_get_request_information())

    assert [message["id"] for message in page["value"]] == [found]
    assert last["value"] == []


def test_an_error_is_an_odata_error(sdk: Sdk) -> None:
    with pytest.raises(APIError) as caught:
        sdk.send(
            sdk.client.users.by_user_id(ANA).messages.by_message_id("AAMkgone").to_get_request_information()
        )

    error = caught.value
    assert isinstance(error, ODataError)
    assert error.error is not None
    assert (error.response_status_code, error.error.code) == (404, "ErrorItemNotFound")
    assert error.error.inner_error is not None
    assert error.error.inner_error.request_id


def test_the_models_of_the_sdk_understand_a_message(sdk: Sdk, firm: Simulator) -> None:
    (found,) = firm.world.deliver(letter(receivedDateTime="2026-11-20T10:00:00Z"))

    message = sdk.run(sdk.client.users.by_user_id(ANA).messages.by_message_id(found).get())

    assert message is not None
    assert message.received_date_time is not None
    assert (message.subject, message.received_date_time.year) == ("Facturas", 2026)
