"""What holds for every test: the same examples on every run, and no verdict from a clock."""

from hypothesis import settings

settings.register_profile("workbook", deadline=None, derandomize=True)
settings.load_profile("workbook")
