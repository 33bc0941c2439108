"""One spelling for what people type: neither accents nor case nor punctuation tell two texts apart."""

import re
import unicodedata
from collections.abc import Iterable

_DOT_OF_ABBREVIATION = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_PUNCTUATION = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Words in lower case without accents, one blank between: `Peñalver, S.L.` gives `penalver sl`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # The dot of the Catalan l·l stands inside a word, not between two.
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "·")
    return _PUNCTUATION.sub(" ", _DOT_OF_ABBREVIATION.sub("", letters)).strip()


def searchable(code: str, name: str, emails: Iterable[str]) -> str:
    """What `Client.folded` holds: every word with a blank before it, the code first.

    The order of the addresses does not matter.
    """
    return f" {fold(' '.join((code, name, *sorted(set(emails)))))}"
