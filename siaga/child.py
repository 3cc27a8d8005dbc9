"""`python -m siaga.child PARENT_PID ARGUMENTS…`: the command line in a process that ends when its parent does."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int) -> None:
    """Ask the kernel for SIGTERM when the parent is gone; end at once where it already is."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent_pid:
        sys.exit(0)


def main() -> None:
    """Runs the command line with what follows the parent's pid."""
    die_with(int(sys.argv[1]))
    from siaga.cli import main as command_line

    sys.argv = ["siaga", *sys.argv[2:]]
    command_line()


if __name__ == "__main__":
    main()
