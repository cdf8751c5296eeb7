"""A small workspace, and the files that people drop into it, made in code for the tests of the shell."""

from pathlib import Path

from click.testing import CliRunner

from analysis.cli import main
from analysis.workspace import Workspace, fetched, open_workspace

CONFIG = 'squad = "Grove"\ntime_zone = "Europe/Berlin"\nload_unit = "kg"\n'
STRONG = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE\n"
BAR_SPEED = "athlete,date,exercise,set,rep,load_kg,mean_velocity_m_s\n"
WELLNESS = "athlete,date,item,value,scale_min,scale_max,direction\n"
ROSTER = "athlete,athlete_id,sex,birth_year,consent,guardian,aliases\n"


def workspace(folder: Path, config: str = CONFIG) -> Workspace:
    """A workspace in `folder` with an empty drop folder."""
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "workbook.toml").write_text(config, encoding="utf-8")
    return open_workspace(folder)


def drop(folder: Path, name: str, text: str) -> Path:
    """A file in the drop folder of the workspace in `folder`."""
    path = folder / "data" / "raw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(folder: Path, *words: str, code: int = 0) -> str:
    """What the command says, `run --due` where none is named; it ends with `code`."""
    result = CliRunner().invoke(main, [*(words or ("run", "--due")), "--workspace", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


def fetch(folder: Path) -> dict[str, str]:
    """What became of each file of the drop folder elsewhere."""
    squad = open_workspace(folder)
    found = {one.name: one.state for one in fetched.fetch(squad)}
    squad.store.close()
    return found


def strong_row(day: str = "2026-06-01", set_order: int = 1, load: object = 100, reps: int = 5) -> str:
    """One row of Strong's export: a set of deadlifts at ten in the morning."""
    return f'{day} 10:00:00,"Day 1",45min,"Deadlift (Barbell)",{set_order},{load},{reps},0,0,"","",8\n'


def strong(*rows: str) -> str:
    """Strong's export of the given rows, of one set where none is given."""
    return STRONG + "".join(rows or (strong_row(),))


def gpx(*tracks: list[str], name: str = "Morning run") -> str:
    """A GPX file; a track is a list of the times of its points, an empty text for a point without one."""
    parts = []
    for times in tracks:
        points = "".join(
            f'<trkpt lat="52.0" lon="{13 + place / 1000:.3f}">{f"<time>{at}</time>" if at else ""}</trkpt>'
            for place, at in enumerate(times)
        )
        parts.append(f"<trk><name>{name}</name><type>running</type><trkseg>{points}</trkseg></trk>")
    return f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{"".join(parts)}</gpx>'
