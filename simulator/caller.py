"""Who calls Graph, and what that caller may do."""

from dataclasses import dataclass

import jwt

from simulator.errors import GraphError, access_denied, user_not_found
from simulator.keys import KeyRing
from simulator.tenant import GRAPH_RESOURCE, Application
from simulator.users import User
from simulator.world import World


@dataclass(frozen=True)
class Caller:
    """The application, for itself or (with `user_id`) for a person who granted it `scopes`."""

    application: Application
    object_id: str
    user_id: str | None = None
    scopes: frozenset[str] = frozenset()

    def check(self, permission: str) -> None:
        """Raises GraphError 403 if the caller lacks a permission such as `Mail.Read`."""
        granted = self.application.permissions if self.user_id is None else set(self.scopes)
        if not self.application.allows(permission, granted):
            raise access_denied()

    def mailbox_owner(self, world: World, name: str, permission: str) -> User:
        """The user whose mailbox `name` ('me', object id or user principal name) means.

        Raises GraphError: 404 for an unknown user, 403 without the permission or for a mailbox out of reach.
        """
        self.check(permission)
        user = self.named_user(world, name)
        if self.user_id not in (None, user.id):
            raise access_denied()
        allowed = self.application.mailboxes
        if self.user_id is None and allowed is not None and user.id not in allowed:
            raise GraphError(
                403,
                "ErrorAccessDenied",
                "Access to OData is disabled: [RAOP] : "
                "Blocked by tenant configured AppOnly AccessPolicy settings.",
            )
        return user

    def named_user(self, world: World, name: str) -> User:
        """The user of that object id or user principal name; aliases do not count. Raises GraphError 404."""
        if name == "me":
            name = self._own_id()
        user = world.find_user(name)
        if user is None or name.casefold() not in (user.id, user.address.casefold()):
            raise user_not_found(name)
        return user

    def _own_id(self) -> str:
        if self.user_id is None:
            raise GraphError(
                400, "BadRequest", "/me request is only valid with delegated authentication flow."
            )
        return self.user_id


class Gate:
    """Reads bearer tokens; tokens already verified are remembered."""

    def __init__(self, ring: KeyRing, application: Application, world: World) -> None:
        self._ring = ring
        self._application = application
        self._world = world
        self._known: dict[str, tuple[float, Caller]] = {}

    def caller(self, authorization: str | None) -> Caller:
        """The caller that an Authorization header proves; raises GraphError 401."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthenticated("Access token is empty.")
        expires, caller = self._known.get(token) or self._read(token)
        if expires < self._world.now().timestamp():
            raise _unauthenticated("Lifetime validation failed, the token is expired.")
        self._known[token] = expires, caller
        return caller

    def _read(self, token: str) -> tuple[float, Caller]:
        try:
            claims = self._ring.verify(token, GRAPH_RESOURCE)
        except jwt.InvalidAudienceError as error:
            raise _unauthenticated("Access token validation failure. Invalid audience.") from error
        except jwt.PyJWTError as error:
            raise _unauthenticated("CompactToken parsing failed with error code: 80049217") from error
        person = claims["oid"] if claims["idtyp"] == "user" else None
        scopes = frozenset(claims.get("scp", "").split())
        return claims["exp"], Caller(self._application, claims["oid"], person, scopes)


def _unauthenticated(message: str) -> GraphError:
    challenge = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        f'client_id="{GRAPH_RESOURCE}"'
    )
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})
