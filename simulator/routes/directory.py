"""Users."""

from simulator.errors import access_denied
from simulator.exchange import Call, Reply, collection, entity
from simulator.paging import page_of
from simulator.query import parsed_query
from simulator.users import DEFAULT_PROPERTIES, User, user_json
from simulator.values import Json

KNOWN = frozenset(user_json(User("", "", "")))
PAGE = 100


def list_users(call: Call) -> Reply:
    call.caller.check("User.Read.All")
    query = parsed_query(call.args, KNOWN)
    found = query.chosen(call.cloud.world.users, user_json)
    page, link = page_of(call, found, query, PAGE)
    count = len(found) if query.count else None
    return collection("users", [_shown(user, query.select) for user in page], count=count, nextLink=link)


def get_user(call: Call, name: str) -> Reply:
    user = call.caller.named_user(call.cloud.world, name)
    if call.caller.user_id == user.id:
        call.caller.check("User.Read")
    elif call.caller.user_id is not None:
        raise access_denied()
    else:
        call.caller.check("User.Read.All")
    return entity("users", _shown(user, parsed_query(call.args, KNOWN).select))


def _shown(user: User, select: tuple[str, ...] | None) -> Json:
    everything = user_json(user)
    return {name: everything[name] for name in select or DEFAULT_PROPERTIES}
