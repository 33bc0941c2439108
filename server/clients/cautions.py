"""What deserves a look after an import although nothing in the list is wrong."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.addresses import domain_of
from server.clients.import_lines import CardLine, ListedClient
from server.clients.nif import has_wrong_control


@dataclass(frozen=True, slots=True)
class SharedAddress:
    address: str
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.address} belongs to several clients ({', '.join(self.codes)}): "
            "its mails wait for a person unless NIF, name or thread decide"
        )


@dataclass(frozen=True, slots=True)
class WithoutAddress:
    code: str
    name: str

    def __str__(self) -> str:
        return f'client "{self.code}" {self.name} has no mail address: no mail is filed for it automatically'


@dataclass(frozen=True, slots=True)
class FirmAddress:
    code: str
    address: str

    def __str__(self) -> str:
        return f'{self.address} of client "{self.code}" belongs to the firm itself: it never matches'


@dataclass(frozen=True, slots=True)
class WrongControl:
    code: str
    nif: str

    def __str__(self) -> str:
        return f'the NIF "{self.nif}" of client "{self.code}" has a wrong control character: check it'


Caution = SharedAddress | WithoutAddress | FirmAddress | WrongControl


@dataclass(frozen=True, slots=True)
class Firm:
    """The addresses and domains of the firm itself, normalised."""

    addresses: Collection[str] = frozenset()
    domains: Collection[str] = frozenset()

    def owns(self, address: str) -> bool:
        return address in self.addresses or domain_of(address) in self.domains


def cautions_about(
    listed: Sequence[ListedClient], cards: Mapping[str, Iterable[CardLine]], firm: Firm
) -> tuple[Caution, ...]:
    """Look at the listed clients among the cards (by code) of the whole directory as they now are."""
    return (
        *(WrongControl(client.code, client.nif) for client in listed if has_wrong_control(client.nif)),
        *(WithoutAddress(client.code, client.name) for client in listed if not _addresses(client.lines)),
        *(
            FirmAddress(client.code, address)
            for client in listed
            for address in _addresses(client.lines)
            if firm.owns(address)
        ),
        *_shared(listed, cards),
    )


def _addresses(lines: Iterable[CardLine]) -> list[str]:
    return list(dict.fromkeys(line.address for line in lines if line.address))


def _shared(
    listed: Sequence[ListedClient], cards: Mapping[str, Iterable[CardLine]]
) -> Iterator[SharedAddress]:
    holders = defaultdict(list)
    for code, lines in cards.items():
        for address in _addresses(lines):
            holders[address].append(code)
    for address in dict.fromkeys(address for client in listed for address in _addresses(client.lines)):
        if len(holders[address]) > 1:
            yield SharedAddress(address, tuple(sorted(holders[address])))
