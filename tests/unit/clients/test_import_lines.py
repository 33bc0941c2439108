"""What a list of clients says, and every way in which it may be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clients.faults import Fault, LineError
from server.clients.import_file import Row
from server.clients.import_lines import CardLine, ListedClient, ParsedImport, parse_rows
from server.clients.models import Section
from server.clients.vocabulary import section_of

HEADINGS = "code,name,nif,section,label,email,phone"


def parsed(*lines: str, headings: str = HEADINGS) -> ParsedImport:
    return parse_rows(Row(n, tuple(line.split(","))) for n, line in enumerate((headings, *lines), start=1))


def errors(*lines: str, headings: str = HEADINGS) -> list[str]:
    return [str(error) for error in parsed(*lines, headings=headings).errors]


def test_rows_of_one_code_become_one_client() -> None:
    result = parsed(
        "C01,Panadería Uno SL,B12345674,identification,,Info@PanaderiaUno.example,",
        "C02,Talleres Dos SA,A23456783,contact,Taller,taller@dos.example,600000002",
        "C01,Panadería Uno SL,B12345674,contact,Ana,ana.lopez@panaderiauno.example,600000001",
    )

    info, address = "Info@PanaderiaUno.example", "info@panaderiauno.example"
    ana, taller = "ana.lopez@panaderiauno.example", "taller@dos.example"
    assert result == ParsedImport(
        (
            ListedClient(
                "C01",
                "Panadería Uno SL",
                "B12345674",
                (
                    CardLine(Section.IDENTIFICATION, "", info, address, ""),
                    CardLine(Section.CONTACT, "Ana", ana, ana, "600000001"),
                ),
            ),
            ListedClient(
                "C02",
                "Talleres Dos SA",
                "A23456783",
                (CardLine(Section.CONTACT, "Taller", taller, taller, "600000002"),),
            ),
        ),
        (),
    )


@pytest.mark.parametrize(
    "headings",
    [
        "codigo,nombre,nif,seccion,etiqueta,correo,telefono",
        "Código,NOMBRE,N.I.F.,Sección, etiqueta ,Correo,Teléfono",
        "CODE,nombre,nif,Section,label,E-mail,teléfono",
    ],
)
def test_headings_may_be_spanish_and_are_read_with_indulgence(headings: str) -> None:
    line = "C01,Uno,B12345674,contact,Ana,ana@uno.example,600"

    assert parsed(line, headings=headings) == parsed(line)


def test_columns_may_stand_in_any_order_and_label_and_phone_be_left_out() -> None:
    result = parsed("ana@uno.example,contacto,,Uno,C01", headings="email,section,nif,name,code")

    assert result.clients[0].lines == (
        CardLine(Section.CONTACT, "", "ana@uno.example", "ana@uno.example", ""),
    )


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("identification", Section.IDENTIFICATION),
        ("identificativos", Section.IDENTIFICATION),
        ("Datos Identificativos", Section.IDENTIFICATION),
        ("dato identificativo", Section.IDENTIFICATION),
        ("DATOS DE IDENTIFICACIÓN", Section.IDENTIFICATION),
        ("address", Section.ADDRESS),
        ("Addresses", Section.ADDRESS),
        ("domicilio", Section.ADDRESS),
        ("Domicilios", Section.ADDRESS),
        ("contact", Section.CONTACT),
        ("contactos", Section.CONTACT),
        ("Personas de contacto", Section.CONTACT),
        ("contact person", Section.CONTACT),
        ("fax", None),
        ("datos", None),
        ("", None),
    ],
)
def test_a_section_is_known_by_its_names(text: str, section: Section | None) -> None:
    assert section_of(text) is section


def test_values_are_tidied() -> None:
    result = parsed("  C01 ,Pen\u0303alver\u200b   y  Gil,b-12 345 674,contact,,\u200bana@uno.example ,")

    client = result.clients[0]
    assert (client.code, client.name, client.nif) == ("C01", "Peñalver y Gil", "B12345674")
    assert client.lines[0].email == "ana@uno.example"


def test_a_client_without_address_is_one_row() -> None:
    assert parsed("C07,Sin Correo CB,E56789019,,,,").clients == (
        ListedClient("C07", "Sin Correo CB", "E56789019", ()),
    )


def test_an_empty_line_of_a_section_is_no_line_of_the_card() -> None:
    assert parsed("C07,Sin Correo CB,,identification,Central,,").clients[0].lines == ()


def test_a_telephone_alone_is_a_line_of_the_card() -> None:
    assert parsed("C07,Sin Correo CB,,contact,Eva,,600").clients[0].lines == (
        CardLine(Section.CONTACT, "Eva", "", "", "600"),
    )


def test_a_row_that_stands_twice_counts_once() -> None:
    row = "C01,Uno,,contact,Ana,ana@uno.example,"

    assert len(parsed(row, row).clients[0].lines) == 1


def test_one_address_may_belong_to_two_people_of_a_client() -> None:
    result = parsed("C01,Uno,,contact,Ana,info@uno.example,", "C01,Uno,,contact,Eva,info@uno.example,")

    assert [line.label for line in result.clients[0].lines] == ["Ana", "Eva"]


def test_name_and_nif_need_to_be_written_once() -> None:
    result = parsed("C01,,,contact,,ana@uno.example,", "C01,Uno,B12345674,contact,,eva@uno.example,")

    assert (result.clients[0].name, result.clients[0].nif) == ("Uno", "B12345674")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("C01,Uno,,contact,,ana@@uno,", 'line 2: "ana@@uno" is not a mail address'),
        ("C01,Uno,,contact,,ana@uno,", 'line 2: "ana@uno" is not a mail address'),
        ("C01,Uno,,contact,,ana@uno.es;eva@uno.es,", 'line 2: "ana@uno.es;eva@uno.es" is not a mail address'),
        (
            "C01,Uno,,contact,,ana@uno.es\neva@uno.es,",
            'line 2: "ana@uno.es eva@uno.es" is not a mail address',
        ),
        (",Uno,,contact,,ana@uno.example,", "line 2: the client has no code"),
        ("C01,,,contact,,ana@uno.example,", 'line 2: client "C01" has no name'),
        (
            "C01,Uno,,fax,,ana@uno.example,",
            'line 2: "fax" is not a section; write identification, address or contact',
        ),
        (
            "C01,Uno,,,,ana@uno.example,",
            'line 2: "ana@uno.example" stands in no section; write identification, address or contact',
        ),
        ("C01,Uno,,,,,600", 'line 2: "600" stands in no section; write identification, address or contact'),
        ("C01,Uno,,contact,,,600,x", 'line 2: "x" stands in a column without a heading'),
        (
            "C01,=A1&B1,,contact,,,600",
            'line 2: "=A1&B1" is a formula; save the list with values instead of formulas',
        ),
        (f"C01,{'x' * 501},,,,,", f'line 2: "{"x" * 80}…" is longer than 500 characters'),
    ],
)
def test_a_wrong_line_is_named_with_its_value(line: str, error: str) -> None:
    assert errors(line) == [error]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("C02,Dos SA,A1,,,,", 'line 4: client "C02" is called "Dos SA" here and "Dos" in line 2'),
        ("C02,Dos,A2,,,,", 'line 4: client "C02" has the NIF "A2" here and "A1" in line 2'),
    ],
)
def test_a_contradiction_names_both_lines(line: str, error: str) -> None:
    assert errors("C02,Dos,A-1,,,,", "C03,Tres,,,,,", line) == [error]


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (
            "code,name,nif,section,email,fax",
            ['line 1: "fax" is not one of the columns code, name, nif, section, label, email, phone'],
        ),
        (
            "code,nif,section",
            ['line 1: the column "email" is missing', 'line 1: the column "name" is missing'],
        ),
        ("code,name,nif,section,email,Correo", ['line 1: the column "Correo" stands twice']),
    ],
)
def test_wrong_headings_are_named(headings: str, expected: list[str]) -> None:
    assert errors("C01", headings=headings) == expected


def test_a_file_without_rows_asks_for_headings() -> None:
    result = parse_rows([])

    assert result.errors == (LineError(1, Fault.NO_HEADINGS),)
    assert "must hold code, name, nif" in str(result.errors[0])


def test_all_errors_are_told_at_once_in_the_order_of_lines_and_no_client_is_given() -> None:
    result = parsed(
        "C01,,,contact,,ana@uno.example,",
        "C02,Dos,,contact,,eva@@dos,",
        "C03,Tres,,fax,,x@y,",
        "C04,Gil,,contact,,gil@correo.example,",
    )

    assert [(error.line, error.fault) for error in result.errors] == [
        (2, Fault.NO_NAME),
        (3, Fault.BAD_ADDRESS),
        (4, Fault.BAD_ADDRESS),
        (4, Fault.BAD_SECTION),
    ]
    assert result.clients == ()


@given(
    st.lists(st.lists(st.text(max_size=12) | st.sampled_from(["C01", "contact", "a@b.example"]), max_size=9))
)
def test_no_content_breaks_the_reading(lines: list[list[str]]) -> None:
    rows = [
        Row(1, tuple(HEADINGS.split(","))),
        *(Row(n, tuple(line)) for n, line in enumerate(lines, start=2)),
    ]

    result = parse_rows(rows)

    assert not (result.clients and result.errors)
    assert [str(error) for error in result.errors] == [str(e) for e in sorted(result.errors)]
