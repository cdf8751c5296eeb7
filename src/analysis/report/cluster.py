"""Reports on the workers of a `dask.distributed` cluster: the bundle travels out, the page and its facts come back.

A worker needs this version of the workbook and no store, no shared disk and no key. It makes pages in forks of a warm
parent of its own, which is started as a program, since the worker may have no children made by `multiprocessing`. A
task writes nothing but its answer, so that one which is run twice, for a worker that was lost, says the same. A page of
the squad, which needs everybody's data, is made at home.
"""

import contextlib
import io
import tempfile
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis import bundle
from analysis.errors import RenderFailed, UsageProblem
from analysis.report import forked
from analysis.report.publish import publish

_CONNECT_S = 20
_AHEAD = 2  # tasks on their way for each thread of the cluster

_warm = threading.local()  # the parent of a worker's thread


@dataclass(frozen=True)
class Cluster:
    """Where a scheduler is, and with which certificates it is spoken to."""

    address: str
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


def render_each(
    requests: Iterable[dict[str, Any]], cluster: Cluster
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each request with its answer, as `forked.render_each` gives them, from the workers of a cluster.

    Raises
    ------
    UsageProblem
        Where `distributed` is not installed, or nobody answers at the address.
    """
    distributed = _distributed()
    source = iter(requests)
    with _client(distributed, cluster) as client:
        sent: dict[Any, dict[str, Any]] = {}
        room = _AHEAD * max(sum(client.nthreads().values()), 1)
        for request in source:
            if not bundle.is_bundle(Path(request["workspace"])):
                yield from forked.render_each([request], 1)
                continue
            sent[client.submit(rendered, _packed(request), request, pure=False)] = request
            if len(sent) >= room:
                yield _next(client, sent)
        while sent:
            yield _next(client, sent)


def rendered(packed: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """What a worker does: the answer of `render_plain`, with the bytes of the `page` and of its `facts`."""
    with tempfile.TemporaryDirectory(prefix="workbook-") as name:
        folder = Path(name)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)
        output = folder / "out" / Path(request["output"]).parent.name / Path(request["output"]).name
        output.parent.mkdir(parents=True)
        here = {
            "notebook": str(folder / Path(request["notebook"]).name),
            "output": str(output),
            "workspace": str(folder / "bundle"),
            "log_folder": str(folder / "log"),
        }
        answer = _by_warm_parent(request | here)
        if "failed" not in answer:
            answer |= {"page": output.read_bytes(), "facts": output.with_suffix(".json").read_bytes()}
        return answer


def _by_warm_parent(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of this thread's parent; one that was lost is replaced once."""
    for _ in range(2):
        if getattr(_warm, "parent", None) is None:
            _warm.parent = forked.WarmParent(1)
            _warm.parent.__enter__()
        with contextlib.suppress(RenderFailed):
            return forked.answer_of(_warm.parent, request)
        _warm.parent.__exit__()
        _warm.parent = None
    return {"failed": "The process that makes reports was ended twice on a worker. Check its memory, then run again."}


def _packed(request: dict[str, Any]) -> bytes:
    """The bundle and the notebook of a request in one archive."""
    folder, notebook = Path(request["workspace"]), Path(request["notebook"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(notebook, notebook.name)
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path("bundle") / path.relative_to(folder))
    return content.getvalue()


def _next(client: Any, sent: dict[Any, dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The next request with its answer; its page is published, and the cluster forgets it."""
    with client.as_current():
        future = next(iter(_distributed().wait(list(sent), return_when="FIRST_COMPLETED").done))
    request = sent.pop(future)
    try:
        answer = future.result()
    except Exception as problem:  # the worker died more often than the scheduler allows, or the scheduler is gone
        return request, {
            "failed": f"The cluster gave this page up ({type(problem).__name__}). Check its workers, then run again."
        }
    finally:
        future.release()
    if "failed" not in answer:
        output = Path(request["output"])
        facts = answer.pop("facts").decode()
        publish({output.with_suffix(".json"): facts, output: answer.pop("page").decode()})
    return request, answer


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageProblem(
            "--cluster needs the library distributed, which is not installed. "
            "Install it with: pip install 'athlete-workbook[cluster]'"
        ) from None
    return distributed


def _client(distributed: Any, cluster: Cluster) -> Any:
    """A connection to the scheduler; what the options leave out comes from the configuration of dask."""
    files = {"tls_ca_file": cluster.tls_ca, "tls_client_cert": cluster.tls_cert, "tls_client_key": cluster.tls_key}
    said = {name: str(path) for name, path in files.items() if path}
    security = distributed.Security(**said, require_encryption=True) if said else None
    try:
        return distributed.Client(cluster.address, security=security, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as problem:
        raise UsageProblem(
            f"No scheduler answers at {cluster.address}: {problem}. Check the address and the certificates."
        ) from None
