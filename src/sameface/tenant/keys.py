"""The tenant's secrets: a certificate authority, keys, and the credentials it hands out as files.

All lie in one folder, mode 0600, and are made at the first start.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_HOSTS = ("localhost", "127.0.0.1", "::1")
_PRIVATE = 0o600


class Keys:
    """The folder of secrets. Each file is made when first needed, and kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def ca_file(self) -> Path:
        """The authority's certificate: what a client must trust."""
        return self.folder / "ca.pem"

    @property
    def client_certificate_file(self) -> Path:
        """The application's certificate with its private key, PEM."""
        return self.folder / "client.pem"

    @property
    def server_file(self) -> Path:
        """The server's certificate chain with its private key, PEM; new at every start."""
        return self.folder / "server.pem"

    @cached_property
    def signing_key(self) -> rsa.RSAPrivateKey:
        """What tokens are signed with."""
        return _rsa(self.folder / "signing.key")

    @cached_property
    def client_certificate(self) -> x509.Certificate:
        """The application's certificate, as it is registered."""
        if not self.client_certificate_file.exists():
            _write(self.client_certificate_file, _self_signed("Sameface"))
        return x509.load_pem_x509_certificate(self.client_certificate_file.read_bytes())

    def prepare_tls(self) -> None:
        """Make the authority, once, and a server certificate for the loopback."""
        ca = self._authority()
        server = ca.issue_cert(*_HOSTS)
        chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
        _write(self.server_file, server.private_key_pem.bytes() + chain)

    def secret(self, name: str) -> str:
        """A random text in the file of that name."""
        return self.text_file(name, secrets.token_urlsafe(24)).read_text("utf-8")

    def text_file(self, name: str, text: str) -> Path:
        """The file of that name; it holds `text` where it did not exist yet."""
        path = self.folder / name
        if not path.exists():
            _write(path, text.encode())
        return path

    def _authority(self) -> trustme.CA:
        key_file = self.folder / "ca.key"
        if key_file.exists():
            return trustme.CA.from_pem(self.ca_file.read_bytes(), key_file.read_bytes())
        ca = trustme.CA(organization_name="Sameface tenant")
        _write(self.ca_file, ca.cert_pem.bytes())
        _write(key_file, ca.private_key_pem.bytes())
        return ca


def _rsa(path: Path) -> rsa.RSAPrivateKey:
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write(path, _pem(key))
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def _self_signed(name: str) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return _pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=_PRIVATE)
    path.write_bytes(data)
    path.chmod(_PRIVATE)
