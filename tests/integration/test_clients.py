"""The directory of clients in a database: import, the copy in memory, search."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from server.clients.cautions import Firm, FirmAddress, SharedAddress, WithoutAddress
from server.clients.client_import import ImportResult, import_clients
from server.clients.directory import DirectoryClient, Holding, directory_version, load_directory
from server.clients.import_file import Row
from server.clients.import_lines import parse_rows
from server.clients.import_refused import ImportRefused
from server.clients.models import Client, ClientAddress, Section
from server.clients.search import PlaceInvalid, client_card, find_clients
from server.db import Database

pytestmark = pytest.mark.integration

HEADINGS = ("code", "name", "nif", "section", "label", "email", "phone")
RIBERA = (
    "C01,Panadería Uno SL,B12345674,identification,,info@panaderiauno.example,",
    "C01,Panadería Uno SL,B12345674,contact,Ana López,ana.lopez@panaderiauno.example,600000001",
    "C01,Panadería Uno SL,B12345674,address,Tienda,tienda@panaderiauno.example,",
    "C02,Talleres Dos SA,A23456783,contact,,taller@dos.example,",
    "C02,Talleres Dos SA,A23456783,contact,Gestor,gestor@grupo23.example,",
    "C03,Transportes Tres SL,B34567891,contact,Gestor,gestor@grupo23.example,",
    "C04,Carmen Gil Soto,12345678Z,identification,,carmen.gil@correo.example,",
    "C05,Julián Gil Prado,23456789D,identification,,julian.gil@correo.example,",
    "C06,España Peñalver SL,B45678901,contact,Ana,ana@españa.example,",
    "C07,Sin Correo CB,E56789019,,,,",
)
LISTS = st.lists(
    st.tuples(
        st.sampled_from(["C01", "C02", "C03"]),
        st.sampled_from(["identification", "address", "contact"]),
        st.sampled_from(["", "Ana", "Eva"]),
        st.sampled_from(["", "a@uno.example", "A@UNO.example", "b@dos.example", "ñ@españa.example"]),
        st.sampled_from(["", "600000001"]),
    ),
    max_size=12,
)


@pytest.fixture
def ribera(database: Database) -> Database:
    """The database with the clients of the firm."""
    bring(database, *RIBERA)
    return database


def bring(database: Database, *lines: str, firm: Firm | None = None) -> ImportResult:
    rows = [Row(1, HEADINGS), *(Row(n, tuple(line.split(","))) for n, line in enumerate(lines, start=2))]
    with database.writing() as session:
        return import_clients(session, parse_rows(rows), firm=firm or Firm())


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    return (
        result.added,
        result.updated,
        result.unchanged,
        result.addresses_added,
        result.addresses_removed,
    )


def cards(database: Database) -> dict[str, tuple[str, str, list[tuple[str, ...]]]]:
    """Everything that the directory holds, in an order that does not depend on the way there."""
    with database.reading() as session:
        return {
            client.code: (client.name, client.nif, sorted(map(card_line, client.addresses)))
            for client in session.scalars(select(Client))
        }


def card_line(line: ClientAddress) -> tuple[str, ...]:
    return line.section.value, line.label, line.email, line.address, line.phone


def version(database: Database) -> int:
    with database.reading() as session:
        return directory_version(session)


def found(session: Session, q: str) -> list[str]:
    return [client.code for client in find_clients(session, q, allowed=true(), after=None, limit=50).items]


def test_an_import_writes_the_cards(ribera: Database) -> None:
    assert cards(ribera)["C01"] == (
        "Panadería Uno SL",
        "B12345674",
        [
            ("address", "Tienda", "tienda@panaderiauno.example", "tienda@panaderiauno.example", ""),
            (
                "contact",
                "Ana López",
                "ana.lopez@panaderiauno.example",
                "ana.lopez@panaderiauno.example",
                "600000001",
            ),
            ("identification", "", "info@panaderiauno.example", "info@panaderiauno.example", ""),
        ],
    )


def test_the_original_spelling_of_an_address_is_kept(ribera: Database) -> None:
    [line] = cards(ribera)["C06"][2]

    assert line[2:4] == ("ana@españa.example", "ana@xn--espaa-rta.example")


def test_an_import_counts_what_it_added(database: Database) -> None:
    assert counts(bring(database, *RIBERA)) == (7, 0, 0, 9, 0)


def test_the_same_import_again_changes_nothing(ribera: Database) -> None:
    before, version_before = cards(ribera), version(ribera)

    result = bring(ribera, *reversed(RIBERA))

    assert counts(result) == (0, 0, 7, 0, 0)
    assert (cards(ribera), version(ribera)) == (before, version_before)


def test_the_list_is_the_whole_truth_for_the_clients_that_it_names(ribera: Database) -> None:
    result = bring(
        ribera,
        "C01,Panadería Uno SLU,B12345674,contact,Ana,ana.lopez@panaderiauno.example,600000009",
        "C01,Panadería Uno SLU,B12345674,contact,Eva,eva@panaderiauno.example,",
        "C02,Talleres Dos SA,A23456783,contact,,taller@dos.example,",
        "C02,Talleres Dos SA,A23456783,contact,Gestor,gestor@grupo23.example,",
    )

    after = cards(ribera)
    assert counts(result) == (0, 1, 1, 1, 2)
    assert after["C01"][0] == "Panadería Uno SLU"
    assert [line[1:3] for line in after["C01"][2]] == [
        ("Ana", "ana.lopez@panaderiauno.example"),
        ("Eva", "eva@panaderiauno.example"),
    ]
    assert len(after) == 7


def test_a_client_may_lose_its_last_address(ribera: Database) -> None:
    result = bring(ribera, "C04,Carmen Gil Soto,12345678Z,,,,")

    assert counts(result) == (0, 1, 0, 0, 1)
    assert cards(ribera)["C04"][2] == []


def test_a_list_with_an_error_writes_nothing(ribera: Database) -> None:
    before = cards(ribera)

    with pytest.raises(ImportRefused, match='line 3: "ana@@uno" is not a mail address'):
        bring(ribera, "C08,Ocho,,contact,,ocho@ocho.example,", "C09,Nueve,,contact,,ana@@uno,")

    assert cards(ribera) == before


def test_an_import_warns_of_what_deserves_a_look(ribera: Database) -> None:
    result = bring(
        ribera,
        "C08,Ocho SL,,contact,,gestor@grupo23.example,",
        "C08,Ocho SL,,contact,,ana@ribera.example,",
        "C09,Nueve SL,,,,,",
        firm=Firm(domains={"ribera.example"}),
    )

    assert set(result.warnings) == {
        SharedAddress("gestor@grupo23.example", ("C02", "C03", "C08")),
        FirmAddress("C08", "ana@ribera.example"),
        WithoutAddress("C09", "Nueve SL"),
    }


def test_a_removed_address_is_no_longer_called_shared(ribera: Database) -> None:
    assert bring(ribera, "C03,Transportes Tres SL,B34567891,contact,,trafico@tres.example,").warnings == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=LISTS, second=LISTS)
def test_any_list_imported_twice_is_unchanged_and_wins_over_the_one_before(
    database: Database, first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    lines = [
        [",".join((code, f"Client {code}", "", *rest)) for code, *rest in rows] for rows in (first, second)
    ]
    bring(database, *lines[0])
    bring(database, *lines[1])
    before = cards(database)

    again = bring(database, *lines[1])

    named = {code for code, *_ in second}
    wanted = {code: {(s, la, e, p) for c, s, la, e, p in second if c == code and (e or p)} for code in named}
    assert counts(again) == (0, 0, len(named), 0, 0)
    assert cards(database) == before
    for code in named:
        assert [(s, la, e, p) for s, la, e, _, p in before[code][2]] == sorted(wanted[code])


def test_the_directory_knows_whose_address_it_is(ribera: Database) -> None:
    with ribera.reading() as session:
        directory = load_directory(session)

    [holding] = directory.clients_at("tienda@panaderiauno.example")
    assert holding == Holding(holding.client_id, "C01", Section.ADDRESS)
    assert directory.client(holding.client_id) == DirectoryClient(
        holding.client_id, "C01", "Panadería Uno SL", "B12345674"
    )


def test_a_shared_address_belongs_to_each_of_its_clients(ribera: Database) -> None:
    with ribera.reading() as session:
        holdings = load_directory(session).clients_at("gestor@grupo23.example")

    assert [(holding.code, holding.section) for holding in holdings] == [
        ("C02", Section.CONTACT),
        ("C03", Section.CONTACT),
    ]


@pytest.mark.parametrize("address", ["nobody@uno.example", ""])
def test_an_unknown_address_belongs_to_nobody(ribera: Database, address: str) -> None:
    bring(ribera, "C07,Sin Correo CB,E56789019,contact,Eva,,600000007")

    with ribera.reading() as session:
        assert load_directory(session).clients_at(address) == ()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_an_address_in_several_sections_counts_once_in_the_first(
    database: Database, order: tuple[int, ...]
) -> None:
    lines = [f"C01,Uno,,{section},,ana@uno.example," for section in ("contact", "address", "identification")]
    bring(database, *(lines[position] for position in order))

    with database.reading() as session:
        [holding] = load_directory(session).clients_at("ana@uno.example")

    assert holding.section is Section.IDENTIFICATION


def test_an_unknown_client_is_an_error(ribera: Database) -> None:
    with ribera.reading() as session:
        directory = load_directory(session)

    with pytest.raises(KeyError):
        directory.client(0)


def test_a_copy_of_the_directory_knows_that_it_is_old(ribera: Database) -> None:
    with ribera.reading() as session:
        directory = load_directory(session)
        assert directory.version == directory_version(session)

    bring(ribera, "C04,Carmen Gil Soto,12345678Z,contact,,carmen@correo.example,")

    assert directory.version != version(ribera)


def test_an_empty_database_has_an_empty_directory(database: Database) -> None:
    with database.reading() as session:
        directory = load_directory(session)

    assert (directory.version, directory.clients, directory.holdings) == (0, {}, {})


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("C01", ["C01"]),
        ("c0", ["C01", "C02", "C03", "C04", "C05", "C06", "C07"]),
        ("", ["C01", "C02", "C03", "C04", "C05", "C06", "C07"]),
        ("panaderia", ["C01"]),
        ("PANADERÍA", ["C01"]),
        ("sl uno", ["C01"]),
        ("gil", ["C04", "C05"]),
        ("soto gil", ["C04"]),
        ("s.l. peñalver", ["C06"]),
        ("penal espa", ["C06"]),
        ("anaderia", []),
        ("B12345674", ["C01"]),
        ("b-12.345", ["C01"]),
        ("ana.lopez@panaderiauno.example", ["C01"]),
        ("lopez@pana", ["C01"]),
        ("panaderiauno.example", ["C01"]),
        ("gestor@", ["C02", "C03"]),
        ("ana@españa.example", ["C06"]),
        ("ana@xn--espaa-rta.example", ["C06"]),
        ("%", []),
        ("_", []),
        ("C\x0001", []),
        ("' or 1=1", []),
    ],
)
def test_clients_are_found_by_what_people_type(ribera: Database, q: str, codes: list[str]) -> None:
    with ribera.reading() as session:
        assert found(session, q) == codes


def test_a_client_is_found_by_its_new_name_and_address_only(ribera: Database) -> None:
    bring(ribera, "C03,Transportes Ter SL,B34567891,contact,,trafico@ter.example,")

    with ribera.reading() as session:
        assert found(session, "trafico@ter") == found(session, "transportes ter") == ["C03"]
        assert found(session, "tres") == []
        assert found(session, "gestor@grupo23") == ["C02"]


def test_a_code_that_begins_so_comes_before_a_word_that_does(database: Database) -> None:
    bring(database, "A1,Talleres 43 SL,,,,,", "430,Zapatería,,,,,", "4310,Imprenta,,,,,")

    with database.reading() as session:
        assert found(session, "43") == ["430", "4310", "A1"]


def test_pages_follow_each_other_without_gap_or_repetition(database: Database) -> None:
    bring(database, *(f"{code},Zeta 43,,,,," for code in ("A1", "A2", "430", "431", "B1")))
    codes, after = [], None

    with database.reading() as session:
        for _ in range(3):
            page = find_clients(session, "43", allowed=true(), after=after, limit=2)
            codes += [client.code for client in page.items]
            after = page.next

    assert codes == ["430", "431", "A1", "A2", "B1"]
    assert after is None


def test_a_full_last_page_has_none_after_it(ribera: Database) -> None:
    with ribera.reading() as session:
        assert find_clients(session, "", allowed=true(), after=None, limit=7).next is None


def test_a_place_that_no_page_gave_is_refused(ribera: Database) -> None:
    with ribera.reading() as session, pytest.raises(PlaceInvalid):
        find_clients(session, "", allowed=true(), after="elsewhere", limit=7)


@pytest.mark.parametrize("q", ["", "gil", "C04", "12345678Z", "carmen.gil@correo.example"])
def test_a_client_that_may_not_be_seen_is_not_found(ribera: Database, q: str) -> None:
    with ribera.reading() as session:
        page = find_clients(session, q, allowed=Client.code != "C04", after=None, limit=7)

        assert "C04" in found(session, q)
        assert "C04" not in [client.code for client in page.items]


def test_a_card_that_may_not_be_seen_is_not_given(ribera: Database) -> None:
    with ribera.reading() as session:
        assert client_card(session, "C04", Client.code != "C04") is None


def test_a_card_brings_its_addresses_along(ribera: Database) -> None:
    with ribera.reading() as session:
        card = client_card(session, "C02", true())

    assert card is not None
    assert [line.email for line in card.addresses] == ["taller@dos.example", "gestor@grupo23.example"]


def test_an_unknown_code_has_no_card(ribera: Database) -> None:
    with ribera.reading() as session:
        assert client_card(session, "C99", true()) is None
