"""The app's own token for Graph, with its failures in Graph's terms."""

import base64
import binascii

from server.graph.errors import CredentialRefused, GraphUnavailable
from server.graph.sign_in import SignIn, TokenUnavailable


class AppTokens:
    """Raises CredentialRefused for a secret or certificate that Microsoft rejects, else GraphUnavailable."""

    def __init__(self, sign_in: SignIn, graph_url: str) -> None:
        self._sign_in = sign_in
        self._scope = f"{graph_url}/.default"

    def app_token(self, *, claims_challenge: str | None = None) -> str:
        """`claims_challenge` is what Graph wrote into the header of a 401: JSON in base64."""
        claims = _decoded(claims_challenge) if claims_challenge else None
        try:
            return self._sign_in.app_token([self._scope], claims)
        except TokenUnavailable as error:
            if error.permanent:
                raise CredentialRefused(f"Microsoft gives the app no token ({error})") from error
            raise GraphUnavailable(f"Microsoft's sign-in does not answer ({error})") from error

    def forget(self) -> None:
        """Ask for a new token the next time."""
        self._sign_in.forget_app_token()


def _decoded(claims_challenge: str) -> str:
    try:
        return base64.b64decode(claims_challenge).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise GraphUnavailable("Microsoft Graph's claims challenge cannot be read", status=401) from None
