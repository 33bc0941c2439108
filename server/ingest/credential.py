"""When the app's credential ends, looked up once a day. The only writer of the table."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from server.db import Database, insert_into
from server.graph.credentials import Credentials
from server.graph.errors import CredentialRefused, GraphDenied, NotFound
from server.ingest.models import AppCredential

ANNOUNCED_BEFORE = tuple(timedelta(days=days) for days in (30, 7, 1))
WARN_BEFORE = max(ANNOUNCED_BEFORE)
THE_ROW = 1
log = structlog.get_logger(__name__)


def read_expiry(database: Database, credentials: Credentials, now: datetime) -> datetime | None:
    """Look up when the credential ends, keep it, and announce it in the log when it comes near.

    None: the app may not read its own registration. Raises other GraphErrors, among them
    CredentialRefused for one that has ended: what was known of it stays.
    """
    try:
        expires_at = credentials.ends_at()
    except CredentialRefused:
        raise
    except (GraphDenied, NotFound) as error:
        log.info("credential's end unknown", error=str(error))
        expires_at = None
    with database.writing() as session:
        known = known_expiry(session)
        is_news = expires_at is not None and is_to_be_announced(known, expires_at, now)
        _keep(session, expires_at, now)
    if expires_at is not None and is_news:
        log.warning("credential ends soon", days=days_left(expires_at, now), ends=expires_at.isoformat())
    return expires_at


def known_expiry(session: Session) -> AppCredential | None:
    """What was last read; None before the first time."""
    return session.get(AppCredential, THE_ROW)


def is_to_be_announced(known: AppCredential | None, expires_at: datetime, now: datetime) -> bool:
    """Whether one of the days has come since the end was last looked up. Pure."""
    if known is None or known.expires_at != expires_at:
        return expires_at - now <= WARN_BEFORE
    return _days_come(expires_at, now) > _days_come(expires_at, known.read_at)


def days_left(expires_at: datetime, now: datetime) -> int:
    """Whole days until then; negative once it has ended. Pure."""
    return (expires_at - now).days


def _days_come(expires_at: datetime, now: datetime) -> int:
    return sum(expires_at - now <= before for before in ANNOUNCED_BEFORE)


def _keep(session: Session, expires_at: datetime | None, now: datetime) -> None:
    values = {"expires_at": expires_at, "read_at": now}
    session.execute(
        insert_into(session, AppCredential)
        .values(id=THE_ROW, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )
