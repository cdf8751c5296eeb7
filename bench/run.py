"""Run the benchmarks under bench/ and print one table; `python bench/run.py store` runs one file.

Every `bench/bench_*.py` has `figures()`, which yields `Figure`s. Ratios come from interleaved runs in this one call.
"""

import importlib
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as reports have it; said before numpy is imported

from figure import Figure

HERE = Path(__file__).parent


def main(only: str | None) -> None:
    found: list[Figure] = []
    for path in sorted(HERE.glob("bench_*.py")):
        if only in (None, path.stem.removeprefix("bench_")):
            found += importlib.import_module(path.stem).figures()
    if not found:
        names = ", ".join(path.stem.removeprefix("bench_") for path in sorted(HERE.glob("bench_*.py")))
        sys.exit(f"There is no benchmark {only!r}; there are: {names}.")
    memory_gib = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3 if os.name == "posix" else float("nan")
    )
    print(f"{os.cpu_count()} cores, {memory_gib:.0f} GiB\n")
    for figure in found:
        print(figure.line())
    (HERE / "results.json").write_text(json.dumps([figure.as_dict() for figure in found], indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
