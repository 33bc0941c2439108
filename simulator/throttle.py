"""Outlook's limit of four requests at once for each mailbox."""

from dataclasses import dataclass

from simulator.errors import GraphError


@dataclass
class Throttle:
    """How many requests at once a mailbox takes (None: any number), and the wait of who is refused."""

    concurrent: int | None = 4
    retry_after_s: int = 1

    def check(self, in_progress: int) -> None:
        """Raises GraphError 429 if one request too many is in progress."""
        if self.concurrent is not None and in_progress > self.concurrent:
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
                headers={"Retry-After": str(self.retry_after_s)},
            )
