"""Which clients a mail belongs to. Pure code: look at the addresses first, decide the unclear ones then.

A wrong client in the register costs more than a question to a person, so an address of several clients
is never guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.accounts.staff import Staff
from server.addresses import normalise, without_tag
from server.clients.directory import Directory, Holding
from server.clients.folding import fold
from server.mail import Participant, Role

LEGAL_FORM = re.compile(r" (sl|slu|slp|sll|sa|sau|sal|cb|sc|sociedad limitada|sociedad anonima)$")


class Rule(StrEnum):
    """Why a mail stands under a client."""

    ADDRESS = "address"
    TAGGED_ADDRESS = "tagged_address"
    SUBJECT_NIF = "subject_nif"
    SUBJECT_NAME = "subject_name"
    THREAD = "thread"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address of a mail that stands on the card of one client, or of several."""

    address: str
    rule: Rule
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Match:
    client_id: int
    rule: Rule
    address: str
    section: str


@dataclass(frozen=True, slots=True)
class Candidacy:
    """A client that an unclear mail may belong to; `clue` says what speaks for it."""

    client_id: int
    address: str
    section: str
    clue: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    matches: tuple[Match, ...]
    candidates: tuple[Candidacy, ...]


def sightings(participants: Iterable[Participant], directory: Directory, staff: Staff) -> list[Sighting]:
    """Find the clients' addresses among a mail's participants. Display names prove nothing."""
    found: dict[str, Sighting] = {}
    for participant in participants:
        address = normalise(participant.address)
        if not address or address in found or staff.is_staff(participant.address):
            continue
        if sighting := _look_up(address, directory):
            found[address] = sighting
    return list(found.values())


def senders_only(participants: Iterable[Participant]) -> list[Participant]:
    return [participant for participant in participants if participant.role is Role.FROM]


def is_unclear(seen: Iterable[Sighting], settled: frozenset[int]) -> bool:
    """Whether an address of several clients is left that neither a record nor an own address explains."""
    return bool(_unexplained(list(seen), settled))


def decide(
    seen: list[Sighting],
    subject: str,
    directory: Directory,
    *,
    thread_clients: frozenset[int] = frozenset(),
    settled: frozenset[int] = frozenset(),
) -> Verdict:
    """Say which clients a mail belongs to, and which it may belong to.

    `thread_clients` are those under whom earlier mails of the thread stand, `settled` those under whom
    this mail stands already: a second look does not ask again what was answered.
    """
    strongest_last = sorted(seen, key=lambda sighting: sighting.rule is Rule.ADDRESS)
    matches = {
        sighting.holdings[0].client_id: _match(sighting.holdings[0], sighting.rule, sighting.address)
        for sighting in strongest_last
        if len(sighting.holdings) == 1
    }
    candidates: dict[int, Candidacy] = {}
    for sighting in _unexplained(seen, settled):
        clues = _clues(sighting, subject, directory, thread_clients)
        if decided := _decide(sighting, clues):
            matches.setdefault(decided.client_id, decided)
        else:
            candidates |= _candidates(sighting, clues)
    remaining = [candidate for client, candidate in candidates.items() if client not in matches]
    return Verdict(
        tuple(sorted(matches.values(), key=lambda match: directory.client(match.client_id).code)),
        tuple(sorted(remaining, key=lambda c: (c.clue is None, directory.client(c.client_id).code))),
    )


def _look_up(address: str, directory: Directory) -> Sighting | None:
    if holdings := directory.clients_at(address):
        return Sighting(address, Rule.ADDRESS, holdings)
    if holdings := directory.clients_at(without_tag(address)):
        return Sighting(address, Rule.TAGGED_ADDRESS, holdings)
    return None


def _unexplained(seen: list[Sighting], settled: frozenset[int]) -> list[Sighting]:
    """The shared addresses none of whose clients is already there by an address of its own."""
    sole = settled | {sighting.holdings[0].client_id for sighting in seen if len(sighting.holdings) == 1}
    return [
        sighting
        for sighting in seen
        if len(sighting.holdings) > 1 and not sole & {holding.client_id for holding in sighting.holdings}
    ]


def _clues(
    sighting: Sighting, subject: str, directory: Directory, thread_clients: frozenset[int]
) -> dict[Rule, list[Holding]]:
    """By strength: a NIF in the subject, a name in it, an earlier mail of the thread."""
    words = f" {fold(subject)} "
    numbers = re.findall(r"[0-9A-Z]+", re.sub(r"[-.]", "", subject.upper()))
    clues: dict[Rule, list[Holding]] = {Rule.SUBJECT_NIF: [], Rule.SUBJECT_NAME: [], Rule.THREAD: []}
    for holding in sighting.holdings:
        client = directory.client(holding.client_id)
        if client.nif and client.nif in numbers:
            clues[Rule.SUBJECT_NIF].append(holding)
        if _has_name(words, client.name):
            clues[Rule.SUBJECT_NAME].append(holding)
        if holding.client_id in thread_clients:
            clues[Rule.THREAD].append(holding)
    return clues


def _has_name(words: str, name: str) -> bool:
    """Whether the name stands in the subject; people leave the company's legal form away."""
    spoken = LEGAL_FORM.sub("", fold(name))
    return bool(spoken) and f" {spoken} " in words


def _decide(sighting: Sighting, clues: dict[Rule, list[Holding]]) -> Match | None:
    """The strongest clue decides if it speaks for exactly one client."""
    for rule, holdings in clues.items():
        if len(holdings) == 1:
            return _match(holdings[0], rule, sighting.address)
        if holdings:
            return None
    return None


def _candidates(sighting: Sighting, clues: dict[Rule, list[Holding]]) -> dict[int, Candidacy]:
    clue_of = {
        holding.client_id: rule.value.removeprefix("subject_")
        for rule, holdings in reversed(clues.items())
        for holding in holdings
    }
    return {
        holding.client_id: Candidacy(
            holding.client_id, sighting.address, holding.section, clue_of.get(holding.client_id)
        )
        for holding in sighting.holdings
    }


def _match(holding: Holding, rule: Rule, address: str) -> Match:
    return Match(holding.client_id, rule, address, holding.section)
