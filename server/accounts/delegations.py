"""For whom the program may act at Microsoft, and what Microsoft refused. The only writer of both tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.accounts.models import Delegation, Inability
from server.db import insert_into
from server.mail import Ability

# After this long, what Microsoft refused is worth another look before it is said again.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Able:
    """Whether a person may do something in Outlook; `why` not, in one word."""

    allowed: bool
    why: str | None = None


def keep_grant(session: Session, person_id: int, *, lookup: str, sealed_grant: str, until: datetime) -> None:
    """Keep a person's grant until their session has ended at the latest."""
    session.add(Delegation(lookup=lookup, person_id=person_id, sealed_grant=sealed_grant, until=until))
    # They have just been to Microsoft's page: what was refused before may be granted now.
    session.execute(delete(Inability).where(Inability.person_id == person_id))


def sealed_grant(session: Session, lookup: str, now: datetime) -> str | None:
    query = select(Delegation.sealed_grant).where(Delegation.lookup == lookup, Delegation.until > now)
    return session.scalar(query)


def drop_grants(session: Session, person_id: int) -> None:
    """Forget every grant of a person, in whichever browser it began."""
    session.execute(delete(Delegation).where(Delegation.person_id == person_id))


def drop_old_grants(session: Session, now: datetime) -> None:
    """Forget the grants of sessions that have ended."""
    session.execute(delete(Delegation).where(Delegation.until <= now))


def note_inability(session: Session, person_id: int, ability: Ability, why: str, now: datetime) -> None:
    """Remember what Microsoft refused and why."""
    statement = insert_into(session, Inability).values(
        person_id=person_id, ability=ability, why=why, noticed_at=now
    )
    told = {"why": statement.excluded.why, "noticed_at": statement.excluded.noticed_at}
    session.execute(statement.on_conflict_do_update(index_elements=["person_id", "ability"], set_=told))


def note_ability(session: Session, person_id: int, ability: Ability) -> None:
    """Microsoft did it: there is nothing in the way."""
    session.execute(delete(Inability).where(Inability.person_id == person_id, Inability.ability == ability))


def refused(session: Session, why: str) -> dict[Ability, int]:
    """How many people were last refused each ability for that reason."""
    people = func.count().label("people")
    query = select(Inability.ability, people).where(Inability.why == why).group_by(Inability.ability)
    return {row.ability: row.people for row in session.execute(query)}


def abilities(session: Session, person_id: int, now: datetime) -> dict[Ability, Able]:
    """What the person may do in Outlook, as far as is known; what was never tried counts as allowed."""
    query = select(Inability.ability, Inability.why).where(
        Inability.person_id == person_id, Inability.noticed_at > now - REMEMBERED
    )
    refused = {row.ability: row.why for row in session.execute(query)}
    return {each: Able(each not in refused, refused.get(each)) for each in Ability}
