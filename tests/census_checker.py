"""What a census should count, worked out from what happened in the mailboxes, apart from the product."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from tests.checker import Firm, copies_of_truth, expected_register

Row = Mapping[str, Any]
Day = tuple[str, date]

GONE = {"deleted", "archived", "purged"}
PLACES = ("filed", "unassigned", "internal", "excluded")


@dataclass
class Count:
    """How many mails a day has, and how many of them stand where for sure.

    A mail that was to be filed for a while, and is not now, is filed if it was seen in time.
    """

    mails: int = 0
    sure: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)


def expected_days(events: Sequence[Row], firm: Firm) -> dict[Day, Count]:
    """By mailbox and day (UTC): the mails that lie there now, as `GET /simulator/truth` tells it."""
    places = {
        (copy.mailbox, copy.message["id"]): (word, copy.certain)
        for copy, word in expected_register(copies_of_truth(events), firm).standings
    }
    last = {(event["mailbox"], event["message"]["id"]): event for event in events}
    days: dict[Day, Count] = defaultdict(Count)
    for (mailbox, graph_id), event in last.items():
        start = firm.accounts.get(mailbox)
        received = _moment(event["message"]["receivedDateTime"])
        if start is None or received < start or event["event"] in GONE:
            continue
        word, is_certain = places[mailbox, graph_id]
        count = days[mailbox, received.date()]
        count.mails += 1
        if is_certain:
            count.sure[word] += 1
        else:
            count.unsure.update((word, "excluded"))
    return dict(days)


def faults(expected: Mapping[Day, Count], found: Mapping[Day, Row], missed: Counter[Day]) -> list[str]:
    """What is wrong with the numbers of a census in which so many mails of each day were different."""
    return [
        f"{mailbox} {day}: {fault}"
        for mailbox, day in sorted({*expected, *found})
        for fault in _faults(
            expected.get((mailbox, day), Count()), found.get((mailbox, day), {}), missed[mailbox, day]
        )
    ]


def _faults(count: Count, row: Row, missed: int) -> Iterable[str]:
    numbers = {name: int(row.get(name, 0)) for name in (*PLACES, "in_mailbox", "different")}
    if numbers["in_mailbox"] != count.mails:
        yield f"{numbers['in_mailbox']} mails instead of {count.mails}"
    if numbers["different"] != missed:
        yield f"{numbers['different']} different instead of {missed}"
    if sum(numbers[place] for place in PLACES) + numbers["different"] != numbers["in_mailbox"]:
        yield f"does not come out even: {numbers}"
    for place in PLACES:
        least, most = count.sure[place] - missed, count.sure[place] + count.unsure[place]
        if not least <= numbers[place] <= most:
            yield f"{numbers[place]} {place} instead of {count.sure[place]}"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
