"""Everything of the simulated Microsoft 365 that begins anew with a reset."""

from simulator.caller import Gate
from simulator.clock import Clock
from simulator.delta import DeltaFeeds
from simulator.faults import Faults
from simulator.folder_delta import FolderDelta
from simulator.identity import Identity
from simulator.keys import KeyRing
from simulator.limits import Limits
from simulator.notifications import Notifications
from simulator.request_log import RequestLog
from simulator.subscriptions import Subscriptions
from simulator.tenant import Application
from simulator.todo import Todo
from simulator.world import World


class Cloud:
    """The parts and how they know each other."""

    def __init__(
        self, application: Application, ring: KeyRing, login_url: str, browser_url: str, seed: int
    ) -> None:
        self.outlook_url = f"{browser_url}/outlook/"
        self.clock = Clock()
        self.application = application
        self.world = World(now=self.clock, seed=seed)
        self.requests = RequestLog()
        self.limits = Limits(self.clock)
        self.gate = Gate(ring, application, self.world)
        self.identity = Identity(self.world, ring, [application], login_url, browser_url)
        self.faults = Faults(self, seed)
        self.notifications = Notifications(self.faults, self.clock)
        self.subscriptions = Subscriptions(self.world, self.notifications, self.faults)
        self.delta = DeltaFeeds(self.faults)
        self.folder_delta = FolderDelta()
        self.todo = Todo(self.world.ids)

    def close(self) -> None:
        """Ends background work and lets delayed answers go."""
        self.faults.clear()
        self.notifications.close()
