"""The add-in's files: manifest, pane, icons, and the settings that the pane needs to sign in."""

from html import escape
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from apiflask import APIBlueprint
from flask import Response, jsonify, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from server.addin import render_manifest
from server.web.context import bitacora
from server.web.problems import Problem

ADDIN = Path(__file__).parent.parent.parent / "addin"
FOLDERS = "any(taskpane,shared,vendor,assets)"
# Named here because the machine's own table may lack them or say otherwise; the rest is not served.
FILE_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
pane = APIBlueprint("pane", __name__, url_prefix="/addin", enable_openapi=False)


@pane.get("/manifest.xml")
def manifest() -> Response:
    text = render_manifest(
        (ADDIN / "manifest.xml").read_text("utf-8"), bitacora().settings.public_url, version("bitacora")
    )
    return Response(text, mimetype="application/xml")


@pane.get("/settings.json")
def settings() -> Response:
    ours = bitacora().settings
    return jsonify(
        client_id=ours.client_id,
        tenant_id=ours.tenant_id,
        authority=ours.authority,
        scope=ours.api_scope,
    )


@pane.get("/taskpane/")
@pane.get("/taskpane/index.html")
def index() -> AnyResponse:
    page = (ADDIN / "taskpane" / "index.html").read_text("utf-8")
    page = page.replace("{{ office_js_url }}", escape(bitacora().settings.office_js_url))
    response = Response(page, mimetype="text/html")
    response.add_etag()
    return response.make_conditional(request)


@pane.get(f"/<{FOLDERS}:folder>/<path:name>")
def file(folder: str, name: str) -> Response:
    mimetype = FILE_TYPES.get(PurePosixPath(name).suffix)
    if mimetype is None:
        raise Problem("not_found")
    response = send_from_directory(ADDIN / folder, name, mimetype=mimetype)
    if folder == "assets":
        # Outlook refuses icons that may not be kept.
        response.headers["Cache-Control"] = "public, max-age=86400"
    return response
