"""Drop folders on real servers on loopback: SFTP and S3, with wrong credentials, a vanished file and a slow line."""

import json
import os
import socket
import time
import urllib.request

import pytest
from drop_folder import CONFIG, ROSTER, drop, fetch, run, strong, strong_row, workspace
from mail_server import free_port

from analysis.workspace import drop_server, open_workspace, unfinished

NEEDS = "the extra `remote` is not installed: pip install 'athlete-workbook[remote]'"
pytest.importorskip("paramiko", reason=NEEDS)
from drop_servers import PASSWORD, sftp  # noqa: E402 - needs paramiko

DONE, FAILED, USAGE, PARTLY = range(4)
PLAN = '[[reports]]\nreport = "athlete_week"\nathletes = []\n'


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home without keys and credentials, and no wait for what grows."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith(("AWS_", "SSH_AUTH", "WORKBOOK_DROP"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(unfinished, "_wait", lambda _seconds: None)
    return home


@pytest.fixture
def grove(tmp_path):
    """Writes a workspace with Alder, whose drop folder is at `address`."""

    def made(address: str, more: str = ""):
        folder = tmp_path / "grove"
        workspace(folder, f"{CONFIG}ingest_before_run = true\ndrop_folder = '{address}'\n{more}{PLAN}").store.close()
        drop(folder, "athletes.csv", ROSTER + "Alder,alder1,,,,,\n")
        return folder

    return made


@pytest.fixture
def server(tmp_path, home, monkeypatch):
    """An SFTP server that is known here, with the right password in the environment."""
    (tmp_path / "served" / "drop" / "Alder").mkdir(parents=True)
    with sftp(tmp_path / "served") as told:
        told.known_to(home)
        monkeypatch.setenv(drop_server.PASSWORD, PASSWORD)
        (told.folder / "drop" / "Alder" / "strong.csv").write_text(strong())
        yield told


def copies(folder) -> list[str]:
    raw = folder / "data" / "raw"
    return sorted(path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file())


def loads_kg(folder) -> list[float]:
    return sorted(open_workspace(folder).athlete("alder1").sets["load_kg"])


# --- SFTP ---


def test_files_come_once_by_sftp_and_again_when_they_changed(grove, server):
    folder = grove(server.address)
    assert "Drop folder: 1 copied." in run(folder)
    assert loads_kg(folder) == [100]
    assert "Drop folder" not in run(folder)
    (server.folder / "drop" / "Alder" / "strong.csv").write_text(
        strong(strong_row(), strong_row("2026-06-02", load=105))
    )
    assert "Drop folder: 1 again." in run(folder)
    assert loads_kg(folder) == [100, 105]


@pytest.mark.parametrize("password", ["another word", ""])
def test_who_is_not_let_in_by_sftp_is_told_and_what_is_here_is_taken_in(grove, server, monkeypatch, password):
    monkeypatch.setenv(drop_server.PASSWORD, password)
    folder = grove(server.address)
    said = run(folder, code=PARTLY)
    assert f"The drop folder {server.address} does not let you in." in said
    assert "1 taken" in said
    assert (
        "does not let you in" in json.loads((folder / "reports" / "log" / "last_run.json").read_text())["failures"][0]
    )


def test_a_server_whose_key_is_not_known_or_another_gets_no_password(grove, server, home):
    folder = grove(server.address)
    hosts = home / ".ssh" / "known_hosts"
    line = hosts.read_text()
    hosts.unlink()
    said = run(folder, code=PARTLY)
    assert f"The key of the SFTP server [127.0.0.1]:{server.port} is not in known_hosts" in said
    assert server.key.fingerprint in said
    assert f"ssh-keyscan -p {server.port} 127.0.0.1 >> ~/.ssh/known_hosts" in said
    server.key = type(server.key).generate()
    hosts.write_text(line)
    assert "has another key than known_hosts says: somebody may be listening in." in run(folder, code=FAILED)
    assert copies(folder) == ["athletes.csv"]


def test_a_file_that_vanishes_and_one_that_grows_stop_no_other_by_sftp(grove, server, monkeypatch):
    there = server.folder / "drop" / "Alder"
    for name in ("gone.csv", "grows.csv"):
        (there / name).write_text(strong(strong_row("2026-06-03")))
    server.vanish.add("gone.csv")
    grows = strong(strong_row("2026-06-03"), strong_row("2026-06-04"))
    monkeypatch.setattr(unfinished, "_wait", lambda _seconds: (there / "grows.csv").write_text(grows))
    folder = grove(server.address)
    assert fetch(folder) == {
        "Alder/gone.csv": "gone",
        "Alder/grows.csv": "unfinished",
        "Alder/strong.csv": "copied",
    }
    monkeypatch.setattr(unfinished, "_wait", lambda _seconds: None)
    assert fetch(folder) == {"Alder/grows.csv": "copied"}
    assert copies(folder) == ["Alder/grows.csv", "Alder/strong.csv", "athletes.csv"]


