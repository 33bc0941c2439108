"""Every fault has a door."""

from inspect import getmembers, isfunction

from simulator.control import FAULTS
from simulator.faults import Faults

ASKED_BY_THE_ROUTES = {
    "take_call",
    "fate",
    "is_poisoned",
    "hold_back",
    "release",
    "check_token_endpoint",
    "check_mailbox",
    "check_todo",
}


def test_every_fault_can_be_told_from_outside() -> None:
    public = {name for name, _ in getmembers(Faults, isfunction) if not name.startswith("_")}

    assert set(FAULTS) == public - ASKED_BY_THE_ROUTES
    assert len(set(FAULTS)) == len(FAULTS)
