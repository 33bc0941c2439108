"""A Microsoft 365 on localhost: sign-in, mailboxes over Graph, notifications, and faults on demand."""

from simulator.service import Simulator
from simulator.world import World

__all__ = ["Simulator", "World"]
