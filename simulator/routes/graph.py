"""Which answer belongs to which method and path."""

from simulator.errors import GraphError
from simulator.exchange import Call, Reply
from simulator.routes import applications, directory, folders, messages, subscriptions, todo


def answer(call: Call) -> Reply:
    """Graph's answer to a call; raises GraphError."""
    if call.parts[:1] == ["subscriptions"]:
        # These call the subscriber back, and must not hold the world's lock meanwhile.
        return _subscriptions(call)
    with call.cloud.world.lock:
        return _directory(call)


def _subscriptions(call: Call) -> Reply:
    match call.method, call.parts[1:]:
        case "POST", []:
            return subscriptions.create(call)
        case "GET", []:
            return subscriptions.listed(call)
        case "GET", [identifier]:
            return subscriptions.get(call, identifier)
        case "PATCH", [identifier]:
            return subscriptions.update(call, identifier)
        case "DELETE", [identifier]:
            return subscriptions.delete(call, identifier)
        case "POST", [identifier, "reauthorize"]:
            return subscriptions.reauthorize(call, identifier)
    raise _unknown(call)


def _directory(call: Call) -> Reply:
    match call.method, call.parts:
        case "GET", ["applications", name]:
            return applications.get_application(call, name)
        case "GET", ["users"]:
            return directory.list_users(call)
        case "GET", ["users", owner]:
            return directory.get_user(call, owner)
        case _, ["users", owner, "mailFolders", *rest]:
            return _folders(call, owner, rest)
        case _, ["users", owner, "messages", *rest]:
            return _messages(call, owner, rest)
        case _, ["users", owner, "todo", "lists", *rest]:
            return _todo(call, owner, rest)
        case "POST", ["users", owner, "sendMail"]:
            return messages.send_mail(call, owner)
        case "GET", ["users", owner, "outlook", "masterCategories"]:
            return messages.list_categories(call, owner)
        case "POST", ["users", owner, "outlook", "masterCategories"]:
            return messages.add_category(call, owner)
    raise _unknown(call)


def _folders(call: Call, owner: str, rest: list[str]) -> Reply:
    match call.method, rest:
        case "GET", []:
            return folders.list_folders(call, owner)
        case "POST", []:
            return folders.create_folder(call, owner)
        case "GET", ["delta"]:
            return folders.delta(call, owner)
        case "GET", [folder]:
            return folders.get_folder(call, owner, folder)
        case "PATCH", [folder]:
            return folders.change_folder(call, owner, folder)
        case "POST", [folder, "move"]:
            return folders.move_folder(call, owner, folder)
        case "DELETE", [folder]:
            return folders.delete_folder(call, owner, folder)
        case "GET", [folder, "childFolders"]:
            return folders.list_folders(call, owner, folder)
        case "POST", [folder, "childFolders"]:
            return folders.create_folder(call, owner, folder)
        case "GET", [folder, "messages"]:
            return messages.list_messages(call, owner, folder)
        case "GET", [folder, "messages", "delta"]:
            return messages.delta(call, owner, folder)
        case _, [_, "messages", *more]:
            return _messages(call, owner, more)
    raise _unknown(call)


def _messages(call: Call, owner: str, rest: list[str]) -> Reply:
    match call.method, rest:
        case "GET", []:
            return messages.list_messages(call, owner)
        case "POST", []:
            return messages.create_draft(call, owner)
        case "GET", [message]:
            return messages.get_message(call, owner, message)
        case "PATCH", [message]:
            return messages.change_message(call, owner, message)
        case "DELETE", [message]:
            return messages.delete_message(call, owner, message)
        case "GET", [message, "$value"]:
            return messages.message_value(call, owner, message)
        case "POST", [message, "send"]:
            return messages.send_draft(call, owner, message)
        case "POST", [message, ("move" | "copy") as verb]:
            return messages.relocate(call, owner, message, verb)
        case "POST", [message, ("createReply" | "createReplyAll" | "createForward") as verb]:
            return messages.draft_answer(call, owner, message, verb)
        case "POST", [message, ("reply" | "replyAll" | "forward") as verb]:
            return messages.send_answer(call, owner, message, verb)
        case "GET", [message, "attachments"]:
            return messages.list_attachments(call, owner, message)
        case "POST", [message, "attachments"]:
            return messages.add_attachment(call, owner, message)
        case "GET", [message, "attachments", attachment]:
            return messages.get_attachment(call, owner, message, attachment)
        case "GET", [message, "attachments", attachment, "$value"]:
            return messages.attachment_value(call, owner, message, attachment)
    raise _unknown(call)


def _todo(call: Call, owner: str, rest: list[str]) -> Reply:
    match call.method, rest:
        case "GET", []:
            return todo.list_lists(call, owner)
        case "GET", [task_list, "tasks"]:
            return todo.list_tasks(call, owner, task_list)
        case "POST", [task_list, "tasks"]:
            return todo.add_task(call, owner, task_list)
        case "GET", [task_list, "tasks", task, "linkedResources"]:
            return todo.list_linked_resources(call, owner, task_list, task)
    raise _unknown(call)


def _unknown(call: Call) -> GraphError:
    return GraphError(
        404, "ResourceNotFound", f"Resource not found for the segment '{'/'.join(call.parts)}'."
    )
