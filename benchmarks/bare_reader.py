"""The peers of the syncs: httpx, msgspec and INSERT in a loop with nothing else around them.

They know no thread, repeat nothing and forget everything when they end, so they are floors and not rivals.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks import bare_graph, bare_mails, bare_tables
from benchmarks.bare_graph import Mail
from benchmarks.bare_register import BareRegister
from benchmarks.bare_tables import Rows
from benchmarks.reading import Reading

Shape = Callable[[Sequence[Mail]], dict[str, Rows]]


def read(
    settings: Mapping[str, str], mailboxes: Sequence[str], database_url: str, at_once: int = 1
) -> Reading:
    """Read each mailbox from the beginning, so many at once; one row a mail, a page to a transaction."""
    with bare_tables.opened(database_url, bare_mails.CREATE) as write:
        return _read(settings, mailboxes, write, _one_row, at_once)


def read_into_register(settings: Mapping[str, str], mailbox: str, database_url: str) -> Reading:
    """The same for one mailbox, with every row that the product writes, into the product's own tables."""
    register = BareRegister.of(database_url, mailbox)
    with bare_tables.opened(database_url) as write:
        return _read(settings, [mailbox], write, register.rows, 1)


def _read(
    settings: Mapping[str, str],
    mailboxes: Sequence[str],
    write: bare_tables.Write,
    shape: Shape,
    at_once: int,
) -> Reading:
    def read_one(mailbox: str) -> int:
        return sum(_read_folder(graph, mailbox, folder, write, shape) for folder in bare_graph.FOLDERS)

    with bare_graph.connected(settings) as graph, ThreadPoolExecutor(at_once) as threads:
        began, used = time.monotonic(), time.process_time()
        mails = sum(threads.map(read_one, mailboxes))
        return Reading(mails, time.monotonic() - began, time.process_time() - used)


def _read_folder(
    graph: httpx.Client, mailbox: str, folder: str, write: bare_tables.Write, shape: Shape
) -> int:
    mails = 0
    for page in bare_graph.pages(graph, mailbox, folder):
        if page:
            write(shape(page))
        mails += len(page)
    return mails


def _one_row(page: Sequence[Mail]) -> dict[str, Rows]:
    return {bare_mails.TABLE: [bare_mails.row(mail) for mail in page]}
