"""The squad's week as facts, tables and small drawings: one function a section, from the fitted week to what is shown.

Words are for the coach. Athletes go by name on the page and by their pseudonymous id in facts and links.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from analysis.base.blocks import (
    Course,
    Drawing,
    DumbbellRow,
    Dumbbells,
    Entry,
    Fact,
    Forest,
    ForestRow,
    Numbers,
    Table,
    Text,
)
from analysis.base.decisions import Change, expected_by_chance
from analysis.base.errors import DataProblem, NotEnoughData
from analysis.base.rules import Proposal
from analysis.models.checks import CheckHistory
from analysis.models.form.clean_reps import FormHistory
from analysis.models.form.sides import SURE_DATES, SideDifference
from analysis.models.strength.speed_at_load import SpeedAtLoad
from analysis.models.trends.trend import WINDOW_DAYS
from analysis.pages.digits import signed_words
from analysis.pages.squad_week.findings import finding_fact, finding_line, lift_name, reason
from analysis.pages.squad_week.table import everyone
from analysis.pages.squad_week.week import SIDES_ONCE, Finding, MemberWeek, NewDevice, SquadWeek, Stall
from analysis.pages.wording import (
    History,
    capital,
    count_text,
    day_text,
    decimals_of,
    direction_words,
    expected_text,
    speed_name,
    withheld_sentence,
)

Block = Fact | Drawing

QUEUE_MOST = 8  # athletes to talk to; more are counted
PANEL_WEEKS = 16
EXCLUSIONS_MOST = 6

_STREAM_HEADS = {"sets": "Sets", "reps": "Reps with speed or form", "runs": "Runs", "splits": "Splits"}
_STREAM_HEADS |= {"trials": "Test trials", "wellness": "Wellness answers"}


def header(week: SquadWeek) -> list[Block]:
    """How complete the week is, in one line."""
    refused = len(week.squad.ledger["rejects"])
    parts = [f"{len(week.members)} of {len(week.everyone)} athletes with data"]
    parts += [f"{count_text(refused, 'cell')} refused"]
    parts += [f"{len(week.new_devices)} series begun anew"] if week.new_devices else []
    return [Text(" · ".join(parts))]


def data_state(week: SquadWeek) -> list[Block]:
    """Who has data, which series began anew with a device, what was refused or waits for a name."""
    n, of = len(week.members), len(week.everyone)
    facts = [Fact("data.athletes", f"{n} of {count_text(of, 'athlete')} have data this week.", estimate=n, n=of)]
    withheld = week.squad.withheld
    facts += [Fact("data.withheld", withheld_sentence(withheld), n=withheld)] if withheld else []
    facts += [_no_data_fact(one) for one in week.without_data]
    facts += _new_device_facts(week.new_devices)
    return [*facts, *_ledger_facts(week), _streams(week)]


def talk(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """The flags against chance, whom to talk to, what was seen once, and what still stands from weeks before.

    `pages` are the ids of the athletes whose own page lies beside this one.
    """
    linked = _links(week, pages)
    blocks: list[Block] = [_whom_fact(week), flags_fact(week)] if week.new_findings else [flags_fact(week)]
    if week.listed:
        blocks.append(_findings_table("Two looks in a row or more", week.listed, week, linked))
        more = len({one.athlete_id for one in week.listed}) - QUEUE_MOST
        blocks += [Text(f"{count_text(more, 'more athlete')} below in the table of everyone.")] if more > 0 else []
    if week.seen_once:
        blocks.append(_findings_table("Seen once: wait for the next look", week.seen_once, week, linked))
    if week.standing:
        blocks.append(_findings_table("Still standing from weeks before", week.standing, week, linked))
    blocks.append(Text("A look is a week with a new value of the series. One flag alone is often chance."))
    blocks.append(Text("Other choices: the same value judged by another error, rule, or set of earlier values."))
    choices = _choices(week)
    return [*blocks, choices] if choices else blocks


def glance(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """Everyone in one table, and apart from it those without data."""
    if not week.members:
        raise NotEnoughData("Nobody has data of this week. Take in this week's files, then render the page again.")
    legend = "▲ better beyond error · ● about the same, or too close to call · ▼ worse beyond error · ? cannot tell. "
    legend += "± is half the interval of the change; lines lie on each athlete's usual range. ↑ and ↓ are no verdict."
    apart = [Text(_without_data_words(week), soft=False)] if week.without_data else []
    return [everyone(week, _links(week, pages)), Text(legend), *apart]


def bar_speed(week: SquadWeek) -> list[Block]:
    """A panel an athlete for each key lift, all of a lift on one scale."""
    blocks: list[Block] = []
    for lift in week.config.lifts:
        speeds = [(one, speed) for one in week.members for speed in one.week.speeds.known if _is_of(speed, lift)]
        shown = [_recent(speed, week.until) for _, speed in speeds]
        values = [value for frame in shown for value in frame["value"]]
        if not values:
            continue
        low, high = min(values), max(values)
        words = f"{lift.name}: {_moved_words([(one.name, speed) for one, speed in speeds])}."
        blocks.append(Fact(f"{lift.exercise}.moved", words, n=len(speeds)))
        blocks += [_panel(one, speed, week.until, low, high) for one, speed in speeds]
    if not blocks:
        raise NotEnoughData("No bar speed at an anchor load yet. Measure 3 reps at the anchor load once a week.")
    scale = f"The last {PANEL_WEEKS} weeks in m/s, all panels of a lift on one scale."
    return [*blocks, Text(f"{scale} Hollow: another device, not compared.")]


def form(week: SquadWeek) -> list[Block]:
    """Clean repetitions before form changed, the last 3 sessions against the 3 before."""
    known = [(one, one.week.form_if_known) for one in week.members]
    rated = [history for _, history in known if history]
    if not rated:
        raise NotEnoughData("No form was rated this week. Rate one set of each athlete.")
    earlier = [one.name for one, history in known if history and history.change.flagged and history.change.gain < 0]
    words = f"Form was rated for {len(rated)} of {count_text(len(known), 'athlete')}."
    if earlier:
        words += f" It changes earlier than before in {count_text(len(earlier), 'athlete')}: {_listed(earlier)}."
    else:
        words += " In none does it change earlier."
    lifts = {lift_name(history) for history in rated}
    rows = tuple(_form_row(one, history, several=len(lifts) > 1) for one, history in known)
    title = "Clean reps before form changed, 3 sessions against 3 before"
    label = "Clean reps" if len(lifts) > 1 else f"{lifts.pop()}, clean reps"
    drawn = Dumbbells(title, "reps", rows, decimals=1, label=label)
    return [Fact("form.rated", words, n=len(rated)), _squad_form_fact(week), drawn]


def checks(week: SquadWeek) -> list[Block]:
    """Every check of the configuration: the latest of each athlete against those before."""
    if not week.config.checks:
        raise NotEnoughData("No check is set. Add one under [[checks]] in workbook.toml.")
    facts, drawn = [], []
    for check in week.config.checks:
        of = [(one, _check_of(one, check.test_id)) for one in week.members]
        done = [history for _, history in of if history]
        new = sum(week.days[0] <= history.last_date <= week.days[-1] for history in done)
        if not done:
            facts.append(Fact(f"{check.test_id}.done", f"{check.name}: nobody has done it yet.", "cannot tell"))
            continue
        did = f"{new} of {count_text(len(of), 'athlete')}" if new else "nobody"
        words = f"{check.name}: {did} did it this week. Of the latest values, "
        words += f"{_moved_words([(one.name, history) for one, history in of if history])}."
        rows = tuple(_check_row(one, history) for one, history in of)
        decimals = decimals_of(check.unit, done[0].change.now)
        title = f"{check.name}, latest against the mean before"
        facts.append(Fact(f"{check.test_id}.done", words, n=new))
        drawn.append(Dumbbells(title, check.unit, rows, decimals, check.lower_is_better, check.name))
    return [*facts, *drawn]


def sides(week: SquadWeek) -> list[Block]:
    """Left and right of every side test, right over left in percent."""
    if not week.config.side_tests:
        raise NotEnoughData("No test of both sides is set. Add one under [[side_tests]] in workbook.toml.")
    facts, drawn = [], []
    for test in week.config.side_tests:
        of = [(one, _sides_of(one, test.test_id)) for one in week.members]
        sure = [(one, result) for one, result in of if result and result.is_sure]
        names = f": {_listed([f'{one.name} ({result.larger})' for one, result in sure])}" if sure else ""
        judged = sum(result is not None and result.n_dates >= SURE_DATES for _, result in of)
        found = f"{len(sure) or 'none'} of {count_text(judged, 'athlete')} {'have' if len(sure) > 1 else 'has'}"
        words = f"{test.name}: {found} a difference beyond error{names}."
        words += f" About {expected_text(SIDES_ONCE * judged)} would have one by chance." if judged else ""
        rows = tuple(_side_row(one, result) for one, result in of)
        facts.append(Fact(f"{test.test_id}.sides", words, n=judged))
        drawn.append(
            Forest(
                f"{test.name}, right over left",
                "%",
                rows,
                reference_label="no difference",
                low_label="left larger",
                high_label="right larger",
                conf_level=week.config.confidence,
                decimals=1,
                label=test.name,
            )
        )
    return [*facts, *drawn]


def trends(week: SquadWeek) -> list[Block]:
    """Lifts that fall, stand still or rise over 12 weeks: slow ramps that a look at the newest value misses."""
    known, missing = week.trends
    told = [one for verdict in ("regress", "plateau", "progress") for one in known if one.trend.verdict == verdict]
    weeks = WINDOW_DAYS // 7
    if not known:
        raise NotEnoughData(missing[0].sentence if missing else "No bar speed yet, so there is no trend.")
    n = count_text(len(known), "lift")
    if told:
        words = f"{len(told)} of {n} rise, fall or stand still for sure over {weeks} weeks."
    else:
        words = f"Not one of {n} can be said to rise, fall or stand still over {weeks} weeks."
    words += f" {len(missing)} have too few days." if missing else ""
    drawn: list[Block] = [Fact("trends.told", words, n=len(known))]
    return [*drawn, *(_trend_fact(one) for one in told), _trend_numbers(known)]


def proposals(week: SquadWeek, pages: Iterable[str] = ()) -> list[Block]:
    """What the rules propose for the coming week, with the evidence, and the options where a lift stands still."""
    linked, by_subject = _links(week, pages), {}
    for one, proposal in week.proposals:
        by_subject.setdefault((one.athlete_id, proposal.rule, proposal.subject), []).append((one, proposal))
    if not by_subject:
        return [Fact("proposals.none", "The rules propose nothing for the coming week.", n=0)]
    n = len(by_subject)
    words = f"The rules have {count_text(n, 'proposal')} for the coming week. Athletes read only what you accept."
    rows = tuple(_proposal_row(of_one, linked) for of_one in by_subject.values())
    heads = ("Athlete", "Why", "Proposal or options", "Answer")
    table = Table("Proposals of the rules", heads, rows, stacked=True)
    return [Fact("proposals.made", words, n=n), table, Text("Answer with “workbook decide”.")]


def changes(week: SquadWeek) -> list[Block]:
    """What came in, was corrected or was left out since the week began, and a short name of the settings.

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
    settings = hashlib.sha256(week.config.model_dump_json(exclude={"reports"}).encode()).hexdigest()[:6]
    facts = [
        Fact("changes.files", words, n=len(files)),
        Fact("changes.corrections", _correction_words(revisions, week), n=len(revisions)),
        *_exclusion_facts(week, since),
        Fact("changes.settings", f"Settings {settings}: the same letters on last week's page mean the same settings."),
    ]
    return facts


