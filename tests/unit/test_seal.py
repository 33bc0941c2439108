"""A secret in the database that the database alone does not give away."""

import pytest

from server.seal import SealBroken, fingerprint, seal, unseal


def test_who_has_both_halves_reads_it() -> None:
    sealed = seal("grant", key="program", half="cookie")

    assert "grant" not in sealed
    assert unseal(sealed, key="program", half="cookie") == "grant"


@pytest.mark.parametrize(("key", "half"), [("program", "other"), ("other", "cookie"), ("", "")])
def test_with_one_half_alone_nobody_does(key: str, half: str) -> None:
    sealed = seal("grant", key="program", half="cookie")

    with pytest.raises(SealBroken):
        unseal(sealed, key=key, half=half)


def test_what_was_changed_is_not_read() -> None:
    sealed = seal("grant", key="program", half="cookie")

    with pytest.raises(SealBroken):
        unseal(sealed[:-2] + "AA", key="program", half="cookie")


def test_the_place_in_the_database_tells_nothing_of_the_half() -> None:
    assert "cookie" not in fingerprint("cookie")
    assert fingerprint("cookie") != fingerprint("other")
