"""The question that Graph asks a notification address before it trusts it."""

import uuid

import httpx

from simulator.errors import GraphError, bad_request
from simulator.outgoing import new_client

PATIENCE_S = 10.0


def check_endpoint(url: str) -> None:
    """Asks `url` to repeat a token as plain text within ten seconds; raises GraphError 400 if it does not.

    The token holds spaces and colons, so that an address which echoes it undecoded fails.
    """
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
    try:
        answer = _ask(url, token)
    except httpx.TimeoutException as error:
        raise bad_request("Subscription validation request timed out.", "InvalidRequest") from error
    except httpx.HTTPError as error:
        raise _failed("The endpoint could not be reached.") from error
    if answer.status_code != 200:
        raise _failed(f"HTTP status code is '{answer.reason_phrase or answer.status_code}'.")
    if not answer.headers.get("content-type", "").lower().startswith("text/plain"):
        raise _failed("The answer is not of the content type text/plain.")
    if answer.text != token:
        raise _failed("The answer is not the decoded validation token.")


def _ask(url: str, token: str) -> httpx.Response:
    target = httpx.URL(url).copy_merge_params({"validationToken": token})
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    with new_client() as client:
        return client.post(target, headers=headers, timeout=PATIENCE_S)


def _failed(reason: str) -> GraphError:
    return bad_request(
        f"Subscription validation request failed. {reason} "
        "Notification endpoint must respond with 200 OK to validation request.",
        "ValidationError",
    )