def _whom_fact(week: SquadWeek) -> Fact:
    """Whom to talk to first: those whose series moved beyond noise on two looks in a row or more."""
    names = list(dict.fromkeys(one.athlete for one in week.listed))
    if not names:
        return Fact("flags.whom", "Nobody has moved beyond noise on two looks in a row.", n=0)
    more = [f"{len(names) - QUEUE_MOST} more"] if len(names) > QUEUE_MOST else []
    told = _listed([*names[:QUEUE_MOST], *more])
    return Fact("flags.whom", f"Talk to {told}: beyond noise on two looks in a row or more.", n=len(names))


def flags_fact(week: SquadWeek) -> Fact:
    """Flags found against flags expected by chance, on one look and on two in a row."""
    n, found = len(week.new_findings), sum(one.flagged for one in week.new_findings)
    if not n:
        raise NotEnoughData("No series has a value of this week that can be judged. Repeat lifts and checks.")
    once, twice = expected_text(week.expected_flags), expected_text(week.expected_on_the_list)
    were, moved = "was" if n == 1 else "were", "moved" if found != 1 else "has moved"
    return Fact(
        "flags.found",
        f"{n} series {were} measured this week; {found} {moved} beyond noise, about {once} would by chance. "
        f"{len(week.listed)} did so for two looks in a row or more; about {twice} would by chance.",
        estimate=float(found),
        n=n,
    )


