"""The simulator's one application, served on both listeners."""

from typing import TYPE_CHECKING

from flask import Flask, redirect
from werkzeug.wrappers import Response

from simulator.control import create_control
from simulator.graph import create_graph
from simulator.login import create_login
from simulator.outlook import create_blueprint

if TYPE_CHECKING:
    from simulator.service import Simulator


def create_app(simulator: "Simulator") -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(create_graph(simulator))
    app.register_blueprint(create_control(simulator))
    app.register_blueprint(create_blueprint(simulator))
    app.register_blueprint(create_login(simulator))

    @app.get("/")
    def start() -> Response:
        return redirect("/outlook/")

    return app
