"""The mail that carries pages: a line of text, and each page attached as a file that needs no other."""

import json
import os
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

from analysis.base.config import Config
from analysis.base.errors import ConfigProblem, DataProblem
from analysis.delivery.ledger import Entry
from analysis.delivery.posts import Post
from analysis.report.share import shared

PASSPHRASES = "WORKBOOK_PASSPHRASES"
FORM_LINE = "Your form is attached too (form.html). Save it, open it on your phone, and answer in a minute."

_POLICY = SMTP.clone(cte_type="7bit")  # every server takes it


@dataclass(frozen=True)
class Attachment:
    """A rendered page as a mail carries it."""

    file_name: str
    content: str
    period: str
    line: str  # what the page says first; empty for a locked one, which is not told of in the text


def attachment(page: Path, entry: Entry, config: Config) -> Attachment:
    """A page with the words that go beside it.

    Raises ConfigProblem or DataProblem where a locked page has no passphrase, DataProblem where the facts beside the
    page are damaged.
    """
    facts, is_locked = _facts(page), config.delivery.form == "locked"
    content = shared(page, config.delivery.form, _passphrase(entry) if is_locked else None)
    said = [fact["sentence"] for part in facts["sections"] if part["key"] == "message" for fact in part["facts"]]
    line = "" if is_locked or not said else said[0]
    return Attachment(f"{entry.report}_{entry.until}.html", content, facts["period"], line)


def post_mail(
    post: Post,
    attached: Sequence[Attachment],
    period_of: Callable[[Entry], str],
    config: Config,
    form: Path | None = None,
) -> EmailMessage:
    """The mail of a post; its Message-ID is the same whenever it is made again. `form` is the athlete's, to answer.

    Raises ConfigProblem without a sender.
    """
    lead = post.leads[0]
    mail = plain_mail(
        f"{config.squad}: {period_of(lead)}",
        _text(post, attached, period_of, config, FORM_LINE if form else ""),
        post.recipient.email,
        config,
        lead.delivery_id,
    )
    for one in attached:
        mail.add_attachment(
            one.content.encode(), maintype="text", subtype="html", filename=one.file_name, params={"charset": "utf-8"}
        )
    if form:
        content = form.read_bytes()
        mail.add_attachment(content, maintype="text", subtype="html", filename="form.html", params={"charset": "utf-8"})
    return mail


def period_of(page: Path, entry: Entry) -> str:
    """The period of a page in words; by its last day where the facts beside the page are damaged.

    >>> entry = Entry("4f", "alder1", "athlete_week", "2026-07-05", "athlete", "outbox")
    >>> period_of(Path("gone.html"), entry)
    'the period to 2026-07-05'
    """
    try:
        return _facts(page)["period"]
    except DataProblem:
        return f"the period to {entry.until}"


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


def _text(
    post: Post, attached: Sequence[Attachment], period_of: Callable[[Entry], str], config: Config, form_line: str
) -> str:
    parts = [one.line for one in attached if one.line]
    if attached:
        whose = "Your page is" if len(attached) == 1 else "Your pages are"
        open_it = "Open it in a browser; it needs no network."
        how = "It opens with your passphrase." if config.delivery.form == "locked" else open_it
        parts.append(f"{whose} attached ({', '.join(one.period for one in attached)}). {how}")
    parts += [_silence(period_of(entry), config) for entry in post.lines]
    parts += [form_line] if form_line else []
    parts += [_earlier(post.earlier, period_of, config)] if post.earlier else []
    between = "\n\n" if attached else " "
    return between.join([*parts, f"To correct or erase data, write to {config.contact}."]) + "\n"


def _silence(period: str, config: Config) -> str:
    """The line in place of a page; where pages are locked it says nothing of what the page says."""
    if config.delivery.form == "locked":
        return f"There is no page this time ({period})."
    return f"Nothing is logged ({period}), so there is no page this time."


def _earlier(entries: Sequence[Entry], period_of: Callable[[Entry], str], config: Config) -> str:
    """Which pages lie ready that did not come by mail, and where, in one line."""
    by_report: dict[str, list[str]] = {}
    for entry in sorted(entries, key=lambda entry: entry.until):
        by_report.setdefault(entry.report, []).append(period_of(entry))
    where = "; ".join(
        f"{', '.join(periods)} in {config.reports_folder}/{report}" for report, periods in by_report.items()
    )
    with_whom = "" if entries[0].whose == "coach" else f" with {config.contact}"
    return f"Earlier pages are ready{with_whom}: {where}."


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
