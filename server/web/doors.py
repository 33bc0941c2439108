"""HTTP in and HTTP out. `register_web` puts every door of the program into the app."""

from apiflask import APIFlask

from server.web.api import api
from server.web.health import health
from server.web.pages import pages
from server.web.pane import pane
from server.web.webhooks import webhooks


def register_web(app: APIFlask) -> None:
    for blueprint in (api, health, pages, pane, webhooks):
        app.register_blueprint(blueprint)
