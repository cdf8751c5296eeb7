"""`erase --raw` changes the erased athlete's own rows and nothing else, in whatever form a file is and was read."""

import csv
import io
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from drop_folder import ROSTER, WELLNESS, drop, strong, strong_row, workspace
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from soak_scale import times

from analysis.base.tables import TABLES
from analysis.ingest.dialect import NOTHING_SAID, Said
from analysis.privacy import erasure
from analysis.privacy.name_search import Sought, sought
from analysis.store import Store
from analysis.workspace import intake

RPE = ["athlete", "date", "kind", "duration_min", "rpe_cr10", "status", "notes"]
SCREENS = ["athlete", "date", "test", "trial", "side", "metric", "value", "unit", "rater"]
OF_ONE = [name for name, table in TABLES.items() if table.of_one_athlete and name != "samples"]
FELT = "2026-06-03,sleep,7,0,10,higher_better\n"


def take(opened, path: Path, said: Said = NOTHING_SAID):
    options = replace(opened.options(), said=said)
    return list(intake.ingest(opened, {path: opened.raw_folder}, options))


def table(header, rows, delimiter: str = ",", end: str = "\n") -> str:
    """A table as people write it: quotes only where a cell needs them, so that an inch mark stands alone."""
    return "".join(delimiter.join(_cell(cell, delimiter) for cell in row) + end for row in [header, *rows])


def _cell(cell: str, delimiter: str) -> str:
    if not cell.startswith('"') and not any(mark in cell for mark in (delimiter, "\n", "\r")):
        return cell
    quoted = io.StringIO()
    csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="").writerow([cell])
    return quoted.getvalue()


def frames(opened, athlete_ids, wanted: Sought) -> dict[str, pd.DataFrame]:
    """The frames of athletes without the places in files, in an order of their own, a mention as erased."""
    found = {}
    for name, frame in opened.store.frames(OF_ONE, athlete_ids).items():
        plain = frame.drop(columns=["file_no", "row_no"], errors="ignore").astype(object)
        texts = plain.map(lambda value: wanted.in_text.sub("erased", value) if isinstance(value, str) else value)
        found[name] = texts.sort_values(list(texts), key=lambda column: column.astype(str), ignore_index=True)
    return found


def again(opened, folder: Path, said: dict[str, Said]):
    """A new workspace with the same drop folder, taken in as it was said."""
    new = workspace(folder)
    shutil.copytree(opened.raw_folder, new.raw_folder, dirs_exist_ok=True)
    for path in intake.files_below([new.raw_folder]):
        take(new, path, said.get(path.name, NOTHING_SAID))
    return new


@pytest.fixture
def grove(tmp_path):
    """Jiří, Birch and Bo, of whom Jiří is erased."""
    opened = workspace(tmp_path / "grove")
    roster = "Jiří Dvořák,jiri1,M,2000,,,\nBirch,birch1,F,2000,,,\nBo,bo1,M,2000,,,\n"
    take(opened, drop(opened.folder, "athletes.csv", ROSTER + roster))
    yield opened
    opened.store.close()


def test_an_unpaired_inch_mark_keeps_the_rows_above_and_below(grove):
    notes = ('box jump 24" easy', "fine", 'and 20" boxes', "")
    rows = [
        (who, f"2026-06-0{day}", "strength", "60", "6", "done", note)
        for day, (who, note) in enumerate(zip(("Birch", "Jiří Dvořák", "Birch", "Bo"), notes, strict=True), start=1)
    ]
    path = drop(grove.folder, "rpe.csv", table(RPE, rows))
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert path.read_text() == table(RPE, [row for row in rows if row[0] != "Jiří Dvořák"])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rows_below_lines_of_a_title_go_and_the_title_stays(grove, form):
    rows = [["Ratings of June"], ["Coach", "Oak"], RPE]
    rows += [
        [who, f"2026-06-0{day}", "strength", "60", "6", "done", ""]
        for day, who in enumerate(("Birch", "Jiří Dvořák", "Bo"), start=1)
    ]
    kept = [row for row in rows if row[0] != "Jiří Dvořák"]
    if form == "csv":
        path = drop(grove.folder, "rpe.csv", "".join(",".join(row) + "\n" for row in rows))
    else:
        path = grove.raw_folder / "rpe.xlsx"
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    if form == "csv":
        assert path.read_text() == "".join(",".join(row) + "\n" for row in kept)
    else:
        found = [[cell for cell in row if cell] for row in openpyxl.load_workbook(path).active.values]
        assert found == [[cell for cell in row if cell] for row in kept]


