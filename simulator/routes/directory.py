"""Users."""

from simulator.errors import access_denied
from simulator.exchange import Call, Reply, collection, entity
from simulator.query import parsed_query
from simulator.users import DEFAULT_PROPERTIES, User, user_json

KNOWN = frozenset(user_json(User("", "", "")))
PAGE = 100


def list_users(call: Call) -> Reply:
    call.caller.check("User.Read.All")
    query = parsed_query(call.args, KNOWN)
    people = query.chosen(call.cloud.world.users, user_json)
    start = int(call.args.get("$skiptoken", query.skip) or 0)
    size = query.top or PAGE
    shown = [_shown(user, query.select) for user in people[start : start + size]]
    more = start + size < len(people)
    options = {name.lstrip("$"): value for name, value in call.args.items() if name != "$skiptoken"}
    link = call.link(**options, skiptoken=str(start + size)) if more else None
    return collection("users", shown, nextLink=link)


def get_user(call: Call, name: str) -> Reply:
    user = call.caller.named_user(call.cloud.world, name)
    if call.caller.user_id == user.id:
        call.caller.check("User.Read")
    elif call.caller.user_id is not None:
        raise access_denied()
    else:
        call.caller.check("User.Read.All")
    return entity("users", _shown(user, parsed_query(call.args, KNOWN).select))


def _shown(user: User, select: tuple[str, ...] | None) -> dict[str, object]:
    everything = user_json(user)
    return {name: everything[name] for name in select or DEFAULT_PROPERTIES}
