"""The post of the invented firm: letters of its clients, and what Graph says of them."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from simulator import Simulator
from simulator.attachments import FILE
from simulator.values import Json
from tests.firm import ACCOUNTS

SENDERS = ("ana.lopez@panaderiauno.example", "taller@dos.example", "gestor@grupo23.example")


class Post:
    """Delivers letters as chance has it: to one or two mailboxes, half of them with an attachment."""

    def __init__(self, simulator: Simulator, chance: random.Random) -> None:
        self.chance = chance
        self.delivered = self.enclosures = 0
        self._simulator = simulator

    def deliver(
        self, number: int = 1, *, to: Sequence[str] = (), sender: str = "", at: datetime | None = None
    ) -> list[str]:
        """So many letters, to these mailboxes, from somebody, received then; gives the ids of the copies."""
        return [copy for _ in range(number) for copy in self._deliver(to, sender, at)]

    def _deliver(self, to: Sequence[str], sender: str, at: datetime | None) -> list[str]:
        receivers = to or self.chance.sample(ACCOUNTS, k=self.chance.choice((1, 2)))
        enclosed = self.chance.choice((0, 1))
        self.delivered += 1
        self.enclosures += enclosed
        times = {"sentDateTime": at.isoformat(), "receivedDateTime": at.isoformat()} if at else {}
        return self._simulator.world.deliver(
            {
                "subject": f"Modelo 111, carta {self.delivered}",
                "from": person(sender or self.chance.choice(SENDERS)),
                "toRecipients": [person(address) for address in receivers],
                "attachments": [{"@odata.type": FILE, "name": "111.pdf", "contentBytes": "YQ=="}] * enclosed,
                **times,
            }
        )


def person(address: str) -> dict[str, Any]:
    """Somebody in a line of a mail, as Graph writes it."""
    return {"emailAddress": {"name": "", "address": address}}


def hint(simulator: Simulator, mailbox: str, message_id: str) -> Json:
    """The genuine notification that Graph would send about a message."""
    user = simulator.world.user(mailbox)
    subscription = next(s for s in simulator.subscriptions.listed() if s.scope.user_id == user.id)
    return subscription.updated(simulator.world.mailbox(mailbox).message(message_id))[0]
