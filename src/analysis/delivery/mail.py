"""The mail that carries a page: one line of text, and the page attached as a file that needs no other."""

import json
import os
import tomllib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, DataProblem
from analysis.delivery.ledger import Entry
from analysis.report.share import shared

PASSPHRASES = "WORKBOOK_PASSPHRASES"

_POLICY = SMTP.clone(cte_type="7bit")  # every server takes it


def page_mail(page: Path, entry: Entry, email: str, config: Config) -> EmailMessage:
    """The mail with a rendered page; its Message-ID is the same whenever it is made again.

    A locked page is not told of in the text. Raises ConfigProblem without a sender, DataProblem where a locked page has
    no passphrase, or the facts beside the page are damaged.
    """
    facts = _facts(page)
    is_locked = config.delivery.form == "locked"
    content = shared(page, config.delivery.form, _passphrase(entry) if is_locked else None)
    mail = plain_mail(
        f"{config.squad}: {facts['period']}", _text(facts, config, is_locked), email, config, entry.delivery_id
    )
    file_name = f"{entry.report}_{entry.until}.html"
    mail.add_attachment(
        content.encode(), maintype="text", subtype="html", filename=file_name, params={"charset": "utf-8"}
    )
    return mail


def plain_mail(subject: str, text: str, email: str, config: Config, key: str) -> EmailMessage:
    """A mail of plain text, with a Message-ID made of `key`.

    Raises ConfigProblem where [delivery] names no sender.
    """
    sender = config.delivery.sender
    if sender is None:
        raise ConfigProblem("No mail can go without a sender. Add under [delivery]: sender = 'coach@example.org'.")
    mail = EmailMessage(policy=_POLICY)
    mail["From"], mail["To"] = sender, email
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{key}@{sender.rsplit('@', 1)[1]}>"
    mail.set_content(text, cte="quoted-printable")
    return mail


def key_of(mail: EmailMessage) -> str:
    """The key of which the Message-ID was made."""
    return mail["Message-ID"].strip("<>").split("@")[0]


def _facts(page: Path) -> dict:
    try:
        facts = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
        return {"period": facts["period"], "sections": facts["sections"]}
    except (OSError, ValueError, KeyError) as problem:
        raise DataProblem(
            f"The facts beside {page.name} cannot be read: {problem!r}. Render it again: workbook run --due --force"
        ) from None


def _text(facts: dict, config: Config, is_locked: bool) -> str:
    how = "It opens with your passphrase." if is_locked else "Open it in a browser; it needs no network."
    sentences = [fact["sentence"] for part in facts["sections"] if part["key"] == "message" for fact in part["facts"]]
    line = [] if is_locked else sentences[:1]
    contact = f"To correct or erase data, write to {config.contact}."
    return "\n\n".join([*line, f"Your page is attached ({facts['period']}). {how}", contact]) + "\n"


def _passphrase(entry: Entry) -> str:
    """The passphrase that was agreed with a recipient, from the file outside of the workspace that lists them."""
    named = os.environ.get(PASSPHRASES)
    if not named:
        raise ConfigProblem(f"Locked pages need passphrases. Name the file that lists them in {PASSPHRASES}.")
    try:
        found = tomllib.loads(Path(named).read_text(encoding="utf-8")).get(entry.athlete_id)
    except (OSError, ValueError) as problem:
        raise ConfigProblem(f"The file of passphrases cannot be read: {problem}. Correct {PASSPHRASES}.") from None
    if not isinstance(found, str):
        raise DataProblem(f"{entry.athlete_id} has no passphrase. Add a line to the file of {PASSPHRASES}.")
    return found
