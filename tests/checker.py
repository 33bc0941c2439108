"""What the register should hold, worked out apart from the product, and how a real register differs from it.

This code shares nothing with the product on purpose: a mistake made in both would stay unseen.
What goes in and comes out is plain data, in the shape of the `expected` part of `tests/mails/*.json`.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

Row = Mapping[str, Any]

STAFF_DOMAINS = frozenset({"ribera.example", "ribera-antigua.example"})
RECORD = ("client", "internet_message_id")
UNASSIGNED = ("internet_message_id",)
EXCLUDED = ("internet_message_id", "mailbox")
EVENT = ("internet_message_id", "kind")

_SAME_SENDING = timedelta(minutes=10)
_RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients")
_LONGEST_ID = 640
_GONE = {"deleted", "archived", "purged"}
_OUTGOING = {"sentitems", "drafts", "outbox"}
_FOLDERS = {
    "drafts": "draft",
    "outbox": "draft",
    "junkemail": "junk",
    "deleteditems": "deleted",
    "recoverableitemsdeletions": "deleted",
}
_PRIVATE_CATEGORIES = {"Privado", "Private", "Personal"}
_PRIVATE = {"personal", "private", "1", "2"}
_ANSWERS = {"meetingAccepted", "meetingTenativelyAccepted", "meetingDeclined"}
_EVENTS = {"bounce": "undelivered", "receipt": "read_receipt"}


@dataclass(frozen=True)
class Client:
    code: str
    name: str
    nif: str
    addresses: frozenset[str]


@dataclass(frozen=True)
class Firm:
    """Whose register it is; `accounts` gives the start of each mail account that is read."""

    clients: tuple[Client, ...]
    accounts: Mapping[str, datetime]
    domains: frozenset[str] = STAFF_DOMAINS

    def is_staff(self, address: str) -> bool:
        """Whether a comparable address belongs to the firm; Exchange's own names for its users do."""
        return address.startswith(("/o=", "imceaex-")) or address.rpartition("@")[2] in self.domains

    def owners(self, address: str) -> tuple[tuple[str, ...], str]:
        """The codes of the clients of a comparable address and the rule that found them."""
        exact = self._codes(address)
        local, _, domain = address.rpartition("@")
        tagged = self._codes(f"{local.partition('+')[0]}@{domain}") if "+" in local else ()
        return (exact, "address") if exact else (tagged, "tagged_address")

    def _codes(self, address: str) -> tuple[str, ...]:
        return tuple(client.code for client in self.clients if address in client.addresses)


@dataclass(frozen=True)
class Copy:
    """A mail in one mailbox; `certain` is False if it stood there, readable, only for a while."""

    mailbox: str
    folder: str
    message: Row
    outgoing: bool = False
    certain: bool = True

    @property
    def received(self) -> datetime:
        return _moment(self.message.get("receivedDateTime") or self.message.get("sentDateTime"))

    @property
    def sent(self) -> datetime:
        return _moment(self.message.get("sentDateTime") or self.message.get("receivedDateTime"))

    @property
    def message_id(self) -> str:
        return comparable_id(self.message.get("internetMessageId"))

    @property
    def sender(self) -> str:
        return _address(self.message.get("from")) or _address(self.message.get("sender"))

    @property
    def message_class(self) -> str:
        return self.extended("string 0x1a").casefold()

    def header(self, name: str) -> str | None:
        """A header's value in lower case; Graph shows none for what the mailbox itself sent."""
        headers = () if self.outgoing else self.message.get("internetMessageHeaders") or ()
        return next((h["value"].strip().casefold() for h in headers if h["name"].casefold() == name), None)

    def references(self) -> list[str]:
        headers = () if self.outgoing else self.message.get("internetMessageHeaders") or ()
        wanted = {"in-reply-to", "references"}
        return [
            comparable_id(word)
            for h in headers
            if h["name"].casefold() in wanted
            for word in h["value"].split()
        ]

    def extended(self, name: str) -> str:
        properties = self.message.get("singleValueExtendedProperties") or ()
        return next((str(p["value"]) for p in properties if _property_name(p["id"]) == name), "")


