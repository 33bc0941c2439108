"""The places where a process may die and something must still be true afterwards.

Each transaction of capture has its step just before and, where something follows, just after it. The
program only names them; whoever wants to know passes by (`watch`), such as a test that kills the process.
"""

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    """In the order in which a mail meets them."""

    HINTS_RECEIVED = "hints received"  # genuine, not yet in the inbox
    HINTS_KEPT = "hints kept"  # in the inbox, not yet acknowledged
    MAILBOX_TAKEN = "mailbox taken"  # the lease is ours
    WORK_CLAIMED = "work claimed"
    MESSAGES_READ = "messages read"  # Graph answered, nothing is written
    MESSAGE_FILED = "message filed"  # in the open transaction
    WORK_FINISHED = "work finished"  # in the open transaction
    MESSAGES_COMMITTED = "messages committed"
    ATTACHMENTS_LISTED = "attachments listed"
    FOLDERS_READ = "folders read"
    ROUND_BEGUN = "round begun"
    PAGE_READ = "page read"
    PAGE_FILED = "page filed"  # its link is written, in the open transaction
    PAGE_COMMITTED = "page committed"
    FOLDER_EXPIRED = "folder expired"  # its link is too old
    FOLDER_GONE = "folder gone"
    SUBSCRIPTION_GRANTED = "subscription granted"  # Graph knows it, we do not yet
    SUBSCRIPTION_KEPT = "subscription kept"  # the older one still stands at Graph
    SUBSCRIPTION_RENEWED = "subscription renewed"  # Graph knows it, we do not yet
    SUBSCRIPTION_IN_ORDER = "subscription in order"
    CENSUS_PAGE_READ = "census page read"
    CENSUS_PAGE_KEPT = "census page kept"
    CENSUS_PAGE_COUNTED = "census page counted"
    FAULT_MET = "fault met"  # nothing of it is written
    MAILBOX_OPEN_AGAIN = "mailbox open again"
    ROUTINE_DUE = "routine due"
    UPKEEP_DUE = "upkeep due"
    STAFF_READ = "staff read"
    CENSUSES_ASKED_FOR = "censuses asked for"
    MAILBOX_LEFT = "mailbox left"


def _nobody(_step: Step) -> None:
    """Nobody is watching."""


_watcher: Callable[[Step], None] = _nobody


def reached(step: Step) -> None:
    """Say where the work is."""
    _watcher(step)


def watch(watcher: Callable[[Step], None] = _nobody) -> None:
    """Call `watcher` at every step from now on; without one, nobody is called."""
    global _watcher
    _watcher = watcher
