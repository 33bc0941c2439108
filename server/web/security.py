"""What every answer says to the browser: what may run, who may frame it, what may be kept."""

from urllib.parse import urlsplit

from apiflask import APIFlask
from flask import Response, request

from server.settings import LOOPBACK_HOSTS, Settings

MAX_BODY = 1024 * 1024
# Microsoft publishes no complete list; these are the hosts that Outlook on the web runs on.
OUTLOOK = (
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.cloud.microsoft",
    "https://outlook.live.com",
)
# Office.js fetches a script of its own from here.
MICROSOFT_AJAX = "https://ajax.aspnetcdn.com"
YEAR_S = 365 * 24 * 3600


def secure(app: APIFlask, settings: Settings) -> None:
    public = urlsplit(settings.public_url)
    encrypted = public.scheme == "https"
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        TRUSTED_HOSTS=[public.hostname, *LOOPBACK_HOSTS],
        SESSION_COOKIE_NAME="__Host-bitacora" if encrypted else "bitacora",
        SESSION_COOKIE_SECURE=encrypted,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    policies = _policies(settings)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policies[_page_class(request.path)])
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if not request.path.startswith("/addin/"):
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.path.startswith("/api/"):
            headers["Cache-Control"] = "no-store"
        else:
            headers.setdefault("Cache-Control", "no-cache")
        if encrypted:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        return response


def _page_class(path: str) -> str:
    if path.startswith("/addin/"):
        return "pane"
    return "data" if path.startswith(("/api/", "/graph/")) else "page"


def _policies(settings: Settings) -> dict[str, str]:
    office = settings.office_js_origin
    # An origin whose script runs inside the pane controls it already, so it may frame it as well.
    frames = " ".join(dict.fromkeys((*OUTLOOK, office)))
    scripts = " ".join(dict.fromkeys(("'self'", office, MICROSOFT_AJAX)))
    common = "img-src 'self' data:; font-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'"
    return {
        "pane": (
            f"default-src 'none'; script-src {scripts}; connect-src 'self' {settings.login_url}; {common}; "
            f"frame-src {settings.login_url}; frame-ancestors {frames}"
        ),
        "page": (
            f"default-src 'none'; script-src 'self'; connect-src 'self'; {common}; frame-ancestors 'none'"
        ),
        "data": "default-src 'none'; frame-ancestors 'none'",
    }