@pytest.mark.soak
@pytest.mark.parametrize("mark", ["\u2028", "\f", "\u0085", "\x1c", "\v"], ids=ascii)
def test_a_mark_that_other_programs_take_for_a_line_end_ends_no_row(grove, mark):
    rows = [
        ("Birch", "2026-06-01", "strength", "60", "6", "done", f"hard{mark}Jiří Dvořák was there"),
        ("Jiří Dvořák", "2026-06-01", "strength", "60", "6", "done", f"a{mark}b"),
    ]
    path = drop(grove.folder, "rpe.csv", table(RPE, rows))
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert path.read_bytes().decode() == table(RPE, [(*rows[0][:6], f"hard{mark}erased was there")])


@pytest.mark.soak
@pytest.mark.parametrize(
    "note",
    ["with Jiří Dvořák", "Jiří Dvořák", "DVOŘÁK Jiří, twice", 'said "go, Dvořák, Jiří"', "Dvořák,\nJiří", "JiříDvořák"],
    ids=ascii,
)
def test_a_row_of_another_that_mentions_the_name_keeps_all_but_the_name(grove, note):
    path = drop(grove.folder, "rpe.csv", table(RPE, [("Birch", "2026-06-01", "strength", "60", "6", "done", note)]))
    take(grove, path)
    wanted = sought(grove, "jiri1")
    before = frames(grove, ["birch1"], wanted)
    done = erasure.erase(grove, "jiri1", raw=True)
    assert (done.found, done.rewritten) == ((), ("data/raw/athletes.csv", "data/raw/rpe.csv"))
    (row,) = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))[1:]
    assert row == ["Birch", "2026-06-01", "strength", "60", "6", "done", wanted.in_text.sub("erased", note)]
    for name, frame in frames(grove, ["birch1"], wanted).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)
    assert len(grove.store.frame("source_rows")) == 3  # two of the roster, and hers


def test_who_only_watched_owns_no_row(grove):
    rows = [
        ("Birch", "2026-06-01", "cmj", "1", "B", "height_m", "0.3", "m", "Jiří Dvořák"),
        ("Birch", "2026-06-01", "cmj", "2", "B", "height_m", "much", "m", "Jiří Dvořák"),
    ]
    path = drop(grove.folder, "screens.csv", table(SCREENS, rows))
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert path.read_text() == table(SCREENS, [(*row[:-1], "erased") for row in rows])
    assert len(grove.store.frame("rejects")) == 1


@pytest.mark.soak
@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2", "utf-16-le", "utf-32", "utf-7", "mac_latin2"])
def test_a_file_is_rewritten_in_the_encoding_in_which_it_was_read(grove, encoding):
    said = Said(encoding=encoding, delimiter="#")
    rows = [
        ("Birch", "2026-06-01", "strength", "60", "6", "done", "Übung"),
        ("DVOŘÁK Jiří", "2026-06-01", "strength", "60", "6", "done", "Übung"),
        ("Jiří Dvořák", "2026-06-02", "strength", "60", "6", "done", "Übung"),
    ]
    path = grove.raw_folder / "rpe.csv"
    path.write_bytes(table(RPE, rows, "#").encode(encoding))
    take(grove, path, said)
    done = erasure.erase(grove, "jiri1", raw=True)
    assert done.found == ()
    assert path.read_bytes() == table(RPE, rows[:1], "#").encode(encoding)
    assert [one.state for one in take(grove, path)] == ["known"]  # else it would be read in another encoding


def test_a_row_that_waited_in_another_spelling_keeps_its_file_waiting_no_more(grove):
    said = Said(delimiter="#")
    rows = [(who, "2026-06-01", "strength", "60", "6", "done", "") for who in ("Birch", "DVOŘÁK Jiří", "Cedar")]
    path = drop(grove.folder, "rpe.csv", table(RPE, rows, "#"))
    (outcome,) = take(grove, path, said)
    assert outcome.waiting == {"DVOŘÁK Jiří": 1, "Cedar": 1}
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert grove.store.frame("files")["rows_waiting"].tolist() == [0, 1]
    assert grove.store.frame("waiting")["external_name"].tolist() == ["Cedar"]


