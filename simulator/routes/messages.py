"""Messages: reading, changing, sending."""

from collections.abc import Mapping
from typing import Any

from simulator import attachments, drafts
from simulator.errors import GraphError, bad_request
from simulator.exchange import CONTEXT, Call, Reply, collection, entity
from simulator.messages import PROPERTIES, Message, extended_property, message_json
from simulator.query import Query, parsed_query
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
    listed = box.listed(box.folder(folder).id if folder else None)
    found = query.chosen(listed, lambda message: message.properties)
    start = int(call.args.get("$skiptoken", query.skip) or 0)
    size = query.top or call.page_size or DEFAULT_PAGE
    following = {name.lstrip("$"): value for name, value in call.args.items()}
    following["skiptoken"] = str(start + size)
    return collection(
        f"users('{user.id}')/messages",
        [shown(call, message, query) for message in found[start : start + size]],
        count=len(found) if query.count else None,
        nextLink=call.link(**following) if start + size < len(found) else None,
    )


def delta(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    feeds = call.cloud.delta
    token = call.args.get("$skiptoken") or call.args.get("$deltatoken")
    size = call.page_size or DEFAULT_PAGE
    query = (feeds.query(token) if token else None) or parsed_query(
        {name: value for name, value in call.args.items() if "token" not in name}, PROPERTIES
    )
    page = (
        feeds.follow(box, token, query.top or size)
        if token
        else feeds.begin(box, box.folder(folder), query, query.top or size)
    )
    values = [
        {"@odata.type": "#microsoft.graph.message", **shown(call, message, query)}
        if message
        else _removed(call, entry.id, entry.rest_id)
        for entry, message in page.shown
    ]
    foreign = call.cloud.faults.delta.foreign_next_link
    if page.is_last:
        return collection("Collection(message)", values, deltaLink=call.link(deltatoken=page.token))
    return collection("Collection(message)", values, nextLink=foreign or call.link(skiptoken=page.token))


def get_message(call: Call, owner: str, message_id: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, PROPERTIES)
    return entity(f"users('{user.id}')/messages", shown(call, box.message(message_id), query))


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
    if query.expands_attachments:
        found["attachments"] = [_visible(attachment) for attachment in message.attachments]
    if ids := query.extended_ids:
        asked = [extended_property(message, name) for name in ids]
        if any(asked):
            found["singleValueExtendedProperties"] = [each for each in asked if each]
    return found


def _entity(call: Call, user_id: str, message: Message, status: int = 200) -> Reply:
    return Reply(
        status,
        {
            "@odata.context": f"{CONTEXT}users('{user_id}')/messages/$entity",
            **shown(call, message, Query()),
        },
    )


def _removed(call: Call, message_id: str, rest_id: str) -> Json:
    return {
        "@odata.type": "#microsoft.graph.message",
        "id": message_id if call.immutable else rest_id,
        "@removed": {"reason": "deleted"},
    }


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
