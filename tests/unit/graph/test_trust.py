"""Which certificates are believed, whatever the environment says to the libraries underneath."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from server.graph.trust import requests_session, tls_context
from server.settings import SettingsError
from simulator.certificates import CertificateFiles, certificate_files


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return certificate_files(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return certificate_files(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def address(authority: CertificateFiles) -> Iterator[str]:
    """A server on this machine whose certificate only `authority` vouches for."""
    server = make_server("127.0.0.1", 0, Response("hello"), ssl_context=authority.server_context())
    server.log_startup = lambda: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class Proxy:
    """A proxy for encrypted connections that counts them."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections = 0

    def serve_one(self) -> None:
        client, _ = self._listening.accept()
        with client:
            target = client.recv(4096).split()[1].decode().partition(":")
            self.connections += 1
            with socket.create_connection((target[0], int(target[2]))) as upstream:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=_pump, args=(upstream, client))
                back.start()
                _pump(client, upstream)
                back.join()

    def close(self) -> None:
        self._listening.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


@pytest.fixture(params=["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def misleading_environment(
    request: pytest.FixtureRequest, stranger: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(request.param, str(stranger.authority))


@pytest.mark.usefixtures("misleading_environment")
def test_the_bundle_beats_the_environment(address: str, authority: CertificateFiles) -> None:
    with requests_session(tls_context(authority.authority)) as session:
        assert session.get(address).text == "hello"


def test_a_bundle_that_is_not_there_does_no_harm_in_the_environment(
    address: str, authority: CertificateFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "nowhere.pem"))

    with requests_session(tls_context(authority.authority)) as session:
        assert session.get(address).text == "hello"


def test_the_environment_adds_no_authority(
    address: str, authority: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.authority))

    with requests_session(tls_context(None)) as session, pytest.raises(requests.exceptions.SSLError):
        session.get(address)


def test_a_session_cannot_be_talked_out_of_checking(address: str) -> None:
    with requests_session(tls_context(None)) as session, pytest.raises(requests.exceptions.SSLError):
        session.get(address, verify=False)


def test_a_bundle_of_another_authority_opens_nothing(address: str, stranger: CertificateFiles) -> None:
    with (
        requests_session(tls_context(stranger.authority)) as session,
        pytest.raises(requests.exceptions.SSLError),
    ):
        session.get(address)


def test_proxies_of_the_environment_are_used_and_the_bundle_holds_behind_them(
    address: str, authority: CertificateFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Proxy()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        thread = threading.Thread(target=proxy.serve_one)
        thread.start()
        with requests_session(tls_context(authority.authority)) as session:
            text = session.get(address).text
        thread.join()

    assert (text, proxy.connections) == ("hello", 1)


@pytest.mark.usefixtures("misleading_environment")
def test_httpx_believes_the_same(address: str, authority: CertificateFiles) -> None:
    assert httpx.get(address, verify=tls_context(authority.authority)).text == "hello"


def test_the_systems_own_authorities_stay_trusted(authority: CertificateFiles) -> None:
    system = len(ssl.create_default_context().get_ca_certs())

    with_bundle = len(tls_context(authority.authority).get_ca_certs())

    assert with_bundle == system + 1


def test_a_bundle_without_certificates_stops_the_start_and_is_named(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("not a certificate")

    with pytest.raises(SettingsError, match=f"BITACORA_CA_BUNDLE names {bundle}"):
        tls_context(bundle)
