"""What a client asks for when it asks for a token."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from simulator.oauth_errors import OAuthError
from simulator.tenant import API_SCOPE, GRAPH_RESOURCE, Application

OPENID = frozenset({"openid", "profile", "email", "offline_access"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
Resource = Literal["graph", "api"]


@dataclass(frozen=True)
class Scopes:
    """The resource, the permissions asked for there, and the OpenID scopes beside them."""

    resource: Resource
    names: tuple[str, ...]
    openid: frozenset[str]

    @property
    def is_default(self) -> bool:
        return self.names == (".default",)


def parsed_scopes(scope: str, application: Application) -> Scopes:
    """The scopes in a request's `scope`; raises OAuthError for those of several or unknown resources."""
    words = scope.split()
    found = [_resource_and_name(word, application) for word in words if word not in OPENID]
    resources = {resource for resource, _ in found}
    if len(resources) > 1:
        raise OAuthError(28000, "invalid_scope", "The scopes belong to more than one resource.")
    names = tuple(dict.fromkeys(name for _, name in found))
    return Scopes(resources.pop() if resources else "graph", names, frozenset(words) & OPENID)


def missing(scopes: Scopes, application: Application, user_id: str) -> list[str]:
    """The delegated permissions asked for that neither an administrator nor the person has agreed to."""
    if scopes.resource == "api" or scopes.is_default:
        return []
    return [name for name in scopes.names if name not in application.consented(user_id)]


def consented(scopes: Scopes, application: Application, user_id: str) -> list[str]:
    """The delegated permissions that the answer carries; raises OAuthError for one without consent."""
    if scopes.resource == "api":
        return _api_permissions(scopes)
    if scopes.is_default:
        return sorted(application.consented(user_id))
    for name in missing(scopes, application, user_id):
        raise OAuthError(
            65001,
            "invalid_grant",
            f"The user or administrator has not consented to use the permission '{name}'. "
            "Send an interactive authorization request for this user and resource.",
        )
    return list(scopes.names) or ["User.Read"]


def _api_permissions(scopes: Scopes) -> list[str]:
    unknown = set(scopes.names) - {API_SCOPE, ".default"}
    if unknown:
        raise OAuthError(70011, "invalid_scope", f"The scope '{unknown.pop()}' is not exposed by the API.")
    return [API_SCOPE]


def _resource_and_name(word: str, application: Application) -> tuple[Resource, str]:
    for prefix in (application.api_uri, application.client_id):
        if word.startswith(f"{prefix}/"):
            return "api", word.removeprefix(f"{prefix}/")
    resource, _, name = word.rpartition("/")
    # A client that is pointed at this computer names Graph by the address that it knows it under.
    if resource == GRAPH_RESOURCE or urlsplit(resource).hostname in LOOPBACK_HOSTS:
        return "graph", name
    if "://" in word:
        raise OAuthError(500011, "invalid_resource", f"The resource of '{word}' is not in the tenant.")
    return "graph", word
