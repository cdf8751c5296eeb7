"""Reports on the workers of a `dask.distributed` cluster: the bundle travels out, the page and its facts come back.

A worker needs this version of the workbook and no store, no shared disk and no key. It makes pages in forks of a warm
parent of its own, which is started as a program, since the worker may have no children made by `multiprocessing`. A
task writes nothing but its answer, so that one which is run twice, for a worker that was lost, says the same.
"""

import contextlib
import io
import logging
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from analysis.base.errors import RenderFailed, UsageProblem
from analysis.base.hosts import is_this_machine
from analysis.base.plugins import Plugin, versions
from analysis.report import notebook as notebooks
from analysis.report.beside import left_over
from analysis.report.engine import forks
from analysis.report.engine.failed import failure, write_log
from analysis.report.engine.held_folder import delete_left, held_folder
from analysis.report.engine.key import report_key
from analysis.report.publish import publish
from analysis.workspace import shipped_notebooks

_CONNECT_S = 20
_AHEAD = 2  # tasks on their way for each thread of the cluster
_LOOK_S = 5  # between two looks whether a worker is there at all
_WORKERS_S = 300  # that a cluster may be without a worker

_of_thread = threading.local()  # the warm parent of a worker's thread


@dataclass(frozen=True)
class Cluster:
    """Where a scheduler is, and with which certificates it is spoken to.

    Raises UsageProblem for an address beyond this machine that does not say TLS, unless `in_the_clear` allows it.
    """

    address: str
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    in_the_clear: bool = False  # others on the way may read what travels

    def __post_init__(self) -> None:
        if not (self.in_the_clear or _is_closed(self.address)):
            raise UsageProblem(
                f"{self.address} is beyond this machine and does not use TLS, so that others on the way could read "
                "athletes' data. Give a tls:// address and certificates, or allow it with --cluster-in-the-clear."
            )


def _is_closed(address: str) -> bool:
    """Whether nobody on the way to a scheduler can listen: it uses TLS, or there is no way.

    >>> [_is_closed(address) for address in ("tls://hall:8786", "127.0.0.1:8786", "tcp://[::1]:1", "tcp://hall:8786")]
    [True, True, True, False]
    """
    scheme, _, rest = address.rpartition("://")
    if scheme in ("tls", "wss", "inproc"):
        return True
    try:
        return is_this_machine(urlsplit(f"//{rest}").hostname or "")
    except ValueError:  # nothing that can be a host
        return False


