"""`workbook ...`: argument parsing and printing only; what a command does lives further up the river.

The libraries behind the commands take seconds to import, so each command imports what it needs.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done, 4 another run holds the lock.
"""

import click

from analysis import __version__
from analysis.cli import delivery, files, forms, keeping, lifts, notebooks, pages, precision, runs
from analysis.cli.common import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="workbook")
def main() -> None:
    """Training logs, run times and bar speeds in; honest weekly reports out.

    Start with `workbook demo`, or with `workbook init my-squad` and your own files in my-squad/data/raw.
    """


_OF_A_DAY = (
    *(files.init, runs.demo, files.check, files.ingest, files.alias, files.rejects, files.revisions, files.exclude),
    *(files.label, forms.form),
    *(pages.decide, files.status, pages.report, pages.explain, runs.run, delivery.deliver, runs.schedule, pages.share),
    *(lifts.lifts, precision.noise, precision.design),
    *(notebooks.new, notebooks.lab),
    *(
        keeping.export,
        keeping.erase,
        keeping.backup,
        keeping.restore,
        keeping.copy_store,
        keeping.audit,
        keeping.doctor,
    ),
)
for _command in _OF_A_DAY:
    main.add_command(_command)
