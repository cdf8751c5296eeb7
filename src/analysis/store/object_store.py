"""Sample files in an object store: opened with TLS beyond this machine, deleted with every version it keeps."""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import fsspec

from analysis.base.errors import ConfigProblem
from analysis.base.hosts import is_this_machine

_S3 = ("s3", "s3a")
_AT_ONCE = 1_000  # keys that one call deletes
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")


def opened(url: str, environment: Mapping[str, str] = os.environ) -> tuple[fsspec.AbstractFileSystem, str]:
    """The filesystem at an address as `s3://BUCKET/FOLDER`, and the folder there.

    Raises ConfigProblem for another kind of address, for a server beyond this machine without TLS, and where what
    speaks to it is not installed.
    """
    kind, _, folder = url.partition("://")
    if kind not in _S3 or not folder.strip("/"):
        raise ConfigProblem(
            f"[store] samples = {url!r} is no address of an object store. Write it as s3://BUCKET/FOLDER."
        )
    endpoint = next((environment[name] for name in _ENDPOINTS if environment.get(name)), "https://")
    address = urlsplit(endpoint)
    if address.scheme != "https" and not is_this_machine(address.hostname or ""):
        raise ConfigProblem(
            f"The object store at {endpoint} is spoken to without TLS. Health data travel to it: give an address that "
            "begins with https://."
        )
    try:
        return fsspec.filesystem("s3", use_listings_cache=False, skip_instance_cache=True), folder.rstrip("/")
    except ImportError:
        raise ConfigProblem(
            "Sample files in an object store need s3fs, which is not installed: pip install 'athlete-workbook[s3]'."
        ) from None


def delete_all_versions(filesystem: Any, folder: str) -> None:
    """Delete everything below `folder`, also what the store keeps of objects that were replaced or deleted."""
    bucket, _, prefix = folder.partition("/")
    versions = list(_versions(filesystem, bucket, f"{prefix}/"))
    for first in range(0, len(versions), _AT_ONCE):
        these = {"Objects": versions[first : first + _AT_ONCE], "Quiet": True}
        filesystem.call_s3("delete_objects", Bucket=bucket, Delete=these)
    filesystem.invalidate_cache()


def _versions(filesystem: Any, bucket: str, prefix: str) -> Iterator[dict[str, str]]:
    """Key and version of every object below a prefix, and of every mark of a deletion."""
    after: dict[str, str] = {}
    while True:
        page = filesystem.call_s3("list_object_versions", Bucket=bucket, Prefix=prefix, **after)
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            yield {"Key": one["Key"], "VersionId": one["VersionId"]}
        if not page.get("IsTruncated"):
            return
        after = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
