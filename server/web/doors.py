"""Every door of the program, put into the app."""

from apiflask import APIFlask

from server.accounts.viewer import Viewer
from server.ingest.status import request_refresh
from server.records.models import Area, Reason
from server.web.admin import admin
from server.web.api import api
from server.web.batches_api import batches_api
from server.web.choices_api import create_choices_api
from server.web.context import bitacora
from server.web.health import health
from server.web.mail_api import mail_api
from server.web.openapi import describe_api
from server.web.pages import pages
from server.web.pane import pane
from server.web.paths import bound_paths
from server.web.problems import register_problems
from server.web.records_api import records_api
from server.web.search_api import search_api
from server.web.security import secure
from server.web.sign_in import create_sign_in
from server.web.tray_api import tray_api
from server.web.webhooks import webhooks
from server.web.workbook_api import workbook_api


def register_web(app: APIFlask) -> None:
    with app.app_context():
        secure(app, bitacora().settings)
    register_problems(app)
    bound_paths(app)
    describe_api(app)
    for blueprint in (
        admin,
        api,
        batches_api,
        health,
        mail_api,
        pages,
        pane,
        records_api,
        search_api,
        tray_api,
        webhooks,
        workbook_api,
        create_choices_api("reasons", Reason),
        create_choices_api("areas", Area),
        create_sign_in(_catch_up),
    ):
        app.register_blueprint(blueprint)


def _catch_up(viewer: Viewer) -> None:
    """Signing in brings the register up to date, even where notifications work."""
    parts = bitacora()
    with parts.database.writing() as session:
        request_refresh(session, viewer, parts.clock())
