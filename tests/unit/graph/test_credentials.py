"""When the app's credential ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from server.graph.credentials import RegisteredSecret, end_of_certificate, end_of_secret

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAST, SOON, LATER = NOW - timedelta(days=9), NOW + timedelta(days=9), NOW + timedelta(days=300)


@pytest.mark.parametrize(
    ("registered", "end"),
    [
        ([], None),
        ([RegisteredSecret(SOON, "abc")], SOON),
        ([RegisteredSecret(SOON, "xyz"), RegisteredSecret(LATER, "abc")], LATER),
        # Which of these is ours cannot be told: the first end is the one to prepare for.
        ([RegisteredSecret(LATER, "abc"), RegisteredSecret(SOON, "abc")], SOON),
        ([RegisteredSecret(LATER, None), RegisteredSecret(SOON, None)], SOON),
        # One that has ended is not the one that still works.
        ([RegisteredSecret(PAST, "abc"), RegisteredSecret(LATER, "abc")], LATER),
        ([RegisteredSecret(PAST, "abc")], PAST),
        ([RegisteredSecret(None, "abc")], None),
        ([RegisteredSecret(SOON, "xyz")], None),
    ],
)
def test_the_end_of_a_secret_is_found_by_its_hint(
    registered: list[RegisteredSecret], end: datetime | None
) -> None:
    assert end_of_secret(registered, "abc~secret", NOW) == end


def test_a_certificate_says_its_end_itself(tmp_path: Path) -> None:
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate(SOON) + certificate(LATER))

    assert end_of_certificate(file) == SOON


def certificate(end: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bitacora")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=300))
        .not_valid_after(end)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
