"""What the person who asks may do in Outlook, as the pages learn it."""

from server.accounts.delegations import Able
from server.ingest.own_mailbox import CONSENT_NEEDED, OwnMailbox
from server.mail import Ability
from server.web.consent import consent_page
from server.web.context import bitacora
from server.web.identity import current_proof, current_viewer
from server.web.schemas.mail import AbilitiesOut, AbleOut


def own_mailbox() -> OwnMailbox:
    """The mailbox of the person who asks."""
    parts = bitacora()
    return OwnMailbox(
        parts.database, parts.graph, parts.delegated, parts.clock, current_viewer(), current_proof()
    )


def show_abilities(found: dict[Ability, Able]) -> AbilitiesOut:
    return AbilitiesOut(draft=_show(Ability.DRAFT, found), task=_show(Ability.TASK, found))


def _show(ability: Ability, found: dict[Ability, Able]) -> AbleOut:
    able = found[ability]
    link = consent_page(ability) if able.why == CONSENT_NEEDED else None
    return AbleOut(allowed=able.allowed, why=able.why, link=link)