# --- data and what changed -------------------------------------------------------------------------------------


def _no_data_fact(one: MemberWeek) -> Fact:
    since = "nothing was ever taken in" if one.last_date is None else f"nothing since {day_text(one.last_date)}"
    return Fact(
        f"{one.athlete_id}.no_data",
        f"{one.name}: {since}. That is no rest: ask, and take in what there is.",
        "cannot tell",
        reason="no_data",
    )


def _without_data_words(week: SquadWeek) -> str:
    names = [
        f"{one.name} ({'nothing yet' if one.last_date is None else f'last {day_text(one.last_date)}'})"
        for one in week.without_data
    ]
    return f"Without data this week: {', '.join(names)}."


def _new_device_facts(devices: Iterable[NewDevice]) -> list[Fact]:
    """Series that began anew; those of one athlete with the same device since the same day are told together."""
    alike: dict[tuple, list[NewDevice]] = {}
    for one in devices:
        alike.setdefault((one.athlete_id, one.kind == "form", one.device, one.since), []).append(one)
    return [_new_device_fact(of_one) for of_one in alike.values()]


def _new_device_fact(series: Sequence[NewDevice]) -> Fact:
    first = series[0]
    what = "rater" if first.kind == "form" else "device"
    named = f" ({first.device})" if first.device else ""
    words = f"{first.athlete}, {_listed([one.name for one in series])}: a new {what}{named} since "
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


