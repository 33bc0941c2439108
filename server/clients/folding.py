"""One spelling for what people type: neither accents nor case nor punctuation tell two texts apart."""

import re
import unicodedata
from collections.abc import Iterable

# The dot first: it is rare, and what stands before it is looked at only where it is.
_DOT_OF_ABBREVIATION = re.compile(r"\.(?<=\b\w\.)(?=\w\b)")
_WORD = re.compile(r"[^\W_]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Words in lower case without accents, one blank between: `Peñalver, S.L.` gives `penalver sl`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = _BEYOND_ASCII.sub(_without_marks, decomposed)
    return " ".join(_WORD.findall(_DOT_OF_ABBREVIATION.sub("", letters)))


def fold_name(name: str) -> str:
    """A name as it is compared with others: without case and accents, one blank where there are some.

    Unlike `fold` it keeps punctuation: *Grupo 1.1* is not *Grupo 11*.
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def searchable(code: str, name: str, emails: Iterable[str]) -> str:
    """What `Client.folded` holds: every word with a blank before it, the code first.

    The order of the addresses does not matter.
    """
    return f" {fold(' '.join((code, name, *sorted(set(emails)))))}"


def _without_marks(found: re.Match[str]) -> str:
    # The dot of the Catalan l·l stands inside a word, not between two.
    return "".join(c for c in found[0] if not unicodedata.combining(c) and c != "·")
