"""The add-in's files: manifest, pane, icons, and the settings that the pane needs to sign in."""

from html import escape
from importlib.metadata import version
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, jsonify, send_from_directory

from server.addin import render_manifest
from server.web.context import bitacora

ADDIN = Path(__file__).parent.parent.parent / "addin"
FOLDERS = "any(taskpane,shared,vendor,assets)"
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
def index() -> Response:
    page = (ADDIN / "taskpane" / "index.html").read_text("utf-8")
    return Response(
        page.replace("{{ office_js_url }}", escape(bitacora().settings.office_js_url)), mimetype="text/html"
    )


@pane.get(f"/<{FOLDERS}:folder>/<path:name>")
def file(folder: str, name: str) -> Response:
    response = send_from_directory(ADDIN / folder, name)
    if folder == "assets":
        # Outlook refuses icons that may not be kept.
        response.headers["Cache-Control"] = "public, max-age=86400"
    return response
