"""Whether a host is this machine, so that nobody on the way to it can listen."""

import ipaddress


def is_this_machine(host: str) -> bool:
    """Whether a host is a loopback address or `localhost`; any other name may lead anywhere.

    >>> [is_this_machine(host) for host in ("localhost", "127.8.8.8", "::1", "[::1]", "hall", "10.0.0.8", "")]
    [True, True, True, True, False, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:  # a name, or nothing that can be a host
        return False
