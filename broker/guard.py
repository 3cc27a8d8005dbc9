"""Start a server that cannot outlive the process that asked for it. Run as a script, never imported.

    python -I -S guard.py COMMAND ARGUMENT...   (standard input: a pipe that the owner holds open)

The process becomes COMMAND; a small child stays behind and waits for either end: the pipe closes when the owner is
gone, even by kill -9, and then the server is asked and after a while forced to stop. A parent-death signal would be
shorter, but it fires when the *thread* that started the server ends.
"""

from __future__ import annotations

import os
import select
import signal
import sys

_GRACE_MS = 3_000


def watch(server: int, owner: int) -> None:
    """Wait for the server (a pidfd) or its owner (a pipe) to end; then the server ends."""
    poll = select.poll()
    poll.register(server, select.POLLIN)
    poll.register(owner, select.POLLIN | select.POLLHUP)
    if any(fd == server for fd, _ in poll.poll()):
        return
    poll.unregister(owner)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            signal.pidfd_send_signal(server, number)
        except ProcessLookupError:
            return
        if poll.poll(_GRACE_MS):
            return


def main() -> None:
    """Fork the watcher, become the server."""
    server = os.pidfd_open(os.getpid())
    if os.fork() == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for number in (1, 2):
            os.dup2(null, number)
        watch(server, 0)
        os._exit(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606  the very purpose


if __name__ == "__main__":
    main()
