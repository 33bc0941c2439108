"""The person who asks: what every decision about visibility starts from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in member of the firm; `administrator` sets things up and sees no more mail by that."""

    person_id: int
    entra_id: str
    name: str
    address: str
    administrator: bool


# Whoever works at the machine itself: no client is denied to them, and no private account is theirs.
OPERATOR = Viewer(person_id=0, entra_id="", name="", address="", administrator=False)
