"""What came in, of whom, and what was refused, corrected or left out of the squad's week."""

import hashlib
from collections.abc import Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Numbers
from analysis.base.display import Display
from analysis.base.states import State
from analysis.pages.series import series_fact, wording_of
from analysis.pages.squad_week.members import Finding, MemberWeek, NewDevice
from analysis.pages.squad_week.people import by_device
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, left_out_fact, listed, withheld_fact

Block = Fact | Drawing

EXCLUSIONS_MOST = 6
MOVED_MOST = 8  # verdicts by name; more are counted

_WORDS_SINCE = {"about the same": State.STEADY, "no detectable change": State.TOO_CLOSE}  # by those of version 0.1
_SIDES_DIFFER = "sides differ"
_QUIET = (State.STEADY, State.TOO_CLOSE, State.CANNOT_TELL)

_STREAM_HEADS = {
    "sets": "Sets",
    "reps": "Reps with speed or form",
    "runs": "Runs",
    "others": "Other sports",
    "splits": "Splits",
}
_STREAM_HEADS |= {"trials": "Test trials", "wellness": "Wellness answers"}


def data_state(week: SquadWeek) -> list[Block]:
    """Who has data, which series began anew with a device, what was refused or waits for a name."""
    n, of = len(week.members), len(week.everyone)
    facts = [Fact("data.athletes", f"{n} of {count_text(of, 'athlete')} have data this week.", estimate=n, n=of)]
    facts += withheld_fact(week.squad.withheld)
    asked = {one.athlete_id for one, _ in week.questions}
    facts += [_no_data_fact(one) for one in week.without_data if one.athlete_id not in asked]
    facts += [_new_device_fact(of_one) for of_one in by_device(week.new_devices)]
    return [*facts, *_ledger_facts(week), _streams(week)]


def changes(week: SquadWeek) -> list[Block]:
    """What came in, was corrected or was left out since the week began, and a short name of the settings.

    In the week in which the store came from version 0.1 that the rule of all verdicts is another, and which moved.

    The store knows when a file was taken in and a row left out, so that the same page of an old week says what became
    known after that week too.
    """
    since = week.days[0].tz_localize(week.config.zone)
    ledger, day = week.squad.ledger, day_text(week.days[0])
    files = ledger["files"][ledger["files"]["imported_at"] >= since]
    revisions = ledger["revisions"][ledger["revisions"]["file_no"].isin(files["file_no"])]
    refused = int(ledger["rejects"]["file_no"].isin(files["file_no"]).sum())
    taken = int(files["rows_taken"].sum())
    words = (
        f"{count_text(len(files), 'file')} taken in since {day}: {taken:,} rows, {count_text(refused, 'cell')} refused."
    )
    seen = week.config.seen_by(one.athlete_id for one in week.squad.athletes)
    settings = hashlib.sha256(seen.model_dump_json().encode()).hexdigest()[:6]
    facts = [
        *_rule_facts(week),
        Fact("changes.files", words, n=len(files)),
        Fact("changes.corrections", _correction_words(revisions, week), n=len(revisions)),
        *_exclusion_facts(week, since),
        Fact("changes.settings", f"Settings {settings}: the same letters on last week's page mean the same settings."),
    ]
    return facts


def _no_data_fact(one: MemberWeek) -> Fact:
    since = "nothing was ever taken in" if one.last_date is None else f"nothing since {day_text(one.last_date)}"
    away = f"Nothing was expected: {' and '.join(one.week.excused)}."
    ask = away if one.week.excused else "That is no rest: ask, and take in what there is."
    return Fact(
        f"{one.athlete_id}.no_data",
        f"{one.name}: {since}. {ask}",
        State.CANNOT_TELL,
        reason="no_data",
    )


def _new_device_fact(series: Sequence[NewDevice]) -> Fact:
    first = series[0]
    what = "rater" if first.is_rater else "device"
    named = f" ({first.device})" if first.device else ""
    words = f"{first.athlete}, {listed([one.name for one in series])}: a new {what}{named} since "
    words += f"{day_text(first.since)}. Values from before are not compared."
    n = min(one.n_since for one in series)
    return Fact(f"{first.athlete_id}.{first.subject}.new_{what}", words, n=n, reason="series_broken")


