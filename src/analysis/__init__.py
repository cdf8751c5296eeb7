"""An analytics workbook for athletes of the hip hinge and the posterior chain.

`open_workspace()` opens the data; `metrics`, `models` and `figures` are pure; `report` makes pages.
"""

from importlib.metadata import version

from analysis import moved

__version__ = version("athlete-workbook")
__all__ = ["__version__", "open_workspace"]


moved.install()


def open_workspace(folder=None):
    """The workspace at `folder`, or the one found upward from the current folder. See `analysis.workspace`."""
    from analysis.workspace import open_workspace as opened  # the store is not needed to use the pure core

    return opened(folder, _noise_of)


def _noise_of(athletes, until):
    """The noise of athletes by the pure core, for a workspace, which stands upstream of it."""
    from analysis.pages.squad_noise import noise_table  # takes a second to import

    return noise_table(athletes, until)
