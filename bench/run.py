"""Run the benchmarks under bench/ and print one table as it grows; `python bench/run.py store` runs one file.

Every `bench/bench_*.py` has `figures()`, which yields `Figure`s. Ratios come from interleaved runs in this one call.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as reports have it; said before numpy is imported

HERE = Path(__file__).parent


def main(only: str | None) -> None:
    benches = {path.stem.removeprefix("bench_"): path.stem for path in sorted(HERE.glob("bench_*.py"))}
    if only not in (None, *benches):
        sys.exit(f"There is no benchmark {only!r}; there are: {', '.join(benches)}.")
    memory_gib = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3 if os.name == "posix" else float("nan")
    )
    print(f"{os.cpu_count()} cores, {memory_gib:.0f} GiB", flush=True)
    begin, found = time.perf_counter(), []
    for name, module in benches.items():
        if only in (None, name):
            print(f"\n{name}, after {(time.perf_counter() - begin) / 60:.1f} min", flush=True)
            for figure in importlib.import_module(module).figures():
                print(figure.line(), flush=True)
                found.append(figure)
    print(f"\n{len(found)} figures in {(time.perf_counter() - begin) / 60:.1f} min")
    (HERE / "results.json").write_text(json.dumps([figure.as_dict() for figure in found], indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
