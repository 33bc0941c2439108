"""Bitácora: a firm's register of communications, kept from inside Outlook."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from server.settings import Settings


def create_app(settings: "Settings") -> "APIFlask":
    """Build the program from its settings. Nothing is sent to Microsoft yet."""
    # Imported here: whoever needs one module of the package should not load Microsoft's SDK with it.
    from server.composition import compose

    return compose(settings)
