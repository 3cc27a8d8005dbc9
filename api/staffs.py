"""What a gauge can show at all, in words, for whoever types a figure that lies beyond it. Pure."""

from __future__ import annotations

from api.language import Speech
from contract.levels import Scale


def bounds_of(speech: Speech, scale: Scale | None) -> str:
    """Such as `from -20 to 400 cm`; empty where the scale names no bound."""
    if scale is None or (scale.least_cm is None and scale.most_cm is None):
        return ""
    if scale.most_cm is None:
        return speech("staff_at_least", least=speech.cm(scale.least_cm or 0.0))
    if scale.least_cm is None:
        return speech("staff_at_most", most=speech.cm(scale.most_cm))
    return speech("staff_between", least=speech.cm(scale.least_cm), most=speech.cm(scale.most_cm))


def is_beyond(scale: Scale | None, level_cm: float) -> bool:
    """Whether the gauge cannot show this figure: then nothing that judges would believe it."""
    return scale is not None and not scale.can_show(level_cm)
