"""The errors the workbook raises on purpose. Each says what is wrong with the value in it, then what to do."""


class WorkbookError(Exception):
    """Base of every error a person can act on; the command line and notebooks print its sentence, no traceback."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class NotEnoughData(WorkbookError, ValueError):
    """The question is well posed but the observations do not carry an answer."""


class DataProblem(WorkbookError, ValueError):
    """The observations contradict the question: mixed devices, wrong units, values that cannot be."""


class UnreadableFile(WorkbookError):
    """A file cannot be taken in: not of its format, damaged beyond reading, or hostile."""


class UnitNeeded(UnreadableFile):
    """A file does not say whether its loads are in kg or lb, and nobody has said so."""


class UnknownAthlete(WorkbookError, LookupError):
    """A name that is bound to no athlete of this workspace."""


class ConfigProblem(WorkbookError):
    """`workbook.toml` or a column mapping does not hold together."""


class PluginProblem(WorkbookError):
    """A plug-in did what it should not, or is not there; the sentence names it."""


class UsageProblem(WorkbookError):
    """The command was called in a way that cannot work; exit code 2."""


class Busy(WorkbookError):
    """Another command holds what this one needs, and did for as long as it waits; exit code 4."""


class ConsentMissing(WorkbookError):
    """Nobody who may agree to it has agreed to what was asked for."""


class RenderFailed(WorkbookError):
    """A report could not be made; what was published before is untouched."""


class NotSent(WorkbookError):
    """A page was not handed over; nobody got it, and it may be sent again."""


class Refused(NotSent):
    """A server will not take this mail, now or later."""


class NoAnswer(WorkbookError):
    """A page was handed over, and whether it was taken is not known; it is not sent again by itself."""
