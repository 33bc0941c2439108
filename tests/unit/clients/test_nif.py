"""Spanish tax numbers: their one spelling and their control character."""

import pytest

from server.clients.nif import has_wrong_control, normalise_nif


@pytest.mark.parametrize(
    "written", ["b12345674", " B-12345674 ", "B-12.345.674", "B 12 345 674", "b/12345674"]
)
def test_a_number_has_one_spelling(written: str) -> None:
    assert normalise_nif(written) == "B12345674"


@pytest.mark.parametrize(
    "nif",
    [
        "12345678Z",
        "23456789D",
        "X1234567L",
        "Y1234567X",
        "Z1234567R",
        "B12345674",
        "A23456783",
        "E56789019",
        "Q2826000H",
        "P2807900B",
        "G28197564",
        "J1234567D",
        "J12345674",
    ],
)
def test_a_right_control_character_is_not_called_wrong(nif: str) -> None:
    assert not has_wrong_control(nif)


@pytest.mark.parametrize(
    "nif", ["12345678A", "X1234567Z", "B12345670", "B1234567D", "Q28260008", "P28079002", "J1234567A"]
)
def test_a_wrong_control_character_is_noticed(nif: str) -> None:
    assert has_wrong_control(nif)


@pytest.mark.parametrize("number", ["", "FR12345678901", "DE123456789", "12345678", "PENDIENTE"])
def test_numbers_of_other_shapes_are_left_alone(number: str) -> None:
    assert not has_wrong_control(number)
