"""Whether what shall be kept quiet is anything that the city has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import profile

from api.fitting import there
from contract.errors import BadInput
from siaga.history import placed


def test_a_node_that_was_adopted_is_there() -> None:
    """It stands in the registry and not in the city's folder: what it says can be kept quiet like any other's."""
    city = profile()
    (known,) = placed(city).values()
    adopted = replace(known, node="gauge-7", name="gauge-7")
    there({"node": "gauge-7"}, city, [known, adopted])
    there({"node": "gauge-1"}, city, [])
    with pytest.raises(BadInput, match="it fits nothing"):
        there({"node": "gauge-7"}, city, [known])