@dataclass
class Register:
    """The expected register, in the shape of a fixture's `expected`.

    `standings` says of each copy whether it is filed, unassigned, internal or excluded.
    """

    records: list[Row] = field(default_factory=list)
    unassigned: list[Row] = field(default_factory=list)
    excluded: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    standings: list[tuple[Copy, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Balance:
    """How many rows were expected and found, and what is wrong with them; `differences` names each fault."""

    expected: int
    got: int
    missing: int
    extra: int
    doubled: int
    differences: tuple[str, ...] = ()

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(
            self.expected + other.expected,
            self.got + other.got,
            self.missing + other.missing,
            self.extra + other.extra,
            self.doubled + other.doubled,
            self.differences + other.differences,
        )

    @property
    def ok(self) -> bool:
        return not (self.missing or self.extra or self.doubled or self.differences)

    def __str__(self) -> str:
        return (
            f"expected {self.expected} / got {self.got} / missing {self.missing}"
            f" / extra {self.extra} / doubled {self.doubled}"
        )

    def report(self) -> str:
        """The headline with one line for each difference."""
        return "\n".join([str(self), *self.differences])


TALLY: list[Balance] = []
"""Every balance that was drawn in this run."""


def firm_from(clients_csv: str, accounts: Sequence[Row], domains: Iterable[str] = STAFF_DOMAINS) -> Firm:
    """The firm from its clients in import format and its accounts (`address`, `since`)."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(clients_csv)):
        rows[row["code"]].append(row)
    clients = tuple(_client(rows[code]) for code in sorted(rows))
    starts = {account["address"]: _moment(account.get("since")) for account in accounts}
    return Firm(clients, starts, frozenset(domains))


def copies_of_deliveries(deliveries: Sequence[Row], firm: Firm) -> list[Copy]:
    """The copies that a fixture's deliveries leave in the mailboxes."""
    return [copy for delivery in deliveries for copy in _delivered(delivery, firm)]


def copies_of_truth(events: Iterable[Row]) -> list[Copy]:
    """The copies that a simulator's ground truth speaks of, as `GET /simulator/truth` lists it."""
    histories: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for event in events:
        histories[event["mailbox"], event["message"]["id"]].append(event)
    return [_remembered(history) for history in histories.values()]


def expected_register(
    copies: Iterable[Copy], firm: Firm, assigned: Mapping[str, Iterable[str]] = MappingProxyType({})
) -> Register:
    """The register that these copies must lead to; those outside the accounts count for nothing.

    `assigned` are the clients that people chose, by the Message-ID of the mail.
    """
    register = Register()
    threads: dict[tuple[str, ...], set[str]] = defaultdict(set)
    ours = [copy for copy in copies if copy.mailbox in firm.accounts]
    words = {comparable_id(message_id): set(codes) for message_id, codes in assigned.items()}
    for message in _messages(ours):
        _enter(message, firm, threads, register, words.get(message[0].message_id, set()))
    register.events = _events(ours, firm, register)
    return register


def balance(expected: Sequence[Row], got: Sequence[Row], key: Sequence[str] = RECORD) -> Balance:
    """Compares rows by key, and rows of equal key by every other field that both sides give."""
    wanted, found = _by_key(expected, key), _by_key(got, key)
    counts = {"missing": 0, "extra": 0, "doubled": 0}
    differences: list[str] = []
    for name in sorted({*wanted, *found}):
        for fault, number in _faults(wanted[name], found[name]):
            counts[fault] += number
            differences.append(f"{fault} {number} × {' '.join(name)}")
        differences += [
            f"different {' '.join(name)}: {text}" for text in _unlike(wanted[name], found[name], key)
        ]
    return Balance(_due(wanted, found), len(got), **counts, differences=tuple(differences))


def comparable(address: object) -> str:
    """An address in the one spelling in which it is compared; empty if there is none."""
    seen = "".join(c for c in str(address or "") if unicodedata.category(c) not in {"Cc", "Cf"})
    text = unicodedata.normalize("NFC", seen).strip().rstrip(".").casefold()
    local, _, domain = text.rpartition("@")
    return f"{local}@{_unicode_domain(domain)}" if local else domain


def comparable_id(message_id: object) -> str:
    """A Message-ID in the one spelling in which it is compared: without NUL, and not endless."""
    return str(message_id or "").replace("\0", "").strip().strip("<>")[:_LONGEST_ID]


# Clients and copies


def _client(rows: list[dict[str, str]]) -> Client:
    addresses = frozenset(comparable(row["email"]) for row in rows if row["email"])
    return Client(rows[0]["code"], rows[0]["name"], rows[0]["nif"], addresses)


def _unicode_domain(domain: str) -> str:
    return ".".join(_unicode_label(label) for label in domain.split("."))


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _property_name(name: str) -> str:
    return re.sub(r"0x0*", "0x", name.casefold())


def _address(person: object) -> str:
    inner = person.get("emailAddress") if isinstance(person, Mapping) else None
    return comparable((inner or {}).get("address"))


def _moment(value: str | None) -> datetime:
    moment = datetime.fromisoformat(value) if value else datetime.min
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _delivered(delivery: Row, firm: Firm) -> Iterator[Copy]:
    message, folder = delivery["message"], delivery["folder"]
    received = {**message, "bccRecipients": []}
    if delivery["how"] == "send":
        yield Copy(delivery["mailboxes"][0], "sentitems", message, outgoing=True)
        mailboxes = [address for address in dict.fromkeys(_recipients(message)) if address in firm.accounts]
        yield from (Copy(mailbox, "inbox", received) for mailbox in mailboxes)
        return
    outgoing = folder in _OUTGOING
    for mailbox in delivery["mailboxes"]:
        yield Copy(mailbox, folder, message if outgoing else received, outgoing)


def _recipients(message: Row) -> Iterator[str]:
    for name in _RECIPIENTS:
        for person in message.get(name) or ():
            yield _address(person)


def _remembered(history: Sequence[Row]) -> Copy:
    """The copy as it is at the end or, if it is no longer to be filed, as it was when it last was."""
    outgoing = history[0]["folder"] in _OUTGOING
    states = [Copy(e["mailbox"], _place(e), e["message"], outgoing) for e in history]
    readable = [state for state in states if not _set_aside(state)]
    last = states[-1]
    if last in readable[-1:] or not readable:
        return last
    return replace(readable[-1], certain=False)


def _place(event: Row) -> str:
    gone = event["event"] in _GONE
    return "recoverableitemsdeletions" if gone else str(event["folder"]).partition("/")[0]


# One message at a time


def _messages(copies: Sequence[Copy]) -> list[list[Copy]]:
    """The copies of each message, messages in the order in which they were received."""
    known: dict[tuple[object, ...], list[list[Copy]]] = defaultdict(list)
    for copy in sorted(copies, key=lambda c: c.received):
        group = known[_identity(copy)]
        same = next((m for m in group if abs(m[0].sent - copy.sent) <= _SAME_SENDING), None)
        if same is None:
            group.append([copy])
        else:
            same.append(copy)
    return sorted((m for group in known.values() for m in group), key=lambda m: m[0].received)


def _identity(copy: Copy) -> tuple[object, ...]:
    if copy.message_id:
        return copy.message_id, copy.sender
    recipients = frozenset(_recipients({**copy.message, "bccRecipients": []}))
    return "", copy.sender, copy.sent, copy.message.get("subject") or "", recipients


def _enter(
    message: list[Copy],
    firm: Firm,
    threads: dict[tuple[str, ...], set[str]],
    register: Register,
    assigned: set[str],
) -> None:
    sources = [copy for copy in message if _exclusion(copy, firm) is None]
    people = {address for copy in sources for address in _people(copy)}
    outside = {address for address in people if not firm.is_staff(address)}
    own, shared = _owners(outside, firm)
    settled, open_ = _settled(sources, own, shared, firm, threads)
    if assigned:
        settled, open_ = dict.fromkeys(assigned, "person") | settled, set()
    if not (settled or open_):
        why = "internal" if people and not outside else "no_client"
        register.excluded += _excluded(message, firm, why)
        register.standings += _standings(message, sources, "internal" if why == "internal" else "excluded")
        return
    register.standings += _standings(message, sources, "filed" if settled else "unassigned")
    register.records += [_record(code, settled[code], sources, firm) for code in sorted(settled)]
    if open_:
        question = _told(sources, candidates=sorted(open_))
        register.unassigned.append(question if _all_certain(sources) else {**question, **_certainty(sources)})
    for key in _thread_of(sources):
        threads[key] |= settled.keys()


def _people(copy: Copy) -> Iterator[str]:
    """The comparable addresses that may match: of bulk mail the sender alone."""
    everyone = [_address(copy.message.get("sender")), *_recipients(copy.message)]
    yield from filter(None, [copy.sender] if _is_bulk(copy) else [copy.sender, *everyone])


def _owners(people: Iterable[str], firm: Firm) -> tuple[dict[str, str], list[tuple[str, ...]]]:
    """The rule for each client with an address of its own, and the candidates of the other addresses."""
    found = {firm.owners(address) for address in people}
    tagged = {codes[0]: rule for codes, rule in found if len(codes) == 1 and rule != "address"}
    own = tagged | {codes[0]: rule for codes, rule in found if len(codes) == 1 and rule == "address"}
    return own, sorted(codes for codes, _ in found if len(codes) > 1 and not own.keys() & set(codes))


def _settled(
    sources: list[Copy],
    own: dict[str, str],
    shared: list[tuple[str, ...]],
    firm: Firm,
    threads: dict[tuple[str, ...], set[str]],
) -> tuple[dict[str, str], set[str]]:
    """The rule under which each client gets the message, and the candidates that nothing chooses from."""
    settled, open_ = dict(own), set[str]()
    for codes in shared:
        code, rule = _chosen(sources, codes, firm, threads)
        if code:
            settled.setdefault(code, rule)
        else:
            open_ |= set(codes)
    return settled, open_


def _chosen(
    sources: list[Copy], codes: tuple[str, ...], firm: Firm, threads: dict[tuple[str, ...], set[str]]
) -> tuple[str, str]:
    subject = str(sources[0].message.get("subject") or "")
    candidates = [client for client in firm.clients if client.code in codes]
    earlier = {code for key in _thread_of(sources, answers=True) for code in threads.get(key, ())}
    clues = {
        "subject_nif": [c.code for c in candidates if _names_nif(subject, c.nif)],
        "subject_name": [c.code for c in candidates if f" {_plain(c.name)} " in f" {_plain(subject)} "],
        "thread": [c.code for c in candidates if c.code in earlier],
    }
    return next(((found[0], rule) for rule, found in clues.items() if len(found) == 1), ("", ""))


def _names_nif(subject: str, nif: str) -> bool:
    """Whether the NIF stands in the subject as a word, points and hyphens apart (`B-34.567.891`)."""
    pattern = r"[.\-]?".join(nif)
    return re.search(rf"(?<![0-9a-z]){pattern}(?![0-9a-z])", subject, re.IGNORECASE) is not None


def _plain(text: str) -> str:
    """Lower-case words without accents or punctuation, as people write names in subjects."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", letters.casefold()))


def _thread_of(sources: list[Copy], answers: bool = False) -> set[tuple[str, ...]]:
    """The keys of a thread: conversations by mailbox, and the message's own id or the ids that it answers."""
    conversations = {
        (c.mailbox, str(c.message["conversationId"])) for c in sources if c.message.get("conversationId")
    }
    ids = {i for c in sources for i in (c.references() if answers else [c.message_id]) if i}
    return conversations | {(i,) for i in ids}


def _record(code: str, rule: str, sources: list[Copy], firm: Firm) -> Row:
    direction = "sent" if firm.is_staff(sources[0].sender) else "received"
    flags = ["bulk"] if all(map(_is_bulk, sources)) else []
    record = _told(sources, client=code, direction=direction, rule=rule, flags=flags)
    return {**record, **({"copies": len(sources)} if _all_certain(sources) else _certainty(sources))}


def _all_certain(copies: Iterable[Copy]) -> bool:
    return all(copy.certain for copy in copies)


def _certainty(copies: Iterable[Copy]) -> Row:
    return {"certain": any(copy.certain for copy in copies)}


def _told(copies: list[Copy], **facts: object) -> dict[str, object]:
    return {"internet_message_id": copies[0].message.get("internetMessageId") or None, **facts}


def _excluded(message: list[Copy], firm: Firm, otherwise: str) -> list[Row]:
    """One row for each mailbox, however many copies lie in it."""
    first = {copy.mailbox: copy for copy in reversed(message)}
    return [_told([c], mailbox=c.mailbox, exclusion=_exclusion(c, firm) or otherwise) for c in first.values()]


def _standings(message: list[Copy], sources: list[Copy], word: str) -> list[tuple[Copy, str]]:
    return [(copy, word if copy in sources else "excluded") for copy in message]


def _events(copies: Sequence[Copy], firm: Firm, register: Register) -> list[Row]:
    """Bounces and receipts as events of the messages that they answer."""
    known = {
        comparable_id(row["internet_message_id"]): row for row in [*register.records, *register.unassigned]
    }
    found = {
        (known[reference]["internet_message_id"], _EVENTS[why])
        for copy in copies
        if (why := _exclusion(copy, firm) or "") in _EVENTS
        for reference in copy.references()
        if reference in known
    }
    return [{"internet_message_id": message_id, "kind": kind} for message_id, kind in sorted(found)]


# Why a copy is left aside


def _exclusion(copy: Copy, firm: Firm) -> str | None:
    if copy.received < firm.accounts[copy.mailbox]:
        return "outside_period"
    from_client = bool(firm.owners(copy.sender)[0])
    return _set_aside(copy) or ("bulk" if _is_bulk(copy) and not from_client else None)


def _set_aside(copy: Copy) -> str | None:
    """Why this copy is not filed whoever wrote it; where several reasons hold, the first of these."""
    reasons = {
        "draft": bool(copy.message.get("isDraft")),
        _FOLDERS.get(copy.folder, ""): copy.folder in _FOLDERS,
        "private": _is_private(copy),
        "journal": copy.header("x-ms-journal-report") is not None,
        "bounce": _is_bounce(copy),
        "receipt": copy.message_class.startswith("report.") and not _is_bounce(copy),
        "meeting_response": _is_answer(copy),
        "automatic_reply": _is_automatic(copy),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _is_private(copy: Copy) -> bool:
    categories = set(copy.message.get("categories") or ())
    marks = {copy.extended("integer 0x36"), copy.header("sensitivity")}
    return bool(categories & _PRIVATE_CATEGORIES or marks & _PRIVATE)


def _is_bounce(copy: Copy) -> bool:
    if copy.message_class.startswith("report."):
        return copy.message_class.endswith(".ndr")
    is_report = (copy.header("content-type") or "").startswith("multipart/report")
    return not copy.message.get("from") and is_report and copy.header("auto-submitted") is not None


def _is_answer(copy: Copy) -> bool:
    is_response = copy.message.get("@odata.type") == "#microsoft.graph.eventMessageResponse"
    return is_response or copy.message.get("meetingMessageType") in _ANSWERS


def _is_automatic(copy: Copy) -> bool:
    is_template = copy.message_class.startswith("ipm.note.rules.ooftemplate")
    return is_template or (copy.header("auto-submitted") or "").startswith("auto-")


def _is_bulk(copy: Copy) -> bool:
    is_list = copy.header("list-id") is not None or copy.header("list-unsubscribe") is not None
    return is_list or copy.header("precedence") in {"bulk", "list"}


# Comparing


def _by_key(rows: Sequence[Row], key: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(comparable_id(row[name]) for name in key)].append(row)
    return groups


def _is_certain(row: Row) -> bool:
    return bool(row.get("certain", True))


def _faults(wanted: list[Row], found: list[Row]) -> Iterator[tuple[str, int]]:
    missing = sum(map(_is_certain, wanted)) - len(found)
    surplus = len(found) - len(wanted)
    if missing > 0:
        yield "missing", missing
    if surplus > 0:
        yield ("doubled" if wanted else "extra"), surplus


def _due(wanted: dict[tuple[str, ...], list[Row]], found: dict[tuple[str, ...], list[Row]]) -> int:
    """How many rows there must be: an uncertain one counts only if it is there."""
    return sum(
        min(len(rows), max(len(found[key]), sum(map(_is_certain, rows)))) for key, rows in wanted.items()
    )


def _unlike(wanted: list[Row], found: list[Row], key: Sequence[str]) -> Iterator[str]:
    """What differs between rows of one key, after those that agree were set against each other."""
    rest = list(found)
    for row in wanted:
        best = min(rest, key=lambda other: len(_gaps(row, other, key)), default=None)
        if best is not None:
            rest.remove(best)
            yield from _gaps(row, best, key)


def _gaps(wanted: Row, found: Row, key: Sequence[str]) -> list[str]:
    names = [name for name in wanted if name in found and name not in key and name != "certain"]
    return [f"{n} is {found[n]!r} instead of {wanted[n]!r}" for n in names if found[n] != wanted[n]]
