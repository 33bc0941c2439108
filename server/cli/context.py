"""The parts of the program for a command, with settings from the environment."""

from typing import cast

from server import create_app
from server.settings import Settings
from server.web.context import Bitacora


def parts() -> Bitacora:
    """Raises SettingsError."""
    return cast(Bitacora, create_app(Settings.load()).extensions["bitacora"])
