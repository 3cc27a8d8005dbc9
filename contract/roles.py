"""Who somebody is to the city. What each may do is decided in one place, `api/policy.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["public", "resident", "officer", "technician", "operator", "admin", "service"]
"""public: nobody in particular · resident: a signed-in citizen · officer: of one agency, within an area · technician:
of nodes · operator: of the command centre · admin: of people, keys and the audit log · service: a program with a key"""

ROLES: tuple[Role, ...] = get_args(Role)


def within(regions: Iterable[str], region: str) -> bool:
    """Whether a region code is one of these or lies below one; no regions: the whole city."""
    wanted = tuple(regions)
    return not wanted or any(region == one or region.startswith(f"{one}.") for one in wanted)
