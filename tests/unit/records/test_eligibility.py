"""Which mail is never filed, whoever wrote it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.mail import Message, Participant, Role
from server.records.eligibility import Exclusion, exclusion_of, is_bulk

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
CLIENT = (Participant(Role.FROM, "", "ana@uno.example"),)


def mail(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "graph_id": "g",
        "folder_id": "f",
        "received_at": SINCE + timedelta(days=1),
        "sent_at": SINCE + timedelta(days=1),
        "participants": CLIENT,
    }
    return Message(**{**given, **changes})


def reason(folder: Exclusion | None = None, **changes: Any) -> Exclusion | None:
    return exclusion_of(mail(**changes), folder=folder, since=SINCE)


def test_an_ordinary_mail_is_left_to_its_addresses() -> None:
    assert reason() is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"is_draft": True}, Exclusion.DRAFT),
        ({"received_at": SINCE - timedelta(days=1), "sent_at": None}, Exclusion.OUTSIDE_PERIOD),
        ({"headers": {"x-ms-journal-report": ""}}, Exclusion.JOURNAL),
        ({"message_class": "REPORT.IPM.Note.NDR"}, Exclusion.BOUNCE),
        ({"headers": {"content-type": "multipart/report; x=y"}, "participants": ()}, Exclusion.BOUNCE),
        ({"message_class": "REPORT.IPM.Note.IPNRN"}, Exclusion.RECEIPT),
        ({"message_class": "REPORT.IPM.Note.DR"}, Exclusion.RECEIPT),
        ({"item_type": "eventMessageResponse"}, Exclusion.MEETING_RESPONSE),
        ({"message_class": "IPM.Schedule.Meeting.Resp.Neg"}, Exclusion.MEETING_RESPONSE),
        ({"sensitivity": 1}, Exclusion.PRIVATE),
        ({"sensitivity": 2}, Exclusion.PRIVATE),
        ({"headers": {"sensitivity": " Personal "}}, Exclusion.PRIVATE),
        ({"categories": ("Urgente", "privado")}, Exclusion.PRIVATE),
        ({"headers": {"auto-submitted": "auto-replied; owner"}}, Exclusion.AUTOMATIC_REPLY),
        ({"message_class": "IPM.Note.Rules.OofTemplate.Microsoft"}, Exclusion.AUTOMATIC_REPLY),
    ],
)
def test_the_mail_itself_says_why_not(changes: dict[str, Any], expected: Exclusion) -> None:
    assert reason(**changes) is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"sensitivity": 3},
        {"headers": {"sensitivity": "Company-Confidential"}},
        {"headers": {"auto-submitted": "no"}},
        {"item_type": "eventMessageRequest", "message_class": "IPM.Schedule.Meeting.Request"},
        {"message_class": "IPM.Schedule.Meeting.Canceled"},
        {"headers": {"content-type": "multipart/report"}},
        {"received_at": None, "sent_at": None},
    ],
)
def test_what_only_looks_like_it_is_filed(changes: dict[str, Any]) -> None:
    assert reason(**changes) is None


def test_the_folder_decides_before_the_rest() -> None:
    assert reason(Exclusion.JUNK, sensitivity=2) is Exclusion.JUNK


@pytest.mark.parametrize(
    "headers", [{"list-id": "<x>"}, {"list-unsubscribe": "<x>"}, {"precedence": " Bulk"}]
)
def test_a_mailing_list_is_known_by_its_headers(headers: dict[str, str]) -> None:
    assert is_bulk(mail(headers=headers))
    assert not is_bulk(mail())