def test_a_short_name_that_cannot_be_looked_for_loses_its_rows_all_the_same(grove):
    path = drop(grove.folder, "felt.csv", WELLNESS + f"Bo,{FELT}Birch,{FELT}")
    take(grove, path)
    done = erasure.erase(grove, "bo1", raw=True)
    assert (done.too_common, done.found) == (("Bo",), ())
    assert path.read_text() == WELLNESS + f"Birch,{FELT}"


def test_a_log_of_another_keeps_a_set_whose_note_is_the_name(grove):
    path = drop(grove.folder, "Birch/strong.csv", strong(strong_row().replace('"","",8', '"","Jiří Dvořák",8')))
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert path.read_text() == strong(strong_row().replace('"","",8', '"","erased",8'))
    assert "erased" in set(grove.store.frame("sessions")["notes"])
    assert sum(grove.store.frame("source_rows")["raw"].str.contains("Deadlift")) == 1


def book_of(path: Path, change=bool) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "screens"
    sheet.append(SCREENS)
    for who, value in (("Birch", 0.31), ("Jiří Dvořák", 0.42), ("Bo", 0.33)):
        sheet.append([who, "2026-06-01", "cmj", 1, "B", "height_m", value, "m", "coach of Jiří Dvořák"])
    sheet.row_dimensions[4].height = 33
    change(sheet)
    book.save(path)
    return path


def test_a_plain_workbook_loses_the_rows_and_keeps_all_else(grove):
    path = book_of(grove.raw_folder / "screens.xlsx")
    take(grove, path)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    sheet = openpyxl.load_workbook(path).active
    assert [(row[0], row[6], row[8]) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        ("Birch", 0.31, "coach of erased"),
        ("Bo", 0.33, "coach of erased"),
    ]
    assert sheet.row_dimensions[3].height == 33


@pytest.mark.soak
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda sheet: sheet.cell(5, 7, "=AVERAGE(G2:G4)"), "formulas"),
        (lambda sheet: sheet.merge_cells("J1:K2"), "mergeCells"),
        (lambda sheet: setattr(sheet.auto_filter, "ref", "A1:I4"), "definedNames"),
        (lambda sheet: setattr(sheet["A2"], "comment", Comment("why", "me")), "xl/"),
        (lambda sheet: sheet.parent.create_sheet("more").append(["Jiří Dvořák", 5]), "'more'"),
        (lambda sheet: sheet.cell(1, 10, "like Jiří Dvořák"), "header"),
    ],
    ids=["a formula", "merged cells", "a filter", "a comment", "a sheet that is not read", "a header with the name"],
)
def test_a_workbook_that_would_lose_something_is_left_and_named(grove, change, why):
    path = book_of(grove.raw_folder / "screens.xlsx", change)
    before = path.read_bytes()
    take(grove, path)
    done = erasure.erase(grove, "jiri1", raw=True)
    assert path.read_bytes() == before
    assert why in done.kept["data/raw/screens.xlsx"]
    (left,) = done.left
    assert "Left as it is" in erasure.remedy(grove, left, done.kept)
    assert "by hand" in erasure.remedy(grove, left, done.kept)


def test_a_table_whose_other_rows_would_be_read_otherwise_is_left_and_named(grove):
    rows = [
        ("Birch", "03/04/2026", "strength", "60", "6", "done", ""),
        ("Jiří Dvořák", "13/04/2026", "strength", "60", "6", "done", ""),
    ]
    path = drop(grove.folder, "rpe.csv", table(RPE, rows))  # his day alone says which number is the month
    take(grove, path)
    done = erasure.erase(grove, "jiri1", raw=True)
    assert "read otherwise" in done.kept["data/raw/rpe.csv"]
    assert path.read_text() == table(RPE, rows)


