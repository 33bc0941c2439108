"""The mailbox of the person who asks: drafts and tasks are made there, by their own rights.

What Microsoft refuses is remembered, so that a page need not offer what cannot be.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.accounts.delegations import Able, abilities, note_ability, note_inability
from server.accounts.models import Account
from server.accounts.viewer import Viewer
from server.db import Database
from server.graph.delegated import Delegated, Proof
from server.graph.errors import ConsentNeeded, GraphDenied, GraphError, NotFound
from server.ingest.gateway import Gateway
from server.ingest.lease import MailboxBusy, held
from server.mail import Ability

CONSENT_NEEDED, MAILBOX_MISSING, TODO_MISSING = "consent_needed", "mailbox_missing", "todo_missing"
_MISSING = {Ability.DRAFT: MAILBOX_MISSING, Ability.TASK: TODO_MISSING}


class Unable(Exception):
    """Microsoft does not do this for the person; `why` in one word."""

    def __init__(self, ability: Ability, why: str) -> None:
        super().__init__(f"{ability}: {why}")
        self.ability = ability
        self.why = why


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    database: Database
    graph: Gateway
    delegated: Delegated
    clock: Callable[[], datetime]
    viewer: Viewer
    proof: Proof

    @contextmanager
    def open(self, ability: Ability) -> Iterator[str]:
        """Give the person's token, while nobody else asks Graph about their mailbox.

        Raises Unable, MailboxBusy and other GraphErrors, those of the block too.
        """
        token = ""
        try:
            token = self.delegated.token(self.proof, ability)
            with self._held():
                yield token
        except GraphError as error:
            why = self._why(error, ability, token)
            if why is None:
                raise
            with self.database.writing() as session:
                note_inability(session, self.viewer.person_id, ability, why, self.clock())
            raise Unable(ability, why) from error
        self._note_ability(ability)

    def remembered(self) -> dict[Ability, Able]:
        """What the person may do, as far as is known; nobody is asked."""
        with self.database.reading() as session:
            return abilities(session, self.viewer.person_id, self.clock())

    def looked_at(self) -> dict[Ability, Able]:
        """What the person may do, as Microsoft says now, or what is remembered while it does not answer."""
        for ability in Ability:
            try:
                with self.open(ability) as token:
                    self._look(ability, token)
            except (Unable, GraphError, MailboxBusy):
                continue
        return self.remembered()

    def _look(self, ability: Ability, token: str) -> None:
        """See whether the person has what drafts or tasks lie in. Raises GraphError."""
        if ability is Ability.DRAFT:
            self.graph.drafts.look(token)
        else:
            self.graph.tasks.default_list(token)

    def _why(self, error: GraphError, ability: Ability, token: str) -> str | None:
        """What stands in the way of the person; None for what passes by itself or concerns one mail only."""
        if isinstance(error, ConsentNeeded) or (isinstance(error, GraphDenied) and error.status == 401):
            return CONSENT_NEEDED
        if not isinstance(error, GraphDenied | NotFound):
            return None
        return _MISSING[ability] if self._is_missing(ability, token) else None

    def _is_missing(self, ability: Ability, token: str) -> bool:
        """Whether everything of the kind is refused, and not only what was asked for."""
        try:
            with self._held():
                self._look(ability, token)
        except (GraphDenied, NotFound):
            return True
        return False

    def _held(self) -> AbstractContextManager[None]:
        """A mailbox that is an account has a lease; another is nobody's but the person's own."""
        with self.database.reading() as session:
            query = select(Account.id).where(Account.entra_id == self.viewer.entra_id)
            account_id = session.scalar(query)
        if account_id is None:
            return nullcontext()
        return held(self.database, self.graph.client, account_id, self.clock)

    def _note_ability(self, ability: Ability) -> None:
        if not self.remembered()[ability].allowed:
            with self.database.writing() as session:
                note_ability(session, self.viewer.person_id, ability)
