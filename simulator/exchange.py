"""One request to Graph and its answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from simulator.caller import Caller
from simulator.errors import bad_request
from simulator.mailbox import Mailbox
from simulator.paths import segments
from simulator.users import User
from simulator.values import Json

if TYPE_CHECKING:
    from simulator.cloud import Cloud

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
CONTENT_TYPE = (
    "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
)
IMMUTABLE_IDS = "idtype"
PAGE_SIZE = "odata.maxpagesize"
BODY_TYPE = "outlook.body-content-type"


@dataclass(frozen=True)
class Arrival:
    """A request as it comes in, alone or in a batch; `target` is path and query as sent, with /v1.0."""

    at: datetime
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def parts(self) -> list[str]:
        """The path below /v1.0 in the spelling of `simulator.paths`."""
        path = self.target.partition("?")[0]
        return segments(unquote(path.removeprefix("/v1.0")))

    @cached_property
    def args(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @cached_property
    def preferences(self) -> dict[str, str]:
        """The preferences in the Prefer header that the simulator follows."""
        pairs = (each.strip().partition("=") for each in self.headers.get("Prefer", "").split(","))
        given = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
        return {name: given[name] for name in (IMMUTABLE_IDS, PAGE_SIZE, BODY_TYPE) if name in given}


@dataclass(frozen=True)
class Call:
    """A request of a known caller."""

    cloud: "Cloud"
    base_url: str
    arrival: Arrival
    caller: Caller

    @property
    def method(self) -> str:
        return self.arrival.method

    @property
    def parts(self) -> list[str]:
        return self.arrival.parts

    @property
    def args(self) -> dict[str, str]:
        return self.arrival.args

    @property
    def body(self) -> bytes:
        return self.arrival.body

    @property
    def immutable(self) -> bool:
        """Whether the caller asked for ids that survive a move."""
        return self.arrival.preferences.get(IMMUTABLE_IDS, "").lower() == "immutableid"

    @property
    def as_text(self) -> bool:
        """Whether the caller asked for bodies as plain text."""
        return self.arrival.preferences.get(BODY_TYPE, "").lower() == "text"

    @property
    def page_size(self) -> int | None:
        size = self.arrival.preferences.get(PAGE_SIZE, "")
        return int(size) if size.isdecimal() and int(size) > 0 else None

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

    def location(self, *parts: str) -> Mapping[str, str]:
        """The header that says where a thing just made is found."""
        path = "/".join(quote(part, safe="") for part in parts)
        return {"Location": f"{self.base_url}/v1.0/{path}"}

    def link(self, options: Mapping[str, str]) -> str:
        """The absolute address of this collection with other query options."""
        path = "/".join(quote(part, safe="$()@") for part in self.parts)
        return f"{self.base_url}/v1.0/{path}?{urlencode(options, quote_via=quote, safe='$')}"

    def next_link(self, options: Mapping[str, str]) -> str:
        """A link to a next page, or whatever a fault puts in its place."""
        return self.cloud.faults.foreign_link or self.link(options)


@dataclass(frozen=True)
class Reply:
    """An answer, or instead of one the end of the connection: in order (`dropped`) or by a `reset`."""

    status: int = 200
    json: Json | None = None
    content: bytes = b""
    content_type: str = CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False
    reset: bool = False

    @property
    def body(self) -> bytes:
        if self.json is None:
            return self.content
        try:
            return json.dumps(self.json, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            # Half a character, from a preview that was cut: JSON can only carry it escaped.
            return json.dumps(self.json).encode()


def entity(kind: str, properties: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status, {"@odata.context": f"{CONTEXT}{kind}/$entity", **properties})


def collection(kind: str, values: list[Json], **annotations: object) -> Reply:
    named = {f"@odata.{name}": value for name, value in annotations.items() if value is not None}
    return Reply(200, {"@odata.context": f"{CONTEXT}{kind}", **named, "value": values})
