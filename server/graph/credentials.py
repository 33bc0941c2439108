"""When the app's own secret or certificate ends, after which Microsoft gives it no token any more."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography import x509
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications_with_app_id.applications_with_app_id_request_builder import (
    ApplicationsWithAppIdRequestBuilder,
)

from server.graph.client import GraphClient
from server.settings import Settings


class RegisteredSecret(msgspec.Struct, rename="camel"):
    """A secret of the registration; `hint` is its first three characters.

    https://learn.microsoft.com/graph/api/resources/passwordcredential
    """

    end_date_time: datetime | None = None
    hint: str | None = None


class _Registration(msgspec.Struct, rename="camel"):
    password_credentials: list[RegisteredSecret] = []


class Credentials:
    def __init__(self, client: GraphClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    def ends_at(self) -> datetime | None:
        """The end of the credential that this server uses; None where the registration does not tell.

        A certificate says it itself. For a secret the app must read its own registration: raises
        GraphDenied without the permission Application.Read.All, NotFound if another tenant has it, and
        other GraphErrors.
        """
        secret, certificate = self._settings.client_secret, self._settings.client_certificate
        if secret:
            return end_of_secret(self._registered_secrets(), secret.get_secret_value(), datetime.now(UTC))
        return end_of_certificate(certificate) if certificate else None

    def _registered_secrets(self) -> list[RegisteredSecret]:
        query = ApplicationsWithAppIdRequestBuilder.ApplicationsWithAppIdRequestBuilderGetQueryParameters(
            select=["passwordCredentials"]
        )
        application = self._client.sdk.applications_with_app_id(self._settings.client_id)
        request = application.to_get_request_information(RequestConfiguration(query_parameters=query))
        return self._client.send(request).decode(_Registration).password_credentials


def end_of_secret(registered: Sequence[RegisteredSecret], secret: str, now: datetime) -> datetime | None:
    """Of the secrets that may be ours, the valid one that ends first. Pure."""
    ends = sorted(
        known.end_date_time
        for known in registered
        if known.end_date_time and secret.startswith(known.hint or "")
    )
    return next((end for end in ends if end > now), ends[-1] if ends else None)


def end_of_certificate(path: Path) -> datetime:
    """The end of the certificate that Microsoft is shown, which is the first of the file."""
    return x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc
