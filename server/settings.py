"""What the environment tells Bitácora; everything that a person may change later lives in the database."""

import os
import re
import secrets
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "BITACORA_"
IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """The environment does not describe a server that could run; the text names every setting at fault."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="ignore")

    tenant_id: str
    client_id: str
    client_secret: SecretStr | None = None
    client_certificate: Path | None = None
    database_url: str = ""
    data_dir: Path = Path("data")
    bind: str = "127.0.0.1:8000"
    public_url: str = "http://localhost:8000"
    login_url: str = "https://login.microsoftonline.com"
    graph_url: str = "https://graph.microsoft.com"
    ca_bundle: Path | None = None
    office_js_url: str = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
    secret_key: SecretStr = Field(default=SecretStr(""))
    time_zone: str = "Europe/Madrid"

    @classmethod
    def load(cls) -> Self:
        """Read the environment.

        Raises SettingsError, which names all missing and wrong settings at once.
        """
        try:
            return cls()  # type: ignore[call-arg]  # the environment brings the arguments
        except ValidationError as error:
            raise SettingsError(_describe(error)) from None

    @field_validator("tenant_id", "client_id")
    @classmethod
    def _is_an_identifier(cls, value: str) -> str:
        # A domain name would do for signing in, but tokens and notifications name the tenant by its id.
        if not IDENTIFIER.fullmatch(value):
            raise ValueError("must be the identifier (a GUID) that the Entra admin centre shows")
        return value.lower()

    @field_validator("public_url", "login_url", "graph_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address such as https://register.example")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
            raise ValueError("must begin with https:// unless it points at this very machine")
        return value.rstrip("/")

    @field_validator("login_url")
    @classmethod
    def _is_encrypted(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("must begin with https://, even on this machine")
        return value

    @field_validator("public_url", "login_url", "graph_url")
    @classmethod
    def _is_without_path(cls, value: str) -> str:
        if urlsplit(value).path:
            raise ValueError("is given without a path (no /v1.0, no folder): the program adds its own")
        return value

    @field_validator("office_js_url")
    @classmethod
    def _is_a_script_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS):
            return value
        raise ValueError("must begin with https:// unless it points at this very machine")

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql:// or sqlite:///, or be left out")
        return value

    @field_validator("bind")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("must be an address and a port, such as 127.0.0.1:8000")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone such as Europe/Madrid or Atlantic/Canary") from None
        return value

    @field_validator("ca_bundle", "client_certificate")
    @classmethod
    def _is_a_readable_file(cls, value: Path | None) -> Path | None:
        if value is not None and not os.access(value, os.R_OK):
            raise ValueError(f"names {value}, which cannot be read")
        return value

    @model_validator(mode="after")
    def _has_one_credential(self) -> Self:
        if bool(self.client_secret) == bool(self.client_certificate):
            raise ValueError(
                f"exactly one of {PREFIX}CLIENT_SECRET and {PREFIX}CLIENT_CERTIFICATE must be set"
            )
        return self

    @property
    def authority(self) -> str:
        return f"{self.login_url}/{self.tenant_id}"

    @property
    def api_scope(self) -> str:
        """The delegated permission of our own API that the pane asks a token for."""
        return f"api://{self.client_id}/access_as_user"

    @property
    def zone(self) -> ZoneInfo:
        """The firm's wall clock, for what leaves the program on paper or in a file."""
        return ZoneInfo(self.time_zone)

    @property
    def office_js_origin(self) -> str:
        parts = urlsplit(self.office_js_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def sqlalchemy_url(self) -> str:
        """The database: the configured one, or a SQLite file in the data folder."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'bitacora.sqlite3').resolve()}"
        # The driver is named here, so that an operator may write the address as PostgreSQL's own tools do.
        for short in ("postgresql://", "postgres://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    def session_key(self) -> str:
        """The key that signs sessions: the configured one, or one made once and kept in the data folder."""
        return self.secret_key.get_secret_value() or _kept_secret(self.data_dir / "secret.key")


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(key := secrets.token_urlsafe(48))
    return key


def _describe(error: ValidationError) -> str:
    lines = [_describe_one(detail["loc"], detail["type"], detail["msg"]) for detail in error.errors()]
    return "The settings are not complete:\n" + "\n".join(f"  {line}" for line in lines)


def _describe_one(location: tuple[int | str, ...], kind: str, message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    name = PREFIX + str(location[0]).upper()
    return f"{name} is missing" if kind == "missing" else f"{name} {text}"
