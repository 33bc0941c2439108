"""Mail folders."""

from simulator.exchange import Call, Reply, collection, entity
from simulator.folders import ROOT, Folder
from simulator.mailbox import Mailbox
from simulator.paging import page_of
from simulator.query import Query, parsed_query
from simulator.values import Json

KNOWN = (
    "id",
    "displayName",
    "parentFolderId",
    "childFolderCount",
    "unreadItemCount",
    "totalItemCount",
    "sizeInBytes",
    "isHidden",
)
PAGE = 10


def list_folders(call: Call, owner: str, parent: str = ROOT) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, KNOWN)
    hidden = call.args.get("includeHiddenFolders", "").lower() == "true"
    found = query.chosen(box.children(box.folder(parent).id, hidden=hidden), box.folder_json)
    page, link = page_of(call, found, query, PAGE)
    count = len(found) if query.count else None
    shown = [_shown(box, folder, query) for folder in page]
    return collection(f"users('{user.id}')/mailFolders", shown, count=count, nextLink=link)


def get_folder(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, KNOWN)
    return entity(f"users('{user.id}')/mailFolders", _shown(box, box.folder(folder), query))


def delta(call: Call, owner: str) -> Reply:
    """The folders of a mailbox, or those that came and went since a link was given out."""
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, KNOWN)
    folders, removed, token = call.cloud.folder_delta.changes(box, call.args.get("$deltatoken"))
    gone: list[Json] = [{"id": each, "@removed": {"reason": "deleted"}} for each in removed]
    link = call.link({"$deltatoken": token})
    values = [_shown(box, folder, query) for folder in folders] + gone
    return collection(f"users('{user.id}')/mailFolders", values, deltaLink=link)


def create_folder(call: Call, owner: str, parent: str = ROOT) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    made = call.cloud.world.create_folder(user.id, str(call.json().get("displayName", "")), parent)
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(box.folder(made)), 201)


def delete_folder(call: Call, owner: str, folder: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    call.cloud.world.delete_folder(user.id, folder)
    return Reply(204)


def _shown(box: Mailbox, folder: Folder, query: Query) -> Json:
    everything = box.folder_json(folder)
    if query.select is None:
        return everything
    return {"id": folder.id, **{name: everything[name] for name in query.select}}
