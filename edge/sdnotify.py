"""systemd's notification protocol (sd_notify(3)): one datagram to the socket that systemd names."""

from __future__ import annotations

import socket
from collections.abc import Mapping

_MICROSECONDS = 1_000_000


class Notifier:
    """Says READY, WATCHDOG and STOPPING. Silent where nobody listens."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` is the process's own: NOTIFY_SOCKET and WATCHDOG_USEC are read."""
        self._address = environment.get("NOTIFY_SOCKET", "")
        usec = environment.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(usec) / _MICROSECONDS if usec.isdecimal() else None

    def say(self, state: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`. A listener that is away is not our trouble."""
        if not self._address:
            return
        # A leading @ stands for Linux's abstract namespace.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            try:
                sock.sendto(state.encode(), address)
            except OSError:
                return