def _correction_words(revisions: pd.DataFrame, week: SquadWeek) -> str:
    if revisions.empty:
        return "No row was corrected by a later file."
    names = {one.athlete_id: one.name for one in week.everyone}
    by_athlete = revisions["athlete_id"].map(names).value_counts()
    told = _listed([f"{name} ({n})" for name, n in by_athlete.items()])
    return f"{count_text(len(revisions), 'row')} corrected by later files: {told}."


def _exclusion_facts(week: SquadWeek, since: pd.Timestamp) -> list[Fact]:
    """Rows left out since; each with its reason."""
    raw = week.squad.ledger["exclusions"]
    new = set(
        raw.loc[raw["excluded_at"] >= since, "table_name"] + "|" + raw.loc[raw["excluded_at"] >= since, "row_key"]
    )
    facts = []
    for one in week.everyone:
        for row in one.athlete.exclusions.itertuples():
            if f"{row.table_name}|{row.row_key}" in new:
                named = ", ".join(part for part in (one.name, row.what, day_text(row.local_date), row.part) if part)
                facts.append(Fact(f"left_out.{row.table_name}.{row.row_key}", f"Left out: {named}: {row.reason}."))
    more = len(facts) - EXCLUSIONS_MOST
    if more > 0:
        left = Fact(
            "left_out.more", f"{count_text(more, 'more value')} left out; “workbook exclude --list” shows them."
        )
        facts = [*facts[:EXCLUSIONS_MOST], left]
    return facts or [Fact("left_out.none", "No value was left out.", n=0)]


# --- findings --------------------------------------------------------------------------------------------------


def _findings_table(title: str, findings: Sequence[Finding], week: SquadWeek, linked: dict[str, str]) -> Table:
    """A row an athlete, at most 8: the largest finding, and the others below it."""
    by_athlete: dict[str, list[Finding]] = {}
    for one in findings:
        by_athlete.setdefault(one.athlete_id, []).append(one)
    rows = tuple(_findings_row(of_one, week, linked) for of_one in list(by_athlete.values())[:QUEUE_MOST])
    return Table(title, ("Athlete", "What and how sure", "Lately", "In a row"), rows, stacked=True)


def _findings_row(findings: list[Finding], week: SquadWeek, linked: dict[str, str]) -> tuple[Entry, ...]:
    first, *others = findings
    also = [f"Also: {reason(one)}" for one in others]
    return (
        Entry(first.athlete, link=linked.get(first.athlete_id, ""), sort=first.athlete),
        Entry(
            reason(first),
            " ".join([*also, _stands(first, week)]),
            state=None if isinstance(first.history, SideDifference) else first.history.change.state,
            sort=first.size,
            fact=_talk_fact(first),
        ),
        Entry("", line=finding_line(first)),
        Entry(count_text(first.looks, "look"), sort=float(first.looks)),
    )


