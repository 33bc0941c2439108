"""The app registration, as far as an app may read its own."""

from datetime import timedelta

from cryptography.x509 import Certificate

from simulator.certificates import thumbprint
from simulator.errors import GraphError, user_not_found
from simulator.exchange import Call, Reply, entity
from simulator.ids import stable_guid
from simulator.query import parsed_query
from simulator.tenant import APPLICATION_OBJECT_ID, Application
from simulator.values import Json, timestamp

KNOWN = ("id", "appId", "displayName", "passwordCredentials", "keyCredentials")


def get_application(call: Call, name: str) -> Reply:
    """The registration named `appId={client id}`; raises GraphError 403 without Application.Read.All."""
    application = call.caller.application
    if call.caller.user_id or not application.allows("Application.Read.All", application.permissions):
        raise GraphError(
            403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
        )
    if name != f"appId={application.client_id}":
        raise user_not_found(name.removeprefix("appId="))
    everything = _shown(application)
    select = parsed_query(call.args, KNOWN).select or KNOWN
    return entity("applications", {each: everything[each] for each in select})


def _shown(application: Application) -> Json:
    return {
        "id": APPLICATION_OBJECT_ID,
        "appId": application.client_id,
        "displayName": "Bitácora",
        "passwordCredentials": [_secret(application, each) for each in sorted(application.secrets)],
        "keyCredentials": [_certificate(each) for each in application.certificates],
    }


def _secret(application: Application, secret: str) -> Json:
    return {
        "customKeyIdentifier": None,
        "displayName": "servidor",
        "endDateTime": timestamp(application.secret_ends),
        "hint": secret[:3],
        "keyId": stable_guid("secret", secret),
        "secretText": None,
        "startDateTime": timestamp(application.secret_ends - timedelta(days=730)),
    }


def _certificate(certificate: Certificate) -> Json:
    print_of = thumbprint(certificate, "sha1").hex().upper()
    return {
        "customKeyIdentifier": print_of,
        "displayName": "CN=simulator",
        "endDateTime": timestamp(certificate.not_valid_after_utc),
        "key": None,
        "keyId": stable_guid("certificate", print_of),
        "startDateTime": timestamp(certificate.not_valid_before_utc),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }
