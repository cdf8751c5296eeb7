"""A store on a PostgreSQL server: what it is asked and answers is what a file of SQLite answers."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from platform import node

import pandas as pd
import pytest
import sqlalchemy as sql
from click.testing import CliRunner
from drop_folder import ROSTER, drop
from taken_back import take_back
from test_store import FACTS, a_session

from analysis import open_workspace
from analysis.base.errors import Busy, ConfigProblem, WorkbookError
from analysis.base.tables import TABLES
from analysis.base.waiting import Waiting
from analysis.cli import main
from analysis.store import FileFacts, Store, database
from analysis.store.postgres import checked


@pytest.fixture
def url(postgres):
    return postgres.new()


def test_a_store_on_a_server_is_made_and_opened_again(url, tmp_path):
    store = Store.open(tmp_path, url=url)
    assert store.frame("sessions").empty
    store.keep_fact("said", "once")
    store.close()
    again = Store.open(tmp_path, url=url)
    assert again.fact("said") == "once"
    assert again.problems() == []
    again.close()


def test_an_older_store_on_a_server_is_brought_up_to_date(url, tmp_path):
    with contextlib.closing(Store.open(tmp_path, url=url)) as store:
        store.append(FileFacts("a" * 64, "log.csv", 10), FACTS, {"sessions": a_session()})
        before = store.frame("sessions")
        take_back(store)
    with contextlib.closing(Store.open(tmp_path, url=url)) as store:
        assert "was brought up to date" in store.news
        assert store.judged_anew_at is not None
        pd.testing.assert_frame_equal(store.frame("sessions"), before)
        assert store.problems() == []


REFUSED = (
    ("postgresql://coach:word@127.0.0.1/squad", "has a password in it"),
    ("postgresql://coach@127.0.0.1/squad?password=word", "has a password in it"),
    ("postgresql://coach@db.example.org/squad?sslmode=require", "sslmode=require"),
    ("postgresql://coach@db.example.org/squad?sslmode=disable", "sslmode=disable"),
    ("postgresql:///squad?host=db.example.org&sslmode=prefer", "sslmode=prefer"),
    ("mysql://coach@127.0.0.1/squad", "of 'mysql'"),
    ("postgres", "no address"),
)


@pytest.mark.parametrize(("url", "said"), REFUSED)
def test_an_address_that_would_give_data_or_secrets_away_is_refused(url, said):
    with pytest.raises(ConfigProblem, match=said) as refused:
        checked(url, {})
    assert ":word" not in str(refused.value)


@pytest.mark.parametrize("host", ["db.example.org", "10.0.0.8", "[2001:db8::1]", "localhost.example.org"])
def test_a_server_beyond_this_machine_has_to_prove_its_name(host):
    assert checked(f"postgresql://coach@{host}/squad", {}).query["sslmode"] == "verify-full"


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_a_server_on_this_machine_needs_no_tls(host):
    assert "sslmode" not in checked(f"postgresql://{host}/squad", {}).query


def test_where_the_address_names_no_server_the_environment_does():
    assert checked("postgresql:///squad", {"PGHOST": "db.example.org"}).query["sslmode"] == "verify-full"


def test_a_wrong_password_a_server_that_is_gone_and_no_database_are_sentences(postgres, tmp_path, monkeypatch):
    with pytest.raises(WorkbookError, match=r"cannot be reached|does not exist"):
        Store.open(tmp_path, url=postgres.url("nowhere"))
    with pytest.raises(WorkbookError, match="cannot be reached"):
        Store.open(tmp_path, url="postgresql://coach@127.0.0.1:1/squad")
    monkeypatch.setenv("PGPASSWORD", "another")
    with pytest.raises(WorkbookError, match=r"does not let you in.*PGPASSWORD"):
        Store.open(tmp_path, url=postgres.url("postgres"))


# --- a workspace whose store is on a server ---


def on_a_server(folder, url):
    """A workspace with two athletes; its database is that at `url`."""
    folder.mkdir()
    (folder / "workbook.toml").write_text(f'squad = "Grove"\n[store]\nurl = "{url}"\n')
    drop(folder, "athletes.csv", ROSTER + "Alder,alder1,F,2000,,,\nBirch,birch1,M,2000,,,\n")
    drop(folder, "felt.csv", felt("Alder") + felt("Birch").partition("\n")[2])
    return folder


def felt(name):
    head = "athlete,date,item,value,scale_min,scale_max,direction\n"
    return head + "".join(f"{name},2026-06-{day:02},sleep,{day % 7 + 2},0,10,higher_better\n" for day in range(1, 21))


def workbook(folder, *words, code=0):
    done = CliRunner().invoke(main, [words[0], "--workspace", str(folder), *words[1:]])
    assert done.exit_code == code, done.output
    return done.output


def test_a_workspace_on_a_server_takes_in_shows_erases_and_says_what_it_cannot_prove(url, tmp_path):
    grove = on_a_server(tmp_path / "grove", url)
    workbook(grove, "ingest")
    assert not list((grove / "data" / "store").glob("*.sqlite*"))
    assert "Alder" in workbook(grove, "status")
    with contextlib.closing(open_workspace(grove).store) as store:
        assert len(store.frame("wellness")) == 40
    said = workbook(grove, "erase", "Alder", "--yes", "alder1", "--raw", code=3)  # partly: beyond what can be proven
    assert "not looked into: its write-ahead log" in said
    with contextlib.closing(open_workspace(grove).store) as store:
        assert store.frame("wellness")["athlete_id"].unique().tolist() == ["birch1"]
        store.copy_to(tmp_path / "copy")
    assert b"lder" not in (tmp_path / "copy").read_bytes()


def test_check_knows_what_a_server_has_and_makes_no_store_there(url, tmp_path):
    grove = on_a_server(tmp_path / "grove", url)
    assert "Files that can be taken in: 2 of 2." in workbook(grove, "check", str(grove / "data" / "raw"))
    assert not Store.is_there(tmp_path / "other", url)
    workbook(grove, "ingest")
    assert "All that can be taken in is stored already." in workbook(grove, "check", str(grove / "data" / "raw"))


def test_a_store_goes_to_a_server_and_back_row_by_row(postgres, tmp_path):
    grove = on_a_server(tmp_path / "grove", "")
    (grove / "workbook.toml").write_text('squad = "Grove"\n')
    workbook(grove, "ingest")
    with contextlib.closing(open_workspace(grove).store) as store:
        before = {name: store.frame(name) for name in TABLES if name != "samples"}
    url = postgres.new()
    assert "each read back" in workbook(grove, "copy-store", "data/store", url)
    assert "has rows already" in workbook(grove, "copy-store", "data/store", url, code=2)
    workbook(grove, "copy-store", url, "data/again")
    for place in ({"url": url}, {}):
        with contextlib.closing(Store.open(grove / "data" / "again", **place)) as store:
            for name, frame in before.items():
                pd.testing.assert_frame_equal(store.frame(name), frame, obj=name)


@pytest.mark.soak
def test_ten_take_files_in_at_once_and_none_is_lost(url, tmp_path):
    with contextlib.closing(Store.open(tmp_path / "first", url=url)):
        pass

    def take(number):
        with contextlib.closing(Store.open(tmp_path / f"machine{number}", url=url)) as store:
            for turn in range(5):
                file = FileFacts(f"{number:032}{turn:032}", "log.csv", 10)
                store.append(file, FACTS, {"sessions": a_session(session_id=f"s{number}_{turn}")})
                store.append(file, FACTS, {"sessions": a_session(session_id=f"s{number}_{turn}")})  # once more

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(take, range(10)))
    with contextlib.closing(Store.open(tmp_path / "first", url=url)) as store:
        assert len(store.frame("sessions")) == 50
        assert sorted(store.frame("files")["file_no"]) == list(range(1, 51))
        assert store.revision("k3vd") == 50


def test_a_server_that_was_started_again_is_found_again(url, tmp_path):
    with contextlib.closing(Store.open(tmp_path, url=url)) as store:
        store.keep_fact("said", "before")
        administrator = sql.create_engine(url.rpartition("/")[0] + "/postgres", poolclass=sql.NullPool)
        with administrator.connect() as connection:
            ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            assert connection.exec_driver_sql(ended, (url.rpartition("/")[2],)).scalars().all() == [True]
        assert store.fact("said") == "before"


GIVES_UP = """
CREATE SEQUENCE tries;
CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER give_up BEFORE INSERT OR UPDATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION give_up();
"""


def gives_up(url, table, code, times):
    """Have the server give up what writes to a table, so many times: numbers of a sequence are not given back."""
    engine = sql.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sql.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(GIVES_UP.format(table=table, code=code, times=times))


@pytest.mark.parametrize("code", ["40001", "40P01"], ids=["no order", "deadlock"])
def test_what_the_server_gives_up_is_done_again_and_shown_to_nobody(url, tmp_path, code):
    grove = on_a_server(tmp_path / "grove", url)
    with contextlib.closing(Store.open(tmp_path / "other", url=url)) as store:
        gives_up(url, "files", code, times=3)
        assert "2 files: 2 taken." in workbook(grove, "ingest")
        assert len(store.frame("wellness")) == 40
        assert sorted(store.frame("files")["file_no"]) == [1, 2]


def test_what_is_given_up_for_ever_is_told_in_words(url, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_PAUSES_S", (0, 0))
    with contextlib.closing(Store.open(tmp_path, url=url)) as store:
        gives_up(url, "store_facts", "40P01", times=1000)
        with pytest.raises(Busy, match="again and again"):
            store.keep_fact("said", "never")
        assert store.fact("said") is None


@pytest.fixture
def machines(url, tmp_path):
    """The store of one database, opened on two machines."""
    stores = [Store.open(tmp_path / name, url=url) for name in ("one", "other")]
    yield stores
    for store in stores:
        store.close()


def not_at_all(tell=print):
    return Waiting(0, tell)


def test_one_at_a_time_of_all_machines_and_the_other_waits_for_it_by_name(machines):
    one, other = machines
    said = []

    def ended(whom):
        said.append(whom)
        ending.close()

    with contextlib.ExitStack() as ending:
        ending.enter_context(one.held("workbook ingest (process 7)", not_at_all()))
        with pytest.raises(Busy, match="Another run works"), other.held("workbook run", not_at_all()):
            pass
        with other.held("workbook run", Waiting(60, ended)):
            assert said == [f"workbook ingest (process 7) on {node()}"[:63]]
            with pytest.raises(Busy), one.held("workbook ingest", not_at_all()):
                pass
    with one.held("workbook ingest", not_at_all()):
        pass


def test_a_run_waits_for_no_run_of_another_machine(machines):
    one, other = machines
    with one.held("workbook run", not_at_all(), is_run=True):
        with (
            pytest.raises(Busy, match="Another run works"),
            other.held("workbook run", Waiting(600, print), is_run=True),
        ):
            pass
        with pytest.raises(Busy), other.held("workbook ingest", not_at_all()):
            pass
    with other.held("workbook run", not_at_all(), is_run=True):
        pass