def _talk_fact(finding: Finding) -> Fact:
    """Why the athlete is listed, and for how many looks in a row."""
    fact = finding_fact(finding)
    looks = f"On {finding.looks} looks in a row." if finding.looks > 1 else "Seen once."
    return replace(fact, subject=f"talk.{fact.subject}").retold(f"{reason(finding)} {looks}")


def _stands(finding: Finding, week: SquadWeek) -> str:
    """Under how many other choices the finding stands."""
    choices = week.sensitivity_of(finding)
    if choices is None or choices.others.empty:
        return "Other choices were not tried."
    return f"Stands under {int(choices.others['stands'].sum())} of {len(choices.others)} other choices."


def _choices(week: SquadWeek) -> Numbers | None:
    """Every flagged finding under every other choice, behind a fold."""
    rows = []
    for finding in (*week.listed, *week.seen_once, *week.standing):
        choices = week.sensitivity_of(finding)
        for row in choices.choices.itertuples() if choices is not None else ():
            judged = pd.notna(row.estimate_pct)
            interval = f"{signed_words(row.conf_low_pct, 1)} to {signed_words(row.conf_high_pct, 1)}" if judged else "–"
            estimate = signed_words(row.estimate_pct, 1) if judged else "–"
            rows.append((finding.athlete, choices.name, row.choice, row.conclusion, estimate, interval))
    heads = ("Athlete", "Series", "Choice", "Conclusion", "%", "Interval, %")
    return Numbers("The flagged changes under other choices", heads, tuple(rows)) if rows else None


def _moved_words(found: Sequence[tuple[str, History]]) -> str:
    """How many newest values lie beyond noise, how many would by chance, and whose they are."""
    judged = [(name, history) for name, history in found if history.change.state != "cannot tell"]
    if not judged:
        return "none can be judged yet"
    moved = [
        f"{name} ({direction_words(history)[0 if history.change.estimate > 0 else 1]})"
        for name, history in judged
        if history.change.flagged
    ]
    chance = expected_text(expected_by_chance(history.change for _, history in judged))
    count = f"{len(moved) or 'none'} of {len(judged)} moved beyond noise, about {chance} would by chance"
    return f"{count}: {_listed(moved)}" if moved else count


# --- panels, dumbbells, forests --------------------------------------------------------------------------------


def _is_of(speed: SpeedAtLoad, lift) -> bool:
    return speed.exercise == lift.exercise


def _recent(speed: SpeedAtLoad, until: pd.Timestamp) -> pd.DataFrame:
    return speed.exposures[speed.exposures["local_date"] > until - pd.Timedelta(weeks=PANEL_WEEKS)]


def _panel(one: MemberWeek, speed: SpeedAtLoad, until: pd.Timestamp, low: float, high: float) -> Course:
    shown, change, side = _recent(speed, until), speed.change, {"L": ", left", "R": ", right"}.get(speed.side, "")
    label = f"{one.name}{side}, {speed.anchor_kg:g} kg"
    return Course(
        title=f"{label}: {speed_name(speed)} over {PANEL_WEEKS} weeks",
        label=label,
        unit="m/s",
        weeks=tuple((until - shown["local_date"]).dt.days / 7),
        values=tuple(shown["value"]),
        comparable=tuple(bool(value) for value in shown["comparable"]),
        n_weeks=PANEL_WEEKS,
        low=low,
        high=high,
        band_low=change.usual.low if change.usual else None,
        band_high=change.usual.high if change.usual else None,
        state=change.state,
        note=f"Nothing in {PANEL_WEEKS} weeks.",
    )


def _form_row(one: MemberWeek, history: FormHistory | None, *, several: bool) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state="cannot tell", note="Not rated this week.")
    return _dumbbell(f"{one.name}, {lift_name(history)}" if several else one.name, history.change)


def _squad_form_fact(week: SquadWeek) -> Fact:
    """For how many repetitions form holds in most sets of the whole squad."""
    try:
        result = week.form_break
    except (NotEnoughData, DataProblem) as problem:
        return Fact("form.squad", f"Over the whole squad: {problem}", "cannot tell", reason="not_enough_data")
    held = result.clean_reps()
    lift = capital(str(result.repetitions["exercise"].iloc[0]).replace("_", " "))
    return Fact(
        "form.squad",
        f"{lift}: in {held.share * 100:.0f} % of all the squad's sets form holds for {held.text} reps.",
        estimate=float(held.reps),
        unit="reps",
        conf_low=float(held.low),
        conf_high=float(held.high),
        conf_level=held.conf_level,
        n=result.n_events,
    )


