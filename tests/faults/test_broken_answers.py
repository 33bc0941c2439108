"""Answers that are none, that break off, or that say things nobody ever heard of."""

import random
from typing import Any

import pytest

from server.graph import client
from simulator.attachments import FILE
from tests.faults.mails import ANA, LUIS, deliver
from tests.invariants import check_invariants
from tests.stepped import Stepped

pytestmark = pytest.mark.integration
BROKEN: dict[str, dict[str, Any]] = {
    "connection closed": {"drop": True},
    "connection reset": {"reset": True},
    "cut in the middle": {"cut_body": True},
    "a page instead of JSON": {"html_body": True},
    "a page with 502": {"status": 502, "html_body": True},
    "nothing": {"body": ""},
    "half of an object": {"body": '{"value": ['},
    "null": {"body": "null"},
    "a list": {"body": "[]"},
    "an object of others": {"body": '{"message": "hello"}'},
    "no gzip, though it says so": {"false_gzip": True},
    "each key twice": {"duplicate_keys": True},
}
PLACES = (
    "/messages/delta",
    "/mailFolders",
    "/subscriptions",
    "/attachments",
    "$batch",
    "/messages/",
    "/messages?",
)
# Whatever is null of these, who wrote to whom remains clear.
MAY_BE_NULL = (
    "bccRecipients",
    "body",
    "bodyPreview",
    "categories",
    "ccRecipients",
    "conversationId",
    "flag",
    "hasAttachments",
    "importance",
    "inferenceClassification",
    "isDraft",
    "isRead",
    "parentFolderId",
    "receivedDateTime",
    "replyTo",
    "sender",
    "sentDateTime",
    "subject",
    "toRecipients",
    "webLink",
)
PAPER = [{"@odata.type": FILE, "name": "303.pdf", "contentType": "application/pdf", "contentBytes": "YQ=="}]


def some_mail(program: Stepped, chance: random.Random) -> int:
    """Mails in both mailboxes, some with papers, some that only delta can find; says how many."""
    for number in range(8):
        program.simulator.faults.drop_notifications(share=float(number % 2))
        deliver(program, f"Factura {number}", to=(chance.choice([ANA, LUIS]),), attachments=PAPER)
    program.simulator.faults.drop_notifications()
    return 8


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_is_broken(program: Stepped, chance: random.Random, answer: dict[str, Any]) -> None:
    """Wherever it happens, the next answer may be whole: it is asked for again."""
    number = some_mail(program, chance)
    for place in PLACES:
        program.simulator.faults.next_call(path=place, count=2, **answer)
    program.settle()

    assert check_invariants(program).got == number


def test_an_answer_does_not_come(
    program: Stepped, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After half a minute (here a second) nobody waits for it any longer."""
    monkeypatch.setattr(client, "REQUEST_TIMEOUT_S", 1.0)
    program.restart()
    number = some_mail(program, chance)
    program.simulator.faults.next_call(path="/messages/", delay=60, count=1)
    program.simulator.faults.next_call(path="/messages/delta", delay=60, count=1)
    program.settle()
    program.simulator.faults.release()

    assert check_invariants(program).got == number


def test_messages_have_nulls_and_words_that_are_new(program: Stepped, chance: random.Random) -> None:
    """Any field may be null, any list of words may grow, and new fields come without notice."""
    program.simulator.faults.mutate_messages(
        seed=chance.randrange(1_000), nulls=0.7, enums=1.0, extras=1.0, fields=MAY_BE_NULL
    )
    number = some_mail(program, chance)
    program.settle()

    assert check_invariants(program).got == number
