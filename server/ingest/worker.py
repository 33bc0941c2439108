"""The worker: what it works on, what wakes it, and what it does by the clock."""

import gc
from dataclasses import dataclass

from server.ingest.engines import Engine
from server.ingest.routines import Routines
from server.ingest.turns import Turns

# A page of mails makes thousands of objects that end with it. At Python's own threshold, 700, the collector
# goes through all of them and all that stays, again and again: a fifth of a back-fill.
COLLECT_AFTER = 10_000


@dataclass(frozen=True, slots=True)
class Worker:
    """Any number may run, in one process with the web server or on many machines."""

    turns: Turns
    routines: Routines
    engine: Engine

    def start(self) -> None:
        """Begin to work in this process."""
        gc.set_threshold(COLLECT_AFTER)
        self.engine.start()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self.engine.stop()

    def wait(self) -> None:
        """Block until somebody calls `stop`."""
        self.engine.wait()

    def run_until_idle(self) -> None:
        """Do what the clock asks for and work off everything that is due now, in this thread."""
        self.routines.run_due()
        while self.turns.take_next():
            continue
