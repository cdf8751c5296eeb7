"""Write the page of formats from what the readers declare.

`python docs/formats.py` rewrites `docs/formats.md`; a test holds the page to it.
"""

import sys
from pathlib import Path

from analysis.ingest.registry import readers

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "formats.md"
sys.path.insert(0, str(ROOT / "tests"))

from format_samples import ELSEWHERE, FILES, RESTS_ON  # noqa: E402 - the files that the tests write

ABOVE = """\
# Formats

What `workbook ingest` reads, in the order in which the readers are asked. A file is known by its header, not by its
name. Every row is kept as it was; a cell that cannot be taken refuses its row, with the reason (`workbook rejects`).

| format | what is taken | what is left, and why | read in the tests from |
|---|---|---|---|
"""
RESTING = """
## What some of them rest on

Files in the tests are invented in the form of real ones. Where that form was not known from files of users, it was
known from this:

| format | known from |
|---|---|
"""
BELOW = """
No file, test or document was found of the exports of Vitruve, Speed4Lifts, Enode (VmaxPro), Output, Metric, PUSH,
Beast, Tendo and ADR, nor of the newer one of RepOne; of Dartfish, Witty, Brower, OptoJump and MuscleLab neither; of
Hawkin only a public note. They go by a column mapping, as all below; Chronojump's table of curves by one to copy.

## Tables of any other maker

A column mapping says which column is which quantity: a small TOML file in `mappings/` of the workspace. Examples to
copy: {examples}.
A sprint table or a laser's run is read by its header, unless a saved mapping fits it.

## What the exports of watches and rings rest on

A format is here because a file of it, rows in a public test or its maker's own document show it. What has none of these
is named below and left out.

- Strava's list: files in English and German; header words of French, Spanish, Portuguese and Dutch in public importers
  and their tests. In Italian and any other language the whole list is known by the places of its columns, which say
  times and distance twice in every language.
- Garmin's account archive: a file of activities; rows of a public test for daily summaries; for sleep and health status
  the fields that several public importers read.
- Fitbit: files of sleep score and daily readiness; rows of public tests for resting heart rate, sleep, variability and
  respiratory rate.
- Oura: a file of API rows; rows of public tests for the account export.
- Samsung Health: a file, and rows of a public test. Numbers of exercises are those of its table of predefined types, as
  far as it could be read, and those on which public importers agree; others are told as unknown.
- Polar: its maker's example and a file of AccessLink; rows of a public test of Flow's export; of a newer layout the
  totals that a public importer reads, and not its records. Numbers of sports are those of Flow's settings page.
- Suunto: one file of a public library.

Left out, since nothing shows them: the lists of Coros; Garmin's training readiness; Samsung Health's tables of sleep,
stress and heart rate, and its live data; Google's newer tables of Fitbit; the newer layout of Suunto's app; Polar's
files of days and nights. Steps are left everywhere: phone and tracker count them twice.

## What a person has to say

| where a file does not say | say it by |
|---|---|
| kg or lb, of loads | `--unit`, or `load_unit` in `workbook.toml` |
| km or mi, of Garmin's list and of Strava's where its two columns agree | `distance_unit` in `workbook.toml` |
| the unit of a column of a plate or tracker | a line under `[units]` in `workbook.toml`, as `"Max Speed" = "m/s"` |
| what was done, of a watch's file | title, file name, folder (`Laufen/`), `--sport`, or `sport` of `workbook.toml` |
| the day, of sprints, laser runs and meets without a column date | the file's name: `gates_2026-01-31.csv` |
| day, lift and load, of joint angles | its name: `rdl_2026-01-31_80kg.mot`; a table beside it; `--date --lift --load` |
| what 03/04/2026 means, where no date of the column tells | `--day-first` or `--month-first`, or the column mapping |
| which month `lis` is, where no other date of the file tells | the date as 2026-01-31 |
| the delimiter, decimal mark or encoding of a table that is found wrong | `--delimiter`, `--decimal`, `--encoding` |
| whose it is | the folder it lies in, or `--athlete` |
| which velocity, which unit, which way is good | the column mapping |

An exercise outside the catalogue keeps its raw name, and is told with the nearest that are known. `exercises.csv` in
the workspace, with the columns
{columns}, adds exercises, and names in any language (`de:kreuzheben`), to the catalogue.

What was done is named by one vocabulary of {sports} sports: words in English, German, French, Spanish, Italian,
Portuguese, Dutch, Swedish, Norwegian, Danish, Finnish, Polish and Japanese, and the numbers of Strava's GPX files, of
Polar (`polar sport 17`) and of Samsung Health (`samsung exercise 1002`). The word of the file is kept (`sport` of the
table `runs`), what it means stands beside it (`activity`), and the session gets its kind: {kinds}. `sports.csv` in
the workspace, with the columns {sport_columns}, adds words (`de:sumpfrunde`, or `de:*lauf` for the end of a compound)
and sports. Where neither word nor name tells, the speed of a way may: below {walks} m/s it is walking, up to {runs}
m/s running, and cycling where a twentieth of the half minutes is faster than {rides} m/s; what lies between is no
run. The note of the import says what was taken and why.
"""


def page() -> str:
    """The page as the readers of today declare themselves."""
    from analysis.ingest import sports
    from analysis.ingest.exercises import COLUMNS
    from analysis.ingest.mapping.templates import example_mappings
    from analysis.ingest.watch import naming

    own = readers()
    rows = "".join(f"| {reader.title} | {reader.takes} | {reader.leaves} | {_files(reader.name)} |\n" for reader in own)
    rests = "".join(f"| {one.title} | {RESTS_ON[one.name]} |\n" for one in own if one.name in RESTS_ON)
    examples = ", ".join(f"`{name}`" for name in example_mappings())
    return (
        ABOVE
        + rows
        + RESTING
        + rests
        + BELOW.format(
            examples=examples,
            columns=_listed(COLUMNS),
            sports=len(sports.sports().sports),
            kinds=_listed(sports.KINDS),
            sport_columns=_listed(sports.COLUMNS),
            walks=naming.WALKS_BELOW_M_S,
            runs=naming.RUNS_BELOW_M_S,
            rides=naming.SPRINTS_BELOW_M_S,
        )
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _files(reader: str) -> str:
    """The files of `tests/format_samples.py`, or the test that writes them."""
    return ELSEWHERE.get(reader) or ", ".join(f"`{name}`" for name, _ in FILES[reader])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
