"""What came in, of whom, and what was refused, corrected or left out of the squad's week."""

import hashlib
from collections.abc import Sequence

import pandas as pd

from analysis.base.blocks import Drawing, Fact, Numbers
from analysis.base.states import State
from analysis.pages.series import wording_of
from analysis.pages.squad_week import words
from analysis.pages.squad_week.lines import by_device
from analysis.pages.squad_week.members import STREAMS, Finding, MemberWeek, NewDevice
from analysis.pages.squad_week.since import since_last_week, verdict_of
from analysis.pages.squad_week.week import SquadWeek
from analysis.pages.wording import count_text, day_text, few, left_out_fact, listed, withheld_fact

Block = Fact | Drawing

EXCLUSIONS_MOST = 6
MOVED_MOST = 8  # verdicts by name; more are counted

_WORDS_SINCE = {"about the same": State.STEADY, "no detectable change": State.TOO_CLOSE}  # by those of version 0.1
_QUIET = (State.STEADY, State.TOO_CLOSE, State.CANNOT_TELL)


def data_state(week: SquadWeek) -> list[Block]:
    """Who has data, which series began anew with a device, what was refused or waits for a name."""
    n, of = len(week.members), len(week.everyone)
    told = words.HAVE_DATA.format(n=n, athletes=count_text(of, "athlete"), have="has" if of == 1 else "have")
    facts = [Fact("data.athletes", told, estimate=n, n=of), *withheld_fact(week.squad.withheld)]
    asked = {one.athlete_id for one, _ in week.questions}
    facts += [_no_data_fact(one) for one in week.without_data if one.athlete_id not in asked]
    facts += [_new_device_fact(of_one) for of_one in by_device(week.new_devices)]
    return [*facts, *_ledger_facts(week)]


def changes(week: SquadWeek) -> list[Block]:
    """What is another than last week: verdicts by athlete, data by athlete, then files, values left out and settings.

    In the week in which the store came from version 0.1 that the rule of all verdicts is another, and which moved.

    The store knows when a file was taken in and a row left out, so that the same page of an old week says what became
    known after that week too.
    """
    since = week.days[0].tz_localize(week.config.zone)
    ledger, day = week.squad.ledger, day_text(week.days[0])
    files = ledger["files"][ledger["files"]["imported_at"] >= since]
    revisions = ledger["revisions"][ledger["revisions"]["file_no"].isin(files["file_no"])]
    refused = int(ledger["rejects"]["file_no"].isin(files["file_no"]).sum())
    about = {"files": count_text(len(files), "file"), "cells": count_text(refused, "cell"), "day": day}
    taken = words.FILES.format(**about, rows=int(files["rows_taken"].sum()))
    seen = week.config.seen_by(one.athlete_id for one in week.squad.athletes)
    letters = hashlib.sha256(seen.model_dump_json().encode()).hexdigest()[:6]
    moved = since_last_week(week)
    return [
        *_rule_facts(week),
        *(block for block in moved if isinstance(block, Fact)),
        *_late_facts(files, week),
        Fact("changes.files", taken, n=len(files)),
        Fact("changes.corrections", _correction_words(revisions, week), n=len(revisions)),
        *_exclusion_facts(week, since),
        Fact("changes.settings", words.SETTINGS.format(letters=letters)),
        *(block for block in moved if not isinstance(block, Fact)),
        _streams(week),
    ]


def _late_facts(files: pd.DataFrame, week: SquadWeek) -> list[Fact]:
    """Of whom rows of days before this week came in since it began; of a store that is younger, that all of it did."""
    day, n_files = day_text(week.days[0]), len(week.squad.ledger["files"])
    if n_files and len(files) == n_files:
        return [Fact("changes.late", words.ALL_CAME.format(day=day), n=n_files)]
    came = set(files["file_no"])
    late = {one.name: rows for one in week.everyone if (rows := _late_rows(one, came, week))}
    if not late:
        return []
    names = few([words.COUNTED.format(name=name, n=count_text(n, "row")) for name, n in late.items()])
    return [Fact("changes.late", words.CAME_LATE.format(day=day, names=names), n=sum(late.values()))]


def _late_rows(one: MemberWeek, came: set[int], week: SquadWeek) -> int:
    frames = [one.rows_of(stream) for stream in STREAMS]
    return sum(int((frame["file_no"].isin(came) & (frame["local_date"] < week.days[0])).sum()) for frame in frames)


def _no_data_fact(one: MemberWeek) -> Fact:
    day = one.last_date
    since = words.NOTHING_TAKEN_IN if day is None else words.NOTHING_KNOWN_SINCE.format(day=day_text(day))
    away = words.NOT_EXPECTED.format(why=" and ".join(one.week.excused))
    told = words.NO_DATA_OF.format(athlete=one.name, since=since, ask=away if one.week.excused else words.ASK_THEM)
    return Fact(f"{one.athlete_id}.no_data", told, State.CANNOT_TELL, reason="no_data")


