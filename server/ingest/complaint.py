"""What a kept error means to a person: one code for each thing that somebody can do about it. Pure code.

Errors are kept as `server.graph.errors` words them: status and Microsoft's own code, nothing else.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    MAILBOX_NOT_ENABLED = "mailbox_not_enabled"  # no licence, or not provisioned yet
    MAILBOX_GONE = "mailbox_gone"
    PERMISSION_MISSING = "permission_missing"  # Exchange does not let the app into this mailbox
    POLICY_BLOCKS = "policy_blocks"  # an application access policy of Exchange does
    CONSENT_REVOKED = "consent_revoked"
    CREDENTIAL_EXPIRED = "credential_expired"
    CREDENTIAL_REFUSED = "credential_refused"
    APP_UNKNOWN = "app_unknown"  # the registration was deleted or switched off
    MESSAGE_GONE = "message_gone"  # deleted before it could be read
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"  # Microsoft does not answer, or not in time
    REFUSED = "refused"  # Microsoft says no in a way that is not among these
    DEFECT = "defect"  # an error that nobody foresaw


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why something does not work, and the words of Microsoft behind it, to search for and to pass on."""

    cause: Cause
    detail: str


_ANSWER = re.compile(r"Microsoft Graph answered (?P<status>\d{3})(?: (?P<code>\w+))?(?: (?P<policy>RAOP))?")
_NO_TOKEN = re.compile(r"Microsoft gives the app no token \((?P<reason>[^)]*)\)")
# https://learn.microsoft.com/graph/errors, and the codes of Exchange
_BY_CODE = {
    "mailboxnotenabledforrestapi": Cause.MAILBOX_NOT_ENABLED,
    "mailboxnotsupportedforrestapi": Cause.MAILBOX_NOT_ENABLED,
    "errorinvaliduser": Cause.MAILBOX_GONE,
    "resourcenotfound": Cause.MAILBOX_GONE,
    "request_resourcenotfound": Cause.MAILBOX_GONE,
    "erroraccessdenied": Cause.PERMISSION_MISSING,
    "raop": Cause.POLICY_BLOCKS,
    "authorization_requestdenied": Cause.CONSENT_REVOKED,
    "erroritemnotfound": Cause.MESSAGE_GONE,
}
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_BY_ENTRA_CODE = {
    "unknown_tenant": Cause.APP_UNKNOWN,
    "AADSTS7000222": Cause.CREDENTIAL_EXPIRED,
    "AADSTS700016": Cause.APP_UNKNOWN,
    "AADSTS7000112": Cause.APP_UNKNOWN,
    "AADSTS90002": Cause.APP_UNKNOWN,
    "AADSTS65001": Cause.CONSENT_REVOKED,
}
_WAITING = frozenset({"500", "502", "503", "504", "507", "509", "408", "423"})


def complaint(error: str) -> Complaint:
    """Sort a kept error by what can be done about it; its words stay readable in `detail`."""
    if answer := _ANSWER.search(error):
        code = answer["policy"] or answer["code"] or ""
        return Complaint(_of_answer(answer["status"], code), " ".join(filter(None, answer.groups())))
    if refusal := _NO_TOKEN.search(error):
        return Complaint(_of_token(refusal["reason"]), refusal["reason"])
    # Of an error that is not ours only the name of its kind is kept.
    return Complaint(Cause.DEFECT if error.isidentifier() else Cause.UNREACHABLE, error)


def _of_answer(status: str, code: str) -> Cause:
    known = _BY_CODE.get(code.casefold())
    if known:
        return known
    if status == "429":
        return Cause.THROTTLED
    return Cause.UNREACHABLE if status in _WAITING else Cause.REFUSED


def _of_token(reason: str) -> Cause:
    codes = [_BY_ENTRA_CODE[word] for word in reason.split() if word in _BY_ENTRA_CODE]
    return codes[0] if codes else Cause.CREDENTIAL_REFUSED
