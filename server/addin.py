"""The Outlook manifest, rendered for the address that this server is reached at.

Outlook is given one file that names the pane, its icons and its buttons by absolute address; the one in the
package is therefore a template.
"""

import re
from string import Template

from server.settings import LOOPBACK_HOSTS

_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[::1\])(?P<port>:[0-9]{1,5})?/?",
    re.ASCII | re.IGNORECASE,
)
_VERSION = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){0,3}", re.ASCII)


def render_manifest(template: str, public_url: str, version: str) -> str:
    """Fill in `$origin` and `$version`.

    Both are held to a grammar without characters that mean something in XML, so nothing is left to escape.
    Raises ValueError, with a sentence for the operator, if Outlook would not load pages from the address
    (https, or http on this very machine) or the version is not one to four numbers.
    """
    return Template(template).substitute(origin=_origin(public_url), version=_four_numbers(version))


def _origin(public_url: str) -> str:
    match = _ORIGIN.fullmatch(public_url)
    if match is None:
        raise ValueError(
            f"The public address {public_url!r} must be an origin such as https://register.example: "
            "no user, path or query, and a host outside ASCII in its xn-- form."
        )
    scheme, host, port = match["scheme"].lower(), match["host"].lower(), match["port"] or ""
    if scheme != "https" and host.strip("[]") not in LOOPBACK_HOSTS:
        raise ValueError(
            f"The public address {public_url!r} must begin with https://, because Outlook loads nothing "
            "else; http:// is accepted for this very machine only."
        )
    return f"{scheme}://{host}{port}"


def _four_numbers(version: str) -> str:
    """Office on the web refuses a shorter version, Windows does not (OfficeDev/Office-Addin-Scripts#207)."""
    if not _VERSION.fullmatch(version):
        raise ValueError(
            f"The version {version!r} must be one to four numbers with dots between, such as 1.4.0."
        )
    return ".".join([*version.split("."), "0", "0", "0"][:4])