def test_a_rewriting_that_was_killed_before_the_store_knew_is_made_known_by_the_second_call(grove, monkeypatch):
    path = grove.raw_folder / "rpe.csv"
    rows = [(who, "2026-06-01", "strength", "60", "6", "done", "Übung") for who in ("Birch", "Jiří Dvořák")]
    path.write_bytes(table(RPE, rows).encode("cp1250"))
    take(grove, path, Said(encoding="cp1250"))
    with monkeypatch.context() as patch:
        patch.setattr(type(grove.store), "put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            erasure.erase(grove, "jiri1", raw=True)
    assert erasure.erase(grove, "jiri1", raw=True).found == ()
    assert [one.state for one in take(grove, path)] == ["known"]


NAMES = ("Jiří Dvořák", "Søren O'Elm", "Anne-Marie Birch", "Alder Fir", "Łucja Holm", "Ash", "Rowan")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1250", "cp1252", "utf-16", "utf-16-be", "utf-32", "mac_roman")
FOUND = ("utf-8", "utf-8-sig", "utf-16")  # without being said
NOTES = (
    *(
        "",
        "fine",
        'box jump 24" easy',
        'said "go", then went',
        "a;b,c|d\te",
        "two\nlines",
        "next\u2028line\fpage\u0085",
    ),
    *("with {name}", "{name}", '{upper} said "no"', "{last}, {first} and I", "{first}'s day", "not {first}{last}s"),
)


@st.composite
def files(draw, names):
    """A file of the squad: what its name is, its bytes, and what is said of it."""
    number = draw(st.integers(0, 10**6))
    name = names[0]
    words = {"name": name, "upper": name.upper(), "first": name.split()[0], "last": name.split()[-1]}
    rows = [
        (draw(st.sampled_from(names)), f"2026-06-{day:02d}", draw(st.sampled_from(NOTES)).format(**words))
        for day in range(1, draw(st.integers(2, 7)))
    ]
    kind = draw(st.sampled_from(["rpe", "rpe", "screens", "book", "formulas", "strong", "unknown"]))
    if kind in ("book", "formulas"):
        book = openpyxl.Workbook()
        book.active.append(SCREENS)
        for who, day, note in rows:
            cells = [who, day, "cmj", 1, "B", "height_m", 0.3, "m", note.replace("\f", " ")]
            book.active.append(cells if kind == "book" else [*cells[:6], "=0.1+0.2", *cells[7:]])
        packed = io.BytesIO()
        book.save(packed)
        return f"{number}.xlsx", packed.getvalue(), NOTHING_SAID
    if kind == "strong":
        one = "".join(
            strong_row(day, load=60 + len(note)).replace('"","",8', '"","' + note.replace('"', '""') + '",8')
            for _, day, note in rows
        )
        return f"{names[1]}/{number}.csv", strong(one).encode(), NOTHING_SAID
    if kind == "rpe":
        header, cells = RPE, [(who, day, "strength", "60", "6", "done", note) for who, day, note in rows]
    elif kind == "screens":
        header = SCREENS
        cells = [(who, day, "cmj", "1", "B", "height_m", "0.3", "m", note) for who, day, note in rows]
    else:
        header, cells = ["who", "day", "what"], [(who, day, note) for who, day, note in rows]
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text, encoding = table(header, cells, delimiter, end), draw(st.sampled_from(ENCODINGS))
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data, encoding = text.encode(), "utf-8"
    said = Said(delimiter=delimiter, encoding=None if encoding in FOUND else encoding)
    return f"{number}.csv", data, said


@st.composite
def squads(draw):
    names = draw(st.permutations(NAMES))[:3]
    return names, draw(st.lists(files(names), min_size=1, max_size=4, unique_by=lambda file: file[0]))


@pytest.mark.soak
@settings(max_examples=times(4, 6, 300))
@given(squads())
def test_a_fresh_ingest_of_the_folder_gives_the_others_as_before(squad):
    names, dropped = squad
    with tempfile.TemporaryDirectory() as folder:
        opened = workspace(Path(folder, "grove"))
        roster = "".join(f"{name},id{place}x9,F,2000,,,\n" for place, name in enumerate(names))
        take(opened, drop(opened.folder, "athletes.csv", ROSTER + roster))
        said = {Path(name).name: form for name, _, form in dropped}
        for name, data, form in dropped:
            path = opened.raw_folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            take(opened, path, form)
        wanted, others = sought(opened, "id0x9"), ["id1x9", "id2x9"]
        fresh = again(opened, Path(folder, "before"), said)
        before = frames(fresh, others, wanted)
        done = erasure.erase(opened, "id0x9", raw=True)
        renewed = again(opened, Path(folder, "after"), said)
        after = frames(renewed, others, wanted)
        for one in (opened, fresh, renewed):
            assert Store.is_there(one.folder / one.config.store)
            one.store.close()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame, obj=name)
    assert {trace.path.as_posix() for trace in done.left} <= set(done.kept)
    unread = {f"data/raw/{name}" for name, data, _ in dropped if b"who" in data.replace(b"\0", b"")}
    books = {path for path in done.kept if path.endswith(".xlsx")}
    assert set(done.kept) <= unread | books
