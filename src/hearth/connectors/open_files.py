"""How many connections the process may have open: each is an open file, and the system bounds these.

Raises the soft bound as far as is needed, never the hard one. Invariant: files enough for everything else stay free (database,
HTTP, other processes), so that connections beyond the bound are closed by the listener rather than break the process.
"""

import resource

import structlog

_KEPT_FILES = 512  # for all that is no connection

log = structlog.get_logger()


def room_for_connections(wanted: int) -> int:
    """As many of the wanted connections as the bound on open files leaves room for, at least 1; told in the log if fewer."""
    needed = wanted + _KEPT_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < possible:
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    if possible == needed:
        return wanted
    room = max(1, possible - _KEPT_FILES)
    log.warning(
        "fewer MQTT connections than set: the bound on open files (ulimit -Hn, LimitNOFILE=) is too low",
        wanted=wanted,
        connections=room,
        open_files=hard,
    )
    return room
