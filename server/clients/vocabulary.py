"""The words that a list of clients may use, Spanish and English, for its columns and for the sections."""

from server.clients.folding import fold
from server.clients.models import Section

REQUIRED_COLUMNS = ("code", "name", "nif", "section", "email")
COLUMNS = ("code", "name", "nif", "section", "label", "email", "phone")

_SPANISH_COLUMNS = ("codigo", "nombre", "nif", "seccion", "etiqueta", "correo", "telefono")
_SECTION_WORDS = {
    Section.IDENTIFICATION: ("identification", "identificación", "identificativos"),
    Section.ADDRESS: ("address", "addresses", "domicilio", "dirección", "direcciones"),
    Section.CONTACT: ("contact", "contacto"),
}
_FILLING_WORDS = frozenset({"data", "dato", "de", "detail", "person", "persona", "people"})


def column_of(heading: str) -> str | None:
    """The column that a heading stands for, in its English name; None for a word that is no column."""
    return _COLUMN_BY_HEADING.get(_heading_key(heading))


def section_of(text: str) -> Section | None:
    """The section that is meant, also by `Datos identificativos` or `Personas de contacto`; else None."""
    return _SECTION_BY_KEY.get(_section_key(text))


def _heading_key(heading: str) -> str:
    return fold(heading).replace(" ", "")


def _section_key(text: str) -> str:
    singular = (word.removesuffix("s") for word in fold(text).split())
    return " ".join(word for word in singular if word not in _FILLING_WORDS)


_COLUMN_BY_HEADING = dict(zip(COLUMNS, COLUMNS, strict=True)) | dict(
    zip(_SPANISH_COLUMNS, COLUMNS, strict=True)
)
_SECTION_BY_KEY = {_section_key(word): section for section, words in _SECTION_WORDS.items() for word in words}
