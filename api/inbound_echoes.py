"""What people said by message of a warning where they are, as staff read it."""

from __future__ import annotations

from dataclasses import dataclass

from api.context import Context
from api.language import Speech
from contract.inbound import Echoes, echoes_of

PLACES_MOST = 5


@dataclass(frozen=True, slots=True)
class Residents:
    """`help_from`: the places from which help is asked for, with how many, as a line; "" for none."""

    echoes: Echoes
    help_from: str


def residents_of(context: Context, incident: str, speech: Speech) -> Residents:
    """Raises Unavailable where the database is away."""
    echoes = echoes_of(context.cities.echoes(context.city, [incident]).get(incident, ()))
    names = {one.code: one.name for one in context.profile.regions}
    places = [
        f"{names.get(code, code) or speech('echo_somewhere')} ({speech.number(count)})"
        for code, count in echoes.places[:PLACES_MOST]
    ]
    return Residents(echoes, ", ".join(places))
