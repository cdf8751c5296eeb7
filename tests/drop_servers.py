"""Servers with a drop folder on loopback, for the tests: SFTP by paramiko, with ways to be slow and to lose files."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from mail_server import free_port

PASSWORD = "a word that nobody guesses"


@dataclass
class Sftp:
    """What the server serves, and how: `slow_s` passes before each piece, `vanish` are files that go when opened."""

    folder: Path
    port: int = field(default_factory=free_port)
    slow_s: float = 0
    vanish: set[str] = field(default_factory=set)
    key: paramiko.PKey = field(default_factory=lambda: paramiko.ECDSAKey.generate())

    @property
    def address(self) -> str:
        return f"sftp://coach@127.0.0.1:{self.port}/drop"

    def known_to(self, home: Path) -> None:
        """Write the server's key into the known hosts of a home."""
        line = f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"
        (home / ".ssh").mkdir(parents=True, exist_ok=True)
        (home / ".ssh" / "known_hosts").write_text(line)


@contextlib.contextmanager
def sftp(folder: Path) -> Iterator[Sftp]:
    """An SFTP server of the folders in `folder`."""
    told = Sftp(folder)
    transports: list[paramiko.Transport] = []
    with socket.create_server(("127.0.0.1", told.port)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, told, transports), daemon=True)
        thread.start()
        try:
            yield told
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for transport in transports:
                transport.close()
            thread.join()


def _serve(listening: socket.socket, told: Sftp, transports: list[paramiko.Transport]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        transport = paramiko.Transport(connection)
        transports.append(transport)
        transport.add_server_key(told.key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files_of(told))
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_Door())


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("coach", PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, _kind: str, _number: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, _username: str) -> str:
        return "password"


def _files_of(told: Sftp) -> type[paramiko.SFTPServerInterface]:
    class Files(paramiko.SFTPServerInterface):
        def _at(self, path: str) -> Path:
            return told.folder / path.lstrip("/")

        def list_folder(self, path: str):
            try:
                return [
                    paramiko.SFTPAttributes.from_stat(each.stat(), each.name)
                    for each in sorted(self._at(path).iterdir())
                ]
            except OSError as problem:
                return paramiko.SFTPServer.convert_errno(problem.errno)

        def stat(self, path: str):
            try:
                return paramiko.SFTPAttributes.from_stat(self._at(path).stat())
            except OSError as problem:
                return paramiko.SFTPServer.convert_errno(problem.errno)

        lstat = stat

        def open(self, path: str, flags: int, _attributes: object):
            if self._at(path).name in told.vanish:
                self._at(path).unlink(missing_ok=True)
            try:
                handle = _Slow(flags)
                handle.readfile = self._at(path).open("rb")
                handle.told = told
            except OSError as problem:
                return paramiko.SFTPServer.convert_errno(problem.errno)
            return handle

    return Files


class _Slow(paramiko.SFTPHandle):
    def read(self, offset: int, length: int):
        time.sleep(self.told.slow_s)
        return super().read(offset, length)

    def stat(self):
        return paramiko.SFTPAttributes.from_stat(Path(self.readfile.name).stat())
