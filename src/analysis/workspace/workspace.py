"""A workspace: a folder with `workbook.toml`, its store, its notebooks and its pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analysis.base import config as configuration
from analysis.base.config import Config
from analysis.base.errors import UnknownAthlete, UsageProblem
from analysis.base.frames import rows_of
from analysis.base.rules import NAME as RULES
from analysis.base.rules import Rule, read_rules
from analysis.ingest.binding import ANY_SOURCE, Names
from analysis.ingest.exercises import catalogue
from analysis.ingest.reading import Options
from analysis.store import Store
from analysis.workspace import asked, bundle
from analysis.workspace.as_of import FRAMES, as_of, by_athlete, day, last_day_of, of_athletes, remaining
from analysis.workspace.bundle import Bundle
from analysis.workspace.consent import Consent, agreeing, consents, without_body_mass
from analysis.workspace.fingerprint import digest, source_hash
from analysis.workspace.left_out import left_out
from analysis.workspace.noise import NoiseOf, keep, kept, measured, no_noise, those_who_count
from analysis.workspace.notebooks import notebook_of
from analysis.workspace.overview import WITH_DEVICE, Overview, overview_of_frames, overview_of_streams
from analysis.workspace.people import Athlete, NoiseWhenAsked, Squad
from analysis.workspace.sql import answered, arrow

_LEDGER = (
    *("files", "revisions", "rejects", "waiting", "exclusions"),  # how the data came in
    *("claims", "verdicts_before"),  # what pages said
    "proposals",  # what the coach answered, in whichever way
)
_OF_A_PAGE = (*FRAMES, "links", "exclusions", "athletes", "aliases")
_OF_A_SQUAD = tuple(dict.fromkeys((*FRAMES, *_LEDGER, *asked.NAMES, "links", "athletes")))
_BESIDE = ("exercises.csv", "sports.csv", RULES)  # beside workbook.toml, where a squad has them
_NOT_ON_PAGES = {
    "reports",
    "delivery",
    "notify",
    "form",
    "ingest_before_run",
    "drop_folder",
    "drop_within_s",
}  # of the configuration
_NO_STREAM = ("plan", "proposals", "labels")  # written by the coach, not measured


@dataclass(frozen=True, eq=False, repr=False)
class Workspace:
    """A folder, its configuration and its store; a bundle has the tables of some athletes in place of a store.

    `noise_of` tells the noise of athletes; without it nothing is known of that of a store, while a bundle brings it.
    """

    folder: Path
    config: Config
    tables: Store | Bundle  # where the frames come from
    noise_of: NoiseOf | None = None

    @property
    def store(self) -> Store:
        """The store.

        Raises UsageProblem in a bundle, which has none.
        """
        if isinstance(self.tables, Bundle):
            raise UsageProblem(f"{self.folder} is the bundle of one page and can only be read. Open its workspace.")
        return self.tables

    @property
    def raw_folder(self) -> Path:
        """The drop folder: `workbook ingest` without a path takes in what lies here."""
        return self.folder / self.config.raw

    @property
    def reports_folder(self) -> Path:
        return self.folder / self.config.reports_folder

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that propose for the coming week: the shipped ones as `rules.toml` of this workspace changes them.

        Raises ConfigProblem where that file does not hold together.
        """
        return read_rules(self.folder / RULES)

    def options(self, load_unit: str | None = None, mapping: Path | None = None) -> Options:
        """What readers are told in this workspace."""
        return reader_options(self.folder, self.config, load_unit, mapping)

    def today(self) -> pd.Timestamp:
        """The calendar day where the squad is."""
        return self.now().tz_convert(self.config.zone).tz_localize(None).normalize()

    @staticmethod
    def now() -> pd.Timestamp:
        """This moment, in UTC."""
        return pd.Timestamp.now(tz="UTC")

    def names(self) -> Names:
        """Who is meant by the names that files use; an id names its athlete too."""
        ids = {(ANY_SOURCE, athlete_id): athlete_id for (athlete_id,) in self.tables.values("athletes", "athlete_id")}
        return Names.bound_by(self.tables.values("aliases", "source", "external_name", "athlete_id")).and_of(Names(ids))

    @cached_property
    def judged_anew_on(self) -> pd.Timestamp | None:
        """The day on which the store came from version 0.1, which judged by another rule; None where it never did."""
        if isinstance(self.tables, Bundle):
            return self.tables.judged_anew_on
        at = self.store.judged_anew_at
        return None if at is None else at.tz_convert(self.config.zone).tz_localize(None).normalize()

    def athletes(self) -> pd.DataFrame:
        """All athletes, one row each."""
        return self.tables.frame("athletes")

    def rests_on(self, athlete_id: str = "") -> dict[str, str]:
        """What decides the frames of an athlete, or of all: a short text for each part of it, at no reading of frames.

        As long as none of them changes, `athlete` and `everyone` give the same for the same day.
        """
        if athlete_id:
            data = str(self.store.revision(athlete_id))
        else:
            taken_in = self.store.count("files")[0][0]
            forms = sorted(self.store.values("forms", "form_id", "revoked_at"))
            data = digest(repr((sorted(self.store.revisions().items()), taken_in, forms)).encode())
        files = {name: self.folder / name for name in _BESIDE}
        return {
            "data": data,
            configuration.NAME: digest(self.config.model_dump_json(exclude=_NOT_ON_PAGES).encode()),
            **{name: digest(path.read_bytes()) if path.is_file() else "" for name, path in files.items()},
            "year": str(self.today().year),  # in which athletes come of age
        }

    def noise(self, until: pd.Timestamp) -> pd.DataFrame:
        """Typical error and carry-over of all that is followed, as of a day: by what a change is judged.

        Of those who agreed to be shown on the squad's pages, in a large squad of a sample of them; of fewer than 3
        nothing is told. One row a quantity and device, nobody is named. They are read for it once, then it is kept
        until any data change. A bundle has one table, as of the day of its page.
        """
        if isinstance(self.tables, Bundle):
            return self.tables.noise()
        if self.noise_of is None:
            return no_noise()
        place, state = self.folder / self.config.store, self._state_of_noise()
        known = kept(place, state, until)
        if known is None:
            known = self.noise_of(self._counted(until), until)
            if self._state_of_noise() == state:  # nothing was taken in meanwhile
                keep(place, state, until, known)
        return known

    def _state_of_noise(self) -> str:
        """A hash of what decides the noise of any day."""
        return digest(repr((sorted(self.rests_on().items()), source_hash())).encode())

    def _counted(self, until: pd.Timestamp) -> Iterator[Athlete]:
        """Those whose values count for the noise, one in memory at a time."""
        key_lifts = {lift.exercise for lift in self.config.lifts}
        kinds = partial(measured, self.store, key_lifts)
        for athlete_id in those_who_count(agreeing(self.consents(), "squad"), kinds):
            yield self._one(self.tables.frames(_OF_A_PAGE, [athlete_id]), until, no_noise())

    def pack(
        self, athlete_id: str, folder: Path, until: str | None = None, noise: pd.DataFrame | None = None
    ) -> Athlete:
        """Write into the empty `folder` a bundle: all that `athlete` needs for this one, and nobody else's data.

        The athlete is what `athlete` gives here and there, from the same reading of the store. `noise` is that of the
        squad where it is known already.

        Raises ConsentMissing for one who has not agreed to have a page.
        """
        stored = self.tables.frames(_OF_A_PAGE, [athlete_id])
        self._consents(stored["athletes"])[athlete_id].require("report")
        athlete = self._one(stored, until, noise)
        bundle.pack(folder, self.store, stored, self.config, self._beside, athlete.noise)
        return athlete

    def pack_squad(
        self,
        folder: Path,
        until: str,
        coming: Iterable[tuple[str, str]] = (),
        noise: pd.DataFrame | None = None,
    ) -> Squad:
        """Write into the empty `folder` a bundle of all who agreed to be shown on the squad's pages.

        The squad is what `everyone` gives here and there. In the bundle `pages` says of the day `until` what it says
        here, and counts those that are in work: `coming` are their reports and athletes. `noise` as in `pack`.
        """
        stored = self.tables.frames([*_OF_A_SQUAD, "aliases"])
        squad = self._squad(stored, until, True, noise)
        shown = {one.athlete_id for one in squad.athletes}
        made = {(page.parent.parent.name, page.stem) for page in self.reports_folder.glob(f"*/{until}/*.html")}
        pages: dict[str, list[str]] = {}
        for report, athlete_id in sorted({*made, *coming}):
            if athlete_id in shown:
                pages.setdefault(f"{report}/{until}", []).append(athlete_id)
        frames = of_athletes(stored | asked.bare(stored), shown)
        more = {"withheld": squad.withheld, "pages": pages, "judged_anew_on": squad.judged_anew_on}
        bundle.pack(folder, self.store, frames, self.config, self._beside, squad.noise, **more)
        return squad

    @property
    def _beside(self) -> list[Path]:
        return [self.folder / name for name in _BESIDE]

    def athlete_id(self, name_or_id: str) -> str:
        """The id of an athlete given by id, name or alias.

        Raises UnknownAthlete naming some that there are.
        """
        found = self.names().athlete(ANY_SOURCE, name_or_id)
        if found is None:
            athletes = self.athletes()
            some = ", ".join(f"{a.athlete_id} ({a.name})" for a in rows_of(athletes.head(3))) or "none yet"
            raise UnknownAthlete(
                f"{name_or_id!r} is no athlete of this workspace; there are {len(athletes)}: {some}"
                f"{', ...' if len(athletes) > 3 else ''}. `workbook status` lists them all."
            )
        return found

    def first_athlete_id(self) -> str:
        """The id of the first athlete by name, to begin looking with.

        Raises UnknownAthlete where there is none yet.
        """
        athletes = self.athletes()
        if athletes.empty:
            raise UnknownAthlete(
                "There is no athlete in this workspace yet. Take in your files with `workbook ingest PATHS`, "
                "or look at an example squad with `workbook demo --workspace workbook-demo`."
            )
        return str(athletes.sort_values("name")["athlete_id"].iloc[0])

    def athlete(self, name_or_id: str, until: str | None = None) -> Athlete:
        """One athlete's frames up to and including `until` (ISO date; all there is by default)."""
        stored = self.tables.frames(_OF_A_PAGE, [name_or_id])
        if stored["athletes"].empty:  # no id, as notebooks give one: a name costs a reading of all names
            stored = self.tables.frames(_OF_A_PAGE, [self.athlete_id(name_or_id)])
        return self._one(stored, until)

    def _one(
        self, stored: dict[str, pd.DataFrame], until: str | pd.Timestamp | None, noise: pd.DataFrame | None = None
    ) -> Athlete:
        """The athlete whose tables are `stored`."""
        last = self._last(stored, until)
        row, seen = next(rows_of(stored["athletes"])), self._as_of(stored, last)
        return self._athlete(row, last, seen, stored["exclusions"], NoiseWhenAsked(partial(self.noise, last), noise))

    def everyone(self, until: str | None = None, *, agreed: bool = True) -> Squad:
        """All athletes by name, each as `athlete` gives one, from one reading of the store.

        With `agreed` only those who agreed to be shown on the squad's pages; `withheld` says how many others there are.
        """
        return self._squad(self.tables.frames(_OF_A_SQUAD), until, agreed)

    def _squad(
        self, stored: dict[str, pd.DataFrame], until: str | None, agreed: bool, noise: pd.DataFrame | None = None
    ) -> Squad:
        """The squad whose tables are `stored`."""
        last = self._last(stored, until)
        when_asked = NoiseWhenAsked(partial(self.noise, last), noise)
        seen = by_athlete(self._as_of(stored, last))
        exclusions = by_athlete({"exclusions": stored["exclusions"]})
        everybody = stored["athletes"].sort_values(["name", "athlete_id"])
        shown = agreeing(self._consents(everybody), "squad") if agreed else set(everybody["athlete_id"])
        rows = everybody.loc[everybody["athlete_id"].isin(list(shown))]
        athletes = (
            self._athlete(row, last, seen(row.athlete_id), exclusions(row.athlete_id)["exclusions"], when_asked)
            for row in rows_of(rows)
        )
        ledger = of_athletes({name: stored[name] for name in _LEDGER}, shown)
        claims = ledger["claims"]
        ledger["claims"] = claims.loc[claims["first_told"] < last]  # this day's pages may be in work
        ledger |= self._forms(of_athletes(asked.bare(stored), shown), last)
        withheld = len(everybody) - len(rows) + (self.tables.withheld if isinstance(self.tables, Bundle) else 0)
        anew = self.judged_anew_on
        return Squad(last, self.config, tuple(athletes), ledger, self.rules, withheld, anew, when_asked)

    def _forms(self, told: dict[str, pd.DataFrame], until: pd.Timestamp) -> dict[str, pd.DataFrame]:
        """Who had a form by that day and when, and which days up to then were answered."""
        forms, answers = asked.forms_as_of(told["forms"], until, self.config.zone), told["answers"]
        return {"forms": forms, "answers": answers.loc[answers["local_date"] <= until].reset_index(drop=True)}

    def _last(self, stored: dict[str, pd.DataFrame], until: str | pd.Timestamp | None) -> pd.Timestamp:
        """The day up to which frames are given: the one that was asked for, else the last one with data."""
        if isinstance(until, pd.Timestamp):
            return until
        return day(until) if until else last_day_of(stored, self.today())

    def _athlete(
        self,
        row: Any,
        until: pd.Timestamp,
        seen: dict[str, pd.DataFrame],
        exclusions: pd.DataFrame,
        noise: NoiseWhenAsked,
    ) -> Athlete:
        """The athlete of a row of `athletes`; `seen` are the frames up to `until` with the rows left out."""
        return Athlete(
            athlete_id=row.athlete_id,
            name=row.name if pd.notna(row.name) else row.athlete_id,
            until=until,
            config=self.config,
            frames=remaining(seen, exclusions),
            exclusions=left_out(seen, exclusions, self.config),
            _store=self.tables,
            _noise=noise,
        )

    def squad(self, until: str | None = None) -> dict[str, pd.DataFrame]:
        """The frames of all athletes up to and including `until`, by name, without the rows that were left out.

        Those who have not agreed to be shown on pages of the squad are not among them; `consents` says who agreed.
        """
        stored = self.tables.frames([*FRAMES, "links", "exclusions", "athletes"])
        last = self._last(stored, until)
        shown = agreeing(self._consents(stored["athletes"]), "squad")
        return remaining(of_athletes(self._as_of(stored, last), shown), stored["exclusions"])

    def sql(self, query: str, until: str | None = None) -> pd.DataFrame:
        """The rows of a query in SQL (DuckDB's) over the tables of `squad`, and `athletes` with athlete_id and name.

        Only those who agreed to be shown on pages of the squad are in any of them, and no row that was left out. The
        query reaches no file, no network and no variable. Needs the extra `sql`.

        Raises UsageProblem for a query that DuckDB refuses, and where it is not installed.
        """
        tables = self.squad(until)
        shown = agreeing(self.consents(), "squad")
        athletes = self.athletes().loc[lambda rows: rows["athlete_id"].isin(list(shown)), ["athlete_id", "name"]]
        return answered(query, {**tables, "athletes": athletes.reset_index(drop=True)})

    def arrow(self, name: str, until: str | None = None) -> pa.Table:
        """One table of `squad` as Arrow, for polars or R.

        Raises UsageProblem for a name that is no table.
        """
        if name not in FRAMES:
            raise UsageProblem(f"There is no table {name!r}; the tables are {', '.join(FRAMES)}.")
        return arrow(self.squad(until)[name])

    def consents(self) -> dict[str, Consent]:
        """What each athlete has agreed to, as of today, by id."""
        return self._consents(self.athletes())

    def consent(self, athlete_id: str) -> Consent:
        """What one athlete has agreed to, as of today."""
        return self._consents(self.tables.frame("athletes", [athlete_id]))[athlete_id]

    def _consents(self, athletes: pd.DataFrame) -> dict[str, Consent]:
        return consents(athletes, self.config, self.today())

    def _as_of(self, stored: dict[str, pd.DataFrame], last_day: pd.Timestamp) -> dict[str, pd.DataFrame]:
        known = catalogue(self.options().exercises)
        agreed = self._consents(stored["athletes"])
        frames = as_of(stored, last_day, known.described)
        return without_body_mass(frames, agreed.keys() - agreeing(agreed, "body_mass"))

    def streams(self) -> pd.DataFrame:
        """What there is of whom: one row an athlete and table, with rows, the first day and the last."""
        rows = self.store.streams([name for name in FRAMES if name not in _NO_STREAM])
        streams = pd.DataFrame(rows, columns=["athlete_id", "table", "rows", "first_date", "last_date"])
        days = {name: pd.to_datetime(streams[name], format="ISO8601") for name in ("first_date", "last_date")}
        return streams.assign(**days)

    @property
    def overview(self) -> Overview:
        """What a notebook shows of the workspace: its tables with rows, days and devices, and what there is not."""
        if isinstance(self.tables, Bundle):
            return overview_of_frames(f"Bundle {self.folder.name}", self.tables.frames(FRAMES))
        devices = {name: [row[0] for row in self.store.count(name, "device")] for name in WITH_DEVICE}
        title = f"{self.config.squad}: {len(self.athletes())} athletes, in {self.folder}"
        return overview_of_streams(title, self.streams(), devices, [name for name in FRAMES if name not in _NO_STREAM])

    def __repr__(self) -> str:
        return f"Workspace({str(self.folder)!r})"

    def _repr_html_(self) -> str:
        return self.overview.html()

    def pages(self, report: str, until: str) -> set[str]:
        """The ids of the athletes whose page of that report and day is there; a bundle knows those of its own day."""
        if isinstance(self.tables, Bundle):
            return set(self.tables.pages.get(f"{report}/{until}", ()))
        return {page.stem for page in (self.reports_folder / report / until).glob("*.html")}

    def notebook(self, report: str) -> Path:
        """The notebook of a report, as `notebooks.notebook_of` finds it."""
        return notebook_of(report, self.folder)


def reader_options(folder: Path, config: Config, load_unit: str | None, mapping: Path | None) -> Options:
    """What readers are told in the workspace in `folder`; its store need not be open for that."""
    exercises, sports = folder / "exercises.csv", folder / "sports.csv"
    return Options(
        config=config,
        load_unit=load_unit,
        mapping=mapping,
        mapping_folders=(folder / "mappings",),
        exercises=exercises if exercises.is_file() else None,
        sports=sports if sports.is_file() else None,
    )
