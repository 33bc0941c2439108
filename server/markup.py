"""The text of a mail, made safe to show: nothing runs, nothing is fetched that nobody asked for.

The page that shows it holds it back a second time, by its own policy (server.web.mail_api).
"""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import nh3


def _words(text: str) -> set[str]:
    return set(text.split())


TAGS: Final = _words(
    "a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div"
    " dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q s"
    " samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
# What is inside of these is no text.
SILENT: Final = _words(
    "applet audio canvas embed frameset iframe math noembed noframes noscript object script select style svg"
    " template textarea title video xmp"
)
ATTRIBUTES: Final = {
    "*": _words("align bgcolor dir height lang style title valign width"),
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SIDES = ("", "-top", "-right", "-bottom", "-left")
# Nothing that takes an address or a place on the screen of its own.
STYLES: Final = (
    _words(
        "background-color border-collapse border-color border-spacing border-style border-width color"
        " direction display font font-family font-size font-style font-weight height letter-spacing"
        " line-height max-height max-width min-height min-width mso-hide table-layout text-align"
        " text-decoration text-indent text-transform unicode-bidi vertical-align visibility white-space width"
        " word-break word-spacing word-wrap"
    )
    | {f"margin{side}" for side in _SIDES}
    | {f"padding{side}" for side in _SIDES}
    | {f"border{side}" for side in _SIDES}
)
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
LONGEST: Final = 2_000_000
# The sanitiser's time grows with how deep elements lie times how many there are; this is about a second.
MOST_WORK: Final = 2_000_000

_LINKS = ("http:", "https:", "mailto:", "tel:")
_CALLED = re.compile(r"""cid:([^"'\s<>)]+)""", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Empty ones, and those that end where the next one of their kind begins.
_FLAT = _words(
    "area base br col dd dt embed hr img input li link meta option p param source td th track tr wbr"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\r\n]*")
_DATA = re.compile(r"data:([a-z]+/[a-z]+);base64,", re.IGNORECASE)
_LINE_END = re.compile(r"<(?:br|hr|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^>]*>", re.IGNORECASE)


class Unshowable(Exception):
    """The text is too long or too deeply nested to be made safe in reasonable time."""


@dataclass(frozen=True, slots=True)
class SafeText:
    """Markup that may be shown, and how many pictures from elsewhere were held back."""

    html: str
    blocked: int


def sanitise(html: str, pictures: Mapping[str, str], *, images: bool) -> SafeText:
    """Keep what a reader needs of a mail's HTML; `pictures` are data addresses by content id.

    With `images`, pictures are fetched from elsewhere, by https only. Raises Unshowable.
    """
    if len(html) > LONGEST or _work(html) > MOST_WORK:
        raise Unshowable
    blocked = 0

    def keep(tag: str, attribute: str, value: str) -> str | None:
        nonlocal blocked
        if attribute == "href":
            return value if value.strip().casefold().startswith(_LINKS) else None
        if attribute != "src":
            return value
        source = _picture(value.strip(), pictures)
        if source is None and value.strip()[:6].casefold() in ("http:/", "https:"):
            if images and value.strip()[:6].casefold() == "https:":
                return value
            blocked += 1
        return source

    clean = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=SILENT,
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        filter_style_properties=STYLES,
        url_schemes={"cid", "data", "http", "https", "mailto", "tel"},
        url_relative="deny",
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return SafeText(clean, blocked)


def from_text(text: str) -> str:
    """Plain text as markup that shows it as it is."""
    return f'<div style="white-space: pre-wrap">{entities.escape(text)}</div>'


def plain(html: str) -> str:
    """The words of sanitised markup, a line for each paragraph."""
    lines = _LINE_END.sub("\n", html)
    return entities.unescape(nh3.clean(lines, tags=set())).strip()


def called_pictures(html: str) -> frozenset[str]:
    """The content ids of the pictures that stand inside the text."""
    return frozenset(unquote(found) for found in _CALLED.findall(html))


def data_address(content_type: str, data: str) -> str | None:
    """A picture as an address that holds it; None for what is no picture that browsers show safely."""
    kind = content_type.partition(";")[0].strip().casefold()
    kind = "image/jpeg" if kind == "image/jpg" else kind
    return f"data:{kind};base64,{data}" if kind in PICTURES and _BASE64.fullmatch(data) else None


def _picture(source: str, pictures: Mapping[str, str]) -> str | None:
    if source[:4].casefold() == "cid:":
        return pictures.get(unquote(source[4:]))
    inside = _DATA.match(source)
    return source if inside and inside[1].casefold() in PICTURES else None


def _work(html: str) -> int:
    """How many elements there are, times how deep they may lie."""
    depth = deepest = tags = 0
    for closing, name in _TAG.findall(html):
        tags += 1
        if name.casefold() not in _FLAT:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return tags * deepest
