"""The people of the story: the firm's own, and who writes to it without being a client."""

from dataclasses import dataclass

from simulator.values import Json


@dataclass(frozen=True)
class Person:
    """Somebody who writes or gets mail; `signature` stands under what they write."""

    name: str
    address: str
    signature: str = ""

    @property
    def recipient(self) -> Json:
        """The person as Graph writes a sender or recipient."""
        return {"emailAddress": {"name": self.name, "address": self.address}}


def _staff(name: str, address: str, work: str) -> Person:
    return Person(name, address, f"{name}\n{work} · Ribera Asesores\nC/ del Río, 12 · 976 000 000")


ANA = _staff("Ana Ribera", "ana@ribera.example", "Socia, fiscal")
LUIS = _staff("Luis Ortega", "luis@ribera.example", "Laboral")
MARTA = _staff("Marta Vidal", "marta@ribera.example", "Contabilidad")
JORGE = _staff("Jorge Sanz", "jorge@ribera.example", "Prácticas")
OFFICE = Person("Ribera Asesores", "info@ribera.example", "Ribera Asesores\nC/ del Río, 12 · 976 000 000")

# What Exchange Online calls itself when it reports that a mail could not be delivered.
POSTMASTER = Person("Microsoft Outlook", "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ribera.example")

GROUP_ADVISER = Person("Gestor Grupo 23", "gestor@grupo23.example", "Enrique Lasa\nGrupo 23")
GIL_FAMILY = Person("Familia Gil", "familia.gil@correo.example", "Carmen y Julián")
FRIEND = Person("Irene Vidal", "irene.vidal@correo.example", "Irene")

STRANGERS = (
    Person("Notaría Mediavilla", "notaria@mediavilla.example", "Notaría Mediavilla\nPlaza Mayor, 3"),
    Person("Banco del Ebro · Empresas", "empresas@bancodelebro.example", "Banco del Ebro"),
    Person("Sergio Lamas", "sergio.lamas@correo.example", "Sergio Lamas\n600 000 901"),
    Person("Suministros de Oficina Alba", "pedidos@oficinaalba.example", "Departamento de pedidos"),
    Person("Mutua Aragonia", "prestaciones@mutua-aragonia.example", "Prestaciones económicas"),
)
NEWSLETTERS = (
    Person("Noticias Fiscales", "boletin@noticias-fiscales.example", "Para darse de baja, pulse aquí."),
    Person("Colegio de Gestores", "circulares@colegiogestores.example", "Circular informativa"),
    Person(
        "Formación Laboral Hoy", "cursos@laboralhoy.example", "Si no quiere recibir más correos, avísenos."
    ),
)
