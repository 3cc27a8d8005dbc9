"""Who somebody is to the city. What each may do is decided in one place, `api/policy.py`."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["public", "resident", "officer", "technician", "operator", "admin", "service"]
"""public: nobody in particular · resident: a signed-in citizen · officer: of one agency, within an area · technician:
of nodes · operator: of the command centre · admin: of people, keys and the audit log · service: a program with a key"""

ROLES: tuple[Role, ...] = get_args(Role)
