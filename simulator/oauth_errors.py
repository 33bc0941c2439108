"""How the Microsoft identity platform says no."""

import uuid
from datetime import datetime

from simulator.values import Json


class OAuthError(Exception):
    """A refused request for a token: AADSTS `number`, the OAuth `error` word, and the HTTP status."""

    def __init__(self, number: int, error: str, message: str, *, status: int = 400) -> None:
        super().__init__(f"AADSTS{number}: {message}")
        self.number = number
        self.error = error
        self.message = message
        self.status = status


def oauth_error_json(error: OAuthError, now: datetime) -> Json:
    """The error in the identity platform's JSON."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    moment = now.strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"AADSTS{error.number}: {error.message} "
        f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    )
    return {
        "error": error.error,
        "error_description": description,
        "error_codes": [error.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={error.number}",
    }
