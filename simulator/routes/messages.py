"""Messages: reading, changing, sending."""

from collections.abc import Mapping
from typing import Any

from simulator import attachments, drafts
from simulator.errors import GraphError, bad_request
from simulator.exchange import CONTEXT, Call, Reply, collection, entity
from simulator.mailbox import LogEntry
from simulator.messages import (
    OUTLOOK_ON_THE_WEB,
    PROPERTIES,
    Message,
    as_text,
    extended_property,
    message_json,
)
from simulator.mime import item_mime, mime
from simulator.paging import page_of
from simulator.query import Order, Query, parsed_query
from simulator.values import Json

DEFAULT_PAGE = 10
ANSWERS: Mapping[str, drafts.Answer] = {
    "createReply": "reply",
    "createReplyAll": "replyAll",
    "createForward": "forward",
    "reply": "reply",
    "replyAll": "replyAll",
    "forward": "forward",
}


def list_messages(call: Call, owner: str, folder: str | None = None) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, PROPERTIES)
    found = box.chosen(box.folder(folder).id if folder else None, query)
    page, link = page_of(call, found, query, DEFAULT_PAGE)
    return collection(
        f"users('{user.id}')/messages",
        [shown(call, message, query) for message in page],
        count=len(found) if query.count else None,
        nextLink=link,
    )


def delta(call: Call, owner: str, folder: str) -> Reply:
    _, box = call.mailbox(owner, "Mail.Read")
    place = box.folder(folder)
    feeds = call.cloud.delta
    token = call.args.get("$skiptoken") or call.args.get("$deltatoken")
    query = (feeds.query(token) if token else None) or _delta_query(call)
    size = query.top or call.page_size or DEFAULT_PAGE
    if token:
        anew = call.link({"$deltatoken": ""})
        page = feeds.follow(box, token, size, immutable=call.immutable, anew=anew)
    else:
        page = feeds.begin(box, place, query, size)
    values = [_delta_item(call, entry, message, query) for entry, message in page.shown]
    if page.is_last:
        return collection("Collection(message)", values, deltaLink=call.link({"$deltatoken": page.token}))
    return collection("Collection(message)", values, nextLink=call.next_link({"$skiptoken": page.token}))


def get_message(call: Call, owner: str, message_id: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, PROPERTIES)
    return entity(f"users('{user.id}')/messages", shown(call, box.message(message_id), query))


def message_value(call: Call, owner: str, message_id: str) -> Reply:
    _, box = call.mailbox(owner, "Mail.Read")
    message = box.message(message_id)
    content = mime(message.properties, message.attachments, message.headers)
    return Reply(200, content=content, content_type="text/plain")


