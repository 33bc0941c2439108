"""The simulator and the living program for tests that need both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server import create_app
from server.db import Base
from simulator import Simulator
from simulator.scenarios.firm import build_firm
from tests.firm import found_firm
from tests.live import Live, settings_for
from tests.office import Office
from tests.register import search_words, search_words_anew


@pytest.fixture
def live(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Live]:
    """The program with the firm's clients, watching nothing yet; on either database."""
    build_firm(simulator.world)
    with Live.started(simulator, database_url, tmp_path / "data") as live:
        live.import_clients()
        yield live


@pytest.fixture
def findable(office: Office) -> Iterator[None]:
    """Whatever the test did: afterwards each record is found by what it says, and where it stands."""
    yield
    with office.database.reading() as session:
        assert search_words(session) == search_words_anew(session)


@pytest.fixture
def office(simulator: Simulator, database_url: str, tmp_path: Path) -> Iterator[Office]:
    """The firm with its clients and accounts, and nothing filed yet; on either database."""
    build_firm(simulator.world)
    app = create_app(settings_for(simulator, database_url, tmp_path / "data", 8000))
    office = Office(app, simulator)
    Base.metadata.create_all(office.database.engine)
    with office.database.writing() as session:
        found_firm(session)
    office.own("marta")
    yield office
    app.extensions["bitacora"].graph.client.close()
    office.database.engine.dispose()
