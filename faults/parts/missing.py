"""A part of the laboratory that this machine does not have."""

from __future__ import annotations

from contract.errors import BadInput


class NotInstalled(BadInput):
    """A real server, or a right, that a fault needs and that is not here. Tests are skipped by it, and say so."""

    def __init__(self, what: str, debian: str = "") -> None:
        remedy = f"On Debian: apt-get install {debian}" if debian else ""
        super().__init__(what, where="this machine", remedy=remedy)
