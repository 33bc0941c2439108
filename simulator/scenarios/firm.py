"""The invented firm: four people, one shared mailbox, and which of them are mail accounts."""

from datetime import datetime, timedelta

from simulator.values import Json, timestamp
from simulator.world import World

PERIOD = timedelta(days=62)


def build_firm(world: World) -> None:
    """Create the firm's mailboxes, all of them empty."""
    world.add_user(
        "Ana Ribera",
        "ana@ribera.example",
        aliases=("ana.ribera@ribera.example", "ana@ribera-antigua.example"),
        roles=("Administrator",),
    )
    world.add_user("Luis Ortega", "luis@ribera.example")
    world.add_user("Marta Vidal", "marta@ribera.example")
    world.add_user("Jorge Sanz", "jorge@ribera.example")
    world.add_user("Ribera Asesores", "info@ribera.example", kind="shared")


def accounts(now: datetime) -> list[Json]:
    """The mail accounts to be set up. Jorge's mailbox is none."""
    since = timestamp(now - PERIOD)
    return [
        {
            "address": "ana@ribera.example",
            "visibility": "public",
            "owner": "ana@ribera.example",
            "since": since,
        },
        {
            "address": "luis@ribera.example",
            "visibility": "public",
            "owner": "luis@ribera.example",
            "since": since,
        },
        {
            "address": "marta@ribera.example",
            "visibility": "private",
            "owner": "marta@ribera.example",
            "since": since,
        },
        {"address": "info@ribera.example", "visibility": "public", "owner": None, "since": since},
    ]
