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
