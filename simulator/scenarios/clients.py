"""The forty clients of the firm: seven that every story needs and thirty-three others, always the same."""

import csv
import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Literal

Section = Literal["identification", "address", "contact"]

HEADINGS = ("code", "name", "nif", "section", "label", "email", "phone")
INVENTED = 33

_TRADES = (
    "Ferretería",
    "Clínica Dental",
    "Bodegas",
    "Carpintería",
    "Librería",
    "Hostal",
    "Electricidad",
    "Óptica",
    "Reformas",
    "Jardinería",
    "Imprenta",
    "Academia",
    "Floristería",
    "Conservas",
    "Autoescuela",
    "Fontanería",
    "Veterinaria",
    "Lavandería",
    "Zapatería",
    "Cafetería",
)
_HOUSES = (
    "Aranda",
    "El Molino",
    "San Roque",
    "Cantábrico",
    "La Encina",
    "Montseny",
    "Puerta Real",
    "Guadiana",
    "Peñascal",
    "Las Eras",
    "Belmonte",
    "Tres Ríos",
    "Olivar",
    "Santa Clara",
    "Costa Brava",
    "Ibáñez",
    "Zurbarán",
    "La Muralla",
    "Alameda",
    "Urquiza",
)
_FORMS = (("SL", "B"), ("SL", "B"), ("SL", "B"), ("SA", "A"), ("CB", "E"))
_GIVEN = (
    "Elena",
    "Óscar",
    "Nuria",
    "Íñigo",
    "Begoña",
    "Tomás",
    "Àngels",
    "Rubén",
    "Lucía",
    "Matías",
    "Inés",
    "Xavier",
    "Pilar",
)
_FAMILY = (
    "Núñez",
    "Casals",
    "Etxeberria",
    "Muñoz",
    "Figueroa",
    "Pascual",
    "Serrano",
    "Vilanova",
    "Cabrera",
    "Iglesias",
    "Redondo",
    "Bravo",
    "Quintana",
)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


@dataclass(frozen=True)
class Address:
    section: Section
    label: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class Client:
    code: str
    name: str
    nif: str
    addresses: tuple[Address, ...] = ()


NAMED = (
    Client(
        "C01",
        "Panadería Uno SL",
        "B12345674",
        (
            Address("identification", "Correo principal", "info@panaderiauno.example", "976 000 101"),
            Address("contact", "Ana López (administración)", "ana.lopez@panaderiauno.example", "600 000 111"),
            Address("contact", "Pedro Uno (gerencia)", "pedro@panaderiauno.example", "600 000 112"),
            Address("address", "Tienda", "tienda@panaderiauno.example", "976 000 102"),
        ),
    ),
    Client(
        "C02",
        "Talleres Dos SA",
        "A23456783",
        (
            Address("contact", "Taller", "taller@dos.example", "976 000 201"),
            Address("contact", "Gestor del grupo", "gestor@grupo23.example", "600 000 230"),
        ),
    ),
    Client(
        "C03",
        "Transportes Tres SL",
        "B34567891",
        (
            Address("contact", "Tráfico", "trafico@tres.example", "976 000 301"),
            Address("contact", "Gestor del grupo", "gestor@grupo23.example", "600 000 230"),
        ),
    ),
    Client(
        "C04",
        "Carmen Gil Soto",
        "12345678Z",
        (
            Address("identification", "Correo personal", "carmen.gil@correo.example", "600 000 401"),
            Address("identification", "Correo de la familia", "familia.gil@correo.example"),
        ),
    ),
    Client(
        "C05",
        "Julián Gil Prado",
        "23456789D",
        (
            Address("identification", "Correo personal", "julian.gil@correo.example", "600 000 501"),
            Address("identification", "Correo de la familia", "familia.gil@correo.example"),
        ),
    ),
    Client(
        "C06",
        "España Peñalver SL",
        "B45678901",
        (
            Address("contact", "Ana Peñalver", "ana@españa.example", "600 000 601"),
            Address("address", "Almacén", "ñandú@peñalver.example", "976 000 602"),
        ),
    ),
    Client("C07", "Sin Correo CB", "E56789019"),
)


@cache
def firm_clients() -> tuple[Client, ...]:
    """The forty clients, in code order."""
    rng = Random(8)  # noqa: S311 - a story, not a secret
    makers = [_company] * len(_TRADES) + [_person] * (INVENTED - len(_TRADES))
    rng.shuffle(makers)
    taken = {_company: list(_TRADES), _person: list(_GIVEN)}
    return NAMED + tuple(make(f"C{8 + i:02d}", taken[make].pop(), rng) for i, make in enumerate(makers))


def clients_csv() -> str:
    """The clients as the product imports them: a row for each address, an empty one for who has none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    for client in firm_clients():
        for address in client.addresses or (Address("identification", "", ""),):
            facts = (address.section, address.label, address.email, address.phone)
            writer.writerow((client.code, client.name, client.nif, *facts))
    return text.getvalue()


def _company(code: str, trade: str, rng: Random) -> Client:
    house = _HOUSES[_TRADES.index(trade)]
    form, letter = rng.choice(_FORMS)
    domain = f"{_slug(trade)}-{_slug(house)}.example"
    first, last = rng.choice(_GIVEN), rng.choice(_FAMILY)
    addresses = (
        Address("identification", "Correo principal", f"info@{domain}", _phone(rng)),
        Address("contact", f"{first} {last}", f"{_slug(first)}.{_slug(last)}@{domain}", _phone(rng)),
        Address("address", "Local", f"local@{domain}", _phone(rng)),
    )
    return Client(code, f"{trade} {house} {form}", _cif(letter, rng), addresses[: rng.randint(1, 3)])


def _person(code: str, given: str, rng: Random) -> Client:
    family, second = _FAMILY[_GIVEN.index(given)], rng.choice(_FAMILY)
    address = f"{_slug(given)}.{_slug(family)}"
    addresses = (
        Address("identification", "Correo personal", f"{address}@correo.example", _phone(rng)),
        Address("contact", "Trabajo", f"{address}@oficina.example", _phone(rng)),
    )
    return Client(code, f"{given} {family} {second}", _dni(rng), addresses[: rng.randint(1, 2)])


def _slug(text: str) -> str:
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(letters).casefold().replace(" ", "")


def _phone(rng: Random) -> str:
    return f"600 {rng.randint(100, 999)} {rng.randint(100, 999)}"


def _dni(rng: Random) -> str:
    number = rng.randint(10_000_000, 79_999_999)
    return f"{number}{_DNI_LETTERS[number % 23]}"


def _cif(letter: str, rng: Random) -> str:
    """A company's NIF: letter, seven digits and a control digit (Orden EHA/451/2008)."""
    digits = [rng.randint(0, 9) for _ in range(7)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2])
    control = -(doubled + sum(digits[1::2])) % 10
    return f"{letter}{''.join(map(str, digits))}{control}"
