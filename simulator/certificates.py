"""Certificates: the simulator's own authority, its TLS certificate, and the app's credential."""

import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEAR = timedelta(days=365)
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class CertificateFiles:
    """Where the PEM files lie: the authority to trust, the server's key and certificate, the app's."""

    authority: Path
    server: Path
    client: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context

    def client_certificate(self) -> x509.Certificate:
        """The certificate that the app registration lists."""
        return x509.load_pem_x509_certificates(self.client.read_bytes())[0]


def certificate_files(directory: Path) -> CertificateFiles:
    """The files of a data directory, made there once."""
    files = CertificateFiles(directory / "ca.pem", directory / "tls.pem", directory / "client.pem")
    if not all(path.exists() for path in (files.authority, files.server, files.client)):
        directory.mkdir(parents=True, exist_ok=True)
        _write_all(files)
    return files


def self_signed(key: PrivateKey, name: str) -> x509.Certificate:
    """A certificate of `key` by itself, good for ten years."""
    subject = _name(name)
    return _builder(subject, subject, key).sign(key, hashes.SHA256())


def thumbprint(certificate: x509.Certificate, algorithm: str) -> bytes:
    """The digest of the DER form: `sha1` gives x5t, `sha256` gives x5t#S256."""
    return hashlib.new(algorithm, certificate.public_bytes(serialization.Encoding.DER)).digest()


def new_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _write_all(files: CertificateFiles) -> None:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    server_key = ec.generate_private_key(ec.SECP256R1())
    client_key = new_rsa_key()
    _write(files.authority, _pem(authority))
    _write(files.server, _pem_key(server_key) + _pem(_for_localhost(server_key, authority, authority_key)))
    _write(files.client, _pem_key(client_key) + _pem(self_signed(client_key, "Bitácora")))


def _authority(key: PrivateKey) -> x509.Certificate:
    subject = _name("Simulator CA")
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _for_localhost(
    key: PrivateKey, authority: x509.Certificate, authority_key: PrivateKey
) -> x509.Certificate:
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())  # type: ignore[arg-type]
    return (
        _builder(_name("localhost"), authority.subject, key)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + 10 * _YEAR)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
