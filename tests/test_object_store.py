"""Sample files in an object store on loopback: written, read, handed out, and gone with every version."""

import contextlib

import pandas as pd
import pytest

from analysis import open_workspace
from analysis.base.errors import ConfigProblem
from analysis.privacy import backup
from analysis.store import FileFacts, Store, object_store
from analysis.store.samples import SampleFiles

pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'athlete-workbook[s3]'")
boto3 = pytest.importorskip("boto3", reason="moto is not installed")
pytest.importorskip("moto", reason="moto is not installed")

RECORDS = pd.DataFrame(
    {
        "session_id": ["s1"] * 3 + ["s2"],
        "seq": [0, 1, 2, 0],
        "t_s": [0.0, 1.0, 2.0, 0.0],
        "speed_m_s": [3.0, 3.1, 3.2, 4.0],
    }
)


@pytest.fixture(scope="module")
def client():
    """Of an object store that keeps every version of the bucket `squad`."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    with pytest.MonkeyPatch.context() as patched:
        given = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        for name, value in given.items():
            patched.setenv(name, value)
        made = boto3.client("s3")
        made.create_bucket(Bucket="squad")
        made.put_bucket_versioning(Bucket="squad", VersioningConfiguration={"Status": "Enabled"})
        yield made
        made.close()
    server.stop()


@pytest.fixture
def samples(client, request):
    assert client
    return SampleFiles.below(f"s3://squad/{request.node.name}")


def test_what_is_written_is_read_and_handed_out(samples, tmp_path):
    path = samples.write("ab", "k3vd", RECORDS)
    assert samples.read(path, "s1")["t_s"].tolist() == [0.0, 1.0, 2.0]
    assert samples.lacks(path, 4) == ""
    assert samples.paths() == {path}
    samples.hand_out([path], tmp_path)
    assert len(pd.read_parquet(tmp_path / "ab.parquet")) == 4


def test_forgotten_is_gone_with_every_version_and_the_others_stay(samples, client):
    path, other = samples.write("ab", "k3vd", RECORDS), samples.write("ab", "m2xx", RECORDS)
    samples.delete(path)  # leaves a mark, and what it marks
    samples.write("cd", "k3vd", RECORDS)
    samples.forget("k3vd")
    listed = client.list_object_versions(Bucket="squad", Prefix=samples.folder.partition("/")[2])
    assert {one["Key"] for one in listed["Versions"]} == {f"{samples.folder.partition('/')[2]}/{other}"}
    assert "DeleteMarkers" not in listed
    assert samples.paths() == {other}
    assert samples.unproven() != []


def test_a_store_keeps_its_records_there_and_copies_them_back(client, tmp_path):
    from test_store import FACTS, a_session

    assert client
    with contextlib.closing(Store.open(tmp_path / "away", samples="s3://squad/away")) as away:
        away.append(FileFacts("e" * 64, "run.fit", 10), FACTS, {"sessions": a_session()}, {"k3vd": RECORDS.iloc[:3]})
        assert len(away.samples("k3vd", "s1")) == 3
        assert not list((tmp_path / "away").rglob("*.parquet"))
        with contextlib.closing(Store.open(tmp_path / "here")) as here:
            here.copy_from(away)
            pd.testing.assert_frame_equal(here.samples("k3vd", "s1"), away.samples("k3vd", "s1"))
            assert here.problems() == []


def test_a_backup_holds_the_records_that_lie_there(client, tmp_path):
    from test_store import FACTS, a_session

    assert client
    grove = tmp_path / "grove"
    grove.mkdir()
    (grove / "workbook.toml").write_text('[store]\nsamples = "s3://squad/grove"\n')
    workspace = open_workspace(grove)
    with contextlib.closing(workspace.store) as store:
        store.append(FileFacts("f" * 64, "run.fit", 10), FACTS, {"sessions": a_session()}, {"k3vd": RECORDS.iloc[:3]})
        backup.back_up(workspace, tmp_path / "all.backup")
    backup.restore(tmp_path / "all.backup", tmp_path / "again")
    with contextlib.closing(Store.open(tmp_path / "again" / "data" / "store")) as restored:
        assert len(restored.samples("k3vd", "s1")) == 3
        assert restored.problems() == []


@pytest.mark.parametrize("url", ["gs://squad/x", "s3://", "https://example.org/squad"])
def test_another_kind_of_address_is_refused(url):
    with pytest.raises(ConfigProblem, match=r"s3://BUCKET/FOLDER"):
        SampleFiles.below(url)


def test_a_server_beyond_this_machine_without_tls_is_refused():
    with pytest.raises(ConfigProblem, match="without TLS"):
        object_store.opened("s3://squad/x", {"AWS_ENDPOINT_URL": "http://store.example.org:9000"})
