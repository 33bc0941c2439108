"""From a kept error to what a person can do about it."""

import json
from datetime import UTC, datetime

import pytest

from server.graph.errors import from_response
from server.ingest.complaint import Cause, complaint

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def kept(status: int, code: str, message: str = "") -> str:
    """What remains of an answer of Graph once it is kept."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return str(from_response(status, {}, body, now=NOW))


@pytest.mark.parametrize(
    ("status", "code", "message", "cause"),
    [
        (404, "MailboxNotEnabledForRESTAPI", "", Cause.MAILBOX_NOT_ENABLED),
        (404, "MailboxNotSupportedForRESTAPI", "", Cause.MAILBOX_NOT_ENABLED),
        (404, "ErrorInvalidUser", "", Cause.MAILBOX_GONE),
        (404, "ResourceNotFound", "", Cause.MAILBOX_GONE),
        (404, "Request_ResourceNotFound", "", Cause.MAILBOX_GONE),
        (403, "ErrorAccessDenied", "Access is denied. Check credentials.", Cause.PERMISSION_MISSING),
        (
            403,
            "ErrorAccessDenied",
            "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy.",
            Cause.POLICY_BLOCKS,
        ),
        (403, "Authorization_RequestDenied", "", Cause.CONSENT_REVOKED),
        (404, "ErrorItemNotFound", "", Cause.MESSAGE_GONE),
        (429, "ApplicationThrottled", "", Cause.THROTTLED),
        (503, "MailboxStoreUnavailable", "", Cause.UNREACHABLE),
        (502, "", "", Cause.UNREACHABLE),
        (400, "ErrorInvalidIdMalformed", "", Cause.REFUSED),
        (403, "SomethingNewOfMicrosoft", "", Cause.REFUSED),
    ],
)
def test_an_answer_of_graph_is_sorted_by_its_remedy(
    status: int, code: str, message: str, cause: Cause
) -> None:
    assert complaint(kept(status, code, message)).cause is cause


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (
            "Microsoft gives the app no token (invalid_client AADSTS7000222)",
            Cause.CREDENTIAL_EXPIRED,
        ),
        (
            "Microsoft gives the app no token (invalid_client AADSTS7000215)",
            Cause.CREDENTIAL_REFUSED,
        ),
        ("Microsoft gives the app no token (unauthorized_client AADSTS700016)", Cause.APP_UNKNOWN),
        ("Microsoft gives the app no token (unknown_tenant)", Cause.APP_UNKNOWN),
        (
            "Microsoft's sign-in does not answer (temporarily_unavailable AADSTS90033)",
            Cause.UNREACHABLE,
        ),
        ("Microsoft Graph cannot be reached (ConnectError)", Cause.UNREACHABLE),
        ("Microsoft Graph did not answer in time", Cause.UNREACHABLE),
        ("a delta page leads nowhere", Cause.UNREACHABLE),
        ("ValueError", Cause.DEFECT),
    ],
)
def test_other_errors_are_sorted_too(error: str, cause: Cause) -> None:
    assert complaint(error).cause is cause


def test_an_unknown_code_stays_readable() -> None:
    assert complaint(kept(403, "SomethingNewOfMicrosoft")).detail == "403 SomethingNewOfMicrosoft"


def test_nothing_of_the_message_but_the_policy_is_kept() -> None:
    error = kept(403, "ErrorAccessDenied", "[RAOP] Modelo 303 de Panadería Uno")

    assert error == "Microsoft Graph answered 403 ErrorAccessDenied RAOP"
