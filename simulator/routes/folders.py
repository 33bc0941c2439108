"""Mail folders."""

from simulator.exchange import Call, Reply, collection, entity
from simulator.folders import ROOT
from simulator.query import parsed_query

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
    query = parsed_query({k: v for k, v in call.args.items() if k != "includeHiddenFolders"}, KNOWN)
    hidden = call.args.get("includeHiddenFolders", "").lower() == "true"
    found = [box.folder_json(folder) for folder in box.children(box.folder(parent).id, hidden=hidden)]
    start = int(call.args.get("$skiptoken", query.skip) or 0)
    size = query.top or PAGE
    following = {name.lstrip("$"): v for name, v in call.args.items() if name.startswith("$")}
    following["skiptoken"] = str(start + size)
    link = call.link(**following) if start + size < len(found) else None
    if link and hidden:
        link += "&includeHiddenFolders=true"
    return collection(f"users('{user.id}')/mailFolders", found[start : start + size], nextLink=link)


def get_folder(call: Call, owner: str, folder: str) -> Reply:
    user, box = call.mailbox(owner, "Mail.Read")
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(box.folder(folder)))


def create_folder(call: Call, owner: str, parent: str = ROOT) -> Reply:
    user, box = call.mailbox(owner, "Mail.ReadWrite")
    made = call.cloud.world.create_folder(user.id, str(call.json().get("displayName", "")), parent)
    return entity(f"users('{user.id}')/mailFolders", box.folder_json(box.folder(made)), 201)


def delete_folder(call: Call, owner: str, folder: str) -> Reply:
    user = call.owner(owner, "Mail.ReadWrite")
    call.cloud.world.delete_folder(user.id, folder)
    return Reply(204)