def create_draft(call: Call, owner: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    made = call.cloud.world.save_draft(
        user.id, {"from": user.recipient, "sender": user.recipient, **call.json()}
    )
    return _entity(call, user.id, box.message(made), 201)


def change_message(call: Call, owner: str, message_id: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    return _entity(call, user.id, call.cloud.world.update(user.id, message_id, call.json()))


def delete_message(call: Call, owner: str, message_id: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    call.cloud.world.delete(user.id, message_id)
    return Reply(204)


def relocate(call: Call, owner: str, message_id: str, verb: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    destination = call.json().get("destinationId")
    if not isinstance(destination, str):
        raise bad_request("The parameter 'destinationId' is required.")
    act = call.cloud.world.move if verb == "move" else call.cloud.world.copy
    return _entity(call, user.id, act(user.id, message_id, destination), 201)


def draft_answer(call: Call, owner: str, message_id: str, verb: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    draft = drafts.answer(box.message(message_id), user, ANSWERS[verb], call.json())
    made = call.cloud.world.save_draft(user.id, draft)
    return _entity(call, user.id, box.message(made), 201)


def send_answer(call: Call, owner: str, message_id: str, verb: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Send")
    draft = drafts.answer(box.message(message_id), user, ANSWERS[verb], call.json())
    made = call.cloud.world.save_draft(user.id, draft)
    call.cloud.world.send_draft(user.id, made)
    return Reply(202)


def send_draft(call: Call, owner: str, message_id: str) -> Reply:
    user = call.owner(owner, "Mail.Send")
    call.cloud.world.send_draft(user.id, message_id)
    return Reply(202)


def send_mail(call: Call, owner: str) -> Reply:
    user = call.owner(owner, "Mail.Send")
    request = call.json()
    message = request.get("message")
    if not isinstance(message, dict):
        raise bad_request("The parameter 'message' is required.")
    call.cloud.world.send(user.id, message, save=request.get("saveToSentItems", True) is not False)
    return Reply(202)


def list_attachments(call: Call, owner: str, message_id: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    found = box.message(message_id).attachments
    select = call.args.get("$select")
    return collection(
        f"users('{user.id}')/messages('{message_id}')/attachments",
        [_selected(_visible(attachment), select) for attachment in found],
    )


def get_attachment(call: Call, owner: str, message_id: str, attachment_id: str) -> Reply:
    attachment = _attachment(call, owner, message_id, attachment_id)
    return entity("attachments", _visible(attachment, item="item" in call.args.get("$expand", "")))


def attachment_value(call: Call, owner: str, message_id: str, attachment_id: str) -> Reply:
    attachment = _attachment(call, owner, message_id, attachment_id)
    if attachment["@odata.type"] == attachments.ITEM and attachment.get("item"):
        return Reply(200, content=item_mime(attachment["item"]), content_type="text/plain")
    if attachment["@odata.type"] != attachments.FILE:
        raise GraphError(405, "ErrorInvalidRequest", "The attachment has no raw content.")
    kind = attachment.get("contentType") or "application/octet-stream"
    return Reply(200, content=attachments.content(attachment), content_type=str(kind))


def add_attachment(call: Call, owner: str, message_id: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    if len(call.body) > attachments.LARGEST_POST * 4 // 3:
        raise GraphError(413, "ErrorAttachmentSizeLimitExceeded", "The attachment is larger than 3 MB.")
    added = call.cloud.world.attach(user.id, message_id, call.json())
    return entity("attachments", _visible(added), 201)


def shown(call: Call, message: Message, query: Query) -> Json:
    """A message as this request asked for it."""
    found = message_json(message, immutable=call.immutable, select=query.select)
    if "webLink" in found:
        # Microsoft's address leads out of this machine; the look-alike opens the same item.
        found["webLink"] = found["webLink"].replace(OUTLOOK_ON_THE_WEB, call.cloud.outlook_url, 1)
    if call.as_text:
        found |= {name: as_text(found[name]) for name in ("body", "uniqueBody") if found.get(name)}
    if query.expands_attachments:
        found["attachments"] = [_visible(attachment) for attachment in message.attachments]
    if ids := query.extended_ids:
        asked = [extended_property(message, name) for name in ids]
        if any(asked):
            found["singleValueExtendedProperties"] = [each for each in asked if each]
    return _befallen(call, message, found)


def _befallen(call: Call, message: Message, found: Json) -> Json:
    """What the faults make of a message that is shown."""
    faults = call.cloud.faults
    if faults.mutation:
        found = faults.mutation.applied(found, message.id)
    if "toRecipients" in found and faults.is_poisoned(message.id):
        return {**found, "toRecipients": 7}
    return found


def _entity(call: Call, user_id: str, message: Message, status: int = 200) -> Reply:
    body = {
        "@odata.context": f"{CONTEXT}users('{user_id}')/messages/$entity",
        **shown(call, message, Query()),
    }
    made = call.location("users", user_id, "messages", body["id"]) if status == 201 else {}
    return Reply(status, body, headers=made)


def _delta_query(call: Call) -> Query:
    """The options of a first call; raises GraphError 400 for filters and orders that delta does not know."""
    query = parsed_query({k: v for k, v in call.args.items() if not k.endswith("token")}, PROPERTIES)
    for condition in query.filter.conditions:
        if condition.path != ("receivedDateTime",) or getattr(condition, "operator", "") not in ("ge", "gt"):
            raise bad_request(
                "Delta takes no filter but receivedDateTime ge or gt.", "ErrorInvalidUrlQueryFilter"
            )
    if any(order != Order("receivedDateTime", descending=True) for order in query.order):
        raise bad_request("Delta takes no order but receivedDateTime desc.", "ErrorInvalidUrlQuery")
    return query


def _delta_item(call: Call, entry: LogEntry, message: Message | None, query: Query) -> Json:
    kind = {"@odata.type": "#microsoft.graph.message"}
    if message is not None:
        return {**kind, **shown(call, message, query)}
    identifier = entry.id if call.immutable else entry.rest_id
    return {**kind, "id": identifier, "@removed": {"reason": "deleted"}}


def _attachment(call: Call, owner: str, message_id: str, attachment_id: str) -> Json:
    _, box = call.mailbox(owner, "Mail.Read")
    for attachment in box.message(message_id).attachments:
        if attachment["id"] == attachment_id:
            return attachment
    raise GraphError(404, "ErrorItemNotFound", "The attachment was not found.")


def _visible(attachment: Json, *, item: bool = False) -> Json:
    return {key: value for key, value in attachment.items() if item or key != "item"}


def _selected(attachment: Json, select: str | None) -> Json:
    if not select:
        return attachment
    names = {name.strip() for name in select.split(",")} | {"@odata.type", "id"}
    return {key: value for key, value in attachment.items() if key in names}


def list_categories(call: Call, owner: str) -> Reply:
    user, box = call.mailbox(owner, "MailboxSettings.Read")
    return collection(f"users('{user.id}')/outlook/masterCategories", box.categories)


def add_category(call: Call, owner: str) -> Reply:
    _, box = call.mailbox(owner, "MailboxSettings.ReadWrite")
    given: dict[str, Any] = call.json()
    made = {
        "id": call.cloud.world.ids.guid(),
        "displayName": given.get("displayName"),
        "color": given.get("color", "none"),
    }
    box.categories.append(made)
    return entity("masterCategories", made, 201)
