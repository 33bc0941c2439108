"""The Spanish tax number: DNI, NIE and the NIF of companies (Real Decreto 1065/2007, Orden EHA/451/2008)."""

import re

_SEPARATORS = re.compile(r"[\W_]+")
_PERSON = re.compile(r"(?P<number>[0-9XYZ][0-9]{7})(?P<control>[A-Z])")
_COMPANY = re.compile(r"(?P<kind>[ABCDEFGHJNPQRSUVW])(?P<number>[0-9]{7})(?P<control>[0-9A-J])")
_PERSON_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_COMPANY_LETTERS = "JABCDEFGHI"
_FIRST_OF_NIE = str.maketrans("XYZ", "012")
_LETTER_ONLY = frozenset("NPQRSW")
_DIGIT_ONLY = frozenset("ABEH")


def normalise_nif(text: str) -> str:
    """Capitals and digits without anything between them: `b-12 345 674` gives `B12345674`."""
    return _SEPARATORS.sub("", text).upper()


def has_wrong_control(nif: str) -> bool:
    """Whether a normalised number is written like a Spanish one and its control character does not fit.

    Numbers of other shapes, such as foreign ones, are never called wrong.
    """
    if person := _PERSON.fullmatch(nif):
        return person["control"] != _person_control(person["number"])
    if company := _COMPANY.fullmatch(nif):
        return company["control"] not in _company_controls(company["kind"], company["number"])
    return False


def _person_control(number: str) -> str:
    return _PERSON_LETTERS[int(number.translate(_FIRST_OF_NIE)) % 23]


def _company_controls(kind: str, number: str) -> str:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::2])
    control = -(doubled + sum(map(int, number[1::2]))) % 10
    if kind in _DIGIT_ONLY:
        return str(control)
    letter = _COMPANY_LETTERS[control]
    return letter if kind in _LETTER_ONLY else f"{control}{letter}"
