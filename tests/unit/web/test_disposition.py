"""Names of files that strangers chose, in a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.mail_api import disposition


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("303-2T.pdf", "attachment; filename=\"303-2T.pdf\"; filename*=UTF-8''303-2T.pdf"),
        ("Año 50%.pdf", "attachment; filename=\"A_o 50_.pdf\"; filename*=UTF-8''A%C3%B1o%2050%25.pdf"),
        ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\"; filename*=UTF-8''_.._etc_passwd"),
        (
            'a".html\r\nSet-Cookie: x',
            "attachment; filename=\"a_.html__Set-Cookie_ x\"; filename*=UTF-8''a_.html__Set-Cookie_%20x",
        ),
        (
            "factura\u202efdp.exe",
            "attachment; filename=\"factura_fdp.exe\"; filename*=UTF-8''factura_fdp.exe",
        ),
        ("", "attachment; filename=\"adjunto\"; filename*=UTF-8''adjunto"),
        (" . ", "attachment; filename=\"adjunto\"; filename*=UTF-8''adjunto"),
    ],
)
def test_a_name_becomes_a_header_that_says_nothing_else(name: str, header: str) -> None:
    assert disposition(name) == header


@given(st.text())
def test_no_name_breaks_out_of_the_header(name: str) -> None:
    header = disposition(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert len(header) < 2000
