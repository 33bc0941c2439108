"""The many spellings of a Graph path, and the one that the routes know."""

import re

_KNOWN = {
    name.lower(): name
    for name in (
        "applications",
        "attachments",
        "childFolders",
        "copy",
        "createForward",
        "createReply",
        "createReplyAll",
        "delta",
        "forward",
        "linkedResources",
        "lists",
        "mailFolders",
        "masterCategories",
        "me",
        "messages",
        "move",
        "outlook",
        "reauthorize",
        "reply",
        "replyAll",
        "send",
        "sendMail",
        "subscriptions",
        "tasks",
        "todo",
        "users",
        "$batch",
        "$value",
    )
}
_NAMESPACE = "microsoft.graph."
_ALTERNATE = re.compile(r"(?s)(\w+)\((\w+)='(.*)'\)")
_KEYED = re.compile(r"(?s)(\w+)\('(.*)'\)")
# The segment after one of these is somebody's id, never a word of the path.
_COLLECTIONS = frozenset(
    {
        "applications",
        "attachments",
        "childFolders",
        "lists",
        "mailFolders",
        "messages",
        "subscriptions",
        "tasks",
        "users",
    }
)
_VERBS_OF_COLLECTIONS = frozenset({"delta"})


def segments(path: str) -> list[str]:
    """The parts of a path such as `users('a')/MailFolders/inbox/messages/delta()`, in one spelling.

    `me` becomes `users/me`, and `applications(appId='x')` has the parts `applications` and `appId=x`.
    """
    parts: list[str] = []
    for raw in path.strip("/").split("/"):
        parts += _spelled(raw, parts[-1] if parts else "")
    return ["users", *parts] if parts[:1] == ["me"] else parts


def canonical(path: str) -> str:
    """A request's path below /v1.0 in the spelling of the routes; other paths stay as they are."""
    head, version, rest = path.partition("/v1.0/")
    return f"/v1.0/{'/'.join(segments(rest))}" if version and not head else path


def _spelled(raw: str, previous: str) -> list[str]:
    alternate = _ALTERNATE.fullmatch(raw)
    if alternate:
        return [_word(alternate[1]), f"{alternate[2]}={alternate[3]}"]
    keyed = _KEYED.fullmatch(raw)
    if keyed:
        return [_word(keyed[1]), keyed[2].replace("''", "'")]
    word = _word(raw)
    if previous in _COLLECTIONS and word not in _VERBS_OF_COLLECTIONS:
        return [raw]
    return [word]


def _word(raw: str) -> str:
    name = raw.removesuffix("()").lower().removeprefix(_NAMESPACE)
    return _KNOWN.get(name, raw)