def _new_device_fact(series: Sequence[NewDevice]) -> Fact:
    first = series[0]
    told = words.BROKEN.format(
        athlete=first.athlete,
        a_new=words.A_NEW_RATER if first.is_rater else words.A_NEW_DEVICE,
        device=f" ({first.device})" if first.device else "",
        day=day_text(first.since),
        series=listed([one.name for one in series]),
        enough=words.NOT_ENOUGH if any(one.is_news for one in series) else words.ENOUGH,
    )
    subject = f"{first.athlete_id}.{first.subject}.new_{'rater' if first.is_rater else 'device'}"
    return Fact(subject, told, n=min(one.n_since for one in series), reason="series_broken")


def _ledger_facts(week: SquadWeek) -> list[Fact]:
    ledger = week.squad.ledger
    refused, waiting = len(ledger["rejects"]), ledger["waiting"]["external_name"].nunique()
    told = words.CELLS_REFUSED.format(cells=count_text(refused, "cell")) if refused else words.NO_CELL_REFUSED
    names = words.NAMES_WAIT.format(names=count_text(waiting, "name"))
    return [Fact("data.refused", told, n=refused), *([Fact("data.waiting", names, n=waiting)] if waiting else [])]


def _streams(week: SquadWeek) -> Numbers:
    streams = week.streams.assign(trials=week.streams["trials"] + week.streams["splits"])
    there = [name for name in words.ROWS_HEADS if streams[name].any()]  # of others nobody has a row this week
    heads = (words.ATHLETE, *(words.ROWS_HEADS[name] for name in there), words.LAST_DAY)
    rows = tuple(
        (
            row.athlete,
            *(f"{getattr(row, name) or '–'}" for name in there),
            day_text(row.last_date) if pd.notna(row.last_date) else words.NEVER,
        )
        for row in streams.itertuples()
    )
    return Numbers(words.ROWS_TITLE, heads, rows)


def _rule_facts(week: SquadWeek) -> list[Fact]:
    """In the week of the upgrade: that the rule changed, and which verdicts are others than on the last page before."""
    if week.squad.judged_anew_on not in week.days:
        return []
    before = week.squad.ledger["verdicts_before"].set_index(["athlete_id", "subject"])["state"]
    both = [one for one in week.findings if (one.athlete_id, one.subject) in before.index]
    verdicts = [(one, _verdict(before[one.athlete_id, one.subject]), verdict_of(one.series)) for one in both]
    moved = [(one, was, now) for one, was, now in verdicts if was != now]
    moved.sort(key=lambda of: of[1] in _QUIET and of[2] in _QUIET)  # what began or ceased to be news comes first
    told = words.RULE_CHANGED
    if both:
        told += words.RULE_MOVED.format(verdicts=count_text(len(both), "verdict"), moved=len(moved) or "none")
    facts = [Fact("rule.changed", told, n=len(moved)), *(_moved_fact(*of, week) for of in moved[:MOVED_MOST])]
    more = len(moved) - MOVED_MOST
    told = words.RULE_MORE.format(verdicts=count_text(more, "more verdict"))
    return [*facts, Fact("rule.more", told, n=more)] if more > 0 else facts


def _verdict(state: str | None) -> str:
    """A kept verdict in the words of this version; a difference of the sides that is sure has no state."""
    return _WORDS_SINCE.get(state, state) if isinstance(state, str) else words.SIDES_DIFFER


def _moved_fact(finding: Finding, was: str, now: str, week: SquadWeek) -> Fact:
    series = wording_of(finding.series, week.display).head
    told = words.RULE_VERDICT.format(athlete=finding.athlete, series=series, now=now, was=was)
    return Fact(f"rule.{finding.athlete_id}.{finding.subject}", told)


def _correction_words(revisions: pd.DataFrame, week: SquadWeek) -> str:
    if revisions.empty:
        return words.NOT_CORRECTED
    names = {one.athlete_id: one.name for one in week.everyone}
    by_athlete = revisions["athlete_id"].map(names).value_counts()
    told = few([words.COUNTED.format(name=name, n=n) for name, n in by_athlete.items()])
    return words.CORRECTED.format(rows=count_text(len(revisions), "row"), names=told)


def _exclusion_facts(week: SquadWeek, since: pd.Timestamp) -> list[Fact]:
    """Rows left out since; each with its reason."""
    raw = week.squad.ledger["exclusions"]
    recent = raw[raw["excluded_at"] >= since]
    new = set(recent["table_name"] + "|" + recent["row_key"])
    facts = [
        left_out_fact(row, day_text(row.local_date), one.name)
        for one in week.everyone
        for row in one.athlete.exclusions.itertuples()
        if f"{row.table_name}|{row.row_key}" in new
    ]
    more = len(facts) - EXCLUSIONS_MOST
    if more > 0:
        told = words.LEFT_OUT_MORE.format(values=count_text(more, "more value"))
        facts = [*facts[:EXCLUSIONS_MOST], Fact("left_out.more", told)]
    return facts or [Fact("left_out.none", words.LEFT_OUT_NONE, n=0)]
