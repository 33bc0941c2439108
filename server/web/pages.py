"""The register page. It is plain files; what it shows, it asks the API for."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, redirect, request, send_from_directory, url_for

from server.web.identity import is_signed_in

REGISTER = Path(__file__).parent / "pages" / "register"
pages = APIBlueprint("pages", __name__, enable_openapi=False)


@pages.get("/")
def register() -> Response:
    if not is_signed_in():
        return redirect(url_for("sign_in.begin", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    return send_from_directory(REGISTER, "index.html")


@pages.get("/register/<path:name>")
def register_file(name: str) -> Response:
    return send_from_directory(REGISTER, name)