def _ledger_facts(week: SquadWeek) -> list[Fact]:
    ledger = week.squad.ledger
    refused, waiting = len(ledger["rejects"]), ledger["waiting"]["external_name"].nunique()
    words = f"{count_text(refused, 'cell')} of all files refused; “workbook rejects” says why." if refused else ""
    facts = [Fact("data.refused", words or "No cell of any file was refused.", n=refused)]
    if waiting:
        names = f"{count_text(waiting, 'name')} in files bound to nobody yet; “workbook status” lists them."
        facts.append(Fact("data.waiting", names, n=waiting))
    return facts


def _streams(week: SquadWeek) -> Numbers:
    heads = ("Athlete", *_STREAM_HEADS.values(), "Last day")
    rows = tuple(
        (
            row.athlete,
            *(f"{getattr(row, name) or '–'}" for name in _STREAM_HEADS),
            day_text(row.last_date) if pd.notna(row.last_date) else "never",
        )
        for row in week.streams.itertuples()
    )
    return Numbers("Rows of this week, by athlete and stream", heads, rows)


def _rule_facts(week: SquadWeek) -> list[Fact]:
    """In the week of the upgrade: that the rule changed, and which verdicts are others than on the last page before."""
    if week.squad.judged_anew_on not in week.days:
        return []
    before = week.squad.ledger["verdicts_before"].set_index(["athlete_id", "subject"])["state"]
    both = [one for one in week.findings if (one.athlete_id, one.subject) in before.index]
    verdicts = [(one, _verdict(before[one.athlete_id, one.subject]), _verdict_now(one, week.display)) for one in both]
    moved = [(one, was, now) for one, was, now in verdicts if was != now]
    moved.sort(key=lambda of: of[1] in _QUIET and of[2] in _QUIET)  # what began or ceased to be news comes first
    words = "The rule behind every verdict changed with this version."
    if both:
        words += f" Of {count_text(len(both), 'verdict')} that the last page gave too, {len(moved) or 'none'} moved."
    facts = [Fact("rule.changed", words, n=len(moved))]
    facts += [_moved_fact(*of, week.display) for of in moved[:MOVED_MOST]]
    more = len(moved) - MOVED_MOST
    return [*facts, Fact("rule.more", f"{count_text(more, 'more verdict')} moved.", n=more)] if more > 0 else facts


def _verdict(state: str | None) -> str:
    """A kept verdict in the words of this version; a difference of the sides that is sure has no state."""
    return _WORDS_SINCE.get(state, state) if isinstance(state, str) else _SIDES_DIFFER


def _verdict_now(finding: Finding, display: Display) -> str:
    return _verdict(series_fact(finding.series, display).state)


def _moved_fact(finding: Finding, was: str, now: str, display: Display) -> Fact:
    words = f"{finding.athlete}, {wording_of(finding.series, display).head}: {now}, {was} on the last page before."
    return Fact(f"rule.{finding.athlete_id}.{finding.subject}", words)


def _correction_words(revisions: pd.DataFrame, week: SquadWeek) -> str:
    if revisions.empty:
        return "No row was corrected by a later file."
    names = {one.athlete_id: one.name for one in week.everyone}
    by_athlete = revisions["athlete_id"].map(names).value_counts()
    told = listed([f"{name} ({n})" for name, n in by_athlete.items()])
    return f"{count_text(len(revisions), 'row')} corrected by later files: {told}."


def _exclusion_facts(week: SquadWeek, since: pd.Timestamp) -> list[Fact]:
    """Rows left out since; each with its reason."""
    raw = week.squad.ledger["exclusions"]
    new = set(
        raw.loc[raw["excluded_at"] >= since, "table_name"] + "|" + raw.loc[raw["excluded_at"] >= since, "row_key"]
    )
    facts = [
        left_out_fact(row, day_text(row.local_date), one.name)
        for one in week.everyone
        for row in one.athlete.exclusions.itertuples()
        if f"{row.table_name}|{row.row_key}" in new
    ]
    more = len(facts) - EXCLUSIONS_MOST
    if more > 0:
        left = Fact(
            "left_out.more", f"{count_text(more, 'more value')} left out; “workbook exclude --list” shows them."
        )
        facts = [*facts[:EXCLUSIONS_MOST], left]
    return facts or [Fact("left_out.none", "No value was left out.", n=0)]
