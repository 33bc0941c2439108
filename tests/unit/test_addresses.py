"""The form of an address that is compared, as `server.addresses` describes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.addresses import domain_of, is_directory_name, normalise, without_invisible, without_tag

INVISIBLE = st.sampled_from("\u200b\u200d\u200e\u202e\u2060\ufeff\u00ad\ufe0f\x00\x1f\U000e0041")
ADDRESSES = st.builds(
    "{}@{}.example".format, st.text(min_size=1), st.from_regex(r"[a-zñç]{1,12}", fullmatch=True)
)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("PEDRO@PANADERIAUNO.EXAMPLE", "pedro@panaderiauno.example"),
        ("<pedro@panaderiauno.example>", "pedro@panaderiauno.example"),
        (" taller@dos.example\u00a0", "taller@dos.example"),
        ("taller@dos.example.", "taller@dos.example"),
        ("pe\u200bdro@panaderiauno.ex\u2060ample.", "pedro@panaderiauno.example"),
        ("ana@españa.example", "ana@xn--espaa-rta.example"),
        ("ANA@ESPAÑA.EXAMPLE", "ana@xn--espaa-rta.example"),
        ("ana@XN--ESPAA-RTA.example", "ana@xn--espaa-rta.example"),
        ("n\u0303andu\u0301@pen\u0303alver.example", "ñandú@xn--pealver-5za.example"),
        ("ÑANDÚ@dos.example", "ñandú@dos.example"),
        ("ana@cli\u0435nte.example", "ana@xn--clinte-5of.example"),
        ("’ana’@dos.example", "’ana’@dos.example"),
        ("ana@con_guion.example", "ana@con_guion.example"),
        ('"ana@casa"@dos.example', '"ana@casa"@dos.example'),
    ],
)
def test_one_address_has_one_form(written: str, compared: str) -> None:
    assert normalise(written) == compared


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "ana",
        "@dos.example",
        "ana@",
        "ana@.",
        "ana@@uno",
        "Ana López <ana@dos.example>",
        "ana@dos.example;pedro@dos.example",
        "ana@dos.example)pedro@tres.example",
        "/O=EXCHANGELABS/OU=GROUP/CN=RECIPIENTS/CN=ANA",
    ],
)
def test_what_is_no_address_has_the_empty_form(text: str) -> None:
    assert normalise(text) == ""


def test_a_homograph_is_another_address() -> None:
    assert normalise("ana@cli\u0435nte.example") != normalise("ana@cliente.example")


@given(ADDRESSES | st.text())
def test_the_form_of_a_form_is_itself(address: str) -> None:
    form = normalise(address)

    assert normalise(form) == form


@given(ADDRESSES)
def test_case_tells_no_addresses_apart(address: str) -> None:
    assert normalise(address.casefold()) == normalise(address)


@given(ADDRESSES.filter(str.isascii))
def test_capitals_tell_no_addresses_apart(address: str) -> None:
    assert normalise(address.upper()) == normalise(address)


@given(ADDRESSES, INVISIBLE, st.integers(min_value=0))
def test_what_nobody_sees_tells_no_addresses_apart(address: str, mark: str, position: int) -> None:
    at = position % (len(address) + 1)

    assert normalise(address[:at] + mark + address[at:]) == normalise(address)


def test_an_address_of_absurd_length_is_compared_all_the_same() -> None:
    domain = "ñ." * 100_000 + "example"

    assert normalise(f"ana@{domain}") == f"ana@{domain}"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("ana+iva@dos.example", "ana@dos.example"),
        ("ana+iva+2025@dos.example", "ana@dos.example"),
        ("ana@dos.example", "ana@dos.example"),
        ("+iva@dos.example", "+iva@dos.example"),
    ],
)
def test_a_tag_is_taken_off_its_address(address: str, base: str) -> None:
    assert without_tag(address) == base


def test_the_domain_follows_the_last_at() -> None:
    assert domain_of('"ana@casa"@dos.example') == "dos.example"


@pytest.mark.parametrize(
    "name", ["/O=EXCHANGELABS/CN=ANA", " /o=firm/cn=x", "IMCEAEX-_O=FIRM_CN=X@dos.example"]
)
def test_exchange_directory_names_are_known(name: str) -> None:
    assert is_directory_name(name)


def test_a_mail_address_is_no_directory_name() -> None:
    assert not is_directory_name("o=ana@dos.example")


def test_visible_characters_stay() -> None:
    assert without_invisible("Señor \u202eGil\u202c & l·l") == "Señor Gil & l·l"
