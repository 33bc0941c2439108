"""Microsoft Graph with httpx and msgspec alone: what the bare peers read with.

They ask for the very fields, pages and ids that the product asks for, and decode every field that it uses.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import msgspec

SELECT = (
    "id,internetMessageId,conversationId,parentFolderId,subject,bodyPreview,sentDateTime,receivedDateTime,"
    "from,sender,toRecipients,ccRecipients,bccRecipients,isDraft,hasAttachments,categories,webLink,"
    "internetMessageHeaders"
)
EXPAND = "singleValueExtendedProperties($filter=id eq 'String 0x001A' or id eq 'Integer 0x0036')"
# The product's `server.graph.delta.PAGE_SIZE`, whose module would bring the SDK into the peer's process.
PREFER = 'odata.maxpagesize=400, IdType="ImmutableId"'
FOLDERS = ("inbox", "sentitems")


class Address(msgspec.Struct):
    name: str | None = None
    address: str | None = None


class Recipient(msgspec.Struct, rename="camel"):
    email_address: Address = msgspec.field(default_factory=Address)


class Header(msgspec.Struct):
    name: str
    value: str


class Property(msgspec.Struct):
    id: str
    value: str


class Mail(msgspec.Struct, rename="camel"):
    id: str
    internet_message_id: str | None = None
    conversation_id: str | None = None
    parent_folder_id: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    sent_date_time: str | None = None
    received_date_time: str | None = None
    from_: Recipient | None = msgspec.field(name="from", default=None)
    sender: Recipient | None = None
    to_recipients: list[Recipient] = []
    cc_recipients: list[Recipient] = []
    bcc_recipients: list[Recipient] = []
    is_draft: bool | None = None
    has_attachments: bool | None = None
    categories: list[str] = []
    web_link: str | None = None
    internet_message_headers: list[Header] = []
    single_value_extended_properties: list[Property] = []


class _Page(msgspec.Struct):
    value: list[Mail]
    next_link: str = msgspec.field(name="@odata.nextLink", default="")


@contextmanager
def connected(settings: Mapping[str, str]) -> Iterator[httpx.Client]:
    """A client with the app's token; `settings` are the environment of the product."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": settings["BITACORA_CLIENT_ID"],
        "client_secret": settings["BITACORA_CLIENT_SECRET"],
        "scope": f"{settings['BITACORA_GRAPH_URL']}/.default",
    }
    login = f"{settings['BITACORA_LOGIN_URL']}/{settings['BITACORA_TENANT_ID']}/oauth2/v2.0/token"
    token = httpx.post(login, data=asked, verify=settings["BITACORA_CA_BUNDLE"]).raise_for_status().json()
    headers = {"Authorization": f"Bearer {token['access_token']}", "Prefer": PREFER}
    with httpx.Client(base_url=settings["BITACORA_GRAPH_URL"], headers=headers, timeout=60) as client:
        yield client


def pages(graph: httpx.Client, mailbox: str, folder: str) -> Iterator[list[Mail]]:
    """All of a folder from its beginning."""
    url = f"/v1.0/users/{mailbox}/mailFolders/{folder}/messages/delta"
    parameters: dict[str, str] | None = {"$select": SELECT, "$expand": EXPAND}
    while url:
        answer = graph.get(url, params=parameters).raise_for_status()
        page = msgspec.json.decode(answer.content, type=_Page)
        yield page.value
        url, parameters = page.next_link, None


def message(graph: httpx.Client, resource: str) -> Mail:
    """The one that a notification names."""
    answer = graph.get(f"/v1.0/{resource}", params={"$select": SELECT, "$expand": EXPAND}).raise_for_status()
    return msgspec.json.decode(answer.content, type=Mail)
