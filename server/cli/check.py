"""`bitacora check`: does everything that Bitácora needs work, and if not, what is to be done?"""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click
import httpx
from sqlalchemy.exc import SQLAlchemyError

from server.accounts.accounts import all_accounts
from server.accounts.delegations import refused
from server.accounts.models import Account
from server.cli.context import parts
from server.cli.database import OtherVersion, require_current
from server.cli.failures import explain
from server.graph.delegated import PERMISSIONS
from server.graph.errors import GraphDenied, GraphError, NotFound
from server.graph.trust import tls_context
from server.ingest.credential import WARN_BEFORE, days_left
from server.ingest.own_mailbox import CONSENT_NEEDED
from server.web.context import Bitacora

WEB_TIMEOUT_S = 10
RENEW = (
    "Add a new secret or certificate to the app registration (Entra admin centre, Certificates & secrets), "
    "change the setting, and restart."
)
CONSENT = (
    "Microsoft asked for consent instead: {missing}. Grant these delegated permissions to the app "
    "registration and give admin consent (Entra admin centre, API permissions), so that nobody is asked."
)
UNKNOWN_END = (
    "The app may not read its own registration. Grant it the application permission Application.Read.All, "
    "or put the end of the secret into a calendar."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do if it is not in order, or soon will not be."""

    subject: str
    ok: bool
    remedy: str = ""

    @property
    def mark(self) -> str:
        if not self.ok:
            return "FAIL"
        return "warn" if self.remedy else "ok"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Test settings, database, sign-in, every permission and every address; say what to do."""
    findings = list(_findings(parts()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(f"{finding.mark:<4}  {finding.subject}")
            if finding.remedy:
                click.echo(f"      {finding.remedy}".replace("\n", "\n      "))
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _findings(bitacora: Bitacora) -> Iterator[Finding]:
    yield Finding("settings are complete", True)
    database = _attempt("database answers and is of this version", lambda: _look_at_database(bitacora))
    yield database
    token = _attempt("Microsoft accepts the app's credential", lambda: _look_at_credential(bitacora))
    yield token
    if token.ok:
        yield _expiry(bitacora)
        yield _attempt("permission User.Read.All (addresses of the staff)", lambda: _look_at_users(bitacora))
        if database.ok:
            yield from _account_findings(bitacora)
            yield _consent(bitacora)
    yield _attempt(f"{bitacora.settings.public_url} reaches this server", lambda: _look_at_web(bitacora))


def _expiry(bitacora: Bitacora) -> Finding:
    """When the app's credential ends: a warning from thirty days before on."""
    try:
        ends = bitacora.credentials.ends_at()
    except (GraphDenied, NotFound):
        ends = None
    except GraphError as error:
        return Finding("the end of the app's credential", False, explain(error))
    if ends is None:
        return Finding("the end of the app's secret is unknown", True, UNKNOWN_END)
    days = days_left(ends, bitacora.clock())
    subject = f"the app's credential ends on {ends:%Y-%m-%d}, in {days} days"
    return Finding(subject, days > 1, RENEW if days <= WARN_BEFORE.days else "")


def _account_findings(bitacora: Bitacora) -> Iterator[Finding]:
    with bitacora.database.reading() as session:
        accounts = all_accounts(session)
    if not accounts:
        yield Finding(
            "a mail account is set up", False, "Add one: bitacora accounts add ADDRESS --public|--private"
        )
    for account in accounts:
        yield _attempt(f"permission Mail.Read for {account.address}", _reader(bitacora, account))


def _consent(bitacora: Bitacora) -> Finding:
    """Only a person can find out what they have agreed to; what they were refused is remembered."""
    with bitacora.database.reading() as session:
        refusals = refused(session, CONSENT_NEEDED)
    missing = ", ".join(f"{PERMISSIONS[ability]} ({count} people)" for ability, count in refusals.items())
    return Finding(
        "people may begin drafts and tasks", True, CONSENT.format(missing=missing) if missing else ""
    )


def _reader(bitacora: Bitacora, account: Account) -> Callable[[], None]:
    return lambda: _look_at_mailbox(bitacora, account)


def _attempt(subject: str, look: Callable[[], None]) -> Finding:
    try:
        look()
    except _NotInOrder as error:
        return Finding(subject, False, str(error))
    except (GraphError, SQLAlchemyError, httpx.HTTPError, OSError) as error:
        return Finding(subject, False, explain(error))
    return Finding(subject, True)


class _NotInOrder(Exception):
    """Something is not as it should be; the text is the remedy."""


def _look_at_database(bitacora: Bitacora) -> None:
    try:
        require_current(bitacora.database.engine)
    except OtherVersion as error:
        raise _NotInOrder(error.message) from None
    with bitacora.database.writing():
        pass


def _look_at_credential(bitacora: Bitacora) -> None:
    bitacora.app_tokens.app_token()


def _look_at_users(bitacora: Bitacora) -> None:
    try:
        next(iter(bitacora.graph.users.members()), None)
    except GraphDenied as error:
        raise _NotInOrder(
            f"{error}\nGrant the application permission User.Read.All to the app registration "
            "and give admin consent (Entra admin centre, API permissions)."
        ) from error


def _look_at_mailbox(bitacora: Bitacora, account: Account) -> None:
    try:
        bitacora.graph.folders.exclusions(account.entra_id)
    except GraphDenied as error:
        raise _NotInOrder(
            f"{error}\nThe app may not read this mailbox. Grant the application permission Mail.Read: in "
            "Exchange Online by a role assignment whose scope includes the mailbox (recommended), or in "
            "Entra for all mailboxes. Changes take up to two hours."
        ) from error


def _look_at_web(bitacora: Bitacora) -> None:
    """As Graph does before it grants a subscription: the token must come back as it was sent."""
    token = f"check {secrets.token_hex(8)}"
    answer = httpx.post(
        f"{bitacora.settings.public_url}/graph/notifications",
        params={"validationToken": token},
        verify=tls_context(bitacora.settings.ca_bundle),
        timeout=WEB_TIMEOUT_S,
    )
    if answer.status_code != 200 or answer.text != token:
        raise _NotInOrder(
            "The address answers, but not as Bitácora does. Check BITACORA_PUBLIC_URL and the reverse proxy."
        )
