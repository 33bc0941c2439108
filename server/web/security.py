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
MICROSOFT_CDN = "https://appsforoffice.microsoft.com"
# Microsoft's Office.js fetches a script of its own from here.
MICROSOFT_AJAX = "https://ajax.aspnetcdn.com"
DEFAULT_PORTS = {"http": 80, "https": 443}
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
        # Without any referrer, browsers would also hide the origin of our own forms from us.
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if not request.path.startswith("/addin/"):
            # The pane is left without it: its sign-in window must find the way back to the pane.
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.path.startswith("/api/"):
            headers["Cache-Control"] = "no-store"
        else:
            headers.setdefault("Cache-Control", "no-cache")
        if encrypted:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        return response


def origin_of(url: str) -> str:
    """The origin of an address as browsers write it: lower case, no default port."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{parts.scheme}://{host}{port}"


def _page_class(path: str) -> str:
    if path.startswith("/addin/"):
        return "pane"
    return "data" if path.startswith(("/api/", "/graph/")) else "page"


def _policies(settings: Settings) -> dict[str, str]:
    office, login = origin_of(settings.office_js_url), origin_of(settings.login_url)
    # An origin whose script runs inside the pane controls it already, so it may frame it as well. The
    # pane frames itself: MSAL renews a sign-in in a hidden frame that ends on our own page.
    frames = " ".join(dict.fromkeys(("'self'", *OUTLOOK, office)))
    scripts = " ".join(("'self'", office, MICROSOFT_AJAX) if office == MICROSOFT_CDN else ("'self'", office))
    common = "img-src 'self' data:; font-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'"
    return {
        "pane": (
            f"default-src 'none'; script-src {scripts}; connect-src 'self' {login}; {common}; "
            f"frame-src 'self' {login}; frame-ancestors {frames}"
        ),
        "page": (
            # The frame is for the text of a mail, which comes with a stricter policy of its own.
            f"default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; {common}; "
            "frame-ancestors 'none'"
        ),
        "data": "default-src 'none'; frame-ancestors 'none'",
    }
