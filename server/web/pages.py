"""The pages of the browser. They are plain files; what they show, they ask the API for."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, redirect, request, send_from_directory, url_for

from server.web.identity import administrators_only, is_signed_in

PAGES = Path(__file__).parent / "pages"
FOLDERS = "any(admin,register,shared)"
pages = APIBlueprint("pages", __name__, enable_openapi=False)


@pages.get("/")
def register() -> Response:
    if not is_signed_in():
        return redirect(url_for("sign_in.begin", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
    return send_from_directory(PAGES / "register", "index.html")


@pages.get("/admin")
@administrators_only
def administration() -> Response:
    return send_from_directory(PAGES / "admin", "index.html")


@pages.get(f"/<{FOLDERS}:folder>/<path:name>")
def file(folder: str, name: str) -> Response:
    return send_from_directory(PAGES / folder, name)
