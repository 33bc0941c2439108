"""One spelling for one mail address, so that equal addresses compare equal; people see the original."""

import re
import unicodedata
from functools import lru_cache

import idna

# Controls, soft hyphens, joiners, directional marks, variation selectors, tags: nothing that one sees.
_INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_BLANKS = "".join(character for character in map(chr, range(0x3001)) if character.isspace())
_DIRECTORY_NAME = re.compile(r"^(/o=|imceaex-)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normalise(address: str) -> str:
    """Give the form of an address that is compared, or an empty string where there is no address.

    Strips invisible marks and control characters, composes accents (NFC), folds case and
    writes the domain in ASCII (IDNA 2008).
    """
    text = _fold(without_invisible(address)).lstrip(_BLANKS + "<").rstrip(_BLANKS + ">.")
    local, _, domain = text.rpartition("@")
    if not local or not domain or len(text.split()) != 1 or _has_stray_at(local):
        return ""
    return f"{local}@{_ascii_domain(domain)}"


def without_invisible(text: str) -> str:
    """The text without the characters that show nothing but make it differ from what it looks like."""
    return _INVISIBLE.sub("", text)


def without_tag(address: str) -> str:
    """The base of a tagged address: `ana+iva@x.example` gives `ana@x.example`; others stay as they are."""
    local, _, domain = address.rpartition("@")
    base = local.split("+", 1)[0]
    return f"{base}@{domain}" if base else address


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def is_directory_name(address: str) -> bool:
    """Whether Exchange wrote an internal directory entry in the place of an address (X.500, IMCEAEX)."""
    return bool(_DIRECTORY_NAME.match(address.strip()))


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Unicode's canonical caseless matching: some letters fold correctly only when taken apart.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _has_stray_at(local: str) -> bool:
    return "@" in local and not (local.startswith('"') and local.endswith('"'))


def _ascii_domain(domain: str) -> str:
    # No name that the DNS could resolve is longer than 253 characters (RFC 1035).
    return domain if domain.isascii() or len(domain) > 253 else _encoded(domain)


@lru_cache(maxsize=4096)
def _encoded(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").rstrip(".")
    except idna.IDNAError:
        return domain
