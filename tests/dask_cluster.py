"""A dask cluster in processes of its own, as `dask scheduler` and `dask worker` start it, with or without TLS."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_START_S = 120


@dataclass(frozen=True)
class Certificates:
    """Files of an authority, and of one certificate that it gave out, for the library and for our command line."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        return self.folder / "cert.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def words(self) -> list[str]:
        """Options of dask's own programs."""
        files = {"--tls-ca-file": self.authority, "--tls-cert": self.certificate, "--tls-key": self.key}
        return [str(word) for option in files.items() for word in option]


def certificates(folder: Path) -> Certificates:
    """A new authority, and a certificate of it for this machine."""
    folder.mkdir(parents=True)
    made = Certificates(folder)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("authority of the test", "authority of the test", authority_key, authority_key)
    ours = _certificate("cluster of the test", "authority of the test", key, authority_key)
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(ours.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signed_by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=subject == issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
        .sign(signed_by, hashes.SHA256())
    )


@dataclass
class DaskCluster:
    """A scheduler and its workers, each worker below a nanny that starts it again when it dies."""

    folder: Path
    tls: Certificates | None = None
    port: int = 0
    running: list[subprocess.Popen] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{'tls' if self.tls else 'tcp'}://127.0.0.1:{self.port}"

    def start_scheduler(self) -> subprocess.Popen:
        """A scheduler that gives a task up with its first worker, on the port of the one before where there was one."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-jupyter"]
        protocol = ["--protocol", "tls"] if self.tls else []
        giving_up = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        scheduler, line = self._started("scheduler", [*options, *protocol], "Scheduler at:", environment=giving_up)
        self.port = int(line.rpartition(":")[2])
        return scheduler

    def start_workers(self, number: int = 2) -> subprocess.Popen:
        """Workers of one thread each; back when the last of them has said that it is there."""
        options = ["--nworkers", str(number), "--nthreads", "1", "--no-dashboard", "--death-timeout", "300"]
        options += ["--local-directory", str(self.folder)]
        return self._started("worker", [self.address, *options], "Registered to:", times=number)[0]

    def _started(
        self,
        kind: str,
        options: list[str],
        when: str,
        times: int = 1,
        environment: dict[str, str] | None = None,
    ) -> tuple[subprocess.Popen, str]:
        log = self.folder / f"{kind}{len(self.running)}.log"
        words = [*options, *(self.tls.words if self.tls else [])]
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
        with log.open("wb") as said:
            process = subprocess.Popen(
                command, stdout=said, stderr=said, start_new_session=True, env={**os.environ, **(environment or {})}
            )
        self.running.append(process)
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            lines = [line for line in log.read_text(errors="replace").split("\n")[:-1] if when in line]
            if len(lines) >= times:
                return process, lines[-1].strip()
            assert process.poll() is None, log.read_text(errors="replace")
            time.sleep(0.05)
        raise AssertionError(log.read_text(errors="replace"))


@contextlib.contextmanager
def dask_cluster(folder: Path, tls: Certificates | None = None, workers: int = 2) -> Iterator[DaskCluster]:
    """A running cluster; none of its processes is left."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = DaskCluster(folder, tls)
    try:
        cluster.start_scheduler()
        if workers:
            cluster.start_workers(workers)
        yield cluster
    finally:
        for process in reversed(cluster.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
