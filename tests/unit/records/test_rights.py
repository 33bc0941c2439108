"""Who may do what to a record: one pure function, for every kind of record and person."""

import uuid
from itertools import product

import pytest

from server.accounts.viewer import Viewer
from server.records.models import Record
from server.records.rights import ContentHidden, NotByHand, NotTheAuthor, Right, rights_on

AUTHOR, COLLEAGUE, DELETER = 1, 2, 3
EVERYTHING = frozenset(Right)
OF_A_MAIL = frozenset({Right.CLASSIFY, Right.DELETE, Right.MOVE, Right.OPEN})
BY_HAND = frozenset({Right.EDIT, Right.CLASSIFY, Right.DELETE, Right.MOVE})


def viewer(person_id: int, *, administrator: bool = False) -> Viewer:
    return Viewer(person_id, str(person_id), "", "", administrator)


def record(*, automatic: bool) -> Record:
    return Record(
        id=uuid.UUID(int=1),
        message_id=7 if automatic else None,
        created_by_id=None if automatic else AUTHOR,
        deleted_by_id=DELETER,
    )


def granted(person: Viewer, *, automatic: bool, restricted: bool = False) -> frozenset[Right]:
    rights = rights_on(record(automatic=automatic), person, restricted=restricted)
    return frozenset(right for right in Right if right in rights)


@pytest.mark.parametrize("person_id", [AUTHOR, COLLEAGUE, DELETER])
def test_whoever_sees_a_mail_classifies_deletes_and_moves_it(person_id: int) -> None:
    restore = {Right.RESTORE} if person_id == DELETER else set()

    assert granted(viewer(person_id), automatic=True) == OF_A_MAIL | restore


def test_nobody_edits_a_mail_not_even_an_administrator() -> None:
    administrator = viewer(COLLEAGUE, administrator=True)

    assert granted(administrator, automatic=True) == EVERYTHING - {Right.EDIT}
    with pytest.raises(NotByHand):
        rights_on(record(automatic=True), administrator, restricted=False).require(Right.EDIT)


def test_what_was_made_by_hand_is_its_authors_and_the_administrators() -> None:
    assert granted(viewer(AUTHOR), automatic=False) == BY_HAND
    assert granted(viewer(COLLEAGUE), automatic=False) == frozenset()
    assert granted(viewer(COLLEAGUE, administrator=True), automatic=False) == BY_HAND | {Right.RESTORE}
    with pytest.raises(NotTheAuthor):
        rights_on(record(automatic=False), viewer(COLLEAGUE), restricted=False).require(Right.CLASSIFY)


@pytest.mark.parametrize(("automatic", "administrator"), list(product([True, False], repeat=2)))
def test_who_sees_no_content_touches_nothing(automatic: bool, administrator: bool) -> None:
    person = viewer(AUTHOR, administrator=administrator)

    assert granted(person, automatic=automatic, restricted=True) == frozenset()
    for right in Right:
        with pytest.raises(ContentHidden):
            rights_on(record(automatic=automatic), person, restricted=True).require(right)
