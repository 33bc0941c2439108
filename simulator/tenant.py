"""The tenant and the app registration of the invented firm."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.x509 import Certificate

TENANT_ID = "7b1d2c3e-5a60-4f7b-8c9d-0e1f2a3b4c5d"
TENANT_DOMAIN = "ribera.example"
CLIENT_ID = "c0ffee00-1111-4222-8333-444455556666"
CLIENT_SECRET = "simulator-secret"  # noqa: S105 - opens nothing but the simulator
APPLICATION_OBJECT_ID = "a9911ca7-3333-4444-8555-666677778888"
SERVICE_PRINCIPAL_ID = "5e41ce00-2222-4333-8444-555566667777"
API_SCOPE = "access_as_user"
GRAPH_RESOURCE = "https://graph.microsoft.com"

TENANT_NAMES = frozenset({TENANT_ID, TENANT_DOMAIN, "common", "organizations"})
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
APPLICATION_PERMISSIONS = frozenset(
    {"Mail.Read", "Mail.ReadWrite", "Mail.Send", "MailboxSettings.ReadWrite", "User.Read.All"}
)
DELEGATED_PERMISSIONS = frozenset(
    {
        "Mail.Read",
        "Mail.ReadWrite",
        "Mail.Send",
        "MailboxSettings.ReadWrite",
        "Tasks.ReadWrite",
        "User.Read",
        "User.Read.All",
    }
)
_INCLUDED_IN = {
    "Mail.Read": ("Mail.ReadWrite",),
    "MailboxSettings.Read": ("MailboxSettings.ReadWrite",),
    "Tasks.Read": ("Tasks.ReadWrite",),
    "User.Read": ("User.Read.All",),
}


def two_years_on() -> datetime:
    """When a secret ends that is made now, as the portal proposes."""
    return datetime.now(UTC) + timedelta(days=730)


@dataclass
class Application:
    """An app registration with what an administrator granted it.

    `delegated` holds for everybody; beyond it people consent for themselves (`consents`, by user id), if they
    may. `mailboxes` limits the app's own access (RBAC for Applications) to these user ids; None means all.
    Its secrets end at `secret_ends`.
    """

    client_id: str = CLIENT_ID
    secrets: set[str] = field(default_factory=lambda: {CLIENT_SECRET})
    secret_ends: datetime = field(default_factory=two_years_on)
    certificates: list[Certificate] = field(default_factory=list)
    permissions: set[str] = field(default_factory=lambda: set(APPLICATION_PERMISSIONS))
    delegated: set[str] = field(default_factory=lambda: set(DELEGATED_PERMISSIONS))
    consents: dict[str, set[str]] = field(default_factory=dict)
    people_may_consent: bool = True
    refused: set[str] = field(default_factory=set)
    mailboxes: set[str] | None = None

    @property
    def api_uri(self) -> str:
        return f"api://{self.client_id}"

    def consented(self, user_id: str) -> set[str]:
        """The delegated permissions that hold for a person."""
        return self.delegated | self.consents.get(user_id, set())

    def allows(self, permission: str, granted: set[str]) -> bool:
        """Whether any of the granted permissions covers this one and none is refused."""
        if permission in self.refused:
            return False
        return bool({permission, *_INCLUDED_IN.get(permission, ())} & granted)


def is_web_redirect(uri: str) -> bool:
    """Whether this redirect is registered for confidential clients: a loopback sign-in callback."""
    return is_loopback(uri) and urlsplit(uri).path == "/sign-in/callback"


def is_spa_redirect(uri: str) -> bool:
    """Whether the app registration lists this redirect for browser code: the add-in's pages on loopback."""
    return uri.startswith("brk-multihub://") or (
        is_loopback(uri) and urlsplit(uri).path.startswith("/addin/")
    )


def is_loopback(url: str) -> bool:
    """Whether the address lies on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK_HOSTS
