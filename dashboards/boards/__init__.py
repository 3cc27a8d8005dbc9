"""One board a file; each is a function from a city's profile to Grafana's JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.city import Profile
from dashboards.boards import alarms, city_now

BOARDS: dict[str, Callable[[Profile], dict[str, Any]]] = {"alarms": alarms.board, "city-now": city_now.board}