def test_a_slow_line_brings_files_whole_or_not_at_all(grove, server):
    long = strong(*(strong_row(load=100 + number / 4) for number in range(4000)))
    (server.folder / "drop" / "Alder" / "zlong.csv").write_text(long)
    server.slow_s = 0.15
    folder = grove(server.address, "drop_within_s = 1\n")
    said = run(folder, code=PARTLY)
    assert f"The drop folder {server.address} was not done within 1 s." in said
    assert copies(folder) == ["Alder/strong.csv", "athletes.csv"]
    server.slow_s = 0
    assert fetch(folder) == {"Alder/zlong.csv": "copied"}
    assert (folder / "data" / "raw" / "Alder" / "zlong.csv").read_text() == long


def test_a_dead_server_is_told_and_stops_nothing_else(grove):
    address = f"sftp://coach@127.0.0.1:{free_port()}/drop"
    folder = grove(address)
    said = run(folder, code=PARTLY)
    assert f"The drop folder {address} cannot be read:" in said
    assert "1 taken" in said


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_server_that_takes_calls_and_never_answers_is_given_up(grove, monkeypatch, kind):
    for name in ("CONNECT_S", "SILENCE_S"):
        monkeypatch.setattr(drop_server, name, 0.3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at = f"127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{at}")
        folder = grove(f"sftp://coach@{at}/drop" if kind == "sftp" else "s3://drops/squad")
        begin = time.monotonic()
        said = run(folder, code=PARTLY)
    assert "The drop folder" in said
    assert "1 taken" in said
    assert time.monotonic() - begin < 20  # it would else be waited for ten minutes


def test_a_folder_that_is_not_on_the_server_is_told(grove, server):
    folder = grove(f"{server.address}/nowhere")
    assert "is not there: there is no such folder" in run(folder, code=PARTLY)


# --- S3 ---


@pytest.fixture(scope="module")
def bucket():
    """An object store with a user, whose key is given, and a bucket `drops`; others are not let in."""
    pytest.importorskip("s3fs", reason=NEEDS)
    boto3 = pytest.importorskip("boto3", reason="moto is not installed")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    given = {"endpoint_url": url, "region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    users = boto3.client("iam", **given)
    users.create_user(UserName="coach")
    may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    users.put_user_policy(UserName="coach", PolicyName="drops", PolicyDocument=json.dumps(may))
    key = users.create_access_key(UserName="coach")["AccessKey"]
    objects = boto3.client("s3", **given)
    objects.create_bucket(Bucket="drops")
    _require_keys(url, "0")
    try:
        own = given | {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        yield boto3.client("s3", **own), own
    finally:
        _require_keys(url, "inf")
        server.stop()


def _require_keys(url: str, after: str) -> None:
    """Have the object store look at keys after so many calls."""
    asked = urllib.request.Request(f"{url}/moto-api/reset-auth", after.encode(), {"Content-Type": "text/plain"})
    urllib.request.urlopen(asked).close()


@pytest.fixture
def drops(bucket, monkeypatch):
    """The bucket with one file; its address and the right key are in the environment."""
    objects, own = bucket
    monkeypatch.setenv("AWS_ENDPOINT_URL", own["endpoint_url"])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", own["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", own["aws_secret_access_key"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for one in objects.list_objects_v2(Bucket="drops").get("Contents", []):
        objects.delete_object(Bucket="drops", Key=one["Key"])
    objects.put_object(Bucket="drops", Key="squad/Alder/strong.csv", Body=strong().encode())
    objects.put_object(Bucket="drops", Key="squad/Alder/", Body=b"")  # as consoles mark a folder
    return objects


@pytest.mark.soak
def test_files_come_once_from_s3_and_again_when_they_changed(grove, drops):
    folder = grove("s3://drops/squad")
    assert "Drop folder: 1 copied." in run(folder)
    assert loads_kg(folder) == [100]
    assert "Drop folder" not in run(folder)
    drops.put_object(Bucket="drops", Key="squad/Alder/strong.csv", Body=strong(strong_row(load=120)).encode())
    assert "Drop folder: 1 again." in run(folder)


@pytest.mark.usefixtures("drops")
def test_who_is_not_let_in_by_s3_is_told(grove, monkeypatch):
    folder = grove("s3://drops/squad")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    assert "The drop folder s3://drops/squad does not let you in." in run(folder, code=PARTLY)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "does not let you in." in run(folder, code=FAILED)
    assert copies(folder) == ["athletes.csv"]


def test_an_object_that_vanishes_or_changes_stops_no_other(grove, drops, monkeypatch):
    for name in ("gone", "grows"):
        drops.put_object(Bucket="drops", Key=f"squad/Alder/{name}.csv", Body=strong().encode())
    copied = drop_server._copied

    def meanwhile(files, found, part):
        drops.delete_object(Bucket="drops", Key="squad/Alder/gone.csv")
        drops.put_object(Bucket="drops", Key="squad/Alder/grows.csv", Body=strong(strong_row(reps=6)).encode())
        yield from copied(files, found, part)

    monkeypatch.setattr(drop_server, "_copied", meanwhile)
    folder = grove("s3://drops/squad")
    assert fetch(folder) == {"Alder/gone.csv": "gone", "Alder/grows.csv": "unfinished", "Alder/strong.csv": "copied"}


@pytest.mark.usefixtures("drops")
def test_a_dead_object_store_and_a_bucket_that_is_not_there_are_told(grove, monkeypatch):
    folder = grove("s3://nowhere/squad")
    assert "is not there: there is no such folder" in run(folder, code=PARTLY)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    assert "The drop folder s3://nowhere/squad cannot be read:" in run(folder, code=FAILED)
