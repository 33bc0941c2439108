"""One spelling for one mail address, so that equal addresses compare equal; the original is kept to show."""

import re
import unicodedata

import idna

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DIRECTORY_NAME = re.compile(r"^(/o=|imceaex-)", re.IGNORECASE)


def normalise(address: str) -> str:
    """Give the form of an address that is compared, or an empty string where there is no address.

    Strips invisible marks and control characters, composes accents (NFC), folds case and
    writes the domain in ASCII (IDNA 2008).
    """
    visible = "".join(c for c in _INVISIBLE.sub("", address) if unicodedata.category(c) != "Cc")
    text = unicodedata.normalize("NFC", visible).strip().strip("<>").strip().rstrip(".").casefold()
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or " " in text:
        return ""
    return f"{local}@{_ascii_domain(domain)}"


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


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
