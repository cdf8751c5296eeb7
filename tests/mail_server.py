"""A mail server on loopback for the tests of delivery: TLS with an authority of its own, and ways to die."""

import datetime as dt
import email
import ipaddress
import socket
import ssl
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path, address: str = "127.0.0.1") -> Path:
    """A certificate that signs itself, and its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    known_as = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(known_as, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"mail_{address}.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


class Inbox:
    """What was received, and what the server is to do with the mails to come."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refused: dict[str, str] = {}  # answers to recipients
        self.breaks_before_data = 0  # connections to break off at this many recipients
        self.breaks_after_data = 0  # mails to take without an answer

    async def handle_RCPT(self, server, _session, envelope, address, _options) -> str:
        if self.breaks_before_data:
            self.breaks_before_data -= 1
            server.transport.abort()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        if self.breaks_after_data:
            self.breaks_after_data -= 1
            server.transport.abort()
        return "250 OK"

    def received(self) -> list[str]:
        """The recipients of the mails, in order."""
        return [mail["To"] for mail in self.mails]


class Server(Controller):
    """The server in a thread, by STARTTLS, by TLS from the first byte, or with neither; `with` ends it."""

    def __init__(self, inbox: Inbox, pem: Path | None, security: str = "starttls", port: int = 0) -> None:
        self._starttls = None
        more = {}
        if pem:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(pem)
            self._starttls, more = (tls, {}) if security == "starttls" else (None, {"ssl_context": tls})
        super().__init__(inbox, hostname="127.0.0.1", port=port or free_port(), **more)

    def factory(self) -> SMTP:
        more = {"tls_context": self._starttls, "require_starttls": True} if self._starttls else {}
        return SMTP(self.handler, hostname="mail", **more)

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
