"""`bitacora accounts backfill` and `rehearse`: watching the first read of a mailbox, and trying it out."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from server.accounts.accounts import account_at
from server.cli.context import parts
from server.ingest.backfill import Backfill, BackfillState, progress, resume, stop
from server.ingest.figures import Figures
from server.ingest.rehearsal import RehearsalFailed
from server.ingest.rehearsal import rehearse as rehearse_mailbox
from server.web.context import Bitacora

DEFAULT_PERIOD = timedelta(days=90)
LOOK_AGAIN_S = 0.5
since_option = click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="File mail from this day on (default: 90 days back)."
)


@click.command()
@click.argument("address")
@click.option("--stop", "order", flag_value="stop", help="Leave the rest unread; new mail is still filed.")
@click.option("--resume", "order", flag_value="resume", help="Go on where it stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print how far it is as JSON, and end.")
def backfill(address: str, order: str | None, as_json: bool) -> None:
    """Watch the back-fill of the account ADDRESS until it is done, stop it, or resume it.

    The running server does the work; Ctrl-C ends this command only.
    """
    bitacora = parts()
    account_id = _account_id(bitacora, address)
    _obey(bitacora, account_id, order)
    found = _look(bitacora, account_id)
    if not (order or as_json):
        found = _watch(bitacora, found)
    click.echo(json.dumps(row_of(found), indent=2) if as_json else f"{found.address}: {describe(found)}")


@click.command()
@click.argument("address")
@since_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rehearse(address: str, since: datetime | None, as_json: bool) -> None:
    """Say what the back-fill of the mailbox ADDRESS would bring: it is read, and nothing is stored.

    The mailbox need not be an account yet.
    """
    bitacora = parts()
    start = start_of(since, bitacora.clock())
    mailbox = bitacora.graph.users.get(address)
    steps = rehearse_mailbox(bitacora.database, bitacora.graph, mailbox, since=start, clock=bitacora.clock)
    try:
        figures = _shown(steps)
    except RehearsalFailed as error:
        raise click.ClickException(f"{address} cannot be read to its end: {error}") from None
    row = {"address": mailbox.address, "since": start.isoformat(), **figures.as_json()}
    text = json.dumps(row, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(row, figures))
    click.echo(text)


def start_of(since: datetime | None, now: datetime) -> datetime:
    """The beginning of the chosen day, or of the usual period."""
    return since.replace(tzinfo=UTC) if since else now - DEFAULT_PERIOD


def row_of(backfill: Backfill) -> dict[str, object]:
    return {
        "state": backfill.state.value,
        "share": round(backfill.share, 3),
        "folders": backfill.folders,
        "folders_walked": backfill.folders_walked,
        "items": backfill.items,
        "items_read": backfill.items_read,
        "reason": backfill.reason,
    }


def describe(backfill: Backfill) -> str:
    """How far it is, in a few words."""
    if backfill.state is BackfillState.DONE:
        return "done"
    far = (
        f"{backfill.share:.0%} ({backfill.items_read:,} of {backfill.items:,} mails, "
        f"{backfill.folders_walked} of {backfill.folders} folders)"
    )
    match backfill.state:
        case BackfillState.STOPPED:
            return f"stopped at {far}"
        case BackfillState.WAITING:
            return f"waiting at {far}: {backfill.reason}"
    return f"running, {far}"


def _account_id(bitacora: Bitacora, address: str) -> int:
    with bitacora.database.reading() as session:
        account = account_at(session, address)
    if account is None:
        raise click.UsageError(f"{address} is not an account; `bitacora accounts list` shows them")
    return account.id


def _obey(bitacora: Bitacora, account_id: int, order: str | None) -> None:
    if order is None:
        return
    with bitacora.database.writing() as session:
        if order == "stop":
            stop(session, account_id)
        else:
            resume(session, account_id, bitacora.clock())


def _look(bitacora: Bitacora, account_id: int) -> Backfill:
    with bitacora.database.reading() as session:
        return progress(session, bitacora.clock(), [account_id])[0]


def _watch(bitacora: Bitacora, found: Backfill) -> Backfill:
    """Until it is done or somebody stops it; Ctrl-C is no fault."""
    with _Bar() as bar:
        try:
            while found.state in {BackfillState.RUNNING, BackfillState.WAITING}:
                bar.show(found)
                time.sleep(LOOK_AGAIN_S)
                found = _look(bitacora, found.account_id)
        except KeyboardInterrupt:
            return found
    return found


def _shown(steps: Iterable[Backfill | Figures]) -> Figures:
    with _Bar() as bar:
        for step in steps:
            if isinstance(step, Figures):
                return step
            bar.show(step)
    raise AssertionError("a rehearsal ends with its figures")


class _Bar:
    """A bar on stderr, where it spoils no output; without a terminal it is not shown."""

    def __init__(self) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("reading", total=1.0)

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, backfill: Backfill) -> None:
        self._progress.update(self._task, completed=backfill.share, description=describe(backfill))


def _lines(row: dict[str, object], figures: Figures) -> Iterator[str]:
    yield f"{row['address']}, since {row['since']}: {figures.mails:,} mails were read, nothing was stored."
    yield f"{figures.filed:>9,} filed"
    yield f"{figures.unassigned:>9,} to be assigned by a person"
    yield f"{figures.internal:>9,} internal"
    for reason, number in figures.excluded.items():
        yield f"{number:>9,} left out: {reason}"
    if figures.unread:
        yield f"{figures.unread:>9,} more that Microsoft did not hand out"
    if figures.first and figures.last:
        yield f"What is filed or to be assigned is from {figures.first:%Y-%m-%d} to {figures.last:%Y-%m-%d}."
        yield f"The register holds {figures.known:,} of these mails already."
    number = len(figures.clients)
    yield f"{figures.records:,} communications of {number} clients, {figures.new_records:,} new:"
    for client in figures.clients:
        yield f"{client.records:>9,} {client.code:<10} {client.name} ({client.new_records:,} new)"
