"""What went wrong, in one message that says what to do next."""

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from server.graph.errors import CredentialRefused, GraphDenied, GraphError, GraphUnavailable, NotFound
from server.ingest.lease import MailboxBusy
from server.settings import SettingsError


def explain(error: Exception) -> str:
    """Put a fault into words for the operator."""
    match error:
        case SettingsError():
            return str(error)
        case ModuleNotFoundError(name="psycopg"):
            return "The driver for PostgreSQL is missing: pip install 'bitacora[postgresql]'"
        case CredentialRefused():
            return (
                f"{error}\nMicrosoft does not accept the app's secret or certificate. Check "
                "BITACORA_CLIENT_SECRET or BITACORA_CLIENT_CERTIFICATE, and whether it has expired."
            )
        case GraphDenied():
            return f"{error}\nA permission is missing. `bitacora check` says which one."
        case NotFound():
            return f"{error}\nMicrosoft 365 does not know it. Check the spelling of the address."
        case GraphUnavailable():
            return f"{error}\nCheck BITACORA_GRAPH_URL, BITACORA_LOGIN_URL and the network, then try again."
        case GraphError():
            return str(error)
        case MailboxBusy():
            return "The mailbox is being worked on. Try again in a moment."
        case SQLAlchemyError():
            return _explain_database(error)
    return f"{type(error).__name__}: {error}"


def _explain_database(error: SQLAlchemyError) -> str:
    cause = str(error.orig) if isinstance(error, DBAPIError) and error.orig else type(error).__name__
    if "locked" in cause:
        return "The database is locked by another program. End that program, then try again."
    if "readonly" in cause or "read-only" in cause:
        return "The database is read-only. Give this user the right to write to it and to its folder."
    if "no such table" in cause or "does not exist" in cause:
        return "The database is empty or of an earlier version. Run `bitacora init-db` first."
    if isinstance(error, OperationalError):
        return (
            f"The database cannot be used: {cause.strip()}\n"
            "Check BITACORA_DATABASE_URL and BITACORA_DATA_DIR."
        )
    return f"The database refused: {cause.strip()}"
