"""Two workers, two copies of one new mail, one message."""

import pytest
from sqlalchemy.exc import IntegrityError

from server.accounts.staff import load_staff
from server.db import Database
from server.mail import Message, Participant, Role
from server.records.messages import namesakes, new_message, same_mail, write_messages
from server.records.models import Path
from server.records.sighting import Sighted
from tests.firm import NOW, found_firm

pytestmark = pytest.mark.integration
MAIL = Message(
    graph_id="g",
    folder_id="f",
    internet_message_id="<a@panaderiauno.example>",
    sent_at=NOW,
    received_at=NOW,
    participants=(Participant(Role.FROM, "", "pedro@panaderiauno.example"),),
)


def test_a_mail_that_was_looked_for_before_another_worker_added_it_is_not_added_again(
    database: Database,
) -> None:
    with database.writing() as session:
        account = found_firm(session)["ana@ribera.example"]
        sighted = Sighted(account, MAIL, Path.NOTIFICATION, NOW)
        staff = load_staff(session)
        identity = sighted.identity
        seen_by_the_slow_one = namesakes(session, [identity])[identity]
        write_messages(session, [new_message(sighted, staff, namesakes(session, [identity])[identity])])

        with pytest.raises(IntegrityError), session.begin_nested():
            write_messages(session, [new_message(sighted, staff, seen_by_the_slow_one)])

        known = namesakes(session, [identity])[identity]
        assert same_mail(known, MAIL) is not None
        assert len(known) == 1
