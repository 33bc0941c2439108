"""Plain text from HTML, and the preview that Outlook shows under a subject."""

import html
import re

PREVIEW_LENGTH = 255

_INVISIBLE = re.compile(r"(?is)<(style|script|title|head)\b.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>")
_TAG = re.compile(r"(?s)<[^>]*>")
_SPACE = re.compile(r"\s+")


def plain_text(markup: str) -> str:
    """The readable text of an HTML body, one line for each paragraph."""
    visible = _BREAK.sub("\n", _INVISIBLE.sub("", markup))
    return html.unescape(_TAG.sub("", visible)).strip()


def preview(content_type: str, content: str) -> str:
    """The first 255 characters of a body as one line."""
    text = plain_text(content) if content_type.lower() == "html" else content
    return _SPACE.sub(" ", text).strip()[:PREVIEW_LENGTH]
