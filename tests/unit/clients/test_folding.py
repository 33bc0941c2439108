"""What a search does not distinguish."""

import pytest

from server.clients.folding import fold, searchable


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Panadería UNO", "panaderia uno"),
        ("España Peñalver, S.L.", "espana penalver sl"),
        ("Talleres Dos, S.A.U.", "talleres dos sau"),
        ("L'Hospitalet", "l hospitalet"),
        ("Col·lectiu", "collectiu"),
        ("Straße & Söhne", "strasse sohne"),
        ("ana.lopez@uno.example", "ana lopez uno example"),
        ("100 %_\\", "100"),
        ("nul\x00", "nul"),
        (" \t", ""),
    ],
)
def test_accents_case_and_punctuation_go(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_word_to_search_follows_a_blank_and_the_code_is_first() -> None:
    words = searchable("C06", "España Peñalver SL", ["ana@españa.example", ""])

    assert words == " c06 espana penalver sl ana espana example"
