"""The spellings of a path."""

import pytest

from simulator.paths import segments


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/me/messages", ["users", "me", "messages"]),
        (
            "users('a@b.c')/MailFolders('inbox')/Messages",
            ["users", "a@b.c", "mailFolders", "inbox", "messages"],
        ),
        (
            "users/x/messages/AAMk_-=/microsoft.graph.createReply",
            ["users", "x", "messages", "AAMk_-=", "createReply"],
        ),
        ("users/x/mailFolders/i/messages/delta()", ["users", "x", "mailFolders", "i", "messages", "delta"]),
        ("users/x/messages/Copy/copy", ["users", "x", "messages", "Copy", "copy"]),
        ("users/users/messages/send/send", ["users", "users", "messages", "send", "send"]),
        ("$batch", ["$batch"]),
        ("applications(appId='c0ff-ee')", ["applications", "appId=c0ff-ee"]),
        ("users('o''neill')", ["users", "o'neill"]),
    ],
)
def test_a_path_has_one_spelling_and_ids_keep_theirs(path: str, parts: list[str]) -> None:
    assert segments(path) == parts
