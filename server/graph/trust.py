"""Which certificate authorities Microsoft's libraries trust: the system's and the one of BITACORA_CA_BUNDLE.

Each library reads environment variables of its own for this. Here one setting holds for all of them.
"""

import ssl
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from server.settings import PREFIX, SettingsError

CONNECT_SECONDS = 5
READ_SECONDS = 20


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Trust the system's authorities and those of the bundle.

    Raises SettingsError if the bundle holds no certificate.
    """
    context = ssl.create_default_context()
    if ca_bundle is not None:
        _add_authorities(context, ca_bundle)
    return context


def requests_session(tls: ssl.SSLContext) -> requests.Session:
    """Open a session that checks certificates by `tls` alone and still takes proxies from the environment."""
    session = requests.Session()
    # Tokens are fetched once an hour; a connection kept for that would only go stale.
    session.headers["Connection"] = "close"
    session.mount("https://", _PinnedTrust(tls))
    return session


def _add_authorities(context: ssl.SSLContext, ca_bundle: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca_bundle)
    except (ssl.SSLError, OSError):
        raise SettingsError(
            f"{PREFIX}CA_BUNDLE names {ca_bundle}, which holds no certificate (PEM)"
        ) from None


class _PinnedTrust(HTTPAdapter):
    """Deaf to REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which would otherwise beat what a session was told.

    Session.trust_env would silence them too, and HTTPS_PROXY with them.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        super().__init__(max_retries=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._tls, **kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["verify"] = True
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        return super().send(request, *args, **kwargs)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the connection with its context; the default would load a bundle of its own into it."""
