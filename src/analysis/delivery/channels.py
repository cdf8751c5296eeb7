"""Where mails go: a folder that another program empties, or a mail server over TLS."""

import contextlib
import os
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from analysis.base.config import Smtp
from analysis.base.errors import ConfigProblem, NoAnswer, NotSent, Refused, WorkbookError
from analysis.base.files import OWNER_AND_GROUP, put_in_place
from analysis.delivery.mail import key_of
from analysis.report.publish import publish

PASSWORD = "WORKBOOK_SMTP_PASSWORD"
WAITING = ".part"  # behind the name of a mail in the outbox that is written and not handed over

_DEFAULT_PORTS = {"tls": 465, "starttls": 587}
_LAST_ANSWER_S = 600  # RFC 5321, 4.5.3.2.6: who gives up earlier does not know whether the mail was taken
_LEADING_DOT = re.compile(rb"(?m)^\.")
_LINE_END = re.compile(rb"\r?\n")


class _BrokenOff(NotSent):
    """The connection did not come about or did not last."""


class Channel(Protocol):
    """A way out. `send` calls `before` once, when nothing but the last word is missing.

    It raises NotSent where nobody got the mail, Refused where nobody will, NoAnswer where that is not known. Of a mail
    that a run had in hand when it died `has` says whether it is known to have gone, and `takes_back` whether it is
    known that it never did.
    """

    def send(self, mail: EmailMessage, before: Callable[[], None]) -> None: ...

    def has(self, delivery_id: str, /) -> bool: ...

    def takes_back(self, delivery_id: str, /) -> bool: ...

    def close(self) -> None: ...


