"""Attachments of messages: files, whole items and links."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.errors import bad_request
from simulator.ids import IdSource
from simulator.values import Json

FILE = "#microsoft.graph.fileAttachment"
ITEM = "#microsoft.graph.itemAttachment"
REFERENCE = "#microsoft.graph.referenceAttachment"
# Larger files need an upload session (Graph documentation, "Attach large files to Outlook messages").
LARGEST_POST = 3 * 1024 * 1024


def new_attachment(given: Mapping[str, Any], ids: IdSource, now: str) -> Json:
    """An attachment as it is kept, nothing left out; raises GraphError 400 for an unknown kind."""
    kind = _kind(given)
    attachment = {
        "@odata.type": kind,
        "id": ids.default_id(),
        "lastModifiedDateTime": now,
        "name": None,
        "contentType": None,
        "size": _size(given, kind),
        "isInline": False,
        **{key: value for key, value in given.items() if key not in ("id", "@odata.type")},
    }
    return _with_file_properties(attachment) if kind == FILE else attachment


def new_attachments(given: Iterable[Mapping[str, Any]] | None, ids: IdSource, now: str) -> list[Json]:
    return [new_attachment(attachment, ids, now) for attachment in given or ()]


def content(attachment: Mapping[str, Any]) -> bytes:
    """The bytes of a file attachment."""
    return base64.b64decode(attachment.get("contentBytes") or "")


def summary(attachment: Mapping[str, Any]) -> Json:
    """An attachment without its content."""
    return {key: value for key, value in attachment.items() if key not in ("contentBytes", "item")}


def shown(attachments: Iterable[Mapping[str, Any]]) -> bool:
    """What Graph calls `hasAttachments`: inline images alone do not count."""
    return any(not attachment.get("isInline") for attachment in attachments)


def _kind(given: Mapping[str, Any]) -> str:
    kind = "#" + str(given.get("@odata.type") or FILE).lstrip("#")
    known = {name.lower(): name for name in (FILE, ITEM, REFERENCE)}
    if kind.lower() not in known:
        raise bad_request(f"The attachment type '{kind}' is not known.")
    return known[kind.lower()]


def _size(given: Mapping[str, Any], kind: str) -> int:
    if kind != FILE:
        return len(repr(given.get("item") or given))
    try:
        return len(base64.b64decode(given.get("contentBytes") or "", validate=True))
    except (binascii.Error, ValueError) as error:
        raise bad_request("contentBytes is not base64.") from error


def _with_file_properties(attachment: Json) -> Json:
    return {"contentId": None, "contentLocation": None, "contentBytes": "", **attachment}