def _check_row(one: MemberWeek, history: CheckHistory | None) -> DumbbellRow:
    if history is None:
        return DumbbellRow(one.name, None, None, state="cannot tell", note="Not done yet.")
    return _dumbbell(f"{one.name}, {day_text(history.last_date)}", history.change)


def _dumbbell(label: str, change: Change) -> DumbbellRow:
    noise = change.noise
    return DumbbellRow(
        label,
        change.reference if change.n_earlier else None,
        change.now,
        noise.low if noise else None,
        noise.high if noise else None,
        change.state,
    )


def _side_row(one: MemberWeek, result: SideDifference | None) -> ForestRow:
    if result is None:
        return ForestRow(one.name, None, state="cannot tell", note="Not tested on both sides.")
    return ForestRow(
        f"{one.name}, {count_text(result.n_dates, 'date')}",
        result.estimate_pct,
        result.conf_low,
        result.conf_high,
        state="cannot tell" if result.n_dates < SURE_DATES else None if result.is_sure else "no detectable change",
        word=f"{result.larger} larger" if result.is_sure else "",
    )


def _check_of(one: MemberWeek, test_id: str) -> CheckHistory | None:
    return next((history for history in one.week.checks.known if history.test_id == test_id), None)


def _sides_of(one: MemberWeek, test_id: str) -> SideDifference | None:
    return next((result for result in one.week.sides.known if result.test_id == test_id), None)


# --- trends ----------------------------------------------------------------------------------------------------


def _trend_fact(one: Stall) -> Fact:
    words = {"decimals": 2, "more": "faster", "less": "slower"}
    subject = f"{one.speed.exercise}.trend_at_{one.speed.anchor_kg:g}kg"
    return one.trend.as_fact(f"{one.athlete_id}.{subject}", f"{one.athlete}, {speed_name(one.speed)}", **words)


def _trend_numbers(known: Sequence[Stall]) -> Numbers:
    rows = tuple(
        (
            one.athlete,
            speed_name(one.speed),
            one.trend.verdict,
            signed_words(one.trend.change, 2),
            f"{signed_words(one.trend.change_interval.low, 2)} to {signed_words(one.trend.change_interval.high, 2)}",
            count_text(one.trend.n, "day"),
        )
        for one in known
    )
    heads = ("Athlete", "Lift", "Verdict", "Change, m/s", "95 % interval", "From")
    return Numbers(f"The change over {WINDOW_DAYS // 7} weeks of every lift", heads, rows)


def _proposal_row(of_one: list[tuple[MemberWeek, Proposal]], linked: dict[str, str]) -> tuple[Entry, ...]:
    """One proposal; the choices of a menu, which are not ranked, stand below each other."""
    one, first = of_one[0]
    lines = [proposal.line for _, proposal in of_one]
    lead = f"{lines[0].partition(': ')[0]}: "  # the lift, which the first line names
    accepted = set(one.athlete.proposals["proposal_id"]) & {proposal.proposal_id for _, proposal in of_one}
    fact = Fact(
        f"{one.athlete_id}.{first.subject}.{first.rule}", f"{one.name}, {lines[0]}", coach_sentence=first.evidence
    )
    return (
        Entry(one.name, link=linked.get(one.athlete_id, ""), sort=one.name),
        Entry(first.title, first.evidence.removeprefix(f"{first.title}. "), fact=fact),
        Entry(lines[0], " ".join(f"Or: {line.removeprefix(lead)}" for line in lines[1:]), sort=first.action),
        Entry("accepted" if accepted else "open", sort="accepted" if accepted else "open"),
    )


# --- small words -----------------------------------------------------------------------------------------------


def _links(week: SquadWeek, pages: Iterable[str]) -> dict[str, str]:
    """Where the athletes' own pages of this week lie from here; only the pseudonymous id is in it."""
    day = week.until.date().isoformat()
    return {athlete_id: f"../../athlete_week/{day}/{athlete_id}.html" for athlete_id in pages}


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
