"""Puts the parts of the program together and hands them to each other."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

from apiflask import APIFlask

from server.db import Database, db, migrate, prepare_engine
from server.graph.access_tokens import AccessTokens
from server.graph.app_tokens import AppTokens
from server.graph.client import GraphClient
from server.graph.credentials import Credentials
from server.graph.delegated import Delegated
from server.graph.sign_in import SignIn
from server.graph.trust import tls_context
from server.ingest.drain import Drain
from server.ingest.engines import Engine
from server.ingest.engines.threads import Threads
from server.ingest.filing_desk import FilingDesk
from server.ingest.gateway import Gateway
from server.ingest.reception import Reception
from server.ingest.routines import Routines
from server.ingest.turns import Turns
from server.ingest.upkeep import Upkeep
from server.ingest.worker import Worker
from server.logs import configure_logs
from server.settings import Settings
from server.web.context import Bitacora
from server.web.doors import register_web


def now() -> datetime:
    return datetime.now(UTC)


def compose(settings: Settings, clock: Callable[[], datetime] = now) -> APIFlask:
    """Build the program from its settings. Nothing is sent to Microsoft yet."""
    app = APIFlask(
        __name__,
        title="Bitácora",
        version=version("bitacora"),
        spec_path="/api/openapi.json",
        docs_path=None,
        template_folder="web/templates",
        static_folder=None,  # type: ignore[arg-type]  # there is none
    )
    configure_logs()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    # An error of the database would otherwise quote what was being written.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    app.config["SECRET_KEY"] = settings.session_key()
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        engine = db.engine
    prepare_engine(engine)
    app.extensions["bitacora"] = _parts(settings, Database(engine), clock)
    register_web(app)
    return app


def make_worker(parts: Bitacora) -> Worker:
    """The worker over the same parts, to be started in this process."""
    return Worker(parts.turns, parts.routines, parts.engine)


def _parts(settings: Settings, database: Database, clock: Callable[[], datetime]) -> Bitacora:
    sign_in = SignIn(settings)
    app_tokens = AppTokens(sign_in, settings.graph_url)
    client = GraphClient(settings.graph_url, app_tokens, tls_context(settings.ca_bundle))
    graph = Gateway.over(client, settings.public_url)
    credentials = Credentials(client, settings)
    desk = FilingDesk()
    turns = Turns(database, client, Drain(database, graph, desk, clock), clock)
    routines = Routines(database, clock, Upkeep(database, graph, credentials, clock).timed())
    engine = _engine(database, turns, routines)
    return Bitacora(
        settings=settings,
        database=database,
        tokens=AccessTokens.from_microsoft(settings, clock),
        sign_in=sign_in,
        app_tokens=app_tokens,
        delegated=Delegated(sign_in, settings.graph_url),
        graph=graph,
        credentials=credentials,
        desk=desk,
        turns=turns,
        routines=routines,
        engine=engine,
        reception=Reception(database, engine, settings.tenant_id, clock),
        clock=clock,
    )


def _engine(database: Database, turns: Turns, routines: Routines) -> Engine:
    if database.is_sqlite:
        return Threads(turns, routines)
    # Imported here: its library comes with the optional dependency for PostgreSQL.
    from server.ingest.engines.postgresql import PostgresqlQueue

    return PostgresqlQueue(database.conninfo, turns, routines)
