"""The firm's mailboxes and everything that may happen in them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from simulator import drafts
from simulator.attachments import new_attachment, new_attachments, shown
from simulator.changes import Listener, MessageChange
from simulator.errors import bad_request
from simulator.folders import DELETED_FOREVER, ROOT, Folder
from simulator.ids import IdSource, conversation_id
from simulator.mailbox import Mailbox
from simulator.messages import (
    Message,
    completed,
    derived_type,
    extended_properties,
    header,
    recipients,
    snapshot,
)
from simulator.text import preview
from simulator.truth import Event, GroundTruth, TruthEvent
from simulator.users import Kind, Language, UnknownUser, User, user_id
from simulator.values import Json, timestamp

OUTGOING_FOLDERS = frozenset({"sentitems", "drafts", "outbox"})
RESENT = ("subject", "body", "importance", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "from")
PATCHABLE = frozenset({"categories", "flag", "importance", "inferenceClassification", "isRead"})
PATCHABLE_IN_DRAFTS = PATCHABLE | frozenset(
    {
        "bccRecipients",
        "body",
        "ccRecipients",
        "from",
        "internetMessageId",
        "isDeliveryReceiptRequested",
        "isReadReceiptRequested",
        "replyTo",
        "sender",
        "subject",
        "toRecipients",
    }
)


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """Users and their mail, in memory. Every public method may be called from any thread."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now, seed: int = 0) -> None:
        self.lock = threading.RLock()
        self.truth = GroundTruth()
        self.users: list[User] = []
        self.ids = IdSource(seed)
        self.now = now
        self.sent_items_change_id = False
        self._mailboxes: dict[str, Mailbox] = {}
        self._by_name: dict[str, User] = {}
        self._listeners: list[Listener] = []

    def add_user(
        self,
        name: str,
        address: str,
        *,
        aliases: Sequence[str] = (),
        kind: Kind = "person",
        roles: Sequence[str] = (),
        folder_language: Language = "es",
        id: str | None = None,
    ) -> User:
        """Adds somebody with an empty mailbox."""
        user = User(
            id or user_id(address), name, address, tuple(aliases), kind, tuple(roles), folder_language
        )
        with self.lock:
            self._mailboxes[user.id] = Mailbox(user, self.ids)
            self._join(user)
        return user

    def remove_user(self, address_or_id: str) -> User:
        """Takes somebody out of the tenant: no user, no mailbox, no mail, until `restore_user`."""
        with self.lock:
            user = self.user(address_or_id)
            self.users.remove(user)
            for name in (user.id, *user.addresses):
                del self._by_name[name.casefold()]
            return user

    def restore_user(self, user: User) -> None:
        """Brings back somebody who was removed, with the mailbox as it was and the same ids."""
        with self.lock:
            self._join(user)

    def _join(self, user: User) -> None:
        self.users.append(user)
        self._by_name |= {key.casefold(): user for key in (user.id, *user.addresses)}

    def user(self, address_or_id: str) -> User:
        """The user of that id, address or alias; raises UnknownUser."""
        user = self.find_user(address_or_id)
        if user is None:
            raise UnknownUser(address_or_id)
        return user

    def find_user(self, address_or_id: str) -> User | None:
        return self._by_name.get(address_or_id.casefold())

    def mailbox(self, address_or_id: str) -> Mailbox:
        """The mailbox of a user; raises UnknownUser."""
        return self._mailboxes[self.user(address_or_id).id]

    def on_change(self, listener: Listener) -> None:
        """Calls `listener`, with the lock held, after each change of a message."""
        self._listeners.append(listener)

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """Calls no listener for what happens in the block; other threads wait meanwhile."""
        with self.lock:
            listeners, self._listeners = self._listeners, []
            try:
                yield
            finally:
                self._listeners = listeners

    def deliver(
        self, message: Mapping[str, Any], *, mailboxes: Sequence[str] | None = None, folder: str = "inbox"
    ) -> list[str]:
        """Brings a message from outside into each local mailbox among its recipients, or into those named.

        What Outlook fills in is filled in where missing. Returns the immutable ids of the copies.
        """
        with self.lock:
            complete = self._completed(message)
            owners = self._local(recipients(complete)) if mailboxes is None else map(self.user, mailboxes)
            return [self._receive(self._mailboxes[owner.id], complete, message, folder) for owner in owners]

    def send(self, mailbox: str, message: Mapping[str, Any], *, save: bool = True) -> str:
        """Sends as a person does who presses Send; returns the immutable id of the copy in Sent Items.

        With `save` off no copy stays, and the returned id is empty.
        """
        with self.lock:
            box = self.mailbox(mailbox)
            sender = box.owner.recipient
            complete = self._completed({"from": sender, "sender": sender, "isRead": True, **message})
            self.deliver(self._transmitted(complete, message))
            return self._store(box, complete, message, "sentitems", "sent") if save else ""

    def save_draft(self, mailbox: str, message: Mapping[str, Any]) -> str:
        """Saves a draft and returns its immutable id."""
        with self.lock:
            draft = self._completed({"isRead": True, **message, "isDraft": True})
            return self._store(self.mailbox(mailbox), draft, message, "drafts", "drafted")

    def send_draft(self, mailbox: str, message_id: str) -> str:
        """Sends a draft; it becomes the copy in Sent Items, whose immutable id is returned."""
        with self.lock:
            box = self.mailbox(mailbox)
            draft = box.message(message_id)
            if not draft.properties.get("isDraft"):
                raise bad_request("The message is not a draft.", "ErrorInvalidOperation")
            sent = drafts.sent(draft, box.owner, timestamp(self.now()))
            given = {"internetMessageHeaders": drafts.thread_headers_of(draft)}
            self.deliver(self._transmitted(sent, given, draft))
            identifier = self.ids.immutable_id() if self.sent_items_change_id else draft.id
            return self._relocate(box, draft, "sentitems", "sent", id=identifier, properties=sent).id

    def update(self, mailbox: str, message_id: str, changes: Mapping[str, Any]) -> Message:
        """Changes properties as PATCH does; raises GraphError 400 for those that cannot be changed."""
        with self.lock:
            box = self.mailbox(mailbox)
            message = box.message(message_id)
            given = {name: value for name, value in changes.items() if not name.startswith("@")}
            extended = extended_properties(given.pop("singleValueExtendedProperties", None))
            _check_patchable(message, given)
            fields = {
                "properties": self._patched(message, given),
                "extended": {**message.extended, **extended},
            }
            return self._change(box, message, **fields)

    def attach(self, mailbox: str, message_id: str, attachment: Mapping[str, Any]) -> Json:
        """Adds an attachment and returns it with its id."""
        with self.lock:
            box = self.mailbox(mailbox)
            message = box.message(message_id)
            added = new_attachment(attachment, self.ids, timestamp(self.now()))
            everything = [*message.attachments, added]
            properties = self._patched(message, {"hasAttachments": shown(everything)})
            self._change(box, message, attachments=everything, properties=properties)
            return added

    def move(self, mailbox: str, message_id: str, folder: str) -> Message:
        """Moves a message to a folder, named by id or well-known name; its default id changes.

        A deleted message is restored by moving it.
        """
        with self.lock:
            box = self.mailbox(mailbox)
            return self._relocate(box, box.any_message(message_id), folder, "moved")

    def copy(self, mailbox: str, message_id: str, folder: str) -> Message:
        """Puts a second copy, with ids of its own, into a folder."""
        with self.lock:
            box = self.mailbox(mailbox)
            original = box.message(message_id)
            twin = replace(
                original,
                id=self.ids.immutable_id(),
                rest_id=self.ids.default_id(),
                folder_id=box.folder(folder).id,
            )
            return self._added(box, twin, "delivered")

    def delete(self, mailbox: str, message_id: str) -> None:
        """Deletes as Graph's DELETE does: the message is only to be found among the recoverable items."""
        with self.lock:
            box = self.mailbox(mailbox)
            self._relocate(box, box.message(message_id), DELETED_FOREVER, "deleted")

    def purge(self, mailbox: str, message_id: str) -> None:
        """Deletes for good, from the recoverable items too: nothing brings the message back."""
        with self.lock:
            box = self.mailbox(mailbox)
            self._remove(box, box.any_message(message_id), "purged")

    def archive(self, mailbox: str, message_id: str) -> str:
        """Moves a message to the archive mailbox, out of Graph's reach; returns its new immutable id."""
        with self.lock:
            box = self.mailbox(mailbox)
            message = box.message(message_id)
            self._remove(box, message, "archived")
            archived = replace(message, id=self.ids.immutable_id(), rest_id=self.ids.default_id())
            box.archive[archived.id] = archived
            return archived.id

    def unarchive(self, mailbox: str, archived_id: str, folder: str = "inbox") -> str:
        """Moves a message back from the archive mailbox; its immutable id changes once more."""
        with self.lock:
            box = self.mailbox(mailbox)
            archived = box.archive.pop(archived_id)
            back = replace(
                archived,
                id=self.ids.immutable_id(),
                rest_id=self.ids.default_id(),
                folder_id=box.folder(folder).id,
                version=box.sequence + 1,
            )
            return self._added(box, back, "delivered").id

    def resend(self, mailbox: str, message_id: str) -> str:
        """Sends a sent mail once more, under a new Message-ID; returns the new copy's immutable id."""
        with self.lock:
            original = self.mailbox(mailbox).message(message_id)
            again = {name: original.properties[name] for name in RESENT if name in original.properties}
            return self.send(mailbox, {**again, "attachments": original.attachments})

    def create_folder(self, mailbox: str, name: str, parent: str = ROOT, *, hidden: bool = False) -> str:
        """Makes a folder below `parent` (id or well-known name) and returns its id."""
        with self.lock:
            box = self.mailbox(mailbox)
            folder = Folder(self.ids.default_id(), name, box.folder(parent).id, hidden=hidden)
            return box.put_folder(folder).id

    def rename_folder(self, mailbox: str, folder: str, name: str) -> Folder:
        """Gives a folder another name; its id stays."""
        with self.lock:
            box = self.mailbox(mailbox)
            return box.put_folder(replace(box.folder(folder), display_name=name))

    def move_folder(self, mailbox: str, folder: str, parent: str) -> Folder:
        """Moves a folder with all that is in and below it; ids stay. Raises GraphError 400 for a circle."""
        with self.lock:
            box = self.mailbox(mailbox)
            moved, target = box.folder(folder), box.folder(parent)
            if target in (moved, *box.tree(moved.id)):
                raise bad_request("A folder cannot lie in itself.", "ErrorMoveCopyFailed")
            return box.put_folder(replace(moved, parent_id=target.id))

    def delete_folder(self, mailbox: str, folder: str) -> None:
        """Deletes a folder with all that is in and below it."""
        with self.lock:
            box = self.mailbox(mailbox)
            top = box.folder(folder)
            for doomed in [*reversed(list(box.tree(top.id))), top]:
                for message in list(box.listed(doomed.id)):
                    self._relocate(box, message, DELETED_FOREVER, "deleted")
                box.remove_folder(doomed)

    def _completed(self, message: Mapping[str, Any]) -> Json:
        return completed(message, self.ids, self.now(), self._domain())

    def _domain(self) -> str:
        return self.users[0].address.partition("@")[2] if self.users else "localhost"

    def _local(self, addresses: list[str]) -> list[User]:
        found = [user for user in map(self.find_user, addresses) if user]
        return list(dict.fromkeys(found))

    def _receive(self, box: Mailbox, complete: Json, given: Mapping[str, Any], folder: str) -> str:
        if folder not in OUTGOING_FOLDERS:
            complete = {
                **complete,
                "bccRecipients": [] if complete["bccRecipients"] else complete["bccRecipients"],
            }
        return self._store(box, complete, given, folder, "delivered")

    def _store(
        self, box: Mailbox, complete: Json, given: Mapping[str, Any], folder: str, event: Event
    ) -> str:
        headers = given.get("internetMessageHeaders")
        message = Message(
            id=self.ids.immutable_id(),
            rest_id=self.ids.default_id(),
            folder_id=box.folder(folder).id,
            version=box.sequence + 1,
            properties=self._threaded(box, complete, headers),
            attachments=new_attachments(given.get("attachments"), self.ids, timestamp(self.now())),
            headers=headers,
            extended=extended_properties(given.get("singleValueExtendedProperties")),
            type=derived_type(given),
            outgoing=folder in OUTGOING_FOLDERS,
        )
        return self._added(box, message, event).id

    def _threaded(self, box: Mailbox, complete: Json, headers: list[Json] | None) -> Json:
        """The message with the id of its thread: that of the message it answers, if the mailbox knows it."""
        message_id = complete["internetMessageId"] or self.ids.guid()
        references = (header(headers, "References") or header(headers, "In-Reply-To")).split()
        known = [box.roots[reference] for reference in references if reference in box.roots]
        root = known[0] if known else next(iter(references), message_id)
        box.roots[message_id] = root
        return {"conversationId": conversation_id(box.owner.id, root), **complete}

    def _transmitted(self, complete: Json, given: Mapping[str, Any], draft: Message | None = None) -> Json:
        """What leaves the sender's mailbox: the message with attachments and transport headers."""
        own = {"conversationId", "isRead", "isDraft", "categories", "flag"}
        message = {key: value for key, value in complete.items() if key not in own}
        message["attachments"] = draft.attachments if draft else given.get("attachments")
        message["internetMessageHeaders"] = drafts.transport_headers(
            complete, given.get("internetMessageHeaders")
        )
        return message

    def _patched(self, message: Message, changes: Mapping[str, Any]) -> Json:
        properties = {**message.properties, **changes, "lastModifiedDateTime": timestamp(self.now())}
        if "body" in changes:
            body = changes["body"] or {}
            properties["bodyPreview"] = preview(body.get("contentType") or "text", body.get("content") or "")
        return properties

    def _change(self, box: Mailbox, message: Message, **fields: Any) -> Message:
        changed = box.change(message, **fields)
        self._tell(box, MessageChange(box.owner.id, message, changed), "updated")
        return changed

    def _relocate(
        self,
        box: Mailbox,
        message: Message,
        folder: str,
        event: Literal["moved", "sent", "deleted"],
        **fields: Any,
    ) -> Message:
        moved = box.relocate(message, box.folder(folder).id, self.ids.default_id(), **fields)
        arrival = event == "sent"
        self._tell(box, MessageChange(box.owner.id, message, moved, arrival), event)
        return moved

    def _added(self, box: Mailbox, message: Message, event: Event) -> Message:
        box.put(message)
        self._tell(box, MessageChange(box.owner.id, None, message, arrival=True), event)
        return message

    def _remove(self, box: Mailbox, message: Message, event: Literal["archived", "purged"]) -> None:
        box.remove(message)
        self._tell(box, MessageChange(box.owner.id, message, None), event)

    def _tell(self, box: Mailbox, change: MessageChange, event: Event) -> None:
        message = change.before if event in ("deleted", "archived", "purged") else change.after
        if message is not None:
            folder = box.path(message.folder_id)
            happened = TruthEvent(timestamp(self.now()), box.owner.address, event, folder, snapshot(message))
            self.truth.record(happened)
        for listener in self._listeners:
            listener(change)


def _check_patchable(message: Message, changes: Mapping[str, Any]) -> None:
    allowed = PATCHABLE_IN_DRAFTS if message.properties.get("isDraft") else PATCHABLE
    refused = sorted(set(changes) - allowed)
    if refused:
        raise bad_request(f"Cannot change {', '.join(refused)} of this message.", "ErrorInvalidPropertySet")
