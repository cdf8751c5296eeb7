"""What is said of a watch file: notes for the person who takes it in, and a few words on a run for its athlete."""

from collections import Counter
from collections.abc import Mapping

# what a count of the tally means for the person who imports; counts without a sentence are only kept in the dialect
_UNUSUAL = {
    "undated_activities": "Sessions without a date: {n}; they cannot be placed in the calendar.",
    "records_before_start": "Records before the start of their session: {n}; they keep their negative times.",
    "steps_back_in_time": "Clock steps backwards between records: {n}; the order is that of the file.",
    "stretches_out_of_order": "Stretches that come before what is earlier: {n}; they are put in order.",
    "clock_jumps": "Sessions whose records span over an hour more than stated: {n}; the watch's clock jumped.",
    "endless_activities": "Sessions that lasted over 10 days by the watch: {n}; their duration is the moving time.",
    "negative_values": "Durations or distances below zero: {n}; they count as missing.",
    "distances_of_records": "Sessions without a stated distance: {n}; it is that of their records.",
    "mean_heart_rates_of_records": "Runs without a stated mean heart rate: {n}; it is the mean of their records.",
    "records_without_time": "Records without a time: {n}; they are left out of the samples.",
    "unreadable_times": "Times that cannot be read: {n}; they count as missing.",
    "unreadable_values": "Values that are no numbers: {n}; they count as missing.",
    "times_without_zone": "Times without a zone: {n}; they are taken as UTC.",
}

# the same of what was left out or settled since it cannot be
_UNBELIEVED = {
    "unset_clocks": "Sessions from before 2000: {n}; the device did not know the date, so that they have none.",
    "records_of_unset_clock": "Records from before the device knew the date: {n}; they have no time.",
    "timers_longer_than_elapsed": (
        "Sessions with more moving time than elapsed time: {n}; the time of the records counts, without records the "
        "elapsed one."
    ),
    "timers_longer_than_records": (
        "Sessions whose time is longer than that of their records, which go all the way: {n}; the records count."
    ),
    "points_at_zero": "Points at 0° north, 0° east, where a device without a fix puts itself: {n}; they have no place.",
    "stray_points": "Points that nobody gets to in the time: {n}; the way goes past them.",
    "jumps": "Steps that nobody makes in the time: {n}; they add nothing to the distance.",
    "still_tracks": "Tracks that stay in one place: {n}; their distance is not known.",
    "repeated_points": "Points that say an earlier one again: {n}; they count once.",
    "repeated_tracks": "Tracks that only say earlier ones again: {n}; they are left out.",
    "repeated_laps": "Laps that say an earlier one again: {n}; they count once.",
    "tracks_beyond_laps": "Sessions whose track goes on after their total ends: {n}; the track counts.",
    "empty_distances": "Sessions with a distance of 0 and a track that goes on: {n}; the track counts.",
    "impossible_distances": "Distances that nobody covers in the time: {n}; that of the records counts, else none.",
    "silent_heart_rates": "Heart rates of 0, of a silent strap: {n}; they count as missing.",
    "impossible_heart_rate_bpm": "Heart rates below 20 or above 250: {n}; they count as missing.",
    "impossible_mean_heart_rates": "Mean heart rates below 20 or above 250: {n}; they count as missing.",
    "mean_heart_rates_with_silence": "Mean heart rates that count a silent strap as 0: {n}; they are taken anew.",
    "impossible_speed_m_s": "Speeds that nobody reaches: {n}; they count as missing.",
    "impossible_altitude_m": "Altitudes below -450 m or above 9000 m: {n}; they count as missing.",
    "impossible_cadence_spm": "Cadences that nobody runs: {n}; they count as missing.",
    "impossible_cadence_rpm": "Cadences that nobody turns: {n}; they count as missing.",
    "impossible_power_w": "Powers below 0 or above 5000 W: {n}; they count as missing.",
}

# what a page says of a run: what was left out that its distance or time would rest on, one and several
_OF_A_RUN = {
    "points_at_zero": ("point at 0° north, 0° east", "points at 0° north, 0° east"),
    "stray_points": ("point off the way", "points off the way"),
    "jumps": ("step that nobody makes", "steps that nobody makes"),
    "still_tracks": ("track that stays in one place", "tracks that stay in one place"),
    "repeated_points": ("point said again", "points said again"),
    "repeated_laps": ("lap said again", "laps said again"),
    "tracks_beyond_laps": ("total that ends before the track does", "totals that end before the track does"),
    "empty_distances": ("distance of 0", "distances of 0"),
    "impossible_distances": ("distance that nobody covers in the time", "distances that nobody covers in the time"),
    "timers_longer_than_elapsed": ("time longer than the time that passed", "times longer than the time that passed"),
    "timers_longer_than_records": ("time longer than its records", "times longer than their records"),
}


def notes(tally: Counter[str]) -> tuple[str, ...]:
    """The sentences for what was counted.

    >>> notes(Counter(records_without_time=2, laps=5))
    ('Records without a time: 2; they are left out of the samples.',)
    """
    return _sentences(_UNUSUAL | _UNBELIEVED, tally)


def notes_of_the_unbelieved(tally: Counter[str]) -> tuple[str, ...]:
    """Of these only the sentences for what was left out, or settled, since it cannot be."""
    return _sentences(_UNBELIEVED, tally)


def _sentences(sentences: Mapping[str, str], tally: Counter[str]) -> tuple[str, ...]:
    return tuple(sentence.format(n=tally[name]) for name, sentence in sentences.items() if tally[name])


def left_out_of_a_run(counts: Mapping[str, int]) -> str | None:
    """What was left out of one run, in words; None where nothing was that its distance or time would rest on.

    >>> left_out_of_a_run({"stray_points": 1, "jumps": 2, "impossible_altitude_m": 9})
    '1 point off the way, 2 steps that nobody makes'
    """
    found = [f"{n} {words[n != 1]}" for name, words in _OF_A_RUN.items() if (n := counts.get(name, 0))]
    return ", ".join(found) or None
