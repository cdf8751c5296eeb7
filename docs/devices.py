"""Write the page of devices from the table of published errors.

`python docs/devices.py` rewrites `docs/devices.md`; a test holds the page to it.
"""

from pathlib import Path

from analysis.base.devices import device_errors

PAGE = Path(__file__).parent / "devices.md"

ABOVE = """\
# Devices

What is published of the errors of devices, phone apps, gates, watches and markerless tools. `workbook noise` shows the
lines of the devices in your data, beside the noise that your own squad measured.

An error against other days is what one measurement errs when the same athlete comes again. Where `workbook.toml` states
none for a lift or check, it is what the noise of that device starts from; from three athletes on their own values
outweigh it. All other errors are shown and judge nothing: one against a reference is mostly the same each time, so that
an athlete's own change on one device is judged, and two devices are never compared.

| device | also called | measure | error | against | in | source |
|---|---|---|---|---|---|---|
"""
BELOW = """
SEM and TE: standard error of measurement, typical error, both an SD of one measurement. SEE: standard error of the
estimate. RMSE: root mean square error. CV: coefficient of variation. MAPE: mean absolute percentage error. SDC:
smallest detectable change, 2.77 SEM.

A device that is missing has no figure here that was seen in its source. Its own noise is measured from your data alone,
or stated in `workbook.toml` with `te_m_s` or `te`.
"""


def page() -> str:
    """The page as the table has it today."""
    rows = "".join(
        f"| {one.device} | {', '.join(one.names)} | {one.measure} | {one.figure.partition(' (')[0]} {one.error} | "
        f"{one.against} | {one.task} | {one.source} |\n"
        for one in device_errors()
    )
    return ABOVE + rows + BELOW


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
