"""A small app with the real doors' sign-in, headers, problems and pane, and a few routes to knock at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIBlueprint, APIFlask
from flask import abort
from flask.testing import FlaskClient
from pydantic import BaseModel
from sqlalchemy import create_engine

from server.accounts.models import StaffAddress
from server.accounts.viewer import Viewer
from server.db import Base, Database, prepare_engine
from server.graph.access_tokens import AccessTokens, Identity
from server.graph.errors import GraphUnavailable
from server.graph.sign_in import SignIn
from server.settings import Settings
from server.web.identity import begin_session, current_viewer, signed_in
from server.web.pane import pane
from server.web.problems import register_problems
from server.web.security import secure
from server.web.sign_in import create_sign_in
from tests.unit.graph.issuer import ANA_ID, SETTINGS, TENANT_ID, Clock, Issuer

# Nothing listens here: who tries to reach Microsoft finds it out of reach.
NOWHERE = "https://localhost:1"
ANA = Identity(TENANT_ID, ANA_ID, "Ana Ribera", "ana@ribera.example", frozenset({"Administrator"}))


@dataclass
class Parts:
    settings: Settings
    database: Database
    tokens: AccessTokens
    sign_in: SignIn
    clock: Clock


class Wish(BaseModel):
    amount: int
    name: str


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(clock: Clock) -> Issuer:
    return Issuer(clock)


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    engine = create_engine(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    database = Database(engine)
    with database.writing() as session:
        session.add(StaffAddress(address=ANA.username, entra_id=ANA_ID, name=ANA.name))
    yield database
    engine.dispose()


@pytest.fixture
def app(settings: Settings, database: Database, issuer: Issuer, clock: Clock) -> APIFlask:
    app = APIFlask("server", template_folder="web/templates")
    app.secret_key = "a key for tests"
    app.extensions["bitacora"] = Parts(
        settings,
        database,
        issuer.access_tokens(),
        SignIn(settings.model_copy(update={"login_url": NOWHERE})),
        clock,
    )
    secure(app, settings)
    register_problems(app)
    for blueprint in (pane, create_sign_in(lambda viewer: None), _pages(), _doors()):
        app.register_blueprint(blueprint)
    return app


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


def _pages() -> APIBlueprint:
    pages = APIBlueprint("pages", "server")

    @pages.get("/")
    def register() -> str:
        return "<!doctype html>"

    return pages


def _doors() -> APIBlueprint:
    doors = APIBlueprint("doors", "server", url_prefix="/api")

    @doors.route("/whoami", methods=["GET", "POST", "PATCH", "DELETE"])
    @signed_in
    def whoami() -> dict[str, Any]:
        viewer: Viewer = current_viewer()
        return {"id": viewer.person_id, "name": viewer.name, "administrator": viewer.administrator}

    @doors.post("/enter")
    def enter() -> str:
        begin_session(ANA, Viewer(0, ANA_ID, ANA.name, ANA.username, True), grant="")
        return ""

    @doors.post("/wish")
    @doors.input(Wish)
    def wish(json_data: Wish) -> str:
        return ""

    @doors.get("/abort/<int:status>")
    def stop(status: int) -> str:
        abort(status)

    @doors.get("/bug")
    def bug() -> str:
        raise RuntimeError("canary: Modelo 303 de Panadería Uno")

    @doors.get("/busy")
    def busy() -> str:
        error = GraphUnavailable("Microsoft Graph answered 429")
        error.retry_after = 12.4
        raise error

    return doors
