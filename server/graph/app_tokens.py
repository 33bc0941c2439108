"""The app's own token for Graph, with its failures in Graph's terms."""

from server.graph.errors import CredentialRefused, GraphUnavailable
from server.graph.sign_in import SignIn, TokenUnavailable


class AppTokens:
    """Raises CredentialRefused for a secret or certificate that Microsoft rejects, else GraphUnavailable."""

    def __init__(self, sign_in: SignIn, graph_url: str) -> None:
        self._sign_in = sign_in
        self._scope = f"{graph_url}/.default"

    def app_token(self, *, claims_challenge: str | None = None) -> str:
        try:
            return self._sign_in.app_token([self._scope], claims_challenge)
        except TokenUnavailable as error:
            if error.permanent:
                raise CredentialRefused(f"Microsoft gives the app no token ({error})") from error
            raise GraphUnavailable(f"Microsoft's sign-in does not answer ({error})") from error
