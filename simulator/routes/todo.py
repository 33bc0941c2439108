"""Microsoft To Do."""

from simulator.exchange import Call, Reply, collection, entity
from simulator.users import User
from simulator.values import Json, timestamp


def list_lists(call: Call, owner: str) -> Reply:
    user = _owner(call, owner, "Tasks.Read")
    found = [each.properties for each in call.cloud.todo.lists(user)]
    return collection(f"users('{user.id}')/todo/lists", found)


def list_tasks(call: Call, owner: str, list_id: str) -> Reply:
    user = _owner(call, owner, "Tasks.Read")
    tasks = call.cloud.todo.list(user, list_id).tasks
    shown = [{key: value for key, value in task.items() if key != "linkedResources"} for task in tasks]
    return collection(f"users('{user.id}')/todo/lists('{list_id}')/tasks", shown)


def add_task(call: Call, owner: str, list_id: str) -> Reply:
    user = _owner(call, owner, "Tasks.ReadWrite")
    made = call.cloud.todo.add(user, list_id, call.json(), timestamp(call.cloud.clock()))
    return entity(f"users('{user.id}')/todo/lists('{list_id}')/tasks", made, 201)


def list_linked_resources(call: Call, owner: str, list_id: str, task_id: str) -> Reply:
    user = _owner(call, owner, "Tasks.Read")
    tasks = call.cloud.todo.list(user, list_id).tasks
    found: list[Json] = next((task["linkedResources"] for task in tasks if task["id"] == task_id), [])
    return collection("linkedResources", found)


def _owner(call: Call, name: str, permission: str) -> User:
    """To Do keeps its tasks in the mailbox, and wants a licence of its own besides."""
    user = call.owner(name, permission)
    call.cloud.faults.check_todo(user.id)
    return user
