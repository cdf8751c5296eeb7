"""Limits that a process sets itself before it does what may take too much."""

from pathlib import Path


def limit_memory(mib: int) -> None:
    """Let this process take up `mib` MiB of addresses more than now; where a system cannot, it is not limited."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + mib * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, OSError, ValueError):
        return
