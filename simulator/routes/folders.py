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
KIND = {"@odata.type": "#microsoft.graph.mailFolder"}
PAGE = 10


def list_folders(call: Call, owner: str, parent: str = ROOT) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, KNOWN)
    children = box.children(box.folder(parent).id, hidden=_hidden_too(call))
    found = query.chosen(children, box.folder_json)
    page, link = page_of(call, found, query, PAGE)
    count = len(found) if query.count else None
    shown = [_shown(box, folder, query) for folder in page]
    return collection(f"users('{user.id}')/mailFolders", shown, count=count, nextLink=link)


def get_folder(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    query = parsed_query(call.args, KNOWN)
    return entity(f"users('{user.id}')/mailFolders", _shown(box, box.folder(folder), query))


def delta(call: Call, owner: str) -> Reply:
    """The folders of a mailbox, or those that came, changed and went since a link was given out."""
    _, box = call.mailbox(owner, "Mail.Read")
    feed = call.cloud.folder_delta
    token = call.args.get("$skiptoken") or call.args.get("$deltatoken")
    query = parsed_query({k: v for k, v in call.args.items() if not k.endswith("token")}, KNOWN)
    size = query.top or call.page_size or PAGE
    if token:
        page = feed.follow(box, token, size, anew=call.link({"$deltatoken": ""}))
    else:
        page = feed.begin(box, query, size, hidden=_hidden_too(call))
    gone: list[Json] = [{**KIND, "id": each, "@removed": {"reason": "deleted"}} for each in page.gone]
    values = [{**KIND, **_shown(box, folder, page.visit.query)} for folder in page.present] + gone
    if page.is_last:
        return collection("Collection(mailFolder)", values, deltaLink=call.link({"$deltatoken": page.token}))
    return collection("Collection(mailFolder)", values, nextLink=call.next_link({"$skiptoken": page.token}))


def create_folder(call: Call, owner: str, parent: str = ROOT) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    given = call.json()
    name, hidden = str(given.get("displayName", "")), given.get("isHidden") is True
    made = call.cloud.world.create_folder(user.id, name, parent, hidden=hidden)
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(box.folder(made)), 201)


def change_folder(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    changed = call.cloud.world.rename_folder(user.id, folder, str(call.json().get("displayName", "")))
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(changed))


def move_folder(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    moved = call.cloud.world.move_folder(user.id, folder, str(call.json().get("destinationId", "")))
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(moved), 201)


def delete_folder(call: Call, owner: str, folder: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    call.cloud.world.delete_folder(user.id, folder)
    return Reply(204)


def _hidden_too(call: Call) -> bool:
    return call.args.get("includeHiddenFolders", "").lower() == "true"


def _shown(box: Mailbox, folder: Folder, query: Query) -> Json:
    everything = box.folder_json(folder)
    if query.select is None:
        return everything
    return {"id": folder.id, **{name: everything[name] for name in query.select}}
