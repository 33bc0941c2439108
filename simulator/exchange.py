"""One request to Graph and its answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulator.caller import Caller
from simulator.errors import bad_request
from simulator.mailbox import Mailbox
from simulator.users import User
from simulator.values import Json

if TYPE_CHECKING:
    from simulator.cloud import Cloud

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"


@dataclass(frozen=True)
class Call:
    """A request with its path in parts below /v1.0, in the spelling of `simulator.paths`."""

    cloud: "Cloud"
    base_url: str
    method: str
    parts: list[str]
    args: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    caller: Caller

    @property
    def immutable(self) -> bool:
        """Whether the caller asked for ids that survive a move."""
        return 'idtype="immutableid"' in self.headers.get("Prefer", "").replace(" ", "").casefold()

    @property
    def page_size(self) -> int | None:
        for preference in self.headers.get("Prefer", "").split(","):
            name, _, value = preference.strip().partition("=")
            if name.casefold() == "odata.maxpagesize" and value.isdecimal():
                return int(value)
        return None

    def json(self) -> Json:
        try:
            found = json.loads(self.body or b"{}")
        except ValueError as error:
            raise bad_request("Unable to read JSON request payload.") from error
        if not isinstance(found, dict):
            raise bad_request("The request payload must be a JSON object.")
        return found

    def owner(self, name: str, permission: str) -> User:
        """The owner of the mailbox named in the path; raises GraphError as `Caller.mailbox_owner` does."""
        user = self.caller.mailbox_owner(self.cloud.world, name, permission)
        self.cloud.faults.check_mailbox(user.id)
        return user

    def mailbox(self, name: str, permission: str) -> tuple[User, Mailbox]:
        user = self.owner(name, permission)
        return user, self.cloud.world.mailbox(user.id)

    def link(self, **options: str) -> str:
        """An absolute address of this collection with an option of Graph's own, such as `$skiptoken`."""
        path = "/".join(_quoted(part) for part in self.parts)
        query = "&".join(f"${name}={value}" for name, value in options.items())
        return f"{self.base_url}/v1.0/{path}?{query}"


@dataclass(frozen=True)
class Reply:
    status: int = 200
    json: Json | None = None
    content: bytes = b""
    content_type: str = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return (
            self.content
            if self.json is None
            else json.dumps(self.json, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )


def entity(kind: str, properties: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status, {"@odata.context": f"{CONTEXT}{kind}/$entity", **properties})


def collection(kind: str, values: list[Json], **annotations: object) -> Reply:
    named = {f"@odata.{name}": value for name, value in annotations.items() if value is not None}
    return Reply(200, {"@odata.context": f"{CONTEXT}{kind}", **named, "value": values})


def _quoted(part: str) -> str:
    return quote(part, safe="$()@")
