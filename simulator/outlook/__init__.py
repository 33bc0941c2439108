"""An Outlook on the web for the simulator, with the add-in's pane in a frame of its own at the right."""

from simulator.outlook.pages import create_blueprint

__all__ = ["create_blueprint"]
