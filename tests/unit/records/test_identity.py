"""Which copies are the same mail."""

from datetime import UTC, datetime, timedelta

import pytest

from server.mail import Message, Participant, Role
from server.records.identity import identity, is_same_sending, lookup, normalise_message_id

SENT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def mail(
    message_id: str = "<a@x.example>",
    sender: str = "ana@uno.example",
    subject: str = "Hola",
    sent_at: datetime | None = SENT,
) -> Message:
    return Message(
        graph_id="g",
        folder_id="f",
        internet_message_id=message_id,
        subject=subject,
        sent_at=sent_at,
        participants=(Participant(Role.FROM, "", sender), Participant(Role.TO, "", "b@y.example")),
    )


@pytest.mark.parametrize("other", ["a@x.example", " <a@x.example> ", "<a@x\r\n .example>"])
def test_a_message_id_is_the_same_however_it_is_written(other: str) -> None:
    assert identity(mail(other)) == identity(mail())
    assert lookup(other) == lookup("<a@x.example>")


def test_the_subject_is_no_part_of_it_where_there_is_a_message_id() -> None:
    assert identity(mail(subject="[EXTERNO] Hola")) == identity(mail())


def test_a_stranger_who_repeats_the_message_id_writes_another_mail() -> None:
    assert identity(mail(sender="malo@evil.example")) != identity(mail())


def test_case_distinguishes_message_ids() -> None:
    assert normalise_message_id("<A@x>") != normalise_message_id("<a@x>")


@pytest.mark.parametrize(
    "other", [{"subject": "Adiós"}, {"sender": "c@z.example"}, {"sent_at": SENT + timedelta(seconds=1)}]
)
def test_mails_without_a_message_id_do_not_collapse(other: dict[str, str]) -> None:
    one = mail("")

    assert identity(mail("")) == identity(one)
    assert identity(mail("", **other)) != identity(one)  # type: ignore[arg-type]


def test_ten_minutes_apart_is_one_sending_and_eleven_are_two() -> None:
    assert is_same_sending(SENT, SENT + timedelta(minutes=10))
    assert not is_same_sending(SENT, SENT + timedelta(minutes=11))
    assert is_same_sending(None, SENT)
