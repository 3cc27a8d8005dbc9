"""What is coming down a river: the page of a gauge and /api/v1 say when a crest is expected, or why none is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from support.seed import Town

from contract.city import NodeSpec
from contract.clock import HOUR_US, MINUTE_US, from_us
from contract.levels import Level
from contract.quality import Quality
from contract.travel import Reach, Travel

Serve = Callable[..., httpx.Client]
WAY_S = (2 * 3_600.0, 3 * 3_600.0)


@pytest.fixture
def river(made: Town) -> tuple[Town, NodeSpec, NodeSpec]:
    """Two gauges of the Code with a reach between them."""
    sites = {site.code: site for site in made.profile.sites}
    code = [node for node in made.nodes("gauge") if sites[node.site].river == "Code"]
    above, below = sorted(code, key=lambda node: sites[node.site].river_km)[:2]
    made.profile = replace(made.profile, reaches=(Reach(above.node, below.node, *WAY_S),))
    for node in (above, below):
        made.birth(node)
    return made, above, below


def flood(town: Town, node: NodeSpec, *cms: float) -> None:
    """A reading every five minutes up to now, all of them in an open flood."""
    last_us = town.now_us - MINUTE_US
    rows = [(last_us - i * 5 * MINUTE_US, cm, Quality.GOOD) for i, cm in enumerate(reversed(cms))]
    town.levels(node, rows)
    town.open_flood(node, Level.SIAGA, cms[-1], minutes_ago=5 * len(cms))


def coming(client: httpx.Client, node: NodeSpec) -> list[dict[str, Any]]:
    """What /api/v1 says of it."""
    (found,) = (one for one in client.get("/api/v1/gauges").json()["items"] if one["gauge"] == node.node)
    return list(found["coming"])


def hours_from(town: Town, expected: dict[str, Any]) -> list[float]:
    """The two ends of the window, counted from now."""
    now = from_us(town.now_us)
    return [round((datetime.fromisoformat(one) - now).total_seconds() / 3_600, 1) for one in expected["between"]]


def test_a_crest_is_expected_from_when_the_water_stood_highest(
    river: tuple[Town, NodeSpec, NodeSpec], serve: Serve
) -> None:
    """Half an hour ago, and a typing error after it is no crest; the error that forecasts had stands beside it."""
    town, above, below = river
    flood(town, above, 80, 100, 130, 150, 140, 135, 400, 128, 125, 120)
    town.levels(below, [(town.now_us - MINUTE_US, 40.0, Quality.GOOD)])
    town.cities.keep_travels(
        town.profile.code, [Travel(above.node, below.node, *WAY_S, 4 * 3_600.0, True, 6, 6, 2_400.0)], town.now_us
    )
    client = serve(town)
    (one,) = coming(client, below)
    assert (one["upstream"], one["why"], one["learned"]) == (above.node, "expected", True)
    assert (one["error_minutes"], one["forecasts"]) == (40, 6)
    assert hours_from(town, one) == [1.5, 3.5]
    page = client.get(f"/sungai/{below.node}").text
    assert "diperkirakan di sini antara" in page
    assert "Sejauh ini meleset rata-rata 40 menit, 6 kali." in page
    assert "bukan perintah" in page
    assert "is expected here between" in client.get(f"/sungai/{below.node}?lang=en").text
    assert coming(client, above) == []


def test_a_gauge_that_is_silent_forecasts_nothing(river: tuple[Town, NodeSpec, NodeSpec], serve: Serve) -> None:
    """It is named, and no window is shown."""
    town, above, below = river
    last_us = town.now_us - 2 * HOUR_US
    town.levels(above, [(last_us - i * 5 * MINUTE_US, 150.0 - i, Quality.GOOD) for i in range(5)])
    town.open_flood(above, Level.SIAGA, 150.0, minutes_ago=150, silent_minutes=90)
    client = serve(town)
    (one,) = coming(client, below)
    assert (one["why"], one["between"]) == ("silent", None)
    page = client.get(f"/sungai/{below.node}").text
    assert "dari sana tidak ada perkiraan" in page
    assert "diperkirakan di sini" not in page


@pytest.mark.parametrize(
    ("cms", "why"),
    [((40.0,) * 6, "quiet"), ((40.0, 40.0, 40.0, 40.0, 40.0, 150.0), "pending")],
    ids=["low water", "one reading alone"],
)
def test_what_is_no_flood_forecasts_nothing(
    river: tuple[Town, NodeSpec, NodeSpec], serve: Serve, cms: tuple[float, ...], why: str
) -> None:
    """Low water, and one high reading that nothing bears out yet."""
    town, above, below = river
    last_us = town.now_us - MINUTE_US
    town.levels(above, [(last_us - i * 5 * MINUTE_US, cm, Quality.GOOD) for i, cm in enumerate(reversed(cms))])
    (one,) = coming(serve(town), below)
    assert (one["why"], one["between"]) == (why, None)


def test_a_crest_that_must_be_past_is_not_expected(river: tuple[Town, NodeSpec, NodeSpec], serve: Serve) -> None:
    """Highest three and a half hours ago, on a way of two to three."""
    town, above, below = river
    flood(town, above, *(180 - i for i in range(42)))
    (one,) = coming(serve(town), below)
    assert (one["why"], one["between"]) == ("passed", None)
