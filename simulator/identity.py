"""The Microsoft identity platform: who may have which token."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from simulator.claims import LIFETIME_S, api_claims, app_claims, graph_claims, id_claims
from simulator.credentials import proven
from simulator.keys import KeyRing
from simulator.oauth_errors import OAuthError
from simulator.scopes import Scopes, consented, missing, parsed_scopes
from simulator.tenant import TENANT_ID, TENANT_NAMES, Application, is_spa_redirect, is_web_redirect
from simulator.users import UnknownUser, User
from simulator.values import Json
from simulator.world import World

CODE_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=90)
SPA_REFRESH_LIFETIME = timedelta(hours=24)
PUBLIC = "0"


@dataclass(frozen=True)
class SignIn:
    """A person who signed in to a client, and what for."""

    user: User
    client_id: str
    scope: str
    redirect_uri: str
    spa: bool
    expires: datetime
    challenge: str | None = None
    nonce: str | None = None


class Identity:
    """Grants tokens. `login_url` is the authority's address, `browser_url` where people sign in."""

    def __init__(
        self, world: World, ring: KeyRing, applications: list[Application], login_url: str, browser_url: str
    ) -> None:
        self.ring = ring
        self._world = world
        self._applications = {application.client_id: application for application in applications}
        self._login_url = login_url
        self._browser_url = browser_url
        self._codes: dict[str, SignIn] = {}
        self._refresh_tokens: dict[str, SignIn] = {}
        self._grants: dict[str | None, Callable[[Application, Mapping[str, str], bool], Json]] = {
            "client_credentials": self._client_credentials,
            "authorization_code": self._authorization_code,
            "refresh_token": self._refresh_token,
            "urn:ietf:params:oauth:grant-type:jwt-bearer": self._on_behalf_of,
        }

    @property
    def issuer(self) -> str:
        return f"{self._login_url}/{TENANT_ID}/v2.0"

    def metadata(self, tenant: str) -> Json:
        """The OpenID configuration; raises OAuthError for a foreign tenant."""
        _check_tenant(tenant)
        here, people = f"{self._login_url}/{tenant}", f"{self._browser_url}/{tenant}"
        return {
            "token_endpoint": f"{here}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": f"{here}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": self.issuer,
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{people}/oauth2/v2.0/authorize",
            "http_logout_supported": True,
            "frontchannel_logout_supported": True,
            "end_session_endpoint": f"{people}/oauth2/v2.0/logout",
            "claims_supported": [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nonce",
                "preferred_username",
                "name",
                "tid",
                "ver",
            ],
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": "graph.microsoft.com",
        }

    def key_set(self) -> Json:
        """The JWKS document; each key names the issuer that it signs for."""
        issuer = f"{self._login_url}/{{tenantid}}/v2.0"
        return {"keys": [key.to_json(issuer) for key in self.ring.keys]}

    def application(self, client_id: str | None) -> Application:
        """The registration of that client id; raises OAuthError."""
        application = self._applications.get(client_id or "")
        if application is None:
            raise OAuthError(
                700016,
                "unauthorized_client",
                f"Application with identifier '{client_id}' was not found in the tenant.",
            )
        return application

    def check_authorization(self, tenant: str, request: Mapping[str, str]) -> None:
        """Refuses an authorization request that must not be answered by a redirect; raises OAuthError."""
        _check_tenant(tenant)
        self.application(request.get("client_id"))
        redirect_uri = request.get("redirect_uri", "")
        if not (is_web_redirect(redirect_uri) or is_spa_redirect(redirect_uri)):
            raise OAuthError(
                50011,
                "invalid_request",
                f"The redirect URI '{redirect_uri}' is not registered for the application.",
            )
        if request.get("response_type") != "code":
            raise OAuthError(70005, "unsupported_response_type", "Only response_type=code is supported.")
        if request.get("code_challenge_method", "S256") != "S256":
            raise OAuthError(501491, "invalid_request", "Only the code_challenge_method S256 is supported.")
        parsed_scopes(request.get("scope", ""), self.application(request.get("client_id")))

    def asked_of(self, request: Mapping[str, str], person: str) -> list[str]:
        """The permissions that the person has to agree to first; raises UnknownUser, OAuthError."""
        application = self.application(request.get("client_id"))
        scopes = parsed_scopes(request.get("scope", ""), application)
        return missing(scopes, application, self._world.user(person).id)

    def consent(self, request: Mapping[str, str], person: str) -> None:
        """The person agrees to what the request asks for; raises UnknownUser, OAuthError."""
        application = self.application(request.get("client_id"))
        consents = application.consents.setdefault(self._world.user(person).id, set())
        consents.update(self.asked_of(request, person))

    def authorize(self, request: Mapping[str, str], person: str) -> str:
        """The authorization code for a person who agreed; raises UnknownUser, OAuthError."""
        code = secrets.token_urlsafe(48)
        self._codes[code] = SignIn(
            user=self._world.user(person),
            client_id=self.application(request.get("client_id")).client_id,
            scope=request.get("scope", ""),
            redirect_uri=request.get("redirect_uri", ""),
            spa=is_spa_redirect(request.get("redirect_uri", "")),
            expires=self._world.now() + CODE_LIFETIME,
            challenge=request.get("code_challenge"),
            nonce=request.get("nonce"),
        )
        return code

    def token(self, tenant: str, form: Mapping[str, str], *, cross_origin: bool = False) -> Json:
        """The token endpoint's answer to a form; raises OAuthError."""
        _check_tenant(tenant)
        grant = self._grants.get(form.get("grant_type"))
        if grant is None:
            raise OAuthError(70003, "unsupported_grant_type", "The app requested an unsupported grant type.")
        return grant(self.application(form.get("client_id")), form, cross_origin)

    def token_for(self, person: str, client_id: str, scope: str) -> Json:
        """Tokens for a person in Outlook, as its broker gets them; raises UnknownUser, OAuthError."""
        application = self.application(client_id)
        user = self._world.user(person)
        answer = self._user_tokens(application, user, parsed_scopes(scope, application), PUBLIC, None)
        return {**answer, "account": self._account(user)}

    def _client_credentials(self, application: Application, form: Mapping[str, str], _: bool) -> Json:
        self._prove(application, form)
        scopes = parsed_scopes(_required(form, "scope"), application)
        if not scopes.is_default or scopes.resource != "graph":
            raise OAuthError(
                1002012,
                "invalid_scope",
                "The scope of client credentials must be the resource with '/.default' added.",
            )
        return _bearer(self.ring.sign(app_claims(application, self._world.now())))

    def _authorization_code(
        self, application: Application, form: Mapping[str, str], cross_origin: bool
    ) -> Json:
        sign_in = self._codes.pop(_required(form, "code"), None)
        if (
            sign_in is None
            or sign_in.expires < self._world.now()
            or sign_in.client_id != application.client_id
        ):
            raise OAuthError(
                70008, "invalid_grant", "The authorization code is used, expired or of another client."
            )
        if form.get("redirect_uri", sign_in.redirect_uri) != sign_in.redirect_uri:
            raise OAuthError(
                500112, "invalid_grant", "The redirect address differs from the one asked for at sign-in."
            )
        _check_verifier(sign_in, form.get("code_verifier"))
        return self._redeemed(application, sign_in, form, cross_origin)

    def _refresh_token(self, application: Application, form: Mapping[str, str], cross_origin: bool) -> Json:
        sign_in = self._refresh_tokens.get(_required(form, "refresh_token"))
        if (
            sign_in is None
            or sign_in.expires < self._world.now()
            or sign_in.client_id != application.client_id
        ):
            raise OAuthError(700082, "invalid_grant", "The refresh token is unknown or has expired.")
        return self._redeemed(application, sign_in, form, cross_origin)

    def _on_behalf_of(self, application: Application, form: Mapping[str, str], _: bool) -> Json:
        strength = self._prove(application, form)
        if form.get("requested_token_use") != "on_behalf_of":
            raise OAuthError(240002, "invalid_request", "requested_token_use must be 'on_behalf_of'.")
        user = self._user_of(_required(form, "assertion"), application)
        scopes = parsed_scopes(_required(form, "scope"), application)
        return self._with_client_info(
            form, user, self._user_tokens(application, user, scopes, strength, None)
        )

    def _redeemed(
        self, application: Application, sign_in: SignIn, form: Mapping[str, str], cross_origin: bool
    ) -> Json:
        strength = self._prove_sign_in(application, sign_in, form, cross_origin)
        scopes = parsed_scopes(form.get("scope") or sign_in.scope, application)
        answer = self._user_tokens(application, sign_in.user, scopes, strength, sign_in.nonce)
        if "offline_access" in parsed_scopes(sign_in.scope, application).openid:
            answer["refresh_token"] = self._new_refresh_token(sign_in)
        return self._with_client_info(form, sign_in.user, answer)

    def _prove_sign_in(
        self, application: Application, sign_in: SignIn, form: Mapping[str, str], cross_origin: bool
    ) -> str:
        if not sign_in.spa:
            return self._prove(application, form)
        if not cross_origin:
            raise OAuthError(
                9002327,
                "invalid_request",
                "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via "
                "cross-origin requests.",
            )
        return PUBLIC

    def _prove(self, application: Application, form: Mapping[str, str]) -> str:
        audiences = [f"{self._login_url}/{name}/oauth2/v2.0/token" for name in TENANT_NAMES]
        return proven(application, form, audiences, self._world.now())

    def _user_tokens(
        self, application: Application, user: User, scopes: Scopes, strength: str, nonce: str | None
    ) -> Json:
        names = consented(scopes, application, user.id)
        now = self._world.now()
        if scopes.resource == "api":
            claims = api_claims(application, user, names, self.issuer, now, strength)
            names = [f"{application.api_uri}/{name}" for name in names]
        else:
            names += sorted(scopes.openid - {"offline_access"})
            claims = graph_claims(application, user, names, now)
        answer = {**_bearer(self.ring.sign(claims)), "scope": " ".join(names)}
        if "openid" in scopes.openid:
            answer["id_token"] = self.ring.sign(id_claims(application, user, self.issuer, now, nonce))
        return answer

    def _new_refresh_token(self, sign_in: SignIn) -> str:
        token = f"1.{secrets.token_urlsafe(64)}"
        lifetime = SPA_REFRESH_LIFETIME if sign_in.spa else REFRESH_LIFETIME
        expires = self._world.now() + lifetime
        self._refresh_tokens[token] = SignIn(
            sign_in.user, sign_in.client_id, sign_in.scope, sign_in.redirect_uri, sign_in.spa, expires
        )
        return token

    def _user_of(self, assertion: str, application: Application) -> User:
        try:
            claims = self.ring.verify(assertion, application.client_id)
        except jwt.InvalidAudienceError as error:
            raise OAuthError(
                500131, "invalid_grant", "The assertion is not meant for this application."
            ) from error
        except jwt.PyJWTError as error:
            raise OAuthError(50013, "invalid_grant", "The assertion failed signature validation.") from error
        if claims["exp"] < self._world.now().timestamp():
            raise OAuthError(500133, "invalid_grant", "The assertion is not within its valid time range.")
        if "scp" not in claims:
            raise OAuthError(50000, "invalid_grant", "The assertion is no access token of a person.")
        try:
            return self._world.user(claims["oid"])
        except UnknownUser as error:
            raise OAuthError(
                50034, "invalid_grant", "The user account does not exist in the tenant."
            ) from error

    def _with_client_info(self, form: Mapping[str, str], user: User, answer: Json) -> Json:
        if not form.get("client_info"):
            return answer
        info = json.dumps({"uid": user.id, "utid": TENANT_ID}).encode()
        return {**answer, "client_info": base64.urlsafe_b64encode(info).rstrip(b"=").decode()}

    def _account(self, user: User) -> Json:
        return {
            "homeAccountId": f"{user.id}.{TENANT_ID}",
            "environment": self._login_url.partition("://")[2],
            "tenantId": TENANT_ID,
            "username": user.address,
            "localAccountId": user.id,
            "name": user.name,
        }


def _check_tenant(tenant: str) -> None:
    if tenant.lower() not in TENANT_NAMES:
        raise OAuthError(90002, "invalid_request", f"Tenant '{tenant}' not found. Check the tenant id.")


def _check_verifier(sign_in: SignIn, verifier: str | None) -> None:
    if sign_in.challenge is None and not sign_in.spa:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != sign_in.challenge:
        raise OAuthError(
            501481,
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge of the authorization request.",
        )


def _required(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError(
            900144, "invalid_request", f"The request body must contain the following parameter: '{name}'."
        )
    return form[name]


def _bearer(token: str) -> Json:
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME_S,
        "ext_expires_in": LIFETIME_S,
        "access_token": token,
    }
