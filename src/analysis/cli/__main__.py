"""`python -m analysis.cli` is `workbook`."""

from analysis.cli import main

if __name__ == "__main__":
    main()
