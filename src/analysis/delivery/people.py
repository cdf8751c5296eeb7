"""Who is behind the pseudonymous ids, for what a coach reads: what is printed, and the notice. Files keep the ids."""

import re
from dataclasses import dataclass

from analysis.report.due import SQUAD
from analysis.workspace import Workspace

_PART_OF_A_NAME = (r"(?<![\w/\\.-])", r"(?![\w/\\-]|\.\w)")  # of a file or a longer word: left as it is


@dataclass(frozen=True)
class People:
    """The names of the athletes of a workspace, by id."""

    names: dict[str, str]

    @classmethod
    def of(cls, workspace: Workspace) -> "People":
        """Those that have a name."""
        found = workspace.athletes().dropna(subset=["name"])
        return cls(dict(zip(found["athlete_id"], found["name"], strict=True)))

    def name(self, athlete_id: str) -> str:
        """The athlete as a coach knows them, with the id by which files name them.

        >>> People({"k3vd": "Alder"}).name("k3vd"), People({}).name("k3vd"), People({}).name("")
        ('Alder (k3vd)', 'k3vd', 'squad')
        """
        name = self.names.get(athlete_id, athlete_id)
        return SQUAD if not athlete_id else name if name == athlete_id else f"{name} ({athlete_id})"

    def named(self, sentence: str, athlete_id: str) -> str:
        """A sentence about an athlete with the name beside the id; paths in it stay what they are.

        >>> People({"k3vd": "Alder"}).named("k3vd has no address. See week/k3vd.html.", "k3vd")
        'Alder (k3vd) has no address. See week/k3vd.html.'
        """
        if athlete_id not in self.names or athlete_id.isdigit():  # a number may stand for anything
            return sentence
        before, after = _PART_OF_A_NAME
        return re.sub(f"{before}{re.escape(athlete_id)}{after}", lambda _: self.name(athlete_id), sentence)
