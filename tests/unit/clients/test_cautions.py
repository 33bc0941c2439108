"""What deserves a look after an import."""

from server.clients.cautions import (
    Caution,
    Firm,
    FirmAddress,
    SharedAddress,
    WithoutAddress,
    WrongControl,
    cautions_about,
)
from server.clients.import_lines import CardLine, ListedClient
from server.clients.models import Section

RIBERA = Firm(addresses={"ana@personal.example"}, domains={"ribera.example"})


def client(code: str, *addresses: str, nif: str = "") -> ListedClient:
    lines = tuple(CardLine(Section.CONTACT, "", address, address, "") for address in addresses)
    return ListedClient(code, f"Client {code}", nif, lines)


def cautions(*listed: ListedClient, others: tuple[ListedClient, ...] = ()) -> tuple[Caution, ...]:
    return cautions_about(listed, {one.code: one.lines for one in (*others, *listed)}, RIBERA)


def test_a_client_in_order_raises_none() -> None:
    assert cautions(client("C01", "ana@uno.example", nif="B12345674")) == ()


def test_an_address_of_several_clients_is_named_once_with_all_of_them() -> None:
    shared = "gestor@grupo23.example"

    result = cautions(client("C03", shared), client("C02", shared), others=(client("C01", shared),))

    assert result == (SharedAddress(shared, ("C01", "C02", "C03")),)
    assert str(result[0]).startswith("gestor@grupo23.example belongs to several clients (C01, C02, C03)")


def test_an_address_shared_among_clients_that_the_list_leaves_alone_is_not_mentioned() -> None:
    others = (client("C02", "gestor@grupo23.example"), client("C03", "gestor@grupo23.example"))

    assert cautions(client("C01", "ana@uno.example"), others=others) == ()


def test_an_address_twice_on_one_card_is_not_shared() -> None:
    assert cautions(client("C01", "ana@uno.example", "ana@uno.example")) == ()


def test_a_client_without_mail_address_is_named_even_with_a_telephone() -> None:
    telephone = ListedClient("C07", "Sin Correo CB", "", (CardLine(Section.CONTACT, "", "", "", "600"),))

    result = cautions(telephone)

    assert result == (WithoutAddress("C07", "Sin Correo CB"),)
    assert str(result[0]) == (
        'client "C07" Sin Correo CB has no mail address: no mail is filed for it automatically'
    )


def test_an_address_of_the_firm_is_named() -> None:
    result = cautions(client("C01", "luis@ribera.example", "ana@personal.example", "ana@uno.example"))

    assert result == (FirmAddress("C01", "luis@ribera.example"), FirmAddress("C01", "ana@personal.example"))
    assert str(result[0]).startswith('luis@ribera.example of client "C01" belongs to the firm itself')


def test_a_wrong_control_character_is_named() -> None:
    result = cautions(client("C01", "ana@uno.example", nif="B12345670"))

    assert result == (WrongControl("C01", "B12345670"),)
    assert str(result[0]) == 'the NIF "B12345670" of client "C01" has a wrong control character: check it'