def render_each(
    requests: Iterable[dict[str, Any]], cluster: Cluster
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each request with its answer, as `forks.render_each` gives them, from the workers of a cluster.

    A page whose workers died is sent once more when no other is out: it was perhaps beside the one that killed them.

    Raises
    ------
    UsageProblem
        Where `distributed` is not installed, or nobody answers at the address.
    RenderFailed
        Where the scheduler is lost, or no worker comes.
    """
    distributed = _distributed()
    with _client(distributed, cluster) as client:
        out = _Out(client, cluster.address)
        room = _AHEAD * max(sum(client.nthreads().values()), 1)
        for request in requests:
            out.send(request)
            if len(out.sent) >= room:
                yield from out.next()
        while out.sent:
            yield from out.next()
        for request in out.doubtful.copy():
            out.send(request)
            yield from out.next()


@dataclass(eq=False)
class _Out:
    """What is out on a cluster: requests by their futures, and those whose workers died, which get another try."""

    client: Any
    address: str
    sent: dict[Any, dict[str, Any]] = field(default_factory=dict)
    doubtful: list[dict[str, Any]] = field(default_factory=list)

    def send(self, request: dict[str, Any]) -> None:
        packed = _packed(request)
        with self._scheduler():
            self.sent[self.client.submit(rendered, packed, request, pure=False)] = request

    def next(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """The next request that has ended, with its answer; its page is published. Nothing for one to be tried again.

        Raises RenderFailed where the scheduler is lost, or no worker comes.
        """
        future = self._ended()
        request = self.sent.pop(future)
        try:
            answer = future.result()
        except _distributed().scheduler.KilledWorker:
            if request not in self.doubtful:
                self.doubtful.append(request)
                return
            answer = {"failed": "Its workers died each time that they made this page. Check their memory."}
        except Exception as problem:
            answer = {"failed": f"The cluster gave this page up ({type(problem).__name__}: {problem}). Run it again."}
        finally:
            future.release()
        yield request, _published(request, answer)

    def _ended(self) -> Any:
        since = time.monotonic()
        while True:
            with self._scheduler(), self.client.as_current():
                try:
                    ended = _distributed().wait(list(self.sent), timeout=_LOOK_S, return_when="FIRST_COMPLETED")
                    return next(iter(ended.done))
                except TimeoutError:
                    since = time.monotonic() if self.client.nthreads() else since
            if time.monotonic() - since > _WORKERS_S:
                raise RenderFailed(
                    f"The cluster at {self.address} had no worker for {_WORKERS_S} s. Start one, then run again."
                )

    @contextlib.contextmanager
    def _scheduler(self) -> Iterator[None]:
        """Speak with the scheduler.

        Raises RenderFailed where it is not there any more.
        """
        try:
            yield
        except (OSError, CancelledError, _distributed().client.ClosedClientError):
            raise RenderFailed(
                f"The scheduler at {self.address} went away. Start it, then run again: pages that are made stay."
            ) from None


def rendered(packed: bytes, request: dict[str, Any]) -> dict[str, Any]:
    """What a worker does: the answer of `render_plain`, with bytes of `page`, `facts` and `beside`, and a log."""
    with held_folder() as folder:
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
        if others := _other_plugins(request["plugins"]):
            return {"failed": others}
        if _key_here(request | here) != request["key"]:
            return {
                "failed": "This worker has another version of the workbook, of Python or of a library. "
                "Install on the workers what is installed where the command runs."
            }
        answer = _by_warm_parent(request | here)
        if "failed" not in answer:
            answer |= {"page": output.read_bytes(), "facts": output.with_suffix(".json").read_bytes()}
            answer["beside"] = {path.name: path.read_bytes() for path in left_over(output, ())}
        if "log" in answer:
            answer["stderr"] = Path(answer.pop("log")).read_text(encoding="utf-8")
        return answer


def _key_here(request: dict[str, Any]) -> str:
    """The key that a page has when it is made on this machine."""
    notebook = Path(request["notebook"])
    values = notebooks.values_at(notebook, request["parameters"])
    return report_key(notebook, values, request["fingerprint"], request["plugins"])


def _other_plugins(wanted: dict[str, str]) -> str:
    """What this machine has of the plug-ins of a page where that is something else, in words."""
    here = versions(tuple(wanted))
    others = [
        f"{Plugin(name, here[name])} in place of {version}" for name, version in wanted.items() if here[name] != version
    ]
    if not others:
        return ""
    return (
        f"This worker has other plug-ins than the command: {', '.join(others)}. "
        "Install on the workers what is installed where the command runs."
    )


def _by_warm_parent(request: dict[str, Any]) -> dict[str, Any]:
    """The answer of this thread's parent; one that was lost is replaced once, and what was lost before is deleted."""
    for _ in range(2):
        parent = getattr(_of_thread, "parent", None)
        if parent is None:
            delete_left()
            try:
                parent = _of_thread.parent = forks.WarmParent(1, _shipped(Path(request["notebook"]))).__enter__()
            except RenderFailed as problem:
                return {"failed": str(problem)}
        with contextlib.suppress(RenderFailed):
            return forks.answer_of(parent, request)
        parent.__exit__()
        _of_thread.parent = None
    return {"failed": "The process that makes reports was ended twice on a worker. Check its memory, then run again."}


def _shipped(notebook: Path) -> list[Path]:
    """The notebook that came with the package where this is one of them: to be rehearsed, as it is at home."""
    found = [path for path in shipped_notebooks().rglob(notebook.name) if path.read_bytes() == notebook.read_bytes()]
    return found[:1]


def _packed(request: dict[str, Any]) -> bytes:
    """The bundle and the notebook of a request in one archive."""
    folder, notebook = Path(request["workspace"]), Path(request["notebook"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(notebook, notebook.name)
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path("bundle") / path.relative_to(folder))
    return content.getvalue()


def _published(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without the page, which lies where it was asked for."""
    if "failed" in answer:
        return answer
    output = Path(request["output"])
    facts = answer.pop("facts").decode()
    try:
        files = answer.pop("beside", {})
        named = {output.with_name(name): content for name, content in files.items()}
        publish({**named, output.with_suffix(".json"): facts, output: answer.pop("page").decode()})
        for path in left_over(output, files):
            path.unlink()
        if "stderr" in answer:
            folder, notebook = Path(request["log_folder"]), Path(request["notebook"])
            answer["log"] = str(write_log(folder, notebook, output, answer.pop("stderr")))
    except OSError as problem:
        return {"failed": failure(problem, output)}
    return answer


def _distributed() -> Any:
    try:
        import dask.config
        import distributed
    except ImportError:
        raise UsageProblem(
            "--cluster needs the library distributed, which is not installed. "
            "Install it with: pip install 'athlete-workbook[cluster]'"
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what matters is told as a sentence
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})  # years of watch records are large
    return distributed


def _client(distributed: Any, cluster: Cluster) -> Any:
    """A connection to the scheduler; what the options leave out comes from the configuration of dask."""
    files = {"tls_ca_file": cluster.tls_ca, "tls_client_cert": cluster.tls_cert, "tls_client_key": cluster.tls_key}
    said = {name: str(path) for name, path in files.items() if path}
    security = distributed.Security(**said, require_encryption=True) if said else None
    try:
        return distributed.Client(cluster.address, security=security, timeout=_CONNECT_S, set_as_default=False)
    except TypeError:  # what the library says of an address with tls:// and no certificate
        raise UsageProblem(
            f"{cluster.address} asks for certificates. Give three files: --tls-ca, --tls-cert and --tls-key."
        ) from None
    except (OSError, ValueError, RuntimeError) as problem:
        raise UsageProblem(
            f"No scheduler answers at {cluster.address}: {problem}. Check the address and the certificates."
        ) from None
