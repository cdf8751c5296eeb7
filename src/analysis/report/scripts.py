"""The scripts of a page and the policy that names them: plotly.js within the page, or once for a folder of pages."""

import base64
import filecmp
import functools
import gzip
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from analysis.report.publish import publish

PLOTLY = "plotly.min.js"

_BESIDE = "'self' file:"  # browsers refuse a file on disk by hash, and not all take one for 'self'


@dataclass(frozen=True)
class _Packed:
    text: str  # gzip, base64
    csp_hash: str


def csp_hash(script: str) -> str:
    """The hash by which a policy header lets this script run, and no other.

    Examples
    --------
    >>> csp_hash("")
    'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def library_source(address: str | None) -> str:
    """What the policy of a page allows for plotly.js: the page's own folders, or the one script by its hash.

    Examples
    --------
    >>> library_source("../../plotly.min.js")
    "'self' file:"
    """
    return _BESIDE if address else f"'{_packed().csp_hash}'"


def library_element(address: str | None) -> Markup:
    """Where the script of a page finds plotly.js: at an address, or packed in the element itself.

    Examples
    --------
    >>> library_element("../../plotly.min.js")
    Markup('<script type="text/plain" id="plotly" data-address="../../plotly.min.js"></script>')
    """
    place = Markup(' data-address="{}"').format(address) if address else ""
    return Markup('<script type="text/plain" id="plotly"{}>{}</script>').format(
        place, "" if address else _packed().text
    )


def put_library(folder: Path) -> None:
    """See to it that the plotly.js of this installation lies in `folder`."""
    there, ours = folder / PLOTLY, _plotly()
    if not there.is_file() or not filecmp.cmp(ours, there, shallow=False):  # compared once, then by size and time
        publish({there: ours.read_text(encoding="utf-8")})


def _plotly() -> Path:
    return Path(str(files("plotly").joinpath("package_data", PLOTLY)))


@functools.cache
def _packed() -> _Packed:
    source = _plotly().read_text(encoding="utf-8")
    packed = gzip.compress(source.encode(), compresslevel=9, mtime=0)
    return _Packed(base64.b64encode(packed).decode(), csp_hash(source))
