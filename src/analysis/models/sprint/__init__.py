"""How fast an athlete can run and how hard she accelerates: from gates, radar or laser, and from ordinary sessions."""

from analysis.moved import names_of

__getattr__ = names_of("models.sprint", "models.sprint.profile")
