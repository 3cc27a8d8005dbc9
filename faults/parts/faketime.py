"""A wall clock that lies to one process and may be put forward or back while it runs; its monotonic clock stays true.

libfaketime, loaded before the process. Told to leave the monotonic clock alone it breaks `time.sleep` of Python (it
hands an absolute moment on as a span); waits on locks, sockets and events are not touched, and the stages know no
other.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from faults.parts.missing import NotInstalled

_MEMORY = Path("/dev/shm")  # noqa: S108  where POSIX names shared memory, and libfaketime its own
_PLACES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")
_AS_ANOTHER = """
mount --bind "$0" /proc/sys/kernel/random/boot_id || exit 1
[ "$1" = ntp ] || { shift; exec "$@"; }
shift
folder=/run/systemd
[ -d "$folder" ] || folder=/run
mount -t tmpfs none "$folder" && mkdir -p /run/systemd/timesync && touch /run/systemd/timesync/synchronized || exit 1
exec "$@"
"""


class WrongClock:
    """One clock, in a file of its own. `settings` are what a process that is to believe it is started with."""

    def __init__(self, file: Path, off_s: int = 0) -> None:
        self._file = file
        self._library = _library()
        self.set_off(off_s)

    def set_off(self, off_s: int) -> None:
        """From now on it is `off_s` ahead of the true time (behind where negative)."""
        # In one step: a file that is empty for a moment is the true time for a moment.
        fresh = self._file.with_suffix(".fresh")
        fresh.write_text(f"{off_s:+d}\n", encoding="ascii")
        fresh.rename(self._file)

    @property
    def settings(self) -> Mapping[str, object]:
        return {
            "LD_PRELOAD": self._library,
            "FAKETIME_TIMESTAMP_FILE": self._file,
            "FAKETIME_CACHE_DURATION": 1,
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
            "NO_FAKE_STAT": 1,
        }


def as_another_boot(boot: Path, *, ntp: bool) -> Sequence[str]:
    """What to put before a command so that it runs in the boot that the file `boot` names, and, with `ntp`, on a
    machine that takes its clock for synchronised. Raises NotInstalled for anybody but root."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise NotInstalled("another boot of a node is for root, with unshare", "util-linux")
    return ["unshare", "--mount", "sh", "-c", _AS_ANOTHER, str(boot), "ntp" if ntp else "as-it-is"]


def forget(pid: int) -> None:
    """Remove what libfaketime keeps in the machine's memory for a process that has ended: where it was killed, nobody
    else does."""
    for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
        (_MEMORY / name).unlink(missing_ok=True)


def _library() -> Path:
    root = Path("/")
    found = next((file for place in _PLACES for file in sorted(root.glob(place[1:]))), None)
    if found is None:
        raise NotInstalled("libfaketime is missing", "faketime")
    return found
