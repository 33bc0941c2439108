"""The simulated Microsoft 365 with the firm in it, and clients that know nothing of how it is made."""

import ssl
from collections.abc import Iterator
from functools import cache

import httpx
import pytest

from simulator import Simulator
from simulator.scenarios.firm import build_firm
from simulator.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.contract.receiver import Receiver, listening

ANA = "ana@ribera.example"
LUIS = "luis@ribera.example"


@pytest.fixture
def firm(simulator: Simulator) -> Simulator:
    """The simulator with the firm's five mailboxes, all empty."""
    build_firm(simulator.world)
    return simulator


@pytest.fixture
def app_token(simulator_process: Simulator) -> str:
    """A Graph token of the application, by its secret; other tests withdraw the keys that sign it."""
    answer = httpx.post(
        f"{simulator_process.login_url}/{TENANT_ID}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scope": "https://graph.microsoft.com/.default",
        },
        verify=trusting(simulator_process),
    )
    token: str = answer.json()["access_token"]
    return token


@pytest.fixture
def graph(firm: Simulator, app_token: str) -> Iterator[httpx.Client]:
    """Graph as the application sees it."""
    headers = {"Authorization": f"Bearer {app_token}"}
    with httpx.Client(base_url=f"{firm.url}/v1.0", headers=headers) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@cache
def trusting(simulator: Simulator) -> ssl.SSLContext:
    """A TLS context that knows the simulator's authority."""
    return ssl.create_default_context(cafile=str(simulator.ca_bundle))
