"""How well repetitions are done: clean ones, when form changes, depth within the set, left against right."""

from analysis.moved import names_of

__getattr__ = names_of("models.form", "models.form.clean_reps")
