"""The servers of a federation on this machine's loopback: PostgreSQL by its own programs, moto, and dask."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # which starts the servers that they need

import boto3
from dask_cluster import DaskCluster, dask_cluster
from moto.server import ThreadedMotoServer
from postgres_server import PASSWORD, programs, server

__all__ = ["DaskCluster", "bucket", "dask_cluster", "database", "missing"]

BUCKET = "club-records"


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The address of an empty database, and its password in the environment."""
    with server() as running:
        os.environ["PGPASSWORD"] = PASSWORD
        yield running.new()


@contextlib.contextmanager
def bucket() -> Iterator[str]:
    """The address of an empty folder in an object store, and the keys to it in the environment."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it tells of each request
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    os.environ |= {
        "AWS_ENDPOINT_URL": "http://{}:{}".format(*running.get_host_and_port()),
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    try:
        yield f"s3://{BUCKET}/squad"
    finally:
        running.stop()


def missing() -> str:
    """Why the servers cannot be started here; empty where they can."""
    return "" if programs() else "PostgreSQL's programs are not installed"
