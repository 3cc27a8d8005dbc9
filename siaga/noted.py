"""A deed at the command line whose work does not need the city's database: written into its audit log where that can
be reached, and never undone nor refused because it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from contract.errors import BadInput, PortError
from store.people import Deed


def note(deeds: Sequence[tuple[str, Deed]]) -> str:
    """Append (city, deed) pairs; an empty city is the settings' own. Returns "", or why they are not in the log."""
    from siaga import settings as settings_module
    from siaga import wiring

    try:
        settings = settings_module.load()
        file = settings.city_location.removeprefix("sqlite:///")
        if file != settings.city_location and not Path(file).exists():
            return f"there is no city database at {file}"
        with closing(wiring.cities(settings)) as store:
            for city, deed in deeds:
                store.record(city or settings.city, deed)
    except (BadInput, PortError) as error:
        return str(error)
    return ""
