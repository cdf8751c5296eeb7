"""A store on a PostgreSQL server: what it is asked and answers is what a file of SQLite answers."""

import pytest

from analysis.base.errors import ConfigProblem, WorkbookError
from analysis.store import Store
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
