"""Mail folders: the well-known ones with their localised names, and those that people make."""

from dataclasses import dataclass

from simulator.ids import IdSource
from simulator.users import Language

ROOT = "msgfolderroot"
DELETED_FOREVER = "recoverableitemsdeletions"

DISPLAY_NAMES: dict[str, dict[Language, str]] = {
    ROOT: {"es": "Principio del almacén de información", "en": "Top of Information Store"},
    "inbox": {"es": "Bandeja de entrada", "en": "Inbox"},
    "drafts": {"es": "Borradores", "en": "Drafts"},
    "sentitems": {"es": "Elementos enviados", "en": "Sent Items"},
    "deleteditems": {"es": "Elementos eliminados", "en": "Deleted Items"},
    "junkemail": {"es": "Correo no deseado", "en": "Junk Email"},
    "archive": {"es": "Archivo", "en": "Archive"},
    "outbox": {"es": "Bandeja de salida", "en": "Outbox"},
    "conversationhistory": {"es": "Historial de conversaciones", "en": "Conversation History"},
    "syncissues": {"es": "Problemas de sincronización", "en": "Sync Issues"},
    DELETED_FOREVER: {"es": "Deletions", "en": "Deletions"},
}
HIDDEN = frozenset({"syncissues", DELETED_FOREVER})


@dataclass(frozen=True, slots=True)
class Folder:
    """One mail folder; `well_known` is the name that stays the same in every language, if it has one."""

    id: str
    display_name: str
    parent_id: str
    well_known: str | None = None
    hidden: bool = False


def standard_folders(ids: IdSource, language: Language) -> list[Folder]:
    """The folders of a new mailbox, the root first; the root is its own child to nobody."""
    root = Folder(ids.default_id(), DISPLAY_NAMES[ROOT][language], "", ROOT)
    children = [
        # Recoverable items lie beside the visible tree, so no listing below the root shows them.
        Folder(
            ids.default_id(),
            names[language],
            "" if name == DELETED_FOREVER else root.id,
            name,
            name in HIDDEN,
        )
        for name, names in DISPLAY_NAMES.items()
        if name != ROOT
    ]
    return [root, *children]
