"""A new workspace: its folders, its commented configuration, templates to fill and a mapping to copy."""

from pathlib import Path

from analysis.base import config as configuration
from analysis.base.errors import UsageProblem
from analysis.ingest.mapping import templates

CONFIG = """\
# Everything a squad decides once. Unknown keys are errors, so that a slip of the pen is seen.

squad = "My squad"
contact = "your coach"            # whom an athlete writes to, to correct or erase data
time_zone = "Europe/Berlin"       # IANA name; used where a file gives no zone
week_start = "monday"
consent_default = "granted"       # what an empty consent cell of the roster means; "refused" asks everybody first
adult_age = 18                    # below it nothing is shown before a guardian is on record
# load_unit = "kg"                # for training logs that do not say kg or lb
# distance_unit = "km"            # for lists of activities that do not say km or mi

# The lifts whose speed is followed. Speed at the anchor load is the headline; choose a load that everybody
# lifts every week. MVT is the velocity of a 1RM in that lift, with its uncertainty.
[[lifts]]
exercise = "romanian_deadlift"
name = "Romanian deadlift"
anchor_load_kg = 60
metric = "mean_velocity_m_s"
mvt_m_s = 0.30
mvt_sd_m_s = 0.05
swc_m_s = 0.04
swc_source = "stated by the coach"

# The checks that come round. The error is your own as soon as there are enough of them.
[[checks]]
test_id = "sprint_20m"
name = "20 m sprint"
unit = "s"
distance_m = 20
every_days = 28
swc = 0.03
swc_source = "stated by the coach"

# How long things are kept, in days. `workbook erase --retention` applies it; what is not named is kept.
# [retention]
# samples_days = 1095
# rejects_days = 365
# logs_days = 90

# What `workbook run --due` renders, once its day and hour have come. `workbook schedule` has it called.
[[reports]]
report = "athlete_week"
every = "week"
at = "06:00"
# deliver = "mail"              # to the addresses in contacts.csv; or "outbox", as files

[[reports]]
report = "squad_week"
every = "week"
# deliver = "mail"
# to = ["coach@example.org"]

# [delivery]
# sender = "reports@example.org"
# [delivery.smtp]
# host = "mail.example.org"     # the password comes from WORKBOOK_SMTP_PASSWORD
# user = "reports"

# [notify]
# to = ["coach@example.org"]    # told when a run fails
"""

_WITHOUT_ATHLETES = ("notebooks/reports", "mappings", "templates")  # what everybody on the computer may read

GITIGNORE = "data/raw/\ndata/store/\nreports/\noutbox/\n"


def start(folder: Path) -> list[Path]:
    """Make a workspace in `folder`; returns what was written. Nothing that exists is touched.

    Raises UsageProblem where there is a workspace already.
    """
    config = folder / configuration.NAME
    if config.exists():
        raise UsageProblem(f"{config} exists already: {folder} is a workspace. Choose another folder.")
    for part in ("data", "data/raw", "reports", "notebooks/reports", "mappings", "templates"):
        mode = 0o777 if part in _WITHOUT_ATHLETES else 0o750
        (folder / part).mkdir(mode, parents=True, exist_ok=True)
    config.write_text(CONFIG, encoding="utf-8")
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(GITIGNORE, encoding="utf-8")
    examples = templates.write_example_mappings(folder / "mappings")
    return [config, *examples, *templates.write_templates(folder / "templates")]
