"""Whether a port can be listened on, said before anything is started."""

from __future__ import annotations

import errno
import socket

from contract.errors import BadInput
from siaga.settings import PREFIX


def check_free(host: str, port: int, setting: str) -> None:
    """Raises BadInput naming the port and the setting that moves it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            what = (
                "is taken by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used: {error.strerror}"
            )
            raise BadInput(
                f"port {port} on {host} {what}",
                where=f"setting {PREFIX}{setting.upper()}",
                remedy=f"Stop that program (`ss -ltnp sport = :{port}` names it) or choose another port.",
            ) from None


def free_port() -> int:
    """A port on loopback that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
