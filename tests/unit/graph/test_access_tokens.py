"""The door for bearer tokens: one good token, and every way to be none."""

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.graph.access_tokens import Identity, TokenRefused
from server.graph.signing_keys import SigningKeysUnavailable
from tests.unit.graph.issuer import ANA_ID, CLIENT_ID, LOGIN_URL, TENANT_ID, Clock, Issuer, private_key

OTHER_ID = "11111111-2222-4333-8444-555555555555"
PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(clock: Clock) -> Issuer:
    return Issuer(clock)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed_with_public_key(issuer: Issuer) -> str:
    """The classic confusion: the public key, which everybody has, taken as the secret of an HMAC."""
    pem = private_key("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{part(issuer.claims())}"
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        signing_input.encode(), pem
    )
    return f"{signing_input}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def with_other_claims(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{part(issuer.claims(roles=['Administrator']))}.{signature}"


def by(algorithm: str) -> Callable[[Issuer], str]:
    return lambda issuer: jwt.encode(
        issuer.claims(), private_key("first"), algorithm=algorithm, headers={"kid": "first"}
    )


def claiming(**changes: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(**changes)


def heading(**headers: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(headers=headers)


def at(claim: str, seconds: int) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(**{claim: int(issuer.clock.now.timestamp()) + seconds})


def saying(text: str) -> Callable[[Issuer], str]:
    return lambda issuer: text


BAD_TOKENS: dict[str, tuple[str, Callable[[Issuer], str]]] = {
    "nothing": ("not a JWT", saying("")),
    "words": ("not a JWT", saying("please let me in")),
    "two parts": ("not a JWT", saying("e30.e30")),
    "other letters": ("not a JWT", saying("ñ.ñ.ñ")),
    "a nest of brackets": ("not a JWT", lambda issuer: f"{part('[' * 5000)}.e30.AA"),
    "a header that is a list": ("not a JWT", lambda issuer: f"{part([])}.e30.AA"),
    "16 KB": ("size", lambda issuer: issuer.token(padding="x" * 16_384)),
    "no algorithm": (
        "algorithm",
        lambda issuer: f"{part({'alg': 'none', 'kid': 'first'})}.{part(issuer.claims())}.",
    ),
    "HMAC with the public key": ("algorithm", signed_with_public_key),
    "another RSA algorithm": ("algorithm", by("RS512")),
    "the PSS algorithm": ("algorithm", by("PS256")),
    "a key by address": ("header", heading(jku="https://evil.example/keys")),
    "a certificate by address": ("header", heading(x5u="https://evil.example/cert")),
    "a certificate of its own": ("header", heading(x5c=["MIIC"])),
    "a key of its own": ("header", heading(jwk={"kty": "RSA"})),
    "a rule of its own": ("not a JWT", heading(crit=["exp"], exp=1)),
    "no key named": ("unknown key", lambda issuer: f"{part({'alg': 'RS256'})}.{part(issuer.claims())}.AA"),
    "a key that is a number": ("not a JWT", lambda issuer: f"{part({'alg': 'RS256', 'kid': 7})}.e30.AA"),
    "an unknown key": ("unknown key", heading(kid="unheard-of")),
    "the name of a key, signed by another": (
        "signature",
        lambda issuer: issuer.token(kid="second", headers={"kid": "first"}),
    ),
    "claims that were changed": ("signature", with_other_claims),
    "a signature cut off": ("signature", lambda issuer: issuer.token().rpartition(".")[0] + "."),
    "version 1.0": ("version", claiming(ver="1.0")),
    "no version": ("version", claiming(ver=...)),
    "the issuer of version 1.0": ("issuer", claiming(iss=f"https://sts.windows.net/{TENANT_ID}/")),
    "the issuer of another tenant": ("issuer", claiming(iss=f"{LOGIN_URL}/{OTHER_ID}/v2.0", tid=OTHER_ID)),
    "the issuer of personal accounts": ("issuer", claiming(iss=f"{LOGIN_URL}/{PERSONAL_ACCOUNTS}/v2.0")),
    "an issuer that only begins alike": ("issuer", claiming(iss=f"{LOGIN_URL}/{TENANT_ID}/v2.0/")),
    "no issuer": ("issuer", claiming(iss=...)),
    "another tenant": ("tenant", claiming(tid=OTHER_ID)),
    "no tenant": ("tenant", claiming(tid=...)),
    "Graph as audience": ("audience", claiming(aud="https://graph.microsoft.com")),
    "Graph's app id as audience": ("audience", claiming(aud=GRAPH_APP)),
    "the address of our API as audience": ("audience", claiming(aud=f"api://{CLIENT_ID}")),
    "several audiences": ("audience", claiming(aud=[CLIENT_ID, GRAPH_APP])),
    "no audience": ("audience", claiming(aud=...)),
    "another calling app": ("calling app", claiming(azp=OTHER_ID)),
    "no calling app": ("calling app", claiming(azp=...)),
    "an app without a person": ("app-only", claiming(idtyp="app", scp=..., roles=["Administrator"])),
    "an app that claims a scope": ("app-only", claiming(idtyp="app")),
    "roles and no scope": ("scope", claiming(scp=..., roles=["Administrator"])),
    "another scope": ("scope", claiming(scp="User.Read Mail.Read")),
    "a scope that only begins alike": ("scope", claiming(scp="access_as_user_too")),
    "a list of scopes": ("scope", claiming(scp=["access_as_user"])),
    "an ID token": ("calling app", claiming(scp=..., azp=..., nonce="n")),
    "no object id": ("object id", claiming(oid=...)),
    "an empty object id": ("object id", claiming(oid="")),
    "an object id that is no text": ("object id", claiming(oid=7)),
    "a time that is over": ("expired", at("exp", -300)),
    "no end": ("expired", claiming(exp=...)),
    "an end in words": ("expired", claiming(exp="tomorrow")),
    "an end that never comes": ("expired", claiming(exp=float("inf"))),
    "a time to come": ("not yet valid", at("nbf", 301)),
    "a beginning in words": ("not yet valid", claiming(nbf="yesterday")),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_token_is_refused(name: str, issuer: Issuer) -> None:
    reason, make = BAD_TOKENS[name]

    with pytest.raises(TokenRefused) as refused:
        issuer.access_tokens().validate(make(issuer))

    assert refused.value.reason == reason


def test_a_good_token_says_who_calls(issuer: Issuer) -> None:
    token = issuer.token(roles=["Administrator"])

    identity = issuer.access_tokens().validate(token)

    assert identity == Identity(
        tenant_id=TENANT_ID,
        entra_id=ANA_ID,
        name="Ana Ribera",
        username="ana@ribera.example",
        roles=frozenset({"Administrator"}),
    )


@pytest.mark.parametrize(
    "make",
    [
        at("exp", -299),
        at("nbf", 300),
        claiming(nbf=...),
        claiming(scp="profile access_as_user"),
        claiming(idtyp="user"),
    ],
)
def test_clocks_may_differ_by_five_minutes_and_extras_do_no_harm(
    make: Callable[[Issuer], str], issuer: Issuer
) -> None:
    assert issuer.access_tokens().validate(make(issuer)).entra_id == ANA_ID


def test_someone_without_a_name_is_called_by_their_username(issuer: Issuer) -> None:
    identity = issuer.access_tokens().validate(issuer.token(name=..., roles="Administrator"))

    assert (identity.name, identity.roles) == ("ana@ribera.example", frozenset())


def test_a_refusal_repeats_nothing_of_the_token(issuer: Issuer) -> None:
    token = issuer.token(aud="https://canary.example")

    with pytest.raises(TokenRefused) as refused:
        issuer.access_tokens().validate(token)

    assert "canary" not in str(refused.value)
    assert token[:20] not in str(refused.value)


def test_a_key_of_another_issuer_opens_nothing(issuer: Issuer) -> None:
    issuer.key_issuer = f"{LOGIN_URL}/{PERSONAL_ACCOUNTS}/v2.0"

    with pytest.raises(TokenRefused, match="key of another issuer"):
        issuer.access_tokens().validate(issuer.token())


@pytest.mark.parametrize("key_issuer", [None, f"{LOGIN_URL}/{TENANT_ID}/v2.0"])
def test_a_key_of_our_issuer_or_of_none_is_good(key_issuer: str | None, issuer: Issuer) -> None:
    issuer.key_issuer = key_issuer

    assert issuer.access_tokens().validate(issuer.token()).entra_id == ANA_ID


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_key_that_can_be_guessed_is_no_key(clock: Clock) -> None:
    issuer = Issuer(clock, "short")

    with pytest.raises(TokenRefused, match="signature"):
        issuer.access_tokens().validate(issuer.token())


def test_keys_are_fetched_once_a_day(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.access_tokens()

    for _ in range(3):
        tokens.validate(issuer.token())
        clock.advance(hours=11, minutes=59)
    clock.advance(minutes=2)
    tokens.validate(issuer.token())

    assert issuer.fetched == 2


def test_a_new_key_is_found_when_the_old_set_is_five_minutes_old(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.access_tokens()
    tokens.validate(issuer.token())
    issuer.kids = ["second", "first"]
    clock.advance(minutes=5)

    assert tokens.validate(issuer.token(kid="second")).entra_id == ANA_ID
    assert tokens.validate(issuer.token(kid="first")).entra_id == ANA_ID


def test_a_key_that_was_withdrawn_opens_nothing_from_the_next_day_on(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.access_tokens()
    tokens.validate(issuer.token())
    issuer.kids = ["second"]
    clock.advance(hours=24)

    with pytest.raises(TokenRefused, match="unknown key"):
        tokens.validate(issuer.token(kid="first"))


def test_invented_keys_do_not_make_us_ask_again_and_again(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.access_tokens()
    tokens.validate(issuer.token())

    for number in range(20):
        with pytest.raises(TokenRefused, match="unknown key"):
            tokens.validate(issuer.token(headers={"kid": f"invented-{number}"}))
        clock.advance(seconds=14)

    assert issuer.fetched == 1


FAILURES = [httpx.ConnectError("down"), httpx.ReadTimeout("slow"), ValueError("not JSON")]


@pytest.mark.parametrize("failure", FAILURES)
def test_the_last_good_keys_outlive_an_endpoint_that_is_down(
    failure: Exception, issuer: Issuer, clock: Clock
) -> None:
    tokens = issuer.access_tokens()
    tokens.validate(issuer.token())
    issuer.failure = failure
    clock.advance(days=3)

    assert tokens.validate(issuer.token()).entra_id == ANA_ID


@pytest.mark.parametrize("key_set", [{}, {"keys": []}, {"keys": [{"kty": "EC", "kid": "first"}]}, [], None])
def test_an_empty_key_set_does_not_replace_a_good_one(key_set: Any, issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.access_tokens()
    tokens.validate(issuer.token())
    issuer.key_set = key_set
    clock.advance(days=1)

    assert tokens.validate(issuer.token()).entra_id == ANA_ID


def test_without_any_key_set_nobody_is_refused_for_it(issuer: Issuer, clock: Clock) -> None:
    issuer.failure = httpx.ConnectError("down")
    tokens = issuer.access_tokens()

    for _ in range(3):
        with pytest.raises(SigningKeysUnavailable):
            tokens.validate(issuer.token())

    assert issuer.fetched == 1
    issuer.failure = None
    clock.advance(seconds=30)
    assert tokens.validate(issuer.token()).entra_id == ANA_ID