class Outbox:
    """A folder that gets each mail as a file of its own, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage, before: Callable[[], None]) -> None:
        path, waiting = self._path(key_of(mail)), self._waiting(key_of(mail))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for leftover in self._folder.glob(f".*.eml{WAITING}*"):  # of a run that was killed before it said so
                leftover.unlink(missing_ok=True)
            publish({waiting: bytes(mail).decode("ascii")})
        except OSError as problem:
            raise NotSent(f"The outbox takes no file: {problem}. Mend it, then run again.") from None
        before()
        try:
            put_in_place(waiting, path, OWNER_AND_GROUP)
        except OSError as problem:
            raise NotSent(f"The outbox takes no file: {problem}. Mend it, then run again.") from None

    def has(self, delivery_id: str) -> bool:
        """Whether the mail lies there."""
        return self._path(delivery_id).exists()

    def takes_back(self, delivery_id: str) -> bool:
        """Take away a mail that was written and had not got its name yet; False where there is none."""
        waiting = self._waiting(delivery_id)
        if not waiting.exists():  # it may have been taken by whoever empties the folder
            return False
        waiting.unlink()
        return True

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, delivery_id: str) -> Path:
        return self._folder / f"{delivery_id}.eml"

    def _waiting(self, delivery_id: str) -> Path:
        return self._folder / f".{delivery_id}.eml{WAITING}"


class MailServer:
    """A mail server, its certificate verified; one connection for many mails, opened anew where it breaks."""

    def __init__(self, smtp: Smtp, folder: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        self._smtp = smtp
        self._folder = folder
        self._sleep = sleep
        self._connection: smtplib.SMTP | None = None
        self._gone: WorkbookError | None = None  # what no mail of this run can get past

    def send(self, mail: EmailMessage, before: Callable[[], None]) -> None:
        """Hand a mail over; what is broken off before the last word is tried again after a while."""
        if self._gone:
            raise self._gone
        wait_s = self._smtp.wait_s
        for attempt in range(1, self._smtp.attempts + 1):
            try:
                return self._hand_over(mail, before)
            except _BrokenOff as problem:
                if attempt == self._smtp.attempts:
                    self._gone = problem
                    raise
            except ConfigProblem as problem:
                self._gone = problem  # a server that does not let us in is not asked for every mail
                raise
            self._sleep(wait_s)
            wait_s *= 2

    def has(self, _delivery_id: str) -> bool:
        """A server does not say."""
        return False

    def takes_back(self, _delivery_id: str) -> bool:
        """What a server has it keeps."""
        return False

    def close(self) -> None:
        """Say goodbye, where there is somebody to say it to."""
        if self._connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection = None

    def _hand_over(self, mail: EmailMessage, before: Callable[[], None]) -> None:
        try:
            server = self._connection = self._connection or self._connected()
            self._envelope(server, mail)
            server.send(_quoted(bytes(mail)))
        except (smtplib.SMTPException, OSError) as problem:
            self._drop()
            raise _BrokenOff(
                f"The mail server {self._smtp.host} cannot be reached: {problem}. It will be tried again."
            ) from None
        before()
        assert server.sock is not None  # it has just taken the mail
        try:
            server.sock.settimeout(_LAST_ANSWER_S)
            server.send(b".\r\n")
            code, answer = server.getreply()
            server.sock.settimeout(self._smtp.timeout_s)
        except (smtplib.SMTPException, OSError) as problem:
            self._drop()
            raise NoAnswer(
                f"The mail server {self._smtp.host} broke off before it answered ({problem}); it may have taken the "
                "mail. Ask the recipient, then say so with `workbook deliver --arrived ID` or `--again ID`."
            ) from None
        if code >= 400:
            raise _answered(code, answer)

    def _envelope(self, server: smtplib.SMTP, mail: EmailMessage) -> None:
        """All that is said before the mail itself."""
        code, answer = server.mail(mail["From"])
        if code >= 400:  # whoever the recipient is: not for good
            self._start_over(server)
            raise _not_now(code, answer)
        for say in (lambda: server.rcpt(mail["To"]), lambda: server.docmd("DATA")):
            code, answer = say()
            if code >= 400:
                self._start_over(server)
                raise _answered(code, answer)

    @staticmethod
    def _start_over(server: smtplib.SMTP) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.rset()

    def _connected(self) -> smtplib.SMTP:
        smtp, context = self._smtp, self._tls()
        port = smtp.port or _DEFAULT_PORTS[smtp.security]
        with contextlib.ExitStack() as until_it_stands:
            try:
                if smtp.security == "tls":
                    server = smtplib.SMTP_SSL(smtp.host, port, timeout=smtp.timeout_s, context=context)
                    until_it_stands.callback(server.close)
                else:
                    server = smtplib.SMTP(smtp.host, port, timeout=smtp.timeout_s)
                    until_it_stands.callback(server.close)
                    server.starttls(context=context)
                server.ehlo_or_helo_if_needed()
            except ssl.SSLCertVerificationError as problem:
                raise ConfigProblem(
                    f"The certificate of {smtp.host} is not valid: {problem.verify_message}. "
                    "Correct host, or name the authority with certificates under [delivery.smtp]."
                ) from None
            except smtplib.SMTPNotSupportedError:
                raise ConfigProblem(
                    f"{smtp.host} offers no STARTTLS, and nothing goes unencrypted. "
                    "Use security = 'tls' or another server."
                ) from None
            if smtp.user:
                self._log_in(server, smtp.user)
            until_it_stands.pop_all()
        return server

    def _log_in(self, server: smtplib.SMTP, user: str) -> None:
        password = os.environ.get(PASSWORD)
        if password is None:
            raise ConfigProblem(f"{self._smtp.host} wants a password. Put it into the environment as {PASSWORD}.")
        try:
            server.login(user, password)
        except smtplib.SMTPAuthenticationError:
            raise ConfigProblem(f"{self._smtp.host} does not let {user!r} in. Correct user, or {PASSWORD}.") from None

    def _tls(self) -> ssl.SSLContext:
        own = self._smtp.certificates
        try:
            return ssl.create_default_context(cafile=str(self._folder / own) if own else None)
        except (OSError, ssl.SSLError) as problem:
            raise ConfigProblem(f"certificates = {own!r} cannot be read: {problem}. Name a PEM file.") from None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _quoted(content: bytes) -> bytes:
    """The mail as it goes over the line: CRLF, dots that begin a line doubled, and a line end last."""
    lines = _LEADING_DOT.sub(b"..", _LINE_END.sub(b"\r\n", content))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _answered(code: int, answer: bytes) -> NotSent:
    if code < 500:
        return _not_now(code, answer)
    return Refused(f"The mail server refuses it: {code} {_said(answer)}. Correct the address and run again.")


def _not_now(code: int, answer: bytes) -> NotSent:
    return NotSent(f"The mail server does not take it: {code} {_said(answer)}. It will be tried in the next run.")


def _said(answer: bytes) -> str:
    return " ".join(answer.decode("utf-8", "replace").split()).rstrip(".")
