"""Cursors that no server made."""

import base64

import pytest

from server.records.place import Cursor, CursorInvalid


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_it_refuses_a_cursor_at_a_time_that_utc_does_not_have(time: str) -> None:
    text = f"older {time} 00000000-0000-0000-0000-000000000000"
    with pytest.raises(CursorInvalid):
        Cursor.read(base64.urlsafe_b64encode(text.encode()).decode())
