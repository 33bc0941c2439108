"""Tokens for Graph on behalf of a person, for one ability at a time.

The pane proves the person by its access token (the on-behalf-of flow), the web sign-in by the grant that it
brought. Microsoft's refresh tokens serve every permission that somebody agreed to, so the sign-in itself need
not ask for any. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.graph.errors import ConsentNeeded, CredentialRefused, GraphUnavailable
from server.graph.sign_in import (
    TRANSIENT_ERRORS,
    UNREACHABLE,
    SignIn,
    SignInFailed,
    SignInReason,
    entra_code,
)
from server.mail import Ability

PERMISSIONS: Final = {Ability.DRAFT: "Mail.ReadWrite", Ability.TASK: "Tasks.ReadWrite"}
# The pane's next request brings a new one.
_JUST_EXPIRED: Final = "AADSTS500133"
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "invalid_resource"})


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows Microsoft that the person is there: the pane's access token, or the grant of a sign-in."""

    access_token: str = ""
    grant: str = ""


class Delegated:
    def __init__(self, sign_in: SignIn, graph_url: str) -> None:
        self._sign_in = sign_in
        self._graph_url = graph_url

    def scopes(self, ability: Ability) -> list[str]:
        """What the person, or an administrator for all, must have agreed to."""
        return [f"{self._graph_url}/{PERMISSIONS[ability]}"]

    def token(self, proof: Proof, ability: Ability) -> str:
        """Raises ConsentNeeded, GraphUnavailable and CredentialRefused."""
        if not (proof.access_token or proof.grant):
            raise ConsentNeeded("the sign-in brought no grant")
        try:
            result = self._ask(proof, self.scopes(ability))
        except SignInFailed as error:
            kind = GraphUnavailable if error.reason is SignInReason.UNAVAILABLE else CredentialRefused
            raise kind(f"Microsoft's sign-in does not answer as it should ({error})") from None
        except UNREACHABLE as error:
            raise GraphUnavailable(f"Microsoft's sign-in does not answer ({type(error).__name__})") from None
        if "access_token" in result:
            return str(result["access_token"])
        raise self._failure(result)

    def _ask(self, proof: Proof, scopes: list[str]) -> Mapping[str, Any]:
        client = self._sign_in.client_for_people()
        result: Mapping[str, Any] = (
            client.acquire_token_on_behalf_of(proof.access_token, scopes)
            if proof.access_token
            else client.acquire_token_by_refresh_token(proof.grant, scopes)
        )
        return result

    def _failure(self, result: Mapping[str, Any]) -> Exception:
        error, code = str(result.get("error")), entra_code(result)
        if error in TRANSIENT_ERRORS or code == _JUST_EXPIRED:
            return GraphUnavailable(f"Microsoft's sign-in does not answer ({error})")
        if error in _OUR_FAULT:
            return CredentialRefused(f"Microsoft gives the app no token ({error} {code})")
        self._sign_in.forget_refusals()
        return ConsentNeeded(f"Microsoft wants the person to agree or to sign in ({code})", code=code)
